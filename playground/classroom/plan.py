"""What a class is opened with: where it begins, what it will be asked, and what it tries together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .question import Question

FOLLOW, FREE, PAUSED = PACES = ("follow", "free", "paused")


@dataclass(frozen=True)
class Row:
    """One thing that every student's run is measured by: its arm, what it is, and the bounds it has to keep."""

    arm: str
    words: str
    unit: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Trial:
    """One experiment with many seeds: `name` says of what, `first` is the seed of who comes first, `without` those that are left out."""

    name: str
    rows: tuple[Row, ...]
    first: int
    without: tuple[int, int] = (0, 0)
    seconds: float = 10.0  # of CPU that one student's runs take

    def seed(self, number: int) -> int:
        """The seed of the student who came as number so much, from 1."""
        seed, (low, high) = self.first + number - 1, self.without
        return seed if seed < low else seed + high - low


@dataclass(frozen=True)
class Plan:
    """`title` is what the class is about, `place` the link it begins at, `pace` how it goes then."""

    title: str
    place: str
    questions: tuple[Question, ...] = ()
    trial: Trial | None = None
    pace: str = FOLLOW

    @property
    def json(self) -> dict[str, Any]:
        return {**asdict(self), "questions": [question.json for question in self.questions]}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Plan:
        """What `json` kept."""
        trial = kept["trial"]
        if trial is not None:
            trial = Trial(**{**trial, "rows": tuple(Row(**row) for row in trial["rows"]), "without": tuple(trial["without"])})
        questions = tuple(Question.of(question) for question in kept["questions"])
        return cls(kept["title"], kept["place"], questions, trial, kept.get("pace", FOLLOW))
