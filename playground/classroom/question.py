"""What a class is asked, which answers are taken, and which is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from ..errors import InputError
from ..options import show

Rich = list[list[str]]  # segments of a style and their text, as the page draws them
Answer = float | list[float]
COLUMNS = 10  # of a scale, as it is counted
READ, WRITTEN = "read", "written"  # what can be pointed at: a token that the model reads, or a step in which it writes
OPTIONS = 40  # that are listed


@dataclass(frozen=True)
class Scale:
    """Numbers to choose from, and how far from the right one a guess may lie and still count."""

    low: float
    high: float
    step: float
    near: float
    unit: str = ""


@dataclass(frozen=True)
class Curve:
    """A curve to draw: a value on the scale at each of `xs`. `axes` names both directions; a guess counts that is `near` on average.

    first: where in what a run is measured by its points begin, counted like a scale's `times` so much; known: what they were elsewhere.
    """

    xs: tuple[float, ...]
    axes: tuple[str, str]
    scale: Scale
    first: int | None = None
    times: float = 1.0
    known: tuple[float, ...] = ()

    def line(self, measured: Sequence[Sequence[float] | None]) -> list[float] | None:
        """What is so: at each place the middle one of the class's own runs, else what is known; None where nobody knows."""
        first, end = self.first or 0, (self.first or 0) + len(self.xs)
        lines = [one[first:end] for one in measured if one is not None and self.first is not None and len(one) >= end]
        points = [median(column) for column in zip(*lines, strict=True)] if lines else self.known
        return [round(self.times * value, 3) for value in points] or None


@dataclass(frozen=True)
class Question:
    """One question: a choice among `options`, a number on a `scale`, or a `curve`. Options that are tokens in their order can be pointed
    at: `points` is "read" or "written" then.

    lead: what has to be known to answer.
    place: the link that sets the stage for it, "" for the stage as it is; hides: the step of it that is covered until the reveal.
    right: the place of the right option or the right number; None where the class's own runs say it.
    row, edges: which measured row says it, and where one option ends and the next begins, from the highest down; on a scale the row's
    value counts `times` so much.
    known: what the row was elsewhere, for a class that has no runs yet; reveal: what is told with the answer.
    """

    text: Rich
    lead: Rich | None = None
    options: tuple[Rich, ...] = ()
    scale: Scale | None = None
    curve: Curve | None = None
    points: str = ""
    place: str = ""
    hides: int | None = None
    right: float | None = None
    row: int | None = None
    edges: tuple[float, ...] = ()
    times: float = 1.0
    known: float | None = None
    reveal: Rich | None = None

    @property
    def columns(self) -> int:
        """In how many columns its answers are counted."""
        return len(self.options) or COLUMNS * (len(self.curve.xs) if self.curve else 1)

    def checked(self, answer: Any) -> Answer:
        """An answer from untrusted values. Raises InputError."""
        if self.curve is not None:
            return self._drawn(answer, self.curve)
        whole = isinstance(answer, int) and not isinstance(answer, bool)
        if self.scale is None:
            if not whole or not 0 <= answer < len(self.options):
                raise InputError(f"{show(answer)} is no answer to this question; choose one of its {len(self.options)} options, from 0.")
            return answer
        if not _within(answer, self.scale):
            raise InputError(f"{show(answer)} is no answer to this question; give a number from {self.scale.low:g} to {self.scale.high:g}.")
        return _on(answer, self.scale)

    def _drawn(self, answer: Any, curve: Curve) -> list[float]:
        if not isinstance(answer, list) or len(answer) != len(curve.xs) or not all(_within(value, curve.scale) for value in answer):
            raise InputError(
                f"{show(answer)} is no answer to this question; give {len(curve.xs)} numbers from {curve.scale.low:g} to "
                f"{curve.scale.high:g}, one for each place of the curve."
            )
        return [_on(value, curve.scale) for value in answer]

    def columns_of(self, answer: Answer) -> list[int]:
        """The columns an answer is counted in: one, or of a curve one for each of its places."""
        if self.curve is not None:
            assert isinstance(answer, list)
            return [COLUMNS * at + _tenth(value, self.curve.scale) for at, value in enumerate(answer)]
        assert not isinstance(answer, list)
        return [int(answer) if self.scale is None else _tenth(answer, self.scale)]

    def truth(self, measured: Sequence[Sequence[float] | None]) -> float | None:
        """The value that answers it: the middle one of the class's own runs, else what is known; None where nobody knows."""
        if self.row is None:
            return self.right
        values = [one[self.row] for one in measured if one is not None]
        return median(values) if values else self.known

    def answer(self, measured: Sequence[Sequence[float] | None]) -> Answer | None:
        """The right option, on a scale the right number, or the curve as it is."""
        if self.curve is not None:
            return self.curve.line(measured)
        value = self.truth(measured)
        if value is None or self.row is None:
            return value
        if self.scale is not None:
            return value * self.times
        return sum(value < edge for edge in self.edges)

    def hits(self, answer: Answer, right: Answer) -> bool:
        """Whether an answer counts as right."""
        if isinstance(answer, list) and isinstance(right, list):
            assert self.curve is not None
            return sum(abs(a - b) for a, b in zip(answer, right, strict=True)) <= self.curve.scale.near * len(right)
        assert not isinstance(answer, list) and not isinstance(right, list)
        return answer == right if self.scale is None else abs(answer - right) <= self.scale.near

    @property
    def json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Question:
        """What `json` kept."""
        scale = kept["scale"] and Scale(**kept["scale"])
        curve = kept.get("curve")
        if curve is not None:
            tuples = {name: tuple(curve[name]) for name in ("xs", "axes", "known")}
            curve = Curve(**{**curve, **tuples, "scale": Scale(**curve["scale"])})
        return cls(**{**kept, "options": tuple(kept["options"]), "edges": tuple(kept["edges"]), "scale": scale, "curve": curve})


def _within(value: Any, scale: Scale) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and scale.low <= value <= scale.high


def _on(value: float, scale: Scale) -> float:
    """The nearest of a scale's numbers."""
    return round(scale.low + round((value - scale.low) / scale.step) * scale.step, 9)


def _tenth(value: float, scale: Scale) -> int:
    return min(COLUMNS - 1, int((value - scale.low) / (scale.high - scale.low) * COLUMNS))
