"""The lab's parts that ask what a model knows: probes, attention held against what tokens do, first errors, and a search that stops."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE

pytestmark = pytest.mark.browser

TRANSLATION = "?architecture=attention_seq2seq&task=translation&input=the+tree+likes+my+small+red+star&tab=lab"
SLOW_MS = 120_000  # probes beside other work on the same cores


def done(page: Page, panel: str) -> None:
    expect(page.locator(f".{panel}-panel .progress-line")).to_be_hidden(timeout=SLOW_MS)


def nothing_wrong(page: Page) -> None:
    assert [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]] == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_parts_of_the_lab_are_in_the_link(visit: Visit) -> None:
    page = visit(TRANSLATION)
    parts = page.get_by_role("navigation", name="Parts of the lab")
    expect(parts.get_by_role("button")).to_have_text(["Act", "Patch", "Probe", "Attention", "Errors", "Break it"])
    expect(page.locator(".acts-panel")).to_be_visible()
    parts.get_by_role("button", name="Errors").press("Enter")
    expect(page).to_have_url(re.compile("part=errors"))
    expect(page.locator(".acts-panel")).to_be_hidden()
    page.reload()
    expect(page.locator(".errors-panel")).to_be_visible()
    hooks.open_tab(page, "Decode")
    expect(page).not_to_have_url(re.compile("part="))


@pytest.mark.parametrize("size", [None, PHONE])
def test_who_knows_what_is_read_and_its_unit_opened_and_held(visit: Visit, size: Any) -> None:
    page = visit(f"{TRANSLATION}&part=probe", **({} if size is None else {"viewport": size}))
    panel = page.locator(".probe-panel")
    done(page, "probe")
    expect(panel.locator(".probe:not(.head)")).to_have_count(11)
    expect(panel.locator(".read")).to_contain_text("What tells at which place a state stands best is the encoder cell")
    nothing_wrong(page)
    panel.get_by_label("Asked for").select_option("negated")
    expect(panel.locator(".read")).to_contain_text("‘negated’", timeout=SLOW_MS)
    done(page, "probe")
    panel.get_by_role("button", name=re.compile(r"^Open unit \d+ of the decoder cell")).click()
    expect(page.get_by_role("heading", name=re.compile(r"^Unit \d+"))).to_be_visible()
    hooks.open_tab(page, "Lab")
    panel.get_by_role("button", name=re.compile(r"^Hold unit \d+ of the decoder cell")).click()
    expect(page.get_by_role("switch", name=re.compile(r"Cell of unit \d+ at 0, decoder"))).to_be_visible()


def test_attention_stands_beside_what_tokens_did_step_by_step(visit: Visit) -> None:
    page = visit(f"{TRANSLATION}&part=attention")
    panel = page.locator(".explain-panel")
    expect(panel.locator(".importance .name")).to_have_count(4)
    expect(panel.locator(".read")).to_contain_text("most attention is at ‘the’")
    page.get_by_role("button", name="Next step").click()
    expect(panel.locator(".importance .told").first).to_contain_text("arbre")
    done(page, "faithful")
    expect(page.locator(".faithful-panel .read")).to_contain_text("Spread evenly, they leave")
    nothing_wrong(page)


def test_a_first_error_is_told_and_a_recipe_offered(visit: Visit) -> None:
    page = visit("?architecture=seq2seq&task=reverse&tab=lab&part=errors")
    panel = page.locator(".errors-panel")
    done(page, "errors")
    expect(panel.locator(".read")).to_contain_text(re.compile(r"Behind one wrong token the next is right in \d+\s%"))
    nothing_wrong(page)
    panel.get_by_role("link", name="set its recipe in the rail").click()
    expect(page).to_have_url(re.compile("scheduled_sampling=0.5"))


def test_a_search_for_failures_stops_when_it_is_told_to(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=reverse&tab=lab&part=break")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "broken.json" in request.url else None)
    panel = page.locator(".break-panel")
    panel.get_by_role("button", name="Break it for me").click()
    panel.get_by_role("button", name="Stop").click()
    expect(panel.locator(".progress-line progress")).to_be_hidden(timeout=SLOW_MS)
    before = len(asked)
    page.wait_for_timeout(1500)
    assert len(asked) == before, "the server works only while it is asked"
