"""How tokens are chosen, by draws and by search, also on a phone; and whose error a wrong answer is."""

from __future__ import annotations

import re

import pytest
import torch
from playwright.sync_api import expect

from playground import load
from playground.inference.decoding import Sample, weighted
from playground.models import writable
from tests.browser import hooks
from tests.browser.conftest import Visit, Watch

pytestmark = pytest.mark.browser

WEIGHED = """async ([sampling]) => {
  const { href } = document.getElementById('modules'), { take } = await import(href);
  const [state, { rank }, { unpack }] = [await take('core/state.js'), await take('core/sampling.js'), await take('core/arrays.js')];
  const { logits, vocabulary } = state.scene.value, rows = unpack(logits);
  return Array.from({ length: rows.shape[0] }, (_, step) => {
    const shares = new Array(vocabulary.length).fill(0);
    for (const { index, probability } of rank(rows.row(step), vocabulary, sampling)) shares[index] = probability;
    return shares;
  });
}"""


def test_the_page_weighs_logits_as_the_model_does(visit: Visit) -> None:
    """Where the model hesitates; every step, with each setting alone and with all of them."""
    page = visit("?architecture=attention_seq2seq&task=translation")
    logits = torch.from_numpy(load("attention_seq2seq", "translation").explore(hooks.source(page).input_value())["decoder.logits"])
    for sampling in (Sample(0.5), Sample(2.0), Sample(top_k=2), Sample(top_p=0.6), Sample(1.7, 5, 0.85)):
        asked = {"temperature": sampling.temperature, "top_k": sampling.top_k, "top_p": sampling.top_p}
        found = torch.tensor(page.evaluate(WEIGHED, [asked]), dtype=torch.float64)
        torch.testing.assert_close(found, weighted(writable(logits.double()), sampling), atol=1e-6, rtol=0)


def test_top_p_cuts_what_is_drawn_and_says_so_without_the_server(visit: Visit, watch: Watch) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation&input=the+beautiful+tree+is+green")
    panel = hooks.panel(page, "Next token")
    with watch.unasked(page):
        page.get_by_label("Top-p").fill("0.5")
        expect(panel).to_contain_text(re.compile(r"Only 1 of \d+ tokens may be drawn"))
        expect(panel.locator(".p.out:visible")).to_have_count(5)
        expect(panel.locator(".cut")).to_be_visible()
        page.get_by_label("Top-p").fill("1")
        page.get_by_label("Top-k").fill("2")
        expect(panel.locator(".p.out:visible")).to_have_count(4)
        page.get_by_label("Temperature", exact=True).fill("2")
        expect(panel).to_contain_text("At temperature 2.0")


def test_a_draw_is_drawn_again_by_its_sliders_and_the_link_brings_them_back(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation&input=the+beautiful+tree+is+green")
    again = page.get_by_role("button", name="Draw again")
    expect(again).to_be_hidden()
    page.get_by_label("Top-k").fill("3")
    page.get_by_label("Temperature", exact=True).fill("1.9")
    page.get_by_role("button", name="sample", exact=True).click()
    expect(page).to_have_url(re.compile("decoding=sample&temperature=1.9&draw=0&top_k=3"))
    again.click()
    expect(page).to_have_url(re.compile("draw=1&top_k=3"))
    other = visit("?" + page.url.partition("?")[2])
    expect(other.get_by_label("Top-k")).to_have_attribute("aria-valuetext", "3")
    expect(other.get_by_label("Temperature", exact=True)).to_have_attribute("aria-valuetext", "1.9")
    assert hooks.output(other) == hooks.output(page)


def test_a_beam_is_a_tree_whose_branches_open_on_the_stage(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation&input=the+beautiful+tree+is+green")
    tree = hooks.panel(page, "Beam")
    expect(tree).to_be_hidden()
    page.get_by_role("button", name="beam", exact=True).click()
    nodes = tree.get_by_role("treeitem")
    expect(tree.locator(".now")).to_have_count(1)
    right = hooks.output(page)
    for width, first in ((2, 2 + 3), (4, 4 + 3)):
        page.get_by_label("Width").fill(str(width))
        expect(tree).to_contain_text(f"{width} beginnings kept")
        expect(tree.get_by_role("treeitem", name=re.compile("^Step 1:"))).to_have_count(first)
    expect(page).not_to_have_url(re.compile("width="))
    page.get_by_label("Length penalty").fill("0.5")
    expect(page).to_have_url(re.compile("decoding=beam&length_penalty=0.5"))

    # Another answer than the best: by its end, with the keyboard alone.
    second = tree.get_by_role("treeitem", name=re.compile("answer 2, score −"))
    second.focus()
    expect(tree.locator(".read")).to_contain_text("answer 2.")
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-selected", "true")
    assert hooks.output(page) != right
    expect(tree).to_be_visible()
    expect(tree.get_by_role("treeitem", name=re.compile("answer 1, score −"))).to_have_attribute("aria-selected", "false")
    second.focus()
    page.keyboard.press("ArrowLeft")
    expect(second).not_to_be_focused()
    page.keyboard.press("ArrowRight")
    hooks.expect_step(page, 0)  # arrows lead along the branches, and do not play
    branches = nodes.count()
    tree.get_by_role("button", name="Show as table").click()
    assert tree.get_by_role("row").count() == branches + 1
    page.get_by_role("button", name="greedy", exact=True).click()
    hooks.expect_output(page, right)
    expect(tree).to_be_hidden()


def test_a_phone_chooses_how_tokens_are_chosen(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation&decoding=beam", viewport={"width": 390, "height": 844})
    for name in ("greedy", "sample", "beam"):
        button = page.get_by_role("button", name=name, exact=True)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        box = button.bounding_box()
        assert box is not None and box["height"] >= 42
    expect(hooks.panel(page, "Beam")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


COVERED = """() => [...document.querySelectorAll('.chip.bad')].filter((chip) => {
  const text = document.createRange();
  text.selectNodeContents(chip.lastElementChild);
  const { top, height, fontSize } = getComputedStyle(chip, '::after');
  const zoom = chip.currentCSSZoom, size = zoom * parseFloat(getComputedStyle(chip.lastElementChild).fontSize);
  const box = text.getBoundingClientRect();
  const inked = (box.top + box.bottom) / 2 - 0.36 * size;  // where digits and capitals begin
  return chip.getBoundingClientRect().top + zoom * (parseFloat(top) + parseFloat(fontSize) * 0.9) > inked;
}).map((chip) => chip.textContent)"""


@pytest.mark.parametrize(("query", "width"), [("", 1440), ("&present=1", 1440), ("", 390)])
def test_the_first_difference_is_framed_and_no_cross_covers_a_token(visit: Visit, query: str, width: int) -> None:
    page = visit(f"{hooks.REVERSE}&input=314159265358{query}", viewport={"width": width, "height": 900})
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name=re.compile("^Force ‘[0-9]’")).first.click()
    chips = page.locator(".blk.dec .chip")
    expect(chips.nth(1)).to_have_class(re.compile("first"))
    page.keyboard.press("End")
    expect(page.locator(".chip.first")).to_have_count(1)
    expect(page.locator(".picg")).to_have_accessible_name(re.compile("Step 2 is the first that is wrong"))
    assert page.locator(".chip.bad").count() >= 1
    assert page.evaluate(COVERED) == []


def test_a_wrong_answer_says_whose_error_it_is_beside_what_right_beginnings_would_give(visit: Visit) -> None:
    """Longer than anything it was trained on."""
    page = visit(f"{hooks.REVERSE}&input=314159265358979323")
    told, panel = page.locator("p.worth"), hooks.panel(page, "Teacher forcing")
    expect(told).to_contain_text(re.compile(r"New: not among the [\d,]+ inputs it was trained on\. Model error: it holds its own answer"))
    expect(panel).to_contain_text(re.compile(r"On its own it is wrong at \d+ of 19 steps, after the right beginning at \d+"))
    panel.locator(".cell.bad").first.click()
    expect(panel.locator(".cell.now")).to_have_count(3)
    expect(page.get_by_text("step 6 of 18")).to_be_visible()
    hooks.type_source(page, hooks.PINNED)
    hooks.expect_output(page, hooks.REVERSED)
    expect(told).not_to_contain_text("error")
    expect(panel).to_contain_text("every beginning was right already")
    page.goto(page.url.partition("?")[0] + "?architecture=pooled_classifier&task=sentiment")
    expect(page.locator("p.worth")).to_contain_text(re.compile("^(New|Known): "))
    expect(hooks.panel(page, "Teacher forcing")).to_be_hidden()
