"""Examples as tensors: many of them to train on, and one as it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from ..vocabulary import BOS, PAD

NO_ANSWER = -100  # a target that no loss and no score counts; torch's own default for it


@dataclass(frozen=True)
class Batch:
    """Examples as tensors, batch first.

    Sequences: `source` (B, S) and `target` (B, T) token numbers, targets end in EOS; `mask` (B, S) is True where the
    source is real, None where nothing is padded. Pictures or sounds told in words: `source` (B, …) numbers, `mask` (B, S) over
    their frames. Readers: `target` is a class (B,), a number (B,) or, for tags, a class per token (B, S) with NO_ANSWER at
    padding. Grey pictures: `source` and `target` (B, 784) in 0..1, `condition` (B,) their labels, `noise` (B, Z) the draws of a
    model that samples its code while it trains. Features: `source` and `target` (B, F) in 0..1. Of sources with several right answers
    `also` (B, answers, T) holds the others, a row of PAD where there is none. `dropped` (B, T) are the places of `target_in` that are not
    shown to the decoder of a model that drops words while it trains.
    """

    source: Tensor
    target: Tensor
    mask: Bool[Tensor, "batch source"] | None = None
    condition: Int[Tensor, " batch"] | None = None
    noise: Float[Tensor, "batch code"] | None = None
    also: Int[Tensor, "batch answers target"] | None = None
    dropped: Bool[Tensor, "batch target"] | None = None

    @property
    def target_in(self) -> Tensor:
        """What the decoder reads under teacher forcing: the target moved right by one, BOS first. (B, T)"""
        return torch.cat([torch.full_like(self.target[:, :1], BOS), self.target[:, :-1]], dim=1)

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, rows: slice | Tensor) -> Batch:
        return self._each(lambda part: part[rows])

    def to(self, device: torch.device) -> Batch:
        return self._each(lambda part: part.to(device))

    def _each(self, change: Callable[[Tensor], Tensor]) -> Batch:
        more = (None if part is None else change(part) for part in (self.mask, self.condition, self.noise, self.also, self.dropped))
        return Batch(change(self.source), change(self.target), *more)


@dataclass(frozen=True)
class Reading:
    """One input as a model reads it.

    `source` (1, …) is what goes in, `mask` (1, frames) is True where it is real, None where all is. `tokens` are those of a text.
    `read_as` is the form that was read where another one was given; None where they differ in no more than case and spaces.
    Of a picture or a sound `text` is what was drawn or played, and so the right answer, None where nobody knows; `shown` is what
    a visitor sees, an array in 0..1, or hears, (rate, samples); `doubt` says why any answer would be a guess, or what of a text was read
    otherwise than it was typed. `is_code`: `source` is a code itself, and nothing is encoded.
    """

    source: Tensor
    mask: Bool[Tensor, "1 frames"] | None = None
    tokens: tuple[str, ...] = ()
    read_as: str | None = None
    text: str | None = None
    shown: Any = None
    doubt: str | None = None
    is_code: bool = False

    @property
    def right(self) -> tuple[str, ...] | None:
        """What was drawn or played, in tokens."""
        return None if self.text is None else tuple(self.text.split())

    def to(self, device: torch.device) -> Reading:
        return replace(self, source=self.source.to(device), mask=None if self.mask is None else self.mask.to(device))


@dataclass(frozen=True)
class Watched:
    """Inputs that are looked at while a model trains, the pinned one first.

    `batch` is what the model reads of them; its targets are not asked for. `sources` and `right` are tokens: what is looked at, none where
    that is no text, and the answer, none where nobody knows it. `pictures` show what was sensed, in 0..1.
    """

    batch: Batch
    sources: tuple[tuple[str, ...], ...] = ()
    right: tuple[tuple[str, ...], ...] = ()
    pictures: tuple[Tensor, ...] = ()


def pad(rows: list[list[int]], width: int | None = None) -> tuple[Tensor, Tensor]:
    """Token numbers as a rectangle (B, width) filled up with PAD, and the mask that is True where they are real."""
    width = max(map(len, rows)) if width is None else width
    tokens = torch.tensor([row + [PAD] * (width - len(row)) for row in rows])
    return tokens, tokens != PAD


def joined(parts: list[Tensor]) -> Tensor:
    """Batches (B, S, …) of several lengths as one, filled up with 0 to the longest."""
    longest = max(part.shape[1] for part in parts)
    return torch.cat([torch.cat([part, part.new_zeros(len(part), longest - part.shape[1], *part.shape[2:])], dim=1) for part in parts])
