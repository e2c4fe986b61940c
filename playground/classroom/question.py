"""What a class is asked, which answers are taken, and which is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from ..errors import InputError
from ..options import show

Rich = list[list[str]]  # segments of a style and their text, as the page draws them
COLUMNS = 10  # of a scale, as it is counted
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
class Question:
    """One question: a choice among `options`, or a number on a `scale`.

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
        return len(self.options) or COLUMNS

    def checked(self, answer: Any) -> float:
        """An answer from untrusted values. Raises InputError."""
        whole = isinstance(answer, int) and not isinstance(answer, bool)
        if self.scale is None:
            if not whole or not 0 <= answer < len(self.options):
                raise InputError(f"{show(answer)} is no answer to this question; choose one of its {len(self.options)} options, from 0.")
            return answer
        low, high, step = self.scale.low, self.scale.high, self.scale.step
        if not (whole or isinstance(answer, float)) or not low <= answer <= high:
            raise InputError(f"{show(answer)} is no answer to this question; give a number from {low:g} to {high:g}.")
        return round(low + round((answer - low) / step) * step, 9)

    def column(self, answer: float) -> int:
        """The column an answer is counted in."""
        if self.scale is None:
            return int(answer)
        share = (answer - self.scale.low) / (self.scale.high - self.scale.low)
        return min(COLUMNS - 1, int(share * COLUMNS))

    def truth(self, measured: Sequence[Sequence[float] | None]) -> float | None:
        """The value that answers it: the middle one of the class's own runs, else what is known; None where nobody knows."""
        if self.row is None:
            return self.right
        values = [one[self.row] for one in measured if one is not None]
        return median(values) if values else self.known

    def answer(self, measured: Sequence[Sequence[float] | None]) -> float | None:
        """The right option, or on a scale the right number."""
        value = self.truth(measured)
        if value is None or self.row is None:
            return value
        if self.scale is not None:
            return value * self.times
        return sum(value < edge for edge in self.edges)

    def hits(self, answer: float, right: float) -> bool:
        """Whether an answer counts as right."""
        return answer == right if self.scale is None else abs(answer - right) <= self.scale.near

    @property
    def json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Question:
        """What `json` kept."""
        scale = kept["scale"] and Scale(**kept["scale"])
        return cls(**{**kept, "options": tuple(kept["options"]), "edges": tuple(kept["edges"]), "scale": scale})
