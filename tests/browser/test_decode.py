"""Typing, stepping, forcing, links: everything that looks into the model on the stage."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit, Watch
from tests.browser.driving import DESKTOP, PHONE, wait_drawn, wait_ready

pytestmark = pytest.mark.browser

HOSTILE = ["<script>hacked=1</script>", "<img src=x onerror=hacked=1>", "{{hacked=1}}", "${hacked=1}", "'\"><svg onload=hacked=1>"]


def test_typed_digits_are_decoded_on_enter_with_and_without_spaces(page: Page) -> None:
    for typed, answer in [("12345", "5 4 3 2 1"), ("6 7 8 9", "9 8 7 6"), ("  1 2  3 ", "3 2 1"), ("４５６７", "7 6 5 4")]:
        hooks.type_source(page, typed)
        hooks.expect_output(page, answer)
        length = len(answer.split())
        assert hooks.steps(page) == length + 1
        expect(hooks.verdict(page)).to_contain_text(f"right, {length} of {length}")


def test_an_example_is_decoded_by_one_click(visit: Visit) -> None:
    page = visit("?task=reverse")
    page.get_by_role("button", name="624917", exact=True).click()
    hooks.expect_output(page, "7 1 9 4 2 6")
    expect(hooks.source(page)).to_have_value("624917")


def test_dice_bring_a_random_input(page: Page) -> None:
    page.get_by_role("button", name="Random input").click()
    expect(hooks.source(page)).not_to_have_value(hooks.PINNED)
    drawn = hooks.source(page).input_value()
    assert re.fullmatch(r"\d{3,12}", drawn)
    expect(hooks.panel(page, "Attention").get_by_role("img")).to_have_accessible_name(re.compile(f"by {len(drawn)} source positions"))


@pytest.mark.fault(1)
def test_an_unknown_token_is_marked_and_the_stage_stays(page: Page) -> None:
    hooks.type_source(page, "3 x 7")
    expect(hooks.alert(page)).to_contain_text("‘x’ is not known to this model")
    expect(page.get_by_role("listitem", name="x, not in the vocabulary")).to_be_visible()
    hooks.expect_output(page, hooks.REVERSED)
    expect(hooks.source(page)).to_have_value("3 x 7")
    hooks.type_source(page, "37")
    hooks.expect_output(page, "7 3")
    expect(hooks.alert(page)).to_be_hidden()


@pytest.mark.fault(2)
def test_an_empty_and_an_endless_input_are_refused_with_a_hint(page: Page) -> None:
    for typed, hint in [("", "Type some digits"), ("1" * 10_000, "10,000 characters"), ("   ", "Type some digits")]:
        hooks.type_source(page, typed)
        expect(hooks.alert(page)).to_contain_text(hint)
        hooks.expect_output(page, hooks.REVERSED)
        expect(hooks.verdict(page)).to_be_hidden()  # "right" beside a refusal would seem to be about what was refused
    hooks.type_source(page, "37")
    expect(hooks.verdict(page)).to_be_visible()


@pytest.mark.fault(7)
def test_markup_is_shown_and_not_run(page: Page) -> None:
    for text in HOSTILE:
        hooks.type_source(page, text)
        expect(hooks.alert(page).get_by_role("list")).to_have_text(text.replace(" ", ""))
        assert page.evaluate("() => typeof hacked") == "undefined"
        assert page.locator("img[src=x], svg[onload]").count() == 0
        hooks.expect_output(page, hooks.REVERSED)


@pytest.mark.fault(7)
@pytest.mark.parametrize("name", ["task", "input", "model.score"])
def test_markup_in_a_link_is_shown_and_not_run(visit: Visit, name: str) -> None:
    text = HOSTILE[1]
    page = visit(f"?{name}={quote(text)}")
    expect(page.get_by_text("Link not understood")).to_be_visible()
    assert page.evaluate("() => typeof hacked") == "undefined"
    assert page.locator("img[src=x], svg[onload]").count() == 0
    hooks.expect_output(page, hooks.TRANSLATED)


STAGE = """() => ['section.pic', '#player', '[role=tablist]'].map((name) => {
  const { x, y, width, height } = document.querySelector(name).getBoundingClientRect();
  return [x, y + scrollY, width, height];
})"""


@pytest.mark.fault(54)
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_error_does_not_move_the_stage(visit: Visit, viewport: dict[str, int]) -> None:
    """Short ones, long ones, and one that comes before the last one was read."""
    page = visit(hooks.REVERSE, viewport=viewport)
    wait_drawn(page)
    before = page.evaluate(STAGE)
    for typed, hint in [("3 x 7", "‘x’"), ("", "Type some digits"), ("not a digit " * 15, "‘n’"), ("1" * 10_000, "10,000 characters")]:
        hooks.type_source(page, typed)
        expect(hooks.alert(page)).to_contain_text(hint)
        expect(hooks.alert(page)).to_be_in_viewport()
        assert page.evaluate(STAGE) == before, typed[:20]
    for typed in ("a", "b 1"):
        hooks.type_source(page, typed)
    expect(hooks.alert(page)).to_contain_text("‘b’")
    assert page.evaluate(STAGE) == before
    hooks.type_source(page, hooks.PINNED)
    expect(hooks.alert(page)).to_be_hidden()


@pytest.mark.fault(5)
def test_writing_from_right_to_left_is_one_chip_a_letter_in_its_order(page: Page) -> None:
    hooks.type_source(page, "1 שלום 2 مرحبا 3")
    chips = hooks.alert(page).get_by_role("listitem")
    expect(chips).to_have_text(list("1שלום2مرحبا3"))
    assert chips.evaluate_all("chips => chips.map((chip) => getComputedStyle(chip).unicodeBidi)") == ["isolate"] * 12
    places = chips.evaluate_all("chips => chips.map((chip) => chip.getBoundingClientRect().x)")
    assert places == sorted(places) and len(set(places)) == 12


def test_past_the_trained_lengths_there_is_a_notice(page: Page) -> None:
    hooks.type_source(page, "12345678901234")
    expect(page.get_by_text("the model was trained on lengths 3 to 12")).to_be_visible()
    hooks.type_source(page, "1234")
    expect(page.get_by_text("the model was trained on lengths 3 to 12")).to_be_hidden()


def test_what_was_read_is_shown_where_another_form_was_typed(page: Page) -> None:
    note = page.locator(".pic .note")
    hooks.type_source(page, "3,1,4.")
    hooks.expect_output(page, "4 1 3")
    expect(note).to_have_text("Read as: 3 1 4")
    hooks.type_source(page, "3-1-4-12345678901234")
    expect(note).to_contain_text("the model was trained on lengths 3 to 12, so expect mistakes. Read as: 3 1 4 1 2 3")
    hooks.type_source(page, "314")
    expect(note).to_be_hidden()


WALK = [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 9), ("ArrowRight", 9), ("Home", 0), ("ArrowLeft", 0)]


def test_keys_walk_through_the_steps_of_a_fresh_page_and_scroll_nothing(page: Page, watch: Watch) -> None:
    """Nothing has the focus; then a button has it that was clicked, then the player itself."""
    page.set_viewport_size({"width": 1280, "height": 600})
    with watch.unasked(page):
        for focus in (None, "button.again, .switch button", "#player"):
            if focus:
                page.evaluate("(name) => document.querySelector(`:is(${name}):not([hidden])`).focus({ preventScroll: true })", focus)
            for key, step in WALK:
                page.keyboard.press(key)
                hooks.expect_step(page, step)
            assert page.evaluate("() => scrollY") == 0
    for key in ("Shift+ArrowRight", "Control+End", "Alt+End", "Meta+ArrowRight"):
        page.keyboard.press(key)
    hooks.expect_step(page, 0)


def test_keys_belong_to_whoever_has_the_focus(page: Page) -> None:
    hooks.source(page).press("End")
    page.keyboard.type(" 7")
    expect(hooks.source(page)).to_have_value(f"{hooks.PINNED} 7")
    for taker in (hooks.source(page), page.get_by_label("Temperature", exact=True), page.locator("#tab-decode")):
        taker.focus()
        for key in ("End", "Home", "ArrowRight", "ArrowLeft"):
            page.keyboard.press(key)
        hooks.expect_step(page, 0)
    page.get_by_role("radio", name="10 s", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="30 s", exact=True)).to_be_checked()
    hooks.expect_step(page, 0)


def test_a_clicker_steps_through_a_projected_page(visit: Visit) -> None:
    page = visit(f"{hooks.REVERSE}&present=1")
    for key, step in [("PageDown", 1), ("PageDown", 2), ("PageUp", 1), ("ArrowRight", 2), ("Home", 0)]:
        page.keyboard.press(key)
        hooks.expect_step(page, step)


def test_a_step_moves_every_linked_view(page: Page) -> None:
    page.locator("#player").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Step 2.", exact=True)).to_be_visible()
    expect(page.get_by_text("step 2 of 10")).to_be_visible()
    expect(hooks.panel(page, "Attention")).to_contain_text(re.compile("Step 2 looks at .* 8"))
    expect(hooks.panel(page, "Next token")).to_contain_text("step 2")
    expect(hooks.panel(page, "Trajectory")).to_contain_text("Step 2 moved the state by")


def test_space_plays_to_the_end_and_pauses(page: Page) -> None:
    speed = page.get_by_role("button", name=re.compile("^Speed"))
    speed.click()
    speed.click()
    expect(speed).to_have_text("0.5×")
    speed.blur()
    page.keyboard.press(" ")
    expect(page.locator("#player")).not_to_have_attribute("data-step", "0")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press(" ")
    hooks.expect_step(page, 9)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_the_track_is_scrubbed_with_the_mouse(page: Page) -> None:
    box = page.get_by_role("slider", name="Output step").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.55, y)
    page.mouse.down()
    hooks.expect_step(page, 5)
    page.mouse.move(box["x"] + box["width"] * 0.95, y, steps=4)
    hooks.expect_step(page, 9)
    page.mouse.up()


def test_a_row_of_the_heatmap_leads_to_its_step(page: Page) -> None:
    heatmap = page.get_by_role("img", name=re.compile("Heatmap of attention"))
    box = heatmap.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6)
    expect(page.locator("#player")).not_to_have_attribute("data-step", "0")


def test_a_forced_token_is_written_and_decoding_goes_on(page: Page) -> None:
    page.locator("#player").press("ArrowRight")
    runner_up = page.get_by_role("button", name=re.compile("^Force ‘[0-9]’")).first
    token = runner_up.text_content()
    runner_up.click()
    hooks.expect_output(page, re.compile(f"^5 {token} [0-9]"))
    hooks.expect_step(page, 1)
    expect(page.get_by_role("button", name=re.compile(f"^{token}, written"))).to_be_visible()
    hooks.type_source(page, hooks.PINNED)
    hooks.expect_output(page, hooks.REVERSED)


def test_the_temperature_reweights_without_the_server(page: Page, watch: Watch) -> None:
    with watch.unasked(page):
        page.get_by_label("Temperature", exact=True).fill("2")
        expect(hooks.panel(page, "Next token")).to_contain_text("At temperature 2.0")


def test_the_trajectory_switches_between_encoder_and_decoder(page: Page) -> None:
    figure = hooks.panel(page, "Trajectory")
    expect(figure.locator(".js-plotly-plot")).to_be_visible()
    figure.get_by_role("button", name="enc").click()
    expect(figure.get_by_role("button", name="enc")).to_have_attribute("aria-pressed", "true")
    expect(figure).to_contain_text(re.compile("Step 1 looks most at .* 9"))
    figure.get_by_role("button", name="dec").click()
    expect(figure).to_contain_text("Step 1 starts here")


def test_a_reload_brings_the_same_page(page: Page) -> None:
    hooks.type_source(page, "1234")
    hooks.expect_output(page, "4 3 2 1")
    expect(page).to_have_url(re.compile("input=1"))  # the address follows what is painted
    page.reload()
    wait_ready(page)
    hooks.expect_output(page, "4 3 2 1")
    expect(hooks.source(page)).to_have_value("1234")


@pytest.mark.fault(39)
def test_a_link_that_is_not_understood_gives_the_start_page_and_says_so(visit: Visit) -> None:
    page = visit("?task=poetry&architecture=attention_seq2seq&step=many")
    expect(page.get_by_text("Link not understood")).to_be_visible()
    hooks.expect_output(page, hooks.TRANSLATED)
    hooks.expect_task(page, "translation")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Link not understood")).to_be_hidden()


def test_a_link_restores_task_architecture_input_and_step(visit: Visit) -> None:
    page = visit("?architecture=seq2seq&task=copy&input=4711471&step=2")
    hooks.expect_output(page, "4 7 1 1 4 7 1")
    hooks.expect_task(page, "copy")
    hooks.expect_architecture(page, "seq2seq")
    expect(hooks.source(page)).to_have_value("4711471")
    hooks.expect_step(page, 2)


def test_the_address_leads_back_to_what_is_on_the_screen(page: Page, visit: Visit) -> None:
    hooks.choose(page, task="copy", architecture="seq2seq")
    hooks.type_source(page, "8642")
    hooks.expect_output(page, "8 6 4 2")
    page.locator("#player").press("End")
    hooks.expect_step(page, 4)
    expect(page).to_have_url(re.compile("step=4"))
    other = visit("?" + page.url.partition("?")[2])
    hooks.expect_output(other, "8 6 4 2")
    hooks.expect_step(other, 4)
    hooks.expect_architecture(other, "seq2seq")


def test_another_architecture_decodes_the_same_input(page: Page) -> None:
    hooks.type_source(page, "5566778")
    hooks.expect_output(page, "8 7 7 6 6 5 5")
    hooks.choose(page, architecture="seq2seq")
    expect(hooks.source(page)).to_have_value("5566778")
    expect(hooks.panel(page, "Attention").get_by_text("This model has no attention")).to_be_visible()
    assert hooks.steps(page) >= 7


BOXES = """async (frames) => {
  const shown = [...document.querySelectorAll('body *')].filter((node) => node.getClientRects().length);
  const boxes = () => shown.map((node) => Object.values(node.getBoundingClientRect().toJSON()).map(Math.round).join());
  const before = boxes(), moved = new Set();
  for (let i = 0; i < frames; i++) {
    await new Promise(requestAnimationFrame);
    boxes().forEach((box, k) => box === before[k] || moved.add(`${shown[k].tagName}.${shown[k].className}`));
  }
  return [...moved];
}"""


@pytest.mark.parametrize("query", ["?architecture=ngram&task=completion&decoding=sample&temperature=1&draw=1", "?task=dates", ""])
def test_nothing_moves_once_it_stands(visit: Visit, query: str) -> None:
    page = visit(query)
    wait_drawn(page)
    page.wait_for_function("() => document.getAnimations().length === 0")
    assert page.evaluate(BOXES, 30) == []
