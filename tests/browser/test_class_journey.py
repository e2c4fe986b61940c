"""A class as a teacher, two students and a phone meet it: from opening to the counts, the teacher by keyboard alone."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.driving import PHONE

pytestmark = pytest.mark.browser

LESSON = "?lesson=attention&question=2"  # its answers are known: nothing has to be trained


def broken(page: Page) -> list[Any]:
    return [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]


def photographed(page: Page) -> str:
    """What a camera reads off the teacher's screen."""
    code = page.locator(".class-card .class-qr")
    expect(code).to_be_visible()
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    return str(found.text)


def opened(page: Page) -> str:
    """Open a class by keyboard; its code."""
    page.get_by_role("button", name="Class", exact=True).focus()
    page.keyboard.press("Enter")
    door = page.get_by_role("dialog", name=re.compile("A class on this"))
    expect(door).to_be_visible()
    door.get_by_role("button", name="Open the class").focus()
    page.keyboard.press("Enter")
    letters = page.locator(".class-card .class-letters b")
    expect(letters).to_have_count(4)
    return "".join(letters.all_text_contents())


def joined(page: Page, code: str) -> None:
    page.get_by_role("button", name="Class", exact=True).click()
    page.get_by_role("button", name="Join one").click()
    join = page.get_by_role("button", name="Join", exact=True)
    page.keyboard.type(code[:3].lower())
    expect(join).to_be_disabled()
    page.keyboard.type(code[3].lower())
    page.keyboard.press("Enter")
    expect(page.locator(".class-strip")).to_contain_text(code)


def test_a_class_from_opening_to_the_counts(visit: Visit) -> None:
    teacher = visit(LESSON)
    code = opened(teacher)
    assert photographed(teacher) == f"{urlsplit(teacher.url)._replace(path='/', query='', fragment='').geturl()}?class={code}"
    ada, phone = visit(f"?class={code}"), visit(viewport=PHONE)
    joined(phone, code)
    expect(teacher.locator(".class-joined")).to_contain_text("2 joined")
    expect(teacher).to_have_url(re.compile("input=314159265"))
    for student in (ada, phone):  # who comes is where the class is
        expect(student).to_have_url(re.compile("input=314159265"))

    teacher.get_by_role("tab", name="Attention").focus()
    teacher.keyboard.press("Enter")
    for student in (ada, phone):
        expect(student.locator("html")).to_have_attribute("data-tab", "attention")
    teacher.locator("#player").focus()
    teacher.keyboard.press("Home")
    teacher.keyboard.press("ArrowRight")
    for student in (ada, phone):
        expect(student.locator("#player")).to_have_attribute("data-step", "1")
        expect(student.locator(".class-strip")).to_contain_text("step 2, panel Attention")

    ada.keyboard.press("l")  # lets go
    expect(ada.locator(".class-strip")).to_contain_text("You explore on your own")
    expect(teacher.locator(".class-rows")).to_contain_text("1explores alone")
    teacher.keyboard.press("ArrowRight")
    expect(phone.locator("#player")).to_have_attribute("data-step", "2")
    expect(ada.locator("#player")).to_have_attribute("data-step", "1")
    ada.keyboard.press("l")
    expect(ada.locator("#player")).to_have_attribute("data-step", "2")

    teacher.get_by_role("tab", name="Class", exact=True).focus()
    teacher.keyboard.press("Enter")
    teacher.get_by_role("button", name="Ask the first").focus()
    teacher.keyboard.press("Enter")
    for student in (ada, phone):
        expect(student.locator(".class-card h2")).to_have_text("What do the weights of one step come to?")
    phone.get_by_role("slider", name="Your answer").fill("1")
    phone.get_by_role("button", name="Commit").click()
    expect(phone.locator(".class-committed")).to_have_text("Committed: 1")
    expect(teacher.locator(".class-joined")).to_contain_text("answered 1")
    teacher.get_by_role("tab", name="Class", exact=True).focus()
    teacher.keyboard.press("Enter")
    expect(teacher.locator(".class-says .class-count").nth(1)).to_have_text("1")
    expect(phone.locator(".class-says")).to_contain_text("Covered until the reveal")
    assert broken(teacher) == []
    assert broken(phone) == []
    phone.reload()  # loses nothing
    expect(phone.locator(".class-committed")).to_have_text("Committed: 1")
    expect(teacher.locator(".class-joined")).to_contain_text("2 joined")
    teacher.get_by_role("button", name="Remind").focus()
    teacher.keyboard.press("Enter")
    expect(ada.locator(".class-note")).to_contain_text("Your teacher waits")

    teacher.keyboard.press("v")
    expect(phone.locator(".class-committed")).to_have_text("Nothing committed yet")
    for student, answer in ((ada, "4"), (phone, "1")):
        student.get_by_role("slider", name="Your answer").fill(answer)
        student.get_by_role("button", name="Commit").click()
    expect(teacher.locator(".class-joined")).to_contain_text("answered 2")
    teacher.reload()  # the tab keeps the key
    teacher.get_by_role("button", name="Reveal").focus()
    teacher.keyboard.press("Enter")
    expect(phone.locator(".class-truth .class-tag").first).to_have_text("your guess")
    expect(ada.locator(".class-card")).to_contain_text("1 of 2 were right")
    expect(teacher.locator(".class-says .read")).to_contain_text("Right in the first vote 1 of 1 (dashed), in the second 1 of 2")
    assert broken(ada) == []

    teacher.keyboard.press("p")
    expect(ada.locator(".class-strip")).to_contain_text("Look at the front")
    expect(ada.locator("#edp-stage")).to_have_attribute("inert", "")
    teacher.keyboard.press("r")
    expect(ada.locator(".class-strip")).to_contain_text("go where you like")
    teacher.get_by_role("tab", name="Decode").click()
    expect(ada.locator(".class-strip")).to_contain_text("panel Decode")
    expect(ada.locator("html")).to_have_attribute("data-tab", "class")
    ada.keyboard.press("l")  # goes there once
    expect(ada.locator("html")).to_have_attribute("data-tab", "decode")
    teacher.get_by_role("tab", name="Class", exact=True).click()
    teacher.locator("#player").focus()
    teacher.keyboard.press("f")
    expect(ada.locator(".class-strip")).to_contain_text("panel Class")

    with teacher.expect_download() as saved:
        teacher.get_by_role("link", name="Counts as CSV").press("Enter")
    lines = Path(saved.value.path()).read_text().splitlines()
    assert lines[0] == "question,text,vote,answer,count,right"
    assert "1,What do the weights of one step come to?,first,0.9–1.8,1,yes" in lines
    end = teacher.get_by_role("button", name="End class")
    end.focus()
    teacher.keyboard.press("Enter")
    teacher.keyboard.press("Enter")
    expect(ada.get_by_role("dialog")).to_contain_text("The class has ended")
    expect(teacher.locator("#train")).to_be_visible()


def test_a_class_trains_one_model_with_a_seed_each(visit: Visit) -> None:
    teacher = visit("?architecture=attention_seq2seq&task=reverse&training.steps=20")
    code = opened(teacher)
    student = visit(f"?class={code}")
    visit(f"?class={code}")
    expect(teacher.locator(".class-trial .sub")).to_have_text("2 of 2 runs are in", timeout=90_000)
    expect(teacher.locator(".class-trial .dot")).to_have_count(2)
    expect(student.locator(".class-trial .dot.mine")).to_have_count(1)
    expect(student.locator(".class-card")).to_contain_text("Your run, seed 10")


def test_letters_that_are_no_class_are_told(visit: Visit) -> None:
    page = visit("?class=NONE")
    expect(page.get_by_role("dialog", name="Join a class")).to_contain_text("There is no class with these letters")
    page.keyboard.press("Escape")
    expect(page.locator("#train")).to_be_visible()
