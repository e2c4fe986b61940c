"""A lesson to its end: by keyboard alone, told to a screen reader, left and resumed, on a phone, in a second language."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

import playground
from playground.lessons.words import plain
from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE, wait_ready
from tests.browser.legible import faults, settle

pytestmark = pytest.mark.browser

LESSON = "?lesson=attention"


def card(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Lesson")


def heading(page: Page) -> Locator:
    return card(page).get_by_role("heading", level=2)


def answer(page: Page, option: int = 5) -> None:
    """The option of this number, or the middle of a scale, a guess."""
    if card(page).get_by_role("slider").count():
        card(page).get_by_role("slider").focus()
        page.keyboard.press("ArrowRight")
    else:
        page.keyboard.press(str(option))
        expect(card(page).get_by_role("radio").nth(option - 1)).to_be_checked()
    card(page).get_by_role("radio", name="a guess").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # a form is sent from any of its fields


def test_a_lesson_is_done_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    page.get_by_role("button", name="Lessons").focus()
    page.keyboard.press("Enter")
    expect(heading(page)).to_be_focused()
    card(page).get_by_role("button", name="Attention and its scores").focus()
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Where does it look to write the fourth digit?")
    expect(heading(page)).to_be_focused()
    expect(page.get_by_text("The lesson asks about this step")).to_be_visible()
    expect(page.locator(".codes .eqn").first).to_be_hidden()  # the weights of the step
    answer(page, 6)
    expect(card(page).locator(".reveal")).to_have_text(
        re.compile(r"Right\. It is state 6, where ‘9’ was read: it gets 0\.\d+ of the weight")
    )
    expect(card(page).get_by_role("status")).to_have_text(re.compile(r"^Right\. It is state 6"))
    expect(page.locator(".say")).to_contain_text("Step 4.")
    expect(page.locator(".codes .eqn").first).to_be_visible()
    expect(card(page).get_by_role("textbox")).to_be_focused()
    page.keyboard.type("Backwards, so the fourth from the end.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # compare with ours
    expect(card(page).locator(".ours")).to_contain_text("Ours: To write backwards")
    page.keyboard.press("Enter")  # the next question has the focus
    expect(heading(page)).to_have_text("What do the weights of one step come to?")
    expect(page.get_by_role("tab", name="Attention")).to_have_attribute("aria-selected", "true")
    answer(page)
    expect(card(page).locator(".reveal")).to_contain_text("Not so. They come to 1")
    card(page).get_by_role("button", name="Next question").press("Enter")
    expect(heading(page)).to_have_text("What if it must look at all states alike?")
    card(page).get_by_role("button", name="Skip, show me").press("Enter")
    expect(card(page).locator(".reveal")).to_contain_text("Shown.")
    card(page).get_by_role("button", name="See how you did").press("Enter")
    expect(card(page)).to_contain_text("1 of 3 foreseen")
    with page.expect_download() as download:
        card(page).get_by_role("button", name="Answers as CSV").press("Enter")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [row["right"] for row in rows] == ["1", "0", ""]
    assert (rows[0]["guess"], rows[0]["truth"], rows[0]["sure"]) == ("state 6, ‘9’", "state 6, ‘9’", "a guess")
    assert rows[0]["why"] == "Backwards, so the fourth from the end."
    with page.expect_download() as download:
        card(page).get_by_role("button", name="Save as picture").press("Enter")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Lessons")).to_be_focused()
    expect(page.locator("#edp-rail .train")).to_be_visible()


def test_a_lesson_is_left_resumed_and_forgotten(visit: Visit) -> None:
    page = visit(LESSON)
    answer(page, 2)
    expect(card(page).locator(".reveal")).to_contain_text("Not so.")
    card(page).get_by_role("button", name="Next question").click()
    expect(heading(page)).to_contain_text("What do the weights")
    expect(page).to_have_url(re.compile("lesson=attention&question=2"))
    page.reload()
    wait_ready(page)
    expect(heading(page)).to_contain_text("What do the weights")
    card(page).get_by_role("button", name="All lessons").click()
    row = card(page).get_by_role("button", name="Attention and its scores")
    expect(row).to_contain_text("1 of 3 answered, 0 right")
    row.click()
    expect(heading(page)).to_contain_text("What do the weights")
    card(page).get_by_role("button", name="Skip, show me").click()
    card(page).get_by_role("button", name="Back").click()
    expect(card(page).locator(".compared .mine")).to_contain_text("state 2")
    for named in ("What do the weights", "all states alike"):
        card(page).locator(".primary").click()
        expect(heading(page)).to_contain_text(named)
    card(page).get_by_role("button", name="Skip, show me").click()
    card(page).get_by_role("button", name="See how you did").click()
    card(page).get_by_role("button", name="Forget and start again").click()
    expect(card(page).get_by_role("button", name="Commit")).to_be_visible()


def test_the_stage_is_free_and_set_again_by_one_press(visit: Visit) -> None:
    page = visit(LESSON)
    expect(page.get_by_text("The lesson asks about this step")).to_be_visible()
    hooks.source(page).fill("2718")
    expect(page.locator(".blk.enc .chip")).to_have_count(4)
    expect(heading(page)).to_contain_text("fourth digit")
    card(page).get_by_role("button", name="Set the stage again").click()
    expect(page.locator(".blk.enc .chip")).to_have_count(9)
    expect(page.get_by_text("The lesson asks about this step")).to_be_visible()


def test_a_lesson_is_told_in_a_second_language(visit: Visit) -> None:
    page = visit(LESSON)
    card(page).get_by_role("button", name="Deutsch").click()
    expect(heading(page)).to_have_text("Wohin schaut er, um die vierte Ziffer zu schreiben?")
    expect(card(page).get_by_role("button", name="Festlegen")).to_be_visible()
    expect(page).to_have_url(re.compile("language=de"))
    for _ in range(3):
        card(page).get_by_role("button", name="Gleich zeigen").click()
        card(page).locator(".primary").click()
    expect(heading(page)).to_have_text("Ihr Ergebnis")
    expect(card(page)).to_contain_text("0 von 3 vorhergesehen")
    card(page).get_by_role("button", name=re.compile("^Weiter: ")).click()
    expect(page).not_to_have_url(re.compile("lesson=attention"))
    expect(heading(page)).not_to_have_text("Ihr Ergebnis")
    english = visit(f"{LESSON}&language=de")
    card(english).get_by_role("button", name="English").click()
    expect(heading(english)).to_contain_text("Where does it look")


@pytest.mark.parametrize("query", [LESSON, f"{LESSON}&theme=dark"])
def test_axe_finds_nothing_serious(visit: Visit, query: str) -> None:
    page = visit(query)
    expect(heading(page)).to_be_visible()
    for act in (None, lambda: answer(page, 1), lambda: card(page).get_by_role("button", name="All lessons").click()):
        if act:
            act()
        found = Axe().run(page, context="#lessons", options={"resultTypes": ["violations"]}).response["violations"]
        assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")] == []


def test_on_a_phone_the_card_stands_above_the_stage_and_fits(visit: Visit) -> None:
    page = visit(LESSON, viewport=PHONE)
    expect(heading(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    top, stage = (page.locator(where).bounding_box() for where in (".lesson-card", ".stage"))
    assert top and stage and top["y"] + top["height"] <= stage["y"]
    answer(page, 6)
    expect(card(page).locator(".reveal")).to_contain_text("Right.")
    page.get_by_role("button", name="Set-up").click()
    expect(page.locator("#edp-rail .train")).to_be_visible()


@pytest.mark.parametrize("id", playground.lessons)
def test_every_question_can_be_read_in_any_window(visit: Visit, id: str) -> None:
    """Asked and answered, in a wide window and in the narrowest."""
    page = visit(f"?lesson={id}")
    told = []
    for number, question in enumerate(playground.lessons[id].questions, 1):
        expect(heading(page)).to_contain_text(plain(question.words.title).split("{")[0].strip())
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            settle(page)
            told += [f"question {number} at {width} px: {fault}" for fault in faults(page)]
        card(page).get_by_role("button", name="Skip, show me").click()
        expect(card(page).locator(".reveal")).to_be_visible()
        settle(page)
        told += [f"answer {number}: {fault}" for fault in faults(page)]
        card(page).locator(".primary").click()
    assert not told, "\n".join(told)
