"""Two trained side by side, as a visitor meets it."""

from __future__ import annotations

import re
from time import sleep
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, wait_ready

pytestmark = pytest.mark.browser

TINY = "model.hidden=16&model.embedding=8&training.batch_size=8"
LINK = f"?architecture=attention_seq2seq&task=reverse&{TINY}&training.steps=60&input=31415&locks=batches,updates,width&tab=compare"
LONG = LINK.replace("steps=60", "steps=20000&training.early_stop=false")


def differing(page: Page) -> list[str]:
    return page.locator(".same-rows tbody tr:not(.same) th").all_inner_texts()


def test_both_train_and_stand_in_both_slots(visit: Visit) -> None:
    page = visit(LINK)
    expect(page.locator(".race-curves")).to_be_hidden()
    expect(page.get_by_label("Seed of B")).to_be_disabled()
    assert "Architecture" in differing(page) and "Hidden units" not in differing(page)
    page.get_by_role("button", name=re.compile("Train both")).click()
    expect(page.locator(".race-line")).to_contain_text(re.compile(r"RNN \+ attention: took [\d.]+ s, \d+ updates, [\d,]+ parameters"))
    expect(page.locator(".race-line")).to_contain_text(re.compile(r"RNN, final state only: took [\d.]+ s, \d+ updates"))
    expect(page.locator(".race-curves .read")).to_contain_text(re.compile("Both learn from the same batches, hash [0-9a-f]{8}"))
    expect(page.locator(".slot.of-b")).to_contain_text("your run 2")
    expect(page.locator(".slot.of-a")).to_contain_text("your run 1")
    expect(page.locator(".length-panel .read")).to_contain_text("digits")
    for against, title in (("updates", "updates"), ("FLOPs", "MFLOP"), ("seconds", "CPU seconds")):
        page.get_by_role("group", name="Curves of both against").get_by_role("button", name=against).click()
        expect(page.locator(".race-curves .plot")).to_contain_text(title)
    expect(page).to_have_url(re.compile("beside=.*run=|run=.*beside="))
    page.reload()
    wait_ready(page)
    expect(page.locator(".race-line")).to_contain_text(re.compile("RNN, final state only: took"))
    expect(page.locator(".slot.of-b")).to_contain_text("your run 2")
    page.get_by_role("tab", name="Training").click()
    expect(page.locator(".my-run")).to_have_count(2)


def test_what_is_pressed_before_an_answer_comes_is_kept(visit: Visit) -> None:
    page = visit(LONG)
    chosen = page.get_by_label("Architecture of B")
    chosen.wait_for()
    page.route("**/queue/join*", lambda route: (sleep(0.4), route.continue_())[1])
    chosen.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    name = chosen.input_value()
    page.locator("[data-lock=parameters]").press("Enter")
    expect(page.locator(".race-panel .same-rows").first).to_contain_text("Heads")  # of a Transformer: it was answered
    expect(page.locator("[data-lock=parameters]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".race-trouble")).to_be_hidden()
    assert chosen.input_value() == name == "transformer"


def test_they_are_set_up_paused_and_stopped_by_keyboard(visit: Visit) -> None:
    page = visit(LONG)
    page.get_by_label("Architecture of B").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".race-panel .read")).to_contain_text("architecture")
    lock = page.get_by_role("group", name="The same in both").get_by_role("button", name="parameters")
    lock.focus()
    page.keyboard.press("Enter")
    expect(lock).to_have_attribute("aria-pressed", "true")
    expect(lock).to_be_focused()
    expect(page.get_by_role("button", name="width")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name=re.compile("Train both")).focus()
    page.keyboard.press("Enter")
    status = page.locator("#run-status")
    expect(status).to_contain_text(re.compile(r"Training both\s*A update [\d,]+ of 20,000 · B update [\d,]+ of 20,000"))
    expect(page.locator(".slots-pinned")).to_contain_text("Both read the held-out input")
    for panel in (".group-panel", ".apart-panel"):
        expect(page.locator(panel)).to_contain_text("This pair is measured once both are trained")
        expect(page.locator(panel).locator(".group-row, .apart-row").locator("visible=true")).to_have_count(0)
    expect(page.locator(".slot .slot-about", has_text="update")).to_have_count(2)
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Paused")
    page.get_by_role("button", name="Go on").focus()
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Training both")
    status.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".race-curves .read")).to_contain_text("A was stopped. ")
    expect(page.locator(".race-curves .read")).to_contain_text("B was stopped. ")


def test_what_cannot_be_trained_beside_says_so(visit: Visit) -> None:
    page = visit(
        "?architecture=seq2seq&task=reverse&model.hidden=10&rival=architecture%3Dtransformer%26task%3Dreverse%26model.heads%3D4&locks=width&tab=compare"
    )
    expect(page.locator(".race-trouble")).to_contain_text("must divide the width")


@pytest.mark.parametrize("size", [None, PHONE])
def test_the_form_and_the_curves_are_legible_to_everybody(visit: Visit, size: Any) -> None:
    page = visit(LINK, **({} if size is None else {"viewport": size}))
    page.locator(".race-more summary").click()
    assert broken(page) == []
    page.get_by_role("button", name=re.compile("Train both")).click()
    expect(page.locator(".heart").first).to_be_visible()
    expect(page.locator(".race-curves .main-svg").first).to_be_visible()
    assert broken(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def broken(page: Page) -> list[Any]:
    return [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]
