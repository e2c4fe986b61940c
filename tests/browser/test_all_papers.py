"""Every paper by keyboard alone, one after the other on one page: chosen in the gallery; guessed, run and judged as
it is projected. Their arms hardly train here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from playground.papers import papers
from tests.browser.conftest import Visit
from tests.browser.driving import App, serving
from tests.browser.test_first_paint import SMALL_TEXT
from tests.browser.test_present import CUT, PROJECTOR, settle

pytestmark = pytest.mark.browser

JUDGED_MS = 180_000  # of the slowest paper, beside other work
PROJECT = """async (on) => {
  const { href } = document.getElementById('modules'), { take } = await import(href);
  (await take('core/state.js')).project.send(on);
}"""
SCROLLS = """() => {
  const { scrollHeight, clientHeight } = document.querySelector('.paper-body');
  return Math.max(0, scrollHeight - clientHeight - 1);
}"""
ALONE = {"jain_2019"}  # its sides read different things: the other one has no picture beside this one's


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """In place of the page that all others share."""
    with serving(program=("tests.hasty_papers",)) as served:
        yield served
        assert "Traceback" not in served.log.read_text()


def test_every_paper_is_driven_to_its_verdict_by_keyboard_alone(visit: Visit) -> None:
    page = visit("?task=reverse", viewport=PROJECTOR)
    page.get_by_role("button", name="Papers", exact=True).focus()
    for number, id in reversed([*enumerate(papers, start=1)]):
        open_paper(page, number)
        page.evaluate(PROJECT, True)
        run_to_its_verdict(page, id)
        page.evaluate(PROJECT, False)
        tab_to(page, "All papers")


def open_paper(page: Page, number: int) -> None:
    """The gallery opens at its first paper, then at the one that is open; the one before it is a Tab back."""
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="A paper a minute")).to_be_visible()
    for key in ["Tab"] * (number - 1) if number == len(papers) else ["Shift+Tab"]:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator(".paper-number")).to_have_text(f"Paper {number} of {len(papers)}")
    expect(page.locator(".paper-card h2")).to_be_focused()


def run_to_its_verdict(page: Page, id: str) -> None:
    paper = papers[id]
    expect(page.locator(".paper-card h2")).to_have_text(paper.claim.rstrip("."))
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name=re.compile(re.escape(paper.question.options[1])))).to_be_checked()
    expect_projected(page, ".paper-guess", f"{id}, asked")
    page.keyboard.press("Enter")
    verdict = page.locator(".paper-verdict")
    expect(verdict).to_contain_text(re.compile("eproduced"), timeout=JUDGED_MS)
    expect(verdict.locator(".paper-check")).to_have_count(len(paper.bars))
    expect(page.locator(".paper-truth")).to_contain_text("your guess")
    expect(page.locator(".duo-side")).to_have_count(0 if id in ALONE else 2)
    expect(page.locator(".trial-figure .main-svg").first).to_be_visible()
    expect_projected(page, ".paper-verdict", f"{id}, judged")


def expect_projected(page: Page, part: str, where: str) -> None:
    """Card and chart stand on one slide that holds them whole, in letters that are read from the last row."""
    settle(page)
    for shown in (".paper-card h2", part, ".paper-run", ".trial-figure"):
        expect(page.locator(shown)).to_be_visible()
    assert page.evaluate(CUT) + page.evaluate(SMALL_TEXT, 24) == [], where
    if part == ".paper-guess":  # the verdict of what hardly trained has more to say than any other
        assert page.evaluate(SCROLLS) == 0, f"{where}: the card is cut"


def tab_to(page: Page, name: str) -> None:
    """From the top bar, which stands before the card."""
    for _ in range(12):
        if page.evaluate("() => document.activeElement.textContent") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by Tab")
