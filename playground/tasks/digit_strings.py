"""What `reverse` and `copy` share: strings of digits, of mixed length, split into training and held-out by a hash."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import InputError
from ..options import integer
from ..vocabulary import EOS, PAD, Vocabulary, graphemes, normalise
from . import Batch, SequenceTask

DIGITS = Vocabulary("0123456789")
FIRST = DIGITS.ids["0"]
MAX_TEXT = 200  # characters: far more than the longest input with spaces


@dataclass(frozen=True)
class DigitOptions:
    min_length: int = integer(3, 1, 12, "Shortest", "Digits in the shortest training input")
    max_length: int = integer(12, 1, 12, "Longest", "Digits in the longest training input")

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
        if not isinstance(text, str):
            raise InputError(f"The input must be text such as 3 1 4 1 5, not {type(text).__name__}.")
        if len(text) > MAX_TEXT:
            raise InputError(f"The input has {len(text):,} characters; at most {MAX_TEXT} are read. Type up to {self.max_source} digits.")
        tokens = tuple(t for t in graphemes(normalise(text)) if not t.isspace())
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
        low, high = self.trained_lengths
        length = int(torch.randint(low, high + 1, (), generator=generator))
        return "".join(str(d) for d in torch.randint(10, (length,), generator=generator).tolist())

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        digits, lengths = self._draw(count, generator)
        while (held := is_held_out(digits, lengths)).any():
            digits[held], lengths[held] = self._draw(int(held.sum()), generator)
        return self._batch(digits, lengths)

    def held_out(self, count: int, seed: int = 0) -> Batch:
        generator = torch.Generator().manual_seed(7_919 + seed)
        drawn: list[tuple[Tensor, Tensor]] = []
        while sum(len(lengths) for _, lengths in drawn) < count:
            digits, lengths = self._draw(12 * count, generator)
            held = is_held_out(digits, lengths)
            drawn.append((digits[held], lengths[held]))
        return self._batch(torch.cat([d for d, _ in drawn])[:count], torch.cat([n for _, n in drawn])[:count])

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


def is_held_out(digits: Tensor, lengths: Tensor) -> Tensor:
    """True for the tenth of all strings that training never sees: a polynomial hash of content and length. (B,)"""
    value = lengths.clone()
    for column in digits.T:
        value = (value * 31 + column + 1) % 1_000_003
    return value % 10 == 0
