"""How the page answers: what is sent, what is left as it is, where an error is told."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest

from playground import models, tasks
from playground.app import visit as visits
from playground.app.http.lanes import BUSY, Crowded
from playground.app.islands import Island
from playground.app.links import from_query, to_query
from playground.app.page import Page
from playground.app.panels.inside import Block
from playground.app.panels.player import Player, Tabs
from playground.app.panels.rail.rail import Rail, choose, set_options
from playground.app.panels.training.monitor import Monitor
from playground.app.sessions import NOBODY, Session, Sessions, Told, Visitor
from playground.app.visit import AT_STEP, HESITATES, Visit
from playground.errors import InputError
from playground.storage.kept_runs import OWNER
from playground.tasks import TextTask, Typed
from playground.views.style import percent, plain
from tests import small
from tests.pages import ADA, answered, new_page

REVERSE = visits.start("attention_seq2seq", "reverse", device="cpu")


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def test_two_panels_of_one_name_are_refused(page: Page) -> None:
    """Each answer goes to a panel by its name: of two only one would ever be told."""
    with pytest.raises(ValueError, match="Two panels are called Block; rename"):
        page.add(type("Block", (Block,), {}))


def test_a_visit_opens_and_closes_a_block(page: Page) -> None:
    inspect, first = page[Block].inspect, page.first.visit
    after = inspect(first, {"block": "decoder.attention"}, NOBODY)
    assert after.block == "decoder.attention" and "block=decoder.attention" in to_query(after)
    assert from_query({"block": "decoder.attention"}, "cpu").block == "decoder.attention"
    values = answered(page, first, inspect, {"block": "decoder.attention"})
    assert values["Block"]["title"] == "Additive attention"
    assert "Player" not in values, "the picture stands as it stood"
    assert answered(page, after, inspect, {"block": None})["Block"]["path"] is None
    with pytest.raises(InputError):
        inspect(first, {"block": "decoder.nothing"}, NOBODY)
    with pytest.raises(InputError):
        inspect(first, {"block": {"a": 1}}, NOBODY)


def test_an_open_block_follows_the_input_and_closes_with_its_model(page: Page) -> None:
    before = page[Block].inspect(REVERSE, {"block": "decoder.attention"}, NOBODY)
    typed = answered(page, before, lambda visit, data, visitor: visit.with_input(Typed("27")), {})
    assert typed["Block"]["attention"]["columns"] == ["2", "7"]
    other = visits.start("seq2seq", "reverse", device="cpu")
    assert page.library.stage(replace(other, block="decoder.attention")).visit.block is None
    assert page.library.stage(replace(other, block="decoder.output")).visit.block == "decoder.output"


def test_a_link_that_a_full_room_cannot_open_is_told_on_the_start_page(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page shows nothing in a link's name until it is answered, so it has to be answered."""

    async def full(*_: Any) -> list[Any]:
        raise Crowded(BUSY)

    monkeypatch.setattr(page.lanes, "run", full)
    request = cast(gr.Request, SimpleNamespace(client=None, session_hash="late", query_params={"task": "copy"}))
    values = dict(zip((panel.name for panel in page.answering), asyncio.run(page.open(None, request)), strict=True))
    player, rail, monitor = (json.loads(values[name]) for name in ("Player", "Rail", "Monitor"))
    assert player["opened"] and rail["opened"] and monitor["notice"] == f"{BUSY} This is the start page instead."
    assert rail["task"] == page.first.visit.recipe.task


def test_a_choice_is_answered_also_where_it_changes_nothing(page: Page) -> None:
    """The rail waits for the answer, and two quick choices may lead back to where they began."""
    same = {"task": "reverse", "architecture": "attention_seq2seq"}
    values = answered(page, page.first.visit, choose, same, always=page[Rail])
    assert {name: values["Rail"][name] for name in same} == same


def test_only_models_that_attend_have_the_attention_tab(page: Page) -> None:
    def names(architecture: str, task: str) -> list[str]:
        stage = page.library.stage(visits.start(architecture, task, device="cpu"))
        return [name for name, _ in page[Tabs].value(stage)["tabs"]]

    assert "attention" in names("attention_seq2seq", "reverse") and "attention" in names("transformer", "reverse")
    assert "attention" not in names("seq2seq", "reverse") and "attention" not in names("autoencoder", "strokes")
    assert all(isinstance(tasks.get(t)(), TextTask) for a, t in small.PAIRS if models.get(a).kind == "reader" and t == "sentiment")


def test_an_answer_holds_what_changed_and_nothing_else(page: Page) -> None:
    first = REVERSE
    again = answered(page, first, lambda visit, data, visitor: visit, {})
    assert set(again) == {"visit", "Box"} and again["visit"] == first
    told = answered(page, first, lambda visit, data, visitor: replace(visit, notice="hello"), {})
    assert set(told) == {"visit", "Box", "Monitor"} and told["Monitor"]["notice"] == "hello"
    moved = answered(page, first, lambda visit, data, visitor: visit.with_input(Typed("9 9")), {})
    assert {"Player", "Source", "Code", "Trajectory"} <= set(moved)
    assert moved["Tabs"]["given"] == "9 9", "it heads a printed page"
    assert not {"Rail", "Top", "LatentMap", "Film", "Moment"} & set(moved)


def test_what_is_wrong_is_told_where_it_was_done(page: Page) -> None:
    first = page.first.visit

    def refused(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        raise InputError("No.")

    assert answered(page, first, refused, {})["Source"]["error"]["text"] == "No."
    told = answered(page, first, set_options, {"options": None}, teller=page[Rail])
    assert "settings are missing" in told["Rail"]["error"] and "Source" not in told
    session = Session(ADA, first, page.keys(page.first))
    page.answer(refused, {}, session)
    values = page.answer(lambda visit, data, visitor: visit, {}, session)
    sent = dict(zip((panel.name for panel in page.answering), values, strict=True))
    assert isinstance(sent["Source"], str) and '"error":null' in sent["Source"], "the error is taken back with the next answer"


@pytest.mark.fault(52)
def test_a_defect_of_a_new_part_is_told_and_logged_and_the_page_lives(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    def broken(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        raise IndexError("list index out of range")

    with caplog.at_level(logging.ERROR):
        told = answered(page, page.first.visit, broken, {"block": "x"})
    assert "could not be shown" in told["Source"]["error"]["text"] and told["visit"] == page.first.visit
    assert "list index out of range" in caplog.text
    assert answered(page, page.first.visit, choose, {"task": "copy", "architecture": "seq2seq"})["visit"].pair == ("seq2seq", "copy")


def test_the_same_refusal_twice_is_heard_twice(page: Page) -> None:
    """A page hears of a value only when it differs from the last one, and whoever pressed waits for it."""

    def refused(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        raise InputError("No.")

    first, second = (answered(page, page.first.visit, refused, {}, teller=page[Rail])["Rail"] for _ in range(2))
    assert first["error"] == second["error"] == "No." and first != second
    chosen = {"task": "reverse", "architecture": "attention_seq2seq"}
    one, other = (answered(page, page.first.visit, choose, chosen, always=page[Rail])["Rail"] for _ in range(2))
    assert one["task"] == other["task"] and one != other


def test_an_owner_is_the_digest_of_a_secret_and_stays_the_same_over_a_reload() -> None:
    tab, browser = "0123456789abcdef" * 2, "fedcba9876543210" * 2
    sessions, said = Sessions(), Told(tab, browser)
    first, reloaded, other = sessions.of("s1", said, ""), sessions.of("s2", said, ""), sessions.of("s3", Told(tab[::-1], browser), "")
    assert first.visitor == reloaded.visitor and first.visitor.tab != other.visitor.tab and first.visitor.browser == other.visitor.browser
    assert OWNER.fullmatch(first.visitor.tab) and tab not in first.visitor.tab
    unnamed = Told.read('["no name of ours", "", "", "", 1]')
    assert unnamed == Told(number=1) and sessions.of("s4", unnamed, "").visitor.tab not in ("", first.visitor.tab)
    assert sessions.of("", unnamed, "").visitor == NOBODY, "who has no name owns nothing"


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "[", "{}", "[1,2,3,4,5]", '["a","b","c","d",true]', "x" * 30_000, '["' + "a" * 25_000 + '","","","",1]', "[" * 9_000],
)
def test_what_a_page_says_of_itself_may_be_anything(text: Any) -> None:
    assert Told.read(text) == Told()


@pytest.mark.fault(57)
def test_who_opens_a_thousand_pages_loses_their_own_first() -> None:
    sessions = Sessions(most=10)
    others = [sessions.of(f"other {i}", Told(), f"10.0.0.{i}") for i in range(3)]
    for i in range(1_000):
        sessions.of(f"greedy {i}", Told(), "10.9.9.9")
    assert len(sessions) == 10 and [sessions.of(f"other {i}", Told(), "") for i in range(3)] == others
    assert all(sessions.of(f"other {i}", Told(), "") is session for i, session in enumerate(others))


def test_a_page_that_is_not_remembered_goes_on_from_its_address(page: Page) -> None:
    session = Session(ADA)
    told = Told(place="?architecture=seq2seq&task=copy&input=4+7")
    page.answer(page[Block].inspect, {"block": "decoder.output"}, session, told)
    assert session.visit is not None and session.visit.pair == ("seq2seq", "copy") and session.visit.given == Typed("4 7")
    assert session.visit.block == "decoder.output" and "forgotten this page" in (session.visit.notice or "")
    page.answer(lambda visit, data, visitor: visit, {}, session, Told(place="?task=sort"))
    assert session.visit.pair == ("seq2seq", "copy"), "what is remembered counts"


def test_an_island_is_described_once_and_as_gradio_would_describe_it(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio asks all of them with every visitor and every answer."""
    islands = [panel.component for panel in page.panels if isinstance(panel.component, Island)]
    assert len(islands) > 20
    for island in islands:
        island.get_config()
    described = [gr.HTML.get_config(island) for island in islands]
    monkeypatch.setattr(gr.HTML, "get_config", lambda island: pytest.fail("described again"))
    assert [island.get_config() for island in islands] == described
    first, before = islands[0], islands[0].value
    try:
        first.value = '{"new":1}'
        assert first.get_config() == {**described[0], "value": '{"new":1}'}
    finally:
        first.value = before


def test_a_run_is_repeated_exactly_though_its_budget_was_seconds(page: Page) -> None:
    """How many updates fit into seconds is the machine's affair: a repetition takes as many as there were."""
    recipe = replace(small.tiny_recipe("attention_seq2seq", "reverse"), seconds=0.3)
    first = page.start(replace(page.first.visit, recipe=recipe), ADA)
    assert list(page.book.get(first.run or "").read())
    again = page[Monitor].again(first, {"again": first.run}, ADA)
    assert list(page.book.get(again.run or "").read())
    logs = [page.book.get(visit.run or "") for visit in (first, again)]
    assert again.recipe.seconds is None and logs[0].tally.step == logs[1].tally.step > 0
    assert logs[0].snapshots[-1].weights == logs[1].snapshots[-1].weights


def test_the_end_of_a_run_that_is_no_longer_followed_changes_no_stage(page: Page) -> None:
    """It may be told after another one was started: a press on Reset stops the first, and its browser hears of both."""
    followed = page.start(replace(page.first.visit, recipe=small.tiny_recipe("attention_seq2seq", "reverse")), ADA)
    assert list(page.book.get(followed.run or "").read())
    shown = page[Monitor].explore(followed, {"run": followed.run, "step": 1}, ADA)
    assert shown.shown == followed.run
    reset = page.start(followed, ADA, paused=True)
    assert reset.run != followed.run
    assert page[Monitor].explore(reset, {"run": followed.run, "step": 1}, ADA) == reset
    page.book.stop(reset.run or "", ADA.tab)
    assert list(page.book.get(reset.run or "").read())


def test_the_start_page_hesitates_once_and_is_right(page: Page) -> None:
    stage = page.first
    source = tuple(HESITATES.split())
    right = stage.visit.task.answer(source)
    assert stage.trace.source == source and stage.trace.output == stage.run.task.join(right), "right in the end"
    surest = stage.trace.probabilities.max(-1)
    assert [step for step, p in enumerate(surest) if p < 0.8] == [AT_STEP] == [stage.visit.step]
    assert stage.run.task.part(source, right) == "test", "an input that steered nothing"
    told = page[Player].value(stage)["opening"]
    assert [plain(caption) for caption in told] == [
        "It reads seven words, both ways: seven states.",
        "It passes one mix of them.",
        f"It writes ‘ma’, only {percent(surest[AT_STEP])} sure: ‘mon’ got {percent(np.sort(stage.trace.probabilities[AT_STEP])[-2])}.",
    ]
    assert page[Player].value(page.library.stage(REVERSE))["opening"] is None
