"""Train in the page: start, watch, stop, leave, look into what was trained."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import App

pytestmark = pytest.mark.browser

# Everything the status line ever said, however short it stood there.
NOTE_STATUS = """() => {
  window.told = [];
  const status = document.getElementById('run-status'), note = () => told.push([status.dataset.state, status.textContent]);
  note();
  new MutationObserver(note).observe(status, { subtree: true, childList: true, characterData: true, attributes: true });
}"""

RANGE = "(node) => node.layout.xaxis.range.map(Number)"
DRAWN_UP_TO = "(node) => Math.max(...node.data.map((line) => Number(line.x.at(-1))))"  # where the newest curve of a chart ends
LAST_STEP = "() => Number(/update ([\\d,]+)/.exec(document.getElementById('run-status').textContent)?.[1].replaceAll(',', '') ?? -1)"
BEYOND = f"last => ({LAST_STEP})() > last"


def runs(app: App) -> int:
    counts = app.health()
    return counts["training"] + counts["waiting"] + counts["finished"]


def wait_for_health(app: App, timeout_s: float = 60, **wanted: int) -> None:
    deadline = time.monotonic() + timeout_s
    while (counts := app.health()) | wanted != counts:
        assert time.monotonic() < deadline, f"{counts}, expected {wanted}"
        time.sleep(0.1)


def set_long(page: Page) -> None:
    """The next run is one that no test waits for: too slow to learn to be done before its time."""
    hooks.set_budget(page, 60)
    hooks.open_advanced(page)
    rate = page.get_by_label("Learning rate", exact=True)
    rate.fill("0.0001")
    rate.press("Tab")


def train_long(page: Page) -> None:
    """Such a run, in its training state."""
    set_long(page)
    page.locator("#train").click()
    hooks.expect_state(page, "training")
    expect(page).to_have_url(re.compile("learning_rate=0.0001"))


def stop(page: Page) -> None:
    page.locator("#stop").click()
    hooks.expect_state(page, "stopped")


def test_choose_train_watch_and_look_inside(page: Page) -> None:
    hooks.choose(page, task="addition")
    expect(page.locator("#train")).to_have_text(re.compile(r"^Train, ≈ [\d.]+ s$"))
    hooks.open_tab(page, "Training")
    page.evaluate(NOTE_STATUS)
    page.locator("#train").click()
    expect(page.locator("#train")).to_be_disabled()
    hooks.expect_state(page, "done")
    told = page.evaluate("() => told")
    states = list(dict.fromkeys(state for state, _ in told))
    assert states[0] == "idle" and states[-2:] == ["training", "done"], states
    steps = {text.split(" of about")[0] for state, text in told if state == "training"}
    assert len(steps) >= 3, f"the page showed {steps} while training"
    expect(page.locator("#train")).to_be_enabled()
    assert hooks.film(page).locator(".frame").count() > 5
    expect(hooks.panel(page, "Learning curves").locator(".js-plotly-plot").first).to_be_visible()

    hooks.open_tab(page, "Decode")
    expect(hooks.whose(page)).to_contain_text("your run 1, trained")
    hooks.type_source(page, "58+67")
    hooks.expect_output(page, "125")
    expect(hooks.verdict(page)).to_contain_text("right, 3 of 3")


def test_stop_ends_a_run_and_keeps_what_it_learned(page: Page, app: App) -> None:
    train_long(page)
    page.wait_for_function(BEYOND, arg=20)
    stop(page)
    wait_for_health(app, training=0)
    expect(page.locator("#run-status")).to_contain_text("what it learned is kept")
    expect(page.locator("#train")).to_be_enabled()


@pytest.mark.fault(21)
def test_a_double_click_is_one_run(page: Page, app: App) -> None:
    before = runs(app)
    set_long(page)
    page.locator("#train").dblclick()
    hooks.expect_state(page, "training")
    page.wait_for_function(BEYOND, arg=20)
    assert runs(app) == before + 1
    stop(page)
    assert runs(app) == before + 1


def test_a_closed_tab_frees_its_training_place(visit: Visit, app: App) -> None:
    page = visit(hooks.REVERSE)
    train_long(page)
    assert app.health()["training"] == 1
    page.close(run_before_unload=True)
    wait_for_health(app, training=0, followers=0)


def test_the_zoom_of_a_curve_is_kept_while_training(page: Page) -> None:
    train_long(page)
    hooks.open_tab(page, "Training")
    page.wait_for_function(BEYOND, arg=20)  # the charts are those of the new run
    loss = hooks.panel(page, "Learning curves").locator(".js-plotly-plot").nth(1)
    expect(loss.locator(".nsewdrag").first).to_be_visible()
    box = loss.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    whole = loss.evaluate(RANGE)
    page.mouse.move(box["x"] + 0.05 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.8 * box["height"], steps=6)
    page.mouse.up()
    page.wait_for_function(f"([node, whole]) => Math.abs(({RANGE})(node)[1] - whole) > 1", arg=[loss.element_handle(), whole[1]])
    zoomed = loss.evaluate(RANGE)
    drawn = loss.evaluate(DRAWN_UP_TO)
    for _ in range(3):  # what comes later is drawn, however slowly it comes
        page.wait_for_function(f"([node, drawn]) => ({DRAWN_UP_TO})(node) > drawn", arg=[loss.element_handle(), drawn])
        drawn = loss.evaluate(DRAWN_UP_TO)
    assert loss.evaluate(RANGE) == pytest.approx(zoomed)
    stop(page)


@pytest.mark.fault(18)
def test_two_tabs_are_independent(page: Page, visit: Visit) -> None:
    other = visit(hooks.REVERSE, beside=page)
    train_long(page)
    expect(other.locator("#run-status")).to_have_attribute("data-state", "idle")
    expect(other.locator("#train")).to_be_enabled()
    hooks.choose(other, architecture="seq2seq")
    hooks.type_source(other, "4242")
    hooks.expect_output(other, "2 4 2 4")
    expect(hooks.source(page)).to_have_value(hooks.PINNED)
    hooks.expect_architecture(page, "attention_seq2seq")
    stop(page)


def test_a_setting_travels_in_the_link_of_the_trained_run(page: Page) -> None:
    """Also one that is made before the server has answered the choice of a preset."""
    hooks.slow_network(page)
    hooks.choose_preset(page, "ten")
    hooks.open_advanced(page)
    page.get_by_label("Seed").fill("7")
    page.locator("#train").click()
    hooks.expect_state(page, "done")
    page.wait_for_function("() => location.search.includes('seed=7')")


def test_a_rate_is_what_was_typed(page: Page) -> None:
    """Also a hundredth of the usual one; and what is not allowed is said, and trains nothing else than what stood there."""
    hooks.set_budget(page, 60)
    hooks.open_advanced(page)
    rate = page.get_by_label("Learning rate", exact=True)
    expect(rate).to_have_value("0.01")
    told = page.get_by_role("alert").filter(has_text="Allowed: numbers from 0.00001 to 0.1")
    rate.fill("3")
    expect(told).to_be_visible()
    expect(rate).to_have_attribute("aria-invalid", "true")
    rate.fill("0.00015")
    expect(told).to_have_count(0)
    page.locator("#train").click()
    expect(page).to_have_url(re.compile(r"training\.learning_rate=0\.00015&"))
    stop(page)


def test_a_task_opens_with_a_trained_model_of_it(visit: Visit) -> None:
    """Of the architecture that was asked for where one is shipped, else of another one; but what is chosen for this very task stands."""
    page = visit("?architecture=transformer&task=reverse")
    label = hooks.whose(page)
    hooks.choose(page, task="copy")
    hooks.expect_architecture(page, "transformer")
    for task, architecture in (("sort", "attention_seq2seq"), ("sentiment", "transformer_encoder"), ("completion", "seq2seq")):
        hooks.choose(page, task=task)
        hooks.expect_architecture(page, architecture)
        expect(label).to_contain_text("shipped run")
    hooks.choose(page, task="sort", architecture="transformer")
    expect(label).to_contain_text("first weights")
    hooks.choose(page, task="reverse")
    hooks.expect_architecture(page, "transformer")
    expect(label).to_contain_text("shipped run")
    hooks.choose(page, task="sort")
    hooks.expect_architecture(page, "transformer")


def test_a_task_that_the_architecture_cannot_learn_opens_with_one_that_can(visit: Visit) -> None:
    page = visit("?architecture=captioner&task=scenes")
    hooks.choose(page, task="pairs")
    hooks.expect_architecture(page, "attention_seq2seq")
    expect(page).to_have_url(re.compile("architecture=attention_seq2seq&task=pairs"))


def test_train_pressed_at_once_trains_what_was_just_chosen(page: Page, app: App) -> None:
    """Nobody waits for the server's answer to a choice; its settings come with that answer, and the run begins with them."""
    before = runs(app)
    hooks.slow_network(page)
    hooks.pick_task(page, "sort")
    page.wait_for_timeout(200)  # the first choice is on its way when the second is made
    hooks.architecture(page, "transformer").check()
    hooks.set_budget(page, 5)
    page.locator("#train").click()
    hooks.expect_state(page, "done")
    expect(page.get_by_role("radio", name="5 s", exact=True)).to_be_checked()
    expect(page).to_have_url(re.compile("architecture=transformer&task=sort.*&run="))
    hooks.expect_architecture(page, "transformer")
    expect(hooks.whose(page)).to_contain_text("your run 1, trained")
    expect(hooks.panel(page, "Learning curves")).to_contain_text("copying: 2.2 %")
    updates = hooks.film(page).locator(".frame").evaluate_all("frames => frames.map((frame) => frame.dataset.update)")
    assert len(updates) > 5 and len(set(updates)) == len(updates), "a frame for every snapshot, and one only"
    assert runs(app) == before + 1
