"""What classes are opened with, and the experiment that everybody is part of."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from playground.app.library import Library
from playground.app.library.experiment import Experimenter
from playground.app.library.plans import chosen, experiment, points, prepared, rows
from playground.classroom.book import ClassBook
from playground.classroom.kept import read, written
from playground.classroom.plan import Plan
from playground.errors import InputError
from playground.lessons import lessons
from playground.papers import papers
from playground.papers.paper import JUDGES
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor

SMALL = "architecture=seq2seq&task=copy&model.hidden=8&training.steps=3&task.longest=4&task.shortest=2"


def until(holds: Callable[[], Any], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def kept(plan: Plan) -> Plan:
    """As a server reads it that was started anew."""
    book = ClassBook()
    code, _ = book.open(plan)
    return read(written(book.room(code))).plan


@pytest.mark.parametrize("id", papers)
def test_every_paper_makes_a_class(id: str) -> None:
    plan = prepared(f"?paper={id}")
    assert plan.questions and plan.trial is not None
    assert "paper" not in plan.place  # nobody's card is opened beside the class's
    for question in plan.questions:
        if question.curve is None:
            assert question.row is not None and 0 <= question.row < len(plan.trial.rows)
        else:
            assert question.curve.first == len(plan.trial.rows) and len(question.curve.known) == len(question.curve.xs)
    assert len(experiment(plan.trial.name, 10)) == len(papers[id].arms)
    assert not {plan.trial.seed(number) for number in range(1, 200)} & {*range(10), *JUDGES}
    assert kept(plan) == plan


def test_the_right_answer_of_a_paper_comes_from_runs() -> None:
    paper = papers["bahdanau_2015"]
    own, drawn, left = prepared("?paper=bahdanau_2015").questions
    names = [name for name, _ in rows(paper)]
    values = [0.0] * len(names)
    values[names.index("B at 12")], values[names.index("A even")] = 0.3, 0.25
    assert own.answer([values]) == 2
    assert left.answer([values]) == 25
    assert drawn.curve is not None and drawn.curve.xs == (2, 4, 6, 8, 10, 12, 14, 16)
    curve = [0.95, 0.9, 0.5, 0.2, 0.0, 0.0, 0.0, 0.0]
    assert drawn.answer([[*values, *curve], None]) == [100 * value for value in curve]
    known = drawn.answer([])
    assert isinstance(known, list) and known[0] > 80 and known[-1] == 0
    assert points(paper, paper.judged[0])[-1] == 0
    assert own.answer([]) == paper.question.right(paper.judged[0].values["B at 12"])  # until the class has runs of its own


def test_a_lesson_asks_from_the_open_question_on() -> None:
    plan = prepared("?lesson=attention&question=2")
    assert len(plan.questions) == len(lessons["attention"].questions) - 1
    for question, asked in zip(plan.questions, lessons["attention"].questions[1:], strict=True):
        assert question.right == asked.found().right
        assert "lesson" not in question.place and f"step={asked.place['step']}" in question.place
    assert plan.trial is None
    assert kept(plan) == plan


def test_where_a_lesson_asks_for_a_state_the_tokens_that_are_read_are_pointed_at() -> None:
    looks, *rest = prepared("?lesson=attention").questions
    assert (looks.points, len(looks.options), looks.right) == ("read", 9, lessons["attention"].questions[0].found().right)
    assert [question.points for question in rest] == ["", ""]


def test_a_model_is_trained_by_everybody_and_the_stage_alone_asks_nothing() -> None:
    plan = prepared("?architecture=attention_seq2seq&task=reverse&input=123&step=2&tab=attention&theme=dark&class=KITE")
    assert plan.place == "architecture=attention_seq2seq&task=reverse&input=123&step=2&tab=class"
    assert plan.trial is not None and not plan.questions
    alone = prepared(plan.place, questions=False)
    assert (alone.trial, alone.questions) == (None, ())


def test_a_prepared_class_asks_what_was_chosen_in_that_order() -> None:
    plan = prepared("?paper=bahdanau_2015&prepare=3,1")
    assert len(plan.questions) == 3  # the link's own text is the page's affair
    turned = chosen(plan, "3,1,free")
    assert (turned.questions, turned.pace, turned.trial) == ((plan.questions[2], plan.questions[0]), "free", plan.trial)
    assert prepared("?paper=bahdanau_2015", "3,1,free") == turned == kept(turned)
    alone = chosen(plan, "none,still")
    assert (alone.questions, alone.pace, alone.trial) == ((), "follow", None)
    book = ClassBook()
    code, _ = book.open(turned)
    assert book.room(code).pace == "free"


@pytest.mark.parametrize("told", ["", "0", "4", "1,1", "1,,2", "free,1", "loud", "1;2", "³", 7, None, ["1"], "1," * 9_000])
def test_what_prepares_nothing_is_refused(told: Any) -> None:
    with pytest.raises(InputError, match="here 1 to 3"):
        prepared("?paper=bahdanau_2015", told)


@pytest.mark.parametrize("place", [None, 7, "x" * 9_000, ["paper"]])
def test_what_is_no_link_opens_no_class(place: Any) -> None:
    with pytest.raises(InputError, match="link"):
        prepared(place)


def test_everybody_trains_with_a_seed_of_their_own_and_no_seed_twice() -> None:
    runs, classes = RunBook(InlineExecutor()), ClassBook()
    experimenter = Experimenter(classes, runs, Library(runs), at_once=1)
    classes.entered = experimenter.look
    plan = prepared(SMALL)
    code, _ = classes.open(plan)
    for _ in range(2):
        classes.join(code)
    until(lambda: len(classes.room(code).measured) == 2)
    first = classes.room(code).measured
    assert all(values is not None and 0 <= values[0] <= 1 for values in first.values())
    assert {log.recipe.seed for number in (10, 11) for log in runs.of(f"class {code} {number}")} == {10, 11}
    links = [experimenter.own(classes.room(code), number, 0) for number in (1, 2)]
    assert [log.id for log in runs.of(f"class {code} 11")] == [links[1].rpartition("run=")[2]]
    assert "seed=11" in links[1] and links[0] != links[1]
    for number, row in ((3, 0), (1, 1), (1, -1)):
        with pytest.raises(InputError, match="not in yet"):
            experimenter.own(classes.room(code), number, row)
    again, _ = classes.open(plan)
    classes.join(again)
    until(lambda: classes.room(again).measured)
    assert classes.room(again).measured[1] == first[1]
    assert runs.of(f"class {again} 10") == []  # what was measured once is not trained again


def test_a_run_is_not_looked_into_before_what_it_shows_is_revealed() -> None:
    runs, classes = RunBook(InlineExecutor()), ClassBook()
    experimenter = Experimenter(classes, runs, Library(runs))  # which is not told of who joins: nothing is trained
    code, key = classes.open(prepared("?paper=bahdanau_2015"))
    classes.join(code)
    room = classes.room(code)
    assert room.plan.trial is not None
    classes.measured(code, 1, [0.5] * len(room.plan.trial.rows))
    with pytest.raises(InputError, match="covered"):
        experimenter.own(room, 1, 0)
    classes.steer(code, key, "ask", {"question": 0})
    classes.steer(code, key, "reveal", {})
    with pytest.raises(InputError, match="gone"):  # an earlier server trained it
        experimenter.own(room, 1, 0)


def test_a_run_that_fails_is_counted_and_the_others_go_on() -> None:
    runs, classes = RunBook(InlineExecutor()), ClassBook()
    experimenter = Experimenter(classes, runs, Library(runs), at_once=1)
    classes.entered = experimenter.look
    code, key = classes.open(prepared(f"{SMALL}&training.learning_rate=0.1"))
    trained = experimenter._trained
    experimenter._trained = lambda recipe, room: None if recipe.seed == 10 else trained(recipe, room)  # type: ignore[method-assign]
    classes.join(code)
    classes.join(code)
    until(lambda: len(classes.room(code).measured) == 2)
    assert classes.room(code).measured[1] is None
    assert "failed" in classes.table(code, key)
