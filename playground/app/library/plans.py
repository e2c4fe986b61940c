"""What a class is opened with: a plan made of the link to what stands on the teacher's stage. All that it says is from our catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ...classroom.plan import FREE, PAUSED, Plan, Row, Trial
from ...classroom.question import READ, Curve, Question, Scale
from ...errors import InputError
from ...lessons import lessons
from ...lessons.lesson import STATE
from ...lessons.words import rich
from ...options import show
from ...papers import papers
from ...papers.paper import JUDGES, Paper
from ...papers.parts import NUMBER, SHARE
from ...papers.result import Result
from ...tasks import HeldOut
from ...training import recipes
from ...training.expected_time import expected_seconds
from ...training.recipes import Recipe
from .. import links
from ..visit import FIRST_SEED, Visit
from .trials import in_order

PAPER, MODEL = "paper:", "model:"  # what a class tries together, by name
LONGEST = 8_000  # characters of a link
SHOWS = ("step", "tab", "part", "block")  # what of a place lies on the stage, not in it
LONGEST_S = 30.0  # of CPU that one training in a class may take
NEAR = 10.0  # points on a scale of percent
STILL = "still"  # of a prepared class in which nobody trains
PLACES = 8  # of a curve that is drawn, at most


def prepared(place: Any, questions: Any = True, device: str = "cpu") -> Plan:
    """A class about what the link shows: a paper with its question, a lesson from the open question on, or a model that everybody trains.
    Without `questions` the stage alone; a text chooses among them, see `chosen`. Raises InputError for what is no link."""
    if not isinstance(place, str) or len(place) > LONGEST:
        raise InputError(f"A class is opened at a link of at most {LONGEST:,} characters.")
    params = dict(parse_qsl(place.removeprefix("?"), keep_blank_values=True))
    visit = links.from_query(params, device)
    here = _place(visit, {**params, "tab": "class"})
    if questions is False:
        return Plan(visit.task.title, here)
    if visit.trial is not None:
        plan = _of_paper(papers[visit.trial.paper], here)
    elif visit.lesson is not None:
        plan = _of_lesson(*visit.lesson, here)
    else:
        plan = Plan(visit.task.title, here, trial=_of_model(visit.recipe))
    return plan if questions is True else chosen(plan, questions)


def chosen(plan: Plan, told: Any) -> Plan:
    """A plan as a prepared link has it, "3,1,free,still": which questions are asked and in which order, by their numbers from 1, none
    for none; that the class begins free, or paused; that nobody trains. Raises InputError."""
    parts = told.split(",") if isinstance(told, str) and len(told) <= LONGEST else [""]
    numbers = [part for part in parts if part.isdecimal() and len(part) < 4]
    words = parts[len(numbers) :]
    known = {str(number) for number in range(1, len(plan.questions) + 1)}
    if not set(numbers) <= known or len(set(numbers)) < len(numbers) or not set(words) <= {"none", FREE, PAUSED, STILL} or not parts:
        raise InputError(
            f"The link prepares {show(told)}; it must have numbers of questions, here {f'1 to {len(known)}' if known else 'none'}, each "
            f"once and with commas between, and after them none, {FREE}, {PAUSED} or {STILL}."
        )
    questions = tuple(plan.questions[int(number) - 1] for number in numbers)
    pace = next((word for word in words if word in (FREE, PAUSED)), plan.pace)
    return replace(plan, questions=questions, trial=None if STILL in words else plan.trial, pace=pace)


def experiment(name: str, seed: int) -> tuple[Recipe, ...]:
    """The trainings of one student. Raises InputError for a name that is none of ours."""
    if name.startswith(PAPER):
        return tuple(arm.recipe(seed) for arm in in_order(papers[name.removeprefix(PAPER)]))
    return (replace(recipes.from_query(name.removeprefix(MODEL)), seed=seed),)


def rows(paper: Paper) -> tuple[tuple[str, Row], ...]:
    """What every run of a paper is measured by, and under which name its results have it: what is counted as its criterion is."""
    unit = paper.criterion[0].unit
    bars = {bar.value: bar for bar in paper.bars if bar.unit == unit}
    return tuple((name, Row(bar.arm, bar.words, bar.unit, bar.least, bar.most)) for name, bar in bars.items())


def curve(paper: Paper) -> tuple[str, tuple[float, ...]] | None:
    """The line of a paper's figure that a class draws: of the arm that its question is about, at a few places; None where it has none."""
    asked, lines = paper.question, paper.judged[0].lines if paper.judged else ()
    arm = next((bar.arm for bar in paper.bars if bar.value == asked.value), "")
    line = next((line for line in lines if line.arm == arm and len(line.x) >= PLACES // 2), None)
    if line is None or asked.at is None or paper.axes[1].unit != SHARE or paper.axes[0].names:
        return None
    every = -(-len(line.x) // PLACES)
    return arm, tuple(float(x) for x in line.x[::every])


def points(paper: Paper, result: Result) -> list[float]:
    """What a run of a paper came to at the places of its curve."""
    drawn = curve(paper)
    if drawn is None:
        return []
    line = next(line for line in result.lines if line.arm == drawn[0])
    at = dict(zip(line.x, line.y, strict=True))
    return [at[x] for x in drawn[1]]


def _of_paper(paper: Paper, here: str) -> Plan:
    """Its own question; then, for each of its acts, how much is left: a number."""
    names = [name for name, _ in rows(paper)]
    known = {name: median(result.values[name] for result in paper.judged) for name in names} if paper.judged else {}
    asked, options = paper.question, tuple(rich(option) for option in paper.question.options)
    own = Question(rich(asked.text), options=options, edges=asked.edges, right=None)
    if asked.value in names:
        own = replace(own, row=names.index(asked.value), known=known.get(asked.value))
    left = [
        Question(
            rich(f"{bar.words[0].upper()}{bar.words[1:]}: how much is left?"),
            scale=Scale(0, 100, 5, NEAR, "%"),
            row=names.index(bar.value),
            times=100.0,
            known=known.get(bar.value),
        )
        for bar in paper.act
        if bar.value in names and bar.unit == SHARE
    ]
    seconds = sum(expected_seconds(arm.recipe(FIRST_SEED)) for arm in paper.arms)
    if paper.judged:
        seconds = median(result.seconds for result in paper.judged)
    skipped = (JUDGES.start, JUDGES.stop)
    trial = Trial(f"{PAPER}{paper.id}", tuple(row for _, row in rows(paper)), FIRST_SEED, skipped, seconds)
    return Plan(paper.claim.rstrip("."), here, (own, *_drawn(paper), *left), trial)


def _drawn(paper: Paper) -> tuple[Question, ...]:
    """That a paper's curve be drawn, where it has one."""
    found = curve(paper)
    if found is None:
        return ()
    arm, (letter, xs), (across, up) = paper.arm(found[0]), found, paper.axes
    known = tuple(median(column) for column in zip(*(points(paper, result) for result in paper.judged), strict=True))
    drawn = Curve(xs, (across.name, up.name), Scale(0, 100, 5, NEAR, "%"), len(rows(paper)), 100.0, known)
    return (Question(rich(f"Draw it: {up.name} of {letter} by {across.name}"), rich(f"{letter} is {arm.name}."), curve=drawn),)


def _of_lesson(id: str, number: int, language: str, here: str) -> Plan:
    """From the open question to the last one; each sets its own stage."""
    lesson = lessons[id]
    found = tuple(_question(id, at, language) for at in range(number, len(lesson.questions) + 1))
    return Plan(lesson.told(number, language).title, found[0].place or here, found)


def _question(id: str, number: int, language: str) -> Question:
    question, told = lessons[id].questions[number - 1], lessons[id].told(number, language)
    words, place, scale = told.words, question.place, question.scale
    stage = replace(links.of_question((id, number, language)), lesson=None)
    return Question(
        rich(words.title),
        lead=rich(words.text),
        options=() if scale else tuple(rich(option) for option in told.options),
        points=READ if question.kind == STATE else "",
        scale=scale,
        place=_place(stage, place),
        hides=int(place.get("step", 0)) if question.hides else None,
        right=told.found.right,
        reveal=rich(words.reveal),
    )


def _of_model(recipe: Recipe) -> Trial | None:
    """Everybody trains what would be trained here; none where that takes longer than a class waits."""
    recipe = replace(recipe, device="cpu")
    seconds = expected_seconds(recipe)
    if seconds > LONGEST_S:
        return None
    pictures = HeldOut in recipe.build_task().reads
    row = Row("", "error on new inputs", NUMBER) if pictures else Row("", "right on new inputs", SHARE)
    return Trial(f"{MODEL}{recipe.to_query()}", (row,), FIRST_SEED, seconds=seconds)


def _place(visit: Visit, params: Mapping[str, str]) -> str:
    """The link that everybody follows: what is on the stage, and what lies on it; no card of a paper or a lesson beside it."""
    shows = {name: params[name][:200] for name in SHOWS if params.get(name)}
    return f"{links.to_query(replace(visit, lesson=None, trial=None, block=None))}&{urlencode(shows)}".rstrip("&")
