"""`python -m tests.browser.screenshots` takes the README's pictures anew: docs/images/*.png, a few dozen kB each."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import hooks
from tests.browser.driving import DESKTOP, PHONE, ROOT, chromium, serving, wait_drawn, wait_ready

IMAGES = ROOT / "docs" / "images"
COLOURS = 128  # flat surfaces and few hues: a palette is a third of the bytes
PATIENCE_MS = 60_000


def decode(page: Page) -> None:
    page.locator("#player").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    hooks.expect_step(page, 3)


def train(page: Page) -> None:
    """Far enough for a few frames of the film and a curve that has begun to fall."""
    page.locator("#train").click()
    hooks.open_tab(page, "Training")
    frames = hooks.panel(page, "The film").get_by_role("button", name="Step")
    expect(frames).to_have_count(7, timeout=PATIENCE_MS)


def picture(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-scene", "picture")
    page.get_by_role("button", name="Example: 3").click()
    expect(page.get_by_role("group", name=re.compile("^Input picture of a 3"))).to_be_visible()


PICTURES: dict[str, tuple[str, Any, Callable[[Page], None]]] = {
    "decode-light": ("?theme=light", DESKTOP, decode),
    "decode-dark": ("?theme=dark", DESKTOP, decode),
    "training": ("?theme=light&architecture=seq2seq&task=reverse", DESKTOP, train),
    "autoencoder": ("?theme=light&architecture=autoencoder&task=strokes", DESKTOP, picture),
    "present": ("?theme=light&present=1", DESKTOP, decode),
    "phone": ("?theme=light", PHONE, decode),
}


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with serving() as app, chromium() as browser:
        for name, (query, viewport, act) in PICTURES.items():
            path = IMAGES / f"{name}.png"
            path.write_bytes(small(shot(browser, f"{app.url}/{query}", viewport, act)))
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB", file=sys.stderr)


def shot(browser: Browser, url: str, viewport: Any, act: Callable[[Page], None]) -> bytes:
    page = browser.new_context(viewport=viewport, reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    wait_ready(page)
    wait_drawn(page)
    act(page)
    wait_drawn(page)
    data: bytes = page.screenshot()
    page.context.close()
    return data


def small(png: bytes) -> bytes:
    """The same picture with a palette."""
    sink = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(sink, "PNG", optimize=True)
    return sink.getvalue()


if __name__ == "__main__":
    main()
