"""Whom does the pronoun mean?

    source   Anna met Ravi . She smiled
    answer   Anna

The nearest name is not enough. She, he, it and they each fit some names only; of several that fit, the one named last is
meant; and nobody named in the pronoun's own sentence: in `Zoe called Lena . Lena helped her` it is Zoe. Half of all texts need
the last rule: whoever takes the last name of the gender before the pronoun's sentence is right for the other half.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from ..vocabulary import Vocabulary
from . import register
from .base import Guess
from .guesses import scored
from .text import Example, PooledReader
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
_MEETING, _LONE = rf"{_NAME} {_TOWARDS} {_NAME}(?: {_WHERE})? \. ", rf"{_NAME} {_ALONE} \. "
_TAUGHT = re.compile(rf"(?:{_LONE})?{_MEETING}|{_MEETING}{_LONE}|(?:{_LONE}){{1,2}}")  # what stands before the pronoun's sentence


@dataclass(frozen=True)
class Options:
    pass


@register
class Pronouns(PooledReader):
    id = "pronouns"
    title = "Whom does she mean?"
    description = "Find the name a pronoun stands for: gender and number matter, who was named last, and nobody of its own sentence."
    example = "Anna met Ravi . She smiled → Anna"
    order = 130
    kind = "label"
    unit = "word"
    max_source = 32
    Options = Options
    source_vocabulary = Vocabulary([".", "the", "The", *GENDER, *PRONOUNS, *ALONE, *TOWARDS, "in", "park", "after", "lunch"])
    classes = tuple(GENDER)
    examples = ("Omar met Tom . Ravi saw him", "Zoe called Lena . Lena helped her", "The twins helped the robot after lunch . They slept")
    untaught = (
        "The model was taught short sentences and one pronoun in the last of them, which means somebody named before; so this is a guess."
    )
    pinned = "Anna met Ravi in the park . She smiled"

    def make(self, random: Random) -> tuple[tuple[str, ...], str]:
        pronoun = random.choice(tuple(PRONOUNS))
        fitting = NAMES[PRONOUNS[pronoun]]
        own = random.random() < 0.5  # the last one that fits is named in the pronoun's own sentence, and so it is another one
        count, rivals = random.choice(((2, 2), (3, 2), (3, 3)) if own else ((2, 1), (2, 2), (3, 1), (3, 2)))
        names = random.sample(fitting, rivals) + random.sample([name for name in GENDER if name not in fitting], count - rivals)
        random.shuffle(names)
        told = [name for name in names if name in fitting]
        other = told[-1] if own else random.choice([name for name in (*names, random.choice(tuple(GENDER))) if name != told[-1]])
        return tuple(f"{_events(random, names)} {_asked(random, pronoun, other, own)}".split()), told[-2 if own else -1]

    def edges(self) -> Iterator[Example]:
        """The shortest texts, and in few words one name that does not count."""
        for name, gender in GENDER.items():
            for pronoun in [word for word, fits in SUBJECTS.items() if fits == gender]:
                yield tuple(f"{_capital(_mention(name))} smiled . {pronoun} slept".split()), name
            for other in NAMES[gender]:
                if other != name:
                    told = f"{_capital(_mention(other))} smiled . {_capital(_mention(name))} slept ."
                    for pronoun in [word for word, fits in PRONOUNS.items() if fits == gender]:
                        yield tuple(f"{told} {_asked_of(pronoun, 'saw', name)}".split()), other

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

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        """Also where other sentences stand before the pronoun's than ever did, or a name stands in them twice."""
        found = _TEXT.fullmatch(" ".join(tokens))
        names = [] if found is None else [word for word in found[1].split() if word in GENDER]
        if found is None or (_TAUGHT.fullmatch(found[1]) and len(set(names)) == len(names)):
            return super().doubt(tokens)
        return (
            "The model was taught texts of one meeting before the pronoun, and of two or three different names; this one is told "
            "otherwise, so the answer is a guess."
        )

    def guesses(self) -> Iterator[Guess]:
        yield from super().guesses()
        yield from scored(
            self,
            {
                "nearest name": lambda source: next((word,) for word in reversed(source[: _place(source)]) if word in GENDER),
                "first name": lambda source: next((word,) for word in source if word in GENDER),
                "last name of the gender before its sentence": lambda source: _rivals(source)[-1:],
                "first name of the gender": lambda source: _rivals(source)[:1],
            },
        )

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        """Which of the three rules is needed, the simplest that is enough."""
        return {
            "gender alone": lambda source: len(_rivals(source)) == 1,
            "the later of two": lambda source: len(_rivals(source)) > 1 and _rivals(source)[-1:] == self.answer(source),
            "not its own sentence": lambda source: _rivals(source)[-1:] != self.answer(source),
        }


def _place(source: tuple[str, ...]) -> int:
    return next(i for i, word in enumerate(source) if word in PRONOUNS)


def _rivals(source: tuple[str, ...]) -> tuple[str, ...]:
    """The names before the pronoun's sentence that it fits, in their order."""
    place = _place(source)
    start = max(i for i, word in enumerate(source[:place]) if word == ".")
    return tuple(word for word in source[:start] if GENDER.get(word) == PRONOUNS[source[place]])


def _last(events: str, gender: str, but: str = "") -> str:
    """The name of this gender that was named last, leaving one out; "" if there is none."""
    return next((word for word in reversed(events.split()) if GENDER.get(word) == gender and word != but), "")


def _events(random: Random, names: list[str]) -> str:
    """Sentences that name these two or three in this order: a meeting, and where there is a third one, he or she alone."""
    *before, one, two = names
    after: list[str] = []
    if before and random.random() < 0.5:
        one, two, *after = names
        before = []
    meeting = f"{_capital(_mention(one))} {random.choice(TOWARDS)} {_mention(two)}{_where(random)} ."
    return " ".join((*(_alone(random, name) for name in before), meeting, *(_alone(random, name) for name in after)))


def _alone(random: Random, name: str) -> str:
    return f"{_capital(_mention(name))} {random.choice(ALONE)} ."


def _asked(random: Random, pronoun: str, other: str, both: bool) -> str:
    """The pronoun's sentence, which names another one as well where `both` are to be in it."""
    if pronoun in SUBJECTS and not both and random.random() < 0.5:
        asked = f"{pronoun} {random.choice(ALONE)}"
    else:
        asked = _asked_of(pronoun, random.choice(TOWARDS), other)
    return f"{asked}{_where(random)}{random.choice(('', ' .'))}"


def _asked_of(pronoun: str, verb: str, other: str) -> str:
    return f"{pronoun} {verb} {_mention(other)}" if pronoun in SUBJECTS else f"{_capital(_mention(other))} {verb} {pronoun}"


def _where(random: Random) -> str:
    return random.choice(("", "", *(f" {where}" for where in WHERE)))


def _mention(name: str) -> str:
    return name if name[0].isupper() else f"the {name}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
