"""The States tab: fetched once when it is opened, stepped through without asking, and true to whatever is on the stage."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit, Watch

pytestmark = pytest.mark.browser

TRANSLATION = "?architecture=attention_seq2seq&task=translation&input=this+house+does+not+look+for+a+bird&step=4"
STATES = re.compile(r"/(states|paths|words|unit)\.json")


def reading(page: Page, title: str | re.Pattern[str]) -> str:
    return page.locator("section.panel", has=page.get_by_role("heading", name=title)).locator(".read").inner_text()


def test_everything_of_a_recurrent_model_follows_the_step_without_asking(visit: Visit, watch: Watch) -> None:
    page = visit(TRANSLATION)
    assert not [url for url in watch.requests if STATES.search(url)], "the tab is closed"
    hooks.open_tab(page, "States")
    near, unit = hooks.panel(page, "Nearest states"), page.get_by_role("region", name=re.compile(r"^Unit \d+$"))
    expect(near.locator("li mark")).to_have_text(["pas"] * 6)
    expect(near.locator(".read")).to_contain_text(re.compile(r"50 nearest states stand before ‘pas’; \d+ of all [\d,]+ states do"))
    expect(unit.locator(".read")).to_contain_text(re.compile(r"Where ‘pas’ is due it lies .* Set to 0, "))
    expect(page.locator(".strips .cell.cur")).to_have_count(1)
    expect(hooks.panel(page, "Words of the output layer").locator(".read")).to_contain_text("‘pas’ stands by")
    expect(hooks.panel(page, "Trajectory").locator(".read")).to_contain_text(re.compile(r"At ‘pas’ A is [\d.]+ from B"))
    with watch.unasked(page):
        page.locator("#player").press("ArrowLeft")
        expect(near.locator(".sub")).to_contain_text("step 4, ‘cherche’")
        expect(unit.locator(".read")).to_contain_text("‘cherche’ is due")
        expect(page.locator(".strips text.cur")).to_have_text("cherche")
        expect(hooks.panel(page, "Words of the output layer").locator(".read")).to_contain_text("‘cherche’")
        expect(hooks.panel(page, "Trajectory").locator(".read")).to_contain_text("At ‘cherche’")
    hooks.type_source(page, "my old cat sleeps")
    expect(page.locator(".strips text.token")).to_have_text(["mon", "vieux", "chat", "dort", "end"])
    expect(near.locator(".sub")).to_contain_text("step 1, ‘mon’")


def test_numerals_are_in_order_where_they_are_added_and_not_where_they_are_copied(visit: Visit, watch: Watch) -> None:
    page = visit("?architecture=attention_seq2seq&task=addition&tab=states")
    numerals = hooks.panel(page, "Numerals in order")
    expect(numerals.locator(".read")).to_contain_text("52 % of what tells them apart turns once from 0 to 9; in 95 % of shuffled orders")
    with watch.unasked(page):
        numerals.get_by_role("button", name="source", exact=True).click()
        expect(numerals.locator(".sub")).to_contain_text("source embedding")
        expect(numerals.locator("svg.spectrum.enc")).to_be_visible()
    copied = hooks.panel(visit("?architecture=attention_seq2seq&task=copy&tab=states"), "Numerals in order")
    expect(copied.locator(".read")).to_contain_text("The order of the numerals is not in these rows")
    wordy = visit(f"{TRANSLATION}&tab=states")
    expect(hooks.panel(wordy, "Nearest states").locator("li mark")).to_have_count(6)
    expect(hooks.panel(wordy, "Numerals in order")).to_have_count(0)


def test_a_bar_and_the_arrow_keys_open_a_unit(visit: Visit) -> None:
    page = visit(f"{TRANSLATION}&tab=states")
    unit, strips = page.get_by_role("region", name=re.compile(r"^Unit \d+$")), page.get_by_role("slider", name="The open unit")
    expect(unit).to_be_visible()
    page.locator("svg.strips").scroll_into_view_if_needed()
    box = page.locator("svg.strips").bounding_box()
    assert box is not None
    cell = box["width"] / 8
    page.mouse.click(box["x"] + 2 * cell + 2 + (cell - 4) * 20.5 / 64, box["y"] + 40)  # the third token's unit 20
    expect(page.get_by_role("region", name="Unit 20", exact=True)).to_be_visible()
    expect(strips).to_have_attribute("aria-valuenow", "20")
    strips.press("ArrowRight")
    expect(page.get_by_role("region", name="Unit 21", exact=True)).to_be_visible()
    hooks.expect_step(page, 4)
    best = page.get_by_role("button", name=re.compile("which tells ‘pas’ best"))
    number = re.search(r"\d+", best.inner_text())
    assert number
    best.click()
    expect(page.get_by_role("region", name=f"Unit {number[0]}", exact=True)).to_be_visible()
    page.get_by_role("group", name="Which layer").get_by_role("button").first.click()
    expect(page.locator(".strips text.token").first).to_have_text("this")
    expect(unit.locator(".read")).to_contain_text("is read")


def test_other_inputs_are_laid_over_and_the_view_turns(visit: Visit) -> None:
    page = visit(f"{TRANSLATION}&tab=states")
    paths = hooks.panel(page, "Trajectory")
    inputs = paths.locator("ul.inputs li .text")
    expect(inputs).to_have_count(3)
    paths.get_by_role("button", name="Take B away").click()
    expect(inputs).to_have_count(2)
    paths.get_by_role("button", name="add an input").click()
    paths.get_by_role("textbox", name="Another input").fill("my zebra sleeps")
    paths.get_by_role("textbox", name="Another input").press("Enter")
    expect(paths.get_by_role("alert")).to_contain_text("zebra")
    expect(inputs).to_have_count(2)
    paths.get_by_role("textbox", name="Another input").fill("my old cat does not sleep")
    paths.get_by_role("textbox", name="Another input").press("Enter")
    expect(inputs).to_have_text([re.compile("this house"), re.compile(".*"), "my old cat does not sleep"])
    said = reading(page, "Trajectory")
    assert re.search(r"A is [\d.]+ from B, [\d.]+ from C\. Two axes keep \d+\s% of the variance, a third", said), said
    paths.get_by_role("button", name="3-D").click()
    view = paths.get_by_role("slider", name="The view")
    expect(view).to_have_attribute("aria-valuenow", "45")
    expect(paths.locator(".plot canvas").first).to_be_attached()
    view.press("ArrowRight")
    expect(view).to_have_attribute("aria-valuenow", "55")
    assert reading(page, "Trajectory") == said, "the sentence stays"
    hooks.expect_step(page, 4)
    paths.get_by_role("button", name="2-D").click()
    expect(view).to_have_count(0)
    paths.get_by_role("button", name="Show as table").click()
    expect(paths.locator("tbody tr", has=page.get_by_role("rowheader", name="A", exact=True))).to_have_count(8)


def test_a_word_is_chosen_and_its_neighbours_are_named(visit: Visit) -> None:
    page = visit(f"{TRANSLATION}&tab=states")
    words = hooks.panel(page, "Words of the output layer")
    words.get_by_label("Word", exact=True).select_option("bel")
    expect(words.locator(".nearwords").last).to_contain_text(re.compile(r"bel(le|les)|beau|vieil"))
    expect(words.locator(".read")).to_contain_text("‘bel’ stands by")
    page.locator("#player").press("ArrowLeft")
    expect(words.locator(".read")).to_contain_text("‘bel’ stands by")
    words.get_by_role("button", name="source").click()
    expect(hooks.panel(page, "Words of the source embedding").locator("svg.wordcloud")).to_have_count(2)


def test_a_transformer_has_a_lens_and_no_strips(visit: Visit, watch: Watch) -> None:
    page = visit("?architecture=transformer&task=reverse&tab=states&step=3")
    lens, one = hooks.panel(page, "Logit lens"), hooks.panel(page, "Layer by layer")
    expect(lens.locator(".lcol.cur .lw")).to_have_text("9")
    expect(lens.locator(".names .ln").first).to_have_text("layer 1 feed-fwd")
    expect(lens.locator(".lcol:not(.names) .lc:first-child.same")).to_have_count(10)
    expect(lens.locator(".read")).to_contain_text(re.compile(r"Before the cross-attention of layer 1 .*\d+ of 10 tokens"))
    expect(one.locator(".bar.alt").last).to_be_visible()
    assert page.locator(".strips-panel, .unit-panel").count() == 0
    with watch.unasked(page):
        lens.get_by_role("button", name="Step 8, 1").click()
        hooks.expect_step(page, 7)
        expect(one.locator(".sub")).to_have_text("step 8, ‘1’")


def test_another_moment_of_the_training_brings_its_own_states(visit: Visit) -> None:
    page = visit("?architecture=transformer&task=reverse&moment=0&tab=states&step=3")
    expect(hooks.panel(page, "Words of the output layer").locator(".read")).to_contain_text("before the first update")
    expect(hooks.panel(page, "Nearest states").locator(".read")).to_contain_text("nearest states stand before")
    expect(hooks.panel(page, "Logit lens").locator(".lcol:not(.names) .lc:first-child.same").first).to_be_visible()


def test_what_has_no_states_has_no_tab(visit: Visit) -> None:
    for query in ("?architecture=vae&task=strokes", "?architecture=ngram&task=completion"):
        page = visit(query)
        expect(page.get_by_role("tab", name="Code", exact=True)).to_be_visible()
        expect(page.get_by_role("tab", name="States", exact=True)).to_have_count(0)


def test_projected_the_strips_fill_the_screen(visit: Visit) -> None:
    page = visit(f"{TRANSLATION}&tab=states&present=1", viewport={"width": 1920, "height": 1080})
    expect(page.locator(".strips .cell.cur")).to_be_visible()
    expect(page.locator("section.panel:visible")).to_have_count(1)
    assert page.locator(".striplabels text").first.evaluate("text => parseFloat(getComputedStyle(text).fontSize)") >= 24
