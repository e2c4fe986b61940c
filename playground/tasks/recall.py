"""Go on with a string that has begun again.

    source   k d b q s k d
    target   b q s k d b q s k d … <eos>

Every string is new, so that no letter tells by itself which one follows it: that stands only in the text, where the letter came before.
After how many letters a string begins again differs as well, so that no fixed distance back is right. A Transformer finds out with two
layers: a head that looks one token back, and a head of the next layer that looks for what followed last time (an induction head).

C. Olsson et al., "In-context Learning and Induction Heads", 2022.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from ..errors import InputError
from ..options import integer
from ..vocabulary import Vocabulary
from . import register
from .base import Guess
from .guesses import scored
from .text import Example, PooledSequence

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WHOLE = 24  # letters that a text has in the end
MOST_AGAIN = 3  # letters of the repetition that are given


@dataclass(frozen=True)
class RecallOptions:
    shortest: int = integer(6, 2, 12, "Shortest", "Letters in the shortest string that repeats")
    longest: int = integer(12, 2, 12, "Longest", "Letters in the longest string that repeats")

    def __post_init__(self) -> None:
        if self.shortest > self.longest:
            raise InputError(
                f"shortest is {self.shortest} and longest is {self.longest}; the shortest string must not be longer than the longest."
            )


@register
class Recall(PooledSequence):
    id = "recall"
    title = "Recall what followed"
    description = "A random string has begun again: go on with it. What follows each letter stands in the text alone, never in the weights."
    example = "k d b q s k d → b q s k …"
    order = 155
    kind = "completion"
    unit = "letter"
    split_words = False
    max_source = WHOLE - 1
    Options = RecallOptions
    options: RecallOptions
    source_vocabulary = target_vocabulary = Vocabulary(LETTERS)
    examples = ("kdbqsykd", "pamtehzip", "wcrolsgfjnwc")
    pinned = "kdbqsykd"
    untaught = "This is no string of different letters that has begun again, so that nothing says how it goes on."

    def make(self, random: Random) -> Example:
        string = random.sample(LETTERS, random.randint(self.options.shortest, self.options.longest))
        return _cut(string, random.randint(1, MOST_AGAIN))

    def edges(self) -> Iterator[Example]:
        """Strings in the order of the alphabet, shortest and longest, from each of its letters."""
        for length in {self.options.shortest, self.options.longest}:
            yield from (_cut((LETTERS + LETTERS)[first : first + length], 1) for first in range(len(LETTERS)))

    def siblings(self, source: tuple[str, ...], answer: tuple[str, ...]) -> str:
        """One text, wherever it is cut."""
        return "".join((*source, *answer))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The rest of the text, or None where it has not begun again."""
        if source[0] not in source[1:]:
            return None
        string = source[: source.index(source[0], 1)]
        return whole(string)[len(source) :] if whole(string)[: len(source)] == source and len(set(string)) == len(string) else None

    def max_steps(self, source_length: int) -> int:
        return WHOLE + 1

    def guesses(self) -> Iterator[Guess]:
        """As if every string had so many letters."""
        yield from super().guesses()
        yield from scored(
            self, {f"always {n} letters back": partial(_back, n) for n in range(self.options.shortest, self.options.longest + 1)}
        )

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        low, high = self.options.shortest, self.options.longest
        middle = (low + high) // 2
        return {
            f"strings of {low} to {middle} letters": lambda source: source.index(source[0], 1) <= middle,
            f"strings of {middle + 1} to {high} letters": lambda source: source.index(source[0], 1) > middle,
        }


def _cut(string: Sequence[str], again: int) -> Example:
    """The text of a string, up to so many letters of its repetition, and the rest."""
    return whole(string)[: len(string) + again], whole(string)[len(string) + again :]


def whole(string: Sequence[str]) -> tuple[str, ...]:
    """The string again and again."""
    return tuple(string[i % len(string)] for i in range(WHOLE))


def _back(distance: int, source: tuple[str, ...]) -> tuple[str, ...]:
    text = list(source)
    while len(text) < WHOLE:
        text.append(text[max(len(text) - distance, 0)])
    return tuple(text[len(source) :])
