"""The latent stage of texts: a map to look around on, neighbours in words, a walk between two sentences, numbers moved by hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit, Watch
from tests.browser.driving import PHONE, wait_drawn

pytestmark = pytest.mark.browser

SENTENCES = "?architecture=sequence_vae&task=sentences&input=the+small+car+sleeps"
FILES = re.compile(r"/(texts|near_texts|text_walk|text_numbers)\.json")
BIRDS = "these birds do not see a tree"


def walk_to(page: Page, goal: str) -> None:
    panel = hooks.panel(page, "Walk")
    panel.get_by_label("Text to walk to").fill(goal)
    panel.get_by_label("Text to walk to").press("Enter")


def test_a_walk_leads_from_one_sentence_to_another(visit: Visit, watch: Watch) -> None:
    page = visit(SENTENCES)
    assert not [url for url in watch.requests if FILES.search(url)], "the tab is closed"
    hooks.open_tab(page, "Latent")
    panel = hooks.panel(page, "Walk")
    steps = panel.locator(".text-steps li")
    expect(steps).to_have_count(11)
    walk_to(page, BIRDS)
    expect(steps.last.locator(".words")).to_have_text(BIRDS)
    expect(steps.first.locator(".words")).to_have_text("the small car sleeps")
    assert all(re.fullmatch(r"[<>]?[\d.]+\s%", text) for text in panel.locator(".sure").all_inner_texts())
    expect(panel.locator(".read")).to_contain_text(
        re.compile(r"11 steps write \d+ different texts\. \d+ of 11 are sentences of the grammar")
    )
    slider = panel.get_by_role("slider", name="Step of the walk")
    with watch.unasked(page):
        slider.press("End")
        expect(slider).to_have_attribute("aria-valuetext", re.compile(f"step 11 of 11: {BIRDS}, "))
        expect(steps.last).to_have_class(re.compile("cur"))
        expect(page.locator(".text-map-panel .now")).to_have_count(1)
        panel.get_by_role("button", name="round").click()
        expect(steps.first.locator(".words")).to_have_text("the small car sleeps")
        panel.get_by_role("button", name="Play the walk").click()
        expect(steps.nth(1)).to_have_class(re.compile("cur"))
        panel.get_by_role("button", name="Pause").click()
    walk_to(page, "the zebra sleeps")
    expect(panel.get_by_role("alert")).to_contain_text("zebra")
    expect(steps).to_have_count(11)
    slider.press("End")
    panel.get_by_role("button", name="Put this step on the stage").click()
    hooks.expect_output(page, BIRDS)


def test_the_map_is_looked_around_on_by_mouse_and_keys(visit: Visit, watch: Watch) -> None:
    page = visit(f"{SENTENCES}&tab=codes")
    panel = hooks.panel(page, "Map of codes")
    expect(panel.locator(".text-dots circle")).to_have_count(400)
    expect(panel.locator(".read")).to_contain_text(re.compile(r"28 numbers; the two axes keep \d+\s%"))
    expect(panel.locator(".ring")).to_have_count(1)
    expect(panel.locator(".text-near")).to_have_count(6)
    said = panel.locator(".map-said")
    board = panel.get_by_role("application")
    with watch.unasked(page):
        board.hover(position={"x": 120, "y": 120})
        expect(said).to_contain_text(re.compile(r"nearest test text: [a-z ]+"))
        expect(said).to_contain_text(re.compile(r"written from here: [a-z ]+ [<>]?[\d.]+\s%"))
        before = said.inner_text()
        board.focus()
        for _ in range(12):
            board.press("ArrowRight")
        assert said.inner_text() != before
        expect(panel.get_by_role("status")).to_contain_text("nearest test text")
        panel.get_by_label("Which texts are filled").select_option("negated")
        expect(panel.locator(".read")).to_contain_text("Filled: negated")
        assert 20 < panel.locator(".text-dots .hollow").count() < 380
    hooks.expect_step(page, 0)
    nearest = re.search(r"nearest test text: (.*)", said.inner_text())
    assert nearest
    board.press("Enter")
    expect(hooks.source(page)).to_have_value(nearest[1])


def test_neighbours_and_numbers_are_told_in_words(visit: Visit, watch: Watch) -> None:
    page = visit(f"{SENTENCES}&tab=codes")
    near = hooks.panel(page, "Nearest codes")
    expect(near.locator("li")).to_have_count(6)
    expect(near.locator(".read")).to_contain_text(re.compile(r"The nearest share [\d.]+ of 4 words .* all the others [\d.]+"))
    numbers = hooks.panel(page, "Numbers of the code")
    expect(numbers.locator(".number")).to_have_count(12)
    slider = numbers.get_by_role("slider", name="Value of the number")
    with watch.unasked(page):
        slider.press("Home")
        expect(numbers.locator("output")).to_have_text(re.compile(r"z\d+ at −2\.0 spreads"))
        low = numbers.locator(".number-text .words").inner_text()
        expect(numbers.locator(".number-strip li").first.locator(".words")).to_have_text(low)
        slider.press("End")
        assert numbers.locator(".number-text .words").inner_text() != low
        numbers.locator(".number").nth(3).click()
        expect(numbers.locator(".number").nth(3)).to_have_attribute("aria-pressed", "true")
    text = near.locator("li .m").first.inner_text()
    near.get_by_role("button", name=text).first.click()
    expect(hooks.source(page)).to_have_value(text)
    expect(numbers.locator(".number-text")).to_be_visible()


def test_the_context_of_a_plain_recurrent_model_opens_too(visit: Visit) -> None:
    page = visit("?architecture=seq2seq&task=reverse&input=624917&tab=codes")
    expect(hooks.panel(page, "Map of codes").locator(".read")).to_contain_text("256 numbers")
    expect(hooks.panel(page, "Walk").locator(".text-steps li").first.locator(".words")).to_have_text("719426")
    expect(hooks.panel(page, "Walk").get_by_role("group", name="Way of the walk")).to_have_count(0)
    expect(page.get_by_role("tab", name="Loss")).to_have_count(0)


def test_the_loss_of_a_text_is_taken_apart(visit: Visit) -> None:
    page = visit("?architecture=vae&task=strokes&tab=loss")
    expect(hooks.panel(page, "The trade")).to_be_visible()
    hooks.choose(page, task="sentences")
    hooks.open_tab(page, "Loss")
    each = hooks.panel(page, "KL per number")
    expect(each.locator(".read")).to_contain_text(re.compile(r"of the words\."))
    expect(each.locator(".bar")).to_have_count(28)
    expect(hooks.panel(page, "Loss taken apart").locator(".sub")).to_contain_text("nats a text")
    expect(hooks.panel(page, "The trade")).to_be_hidden()


def test_on_a_phone_all_of_it_fits(visit: Visit) -> None:
    page = visit(f"{SENTENCES}&tab=codes", viewport=PHONE)
    expect(hooks.panel(page, "Walk").locator(".text-steps li")).to_have_count(11)
    wait_drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for row in hooks.panel(page, "Walk").locator(".text-steps li").all():
        box = row.bounding_box()
        assert box and box["height"] >= 44
