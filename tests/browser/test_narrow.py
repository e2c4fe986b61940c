"""On the narrowest windows every control can be reached, every tab can be read, and what is stepped through stays in view."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.legible import faults, settle

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}

# Where the player of a phone begins, and what must stand above it: the chip that is written, the sentence, the end of the page.
PLACES = """() => {
  const box = (name) => document.querySelector(name).getBoundingClientRect();
  return { player: box('#player').top, chip: box('.blk.dec .chip.cur').top, said: box('.say').bottom,
    end: Math.max(...[...document.querySelectorAll('#edp-stage section.panel')].map((node) => node.getBoundingClientRect().bottom)) };
}"""


@pytest.mark.parametrize("query", ["?", "?architecture=transformer&task=reverse", "?architecture=vae&task=strokes"])
def test_every_tab_can_be_read_at_every_width(visit: Visit, query: str) -> None:
    page = visit(query, viewport={"width": 1280, "height": 800})
    tabs: list[Any] = [tab.inner_text() for tab in page.get_by_role("tab").all()]
    found = []
    for tab in tabs:
        hooks.open_tab(page, tab)
        for width in (1280, 768, 400, 320):
            page.set_viewport_size({"width": width, "height": 800})
            settle(page)
            found += [f"{tab} at {width} px: {fault}" for fault in faults(page)]
    assert found == []


def test_the_link_is_shared_from_a_phone(visit: Visit) -> None:
    page = visit("?task=copy", viewport={"width": 320, "height": 700}, permissions=["clipboard-read", "clipboard-write"])
    share = page.get_by_role("button", name="Share")
    share.click()
    told = page.get_by_text("Link copied")
    expect(told).to_be_in_viewport(ratio=1)
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url
    expect(share).to_be_visible()  # and goes back to its own name


@pytest.mark.parametrize("viewport", [PHONE, {"width": 320, "height": 640}], ids=["390", "320"])
def test_what_a_step_writes_stays_above_the_player(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation", viewport=viewport)
    expect(hooks.verdict(page)).to_be_in_viewport()
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    assert page.evaluate(PLACES)["end"] <= page.evaluate(PLACES)["player"]
    for move in (0, 1e6):  # the picture is left above, then below
        page.evaluate("top => scrollTo(0, top)", move)
        step = int(page.locator("#player").get_attribute("data-step") or 0)
        page.get_by_role("button", name="Next step").click()
        hooks.expect_step(page, step + 1)
        at = page.evaluate(PLACES)
        assert at["chip"] >= 0 and at["said"] <= at["player"]


def drawer(page: Page) -> None:
    page.get_by_role("button", name="Set-up").click()
    expect(page.locator("#train")).to_be_in_viewport(ratio=1)


def test_the_drawer_closes_when_its_work_is_done(visit: Visit) -> None:
    page = visit(hooks.REVERSE, viewport=PHONE)
    drawer(page)
    hooks.pick_task(page, "copy")
    expect(page.locator("html")).not_to_contain_class("drawer")
    hooks.expect_task(page, "copy")
    drawer(page)
    page.locator("#train").click()
    expect(page.locator("html")).not_to_contain_class("drawer")
    hooks.expect_state(page, hooks.ENDED)
