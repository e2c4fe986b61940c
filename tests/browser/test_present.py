"""On a projector: nothing is cut, all of it can be read from the last row, and no key leads nowhere."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import pairwise

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import wait_drawn
from tests.browser.test_first_paint import SMALL_TEXT

PATIENCE_MS = 10_000  # for what is drawn when its numbers have come

pytestmark = pytest.mark.browser

PROJECTOR, SMALL = {"width": 1920, "height": 1080}, {"width": 1280, "height": 720}
CASES = {
    "start page": "?",
    "layers": "?architecture=transformer&task=reverse",
    "coloured picture": "?architecture=captioner&task=scenes",
    "sound": "?architecture=recognizer&task=dialing",
    "grey picture": "?architecture=vae&task=digits",
    "strokes": "?architecture=autoencoder&task=strokes",
    "label": "?architecture=pooled_classifier&task=sentiment",
    "counts": "?architecture=ngram&task=completion",
}
# What leaves the window, and figures of which a part can only be scrolled to; code may be longer than any slide.
CUT = """() => {
  const found = [], shown = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getBoundingClientRect().width > 2;
  const named = (node) => node.getAttribute('aria-label') ?? node.querySelector('h3')?.textContent ?? node.className;
  const parts = [...document.querySelectorAll('.viewbar, section.pic, #player, section.panel, .panel svg')].filter(shown);
  for (const part of parts) {
    const { left, top, right, bottom } = part.getBoundingClientRect();
    const out = left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
    if (out && !part.closest('.plot')) found.push(`${named(part)} leaves the window: ${[left, top, right, bottom].map(Math.round)}`);
  }
  for (const part of document.querySelectorAll('section.panel .pb, section.panel .pb *')) {
    if (!shown(part) || part.closest('.code-view, svg') || !['auto', 'scroll'].includes(getComputedStyle(part).overflowY)) continue;
    const more = [part.scrollWidth - part.clientWidth, part.scrollHeight - part.clientHeight];
    if (Math.max(...more) > 1) found.push(`${part.className} scrolls: ${more}`);
  }
  return found;
}"""


def slides(page: Page) -> list[str]:
    """Names of the parts of a tab that are shown one at a time; none where all of it is on the screen."""
    return page.get_by_role("group", name="Slides of this tab").get_by_role("button").all_text_contents()


def settle(page: Page) -> None:
    """Until it is decided what of a tab fits, which takes a frame, and drawn, which takes another."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))")
    wait_drawn(page)


def tabs(page: Page) -> list[str]:
    return page.get_by_role("tab").all_text_contents()


def expect_whole(page: Page, where: str) -> None:
    """Every part of every tab lies in the window and, at the projector's size, is large enough."""
    settle(page)  # the tabs are those of the link
    for tab in tabs(page):
        hooks.open_tab(page, tab)
        page.keyboard.press("Home")
        settle(page)
        for number, name in enumerate(slides(page) or ["all"], start=1):
            if name != "all":
                page.keyboard.press(str(number))
                settle(page)
            expect(page.locator("section.pic:visible, section.panel:visible").first).to_be_visible()
            with suppress(TimeoutError):  # then it is told what is wrong
                page.wait_for_function(f"() => !({CUT})().length && !({SMALL_TEXT})(24).length", timeout=PATIENCE_MS)
            assert page.evaluate(CUT) + page.evaluate(SMALL_TEXT, 24) == [], f"{where}, {tab}, {name}"


@pytest.mark.parametrize("case", CASES)
def test_every_tab_fits_whole(visit: Visit, case: str) -> None:
    theme = "dark" if list(CASES).index(case) % 2 else "light"
    page = visit(f"{CASES[case]}&present=1&theme={theme}", viewport=PROJECTOR)
    for window in (PROJECTOR, SMALL):
        page.set_viewport_size(window)
        expect_whole(page, f"{case} at {window['width']}")


def test_the_bar_says_what_is_shown_and_leads_out(visit: Visit) -> None:
    page = visit("?task=digits&architecture=vae&picture=3&present=1&tab=training", viewport=PROJECTOR)
    bar = page.locator(".viewbar .bar")
    expect(page.get_by_role("tab", name="Training")).to_have_attribute("aria-selected", "true")
    expect(bar).to_contain_text("a held-out ‘3’, picture 3")
    page.goto(page.url.split("?")[0] + f"{hooks.REVERSE}&input=2718&present=1&tab=states")
    expect(page.get_by_role("tab", name="States")).to_have_attribute("aria-selected", "true")
    expect(bar).to_contain_text("Reverse digits 2718")
    for target in [*bar.get_by_role("tab").all(), bar.get_by_role("button", name="Esc leaves")]:
        assert (target.bounding_box() or {"height": 0})["height"] >= 64
    bar.get_by_role("button", name="Esc leaves").click()
    expect(page.locator("html")).not_to_contain_class("present")
    expect(page.get_by_role("tab", name="States")).to_have_attribute("aria-selected", "true")
    expect(bar.get_by_text("Reverse digits")).to_be_hidden()


def test_all_of_it_is_reached_by_keys(visit: Visit) -> None:
    """A clicker's keys step on every slide; what was opened last is left first."""
    page = visit("?architecture=transformer&task=reverse&present=1", viewport=PROJECTOR)
    switch = page.get_by_role("group", name="Slides of this tab").get_by_role("button")
    expect(switch).to_have_text(["1Picture", "2Attention", "3Next token"])
    shown = page.locator("section.panel:visible")
    expect(shown).to_have_count(0)
    for key, title in (("]", "Attention"), ("]", "Next token"), ("]", "Next token"), ("[", "Attention"), ("3", "Next token")):
        page.keyboard.press(key)
        expect(shown.get_by_role("heading")).to_have_text([title])
    page.keyboard.press("PageDown")
    hooks.expect_step(page, 1)
    page.keyboard.press("PageUp")
    hooks.expect_step(page, 0)
    expect(shown.get_by_role("heading")).to_have_text(["Next token"])
    page.keyboard.press("1")
    page.get_by_role("group", name="decoder: layers").get_by_role("button").filter(has_text="self-attn").press("Enter")
    expect(shown.get_by_role("heading")).to_have_text(["Inside this head, this step"])
    settle(page)
    assert page.evaluate(CUT) == []
    page.locator("body").press("Escape")
    expect(shown).to_have_count(0)
    expect(page.locator("html")).to_contain_class("present")
    page.locator("body").press("Escape")
    expect(page.locator("html")).not_to_contain_class("present")


@pytest.mark.parametrize("window", [PROJECTOR, SMALL], ids=["1080p", "720p"])
def test_map_and_manifold_are_one_slide_that_they_fill(visit: Visit, window: dict[str, int]) -> None:
    page = visit("?task=digits&architecture=vae&present=1", viewport=window)
    expect(page.get_by_role("group", name="Slides of this tab").get_by_role("button")).to_have_text(["1Picture", "2Map and manifold"])
    page.keyboard.press("2")
    settle(page)
    for name in ("Latent map", "Manifold"):
        frame = page.get_by_role("application", name=re.compile(f"^{name}")).locator(".map-area").bounding_box()
        assert frame is not None and frame["height"] > 0.38 * window["height"], name
    assert page.evaluate(CUT) == []


def test_a_scaled_page_is_drawn_and_pressed_where_it_is(visit: Visit) -> None:
    """What is projected at 1280 × 720 is the slide of 1920 × 1080, smaller: ribbons meet their chips, a press meets its row."""
    page = visit(f"{hooks.REVERSE}&present=1", viewport=SMALL)
    assert slides(page) == []
    heat = page.get_by_role("img", name="Heatmap of attention")
    row = heat.locator(".rowname").nth(4).bounding_box()
    box = heat.bounding_box()
    assert row and box
    page.mouse.click(box["x"] + box["width"] / 2, row["y"] + row["height"] / 2)
    hooks.expect_step(page, 4)
    head, column = page.locator(".rib > :last-child").bounding_box(), page.locator(".blk.dec .col.cur").bounding_box()
    assert head and column
    assert abs(head["x"] + head["width"] / 2 - column["x"] - column["width"] / 2) < 4


@pytest.mark.parametrize("query", [hooks.REVERSE, f"{hooks.REVERSE}&tab=states", f"{hooks.REVERSE}&tab=training"])
def test_paper_holds_one_figure_a_row_and_no_controls(visit: Visit, query: str) -> None:
    page = visit(f"{query}&theme=dark", viewport={"width": 1280, "height": 900})
    settle(page)
    page.emulate_media(media="print")
    settle(page)
    expect(page.get_by_text("Reverse digits 314159265")).to_be_visible()
    expect(page.locator("section.panel:visible").first).to_be_visible()
    assert (
        page.get_by_role("button").filter(visible=True).count()
        == page.locator(".panel .figure button:visible, .pic button:visible").count()
    )
    assert page.get_by_role("tab").count() == 0
    boxes = [panel.bounding_box() or {"y": 0, "height": 0} for panel in page.locator("section.panel:visible").all()]
    assert all(above["y"] + above["height"] <= below["y"] for above, below in pairwise(boxes))
    inks = page.locator(".chip, .tk .bar i, .shot").filter(visible=True)
    assert {ink.evaluate("node => getComputedStyle(node).printColorAdjust") for ink in inks.all()} <= {"exact"}


def test_nobody_is_sent_to_what_is_hidden_there(visit: Visit) -> None:
    page = visit(f"{hooks.REVERSE}&present=1&tab=lab", viewport=PROJECTOR)
    for tab, words, hidden in (("Lab", ".nothing", "add an act:"), ("Compare", ".nobody", "Choose another architecture")):
        hooks.open_tab(page, tab)
        expect(page.locator(words)).to_contain_text("Leave with Esc")
        assert hidden not in page.locator(words).inner_text()
