"""Tasks of pictures and sounds that are told in words."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from ..vocabulary import PAD
from .base import Places, TypedTask, WritingTask
from .examples import Batch, Reading, Watched, joined

Words = tuple[tuple[str, ...], ...]  # of several inputs


class SensedTask(TypedTask, WritingTask):
    """A picture or a sound in, tokens out: `kind` "caption" or "sound". What is typed is drawn or played first.

    `features` is how many numbers a frame of a sound has.
    """

    features: int = 0

    @abstractmethod
    def render(self, text: str) -> Reading:
        """What is drawn or played of a text. Raises InputError: what was given, what is allowed, what to do."""

    @abstractmethod
    def places(self, reading: Reading, count: int) -> tuple[str, ...]: ...

    @abstractmethod
    def grid(self, count: int) -> tuple[int, int]:
        """How so many states lie on `picture`: rows and columns."""

    @abstractmethod
    def picture(self, source: Tensor) -> Tensor:
        """One example's source (…) as a picture in 0..1, (rows, columns, 3) or (rows, columns): how a page shows it small."""

    @abstractmethod
    def max_steps(self, source_length: int = 0) -> int:
        """Decoding stops at EOS or after this many tokens, however large the source is."""

    def canvas(self, reading: Reading, count: int) -> tuple[Tensor, tuple[int, int]]:
        return self.picture(reading.source[0]), self.grid(count)

    def watched(self, samples: int = 0, places: Places | None = None) -> Watched:
        """The pinned one comes first, all are filled up to the longest. Its places are named, where somebody says how many."""
        pinned = self.perceive(self.pinned)
        batch = Batch(pinned.source, pinned.source, pinned.mask)
        sources: Words = ((self.pinned,) if places is None else self.places(pinned, places(batch)),)
        right: Words = (pinned.right or (),)
        if samples:
            rows = self.held_out("validation", samples)
            batch = _together(batch, rows)
            sources += ((),) * len(rows)
            right += tuple(map(self.target_vocabulary.decode, rows.target.tolist()))
        return Watched(batch, sources, right, tuple(map(self.picture, batch.source)))

    def longest(self) -> Batch:
        """The pinned one."""
        pinned = self.perceive(self.pinned)
        return Batch(pinned.source, torch.full((1, self.max_steps()), PAD), pinned.mask)


def _together(one: Batch, rows: Batch) -> Batch:
    """The sources of both, one above the other."""
    source = joined([one.source, rows.source])
    if rows.mask is None:
        return Batch(source, source)
    own = one.source.new_ones(one.source.shape[:2], dtype=torch.bool) if one.mask is None else one.mask
    return Batch(source, source, joined([own, rows.mask]))
