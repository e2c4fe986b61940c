"""Add up a sum in words: the answer is a number, not text.

    source   three plus twelve minus five
    answer   10

What a word is worth depends on the word before it, so that counting words does not tell the total. Digits and signs can
be typed as well: 3 + 12 - 5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from random import Random

from ..errors import InputError
from ..vocabulary import Vocabulary, normalise
from . import register
from .base import Guess
from .guesses import scored
from .text import MAX_TEXT, Example, PooledReader
from .typed import DASHES, ungrouped

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SIGNS = {"plus": 1, "minus": -1}
SPELLED = {"+": "plus", **dict.fromkeys(DASHES, "minus"), **{str(i): word for i, word in enumerate(NUMBERS)}}
FIGURES = re.compile(rf"[0-9]+|[+]|(?<![A-Za-z])-|[{DASHES[1:]}]")  # a hyphen behind a word is none
MOST_TERMS = 4
KINDS = ("numbers", "signs")
HOW = "write numbers with plus or minus between two of them, for example: three plus twelve minus five"


@dataclass(frozen=True)
class Options:
    pass


@register
class Total(PooledReader):
    id = "total"
    title = "Add up"
    description = "Read a sum in words and give its total as one number: regression instead of classification."
    example = "three plus twelve minus five → 10"
    order = 150
    kind = "number"
    unit = "word"
    scale = 10.0
    Options = Options
    source_vocabulary = Vocabulary([*NUMBERS, *SIGNS])
    examples = ("three plus twelve minus five", "12 - 7", "nine minus nine plus one minus eleven")
    pinned = "three plus twelve minus five"

    def make(self, random: Random) -> tuple[tuple[str, ...], int]:
        total = random.randrange(len(NUMBERS))
        words = [NUMBERS[total]]
        for _ in range(random.choice((1, 2, 2, 3, 3, 3))):
            sign, term = random.choice(tuple(SIGNS)), random.randrange(len(NUMBERS))
            words += [sign, NUMBERS[term]]
            total += SIGNS[sign] * term
        return tuple(words), total

    def edges(self) -> Iterator[Example]:
        """A number alone, a number taken from itself, the smallest and the largest totals."""
        for word in NUMBERS:
            yield (word,), NUMBERS.index(word)
            yield (word, "minus", word), 0
        for sign, times in SIGNS.items():
            for word in NUMBERS[:2] + NUMBERS[-2:]:
                yield (word, *((sign, word) * (MOST_TERMS - 1))), NUMBERS.index(word) * (1 + times * (MOST_TERMS - 1))

    def parse(self, text: str) -> tuple[str, ...]:
        """Numbers and signs in turns, in words or in digits, a closing = or =? passed over."""
        if isinstance(text, str) and len(text) <= MAX_TEXT:
            text = re.sub(r"=[\s?]*$", "", text)
            text = FIGURES.sub(lambda found: f" {SPELLED.get(found[0], found[0])} ", ungrouped(normalise(text)))
        tokens = super().parse(text)
        for one, two in pairwise(tokens):
            if (one in SIGNS) == (two in SIGNS):
                raise InputError(f"The {KINDS[one in SIGNS]} {one} and {two} stand side by side; {HOW}")
        if tokens[0] in SIGNS or tokens[-1] in SIGNS:
            raise InputError(f"The sum {'begins' if tokens[0] in SIGNS else 'ends'} with a sign; {HOW}")
        return tokens

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        """The total, or None unless numbers and signs take turns."""
        terms, signs = source[::2], source[1::2]
        if len(terms) != len(signs) + 1 or not set(terms) <= set(NUMBERS) or not set(signs) <= set(SIGNS):
            return None
        return (str(sum(SIGNS[sign] * NUMBERS.index(term) for sign, term in zip(("plus", *signs), terms, strict=True))),)

    def guesses(self) -> Iterator[Guess]:
        yield from super().guesses()
        yield from scored(
            self,
            {
                "the first number": lambda source: self.answer(source[:1]),
                "the first two numbers": lambda source: self.answer(source[:3]),
                "every sign a plus": lambda source: self.answer(tuple("plus" if word in SIGNS else word for word in source)),
            },
        )

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        counts = range(2, MOST_TERMS + 1)
        return {f"{count} numbers": partial(_adds, count) for count in counts}


def _adds(count: int, source: tuple[str, ...]) -> bool:
    return len(source) == 2 * count - 1
