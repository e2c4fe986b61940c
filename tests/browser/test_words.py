"""The words of the field open on demand: from the top bar, and by ? at what is pointed at."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE

pytestmark = pytest.mark.browser


def test_words_on_the_screen_come_first_and_are_filtered(page: Page) -> None:
    page.get_by_role("button", name="Words", exact=True).click()
    sheet = page.get_by_role("dialog", name="Words")
    first = sheet.locator("section").first
    expect(first.get_by_role("heading", name="On the screen")).to_be_visible()
    expect(first.get_by_text("cell", exact=True)).to_have_count(0)
    expect(first.get_by_text("context", exact=True)).to_be_visible()
    sheet.get_by_role("searchbox").fill("teacher")
    expect(sheet.locator("dt")).to_have_text(["teacher forcing"])
    sheet.get_by_role("searchbox").fill("<b>")
    expect(sheet).to_contain_text("No word with “<b>” here.")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="Words", exact=True)).to_be_focused()


def test_the_key_opens_what_is_pointed_at(page: Page) -> None:
    page.locator(".pic").get_by_role("button", name="combine").hover()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Words")
    expect(sheet.locator("section").first).to_contain_text("State and context are joined")
    page.keyboard.press("Escape")
    hooks.source(page).press("?")
    expect(sheet).to_be_hidden()


def test_it_fills_a_phone(visit: Visit) -> None:
    page = visit(hooks.REVERSE, viewport=PHONE)
    page.get_by_role("button", name="Words", exact=True).click()
    box = page.get_by_role("dialog", name="Words").bounding_box()
    assert box is not None and (box["width"], box["height"]) == (PHONE["width"], PHONE["height"])
