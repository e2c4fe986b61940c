"""β as a slider: what other values make of the shipped run is seen at once, and the stage stays what it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import hooks
from tests.browser.conftest import Visit, Watch
from tests.browser.driving import PHONE, wait_drawn

pytestmark = pytest.mark.browser


def test_the_trade_is_felt_at_once(visit: Visit, watch: Watch) -> None:
    page = visit("?architecture=vae&task=digits&tab=loss")
    panel = hooks.panel(page, "The trade")
    chosen = panel.locator('.trade-column[aria-pressed="true"] b')
    expect(panel.locator(".trade-column")).to_have_count(7)
    expect(chosen).to_have_text("1")
    expect(panel.get_by_role("button", name=re.compile("^Train the 6 other values of β, to put them on the stage"))).to_be_visible()
    slider = panel.get_by_role("slider", name="β")
    wait_drawn(page)
    with watch.unasked(page):
        slider.press("End")
        expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^β = 16, \d of 2 numbers used$"))
        expect(chosen).to_have_text("16")
        expect(panel.locator(".read")).to_contain_text("At β = 16, which is only looked at, ")
        panel.locator(".trade-column").first.click()
        expect(chosen).to_have_text("0.25")
        expect(slider).to_have_value("0")
    expect(panel.get_by_role("button", name=re.compile("^Put β"))).to_be_hidden()
    expect(hooks.panel(page, "KL per number").locator(".sub")).to_contain_text("β = 1 ")


def test_on_a_phone_it_fits(visit: Visit) -> None:
    page = visit("?architecture=vae&task=digits&tab=loss", viewport=PHONE)
    expect(hooks.panel(page, "The trade").locator(".trade-column")).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
