"""A visitor brings pictures: a zip is read, what was refused is listed, an autoencoder learns them, and all around it is theirs alone."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import wait_ready
from tests.test_own_pictures import saved, zipped

pytestmark = pytest.mark.browser

OWN = "?architecture=autoencoder&task=pictures"
QUICK = f"{OWN}&model.code=8&model.hidden=64&training.steps=300"


def ring(n: int) -> bytes:
    """A ring of one of sixty sizes and places, on coloured paper."""
    picture = Image.new("RGB", (90, 60), (255, 250, 220))
    for x, shade in zip((16, 24, 32), RUN, strict=True):
        picture.paste((shade,) * 3, (x, 2, x + 4, 6))
    size, across = 12 + n % 10, 45 + 2 * (n // 10) - 5
    ImageDraw.Draw(picture).ellipse((across - size, 30 - size, across + size, 30 + size), outline=(30, 40, 90), width=6)
    return saved(picture)


DROP = """([names, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)), dataTransfer = new DataTransfer();
  for (const name of names) dataTransfer.items.add(new File([bytes], name));
  document.querySelector('.album .limits').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
}"""


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    expect(page.locator(".album")).to_be_visible()  # a hidden box takes a file too, and nobody is there to send it
    sent = [FilePayload(name=name, mimeType="application/octet-stream", buffer=data) for name, data in files]
    page.locator("#edp-pictures").set_input_files(sent)


GROUND = "node => getComputedStyle(node).backgroundColor"
RUN = secrets.token_bytes(3)  # what was shared once stays shared: other pictures every time
RINGS = [(f"rings/{n:02}.png", ring(n)) for n in range(60)]
ZIP = zipped([*RINGS, ("rings/notes.txt", b"hello"), ("__MACOSX/._00.png", b"x"), ("rings/<b>twice</b>.png", ring(3))])


def test_a_zip_is_learned_and_everything_around_it_is_there(visit: Visit) -> None:
    page = visit(QUICK)
    told = page.locator(".album summary .told")
    expect(told).to_have_text("an example: 800 to learn from, 200 held out")
    page.evaluate(DROP, [["a.png", "b.png"], b64encode(ring(1)).decode()])
    expect(page.get_by_role("alert").filter(has_text="There is 1 picture; at least 50 are needed")).to_be_visible()
    upload(page, ("rings.zip", ZIP))
    expect(told).to_have_text("44 to learn from, 16 held out, 2 refused")
    expect(page).to_have_url(re.compile("task.pictures=[0-9a-f]{24}"))
    expect(page.locator(".album .taken canvas")).to_have_count(24)
    page.get_by_text("2 files refused").click()
    expect(page.locator(".album .left-out li")).to_have_text(
        ["rings/<b>twice</b>.png is the same picture as rings/03.png", "rings/notes.txt is no picture that can be read here"]
    )
    expect(page.get_by_text("Private: links to this page and to its runs open in this browser only.")).to_be_visible()
    before = error(page)
    page.locator("#train").click()
    hooks.expect_state(page, "done", timeout_s=240)
    expect(hooks.whose(page)).to_contain_text("your run")
    hooks.open_tab(page, "Latent")
    assert error(page) < before / 3
    latent = page.get_by_role("region", name="Latent map", exact=True)
    expect(latent.locator("circle.digit")).to_have_count(10)
    expect(latent).to_contain_text("10 test pictures")
    expect(page.get_by_role("region", name="Manifold", exact=True).locator("image.manifold")).to_be_visible()
    hooks.open_tab(page, "Uses")
    expect(page.get_by_role("group", name="Uses of the code").get_by_role("button")).to_have_text(
        ["Compress", "Denoise", "Anomaly", "Dead units"]
    )
    link = f"?{urlsplit(page.url).query}"
    beside, stranger = visit(link, beside=page), visit(link)
    expect(beside.locator(".album summary .told")).to_contain_text("44 to learn from")
    expect(stranger.get_by_text("These pictures were brought in another browser, which does not share them.")).to_be_visible()
    box = page.locator("#edp-share-pictures")
    empty = box.evaluate(GROUND)
    box.check()
    expect(box).to_be_checked()
    assert box.evaluate(GROUND) != empty, "a tick is seen"
    expect(page.get_by_text("Links to this page and to its runs show them to anybody.")).to_be_visible()
    stranger.goto(page.url)
    wait_ready(stranger)
    expect(stranger.locator(".album summary .told")).to_contain_text("44 to learn from")


def error(page: Page) -> float:
    """Per pixel, of what is on the stage."""
    expect(hooks.verdict(page)).to_contain_text(re.compile(r"error 0\.\d+"))
    found = re.search(r"error (0\.\d+)", hooks.verdict(page).inner_text())
    assert found
    return float(found[1])
