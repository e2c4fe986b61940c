"""What the page is told of a class: one payload for all who sit in it, one for who teaches it."""

from __future__ import annotations

import csv
import io
from typing import Any

from .plan import Row
from .question import COLUMNS, Question, Rich, Scale
from .room import FIRST, REVEALED, SECOND, Room
from .watch import Presence

VOTES = ("first", "second")


def student(room: Room, joined: int, pace: str) -> dict[str, Any]:
    """For all who sit in it: nothing of anybody alone, and no count before the reveal. `joined`: how many are there."""
    return {
        "code": room.code,
        "title": room.plan.title,
        "place": room.place,
        "pace": pace,
        "joined": joined,
        "question": _asked(room, shown=room.vote is not None and room.vote.phase == REVEALED),
        "questions": len(room.plan.questions),
        "trial": _trial(room),
        "called": room.called,
        "reminded": room.reminded,
        "gathered": room.gathered,
    }


def teacher(room: Room, there: Presence, pace: str) -> dict[str, Any]:
    """The same with what is said before the reveal, how many explore alone, are elsewhere or lost, and the words to take over by."""
    return {
        **student(room, there.joined, pace),
        "question": _asked(room, shown=room.vote is not None),
        "away": sum(seat.away for seat in room.present),
        "astray": there.astray,
        "silent": there.silent,
        "word": room.word,
        "led": room.led,
        "gone": pace != room.pace,
    }


def table(room: Room) -> str:
    """Counts as CSV: a line for each column of each vote of each question that was asked, then one for each run."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(["question", "text", "vote", "answer", "count", "right"])
    for number, vote in sorted(room.votes.items()):
        question = room.plan.questions[number]
        right = question.answer(list(room.measured.values())) if vote.phase == REVEALED else None
        columns = None if right is None else question.columns_of(right)
        for round in (FIRST, SECOND)[: vote.round + 1]:
            for at, count in enumerate(room.counts(number, round)):
                mark = "" if columns is None else "yes" if at in columns else "no"
                write([number + 1, plain(question.text), VOTES[round], label(question, at), count, mark])
    if room.plan.trial is not None:
        rows = room.plan.trial.rows
        write([])
        write(["seed", *(f"{row.arm} {row.words} ({row.unit})" for row in rows)])
        for number, values in sorted(room.measured.items()):
            write([room.plan.trial.seed(number), *(["failed"] * len(rows) if values is None else values[: len(rows)])])
    return out.getvalue()


def label(question: Question, column: int) -> str:
    """What a column is called."""
    if question.curve is not None:
        return f"{question.curve.xs[column // COLUMNS]:g}: {_tenth(question.curve.scale, column % COLUMNS)}"
    return plain(question.options[column]) if question.scale is None else _tenth(question.scale, column)


def _tenth(scale: Scale, at: int) -> str:
    width = (scale.high - scale.low) / COLUMNS
    return f"{scale.low + at * width:g}–{scale.low + (at + 1) * width:g}"


def plain(text: Rich) -> str:
    return "".join(part for _, part in text)


def _asked(room: Room, shown: bool) -> dict[str, Any] | None:
    """The question that is asked; `shown`: with its counts."""
    question, vote = room.question, room.vote
    if question is None or vote is None or room.asked is None:
        return None
    scale, curve = question.scale, question.curve
    rounds = (FIRST, SECOND)[: vote.round + 1]
    told: dict[str, Any] = {
        "number": room.asked,
        "text": question.text,
        "lead": question.lead,
        "options": question.options,
        "scale": scale and [scale.low, scale.high, scale.step, scale.unit],
        "points": question.points,
        "curve": curve and [curve.xs, curve.axes, curve.scale.low, curve.scale.high, curve.scale.step, curve.scale.unit, curve.scale.near],
        "columns": [] if curve else [label(question, column) for column in range(question.columns)],
        "phase": vote.phase,
        "round": vote.round,
        "answered": room.answered(),
        "hides": question.hides if vote.phase != REVEALED else None,
        "counts": None,
        "right": None,
    }
    if shown and curve:
        said = [room.said(room.asked, round) for round in rounds]
        told |= {"curves": said, "counts": [[len(one)] for one in said]}
    elif shown:
        told["counts"] = [room.counts(room.asked, round) for round in rounds]
    if vote.phase == REVEALED:
        told |= _truth(room, room.asked, question)
    return told


def _truth(room: Room, number: int, question: Question) -> dict[str, Any]:
    measured = list(room.measured.values())
    right = question.answer(measured)
    line = right if isinstance(right, list) else None
    row = None if question.row is None or room.plan.trial is None else room.plan.trial.rows[question.row]
    return {
        "right": None if right is None or line else question.columns_of(right)[0],
        "line": line,
        "truth": _shown(question.truth(measured), row, question),
        "hits": [room.hits(number, round) for round in (FIRST, SECOND)[: room.votes[number].round + 1]],
        "reveal": question.reveal,
        "of_class": (question.row is not None or question.curve is not None) and any(values is not None for values in measured),
    }


def _shown(value: float | None, row: Row | None, question: Question) -> str:
    """The number that is so, in its unit; "" where none was measured. A share is never rounded up to all, nor down to nothing."""
    if value is None or (row is None and question.scale is None):
        return ""
    if row is not None and row.unit == "%":
        return "> 99.9 %" if 0.999 < value < 1 else "< 0.1 %" if 0 < value < 0.001 else f"{100 * value:.3g} %"
    return f"{value:.3g} {row.unit if row else question.scale.unit if question.scale else ''}".rstrip()


def _trial(room: Room) -> dict[str, Any] | None:
    """What is tried together; each run by its seed alone, and of its rows those that give nothing away."""
    trial = room.plan.trial
    if trial is None:
        return None
    shown = uncovered(room)
    runs = [
        [trial.seed(number), [value if at in shown else None for at, value in enumerate(values[: len(trial.rows)])]]
        for number, values in sorted(room.measured.items())
        if values is not None
    ]
    return {
        "name": trial.name,
        "rows": [[row.arm, row.words, row.unit, row.least, row.most] for row in trial.rows],
        "of": max(len(room.seats), len(room.measured)),
        "in": len(room.measured),
        "failed": sum(values is None for values in room.measured.values()),
        "seconds": trial.seconds,
        "runs": runs if shown else None,
    }


def uncovered(room: Room) -> set[int]:
    """Rows of what is tried together that may be seen: none before the first answer about any of them was revealed, then those of which
    none is to be guessed."""
    asked = {number: question.row for number, question in enumerate(room.plan.questions) if question.row is not None}
    revealed = {number for number, vote in room.votes.items() if vote.phase == REVEALED}
    if asked and not asked.keys() & revealed:
        return set()
    assert room.plan.trial is not None
    return set(range(len(room.plan.trial.rows))) - {row for number, row in asked.items() if number not in revealed}
