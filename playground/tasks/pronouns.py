"""Whom does the pronoun mean?

    source   Anna met Ravi . She smiled
    answer   Anna

The nearest name is not enough. She, he, it and they each fit some names only; of several that fit, the one named last is
meant; and nobody named in the pronoun's own sentence: in `Omar met Tom . Ravi saw him` it is Tom, not Ravi.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from random import Random

from ..vocabulary import Vocabulary
from . import register
from .text import PooledReader
from .typed import cased

NAMES = {
    "she": ("Anna", "Lena", "Maria", "Zoe"),
    "he": ("Ravi", "Omar", "Tom", "Luis"),
    "it": ("dog", "cat", "robot"),
    "they": ("twins", "teachers", "children"),
}
GENDER = {name: pronoun for pronoun, names in NAMES.items() for name in names}
SUBJECTS = {"She": "she", "He": "he", "It": "it", "They": "they"}
OBJECTS = {"her": "she", "him": "he", "them": "they"}
PRONOUNS = SUBJECTS | OBJECTS
ALONE = ("smiled", "waited", "slept", "laughed")
TOWARDS = ("met", "saw", "called", "helped", "thanked")
WHERE = ("in the park", "after lunch")

_NAME = rf"(?:{'|'.join(NAMES['she'] + NAMES['he'])}|[Tt]he (?:{'|'.join(NAMES['it'] + NAMES['they'])}))"
_ALONE, _TOWARDS, _WHERE = (f"(?:{'|'.join(words)})" for words in (ALONE, TOWARDS, WHERE))
_EVENT = rf"{_NAME} (?:{_ALONE}|{_TOWARDS} {_NAME})(?: {_WHERE})? \. "
_ASKED = rf"(?:{'|'.join(SUBJECTS)}) (?:{_ALONE}|{_TOWARDS} {_NAME})|{_NAME} {_TOWARDS} (?:{'|'.join(OBJECTS)})"
_TEXT = re.compile(rf"((?:{_EVENT})+)((?:{_ASKED})(?: {_WHERE})?)(?: \.)?")


@dataclass(frozen=True)
class Options:
    pass


@register
class Pronouns(PooledReader):
    id = "pronouns"
    title = "Whom does she mean?"
    description = "Find the name a pronoun stands for: gender and number matter, then who was named last."
    example = "Anna met Ravi . She smiled → Anna"
    order = 130
    kind = "label"
    unit = "word"
    max_source = 32
    Options = Options
    source_vocabulary = Vocabulary([".", "the", "The", *GENDER, *PRONOUNS, *ALONE, *TOWARDS, "in", "park", "after", "lunch"])
    classes = tuple(GENDER)
    untaught = (
        "The model was taught short sentences and one pronoun in the last of them, which means somebody named before; so this is a guess."
    )
    examples = ("Anna met Ravi . She smiled", "Omar met Tom . Ravi saw him", "The twins helped the robot after lunch . They slept")
    pinned = "Anna met Ravi in the park . She smiled"

    def make(self, random: Random) -> tuple[tuple[str, ...], str]:
        events = _events(random)
        meant = random.choice([word for word in events.split() if word in GENDER])
        pronoun = random.choice([p for p, gender in PRONOUNS.items() if gender == GENDER[meant]])
        meant = _last(events, GENDER[meant])
        other = random.choice([name for name in GENDER if name != meant])
        if pronoun in OBJECTS:
            asked = f"{_capital(_mention(other))} {random.choice(TOWARDS)} {pronoun}"
        else:
            asked = f"{pronoun} " + random.choice((random.choice(ALONE), f"{random.choice(TOWARDS)} {_mention(other)}"))
        return tuple(f"{events} {asked}{_where(random)}{random.choice(('', ' .'))}".split()), meant

    def parse(self, text: str) -> tuple[str, ...]:
        return cased(super().parse(text), self.source_vocabulary.ids)

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The name that is meant; None if none fits, or if this is no text of the grammar."""
        found = _TEXT.fullmatch(" ".join(source))
        if found is None:
            return None
        events, asked = found[1], found[2].split()
        pronoun = next(word for word in asked if word in PRONOUNS)
        other = next((word for word in asked if word in GENDER), "")
        meant = _last(events, PRONOUNS[pronoun], other)
        return (meant,) if meant else None

    @cached_property
    def baseline(self) -> tuple[str, float]:
        sources = self.pool.test_sources
        return "nearest name", sum(_nearest(source) == self.answer(source) for source in sources) / len(sources)


def _last(events: str, gender: str, but: str = "") -> str:
    """The name of this gender that was named last, leaving one out; "" if there is none."""
    return next((word for word in reversed(events.split()) if GENDER.get(word) == gender and word != but), "")


def _events(random: Random) -> str:
    """One meeting, and sometimes somebody else before or after it; mostly people whose pronouns differ."""
    one, two, three = random.sample([*GENDER], 3)
    if GENDER[one] == GENDER[two] and random.random() < 0.5:
        two = random.choice([name for name in GENDER if GENDER[name] != GENDER[one]])
    meeting = f"{_capital(_mention(one))} {random.choice(TOWARDS)} {_mention(two)}"
    alone = f"{_capital(_mention(three))} {random.choice(ALONE)} ."
    return random.choice((f"{meeting}{_where(random)} .", f"{meeting}{_where(random)} .", f"{meeting} . {alone}", f"{alone} {meeting} ."))


def _where(random: Random) -> str:
    return random.choice(("", "", *(f" {where}" for where in WHERE)))


def _mention(name: str) -> str:
    return name if name[0].isupper() else f"the {name}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _nearest(source: tuple[str, ...]) -> tuple[str, ...]:
    place = next(i for i, word in enumerate(source) if word in PRONOUNS)
    return next(((word,) for word in reversed(source[:place]) if word in GENDER), ())
