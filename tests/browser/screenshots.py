"""`python -m tests.browser.screenshots` takes the README's pictures anew: docs/images/*.png, a few dozen kB each."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from playground import tasks
from tests.browser import hooks
from tests.browser.driving import DESKTOP, PHONE, ROOT, chromium, serving, wait_drawn, wait_ready

IMAGES = ROOT / "docs" / "images"
COLOURS = 256  # flat surfaces and few hues: a palette is a third of the bytes
PATIENCE_MS = 60_000
CHARTS_MS = 300  # they follow a step a little later than what is drawn at frame rate


def decode(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    hooks.expect_step(page, 3)


def train(page: Page) -> None:
    """Far enough for a few frames of the film and a curve that has begun to fall."""
    page.locator("#train").click()
    hooks.open_tab(page, "Training")
    expect(hooks.film(page).locator(".frame:not(.ahead)")).to_have_count(7, timeout=PATIENCE_MS)


def picture(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-scene", "picture")
    page.get_by_role("button", name="Example: 3").click()
    expect(page.get_by_role("group", name=re.compile("^Input picture of a 3"))).to_be_visible()


def look(page: Page) -> None:
    page.keyboard.press("ArrowRight")


def word(page: Page) -> None:
    """The word that names a colour, and the regions it was read off."""
    look(page)
    hooks.expect_step(page, 1)


def inside(page: Page) -> None:
    """A head of cross-attention, opened."""
    decode(page)
    page.locator(".pic").get_by_role("button", name=re.compile("cross-attention|cross-attn")).first.click()
    expect(page.get_by_role("region", name=re.compile("^Inside this"))).to_be_visible()


def heads(page: Page) -> None:
    decode(page)
    hooks.open_tab(page, "Attention")


def start(page: Page) -> None:
    """As it opens."""
    expect(page.locator(".say")).to_contain_text("‘ma’")


def gallery(page: Page) -> None:
    expect(hooks.open_gallery(page).locator(".sides")).to_have_count(len(tasks.tasks()))


def states(page: Page) -> None:
    hooks.open_tab(page, "States")
    for title in ("Nearest states", r"Unit \d+"):
        expect(page.get_by_role("region", name=re.compile(title)).locator(".read")).not_to_be_empty(timeout=PATIENCE_MS)


def beam(page: Page) -> None:
    expect(hooks.panel(page, "Beam")).to_be_visible()


def code(page: Page) -> None:
    page.locator("#tab-code").click()
    page.wait_for_timeout(1500)


def teach(page: Page) -> None:
    """A class of twelve that has voted twice, and whose runs are in."""
    page.get_by_role("button", name="Class", exact=True).click()
    page.get_by_role("button", name="Open the class").click()
    letters = page.locator(".class-card .class-letters b")
    expect(letters).to_have_count(4)
    room = f"{page.url.partition('?')[0]}classes/{''.join(letters.all_text_contents())}"
    seats = [page.request.post(f"{room}/join", data={}).json()["seat"] for _ in range(12)]
    expect(page.locator(".class-trial .sub")).to_have_text("12 of 12 runs are in", timeout=20 * PATIENCE_MS)
    page.get_by_role("button", name="Ask the first").click()
    for votes in ((1, 1, 2, 2, 2, 2, 0, 3, 3, 1, 2), (3, 3, 2, 3, 2, 3, 1, 3, 3, 3, 2, 3)):
        for seat, answer in zip(seats, votes, strict=False):
            page.request.post(f"{room}/vote", data={"seat": seat, "answer": answer})
        page.get_by_role("button", name="Reveal").click()
        page.keyboard.press("v")
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".class-says .sub")).to_contain_text("second vote, 12 of 12")


def sit(page: Page) -> None:
    """A question as a student's phone has it."""
    place = page.url.partition("?")[2]
    home = page.url.partition("?")[0]
    opened = page.request.post(f"{home}classes", data={"place": place}).json()
    room = f"{home}classes/{opened['code']}"
    for _ in range(4):
        page.request.post(f"{room}/join", data={})
    page.request.post(f"{room}/teach", data={"key": opened["key"], "do": "ask", "question": 0})
    page.goto(f"{home}?class={opened['code']}&theme=light")
    page.get_by_text("10–50 %", exact=True).click()
    expect(page.locator(".class-tag:visible")).to_have_text("committed")


TALL = {"width": 1440, "height": 1300}
SENTENCE = "?architecture=attention_seq2seq&task=translation&input="
PICTURES: dict[str, tuple[str, Any, Callable[[Page], None]]] = {
    "decode-light": ("?theme=light", DESKTOP, start),
    "decode-dark": ("?theme=dark", DESKTOP, start),
    "gallery": ("?theme=light", DESKTOP, gallery),
    "states": (f"{SENTENCE}this+house+does+not+look+for+a+bird&step=5&theme=light", TALL, states),
    "beam": (f"{SENTENCE}the+tree+likes+my+small+red+star&decoding=beam&theme=dark", DESKTOP, beam),
    "training": ("?theme=light&architecture=seq2seq&task=reverse", DESKTOP, train),
    "autoencoder": ("?theme=light&architecture=autoencoder&task=strokes", DESKTOP, picture),
    "present": ("?theme=light&present=1", DESKTOP, start),
    "transformer": ("?theme=light&architecture=transformer&task=reverse", TALL, inside),
    "heads": ("?theme=dark&architecture=transformer&task=reverse", DESKTOP, heads),
    "decoder-only": ("?theme=light&architecture=transformer_decoder&task=completion", DESKTOP, look),
    "encoder-only": ("?theme=light&architecture=transformer_encoder&task=entities", DESKTOP, look),
    "pooling": ("?theme=dark&architecture=pooled_classifier&task=sentiment", DESKTOP, look),
    "n-gram": ("?theme=light&architecture=ngram&task=completion", DESKTOP, look),
    "final-state": ("?theme=dark&architecture=seq2seq&task=reverse", DESKTOP, decode),
    "convolutional": ("?theme=light&architecture=conv_autoencoder&task=digits", DESKTOP, picture),
    "variational": ("?theme=dark&architecture=vae&task=digits", DESKTOP, picture),
    "captions": ("?theme=light&architecture=captioner&task=scenes&input=red+circle+at+20+8,+blue+square+at+11+23", DESKTOP, word),
    "conditional": ("?theme=light&architecture=cvae&task=strokes", DESKTOP, picture),
    "dialing": ("?theme=dark&architecture=recognizer&task=dialing&input=5550199", DESKTOP, decode),
    "code": (f"{hooks.REVERSE}&theme=light", DESKTOP, code),
    "phone": ("?theme=light", PHONE, start),
    "class": ("?paper=bahdanau_2015&theme=light", DESKTOP, teach),
    "class-phone": ("?paper=bahdanau_2015&theme=light", PHONE, sit),
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
    page.wait_for_timeout(CHARTS_MS)
    data: bytes = page.screenshot()
    page.context.close()
    return data


def small(png: bytes) -> bytes:
    """The same picture with a palette."""
    sink = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, kmeans=4, dither=Image.Dither.NONE).save(sink, "PNG", optimize=True)
    return sink.getvalue()


if __name__ == "__main__":
    main()
