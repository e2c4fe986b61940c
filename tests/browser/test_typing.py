"""Typing, and whose answer it is: what is typed is answered by itself, and the stage says which weights answered."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from playground.views.scene.verdict import cause
from tests.browser import hooks
from tests.browser.conftest import Visit, Watch
from tests.browser.driving import DESKTOP, PHONE, wait_drawn
from tests.browser.test_decode import STAGE
from tests.browser.test_training_journey import stop, train_long

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1280, "height": 720}
LATER = "() => new Promise((done) => setTimeout(done, 250))"  # behind a timer of 200 ms that was set before
FOCUS = "() => document.activeElement === document.querySelector('#input input, #input textarea')"
# Pressing Train, and what stands in the same frame.
PRESS = """() => {
  document.getElementById('train').click();
  const status = document.getElementById('run-status');
  return [document.getElementById('train').disabled, status.checkVisibility() && status.textContent];
}"""
# Everything the film ever said instead of frames.
NOTE_FILM = """() => {
  window.emptied = [];
  const film = document.querySelector('.film-panel');
  new MutationObserver(() => film.querySelector('.frame') ?? emptied.push(film.textContent))
    .observe(film, { subtree: true, childList: true, attributes: true });
}"""


OLDER = re.compile(r"\bon\b")  # the key is ink: the stage still answers an older text


@pytest.mark.parametrize("viewport", [DESKTOP, LAPTOP, PHONE], ids=["desktop", "laptop", "phone"])
def test_the_answer_follows_typing(visit: Visit, viewport: dict[str, int]) -> None:
    """Without Enter; what is not valid yet says so and moves nothing, and the cursor stays where it is."""
    page = visit(hooks.REVERSE, viewport=viewport)
    wait_drawn(page)
    enter = page.locator(".enterkey")
    expect(enter).to_be_visible(visible=viewport != PHONE)
    expect(enter).not_to_have_class(OLDER)
    hooks.source(page).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("271")
    hooks.expect_output(page, "1 7 2")
    expect(enter).not_to_have_class(OLDER)
    stage = page.evaluate(STAGE)
    page.keyboard.type("x")
    expect(enter).to_have_class(OLDER)
    expect(hooks.alert(page)).to_contain_text("‘x’ is not known to this model")
    hooks.expect_output(page, "1 7 2")
    expect(enter).to_have_class(OLDER)
    page.keyboard.press("Backspace")
    expect(hooks.alert(page)).to_be_hidden()
    expect(enter).not_to_have_class(OLDER)
    assert page.evaluate(STAGE) == stage and page.evaluate(FOCUS)
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    hooks.expect_output(page, "8 1 7 2")
    expect(hooks.source(page)).to_have_value("2718")


def test_letters_that_are_being_composed_wait(page: Page) -> None:
    """As in Japanese: only what stands is asked."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/events/typed") else None)
    keyboard = page.context.new_cdp_session(page)
    hooks.source(page).click()
    page.keyboard.press("ControlOrMeta+a")
    keyboard.send("Input.imeSetComposition", {"text": "12", "selectionStart": 2, "selectionEnd": 2})
    expect(hooks.source(page)).to_have_value("12")
    page.evaluate(LATER)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "12"})
    hooks.expect_output(page, "2 1")
    assert len(asked) == 1


@pytest.mark.parametrize("held_back", ["the answer", "the question"])
def test_what_was_typed_last_stands_whichever_answer_comes_last(page: Page, held_back: str) -> None:
    """Also where the question itself is overtaken, and what was given last was an example, which goes another way."""
    held: list[tuple[Route, APIResponse | None]] = []

    def hold(route: Route) -> None:
        held.append((route, route.fetch() if held_back == "the answer" else None))

    def let_go() -> None:
        route, answer = held.pop()
        with page.expect_response("**/events/typed") as late:
            route.continue_() if answer is None else route.fulfill(response=answer)
        late.value.finished()
        page.evaluate(LATER)

    page.route("**/events/typed", hold, times=1)
    with page.expect_request("**/events/typed"):
        hooks.type_source(page, "271")
    hooks.type_source(page, "8182")
    hooks.expect_output(page, "2 8 1 8")
    stage = page.evaluate(STAGE)
    let_go()
    assert page.evaluate(STAGE) == stage and hooks.output(page) == "2 8 1 8"
    expect(hooks.source(page)).to_have_value("8182")
    expect(page.locator(".enterkey")).not_to_have_class(OLDER)

    page.route("**/events/typed", hold, times=1)
    with page.expect_request("**/events/typed"):
        hooks.type_source(page, "90")
    example = page.get_by_role("group", name="Examples").get_by_role("button").first
    text = example.text_content() or ""
    example.click()
    expect(hooks.source(page)).to_have_value(text)
    hooks.expect_output(page, " ".join(reversed(text.replace(" ", ""))))
    let_go()
    hooks.expect_output(page, " ".join(reversed(text.replace(" ", ""))))
    expect(hooks.source(page)).to_have_value(text)
    hooks.type_source(page, "90")  # which is what the server answered, or did not, before
    hooks.expect_output(page, "0 9")


def test_a_question_that_is_lost_is_told_and_can_be_asked_again(visit: Visit, watch: Watch) -> None:
    page = visit(hooks.REVERSE)
    page.route("**/events/typed", lambda route: route.abort(), times=1)
    hooks.type_source(page, "271")
    expect(hooks.alert(page)).to_contain_text("The server did not answer; nothing was changed.")
    hooks.source(page).press("Enter")
    hooks.expect_output(page, "1 7 2")
    expect(hooks.alert(page)).to_be_hidden()
    assert len(watch.faults) == 1 and "ERR_FAILED" in watch.faults.pop()


def test_three_doors_until_one_is_used(visit: Visit) -> None:
    page = visit()
    doors = page.get_by_role("group", name="Where to begin")
    box, examples = page.get_by_role("textbox", name="Type your own"), page.get_by_role("group", name="Examples")
    expect(box).to_be_visible()
    expect(examples).to_be_hidden()
    expect(doors.get_by_role("button")).to_have_text([re.compile(r"^Train it now, ≈ \d+ s$"), "Pictures and sounds"])
    doors.get_by_role("button").first.click()
    hooks.expect_state(page, "done")
    expect(doors).to_be_hidden()
    expect(examples).to_be_visible()
    expect(page.get_by_role("textbox", name="Source")).to_be_visible()
    expect(hooks.whose(page)).to_contain_text("your run 1, trained")  # the last answer that is on its way: going would cut it off
    page.goto(page.url.partition("?")[0])
    expect(examples).to_be_visible()
    expect(doors).to_be_hidden()


def test_a_press_on_train_is_answered_in_its_own_frame(page: Page) -> None:
    hooks.open_tab(page, "Training")
    expect(page.locator(".film-panel .frame").first).to_be_visible()
    page.evaluate(NOTE_FILM)
    held: list[Route] = []
    page.route("**/queue/join?*", lambda route: held.append(route), times=1)
    disabled, said = page.evaluate(PRESS)
    assert disabled and said == "Starting …"
    expect(hooks.whose(page)).to_contain_text("shipped run")
    held[0].continue_()
    hooks.expect_state(page, "done")
    assert page.evaluate("() => emptied") == [], "what was shown stands until the run has something to show"


def test_the_stage_follows_the_run_that_trains(page: Page) -> None:
    """It says so, an own input is answered with the newest weights, and whoever steps stays at their step."""
    train_long(page)
    hooks.open_tab(page, "Decode")
    hooks.type_source(page, "271828")
    expect(page.locator(".enterkey")).not_to_have_class(OLDER)
    page.locator("#player").press("ArrowRight")
    hooks.expect_step(page, 1)
    expect(hooks.whose(page)).to_have_text(re.compile(r"^your run 1 at update [\d,]+$"))
    for _ in range(3):
        seen = hooks.whose(page).text_content() or ""
        expect(hooks.whose(page)).not_to_have_text(seen)
        expect(hooks.whose(page)).to_contain_text("your run 1 at update")
        hooks.expect_step(page, 1)
    expect(hooks.source(page)).to_have_value("271828")
    live = page.get_by_role("button", name="Live", exact=True)
    expect(live).to_have_attribute("aria-pressed", "true")
    live.click()
    expect(live).to_have_attribute("aria-pressed", "false")
    stop(page)
    expect(hooks.whose(page)).to_contain_text("at update")
    page.locator("#run-status").get_by_role("button", name="Explore it").click()
    expect(hooks.whose(page)).to_contain_text("your run 1, trained")


def test_first_weights_are_neither_right_nor_wrong(visit: Visit) -> None:
    """Of a run that is held before its first update, as of a pair that nobody has trained."""
    page = visit("?task=reverse&training.steps=20000")
    page.get_by_role("button", name="One update").first.click()
    hooks.expect_state(page, "paused")
    hooks.open_advanced(page).get_by_role("button", name="Reset", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator("#run-status")).to_contain_text("first weights")
    hooks.open_tab(page, "Decode")
    expect(hooks.whose(page)).to_have_text("your run 2 at update 0")
    expect(page.locator(".say")).to_contain_text("Before training")
    expect(page.locator(".chip.bad, .tick.bad")).to_have_count(0)
    expect(hooks.verdict(page)).to_have_text("")
    stop(page)


def test_a_pair_that_nobody_trained_offers_to_train_it_or_to_show_another(visit: Visit) -> None:
    page = visit("?architecture=transformer&task=translation")
    notice = page.get_by_role("note").filter(has_text="Not trained yet")
    expect(notice).to_contain_text("Its weights are random")
    expect(page.locator(".say")).to_have_text(
        re.compile(r"^Before training no word stands out: ‘.+’ leads with [\d.]+\s%; even odds over all 98 tokens")
    )
    expect(page.locator(".chip.bad, .tick.bad")).to_have_count(0)
    expect(hooks.verdict(page)).to_have_text("")
    expect(hooks.whose(page)).to_have_text("first weights")
    notice.get_by_role("button", name=re.compile(r"^Train it, ≈ [\d.]+ s$")).click()
    hooks.expect_state(page, re.compile("training|done"))
    expect(notice).to_be_hidden()
    other = visit("?architecture=transformer&task=translation", viewport=PHONE)
    other.get_by_role("button", name="Show a trained one: RNN + attention").click()
    expect(hooks.whose(other)).to_contain_text("shipped run")
    expect(other.get_by_role("note").filter(has_text="Not trained yet")).to_be_hidden()
    expect(other).to_have_url(re.compile("architecture=attention_seq2seq&task=translation"))


@pytest.mark.parametrize("tab", ["Attention", "Training", "Code"])
def test_typing_stays_in_its_tab_and_one_way_of_counting_serves_all(page: Page, tab: str) -> None:
    hooks.open_tab(page, tab)
    hooks.type_source(page, "2" * 24)
    expect(hooks.verdict(page)).to_have_text(re.compile("wrong.*(token|did not end)"))
    expect(page.get_by_role("tab", name=tab, exact=True)).to_have_attribute("aria-selected", "true")
    hooks.open_tab(page, "Training")
    said = (hooks.verdict(page).locator(".wide").text_content() or "").strip()
    expect(page.locator(".fold-line .verdict")).to_have_text(f"✗ {said}")


def test_the_browser_judges_in_the_words_of_the_server(page: Page) -> None:
    """A model in training is judged in the browser, the answer on the stage by the server."""
    right = ("3", "1", "4", "1")
    answers = ["3141e", "3171e", "3771e", "3777e", "7141e", "7147e", "31411e", "314111e", "314e", "e", "3141", "31411", "314177", "77e"]
    for answer in answers:
        output = ["end" if token == "e" else token for token in answer]
        ended = output[-1] == "end"
        written = tuple(output[:-1] if ended else output)
        judged = page.evaluate(
            """async ([output, target]) => {
              const { take } = await import(document.getElementById('modules').href);
              return (await take('core/answers.js')).compare(output, target);
            }""",
            [output, [*right, "end"]],
        )
        assert judged["right"] == (ended and written == right), answer
        assert judged["cause"] == ("" if judged["right"] else cause(written, right, ended)), answer
        assert judged["total"] == 4


def test_no_number_claims_certainty(page: Page) -> None:
    """Numerals, weights, percentages: nothing that is less than the whole is written as the whole."""
    told = page.evaluate(
        """async () => {
          const { take } = await import(document.getElementById('modules').href);
          const { fixed, percent, signed, weight } = await take('core/numbers.js');
          if (signed(-0.001) !== '0.00' || signed(-0.5) !== '−0.50' || signed(-10) !== '−10.00') return 'a sign';
          return [0.994, 0.995, 0.9999999, 1].map((v) => [weight(v), fixed(v), fixed(v, 4), percent(v)]);
        }"""
    )
    assert told == [
        [".99", "0.99", "0.9940", "99.4 %"],
        [">.99", ">0.99", "0.9950", "99.5 %"],
        [">.99", ">0.99", ">0.9999", ">99.99 %"],
        ["1.0", "1.00", "1.0000", ">99.99 %"],
    ]
    for step in range(hooks.steps(page)):
        hooks.expect_step(page, step)
        assert not re.search(r"\b100(\.0)? %\s*sure|\b1\.00 ×", page.locator(".pic").inner_text())
        page.locator("#player").press("ArrowRight")
