"""Double every digit: a task as a newcomer writes it, with nothing but the README at hand.

source   3 1
target   3 3 1 1 <eos>
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from playground.options import integer
from playground.tasks import register
from playground.tasks.text import PooledSequence
from playground.vocabulary import Vocabulary

DIGITS = "0123456789"


@dataclass(frozen=True)
class Options:
    longest: int = integer(6, 3, 8, "Longest", "Digits in the longest training input")


@register
class Double(PooledSequence):
    id = "double"
    title = "Double every digit"
    description = "Write each digit twice: the answer is twice as long as what was read."
    example = "3 1 → 3 3 1 1"
    unit = "digit"
    Options = Options
    options: Options
    source_vocabulary = target_vocabulary = Vocabulary(DIGITS)
    split_words = False
    examples = ("31", "272", "123456")
    pinned = "314159"

    def make(self, random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
        source = tuple(random.choice(DIGITS) for _ in range(random.randint(2, self.options.longest)))
        return source, self.answer(source)

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(digit for digit in source for _ in range(2))
