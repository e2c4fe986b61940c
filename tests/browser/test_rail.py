"""The rail: Train is always in sight, the gallery shows every task, and what opens beside covers neither."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from playground import api, models, tasks
from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import PHONE

pytestmark = pytest.mark.browser

REVERSE = "?architecture=attention_seq2seq&task=reverse"
BAR = 81  # px that the bar is high at most, which scrolls away
SCROLLS = "(node) => node.scrollHeight > node.clientHeight"
COLUMNS = """() => {
  const tops = [...document.querySelectorAll('.gallery section:nth-child(2) .task')].map((card) => card.getBoundingClientRect().top);
  return tops.filter((top) => top === tops[0]).length;
}"""


def box(found: Locator) -> dict[str, float]:
    place = found.bounding_box()
    assert place is not None
    return {**place, "right": place["x"] + place["width"], "bottom": place["y"] + place["height"]}


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (1280, 700), (1024, 700)])
def test_train_is_in_sight_wherever_the_page_is_scrolled_to(visit: Visit, size: tuple[int, int]) -> None:
    page = visit(REVERSE, viewport={"width": size[0], "height": size[1]})
    expect(page.get_by_text("51,629 parameters")).to_be_visible()
    expect(page.get_by_text("work per update")).to_be_visible(visible=size[1] >= 840)
    for name in ("#train", "#one-update", "#open-advanced"):
        expect(page.locator(name)).to_be_in_viewport(ratio=1)
    assert box(page.locator("#train"))["height"] == 40
    if size[1] >= 720:
        assert not page.locator(".rail .scroll").evaluate(SCROLLS), "nothing of the rail scrolls"
    before = box(page.locator("#train"))["y"]
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_function("() => scrollY > 0")
    expect(page.locator("#train")).to_be_in_viewport(ratio=1)
    assert box(page.locator("#train"))["y"] >= before - BAR, "it stays where it was"


def test_the_rail_says_what_is_chosen_and_what_else_there_is(visit: Visit) -> None:
    page = visit("?architecture=attention_seq2seq&task=translation")
    every = tasks.tasks()
    expect(page.get_by_text("Train a small model in seconds, type to it, look inside.")).to_be_visible()
    expect(page.locator("#all-tasks")).to_have_text(f"all {len(every)}  tasks")
    expect(hooks.task(page)).to_contain_text("English to French")
    expect(hooks.task(page)).to_contain_text("the red car → la voiture rouge")
    groups = page.get_by_role("toolbar", name="Tasks by group").get_by_role("button")
    counted = [f"{name}{len(group)}" for name, group in tasks.grouped().items()]
    expect(groups).to_have_text([re.compile(f"^{re.escape(text)}") for text in counted])
    fitting = [a.title for a in models.ordered() if a.fits(tasks.get("translation"))]
    cards = page.locator("#architecture .card")
    expect(cards.locator("visible=true")).to_have_text(fitting)
    page.get_by_text(f"{len(models.architectures()) - len(fitting)} others do not fit this task").click()
    expect(cards.locator("visible=true")).to_have_count(len(models.architectures()))
    for a in models.ordered():
        if not a.fits(tasks.get("translation")):
            off = page.locator("#architecture .off").filter(has=page.locator(f'input[value="{a.id}"]'))
            expect(off).to_contain_text(a.why_not(tasks.get("translation")))
    expect(page.locator("#train")).to_be_in_viewport(ratio=1)


def test_the_gallery_shows_what_each_task_reads_and_what_a_trained_model_writes(visit: Visit) -> None:
    page = visit(REVERSE)
    gallery = hooks.open_gallery(page)
    cards = gallery.get_by_role("radiogroup", name="Task").get_by_role("radio")
    expect(cards).to_have_count(len(tasks.tasks()))
    expect(gallery.locator(".sides")).to_have_count(len(tasks.tasks()))  # the answers have come
    run = api.load("attention_seq2seq", "dates")
    expect(gallery.locator('[data-task="dates"]')).to_have_text(
        re.compile(f"reads {run.task.pinned} writes {run.explore(run.task.pinned).output}")
    )
    shipped = "seq2seq", "attention_seq2seq", "transformer", "transformer_decoder"
    quickest = min(api.load(a, "copy").train_seconds for a in shipped)
    expect(gallery.locator('[data-task="copy"]')).to_contain_text(f"{len(shipped)} trained, from {quickest:.1f} s")
    expect(gallery.locator('[data-task="reverse"]')).to_contain_text("on the stage")
    expect(gallery.locator('[data-task="pairs"]')).to_contain_text("train first")
    expect(gallery.locator('[data-task="strokes"] canvas')).to_have_count(2)
    expect(page.locator("#edp-stage")).to_have_attribute("inert", "")
    expect(page.locator("#train")).to_be_in_viewport(ratio=1)
    gallery.locator('[data-task="translation"]').click()
    run = api.load("attention_seq2seq", "translation")
    hooks.expect_output(page, run.explore(run.task.pinned).output)
    expect(gallery).to_be_hidden()


def test_the_gallery_by_keyboard(visit: Visit) -> None:
    """Arrows by row and column, Home and End, a word filters, Enter chooses, Escape gives the focus back."""
    page = visit(REVERSE)

    def at(id: str) -> None:
        expect(page.locator(f'.gallery [data-task="{id}"]')).to_be_focused()

    groups = {name: [t.id for t in group] for name, group in tasks.grouped().items()}
    digits, words = groups["Digits"], groups["Words and sentences"]
    page.locator("#all-tasks").focus()
    page.keyboard.press("Enter")
    at("reverse")
    for key, id in (
        ("ArrowRight", digits[1]),
        ("ArrowDown", words[1]),
        ("ArrowDown", words[7]),
        ("ArrowLeft", words[6]),
        ("ArrowUp", words[0]),
        ("End", groups["Your own"][-1]),
        ("Home", digits[0]),
    ):
        page.keyboard.press(key)
        at(id)
    page.keyboard.type("headline")
    expect(page.get_by_role("searchbox", name="Filter the tasks")).to_have_value("headline")
    expect(page.locator(".gallery .task:visible")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text=f"1 of {len(tasks.tasks())} tasks")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Choose a task")).to_be_hidden()
    expect(page.locator("#all-tasks")).to_be_focused()
    hooks.expect_task(page, "reverse")
    page.get_by_role("button", name=re.compile("^Digits")).focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    at(groups["Pictures"][0])
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    hooks.expect_task(page, groups["Your own"][-1])
    expect(page.get_by_role("button", name=re.compile("^Pictures"))).to_be_focused()


@pytest.mark.parametrize(("size", "columns"), [((1440, 900), 6), ((1100, 800), 4), ((390, 844), 1), ((320, 700), 1)])
def test_the_gallery_fits_every_width_and_axe_finds_nothing(visit: Visit, size: tuple[int, int], columns: int) -> None:
    page = visit(viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if columns == 4 else "light")
    if size[0] <= 1000:
        page.get_by_role("button", name="Set-up").click()
        expect(page.locator("#train")).to_be_in_viewport(ratio=1)
    gallery = hooks.open_gallery(page)
    expect(gallery.locator(".sides")).to_have_count(len(tasks.tasks()))
    assert page.evaluate(COLUMNS) == columns
    assert gallery.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    told = [found["id"] for found in Axe().run(page).response["violations"] if found["impact"] in ("serious", "critical")]
    assert told == []
    if size[0] <= 1000:
        assert box(gallery)["width"] == size[0] and box(gallery)["height"] == size[1], "it opens over the page"
    page.keyboard.press("Escape")
    expect(page.locator("#all-tasks")).to_be_focused()


@pytest.mark.parametrize("size", [{"width": 1280, "height": 720}, PHONE])
def test_advanced_opens_beside_and_gives_the_focus_back(visit: Visit, size: Any) -> None:
    page = visit(viewport=size)
    if size is PHONE:
        page.get_by_role("button", name="Set-up").click()
    before = box(page.locator("#train"))
    panel = hooks.open_advanced(page)
    assert box(page.locator("#train")) == before, "nothing moves"
    expect(page.locator("#train")).to_be_in_viewport(ratio=1)
    beside, train = box(panel), before
    assert beside["x"] >= train["right"] or beside["bottom"] <= train["y"], "it does not cover Train"
    assert beside["bottom"] <= size["height"] + 1 and panel.evaluate(SCROLLS), "it scrolls by itself"
    buttons = panel.get_by_role("button").all_inner_texts()
    assert next(text for text in buttons if text) == "Reset"
    expect(page.get_by_label("Preset", exact=True)).to_have_count(1)
    for label in ("Preset", "Learning rate", "Seed"):
        expect(panel.get_by_label(label, exact=True)).to_be_attached()
    told = [found["id"] for found in Axe().run(page).response["violations"] if found["impact"] in ("serious", "critical")]
    assert told == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator("#open-advanced")).to_be_focused()
    if size is not PHONE:
        hooks.open_advanced(page)
        page.mouse.click(size["width"] - 60, size["height"] - 240)  # on the stage
        expect(panel).to_be_hidden()


def test_the_pairs_editor_makes_room_for_another_model(visit: Visit) -> None:
    page = visit("?architecture=seq2seq&task=pairs")
    editor = page.locator("#edp-pairs")
    expect(editor).to_be_visible()
    editor.fill("one\tuno")
    expect(page.locator(".pairs-tools")).to_contain_text(re.compile(r"1 line(?!s)"))
    hooks.choose(page, architecture="transformer")
    expect(editor).to_be_hidden()
    page.locator(".pairs > summary").click()
    expect(editor).to_have_value("one\tuno")
    hooks.choose(page, task="reverse")
    expect(page.locator(".pairs")).to_be_hidden()
