"""A visitor chooses, trains, steps and opens a task and an architecture that nothing knows of but their own files."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import App, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """In place of the page that all others share."""
    with serving(program=("tests.own",)) as served:
        yield served
        assert "Traceback" not in served.log.read_text()


def test_an_own_pair_is_chosen_trained_stepped_and_opened(visit: Visit) -> None:
    page = visit()
    hooks.choose(page, task="double")
    hooks.choose(page, architecture="conv_seq2seq")
    expect(page.locator("#player")).to_have_attribute("data-ready", "true")
    hooks.type_source(page, "31")
    expect(page).to_have_url(re.compile("input=31"))
    hooks.open_advanced(page)
    steps = page.get_by_label("Updates", exact=True)
    steps.fill("40")
    steps.press("Escape")
    hooks.open_tab(page, "Training")
    page.locator("#train").click()
    hooks.expect_state(page, "done", timeout_s=180)
    hooks.open_tab(page, "Decode")
    page.locator("#player").press("End")
    hooks.expect_step(page, hooks.steps(page) - 1)
    expect(page.locator(".say")).to_contain_text("To write")
    parts = page.locator(".pic").get_by_role("button")
    for block, says in (
        ("encoder: places", "Numbers that are learned"),
        ("encoder: convolution 2", "Convolution"),
        ("attention", "Looking back"),
    ):
        parts.and_(page.get_by_role("button", name=block)).first.click()
        opened = page.get_by_role("region", name=re.compile("^Inside this"))
        expect(opened).to_contain_text(says)
        page.get_by_role("button", name="Close the block").click()
        expect(opened).to_have_count(0)
    hooks.open_tab(page, "Code")
    expect(page.locator(".code-view")).to_contain_text("class ConvEncoder")


def test_a_link_leads_to_it(visit: Visit) -> None:
    page = visit("?architecture=conv_seq2seq&task=double&model.inner=sequential&input=272")
    expect(hooks.source(page)).to_have_value("272")
    expect(page.locator("#player")).to_have_attribute("data-ready", "true")
    assert hooks.architecture(page, "conv_seq2seq").is_checked()
