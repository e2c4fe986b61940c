"""Escape closes what is open, that alone, and gives the focus back to what opened it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def button(name: str) -> Callable[[Page], Locator]:
    return lambda page: page.get_by_role("button", name=name, exact=True).first


def group(name: str) -> Callable[[Page], Locator]:
    return lambda page: page.get_by_role("group", name=name, exact=True)


CASES: dict[str, tuple[str, Callable[[Page], Locator], Callable[[Page], Locator]]] = {
    "drawing pad": ("?task=digits&architecture=vae", button("Draw"), group("Draw a picture")),
    "scene pad": ("?task=scenes", button("Make a scene"), group("Make a scene")),
    "keypad": ("?task=dialing", button("Keypad"), group("Telephone keypad")),
    "another input": (
        f"{hooks.REVERSE}&tab=states",
        button("+ add an input"),
        lambda page: page.get_by_role("textbox", name="Another input"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_opened_is_closed_and_its_button_has_the_focus(visit: Visit, case: str) -> None:
    query, opener, opened = CASES[case]
    page = visit(query)
    opener(page).press("Enter")
    expect(opened(page)).to_be_visible()
    if "pad" in case:  # somebody pressed beside its buttons
        opened(page).click(position={"x": 5, "y": 5})
    page.keyboard.press("Escape")
    expect(opened(page)).to_be_hidden()
    expect(opener(page)).to_be_focused()


def test_only_what_was_opened_last_is_closed_and_leads_back(visit: Visit) -> None:
    """A block and its place in the picture, lists of exports beside and inside it, a guess, a slide, the drawer of a phone."""
    page = visit(hooks.REVERSE)
    block = page.locator(".pic").get_by_role("button", name=re.compile("context: open"))
    inside = page.get_by_role("region", name=re.compile("^Inside this"))
    for leave in ("Escape", "Enter"):
        block.press("Enter")
        inside.get_by_role("button", name="Close the block").focus()
        page.keyboard.press(leave)
        expect(inside).to_be_hidden()
        expect(block).to_be_focused()
    block.press("Enter")
    for export in (inside.get_by_role("button", name=re.compile("^Export")), button("Export the picture or its data")(page)):
        export.press("Enter")
        expect(export).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(export).to_have_attribute("aria-expanded", "false")
        expect(export).to_be_focused()
        expect(inside).to_be_visible()
    page.get_by_role("button", name="Present").press("Enter")
    inside.get_by_role("button", name="Close the block").focus()
    for still in (True, False):
        page.keyboard.press("Escape")
        expect(inside).to_be_hidden()
        expect(page.locator("html")).to_have_class(re.compile(r"\bpresent\b" if still else r"^(?!.*\bpresent\b)"))
    predict, asked = page.get_by_role("button", name="Predict"), page.locator(".ask")
    predict.press("Enter")
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(predict).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 844})
    drawer = page.get_by_role("button", name="Set-up")
    drawer.press("Enter")
    expect(page.locator("#train")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(page.locator("#train")).to_be_hidden()
    expect(drawer).to_be_focused()
