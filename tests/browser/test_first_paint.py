"""Before the first click: a decoded input stands, in every look, and nothing overlaps or sticks out."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from playground.app.http.assets.shelves import HASHED
from playground.app.islands import web_files
from playground.app.visit import AT_STEP, HESITATES
from tests.browser import hooks
from tests.browser.conftest import Visit, Watch
from tests.browser.driving import DESKTOP, PHONE, App, serving, wait_drawn, wait_ready

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"query": "?theme=light"},
    "dark": {"query": "?theme=dark"},
    "present": {"query": "?present=1"},
    "present-dark": {"query": "?present=1&theme=dark"},
    "laptop": {"query": "", "viewport": {"width": 1024, "height": 768}},
    "phone": {"query": "", "viewport": PHONE},
    "present-beamer": {"query": "?present=1", "viewport": {"width": 1280, "height": 720}},
    "present-picture": {"query": "?present=1&architecture=autoencoder&task=strokes"},
    "picture": {"query": "?architecture=autoencoder&task=strokes"},
    "picture-phone": {"query": "?architecture=autoencoder&task=strokes", "viewport": PHONE},
}

OVERLAPS = """() => {
  const blocks = ['.topbar', '#edp-rail', '#source-row', 'section.pic', '#player', '[role=tablist]', 'section.panel'];
  const floats = (node) => node && (['fixed', 'sticky'].includes(getComputedStyle(node).position) || floats(node.parentElement));
  const shown = blocks.flatMap((name) => [...document.querySelectorAll(name)].map((node) => [name, node]))
    .map(([name, node]) => [name, node, node.getBoundingClientRect()])
    .filter(([, node, box]) => box.width > 2 && box.height > 2 && node.checkVisibility({ visibilityProperty: true }) && !floats(node));
  const common = (a, b, from, to) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]);
  const cross = (a, b) => common(a, b, 'left', 'right') > 1 && common(a, b, 'top', 'bottom') > 1;
  const found = [];
  shown.forEach(([name, node, box], i) => shown.slice(i + 1).forEach(([other, second, place]) => {
    if (!node.contains(second) && !second.contains(node) && cross(box, place)) found.push(`${name} overlaps ${other}`);
  }));
  return found;
}"""

# In pixels of the page, which is scaled only where it is projected: there, at 1080p.
SMALL_TEXT = """(least) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement, text = node.textContent.trim();
    if (!text || parent.closest('script, style, noscript, .sr-only, sub, sup')) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 1 || box.height < 1 || box.right < 0 || box.left > innerWidth) continue;
    const turn = parent.getScreenCTM?.(), scale = turn ? Math.hypot(turn.a, turn.b) / parent.currentCSSZoom : 1;
    const size = parseFloat(getComputedStyle(parent).fontSize) * scale;
    if (size < least - 0.01) found.push(`${size.toFixed(1)} px in ${parent.getAttribute('class') ?? parent.tagName}: ${text.slice(0, 40)}`);
  }
  return found;
}"""


@pytest.mark.fault(40)
def test_a_decoded_input_stands_without_a_click(visit: Visit) -> None:
    """At the one step where the model hesitates."""
    page = visit()
    expect(hooks.source(page)).to_have_value(HESITATES)
    hooks.expect_output(page, hooks.TRANSLATED)
    hooks.expect_step(page, AT_STEP)
    expect(page.locator(".say")).to_contain_text("‘ma’")
    expect(page.locator("#run-status")).to_have_attribute("data-state", "idle")
    expect(hooks.whose(page)).to_contain_text("shipped run")
    assert hooks.steps(page) == 8
    expect(page.get_by_role("img", name=re.compile("Heatmap of attention"))).to_be_visible()
    expect(hooks.panel(page, "Next token")).to_be_visible()
    hooks.expect_task(page, "translation")
    hooks.expect_architecture(page, "attention_seq2seq")
    expect(page.locator("#train")).to_be_enabled()
    expect(page.locator("#stop")).to_have_count(0)


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_sticks_out_overlaps_or_is_too_small(visit: Visit, look: str) -> None:
    page = visit(**LOOKS[look])
    kind = "picture" if "autoencoder" in LOOKS[look]["query"] else "sequence"
    expect(page.locator("html")).to_have_attribute("data-scene", kind)
    wait_drawn(page)
    width, room = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= room, f"the page is {width} px wide in a window of {room} px"
    assert page.evaluate(OVERLAPS) == []
    if look.startswith("present"):
        page.keyboard.press("End")  # where the widest token is written
        assert page.evaluate(SMALL_TEXT, 24) == [], "too small to be read from the last row"


@pytest.mark.parametrize("width", [1440, 1280])
def test_the_first_window_holds_the_whole_sentence_and_on_a_laptop_its_panels(visit: Visit, width: int) -> None:
    """Doors and all; what is said under each figure too."""
    page = visit(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    expect(page.get_by_role("group", name="Where to begin")).to_be_visible()
    wait_drawn(page)
    assert hooks.source(page).evaluate("box => box.scrollWidth <= box.clientWidth"), "the input is cut"
    if width == 1440:
        for title in ("Attention", "Next token", "Trajectory"):
            expect(hooks.panel(page, title).locator(".read")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_of_the_system_is_followed(visit: Visit, theme: str) -> None:
    page = visit(color_scheme=theme)
    assert page.evaluate("() => document.documentElement.classList.contains('dark')") == (theme == "dark")
    light = page.evaluate("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).every((v) => v > 200)")
    assert light == (theme == "light")


def test_a_chosen_theme_stays_after_a_reload(page: Page) -> None:
    page.get_by_role("button", name="Dark theme").click()
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
    page.goto(page.url.split("?")[0])
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()


def test_present_mode_is_entered_and_left_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Present").click()
    expect(page.locator("html")).to_contain_class("present")
    page.keyboard.press("ArrowRight")
    hooks.expect_step(page, 1)
    page.keyboard.press("Escape")
    expect(page.locator("html")).not_to_contain_class("present")


def test_a_first_visit_asks_for_few_files(visit: Visit, watch: Watch, app: App) -> None:
    """That none of them fails, every page is watched for."""
    wait_drawn(visit())
    paths = [urlsplit(url).path for url in watch.requests if url.startswith(app.url)]
    gradios = [path for path in paths if path.startswith(("/static/", "/theme.css", "/gradio_api/heartbeat/")) or HASHED.search(path)]
    ours = [path for path in paths if path not in gradios]
    assert sorted(path.rpartition("/")[2] for path in ours) == ["", "data", "join", "modules.js", "plotly.js"]
    assert len(ours) <= 15 and len(gradios) < 60


def test_joined_modules_give_what_single_ones_give(page: Page) -> None:
    names = [name for name in web_files() if name.endswith(".js") and name != "modules.js"]
    differ = page.evaluate(
        """async (names) => {
          const { href } = document.getElementById('modules'), { take } = await import(href), differ = [];
          for (const name of names) {
            const [one, other] = [await take(name), await import(new URL(name, href))];
            const told = (module) => Object.keys(module).sort().map((key) => `${key}: ${typeof module[key]}`).join();
            if (told(one) !== told(other) || !told(one)) differ.push(name);
          }
          return differ;
        }""",
        names,
    )
    assert differ == [] and len(names) > 70


def test_who_develops_gets_every_module_singly(browser: Browser) -> None:
    with serving("--dev") as app:
        watching = Watch(app.url)
        page = watching.over(browser.new_context(viewport=DESKTOP).new_page())
        page.goto(app.url)
        wait_ready(page)
        hooks.expect_output(page, hooks.TRANSLATED)
        page.context.close()
    single = [url for url in watching.requests if "/assets/dev/" in url and url.endswith(".js")]
    assert len(set(single)) > 70 and f"{app.url}/assets/dev/core/dom.js" in single
    assert not watching.faults


@pytest.mark.parametrize("lost", [1, 2, 100], ids=["once", "twice", "for good"])
def test_a_file_that_is_lost_on_its_way_is_asked_for_anew(lost: int, browser: Browser, app: App) -> None:
    """Else nothing on the page would ever stand, and nothing would say why."""
    page = browser.new_context(viewport=DESKTOP).new_page()
    page.route("**/modules.js*", lambda route: route.abort(), times=lost)
    page.goto(app.url)
    missing = page.get_by_role("alert").filter(has_text="A file of this page did not arrive")
    if lost < 100:
        wait_ready(page)
        expect(missing).to_have_count(0)
    else:
        expect(missing).to_have_count(1)
        page.unroute_all()
        missing.get_by_role("link", name="Load it again").click()
        wait_ready(page)
    page.context.close()
