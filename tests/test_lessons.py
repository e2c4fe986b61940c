"""Lessons: what they claim is asked of the shipped models, and what is not so is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

import playground
from playground.app import links
from playground.app.panels.rail.lessons import ask, asked, listed
from playground.app.sessions import NOBODY
from playground.app.visit import home
from playground.errors import InputError
from playground.lessons.lesson import Found, Lesson, Question, shipped
from playground.lessons.missing import missing
from playground.lessons.words import Words, filled, plain, rich
from playground.papers.parts import Bar
from playground.storage.checkpoints import Checkpoint
from playground.tools import lesson_check
from playground.training.trainer import new_model

LESSONS = list(playground.lessons.values())
QUESTIONS = [(lesson, number) for lesson in LESSONS for number in range(1, len(lesson.questions) + 1)]


@lru_cache(maxsize=16)
def untrained(architecture: str, task: str) -> playground.Run:
    """The model of a shipped run before its first update."""
    recipe = shipped(architecture, task).recipe
    return playground.Run(Checkpoint(recipe, new_model(recipe).state_dict(), {}, 0.0))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_nothing_is_missing_and_the_models_bear_it_out(lesson: Lesson) -> None:
    assert missing(lesson) == []
    assert lesson.holds


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_a_model_that_learned_nothing_does_not_bear_it_out(lesson: Lesson) -> None:
    assert not all(checked.holds for checked in lesson.check(untrained))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_a_lie_in_any_claim_is_found(lesson: Lesson) -> None:
    """The claim measures something else than the words say: every bar is moved past what the model does."""
    for question in lesson.questions:
        found = question.found()
        for bar in question.says:
            value = float(found.values[bar.value])
            lie = replace(bar, least=value + 0.01, most=None) if bar.most is not None else replace(bar, least=None, most=value - 0.01)
            planted = replace(lesson, questions=(replace(question, says=(lie,), claim=lambda load, found=found: found),))
            assert not planted.holds
            assert any("does not bear it out" in told for told in missing(planted))


@pytest.mark.parametrize(("lesson", "number"), QUESTIONS, ids=lambda part: getattr(part, "id", part))
def test_every_question_can_be_shown(lesson: Lesson, number: int) -> None:
    visit = links.of_question((lesson.id, number, "en"))
    assert visit.notice is None
    assert replace(links.from_query(dict(parse_qsl(links.to_query(visit), keep_blank_values=True))), step=visit.step) == visit
    for language in lesson.languages:
        sent = asked(lesson.id, number, language)
        assert not any("{" in text for part in ("title", "text", "reveal", "why") for _, text in sent[part])
        assert sent["options"] or sent["scale"]


def test_the_list_names_them_in_their_order() -> None:
    assert [lesson["id"] for lesson in listed()] == list(playground.lessons)
    with pytest.raises(InputError, match="there are: "):
        playground.lessons["nothing"]


def test_three_are_told_in_a_second_language() -> None:
    assert sum("de" in lesson.languages for lesson in LESSONS) >= 3


def test_a_link_leads_to_a_question_and_bad_ones_to_a_notice() -> None:
    id = next(iter(playground.lessons))
    assert links.from_query({"lesson": id}).lesson == (id, 1, "en")
    assert links.from_query({"lesson": id, "question": "2"}).lesson == (id, 2, "en")
    own = links.from_query({"lesson": id, "task": "copy", "input": "1 2 3"})
    assert (own.recipe.task, own.lesson) == ("copy", (id, 1, "en"))
    for bad in ({"lesson": "none"}, {"lesson": id, "question": "99"}, {"lesson": id, "question": "x"}, {"lesson": id, "language": "xx"}):
        assert "Link not understood" in (links.from_query(bad).notice or "")


@pytest.mark.parametrize(
    "data", [{"lesson": 3}, {"lesson": "none"}, {"lesson": [], "question": 1}, {"question": 0}, {"question": True}, {"language": 5}]
)
def test_what_is_no_question_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"there are|is not told"):
        ask(home("cpu"), {"lesson": next(iter(playground.lessons)), **data}, NOBODY)


def test_closing_leaves_the_stage() -> None:
    id = next(iter(playground.lessons))
    open_ = ask(home("cpu"), {"lesson": id}, NOBODY)
    assert ask(open_, {"lesson": None}, NOBODY) == replace(open_, lesson=None)


def test_texts_are_filled_and_marked() -> None:
    assert filled("{share:%} of {n}, {word}", {"share": 0.975, "n": 3.0, "word": "x"}) == "97.5 % of 3, x"
    assert rich("reads ■3 1■ and *stops*") == [["", "reads "], ["e", "3 1"], ["", " and "], ["b", "stops"]]
    assert plain("reads ■3 1■ and *stops*") == "reads 3 1 and stops"


CLAIM: Callable[..., Found] = lambda load: Found({"one": 1.0}, 0)  # noqa: E731
GOOD = Question(
    "architecture=attention_seq2seq&task=reverse&input=123",
    Words("Which?", "Look.", "It is {one}.", "Because.", ("this", "that")),
    CLAIM,
    (Bar("one", "one", least=1, unit=""),),
)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"says": ()}, "nothing that could be checked"),
        ({"stage": "architecture=attention_seq2seq&task=reverse&input=x"}, "cannot be made"),
        ({"stage": f"{GOOD.stage}&wrong=1"}, "its stage names wrong"),
        ({"kind": "essay"}, "its kind is 'essay'"),
        ({"kind": "scale"}, "has no scale"),
        ({"words": replace(GOOD.words, reveal="It is {two}.")}, "name two"),
        ({"words": replace(GOOD.words, options=("this",))}, "two or more"),
        ({"words": replace(GOOD.words, why=" ")}, "is empty"),
        ({"words": replace(GOOD.words, text="word " * 200)}, "more than a minute"),
        ({"claim": lambda load: Found({"one": 1.0}, 5)}, "the right option is 5"),
        ({"claim": lambda load: Found({"one": 0.0}, 0)}, "does not bear it out"),
    ],
)
def test_what_is_missing_is_told(change: dict[str, object], told: str) -> None:
    assert missing(Lesson("good", "Good", 3, (GOOD,) * 3)) == []
    assert any(told in line for line in missing(Lesson("good", "Good", 3, (GOOD, GOOD, replace(GOOD, **change)))))  # type: ignore[arg-type]


def test_a_file_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.py"
    assert lesson_check.main([str(mine)]) == 1
    mine.write_text("nothing = 1\n")
    assert lesson_check.main([str(mine)]) == 1
    mine.write_text("1 / 0\n")
    assert lesson_check.main([str(mine)]) == 1
    told = capsys.readouterr().out
    assert "no file" in told and "no LESSON" in told and "ZeroDivisionError" in told


def test_the_template_is_complete(tmp_path: Path) -> None:
    page = (Path(playground.__file__).parents[1] / "docs" / "lessons.md").read_text()
    template = tmp_path / "template.py"
    template.write_text(page.split("```python\n")[1].split("```")[0])
    assert lesson_check.faults(template) == []
