"""A paper as a visitor meets it: chosen, guessed, run and judged by keyboard; a miss; a stopped arm; on a phone; for everybody."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from playground.papers import papers
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE

pytestmark = pytest.mark.browser

FAST = "jelassi_2024"
OPEN = f"?paper={FAST}"


def broken(page: Page) -> list[Any]:
    return [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]


def run_by_keyboard(page: Page) -> None:
    page.keyboard.press("4")
    expect(page.get_by_role("radio", name=re.compile("< 20 %"))).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator(".paper-run")).to_contain_text(re.compile(r"Training 4 arms, \d+ %|Judging"))


def tops(page: Page) -> list[int]:
    """Where the picture begins and ends, and the result begins, in pixels."""
    found: list[int] = page.evaluate("""() => {
      const { y: figure } = document.querySelector('.trial-figure').getBoundingClientRect();
      const { top, bottom } = document.querySelector('.pic').getBoundingClientRect();
      return [top, bottom, figure].map((y) => Math.round(y + scrollY));
    }""")
    return found


def expect_lock_step(page: Page) -> None:
    """Both sides have their picture, and one player steps them."""
    expect(page.locator(".duo-side")).to_have_count(2)
    expect(page.locator(".duo-side.of-b .duo-said")).to_contain_text(re.compile("[✓✗]"))
    expect(page.locator(".slots-panel")).to_be_hidden()
    page.locator("body").press("Home")
    for step in range(3):
        for side in page.locator(".duo-side").all():
            expect(side.locator(".blk.dec .col:not(.fut)")).to_have_count(step + 1)
        page.keyboard.press("ArrowRight")


def test_a_paper_is_run_to_its_verdict_by_keyboard(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Papers", exact=True).focus()
    page.keyboard.press("Enter")
    shelf = page.get_by_role("dialog", name="A paper a minute")
    expect(shelf.locator(".paper-tile")).to_have_count(len(papers))
    rooms = shelf.get_by_role("group", name="Which papers")
    rooms.get_by_role("button", name=re.compile("^Transformers")).click()
    expect(shelf.locator(".paper-tile:visible")).to_have_count(sum(paper.room == "transformers" for paper in papers.values()))
    rooms.get_by_role("button", name=re.compile("^All")).click()
    page.keyboard.press("Escape")
    expect(shelf).to_be_hidden()
    page.get_by_role("button", name="Papers", exact=True).focus()
    page.keyboard.press("Enter")
    tile = shelf.locator(f"[data-paper={FAST}]")
    tile.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".paper-card h2")).to_be_focused()
    expect(page.locator(".paper-needs")).to_contain_text("≥ 99 %")
    expect(page.locator("#train")).to_be_hidden()
    assert broken(page) == []
    stood = tops(page)
    run_by_keyboard(page)
    expect(page.locator("#run-status")).to_contain_text("Training 4 arms")
    expect(page.get_by_role("radio", name=re.compile("< 20 %"))).to_be_disabled()
    expect(page.locator(".trial-curves .plot")).to_be_visible()
    expect(page.locator(".slots-pinned")).to_be_visible()
    expect(page.locator(".slot-token.cur")).to_have_count(0)  # the player goes through another input
    verdict = page.locator(".paper-verdict")
    expect(verdict).to_contain_text(re.compile("eproduced"), timeout=180_000)
    expect(page.locator(".slots-pinned")).to_have_count(0)
    assert tops(page) == stood, "picture and result stay where they were"
    assert page.evaluate("() => whose.scrollWidth <= whose.clientWidth + 1")
    expect(verdict.locator(".paper-check")).to_have_count(len(papers[FAST].bars))
    expect(page.locator(".paper-truth")).to_contain_text("your guess")
    expect(page.locator(".trial-figure .read")).to_contain_text(re.compile("with seed 10. Of strings of 20"))
    expect_lock_step(page)
    expect(page).to_have_url(re.compile(rf"paper={FAST}.*arms="))
    assert broken(page) == []
    row = page.locator("button.trial-try")
    row.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as saved:
        page.get_by_role("button", name="As CSV").click()
    assert Path(saved.value.path()).read_text().startswith("seed,what,needs,value,reached\n10,")
    page.reload()
    expect(verdict).to_contain_text(re.compile("eproduced"))
    page.locator("body").press("n")
    expect(page.locator(".paper-card h2")).to_contain_text(papers["bengio_2015"].claim.rstrip("."))
    page.keyboard.press("Escape")
    expect(page.locator(".paper-card")).to_have_count(0)
    expect(page.locator("#train")).to_be_visible()


def test_a_stopped_arm_gets_no_verdict(visit: Visit) -> None:
    page = visit("?paper=bengio_2015")
    page.get_by_role("button", name=re.compile("^Run it:")).click()
    page.locator("#run-status").get_by_role("button", name="Stop").click()
    expect(page.locator(".paper-foot")).to_contain_text("there is no verdict", timeout=60_000)
    expect(page.locator(".paper-run")).to_contain_text("Run it again")


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_a_miss_is_drawn_like_a_hit(visit: Visit, size: Any) -> None:
    """What the server would say of a seed that misses, planted on its way."""
    page = visit(OPEN, **({} if size is None else {"viewport": size}))
    page.route("**/verdict.json?*", missed)
    run_by_keyboard(page)
    verdict = page.locator(".paper-verdict.missed")
    expect(verdict).to_contain_text("Not reproduced, seed 10", timeout=180_000)
    expect(verdict.locator(".paper-check.w")).to_have_count(1)
    expect(verdict).to_contain_text("the threshold does not move")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert broken(page) == []


def missed(route: Route) -> None:
    answer = route.fetch()
    told = answer.json()
    for number, check in enumerate(told["checks"]):
        check[5] = number != 0
    route.fulfill(response=answer, body=json.dumps({**told, "holds": False}))
