"""The first ten seconds: the page plays by itself, once, and gives way to any touch."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.app.visit import AT_STEP
from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import DESKTOP, PHONE

pytestmark = pytest.mark.browser

TOP_OF = "selector => document.querySelector(selector).getBoundingClientRect().top"


def opening(page: Page) -> Locator:
    return page.locator(".opening")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_reads_passes_writes_and_gives_way_without_moving_anything(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(viewport=viewport)
    expect(opening(page)).to_be_visible()
    expect(page.get_by_text("any touch stops this" if viewport is DESKTOP else "touch to take over")).to_be_visible()
    below = page.evaluate(TOP_OF, ".tabs")
    says = ["It reads seven words", "It passes one mix", "It writes ‘ma’, only"]
    expect(opening(page).locator("li")).to_contain_text(says)
    expect(opening(page).locator("li.now")).to_contain_text(says[-1])
    assert page.evaluate(TOP_OF, ".tabs") == below
    expect(opening(page)).to_have_count(0)
    expect(page.locator(".say")).to_contain_text("To write ‘ma’")
    hooks.expect_step(page, AT_STEP)
    assert abs(page.evaluate(TOP_OF, ".tabs") - below) < 0.5, "the sentence stands where the captions stood"
    page.reload()
    expect(page.locator("#player")).to_have_attribute("data-ready", "true")
    expect(opening(page)).to_have_count(0)


def test_any_touch_ends_it_and_is_heard(visit: Visit) -> None:
    page = visit()
    expect(opening(page)).to_be_visible()
    page.get_by_role("button", name="Next step").click()
    expect(opening(page)).to_have_count(0)
    hooks.expect_step(page, AT_STEP + 1)
    expect(page.locator(".stepno")).to_have_text(re.compile(r"^step 5 of 8$"))


@pytest.mark.parametrize(
    "how",
    [
        {"reduced_motion": "reduce"},
        {"query": hooks.REVERSE},
        {"query": "?present=1"},
        {"query": "?paper=bahdanau_2015"},
    ],
    ids=str,
)
def test_who_minds_motion_or_comes_by_a_link_is_not_kept_waiting(visit: Visit, how: dict[str, str]) -> None:
    page = visit(**how)
    expect(page.locator(".say")).to_be_visible()
    expect(opening(page)).to_have_count(0)
