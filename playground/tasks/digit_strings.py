"""What `reverse` and `copy` share: strings of digits, of mixed length, in parts by a hash."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import InputError
from ..options import integer
from ..vocabulary import EOS, PAD, Vocabulary, graphemes, normalise
from . import Batch, SequenceTask
from .base import Guess
from .guesses import Rule, scored
from .parts import CORNERS, HeldOutPart, Part, lies_in
from .typed import separated

DIGITS = Vocabulary("0123456789")
FIRST = DIGITS.ids["0"]
MAX_TEXT = 200  # characters: far more than the longest input with spaces
AT_ONCE = 16_384  # draws: of those held out the first ones are the same, however many are asked for
REPEATED = 3  # from how many on equal digits are a corner: shorter ones chance draws as well
REARRANGED: dict[str, tuple[str, Rule]] = {  # what might be done with digits, by the task that asks for it
    "copy": ("copying", lambda digits: digits),
    "reverse": ("reversing", lambda digits: digits[::-1]),
    "sort": ("sorting", lambda digits: tuple(sorted(digits))),
    "": ("sorting from large to small", lambda digits: tuple(sorted(digits, reverse=True))),
}
Draw = Callable[[int, torch.Generator], tuple[Tensor, Tensor]]  # so many random digits (B, L), 0 past their lengths (B,)


@dataclass(frozen=True)
class DigitOptions:
    min_length: int = integer(3, 1, 20, "Shortest", "Digits in the shortest training input")
    max_length: int = integer(12, 1, 20, "Longest", "Digits in the longest training input")

    def __post_init__(self) -> None:
        if self.min_length > self.max_length:
            raise InputError(
                f"min_length is {self.min_length} and max_length is {self.max_length}; "
                "the shortest input must not be longer than the longest."
            )


class DigitStrings(SequenceTask):
    """A digit string to the digit string that `rearrange` makes of it, which is as long.

    Where the answer is shorter or longer, build on `PooledSequence` in `text`: it takes whatever `make` gives.
    """

    Options = DigitOptions
    options: DigitOptions
    group = "Digits"
    unit = "digit"
    source_vocabulary = target_vocabulary = DIGITS
    max_source = 24
    examples = ("27", "624917", "91827364")
    pinned = "314159265"

    @property
    def trained_lengths(self) -> tuple[int, int]:
        return self.options.min_length, self.options.max_length

    @abstractmethod
    def rearrange(self, digits: Tensor, lengths: Tensor) -> Tensor:
        """Digits (B, L), zero-filled past their lengths (B,), rearranged the same way: (B, L) again."""

    def guesses(self) -> Iterator[Guess]:
        """What the other tasks ask for."""
        yield from scored(self, {name: rule for asked, (name, rule) in REARRANGED.items() if asked != self.id})

    @property
    def rules(self) -> Mapping[str, Callable[[tuple[str, ...]], bool]]:
        return {
            "every digit once": lambda source: len(set(source)) == len(source),
            "a digit more than once": lambda source: len(set(source)) < len(source),
        }

    def _rearranged(self, digits: Tensor, lengths: Tensor) -> Tensor:
        """Raises InputError where the answers are of another length than what was read."""
        made = self.rearrange(digits, lengths)
        if made.shape != digits.shape:
            raise InputError(
                f"{self.id}: rearrange makes {tuple(made.shape)} digits of {tuple(digits.shape)}; it must keep their number. "
                "For answers that are shorter or longer build on PooledSequence."
            )
        return made

    def parse(self, text: str) -> tuple[str, ...]:
        """Digits; spaces, and marks between them and at the end, are passed over."""
        if not isinstance(text, str):
            raise InputError(f"The input must be text such as 3 1 4 1 5, not {type(text).__name__}.")
        if len(text) > MAX_TEXT:
            raise InputError(f"The input has {len(text):,} characters; at most {MAX_TEXT} are read. Type up to {self.max_source} digits.")
        tokens = tuple(t for t in graphemes(separated(normalise(text))) if not t.isspace())
        if not tokens:
            raise InputError("Type some digits, for example 3 1 4 1 5.")
        DIGITS.encode(tokens)
        if len(tokens) > self.max_source:
            raise InputError(
                f"The input has {len(tokens)} digits; at most {self.max_source} are read. Remove {len(tokens) - self.max_source}."
            )
        return tokens

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...]:
        digits = torch.tensor([[int(t) for t in source]])
        return tuple(str(d) for d in self._rearranged(digits, torch.tensor([len(source)]))[0].tolist())

    def random_text(self, generator: torch.Generator) -> str:
        digits, lengths = drawn_from("test", self._draw, 1, generator)
        return "".join(map(str, digits[0, : int(lengths[0])].tolist()))

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        digits, lengths = drawn_from("train", self._draw, count, generator)
        edges, long = self._repeated()
        if len(long):
            rows = (torch.rand(count, generator=generator) < CORNERS).nonzero()[:, 0]
            chosen = torch.randint(len(long), rows.shape, generator=generator)
            digits[rows], lengths[rows] = edges[chosen], long[chosen]
        return self._batch(digits, lengths)

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        return self._batch(*distinct(part, self._draw, count))

    def corners(self) -> Batch | None:
        """One digit again and again, in every length."""
        digits, lengths = self._repeated()
        return self._batch(digits, lengths) if len(lengths) else None

    def _repeated(self) -> tuple[Tensor, Tensor]:
        low, high = self.trained_lengths
        lengths = torch.arange(min(max(low, REPEATED), high + 1), high + 1)
        digits, lengths = torch.cartesian_prod(torch.arange(10), lengths).T
        return digits[:, None] * (torch.arange(high) < lengths[:, None]), lengths

    def _draw(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        low, high = self.trained_lengths
        lengths = torch.randint(low, high + 1, (count,), generator=generator)
        digits = torch.randint(10, (count, high), generator=generator)
        return digits * (torch.arange(high) < lengths[:, None]), lengths

    def _batch(self, digits: Tensor, lengths: Tensor) -> Batch:
        low, high = self.trained_lengths
        real = torch.arange(high) < lengths[:, None]
        source = torch.where(real, digits + FIRST, PAD)
        target = torch.full((len(digits), high + 1), PAD)
        target[:, :high] = torch.where(real, self._rearranged(digits, lengths) + FIRST, PAD)
        target[torch.arange(len(digits)), lengths] = EOS
        return Batch(source, target, None if low == high else real)


def hashed(digits: Tensor, lengths: Tensor) -> Tensor:
    """A polynomial hash of content and length. A digit repeated is a corner, which trains: its hash is 1. (B,)"""
    value = lengths.clone()
    for column in digits.T:
        value = (value * 31 + column + 1) % 1_000_003
    past = torch.arange(digits.shape[1]) >= lengths[:, None]
    repeated = ((digits == digits[:, :1]) | past).all(1) & (lengths >= REPEATED)
    return value.masked_fill(repeated, 1)


def drawn_from(part: Part, draw: Draw, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """`count` draws that belong to a part: digits (count, L) and lengths (count,)."""
    digits, lengths = draw(count, generator)
    while (wrong := ~lies_in(part, hashed(digits, lengths))).any():
        digits[wrong], lengths[wrong] = draw(int(wrong.sum()), generator)
    return digits, lengths


def distinct(part: Part, draw: Draw, count: int) -> tuple[Tensor, Tensor]:
    """At most `count` different strings of a part, always the same: fewer where there are no more."""
    generator = torch.Generator().manual_seed(7_919 + (part == "test"))
    found: dict[tuple[int, ...], None] = {}
    before = -1
    while before < len(found) < count:
        before = len(found)
        digits, lengths = draw(AT_ONCE, generator)
        chosen = lies_in(part, hashed(digits, lengths))
        found |= dict.fromkeys(map(tuple, torch.cat([lengths[chosen, None], digits[chosen]], dim=1).tolist()))
    rows = torch.tensor(list(found)[:count])
    return rows[:, 1:], rows[:, 0]
