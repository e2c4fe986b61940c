"""A class as five browsers at once meet it: a teacher who has a keyboard alone, three students, and a phone; from opening to the counts."""

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
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.driving import App, wait_ready

pytestmark = pytest.mark.browser

LESSON = "?lesson=attention&question=2"  # its answers are known: nothing has to be trained
SUMS, EVEN = "What do the weights of one step come to?", "What if it must look at all states alike?"
PHONE = {"viewport": {"width": 400, "height": 800}, "has_touch": True, "is_mobile": True}
TABS = 90  # that lead from anywhere on the page to anywhere else
POINTED = "addEventListener('pointerdown', () => { window.pointed = true; }, true)"


def broken(page: Page) -> list[Any]:
    return [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]


def photographed(page: Page) -> str:
    """What a camera reads off the teacher's screen."""
    code = page.locator(".class-card .class-qr")
    expect(code).to_be_visible()
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    return str(found.text)


def reach(page: Page, target: Locator) -> None:
    """By Tab, as somebody without a pointer gets there."""
    expect(target).to_be_visible()
    for _ in range(TABS):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no Tab leads to {target}")


def press(page: Page, name: str, role: Any = "button") -> None:
    """Go to a control by Tab, and press it."""
    reach(page, page.get_by_role(role, name=name, exact=True))
    page.keyboard.press("Enter")


def turn(page: Page, name: str) -> None:
    """To another panel: the row of tabs is one stop, arrows lead along it."""
    wanted = page.get_by_role("tab", name=name, exact=True)
    reach(page, page.locator("[role=tab][aria-selected=true]:visible").first)
    for _ in range(12):
        if wanted.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(wanted).to_have_attribute("aria-selected", "true")


def opened(page: Page) -> str:
    """Open a class, by two presses; its code."""
    press(page, "Class")
    door = page.get_by_role("dialog", name=re.compile("A class on this"))
    expect(door).to_be_visible()
    reach(page, door.get_by_role("button", name="Open the class"))
    page.keyboard.press("Enter")
    letters = page.locator(".class-card .class-letters b")
    expect(letters).to_have_count(4)
    return "".join(letters.all_text_contents())


def joined(page: Page, code: str) -> None:
    """By four letters; a finger where there is one."""
    touched = page.evaluate("navigator.maxTouchPoints > 0")
    for name in ("Class", "Join one"):
        button = page.get_by_role("button", name=name, exact=True)
        button.tap() if touched else button.click()
    join = page.get_by_role("button", name="Join", exact=True)
    page.keyboard.type(code[:3].lower())
    expect(join).to_be_disabled()
    page.keyboard.type(code[3].lower())
    page.keyboard.press("Enter")
    expect(page.locator(".class-strip")).to_contain_text(code)


def say(page: Page, answer: str) -> None:
    """Answer on the slider."""
    button = page.get_by_role("button", name="Commit")
    if page.locator(".class-number").inner_text() == "?":
        expect(button).to_be_disabled()  # where the slider stands is no answer yet
    page.get_by_role("slider", name="Your answer").fill(answer)
    button.tap() if page.evaluate("navigator.maxTouchPoints > 0") else button.click()
    expect(page.locator(".class-committed")).to_contain_text(f"Committed: {answer}")


def test_a_class_of_five_from_opening_to_the_counts(visit: Visit) -> None:
    teacher = visit(LESSON)
    teacher.evaluate(POINTED)
    code = opened(teacher)
    home = urlsplit(teacher.url)._replace(path="/", query="", fragment="").geturl()
    read = photographed(teacher)
    assert read == f"{home}?class={code}"
    ada, ben, cyd = visit(urlsplit(read)._replace(scheme="", netloc="", path="").geturl()), visit(), visit()
    phone = visit(**PHONE)
    everybody = (ada, ben, cyd, phone)
    for student in (ben, cyd, phone):
        joined(student, code)
    expect(teacher.locator(".class-joined")).to_contain_text("4 joined")
    for student in everybody:  # who comes is where the class is
        expect(student).to_have_url(re.compile("input=314159265"))

    turn(teacher, "Attention")
    for student in everybody:
        expect(student.locator("html")).to_have_attribute("data-tab", "attention")
    teacher.keyboard.press("Escape")
    reach(teacher, teacher.locator("#player"))
    teacher.keyboard.press("Home")
    teacher.keyboard.press("ArrowRight")
    for student in everybody:
        expect(student.locator("#player")).to_have_attribute("data-step", "1")
        expect(student.locator(".class-strip")).to_contain_text("step 2, panel Attention")

    ada.keyboard.press("l")  # lets go
    expect(ada.locator(".class-strip")).to_contain_text("You explore on your own")
    phone.get_by_role("button", name="Let go").tap()
    expect(teacher.locator(".class-rows")).to_contain_text("2explore alone")
    teacher.keyboard.press("ArrowRight")
    expect(ben.locator("#player")).to_have_attribute("data-step", "2")
    expect(ada.locator("#player")).to_have_attribute("data-step", "1")
    ada.keyboard.press("l")
    expect(ada.locator("#player")).to_have_attribute("data-step", "2")
    expect(phone.locator("#player")).to_have_attribute("data-step", "1")
    press(teacher, "Call back")
    expect(phone.locator("#player")).to_have_attribute("data-step", "2")

    turn(ben, "States")
    cyd.keyboard.press("Home")
    expect(teacher.locator(".class-rows")).to_contain_text("2are elsewhere")
    press(teacher, "Send all here")
    for student in (ben, cyd):
        expect(student.locator("html")).to_have_attribute("data-tab", "attention")
        expect(student.locator("#player")).to_have_attribute("data-step", "2")
    expect(teacher.locator(".class-rows")).to_contain_text("0are elsewhere")

    turn(teacher, "Class")
    press(teacher, "Ask the first")
    for student in everybody:
        expect(student.locator(".class-card h2")).to_have_text(SUMS)
    say(phone, "1")
    say(ben, "9")
    say(ben, "8")  # changed: the last one counts
    expect(teacher.locator(".class-joined")).to_contain_text("answered 2")
    expect(teacher.locator(".class-rows")).to_contain_text("2have not answered")
    expect(teacher.locator("html")).to_have_attribute("data-tab", "class")  # what is asked, and what the class says
    for student in everybody:  # the question has led them to the panel that it is about
        expect(student.locator("html")).to_have_attribute("data-tab", "attention")
    expect(teacher.locator(".class-says .class-count").nth(1)).to_have_text("1")
    phone.get_by_role("tab", name="Class", exact=True).tap()
    expect(phone.locator(".class-says")).to_contain_text("Covered until the reveal")
    for page in (teacher, cyd, phone):
        assert broken(page) == []
    phone.reload()  # loses nothing
    wait_ready(phone)
    expect(phone.locator(".class-committed")).to_have_text("Committed: 1")
    expect(teacher.locator(".class-joined")).to_contain_text("4 joined")
    press(teacher, "Remind")
    for student in (ada, cyd):
        expect(student.locator(".class-note")).to_contain_text("Your teacher waits")
    expect(ben.locator(".class-note")).not_to_contain_text("Your teacher waits")

    teacher.keyboard.press("v")
    expect(phone.locator(".class-committed")).to_have_text("Nothing committed yet")
    for student, answer in zip(everybody, ("4", "1", "1", "1"), strict=True):
        say(student, answer)
    expect(teacher.locator(".class-joined")).to_contain_text("answered 4")
    teacher.reload()  # the tab keeps the key
    wait_ready(teacher)
    teacher.evaluate(POINTED)
    press(teacher, "Reveal")
    expect(phone.locator(".class-truth .class-tag").first).to_have_text("your guess")
    expect(ada.locator(".class-card")).to_contain_text("3 of 4 were right")
    expect(teacher.locator(".class-says .read")).to_contain_text("Right in the first vote 1 of 2 (dashed), in the second 3 of 4")
    for page in (teacher, ada, phone):
        assert broken(page) == []
    press(teacher, "Present")
    expect(teacher.locator(".class-asked .class-letters b")).to_have_count(4)
    expect(teacher.get_by_role("heading", name=SUMS)).to_be_in_viewport(ratio=1)
    expect(teacher.locator(".class-says .class-bar")).to_have_count(10)
    for part in (*teacher.locator(".class-says .class-track").all(), teacher.locator(".class-says .read")):
        expect(part).to_be_in_viewport(ratio=1)
        assert (part.bounding_box() or {"height": 0})["height"] > 12, "seen from the back row"
    teacher.keyboard.press("Escape")

    reach(teacher, teacher.get_by_role("button", name="Snapshot"))
    with teacher.expect_download() as saved:
        teacher.keyboard.press("Enter")
    assert saved.value.suggested_filename == f"class-{code.lower()}-question-1.png"
    with Image.open(saved.value.path()) as picture:
        assert picture.width > 1000
    press(teacher, "Next question")
    for student in everybody:
        expect(student.locator(".class-card h2")).to_have_text(EVEN)
    teacher.keyboard.press("p")
    for student in everybody:
        expect(student.locator(".class-strip")).to_contain_text("Look at the front")
        expect(student.locator("#edp-stage")).to_have_attribute("inert", "")
    teacher.keyboard.press("r")
    expect(ada.locator(".class-strip")).to_contain_text("go where you like")
    turn(teacher, "States")
    expect(ada.locator(".class-strip")).to_contain_text("panel States")
    expect(ada.locator("html")).to_have_attribute("data-tab", "decode")
    ada.keyboard.press("l")  # goes there once
    expect(ada.locator("html")).to_have_attribute("data-tab", "states")
    expect(ben.locator("html")).to_have_attribute("data-tab", "decode")
    turn(teacher, "Class")
    reach(teacher, teacher.locator("#player"))
    teacher.keyboard.press("f")
    for student in everybody:
        expect(student.locator(".class-strip")).to_contain_text("panel Class")

    reach(teacher, teacher.get_by_role("link", name="Counts as CSV"))
    with teacher.expect_download() as saved:
        teacher.keyboard.press("Enter")
    lines = Path(saved.value.path()).read_text().splitlines()
    assert lines[0] == "question,text,vote,answer,count,right"
    assert f"1,{SUMS},first,0.9–1.8,1,yes" in lines
    assert f"1,{SUMS},second,0.9–1.8,3,yes" in lines
    reach(teacher, teacher.get_by_text("Go on at another screen"))
    teacher.keyboard.press("Enter")
    expect(teacher.locator(".class-over b")).to_have_text(re.compile(r"^[a-z]{4}-[a-z]{4}-[a-z]{4}$"))
    assert teacher.evaluate("window.pointed") is None
    press(teacher, "End class")
    teacher.keyboard.press("Enter")
    for student in everybody:
        expect(student.get_by_role("dialog")).to_contain_text("The class has ended")
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
    student.locator(".class-trial .ring").click()  # one's own run on one's own stage
    expect(student).to_have_url(re.compile(r"[?&]run="))
    expect(student.locator("#whose")).to_contain_text("run")
    expect(student.locator("html")).to_have_attribute("data-tab", "decode")
    expect(student.locator(".class-strip")).to_contain_text("You explore on your own")
    expect(teacher.locator(".class-rows")).to_contain_text("1explores alone")
    student.keyboard.press("l")  # and back
    expect(student).not_to_have_url(re.compile(r"[?&]run="))
    expect(student.locator("html")).to_have_attribute("data-tab", "class")
    press(teacher, "Free")
    expect(student.locator(".class-strip")).to_contain_text("go where you like")
    press(student, "Look into your run: you, " + (student.locator(".dot-own").inner_text().partition("you, ")[2]))
    expect(student).to_have_url(re.compile(r"[?&]run="))
    press(student, "Go there")
    expect(student).not_to_have_url(re.compile(r"[?&]run="))


def test_a_class_points_at_tokens(visit: Visit) -> None:
    """By finger and arrow keys; the teacher sees counts over the tokens."""
    teacher = visit("?lesson=attention")
    code = opened(teacher)
    ada, phone = visit(f"?class={code}"), visit(f"?class={code}", **PHONE)
    press(teacher, "Ask the first")
    phone.locator(".class-point").nth(5).tap()
    expect(phone.locator(".class-committed")).to_have_text("Committed: state 6, ‘9’")
    reach(ada, ada.locator(".class-point input").first)
    for _ in range(2):
        ada.keyboard.press("ArrowRight")
    expect(ada.locator(".class-committed")).to_have_text("Committed: state 3, ‘4’")
    turn(teacher, "Class")
    expect(teacher.locator(".class-over-token .class-count").nth(5)).to_have_text("1")
    expect(teacher.locator(".class-over-token .class-token")).to_have_text([*"314159265"])
    press(teacher, "Present")  # then the teacher's screen is everybody's
    expect(teacher.locator(".class-says")).to_contain_text("Covered until the reveal")
    expect(teacher.locator(".class-says .read")).to_be_hidden()
    teacher.keyboard.press("Escape")
    expect(teacher.locator(".class-over-token")).to_have_count(9)
    press(teacher, "Reveal")
    expect(teacher.locator(".class-over-token.right .class-token")).to_have_text("9")
    expect(phone.locator(".class-card")).to_contain_text("1 of 2 were right")
    for page in (teacher, ada, phone):
        assert broken(page) == []


def test_a_class_draws_curves(visit: Visit, app: App) -> None:
    """By arrow keys and by a finger; revealed, they lie over each other, and what is so over them."""
    teacher = visit()
    kept = teacher.request.post(f"{app.url}/classes", data={"place": "?paper=press_2022"}).json()
    room = f"{app.url}/classes/{kept['code']}"
    ada, phone = visit(f"?class={kept['code']}"), visit(f"?class={kept['code']}", **PHONE)
    teacher.request.post(f"{room}/teach", data={"key": kept["key"], "do": "ask", "question": 1})
    handle = ada.get_by_role("slider", name="exact match at 3, input length, digits")
    reach(ada, handle)
    ada.keyboard.press("End")
    ada.keyboard.press("ArrowRight")
    ada.keyboard.press("PageDown")
    ada.keyboard.press("ArrowUp")
    expect(ada.get_by_role("slider", name="exact match at 5")).to_have_attribute("aria-valuetext", "30 %")
    press(ada, "Commit")
    expect(ada.locator(".class-committed")).to_have_text("Committed: 100 %, 30 %, 50 %, 50 %, 50 %")
    expect(phone.get_by_role("button", name="Commit")).to_be_disabled()
    chart = phone.locator(".class-curves.by-hand")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    touch = phone.context.new_cdp_session(phone)
    strokes = [("touchStart", (0.12, 0.05)), *(("touchMove", (x / 20, 0.05 + 0.03 * x)) for x in range(3, 20)), ("touchEnd", None)]
    for kind, at in strokes:
        points = [{"x": box["x"] + at[0] * box["width"], "y": box["y"] + at[1] * box["height"]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(chart.get_by_role("slider").last).not_to_have_attribute("aria-valuenow", "50")  # the stroke has been followed to its end
    phone.get_by_role("button", name="Commit").click()  # a tap in the same breath counts as the stroke's
    expect(phone.locator(".class-committed")).to_contain_text("Committed:")
    drawn = [int(number) for number in re.findall(r"(\d+)\s%", phone.locator(".class-committed").inner_text())]
    assert len(drawn) == 5 and drawn == sorted(drawn, reverse=True) and drawn[0] > 80 > 40 > drawn[-1]
    assert broken(phone) == []
    teacher.request.post(f"{room}/teach", data={"key": kept["key"], "do": "reveal"})
    for page in (ada, phone):
        expect(page.locator(".class-card path.one")).to_have_count(2)
        expect(page.locator(".class-card path.so")).to_have_count(1)
        assert broken(page) == []


def test_a_class_is_prepared_as_a_link_and_opened_again(visit: Visit) -> None:
    page = visit(LESSON)
    press(page, "Class")
    door = page.get_by_role("dialog", name=re.compile("A class on this"))
    reach(page, door.get_by_text("Prepare it"))
    page.keyboard.press("Enter")
    press(page, f"Ask earlier: {EVEN}")
    expect(door.locator(".class-order li").first).to_contain_text(EVEN)
    assert broken(page) == []
    press(page, "Copy as a link")
    link = door.get_by_label("Link to this class").input_value()
    assert urlsplit(link).query.endswith("prepare=2%2C1")

    teacher = visit(f"?{urlsplit(link).query}")  # next year
    door = teacher.get_by_role("dialog", name=re.compile("A class on this"))
    expect(door.locator(".class-order li").first).to_contain_text(EVEN)
    press(teacher, "Open the class")
    press(teacher, "Ask the first")
    expect(teacher.locator(".class-card h3").filter(has_text="Question 1 of 2")).to_be_visible()
    turn(teacher, "Class")
    expect(teacher.locator(".class-question")).to_have_text(EVEN)


def test_a_prepared_link_that_says_nothing_good_is_told(visit: Visit) -> None:
    page = visit(f"{LESSON}&prepare=9,%3Cb%3E")
    door = page.get_by_role("dialog", name=re.compile("A class on this"))
    expect(door.get_by_role("alert")).to_contain_text("All of it is chosen instead")
    expect(door.locator(".class-order input:checked")).to_have_count(2)


def test_letters_that_are_no_class_are_told(visit: Visit) -> None:
    page = visit("?class=NONE")
    expect(page.get_by_role("dialog", name="Join a class")).to_contain_text("There is no class with these letters")
    page.keyboard.press("Escape")
    expect(page.locator("#train")).to_be_visible()
