"""Predict, then play: what comes next is hidden until it is guessed, with the mouse, with keys, and on any pair."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit, Watch

pytestmark = pytest.mark.browser

# Everything that can be read of what is still to come: texts, names, titles, of nodes that are seen or told.
TOLD = """() => [...document.querySelectorAll('.picg, .ticks, .panel .pb, .panel .read, #output')].flatMap((root) =>
  [...root.querySelectorAll('*')].filter((node) => node.childElementCount === 0 && !node.closest('[aria-hidden=true], .enc, .colname')
    && node.checkVisibility({ visibilityProperty: true }) && getComputedStyle(node).color !== 'rgba(0, 0, 0, 0)')
    .map((node) => node.textContent.trim())).filter(Boolean)"""


def question(page: Page) -> Locator:
    return page.locator(".ask").get_by_role("radiogroup", include_hidden=True)


def right(page: Page) -> int:
    """The place of the right choice, as the machine knows it."""
    found: int = page.evaluate(
        "async () => (await (await import(document.getElementById('modules').href)).take('core/state.js')).prediction.value.right"
    )
    return found


def test_what_comes_next_is_hidden_until_it_is_guessed(page: Page, watch: Watch) -> None:
    """A look and a token by turns; the score stays, and nothing of it asks the server."""
    with watch.unasked(page):
        page.get_by_role("button", name="Predict").click()
        expect(page.get_by_text("Step 2. Where will it look most?")).to_be_visible()
        expect(question(page).get_by_role("radio")).to_have_count(4)
        assert not {"6", "2", "end"} & set(page.evaluate(TOLD)), "what is still to be written is written somewhere"
        expect(hooks.panel(page, "Next token").locator(".tk")).to_be_hidden()
        expect(page.locator(".say")).to_be_hidden()
        page.keyboard.press(str(right(page) + 1))
        expect(page.get_by_text(re.compile("✓ Right: it looks most at state 8, ‘6’, weight"))).to_be_visible()
        expect(page.locator(".blk.dec .chip.cur")).to_have_text("6")
        expect(hooks.panel(page, "Next token").locator(".tk")).to_be_visible()
        page.keyboard.press("Enter")  # Next has the focus
        expect(page.get_by_text("Step 3. What will it write?")).to_be_visible()
        wrong = question(page).get_by_role("radio").nth((right(page) + 1) % 4)
        wrong.click()
        expect(page.get_by_text(re.compile("✗ No: it writes ‘2’, .* your guess ‘[0-9]|end’? got"))).to_be_visible()
        expect(page.get_by_role("button", name="Predict · 1 of 2")).to_be_visible()
        page.keyboard.press("Escape")
        expect(question(page)).to_be_hidden()
        expect(page.locator(".say")).to_contain_text("Step 3.")
        expect(page.get_by_role("button", name="Predict")).to_be_focused()


def test_a_guess_needs_no_mouse_and_a_step_ends_the_asking(page: Page) -> None:
    page.get_by_role("button", name="Predict").press("Enter")
    expect(question(page).get_by_role("radio").first).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    third = question(page).get_by_role("radio").nth(2)
    expect(third).to_be_focused()
    expect(third).to_have_attribute("aria-checked", "true")
    hooks.expect_step(page, 1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile(r"Predict · [01] of 1"))).to_be_visible()
    page.get_by_role("button", name="Next step").click()
    hooks.expect_step(page, 2)
    expect(question(page)).to_be_hidden()


@pytest.mark.parametrize(
    ("query", "asked", "again"),
    [
        ("?architecture=seq2seq&task=reverse", "What will it write?", "2 7"),
        ("?architecture=pooled_classifier&task=sentiment", "Where does it look most?", "the film was good"),
        ("?architecture=pooled_classifier&task=total", "Where does it look most?", "two plus four"),
        ("?architecture=transformer_decoder&task=completion", "Where will it look most?", None),
    ],
)
def test_any_pair_that_answers_can_be_asked_and_a_new_input_asks_anew(visit: Visit, query: str, asked: str, again: Any) -> None:
    page = visit(query)
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_text(asked)).to_be_visible()
    if again:
        hooks.type_source(page, again)
        expect(page.get_by_label(f"encoder tokens: {again}", exact=True)).to_be_visible()  # it is answered
        expect(page.get_by_text(asked)).to_be_visible()
        hooks.expect_step(page, 0)
    question(page).get_by_role("radio").nth(0).click()
    expect(page.get_by_text(re.compile("^(✓ Right|✗ No): it"))).to_be_visible()


@pytest.mark.parametrize("query", ["?architecture=attention_seq2seq&task=reverse", "?present=1"])
@pytest.mark.parametrize("width", [1280, 390])
def test_choices_are_in_reach(visit: Visit, query: str, width: int) -> None:
    page = visit(query, viewport={"width": width, "height": 720})
    page.get_by_role("button", name="Predict").click()
    for choice in page.locator(".guess").all():
        box = choice.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] >= (44 if width < 641 else 34)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
