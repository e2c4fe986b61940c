"""The film of a training is its time as a slider: frame, folded picture, curves and samples belong to the update that is chosen on it."""

from __future__ import annotations

import re

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from playground import api
from playground.app.library.shipped import moment
from playground.models import Model
from playground.training.evaluation import Watcher
from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import wait_drawn

pytestmark = pytest.mark.browser

SHORT = "?architecture=attention_seq2seq&task=reverse&training.steps=40&model.hidden=16"
LINES = """(panel) => [...panel.querySelectorAll('.js-plotly-plot')].map((chart) =>
  chart.layout.shapes.filter(({ yref, line }) => yref === 'paper' && line.width > 2).map(({ x0 }) => x0))"""
# Everything the Training tab ever said, however short it stood there.
NOTE_PANELS = """() => {
  window.told = new Set();
  const panels = [...document.querySelectorAll('.film-panel, .curves-panel, .samples-panel')];
  const note = () => panels.forEach((panel) => told.add(panel.innerText));
  panels.forEach((panel) => new MutationObserver(note).observe(panel, { subtree: true, childList: true, attributes: true }));
}"""
# Words and accessible names in the panels of the tab that is open.
SAID = r"""() => [...document.querySelectorAll('.grid > *, .moment-line')].filter((node) => node.checkVisibility())
  .flatMap((node) => [node.innerText, ...[...node.querySelectorAll('[aria-label], [aria-valuetext], [title]')]
    .flatMap((one) => ['aria-label', 'aria-valuetext', 'title'].map((name) => one.getAttribute(name) ?? ''))]).join('\n')"""


def update(page: Page) -> int:
    return int(hooks.film(page).get_attribute("aria-valuenow") or -1)


def choose(page: Page, wanted: int) -> None:
    """By a press on its frame."""
    hooks.film(page).locator(f'[data-update="{wanted}"] .shot').click()
    expect(hooks.film(page)).to_have_attribute("aria-valuenow", str(wanted))


def read(panel: Locator) -> str:
    return panel.locator(".read").inner_text().replace("\u00a0", " ")


def test_the_film_of_a_shipped_run_is_the_slider_of_its_tab(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=reverse")
    expect(page.get_by_role("slider", name="Training time")).to_have_count(0)  # the film alone is that, in its own tab
    hooks.open_tab(page, "Training")
    film, curves, samples = hooks.film(page), hooks.panel(page, "Learning curves"), hooks.panel(page, "Samples")
    run = api.load("attention_seq2seq", "reverse")
    kept = sorted(api.load_film("attention_seq2seq", "reverse"))
    expect(samples.locator(".sample")).to_have_count(6)
    expect(samples).to_contain_text(f"held out, at update {kept[-1]} of {kept[-1]}")
    expect(page.locator(".fold-line .verdict")).to_have_text("✓ right, 9 of 9")
    assert film.locator(".frame.cur .score span").inner_text() == "9/9"
    film.press("Home")
    assert update(page) == 0
    for before, key in ((kept[0], "ArrowRight"), (kept[1], "ArrowLeft")):
        assert update(page) == before
        film.press(key)
    choose(page, middle := kept[2])
    model = moment(run.recipe, middle).model
    assert isinstance(model, Model)
    score = Watcher(model, run.task, torch.device("cpu"), run.recipe.training.precision).score()
    assert 0.01 < score < 0.99, "a moment in which some are right"
    said = f"{100 * score:.1f} %" if score < 0.1 else f"{100 * score:.0f} %"
    expect(samples).to_contain_text(f"held out, at update {middle} of {kept[-1]}")
    assert said in read(curves) and said in read(samples) and f"At update {middle}" in read(curves)
    hits = film.locator(".frame.cur .score span").inner_text().split("/")
    assert f"{hits[0]} of {hits[1]} digits" in read(hooks.panel(page, "The film of this training"))
    expect(page.locator(".fold-line .verdict")).to_contain_text("✗ wrong at token 2")
    expect(page.locator(".source-tools .verdict")).to_be_hidden()
    wait_drawn(page)
    seconds = {step: s for step, s, _ in run.history["losses"]}[middle]
    page.wait_for_function(f"([panel, s]) => ({LINES})(panel).flat().every((x) => x === s)", arg=[curves.element_handle(), seconds])
    assert curves.evaluate(LINES) == [[seconds], [seconds]]
    curves.get_by_role("button", name="updates").click()
    page.wait_for_function(f"([panel, x]) => String(({LINES})(panel)) === x", arg=[curves.element_handle(), f"{middle},{middle}"])
    assert not re.search(r"\bsteps?\b", page.evaluate(SAID), re.IGNORECASE)

    without = next(f["step"] for f in run.history["frames"] if f["step"] not in kept)
    choose(page, without)
    expect(page.get_by_role("button", name=f"No weights kept of update {without}")).to_be_disabled()
    expect(samples).to_contain_text(f"Of update {without} no weights are kept; these are of the last.")
    expect(samples).to_contain_text(f"at update {kept[-1]} of")

    start, end = (film.locator(f'[data-update="{step}"] .shot').bounding_box() for step in (kept[1], kept[-1]))
    assert start is not None and end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    assert update(page) == kept[1]
    page.mouse.move(end["x"] + 20, end["y"] + 20, steps=4)
    assert update(page) == kept[-1]
    page.mouse.up()
    film.press("Home")
    film.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(film).to_have_attribute("aria-valuenow", str(kept[-1]))
    expect(page.get_by_role("button", name="Play, 6 s")).to_be_visible()


def test_looking_inside_an_update_and_back(visit: Visit) -> None:
    """What is typed meanwhile is answered by the weights of that moment; links lead there."""
    page = visit("?architecture=attention_seq2seq&task=reverse&tab=training")
    hooks.film(page).press("Home")
    page.get_by_role("button", name="Look inside at update 0").click()
    expect(page.get_by_role("tab", name="Decode")).to_have_attribute("aria-selected", "true")
    line = page.get_by_role("group", name="Training time")
    expect(line).to_contain_text("At update 0 of")
    expect(page.locator("#output")).not_to_have_text(hooks.REVERSED)
    expect(page.locator("#whose")).to_contain_text("at update 0")
    expect(page).to_have_url(re.compile("moment=0"))
    hooks.type_source(page, "4242")
    expect(page).to_have_url(re.compile("input=4242.*moment=0"))
    expect(page.locator("#output")).not_to_have_text("2 4 2 4")
    page.reload()
    expect(line).to_contain_text("At update 0 of")
    line.get_by_role("button", name="To the film").click()
    expect(hooks.film(page)).to_have_attribute("aria-valuenow", "0")
    hooks.open_tab(page, "Decode")
    line.get_by_role("button", name="Back to the end").click()
    hooks.expect_output(page, "2 4 2 4")
    expect(line).to_be_hidden()
    expect(page).not_to_have_url(re.compile("moment"))


def test_all_that_a_training_run_shows_is_of_one_update(visit: Visit) -> None:
    page = visit(SHORT + "&tab=training")
    expect(hooks.panel(page, "Samples").locator(".sample")).to_have_count(6)
    expect(hooks.panel(page, "My runs")).to_be_hidden()
    page.evaluate(NOTE_PANELS)
    page.locator("#train").click()
    hooks.expect_state(page, "done")
    told = page.evaluate("() => [...told]")
    assert len(told) > 3 and not [text for text in told if "Not trained yet" in text], "the shipped film stays until the first frame comes"
    film, curves, samples = hooks.film(page), hooks.panel(page, "Learning curves"), hooks.panel(page, "Samples")
    updates = film.locator(".frame").evaluate_all("frames => frames.map((frame) => Number(frame.dataset.update))")
    assert updates == sorted(set(updates)) and updates[-1] == 40
    for step in updates:
        choose(page, step)
        expect(samples).to_contain_text(f"at update {step} of 40")
        score = re.search(r"exact match (\S+ %)", read(curves))
        assert score and f"at the same update, {score[1]}" in read(samples)
        right = samples.locator(".sample .mark:not(.w)").count()
        assert read(samples).startswith(f"{right} of 6")
    expect(hooks.panel(page, "My runs")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the shipped model")).to_be_visible()
    assert not re.search(r"\bsteps?\b", page.evaluate(SAID), re.IGNORECASE)
    choose(page, updates[3])
    page.get_by_role("button", name=f"Look inside at update {updates[3]}").click()
    expect(page.get_by_role("group", name="Training time")).to_contain_text(f"At update {updates[3]} of 40")
    expect(page).to_have_url(re.compile(f"run=.*moment={updates[3]}"))


def test_the_training_of_an_autoencoder_opens_by_its_name(visit: Visit) -> None:
    """Its film ends once, its picture has a name; without a film of weights the samples are of the end."""
    page = visit("?architecture=autoencoder&tab=training")
    expect(page.locator("html")).to_have_attribute("data-scene", "picture")
    expect(page.get_by_role("tab", name="Training")).to_have_attribute("aria-selected", "true")
    film = hooks.film(page)
    updates = film.locator(".frame").evaluate_all("frames => frames.map((frame) => Number(frame.dataset.update))")
    assert updates == sorted(set(updates)) and len(updates) > 5
    for place in (hooks.panel(page, "The film of this training").locator(".sub"), page.locator(".fold-line")):
        expect(place).to_contain_text(re.compile("held-out picture of a ‘[0-9]’, number 0"))
    samples = hooks.panel(page, "Samples")
    expect(samples.locator(".sample")).to_have_count(6)
    film.press("Home")
    expect(samples).to_contain_text("Of update 0 no weights are kept; these are of the last.")
    film.press("End")
    page.get_by_role("button", name=f"Look inside at update {updates[-1]:,}").click()
    expect(page.get_by_role("tab", name="Latent")).to_have_attribute("aria-selected", "true")


def test_nothing_leads_to_a_shipped_run_where_there_is_none(visit: Visit) -> None:
    page = visit("?architecture=seq2seq&task=sort&training.steps=3&model.hidden=16&tab=training")
    expect(hooks.panel(page, "The film of this training")).to_contain_text("Not trained yet")
    expect(hooks.panel(page, "Samples")).to_contain_text("Not trained yet")
    page.locator("#train").click()
    hooks.expect_state(page, "done")
    expect(hooks.panel(page, "My runs")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the shipped model")).to_be_hidden()
