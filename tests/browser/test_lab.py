"""Acting on a model: what is done, what the page then shows, what it says of held-out inputs, and how it is taken back."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, wait_ready

pytestmark = pytest.mark.browser

PAIR = "?architecture=attention_seq2seq&task=translation&input=the+tree+likes+my+small+red+star&tab=lab"
HOLD = ["hold", "decoder.attention.weights", 1, None, [3], True]
GATE = ["clamp", "decoder.recurrent.layers.0.forget_gate", 41, 0, None, False]
EACH = (
    "transformer&task=reverse",
    "transformer_encoder&task=sentiment",
    "vae&task=digits",
    "captioner&task=scenes",
    "recognizer&task=dialing",
)
RIGHT = "l'arbre aime ma petite étoile rouge"


def acts(*chosen: list[Any]) -> str:
    return f"{PAIR}&acts={quote(json.dumps(chosen))}"


def in_link(page: Page) -> list[Any]:
    return json.loads(parse_qs(urlsplit(page.url).query).get("acts", ["[]"])[0])


def row(page: Page, name: str) -> Locator:
    return page.locator(".acts .act").filter(has=page.get_by_role("switch", name=name))


def test_an_act_is_added_followed_measured_switched_and_taken_back(visit: Visit) -> None:
    page = visit(PAIR)
    hooks.expect_output(page, RIGHT)
    expect(page.locator(".acts-panel")).to_contain_text("Nothing is changed yet")
    page.get_by_role("button", name="Add an act").click()
    form = page.get_by_role("form", name="Add an act")
    form.get_by_label("What").select_option("hold")
    form.get_by_label("Place").select_option(label="2 tree")
    form.get_by_label("Steps").select_option(label="4 ma")
    form.get_by_role("button", name="Add").click()
    expect(page.locator("#output")).not_to_have_text(RIGHT)
    expect(page).to_have_url(re.compile("acts="))
    assert in_link(page) == [HOLD]
    expect(hooks.whose(page)).to_contain_text("1 act on")
    expect(page.locator(".col.differs .plain")).to_have_text("ma")
    mine = row(page, "Hold attention on state 2, ‘tree’")
    expect(mine.locator(".writes .first")).to_have_text("l'")
    expect(mine.locator(".numbers")).to_contain_text(re.compile(r"−\d+\.\d \[−\d+\.\d, −\d+\.\d\]"))
    expect(mine.locator(".numbers")).to_contain_text(re.compile(r"\d+ others: median −?\d"))
    mine.get_by_role("switch").click()
    hooks.expect_output(page, RIGHT)
    expect(page.locator(".col .plain")).to_have_count(0)
    expect(mine.locator(".writes .first")).to_have_text("l'")  # what it would do is still said
    page.keyboard.press("Control+z")
    expect(page.locator("#output")).not_to_have_text(RIGHT)
    page.keyboard.press("Control+z")
    hooks.expect_output(page, RIGHT)
    expect(page.locator(".acts .act")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#output")).not_to_have_text(RIGHT)
    mine.get_by_role("button", name="Remove").click()
    hooks.expect_output(page, RIGHT)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(mine).to_be_visible()


def test_a_link_holds_the_acts_and_the_whole_page_follows_them(visit: Visit) -> None:
    page = visit(acts(HOLD, GATE))
    expect(page.locator("#output")).not_to_have_text(RIGHT)
    expect(page.get_by_role("switch", name="Hold attention")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_role("switch", name="Forget gate of unit 41")).to_have_attribute("aria-checked", "false")
    written = hooks.output(page)
    page.reload()
    wait_ready(page)
    hooks.expect_output(page, written)
    page.get_by_role("button", name="As code").click()
    expect(page.locator(".code-view")).to_contain_text('Edit("decoder.attention.weights", "set", 1, steps=(3,), at=((-1, 1),))')
    page.locator("#player").get_by_role("button", name="First step").click()
    for _ in range(3):
        page.get_by_role("button", name="Next step").click()
    expect(page.locator(".say")).to_contain_text("Untouched it writes ‘ma’")
    hooks.open_tab(page, "Decode")
    hooks.type_source(page, "the car")
    expect(hooks.whose(page)).to_contain_text("1 act on")
    hooks.open_tab(page, "Lab")
    expect(page.get_by_role("switch", name="Hold attention on state 2, ‘car’")).to_be_visible()


def test_an_act_that_this_input_is_too_short_for_says_so(visit: Visit) -> None:
    page = visit(acts(["hold", "decoder.attention.weights", 6, None, None, True]))
    expect(page.locator("#output")).not_to_have_text(RIGHT)
    hooks.type_source(page, "the car")
    hooks.expect_output(page, "la voiture")
    expect(page.locator(".acts .act .writes")).to_have_text("this input is too short for it")


@pytest.mark.parametrize(
    "pair",
    [
        "transformer&task=reverse",
        "transformer_encoder&task=sentiment",
        "vae&task=digits",
        "captioner&task=scenes",
        "recognizer&task=dialing",
    ],
)
def test_every_kind_of_model_can_be_acted_on(visit: Visit, pair: str) -> None:
    page = visit(f"?architecture={pair}&tab=lab")
    page.get_by_role("button", name="Add an act").click()
    form = page.get_by_role("form", name="Add an act")
    form.get_by_label("What").select_option("scale")
    form.get_by_role("button", name="Add").click()
    expect(hooks.whose(page)).to_contain_text("1 act on")
    expect(page.locator(".acts .act .numbers b")).to_have_text(re.compile(r"\d"))
    expect(page.locator(".acts-panel .read")).to_contain_text(re.compile("held-out inputs (falls|rises|does not change)"))


def test_bad_acts_of_a_link_are_told(visit: Visit) -> None:
    for wrong in ("nonsense", '[["explode","decoder.hidden"]]', json.dumps([HOLD] * 13), '{"a":1}', '[["clamp","decoder.hidden",0,1e999]]'):
        page = visit(f"{PAIR}&acts={quote(wrong)}")
        expect(page.get_by_text("Link not understood")).to_be_visible()
        hooks.expect_output(page, RIGHT)


@pytest.mark.parametrize("size", [None, PHONE])
def test_the_lab_is_legible_to_everybody(visit: Visit, size: Any) -> None:
    page = visit(acts(HOLD, GATE), **({} if size is None else {"viewport": size}))
    expect(page.locator(".acts .act .numbers b").nth(1)).to_be_visible()
    page.get_by_role("button", name="Add an act").click()
    told = [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]
    assert told == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Add an act")).to_be_focused()


def ring(page: Page) -> Locator:
    return page.get_by_role("slider", name=re.compile("^Where step"))


def test_attention_is_dragged_to_another_state_and_let_go(visit: Visit) -> None:
    page = visit(f"{PAIR}&step=3")
    expect(ring(page)).to_have_attribute("aria-valuetext", "state 4, my: looks most here")
    start, goal = ring(page).bounding_box(), page.locator(".blk.enc .col").nth(1).bounding_box()
    assert start is not None and goal is not None
    page.mouse.move(start["x"] + 12, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(goal["x"] + goal["width"] / 2, start["y"], steps=5)
    expect(page.locator(".col.aimed")).to_contain_text("tree")
    page.mouse.up()
    expect(page.locator("#output")).not_to_have_text(RIGHT)
    expect(page).to_have_url(re.compile("acts="))
    assert in_link(page) == [HOLD]
    expect(ring(page)).to_have_attribute("aria-valuetext", "state 2, tree: held")
    expect(page.locator(".say")).to_contain_text("the decoder must look at state 2, ‘tree’ — weight 1.00")
    page.get_by_role("button", name="Next step").click()
    expect(page.locator(".say")).to_contain_text("the decoder looks most")
    expect(ring(page)).not_to_have_class(re.compile("held"))
    page.get_by_role("button", name="Previous step").click()
    ring(page).press("Delete")
    hooks.expect_output(page, RIGHT)


def test_attention_is_held_by_keys(visit: Visit) -> None:
    page = visit("?architecture=transformer&task=reverse&tab=lab&step=2")
    ring(page).focus()
    page.keyboard.press("Home")
    expect(ring(page)).to_have_attribute("aria-valuetext", "state 1, 3: Enter holds it here")
    page.keyboard.press("Escape")
    expect(ring(page)).to_have_attribute("aria-valuetext", re.compile("looks most here"))
    page.keyboard.press("Home")
    page.keyboard.press("h")
    expect(page.get_by_role("switch", name="Hold decoder cross-attention on state 1, ‘3’")).to_be_visible()
    expect(page).to_have_url(re.compile("acts="))
    assert in_link(page) == [["hold", "decoder.layers.0.cross_attention.weights", 0, None, [2], True]]
    hooks.expect_step(page, 2)


def test_another_input_is_taken_from_and_blended_by_keys(visit: Visit) -> None:
    page = visit("?architecture=seq2seq&task=copy&input=31415&tab=lab")
    hooks.expect_output(page, "3 1 4 1 5")
    page.get_by_role("button", name="Add an act").press("Enter")
    form = page.get_by_role("form", name="Add an act")
    form.get_by_label("What").select_option(label="Take from another input")
    other = form.get_by_role("textbox", name="Other input")
    expect(other).to_have_value(re.compile(r"^(\d ?){5}$"))  # the dice has thrown one that is as long
    thrown = other.input_value()
    form.get_by_role("button", name="Another input").press("Enter")
    expect(other).not_to_have_value(thrown)
    other.fill("92x53")
    other.press("Enter")
    expect(form.get_by_role("status")).to_contain_text("x")
    expect(page.locator(".acts .act")).to_have_count(0)
    other.fill("92653")
    other.press("Enter")
    hooks.expect_output(page, "9 2 6 5 3")
    mine = row(page, "Context from ‘92653’, decoder")
    expect(mine.locator(".numbers")).to_contain_text("16 others: median")
    slider = page.locator(".acts").get_by_role("slider", name=re.compile("^Share of the other"))
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    hooks.expect_output(page, "3 1 4 1 5")
    expect(slider).to_be_focused()
    expect(slider).to_have_value("0")
    expect(page).to_have_url(re.compile("decoder.context%22%2Cnull%2C0%2Cnull"))
    assert in_link(page) == [["swap", "decoder.context", None, 0, None, True, "92653"]]
    page.get_by_role("button", name="Undo", exact=True).click()  # the whole slide
    hooks.expect_output(page, "9 2 6 5 3")


def test_a_gate_is_held_open_or_shut_by_one_press(visit: Visit) -> None:
    page = visit(PAIR)
    page.get_by_role("button", name="Add an act").click()
    form = page.get_by_role("form", name="Add an act")
    form.get_by_label("What").select_option("clamp")
    form.get_by_label("Where").select_option("decoder.recurrent.layers.0.forget_gate")
    form.get_by_role("spinbutton", name="Unit").fill("41")
    form.get_by_role("button", name="Hold at 1").click()
    expect(page.get_by_role("switch", name="Forget gate of unit 41 at 1, decoder")).to_be_visible()


def test_a_token_is_masked_by_a_click_and_by_keys(visit: Visit) -> None:
    page = visit(PAIR)
    page.locator(".blk.enc .col .chip", has_text="red").click()
    expect(page.get_by_role("switch", name="Mask embedding 6, ‘red’")).to_be_visible()
    expect(page.locator("#output")).not_to_have_text(RIGHT)
    expect(page.locator(".col.masked")).to_contain_text("red")
    grip = page.get_by_role("button", name=re.compile("^Mask token"))
    expect(grip).to_have_attribute("aria-pressed", "true")
    grip.press("Delete")
    hooks.expect_output(page, RIGHT)
    expect(page.locator(".col.masked")).to_have_count(0)
    grip.press("Home")
    grip.press("ArrowRight")
    expect(grip).to_have_accessible_name("Mask token 2, tree")
    grip.press("Delete")
    expect(page.get_by_role("switch", name="Mask embedding 2, ‘tree’")).to_be_visible()


def test_a_unit_is_clamped_on_its_bar(visit: Visit) -> None:
    page = visit(f"{PAIR}&step=3")
    units = page.get_by_role("slider", name="Units of the decoder’s state, step 4")
    form = page.get_by_role("form", name="Add an act")
    units.focus()
    for key in ("Home", "ArrowDown", "ArrowDown", "ArrowRight"):
        units.press(key)
    expect(units).to_have_attribute("aria-valuetext", re.compile(r"^unit 2: −?\d?\.\d+; Enter clamps it at −?\d?\.\d+$"))
    units.press("Enter")
    expect(form.get_by_label("Where")).to_have_value("decoder.hidden")
    expect(form.get_by_role("spinbutton", name="Unit")).to_have_value("2")
    expect(form.get_by_label("Steps")).to_have_value("3")
    expect(form.get_by_role("button", name="Add")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("switch", name=re.compile("State of unit 2 at "))).to_be_visible()
    box = units.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(form.get_by_label("Held at")).to_have_value(re.compile(r"^0\.\d+$"))
    assert int(form.get_by_role("spinbutton", name="Unit").input_value()) > 20


@pytest.mark.parametrize(
    ("query", "name", "keys", "site", "unit"),
    [
        (PAIR, "Units of the context, step 1", ("Home", "ArrowRight", "ArrowRight", "ArrowUp"), "decoder.attention.context", "2"),
        (PAIR, "Units of the encoder’s state 1, the", ("PageDown", "End", "ArrowUp"), "encoder.states", "62"),
        ("?architecture=autoencoder&task=digits&tab=lab", "Units of the code", ("Home", "ArrowRight", "ArrowDown"), "code", "1"),
    ],
    ids=["context", "encoder", "code"],
)
def test_a_unit_of_every_vector_in_the_picture_is_clamped(
    visit: Visit, query: str, name: str, keys: tuple[str, ...], site: str, unit: str
) -> None:
    page = visit(query)
    units = page.get_by_role("slider", name=name)
    units.focus()
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name="Add an act")
    expect(form.get_by_label("Where")).to_have_value(re.compile(rf"(^|\.){re.escape(site)}$"))
    expect(form.get_by_role("spinbutton", name="Unit")).to_have_value(unit)
    page.keyboard.press("Enter")
    expect(hooks.whose(page)).to_contain_text("1 act on")
    opens_by_a_click(page, ".blk.enc .st" if site == "encoder.states" else ".codep .vector, .zbox .vector")


def opens_by_a_click(page: Page, glyphs: str) -> None:
    """The form, by the last of these vectors, wherever the grip stands now."""
    box = page.locator(glyphs).last.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.7)
    expect(page.get_by_role("form", name="Add an act")).to_be_visible()
    grips = page.locator(".unit-grip").evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().x)")
    assert min(abs(x - box["x"]) for x in grips) < 2, "the grip stands on the vector that was pressed"


def test_an_opened_block_offers_what_can_be_done_to_it(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation&step=2&block=decoder.attention")
    page.locator("#block summary", has_text="Act on this").press("Enter")
    page.get_by_role("button", name="Freeze attention …").press("Enter")
    form = page.get_by_role("form", name="Add an act")
    expect(form.get_by_label("Where")).to_have_value("decoder.attention.weights")
    expect(form.get_by_label("From step")).to_have_value("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("switch", name="Freeze attention, decoder from step 3 on")).to_be_visible()
    told = [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]
    assert told == []


def test_other_panels_lead_into_the_lab(visit: Visit) -> None:
    page = visit("?architecture=transformer&task=reverse&tab=attention")
    page.get_by_role("button", name=re.compile("Switch cross-attention, layer 1, head . off")).click()
    expect(page.get_by_role("switch", name=re.compile("Head . off, decoder cross-attention"))).to_be_visible()
    expect(hooks.whose(page)).to_contain_text("1 act on")
    page = visit("?architecture=attention_seq2seq&task=reverse&tab=states")
    page.get_by_role("button", name="Hold it at 0 in the lab").click()
    expect(page.get_by_role("switch", name=re.compile(r"State of unit \d+ at 0, decoder"))).to_be_visible()


def test_what_carries_a_difference_is_mapped_and_opened(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation&input=the+beautiful+tree+is+green&tab=lab&part=patch")
    panel = page.locator(".patch-panel")
    expect(panel.locator(".cell").first).to_be_visible()  # the dice has chosen a word
    panel.get_by_label("Corrupted input").fill("the beautiful dog is green")
    panel.get_by_label("Corrupted input").press("Enter")
    expect(panel.locator(".read")).to_contain_text("At output 2 it writes ‘beau’ for ‘bel’")
    expect(panel.locator(".patch-block.e b.changed")).to_have_text("dog")
    cell = panel.get_by_role("button", name=re.compile("^states at beautiful: 9. % comes back"))
    cell.click()
    expect(panel.locator(".patch-side")).to_contain_text("states at ‘beautiful’")
    expect(panel.locator(".patch-line").nth(2)).to_contain_text("le bel chien est vert")
    cell.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(panel.locator(".patch-side")).to_contain_text("states at ‘dog’")
    cell.click()
    panel.get_by_role("button", name="Follow it to the answer").click()
    expect(panel.locator(".read")).to_contain_text("Followed is states at ‘beautiful’: 9")
    expect(panel.locator(".read")).to_contain_text("Most of it passes through context at ‘beau’: 9")
    expect(panel.locator(".cell.origin")).to_have_attribute("aria-label", re.compile("^states at beautiful: 9. % comes back, followed"))
    expect(panel.locator(".patch-block.e .cell")).to_have_count(5)  # of all rows only the states have what it reaches
    panel.get_by_role("button", name="Show all places again").click()
    expect(panel.locator(".read")).to_contain_text("At output 2 it writes ‘beau’ for ‘bel’")
    before = panel.get_by_label("Corrupted input").input_value()
    panel.get_by_role("button", name="Change another token").click()
    expect(panel.get_by_label("Corrupted input")).not_to_have_value(before)
    panel.get_by_label("Corrupted input").fill("the zebra")
    panel.get_by_role("button", name="Patch").click()
    expect(panel.get_by_role("status")).to_contain_text("zebra")
    expect(panel.locator(".cell")).to_have_count(0)


@pytest.mark.parametrize("size", [None, PHONE])
def test_a_model_is_broken_and_its_failure_opened(visit: Visit, size: Any) -> None:
    page = visit("?architecture=attention_seq2seq&task=reverse&tab=lab&part=break", **({} if size is None else {"viewport": size}))
    panel = page.locator(".break-panel")
    panel.get_by_role("button", name="Break it for me").click()
    expect(panel.locator("tbody tr").first).to_be_visible()
    expect(panel.locator(".sub")).to_contain_text(re.compile(r"of [\d,]+ inputs fail"))
    expect(panel.locator(".break-side")).to_contain_text("Who survives these")
    told = [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]
    assert told == []
    given = panel.locator("tbody th").first.inner_text().removesuffix("*")
    panel.get_by_role("button", name=f"Open {given}").click()
    expect(hooks.source(page)).to_have_value(given)
    expect(hooks.verdict(page)).to_contain_text("wrong")
