"""The one picture for every architecture: its blocks, its ghosts, the head that is drawn; whole and legible in every look."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, wait_drawn
from tests.browser.test_first_paint import OVERLAPS, SMALL_TEXT

pytestmark = pytest.mark.browser

MODELS = {
    "layers": "?architecture=transformer&task=reverse",
    "four-layers": "?architecture=transformer&task=translation&model.layers=4",
    "prompt": "?architecture=transformer_decoder&task=reverse",
    "long-prompt": "?architecture=transformer_decoder&task=completion",
    "counts": "?architecture=ngram&task=completion",
    "label": "?architecture=transformer_encoder&task=sentiment",
    "tags": "?architecture=transformer_encoder&task=entities",
    "pooled": "?architecture=pooled_classifier&task=sentiment",
    "number": "?architecture=pooled_classifier&task=total",
}
LOOKS: dict[str, Any] = {
    "desktop": {},
    "phone": {"viewport": PHONE},
    "present": {"viewport": {"width": 1920, "height": 1080}},
}
# Chips and blocks that stand on each other, or leave their half; rows that scroll show a part of their chips only.
CROWDED = """() => {
  const box = (node) => node.getBoundingClientRect(), found = [];
  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && box(node).width > 1;
  for (const half of document.querySelectorAll('.blk')) {
    const parts = [...half.querySelectorAll('.sub, .why, .bh, .cols:not(.scrolls) > .col > .chip')].filter(shown);
    parts.forEach((part, i) => {
      const a = box(part), edge = box(half);
      if (a.left < edge.left - 1 || a.right > edge.right + 1 || a.bottom > edge.bottom + 1) found.push(`${part.textContent} sticks out`);
      parts.slice(i + 1).forEach((other) => {
        const b = box(other);
        if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1) {
          found.push(`${part.textContent} overlaps ${other.textContent}`);
        }
      });
    });
  }
  return found;
}"""


def sentence(page: Page) -> Any:
    return page.locator(".say")


def blocks(page: Page, half: str) -> Any:
    return page.get_by_role("group", name=f"{half}: layers").get_by_role("button")


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_crowded_or_too_small(visit: Visit, look: str) -> None:
    for name in ("layers", "prompt", "label"):  # the tallest picture, both ghosts
        query = MODELS[name]
        page = visit(query + ("&present=1" if look == "present" else ""), **LOOKS[look])
        wait_drawn(page)
        width, room = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert width <= room, f"{name}: the page is {width} px wide in a window of {room} px"
        assert page.evaluate(OVERLAPS) == [], name
        assert page.evaluate(CROWDED) == [], name
        assert [told for told in page.evaluate(SMALL_TEXT, 24 if look == "present" else 12) if "px in" in told] == [], name
        page.close()


def test_layers_are_columns_of_blocks_with_live_lengths(visit: Visit) -> None:
    page = visit(MODELS["layers"])
    cross = blocks(page, "decoder").filter(has_text="cross-attn").first
    expect(cross).to_be_visible()
    first = cross.text_content()
    assert re.search(r"\+\d", first or "")
    page.locator("#player").press("ArrowRight")
    hooks.expect_step(page, 1)
    expect(cross).not_to_have_text(first or "")


def test_layers_unfold_to_every_sublayer(visit: Visit) -> None:
    page = visit(MODELS["layers"])
    page.get_by_role("button", name="Unfold the layers of the encoder").click()
    for name in ("linear 1", "activation", "linear 2", "sum"):
        expect(blocks(page, "encoder").filter(has_text=name).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("dropout, off while you look")).first).to_be_visible()
    page.get_by_role("button", name="Fold the layers of the encoder").click()
    expect(blocks(page, "encoder").filter(has_text="linear 1").first).to_be_hidden()


def test_a_block_is_opened_by_keyboard_and_closed_by_escape(visit: Visit) -> None:
    page = visit(MODELS["layers"])
    block = blocks(page, "encoder").filter(has_text="self-attn").first
    block.focus()
    page.keyboard.press("Enter")
    expect(block).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("block=encoder.layers.0.self_attention"))
    expect(page.get_by_role("button", name="Close the block")).to_be_visible()
    block.focus()
    page.keyboard.press("Escape")
    expect(block).to_have_attribute("aria-pressed", "false")
    expect(page).not_to_have_url(re.compile("block="))


def test_the_pill_opens_the_attention_that_made_it(page: Page) -> None:
    page.get_by_role("button", name="context: open how it is computed").click()
    expect(page.get_by_role("button", name="decoder: attention")).to_have_attribute("aria-pressed", "true")


def test_ribbons_and_sentence_follow_the_chosen_head(visit: Visit) -> None:
    page = visit(MODELS["layers"])
    expect(sentence(page)).to_contain_text(re.compile(r"head.\d\.\d looks most(ly)? at state \d"))
    page.get_by_role("tab", name="Attention").click()
    chosen = page.get_by_role("button", name=re.compile("head 2", re.IGNORECASE)).first
    chosen.click()
    expect(sentence(page)).to_contain_text(re.compile(r"head.1\.2"))


def test_picture_and_panel_name_the_same_state_where_a_text_goes_on(visit: Visit) -> None:
    """There is no start token: the first word is written from the state of the prompt's last one."""
    page = visit(MODELS["long-prompt"])
    looked = set()
    for step in range(hooks.steps(page)):
        hooks.expect_step(page, step)
        expect(sentence(page)).to_contain_text(f"Step {step + 1}.")
        told = sentence(page).inner_text()
        named = re.search(r"looks most(?:ly)? at (its own )?state \d+, (?:which has read )?(‘.+’) — weight (\d\.\d\d)", told)
        assert named, told
        assert ("mostly" in told) == (float(named[3]) >= 0.5), "mostly is more than half"
        expect(hooks.panel(page, "Attention")).to_contain_text(f"looks at {named[2]}, weight {named[3]}")
        looked.add(bool(named[1]))
        page.locator("#player").press("ArrowRight")
    assert looked == {True, False}, "some steps look at the prompt, some at what was written"


def test_a_reader_answers_in_one_step_and_says_what_it_read(visit: Visit) -> None:
    page = visit(MODELS["pooled"])
    assert hooks.steps(page) == 1
    expect(page.get_by_text("step 1 of 1")).to_be_visible()
    expect(sentence(page)).to_contain_text(
        re.compile("^The answer ‘(positive|negative)’ is read off the pooled context: the pooling looks")
    )
    expect(page.get_by_role("group", name="How each token is chosen")).to_be_hidden()
    answers = hooks.panel(page, "Answer")
    expect(answers.get_by_role("button", name=re.compile("^positive, "))).to_be_disabled()


def test_tags_have_a_step_for_each_token(visit: Visit) -> None:
    page = visit(MODELS["tags"])
    tokens = len(hooks.source(page).input_value().split())
    assert hooks.steps(page) >= tokens
    page.locator("#player").press("ArrowRight")
    expect(sentence(page)).to_contain_text("is read off state 2")


def test_a_number_has_no_next_token(visit: Visit) -> None:
    page = visit(MODELS["number"])
    expect(page.get_by_text("No next token")).to_be_visible()
