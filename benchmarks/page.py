"""The page in a real Chromium against a real server on this machine: start, first trace, steps, typed input, film, weight."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser import hooks
from tests.browser.driving import DESKTOP, chromium, serving, wait_drawn, wait_ready

from .measure import Row, quantile, spread

CALM_MS, HELD_MS = 150, 33  # between two presses
SETTLE_MS = 1000  # for what is still under way after the last chart
PAUSE_MS = 200  # after which what is typed is answered, see web/stage/source/typing.js
STARTS, OPENINGS, STEPS, INPUTS, FILMS, SCRUBS = 3, 5, 80, 30, 5, 32

# When the first live trace stood, in ms from the start of the navigation.
NOTE_READY = """() => {
  const look = () => {
    if (document.querySelector('#player[data-ready="true"]')) window.readyAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""

# From the key to the frame after the step changed in the document.
NOTE_STEPS = """() => {
  window.painted = [];
  let pressed = 0;
  document.addEventListener('keydown', (event) => { pressed = event.timeStamp; }, true);
  window.steps?.disconnect();
  const changed = () => requestAnimationFrame(() => painted.push(performance.now() - pressed));
  window.steps = new MutationObserver(changed);
  steps.observe(document.getElementById('player'), { attributeFilter: ['data-step'] });
}"""

# From Enter, or from the end of the pause after the last key, to the frame after the last linked view, the Plotly trajectory, was drawn
# with the new answer.
NOTE_INPUTS = """pause => {
  window.answered = [];
  const chart = document.querySelector('.plotly-panel .js-plotly-plot'), output = document.getElementById('output');
  let pressed = 0, told = false;
  const begin = (at) => { pressed = at; told = false; };
  document.addEventListener('keydown', (event) => { if (event.key === 'Enter') begin(event.timeStamp); }, true);
  document.addEventListener('input', (event) => begin(event.timeStamp + pause), true);
  new MutationObserver(() => { told = true; }).observe(output, { childList: true, characterData: true, subtree: true });
  chart.on('plotly_afterplot', () => {
    if (!told || !pressed) return;
    const start = pressed;
    pressed = 0;
    requestAnimationFrame(() => answered.push(performance.now() - start));
  });
}"""


# From a key pressed on the film to the frame after the frame of that update is marked.
NOTE_FRAMES = """() => {
  window.scrubbed = [];
  const film = document.querySelector('.film-panel .film');
  let pressed = 0;
  film.addEventListener('keydown', (event) => { pressed = event.timeStamp; }, true);
  new MutationObserver(() => {
    if (!pressed) return;
    const start = pressed;
    pressed = 0;
    requestAnimationFrame(() => scrubbed.push(performance.now() - start));
  }).observe(film, { subtree: true, attributes: true, attributeFilter: ['class', 'aria-valuenow'] });
}"""

# From the press on Train to the frame after the status line acknowledges it, and to the one after the film has a frame of the new run.
NOTE_TRAINING = """() => {
  window.begun = {};
  const status = document.getElementById('run-status'), film = document.querySelector('.film-panel .film');
  let pressed = 0;
  const note = (name) => {
    const start = pressed;
    if (start && !(name in begun)) requestAnimationFrame(() => { begun[name] ??= performance.now() - start; });
  };
  const old = film.firstElementChild;
  document.getElementById('train').addEventListener('click', (event) => { pressed = event.timeStamp; }, true);
  new MutationObserver(() => note('told')).observe(status, { subtree: true, childList: true, attributes: true, characterData: true });
  new MutationObserver(() => { if (film.firstElementChild !== old) note('frame'); }).observe(film, { childList: true });
}"""


def rows() -> Iterator[Row]:
    served = []
    for _ in range(STARTS - 1):
        with serving() as app:
            served.append(app.served_s)
    with serving() as app, chromium() as browser:
        served.append(app.served_s)
        yield Row("`python app.py` until it serves", spread(served), "≤ 4 s", statistics.median(served) <= 4)
        yield Row("`import torch, gradio` alone", spread([_bare_imports() for _ in range(STARTS)]))
        yield from _opening(browser, app.url)
        yield from _weight(browser, app.url)
        page = _open(browser, f"{app.url}/{hooks.REVERSE}")
        yield _stepping(page, "key pressed until the step is painted", CALM_MS)
        yield _stepping(page, "the same with the key held down, 30 a second", HELD_MS, bar=False)
        yield from _typing(page)
        yield from _film(browser, app.url)


def _bare_imports() -> float:
    """Seconds that any program with these two needs before its first line."""
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", "import torch, gradio"], check=True)
    return time.monotonic() - start


def _open(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    page.add_init_script(f"({NOTE_READY})()")
    page.goto(url)
    wait_ready(page)
    page.wait_for_function("() => window.readyAt")
    return page


def _opening(browser: Browser, url: str) -> Iterator[Row]:
    times = []
    for _ in range(OPENINGS):
        page = _open(browser, url)
        times.append(page.evaluate("() => readyAt") / 1000)
        page.context.close()
    middle = statistics.median(times)
    yield Row("page opened until the first live trace, empty cache", spread(times), "≤ 1.5 s", middle <= 1.5)


def _weight(browser: Browser, url: str) -> Iterator[Row]:
    """Bytes as they came over the wire, headers included."""
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    wire = page.context.new_cdp_session(page)
    urls: dict[str, str] = {}
    sizes: dict[str, float] = {}
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", lambda event: urls.update({event["requestId"]: event["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(url)
    wait_ready(page)
    wait_drawn(page)
    page.wait_for_timeout(SETTLE_MS)
    plotly = sum(size for id, size in sizes.items() if urls[id].endswith("/plotly.js"))
    rest = sum(sizes.values()) - plotly
    page.context.close()
    yield Row("page over the wire without plotly.js", f"{rest / 1000:.0f} kB in {len(sizes)} answers", "≤ 500 kB", rest <= 500_000)
    yield Row("plotly.js, loaded when a chart is first seen, kept by the browser", f"{plotly / 1000:,.0f} kB")


def _stepping(page: Page, what: str, pause_ms: float, bar: bool = True) -> Row:
    wait_drawn(page)
    page.evaluate(NOTE_STEPS)
    page.locator("#player").press("Home")
    for i in range(STEPS):
        page.keyboard.press("ArrowRight" if i // 8 % 2 == 0 else "ArrowLeft")
        page.wait_for_timeout(pause_ms)
    times: list[Any] = page.evaluate("() => painted")
    late = quantile(times, 0.95)
    measured = f"{quantile(times, 0.5):.1f} ms, p95 {late:.1f} ms, n = {len(times)}"
    return Row(what, measured, "p95 ≤ 20 ms" if bar else "", late <= 20 if bar else None)


def _typing(page: Page) -> Iterator[Row]:
    """By Enter and by waiting, in turns."""
    page.evaluate(NOTE_INPUTS, PAUSE_MS)
    box = page.locator("#input").locator("input, textarea")
    for i in range(2 * INPUTS):
        box.fill(str(123456789 + 7919 * (i + 1)))
        if i % 2:
            box.press("Enter")
        page.wait_for_function("count => answered.length > count", arg=i)
    times: list[Any] = page.evaluate("() => answered")
    for what, part in (("the end of the pause", times[::2]), ("Enter", times[1::2])):
        middle, late = quantile(part, 0.5), quantile(part, 0.95)
        measured, holds = f"{middle:.0f} ms, p95 {late:.0f} ms, n = {len(part)}", middle <= 80 and late <= 150
        yield Row(f"input typed: from {what} until all linked views are drawn", measured, "≤ 80 ms, p95 ≤ 150 ms", holds)


def _film(browser: Browser, url: str) -> Iterator[Row]:
    """The film is a slider: each of its moments is only drawn. A new run brings frames of its own."""
    page = _open(browser, f"{url}/{hooks.REVERSE}&tab=training")
    wait_drawn(page)
    film = hooks.film(page)
    film.locator(".score").last.wait_for()
    page.evaluate(NOTE_FRAMES)
    film.focus()
    for i in range(SCRUBS):
        page.keyboard.press("ArrowLeft" if i // 8 % 2 == 0 else "ArrowRight")
        page.wait_for_timeout(CALM_MS)
    scrubs = page.evaluate("() => scrubbed")
    late = quantile(scrubs, 0.95)
    measured = f"{quantile(scrubs, 0.5):.1f} ms, p95 {late:.1f} ms, n = {len(scrubs)}"
    yield Row("film: from one moment to the next, painted", measured, "p95 ≤ 20 ms", late <= 20)
    page.context.close()
    told, frames = [], []
    for seed in range(1, 1 + FILMS):
        page = _open(browser, f"{url}/{hooks.REVERSE}&tab=training&seed={seed}")
        wait_drawn(page)
        page.evaluate(NOTE_TRAINING)
        page.locator("#train").click()
        page.wait_for_function("() => begun.frame")
        told.append(page.evaluate("() => begun.told"))
        frames.append(page.evaluate("() => begun.frame"))
        page.wait_for_function("() => document.getElementById('run-status').dataset.state === 'done'")
        page.context.close()
    yield Row("Train pressed until it is acknowledged", spread(told, "ms", 0), "≤ 1 frame", statistics.median(told) <= 34)
    yield Row(
        "Train pressed until the film’s first frame is painted", spread(frames, "ms", 0), "≤ 1,000 ms", statistics.median(frames) <= 1000
    )
