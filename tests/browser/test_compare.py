"""Two models side by side, as a visitor meets them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, wait_ready

pytestmark = pytest.mark.browser

LINK = "?architecture=attention_seq2seq&task=reverse&input=7182818284590452&tab=compare"


def test_another_model_answers_in_lock_step(visit: Visit) -> None:
    page = visit(LINK)
    expect(page.locator(".slots")).to_contain_text("Slot B is empty")
    expect(page.locator(".compare-both")).to_be_hidden()
    page.get_by_label("Slot B").select_option(label="RNN, final state only, shipped")
    lines = page.locator(".slot-tokens")
    expect(lines).to_have_count(2)
    expect(page.locator(".slot.of-b")).to_contain_text("right, 16 of 16")
    expect(page.locator(".slots-panel .read")).to_contain_text(re.compile(r"They part at output \d+: A writes \d, B \d\."))
    page.get_by_role("button", name="Next step").click()
    for line in lines.all():
        expect(line.locator(".cur")).to_have_text("5")
    expect(page.locator(".length-panel .read")).to_contain_text("They differ most at")
    expect(page.locator(".heart")).to_have_count(4)
    expect(page).to_have_url(re.compile("beside=seq2seq"))
    page.reload()
    wait_ready(page)
    expect(lines).to_have_count(2)
    hooks.type_source(page, "31415")
    expect(page.locator(".slot.of-b")).to_contain_text("right, 5 of 5")
    page.get_by_label("Slot B").select_option(label="this run at update 0")
    expect(page.locator(".slot.of-b")).to_contain_text("this run at update 0")
    expect(page.locator(".slot.of-b .slot-token.bad")).to_have_count(0)  # first weights are neither right nor wrong
    page.get_by_label("Slot B").select_option("")
    expect(page.locator(".slots")).to_contain_text("Slot B is empty")


@pytest.mark.parametrize("size", [None, PHONE])
def test_the_comparison_is_legible_to_everybody(visit: Visit, size: Any) -> None:
    page = visit(f"{LINK}&beside=seq2seq", **({} if size is None else {"viewport": size}))
    expect(page.locator(".heart").first).to_be_visible()
    told = [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]
    assert told == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
