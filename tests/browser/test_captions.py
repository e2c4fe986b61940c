"""One journey through the captions: type a scene, place one, paint one, upload one, and step through the words."""

from __future__ import annotations

import io
import re

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit

CAPTIONS = "?architecture=captioner&task=scenes"


def verdict(page: Page, text: str) -> None:
    expect(hooks.verdict(page)).to_have_text(re.compile(text))


def test_type_place_paint_upload_and_step(visit: Visit) -> None:
    page = visit(CAPTIONS)
    box = page.locator("#input input, #input textarea").first
    box.fill("a green triangle left of a red square")
    box.press("Enter")
    verdict(page, "right, 8 of 8")
    expect(page.locator(".regions .cell")).to_have_count(64)
    page.locator("#player").focus()
    page.keyboard.press("ArrowRight")
    hooks.expect_step(page, 1)
    expect(page.locator(".regions .cell.most")).to_have_count(1)

    make = page.get_by_role("button", name="Make a scene")
    make.click()
    page.get_by_label("Colour of shape 1").select_option("black")
    stage = page.get_by_role("application", name=re.compile("The scene"))
    stage.press("ArrowUp")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(box).to_have_value(re.compile(r"^black triangle at \d+ \d+, red square at"))
    verdict(page, "right, 8 of 8")
    page.reload()
    expect(box).to_have_value(re.compile("^black triangle at"))

    make.click()
    page.get_by_role("radio", name="Paint").check()
    area = stage.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 80, area["y"] + 80)
    page.mouse.down()
    page.mouse.move(area["x"] + 120, area["y"] + 90, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Use", exact=True).click()
    expect(box).to_have_value("")
    verdict(page, "^$")

    picture = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(picture).ellipse((240, 160, 400, 320), fill=(210, 40, 40))
    sink = io.BytesIO()
    picture.save(sink, "PNG")
    make.click()
    page.locator("#edp-scene-file").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": sink.getvalue()})
    expect(page.get_by_role("img", name="decoder tokens: a red circle end")).to_be_visible()
    make.click()
    page.locator("#edp-scene-file").set_input_files({"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg></svg>"})
    expect(page.get_by_role("alert").filter(has_text="SVG")).to_be_visible()
