"""What a lesson is: questions about a trained model that are answered before they are shown, each graded by what that model does.

No answer is written down: a question's `claim` asks the shipped run, and what comes of it says which option is right. What the words take
for granted is written down as `says`, bars over the same values, so that a text that the model does not bear out is found by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from .. import api
from ..classroom.question import Scale as Scale  # lessons take theirs from here
from ..errors import InputError
from ..options import show
from ..papers.parts import Bar
from .words import Words, filled

if TYPE_CHECKING:
    from ..storage.run import Run

CHOICE, STATE, TOKEN, SCALE = KINDS = ("choice", "state", "token", "scale")
ENGLISH = "en"
Value = float | str
Load = Callable[[str, str], "Run"]


@lru_cache(maxsize=16)
def shipped(architecture: str, task: str) -> Run:
    """The shipped run of a pair. Raises InputError where there is none."""
    return api.load(architecture, task)


@dataclass(frozen=True)
class Found:
    """What the model does: named `values`, and the `right` answer, a place among the options or, on a scale, a number. `options` are those
    that depend on the input, such as its states; none where the words name them."""

    values: Mapping[str, Value]
    right: float
    options: tuple[str, ...] = ()


class Checked(NamedTuple):
    """Something that a lesson takes for granted, and whether the model bears it out."""

    question: int
    words: str
    value: Value
    holds: bool


@dataclass(frozen=True)
class Question:
    """One question. `stage` is the query of a link, which sets the stage; `hides` whether it hides the step that is asked about.

    `kind` is "choice" of what the words name, "state" or "token" of what the model reads or writes, or "scale", a number of it. `claim`
    gets a way to load shipped runs by architecture and task.
    """

    stage: str
    words: Words
    claim: Callable[[Load], Found]
    says: tuple[Bar, ...]
    kind: str = CHOICE
    scale: Scale | None = None
    hides: bool = False

    @property
    def place(self) -> dict[str, str]:
        """The parts of the link that sets the stage."""
        return dict(parse_qsl(self.stage, keep_blank_values=True))

    def found(self, load: Load | None = None) -> Found:
        """What the model does; the shipped one, if no other is loaded. That is asked once: it says the same whenever it is asked."""
        return _asked(self) if load is None else self.claim(load)


@lru_cache(maxsize=256)
def _asked(question: Question) -> Found:
    return question.claim(shipped)


@dataclass(frozen=True)
class Translation:
    """A lesson's title and the words of its questions, in their order, in another language."""

    title: str
    questions: tuple[Words, ...]


@dataclass(frozen=True)
class Told:
    """A question as it is shown: every text filled in with what the model does."""

    title: str
    words: Words
    found: Found

    @property
    def options(self) -> tuple[str, ...]:
        """What can be chosen."""
        return self.found.options or self.words.options


@dataclass(frozen=True)
class Lesson:
    """A few questions about one idea. See `playground.lessons` for how a new one is written."""

    id: str
    title: str
    minutes: int
    questions: tuple[Question, ...]
    translations: Mapping[str, Translation] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that it is told in, English first."""
        return ENGLISH, *self.translations

    def find(self, question: int, language: str = ENGLISH) -> Question:
        """The question of this number, from 1. Raises InputError for numbers and languages that there are not."""
        if isinstance(question, bool) or not isinstance(question, int) or not 1 <= question <= len(self.questions):
            raise InputError(f"{self.id} has no question {show(question)}; there are: 1 to {len(self.questions)}.")
        if not isinstance(language, str) or language not in self.languages:
            raise InputError(f"{self.id} is not told in {show(language)}; there are: {', '.join(self.languages)}.")
        return self.questions[question - 1]

    def told(self, question: int, language: str = ENGLISH) -> Told:
        """A question in the words of a language, filled in with what the model does. Raises InputError as `find` does."""
        asked = self.find(question, language)
        title, words = self.title, asked.words
        if language != ENGLISH:
            title, words = self.translations[language].title, self.translations[language].questions[question - 1]
        found = asked.found()
        return Told(title, words.map(lambda text: filled(text, found.values)), found)

    def check(self, load: Load | None = None) -> tuple[Checked, ...]:
        """Every claim, and whether it is as the words say: of the shipped models, or of those that `load(architecture, task)` gives."""
        checked = []
        for number, question in enumerate(self.questions, 1):
            found = question.found(load)
            for bar in question.says:
                value = found.values[bar.value]
                holds = isinstance(value, int | float) and bar.reached(value)
                checked.append(Checked(number, f"{bar.words} ({bar.needs})", value, holds))
        return tuple(checked)

    @property
    def holds(self) -> bool:
        """Whether all that it says is so."""
        return all(checked.holds for checked in self.check())

    def __repr__(self) -> str:
        """Lesson(context_vector: The context vector, 4 questions, 5 minutes)"""
        return f"Lesson({self.id}: {self.title}, {len(self.questions)} questions, {self.minutes} minutes)"
