"""Every shipped pair can be read, rings around what has the focus are whole, and nothing that opens or steps pushes the page about."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import ROOT, wait_drawn, wait_ready
from tests.browser.legible import faults, settle

pytestmark = pytest.mark.browser

PAIRS = [path.stem.split("-") for path in sorted(Path(ROOT, "checkpoints").glob("*-*.safetensors"))]
HEIGHTS = {1440: 900, 1280: 800, 768: 1024, 390: 844, 320: 700}
KINDS = {  # one of each way to draw the picture is looked at in more windows
    ("attention_seq2seq", "translation"),
    ("transformer", "reverse"),
    ("autoencoder", "digits"),
    ("captioner", "scenes"),
    ("recognizer", "dialing"),
}
DARK = {("attention_seq2seq", "translation"), ("vae", "digits")}

# Whose ring is cut off by what scrolls or hides around it; '' for a whole one, null where nothing has the focus.
RING = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const drawn = [node, node.closest('label'), node.closest('.card')].find((one) => one && getComputedStyle(one).outlineStyle !== 'none');
  const name = node.id || node.getAttribute('aria-label') || node.textContent.trim().slice(0, 30);
  if (!drawn) return `${name} has no ring`;
  const style = getComputedStyle(drawn), box = drawn.getBoundingClientRect();
  const wide = Math.max(0, parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth));
  let place = style.position;
  for (let around = drawn.parentElement; around && around !== document.body; around = around.parentElement) {
    const has = getComputedStyle(around), held = place !== 'fixed' && !(place === 'absolute' && has.position === 'static');
    if (has.position !== 'static') place = has.position;
    if (!held || has.overflowX === 'visible' || ['contents', 'inline'].includes(has.display)) continue;
    const edge = around.getBoundingClientRect(), left = edge.left + around.clientLeft, top = edge.top + around.clientTop;
    if (box.left - wide < left - .5 || box.right + wide > left + around.clientWidth + .5
      || box.top - wide < top - .5 || box.bottom + wide > top + around.clientHeight + .5)
      return `${name}: its ring is cut by ${around.className || around.id}`;
  }
  return '';
}"""

PANELS = """() => [...document.querySelectorAll('[role=tablist], section.panel')].filter((node) => node.checkVisibility())
  .map((node) => Math.round(node.getBoundingClientRect().top))"""


def test_every_shipped_pair_can_be_read(visit: Visit) -> None:
    page = visit(hooks.REVERSE, viewport={"width": 1280, "height": 800})
    home = page.url.split("?")[0]
    found = []
    for architecture, task in PAIRS:
        theme = "dark" if (architecture, task) in DARK else "light"
        page.goto(f"{home}?architecture={architecture}&task={task}&theme={theme}")
        wait_ready(page)
        page.keyboard.press("End")  # where most is written
        more = [1440, 768, 320] if (architecture, task) in KINDS else []
        for width in (1280, 390, *more):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            settle(page)
            found += [f"{architecture} on {task} at {width} px: {fault}" for fault in faults(page)]
    assert found == [] and len(PAIRS) == 39


@pytest.mark.parametrize("query", ["?architecture=attention_seq2seq&task=translation", "?architecture=vae&task=digits"])
def test_the_way_by_keyboard_is_short_and_its_rings_are_whole(visit: Visit, query: str) -> None:
    page = visit(query, viewport={"width": 1280, "height": 800})
    wait_drawn(page)
    page.keyboard.press("Tab")
    skip = page.get_by_role("button", name="Skip to the player")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    cut = []
    for _ in range(100):
        at = page.evaluate(RING)
        if at is None:
            break
        cut += [at] if at else []
        page.keyboard.press("Tab")
    assert cut == []
    skip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#player" if "vae" not in query else "#tab-latent")).to_be_focused()


def test_escape_closes_whatever_opened_and_gives_the_focus_back(page: Page) -> None:
    opened = [
        (page.get_by_role("button", name="Export the picture or its data"), page.locator(".pic .menu")),
        (page.get_by_role("button", name="Words", exact=True), page.get_by_role("dialog", name="Words")),
        (page.locator("#open-advanced"), page.get_by_role("dialog", name="Advanced")),
        (page.locator("#all-tasks"), page.get_by_role("dialog", name="Choose a task")),
    ]
    for button, what in opened:
        button.focus()
        page.keyboard.press("Enter")
        expect(what).to_be_visible()
        page.keyboard.press("Escape")
        expect(what).to_be_hidden()
        expect(button).to_be_focused()


def test_to_be_asked_moves_no_panel(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation", viewport={"width": 1440, "height": 900})
    settle(page)
    before = page.evaluate(PANELS)
    page.get_by_role("button", name="Predict").click()
    expect(page.locator(".ask")).to_be_visible()
    settle(page)
    assert page.evaluate(PANELS) == before
