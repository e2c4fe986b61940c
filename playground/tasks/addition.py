"""Add two numbers, digit by digit.

    source   4 7 + 8 5
    target   1 3 2 <eos>

The first digit to write depends on a carry that starts at the last ones: 47 + 85 and 47 + 45 differ in one digit read and in
two written. A pair is in the same part in both orders, so that 85 + 47 does not give 47 + 85 away.

Looking one column to the right is nearly enough: whoever carries, but not through a nine, is right for 97 of 100 sums of two digits.
How much has been learned, sums that carry through a nine tell, which are scored by themselves (`rules`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor

from ..errors import InputError
from ..options import integer
from ..vocabulary import EOS, PAD, Vocabulary, graphemes, normalise
from . import Batch, SequenceTask, register
from .base import Guess
from .guesses import Rule, scored
from .parts import CORNERS, HeldOutPart, Part, lies_in
from .typed import ungrouped

CHARACTERS, DIGITS = Vocabulary("0123456789+"), Vocabulary("0123456789")
FIRST, PLUS = CHARACTERS.ids["0"], CHARACTERS.ids["+"]
MAX_TEXT = 100  # characters, spaces included
MAX_DIGITS = 6  # of one number
CLOSING, PLUS_IN_WORDS = re.compile(r"=?[.!?]*$"), re.compile(r"(?<=\d)(?:plus|and)(?=\d)", re.IGNORECASE)
EVERY = 10_000  # sums: so many are listed, of more some are drawn


@dataclass(frozen=True)
class AdditionOptions:
    digits: int = integer(2, 1, 4, "Digits", "Digits of the largest numbers that are added")


@register
class Addition(SequenceTask):
    id = "addition"
    title = "Add two numbers"
    description = "Read a sum as characters, write its result. Each digit needs the carry from its right."
    example = "47+85 → 132"
    group = "Digits"
    order = 40
    Options = AdditionOptions
    options: AdditionOptions
    unit = "character"
    source_vocabulary, target_vocabulary = CHARACTERS, DIGITS
    max_source = 2 * MAX_DIGITS + 1

    @property
    def trained_lengths(self) -> tuple[int, int]:
        return 3, 2 * self.options.digits + 1

    @property
    def pinned(self) -> str:
        return f"{'4769'[: self.options.digits]}+{'8536'[: self.options.digits]}"

    @property
    def examples(self) -> tuple[str, ...]:
        nines = "9" * self.options.digits
        return self.pinned, f"{nines}+1", f"{nines}+{nines}"

    def guesses(self) -> Iterator[Guess]:
        tried: dict[str, Rule] = {"adding without carrying": without_carrying, "the larger number": larger}
        if self.options.digits > 1:
            tried |= {"each column's sum, one behind the other": side_by_side, "carrying, but not through a nine": carrying_once}
        yield from scored(self, tried)

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        told: dict[str, Callable[[tuple[str, ...]], bool]] = {
            "no carry": lambda source: _carries(source) == 0,
            "a carry": lambda source: _carries(source) == 1,
        }
        return told if self.options.digits == 1 else told | {"a carry through a nine": lambda source: _carries(source) > 1}

    @property
    def strata(self) -> Mapping[str, Mapping[str, Callable[[tuple[str, ...]], bool]]]:
        """By how many columns carry, too."""
        columns = range(self.options.digits + 1)
        return {"carries": {str(count): partial(_carry, count) for count in columns}, **super().strata}

    def parse(self, text: str) -> tuple[str, ...]:
        """Characters of a sum; spaces, marks between thousands, a closing = or =? and zeros in front are passed over."""
        if not isinstance(text, str):
            raise InputError(f"The input must be text such as 47+85, not {type(text).__name__}.")
        if len(text) > MAX_TEXT:
            raise InputError(f"The input has {len(text):,} characters; at most {MAX_TEXT} are read. Type a sum such as 47+85.")
        typed = CLOSING.sub("", PLUS_IN_WORDS.sub("+", "".join(ungrouped(normalise(text)).split())))
        if not typed:
            raise InputError("Type a sum, for example 47+85.")
        CHARACTERS.encode(graphemes(typed))
        numbers = typed.split("+")
        if len(numbers) != 2 or not all(numbers):
            raise InputError("Type two numbers with one plus between them, for example 47+85.")
        numbers = [number.lstrip("0") or "0" for number in numbers]
        longest = max(map(len, numbers))
        if longest > MAX_DIGITS:
            raise InputError(f"A number has {longest} digits; at most {MAX_DIGITS} are read. Remove {longest - MAX_DIGITS}.")
        return tuple("+".join(numbers))

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...] | None:
        numbers = "".join(source).split("+")
        return tuple(str(sum(map(int, numbers)))) if len(numbers) == 2 and all(numbers) else None

    def doubt(self, tokens: tuple[str, ...]) -> str | None:
        """Both numbers together may be as long as those of an example where one of them is longer."""
        longest = max(map(len, "".join(tokens).split("+")))
        if longest > (most := self.options.digits):
            numbers = "of one digit" if most == 1 else f"of up to {most} digits"
            return f"A number has {longest} digits; the model was trained on numbers {numbers}, so expect mistakes."
        return super().doubt(tokens)

    def spell(self, source: tuple[str, ...]) -> str:
        return "".join(source)

    def join(self, tokens: tuple[str, ...]) -> str:
        return "".join(tokens)

    def random_text(self, generator: torch.Generator) -> str:
        return "+".join(map(str, self._drawn_from("test", 1, generator)[0].tolist()))

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        numbers = self._drawn_from("train", count, generator)
        if len(self._edges):
            rows = (torch.rand(count, generator=generator) < CORNERS).nonzero()[:, 0]
            numbers[rows] = self._edges[torch.randint(len(self._edges), rows.shape, generator=generator)]
        return self._batch(numbers)

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        """Of two-digit numbers there are 10,000 sums: all of a part, where so many are asked for."""
        high = 10**self.options.digits
        generator = torch.Generator().manual_seed(7_919)
        if high**2 <= EVERY:
            numbers = torch.cartesian_prod(torch.arange(high), torch.arange(high))
            numbers = numbers[torch.randperm(len(numbers), generator=generator)]
        else:
            numbers = self._draw(4 * EVERY, generator).unique(dim=0)
            numbers = numbers[torch.randperm(len(numbers), generator=generator)]
        return self._batch(numbers[lies_in(part, self._hashed(numbers))][:count])

    def corners(self) -> Batch | None:
        """Single digits, nothing added, the largest numbers, results at or just past a power of ten; none where all have one digit."""
        return self._batch(self._edges) if len(self._edges) else None

    @cached_property
    def _edges(self) -> Tensor:
        high = 10**self.options.digits
        if high == 10:
            return torch.zeros(0, 2, dtype=torch.long)
        small = torch.cartesian_prod(torch.arange(10), torch.arange(10))
        some = torch.arange(0, high, max(1, high // 50))
        nothing = torch.stack([some, torch.zeros_like(some)], dim=1)
        past = torch.stack([some[1:], high + torch.arange(len(some) - 1) % 10 - some[1:]], dim=1)
        tens = torch.arange(high // 10, high, high // 10).repeat(3)
        rounded = torch.stack([tens, high + torch.arange(3).repeat_interleave(9) - tens], dim=1)  # 30 + 71
        largest = torch.tensor([[high - 1, high - 1], [high - 1, 1]])
        edges = torch.cat([small, *(pairs for one in (nothing, past, rounded, largest) for pairs in (one, one.flip(1)))])
        return edges[(edges < high).all(1)].unique(dim=0)

    def _drawn_from(self, part: Part, count: int, generator: torch.Generator) -> Tensor:
        numbers = self._draw(count, generator)
        while (wrong := ~lies_in(part, self._hashed(numbers))).any():
            numbers[wrong] = self._draw(int(wrong.sum()), generator)
        return numbers

    def _hashed(self, numbers: Tensor) -> Tensor:
        """The same for both orders (B, 2); of corners, which train, it is 1. (B,)"""
        small, large = numbers.sort(dim=1).values.T
        mixed = (small * 10_007 + large + 1) * 2_654_435_761 % 2**32
        mixed = (mixed ^ (mixed >> 15)) * 2_246_822_519 % 2**32  # high bits: no rule of last digits says which pairs these are
        high = 10**self.options.digits
        a, b = self._edges.T
        return (mixed >> 14).masked_fill(torch.isin(numbers[:, 0] * high + numbers[:, 1], a * high + b), 1)

    def _draw(self, count: int, generator: torch.Generator) -> Tensor:
        return torch.randint(10**self.options.digits, (count, 2), generator=generator)

    def _batch(self, numbers: Tensor) -> Batch:
        digits, (a, b) = self.options.digits, numbers.T
        plus, end = (torch.full((len(numbers), 1), token) for token in (PLUS, EOS))
        source = left_aligned(torch.cat([written(a, digits), plus, written(b, digits)], dim=1))
        target = left_aligned(torch.cat([written(a + b, digits + 1), end], dim=1))
        return Batch(source, target, source != PAD)


def larger(source: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(max(map(int, "".join(source).split("+")))))


def without_carrying(source: tuple[str, ...]) -> tuple[str, ...]:
    """Each column's sum, modulo ten."""
    return _without_zeros([column % 10 for column in _columns(source)])


def side_by_side(source: tuple[str, ...]) -> tuple[str, ...]:
    """Each column's sum with both its digits: 47 + 85 is 12, 12."""
    return _without_zeros(_columns(source))


def carrying_once(source: tuple[str, ...]) -> tuple[str, ...]:
    """Each column's sum and the carry of the column to its right, which knows of none itself: of 47 + 55 it makes 92."""
    columns = [0, *_columns(source)]
    return _without_zeros([(column + (right > 9)) % 10 for column, right in zip(columns, [*columns[1:], 0], strict=True)])


def _columns(source: tuple[str, ...]) -> list[int]:
    a, b = "".join(source).split("+")
    width = max(len(a), len(b))
    return [int(x) + int(y) for x, y in zip(a.rjust(width, "0"), b.rjust(width, "0"), strict=True)]


def _without_zeros(numbers: list[int]) -> tuple[str, ...]:
    return tuple("".join(map(str, numbers)).lstrip("0") or "0")


def _carries(source: tuple[str, ...]) -> int:
    """How far the furthest carry goes: 0 without any, 1 to the next column, 2 through a nine, and so on."""
    furthest = far = 0
    for column in reversed(_columns(source)):
        far = 1 if column > 9 else far + 1 if far and column == 9 else 0
        furthest = max(furthest, far)
    return furthest


def _carry(columns: int, source: tuple[str, ...]) -> bool:
    """Whether something is carried from so many columns."""
    carried, count = 0, 0
    for column in reversed(_columns(source)):
        carried = int(column + carried > 9)
        count += carried
    return count == columns


def written(numbers: Tensor, width: int) -> Tensor:
    """The tokens of each number's digits, PAD where a zero would stand in front. (B, width)"""
    place = 10 ** torch.arange(width - 1, -1, -1)
    digits = numbers[:, None] // place % 10 + FIRST
    return torch.where((numbers[:, None] >= place) | (place == 1), digits, PAD)


def left_aligned(tokens: Tensor) -> Tensor:
    """The same tokens in the same order, all PAD at the end."""
    return tokens.gather(1, (tokens == PAD).int().argsort(dim=1, stable=True))
