"""What happens around a page: the network goes, the clock jumps, the window shrinks, the visitor goes back and forth."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import hooks
from tests.browser.conftest import PATIENCE_MS
from tests.browser.driving import DESKTOP, App, serving, wait_ready
from tests.browser.test_sharing import LONG
from tests.browser.test_training_journey import BEYOND, LAST_STEP, runs, wait_for_health
from tests.test_faults_of_runs import until

pytestmark = pytest.mark.browser

GRACE_S, ABSENCE_S = 10.0, 30.0  # what visitors have: a first run on a busy machine takes a while to be followed
AWAY_S = 13.0

LOSSES = """() => {
  const lines = document.querySelectorAll('.curves-panel .js-plotly-plot')[1].data;
  return Array.from(lines.reduce((longest, line) => (line.x.length > longest.x.length ? line : longest)).x, Number);
}"""


@pytest.fixture(scope="module")
def patient() -> Iterator[App]:
    """A server that waits for lost followers for seconds, not for half a minute."""
    with serving(program=("tests.patient_app", str(GRACE_S), str(ABSENCE_S))) as app:
        yield app
        assert "Traceback" not in app.log.read_text()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Errors of the network are expected on its pages, and so are not watched."""
    opened = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


def train(context: BrowserContext, app: App, query: str = LONG) -> Page:
    page = context.new_page()
    page.goto(f"{app.url}/{query}")
    wait_ready(page)
    page.locator("#train").click()
    hooks.expect_state(page, "training")
    page.wait_for_function(BEYOND, arg=5)
    return page


def curve(page: Page) -> list[int]:
    """The steps of the loss curve."""
    page.get_by_role("region", name="Learning curves").get_by_role("button", name="updates", exact=True).click()
    page.wait_for_function(f"() => ({LOSSES})().every(Number.isInteger)")
    steps: list[Any] = page.evaluate(LOSSES)
    return [int(step) for step in steps]


@pytest.mark.fault(26)
def test_a_lost_network_loses_nothing(context: BrowserContext, patient: App) -> None:
    """Away for longer than the grace time: the run has gone on, and its curve has neither a gap nor a step twice."""
    page = train(context, patient)
    before = runs(patient)
    wait_for_health(patient, followers=1)
    context.set_offline(True)
    expect(page.get_by_text("No connection")).to_be_visible()
    expect(page.get_by_text("what it learned is kept")).to_be_visible()
    wait_for_health(patient, followers=0, training=1)
    gone = time.monotonic()
    hooks.open_tab(page, "Decode")
    page.locator("#player").press("End")  # what is on the page works on
    hooks.expect_step(page, hooks.steps(page) - 1)
    hooks.open_tab(page, "Training")
    while time.monotonic() < gone + AWAY_S:
        assert patient.health()["training"] == 1
        time.sleep(0.25)
    step = page.evaluate(LAST_STEP)
    context.set_offline(False)
    expect(page.get_by_text("No connection")).to_be_hidden()
    hooks.expect_state(page, "training")
    page.wait_for_function(BEYOND, arg=step + 50)
    assert (steps := curve(page)) == list(range(steps[0], steps[0] + len(steps))) and steps[-1] > step
    page.locator("#stop").click()
    hooks.expect_state(page, "stopped")
    assert runs(patient) == before


def test_a_network_away_for_too_long_ends_the_run_and_keeps_what_it_learned(context: BrowserContext, patient: App) -> None:
    page = train(context, patient)
    context.set_offline(True)
    expect(page.get_by_text("No connection")).to_be_visible()
    wait_for_health(patient, followers=0)
    wait_for_health(patient, timeout_s=ABSENCE_S + 10, training=0)
    context.set_offline(False)
    hooks.expect_state(page, "stopped")
    expect(page.locator("#run-status")).to_contain_text("what it learned is kept")
    expect(page.get_by_text("No connection")).to_be_hidden()
    assert (steps := curve(page)) == list(range(steps[0], steps[0] + len(steps)))
    expect(page.get_by_role("button", name="Train again")).to_be_visible()
    hooks.expect_output(page, hooks.output(page))


@pytest.fixture(scope="module")
def waiting() -> Iterator[App]:
    """A server that waits for lost followers as long as a test may take on a busy machine."""
    with serving(program=("tests.patient_app", "600", "600")) as app:
        yield app
        assert "Traceback" not in app.log.read_text()


def test_a_network_that_swallows_everything_is_told_and_tried_again(context: BrowserContext, waiting: App) -> None:
    """No error ends such a connection: the page hears nothing for 25 seconds of its clock, although the server speaks every ten."""
    page = context.new_page()
    page.clock.install()
    page.goto(f"{waiting.url}/{LONG}")
    wait_ready(page)
    page.locator("#train").click()
    hooks.expect_state(page, "training")
    page.wait_for_function(BEYOND, arg=5)
    page.route("**/events?*", lambda route: None)  # neither answered nor refused
    with page.expect_request("**/events?*"):
        page.reload()
    wait_ready(page)
    expect(page.get_by_text("No connection")).to_be_hidden()
    page.clock.fast_forward(20_000)
    expect(page.get_by_text("No connection")).to_be_hidden()
    page.clock.fast_forward(10_000)
    expect(page.get_by_text("No connection")).to_be_visible()
    page.unroute("**/events?*")
    page.clock.fast_forward(1_000)
    expect(page.get_by_text("No connection")).to_be_hidden()
    page.wait_for_function(BEYOND, arg=page.evaluate(LAST_STEP))
    page.locator("#stop").click()
    hooks.expect_state(page, "stopped")


@pytest.mark.fault(56)
def test_a_server_that_is_killed_loses_no_run_and_no_place(browser: Browser, tmp_path: Path) -> None:
    """Nobody touches a page: who trained has what was saved, who waited trains, and what is typed goes on where it stood."""
    program, runs_at = ("tests.patient_app", str(GRACE_S), str(ABSENCE_S), "1"), str(tmp_path)
    contexts = [browser.new_context(viewport=DESKTOP) for _ in range(2)]  # type: ignore[arg-type]
    for one in contexts:
        one.set_default_timeout(PATIENCE_MS)
    with serving(program=program, PLAYGROUND_RUNS=runs_at) as first:
        mine = train(contexts[0], first)
        waiting = contexts[1].new_page()
        waiting.goto(f"{first.url}/{LONG.replace('seed=5', 'seed=6')}")
        wait_ready(waiting)
        waiting.locator("#train").click()
        hooks.expect_state(waiting, "queued")
        link = parse_qs(urlsplit(mine.url).query)["run"][0]
        kept, line = tmp_path / f"run-{link}.safetensors", tmp_path / "line"
        until(lambda: kept.exists() and any(b'"seed":6' in path.read_bytes() for path in line.glob("*.json")), 60)
        first.process.kill()
        expect(mine.get_by_text("No connection")).to_be_visible()
    with serving(program=program, port=urlsplit(first.url).port, PLAYGROUND_RUNS=runs_at) as second:
        hooks.expect_state(mine, "stopped")
        hooks.expect_state(waiting, "training")
        waiting.wait_for_function(BEYOND, arg=5)
        assert mine.locator(".film-panel .frame:not(.ahead)").count() > 0
        assert runs(second) == 2, "each of them once"
        hooks.open_tab(mine, "Decode")
        hooks.type_source(mine, "271828")
        expect(mine).to_have_url(re.compile("input=271828"))
    for one in contexts:
        one.close()


@pytest.mark.fault(17)
def test_a_closed_tab_frees_its_place_after_the_grace_time(context: BrowserContext, patient: App) -> None:
    page = train(context, patient)
    wait_for_health(patient, followers=1)
    page.close(run_before_unload=True)  # as a visitor closes it: the page is told
    closed = time.monotonic()
    wait_for_health(patient, training=0, followers=0)
    assert time.monotonic() - closed < ABSENCE_S - 2  # it did not wait as for a lost connection


# As if somebody had set the computer's clock; timers and `performance.now` go on.
JUMP = """hours => {
  const Real = window.RealDate ??= Date, by = hours * 3_600_000;
  window.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + by])); }
    static now() { return Real.now() + by; }
  };
}"""
HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
AT_400_PERCENT = {"width": 1280 // 4, "height": 1024 // 4}


@pytest.mark.fault(40)
def test_nothing_expires_and_nothing_is_lost_while_training(context: BrowserContext, patient: App) -> None:
    """The clock jumps, the theme changes, the page is enlarged four times, another tab is looked at: one run, one whole curve."""
    faults: list[str] = []
    page = train(context, patient)
    page.on("pageerror", lambda error: faults.append(str(error)))
    before = runs(patient)

    def goes_on() -> None:
        page.wait_for_function(BEYOND, arg=page.evaluate(LAST_STEP))
        assert (runs(patient), patient.health()["training"]) == (before, 1)
        expect(page.get_by_text("No connection")).to_be_hidden()

    for hours in (1, -1, 0):
        page.evaluate(JUMP, hours)
        goes_on()
    for dark in (True, False):
        page.locator("#theme").click()
        assert page.evaluate("() => document.documentElement.classList.contains('dark')") is dark
        goes_on()
    page.evaluate(HIDE, True)
    gone = time.monotonic()
    while time.monotonic() < gone + GRACE_S + 1:
        assert patient.health() | {"training": 1, "followers": 1} == patient.health()
        time.sleep(0.25)
    page.evaluate(HIDE, False)
    goes_on()
    page.set_viewport_size(AT_400_PERCENT)  # type: ignore[arg-type]
    goes_on()
    assert page.evaluate(WIDER) <= 0, "at 400 % the page is read in one direction"
    page.locator("#stop").click()
    hooks.expect_state(page, "stopped")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert (steps := curve(page)) == list(range(steps[0], steps[0] + len(steps)))
    hooks.type_source(page, "271828")  # the session is as it was
    expect(page).to_have_url(re.compile("input=271828"))
    assert not faults


@pytest.mark.fault(20)
def test_back_and_forward_submit_nothing(context: BrowserContext, patient: App) -> None:
    page = train(context, patient, "?architecture=attention_seq2seq&task=copy&model.hidden=16&training.steps=40")
    hooks.expect_state(page, "done")
    hooks.open_tab(page, "Decode")
    hooks.type_source(page, "4711")
    expect(page).to_have_url(re.compile("input=4711"))
    before, answer, address = runs(patient), hooks.output(page), page.url
    page.goto(f"{patient.url}/?architecture=seq2seq&task=reverse&input=12")
    hooks.expect_output(page, "2 1")
    for _ in range(2):
        page.go_back()
        hooks.expect_output(page, answer)
        assert page.url == address
        expect(hooks.source(page)).to_have_value("4711")
        hooks.expect_task(page, "copy")
        hooks.expect_state(page, "done")
        page.go_forward()
        hooks.expect_output(page, "2 1")
        hooks.expect_task(page, "reverse")
    assert runs(patient) == before and patient.health()["training"] == 0
