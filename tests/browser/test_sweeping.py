"""A sweep, and what parts two models, as a visitor meets them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, wait_ready

pytestmark = pytest.mark.browser

LINK = "?architecture=seq2seq&task=reverse&model.hidden=16&model.embedding=8&training.steps=30&tab=compare"
BESIDE = "?architecture=attention_seq2seq&task=reverse&input=31415&tab=compare&beside=seq2seq"


def test_a_sweep_is_trained_kept_over_a_reload_and_opened(visit: Visit) -> None:
    page = visit(LINK)
    values = page.get_by_label("Values, with commas between them")
    values.fill("8")
    expect(page.locator(".sweep-hint")).to_have_text("Name 2 to 6 values; 1 is named.")
    expect(page.locator(".sweep-start")).to_be_disabled()
    page.get_by_role("group", name="Seeds").get_by_role("button", name="2").click()
    values.fill("8, 16, banana, 9999")
    refused = "Hidden units cannot be ‘banana’ and ‘9999’; allowed is a whole number from 8 to 256."
    expect(page.locator(".sweep-hint")).to_have_text(refused)
    expect(page.locator(".sweep-start")).to_be_disabled()
    expect(page.locator(".sweep-start")).to_have_text("Train")
    values.fill("8, 16, 8")
    expect(page.locator(".sweep-start")).to_have_text(re.compile(r"Train 4 runs, ≈ \d"))
    page.locator(".sweep-start").click()
    expect(page.locator(".sweep-error")).to_be_empty()
    dots = page.locator(".sweep-dots button")
    expect(dots).to_have_count(4, timeout=60_000)
    expect(page.locator(".sweep-progress")).to_be_hidden()
    expect(page.locator(".sweep-panel .read")).to_contain_text("xact match")
    page.reload()
    wait_ready(page)
    expect(dots).to_have_count(4)
    dots.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".slot").first).to_contain_text("your run 1")


def test_a_sweep_is_cancelled(visit: Visit) -> None:
    page = visit(LINK.replace("steps=30", "steps=20000"))
    page.get_by_label("Option", exact=True).select_option(label="Learning rate")
    page.locator(".sweep-start").click()
    expect(page.locator(".sweep-told")).to_contain_text(re.compile(r"0 of \d+ runs · ≈ .* left"))
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".sweep-form")).to_be_visible(timeout=20_000)


def test_choices_are_pressed(visit: Visit) -> None:
    page = visit(LINK)
    page.get_by_label("Option", exact=True).select_option(label="Cell")
    choices = page.get_by_role("group", name="Values")
    expect(choices.locator("[aria-pressed=true]")).to_have_count(3)
    choices.get_by_role("button").first.click()
    expect(page.locator(".sweep-start")).to_contain_text("Train 6 runs")


def test_what_parts_two_models_is_shown_and_opened(visit: Visit) -> None:
    page = visit(BESIDE)
    expect(page.locator(".group-panel .group-row")).to_have_count(14, timeout=60_000)
    page.get_by_role("button", name="repeated tokens").click()
    expect(page.locator(".group-panel .group-row")).to_have_count(5)
    expect(page.locator(".group-panel .read")).to_contain_text("They differ most on")
    rows = page.locator(".apart-row")
    expect(rows.first.locator(".apart-wrong")).not_to_have_count(0)
    given = rows.first.locator(".e").inner_text().replace("*", "")
    rows.first.get_by_role("button").click()
    expect(page.get_by_role("textbox", name="Source")).to_have_value(given)


@pytest.mark.parametrize("size", [None, PHONE])
def test_both_are_legible_to_everybody(visit: Visit, size: Any) -> None:
    page = visit(BESIDE, **({} if size is None else {"viewport": size}))
    expect(page.locator(".apart-row").first).to_be_visible(timeout=60_000)
    told = [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]
    assert told == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
