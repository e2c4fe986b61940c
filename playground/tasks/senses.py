"""Tasks of pictures and sounds that are told in words."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from ..vocabulary import PAD
from .base import Places, TypedTask, WritingTask
from .examples import Batch, Reading, Watched, joined


class SensedTask(TypedTask, WritingTask):
    """A picture or a sound in, tokens out: `kind` "caption" or "sound". What is typed is drawn or played first.

    `features` is how many numbers a frame of a sound has.
    """

    features: int = 0

    @abstractmethod
    def places(self, reading: Reading, count: int) -> tuple[str, ...]: ...

    @abstractmethod
    def grid(self, count: int) -> tuple[int, int]: ...

    @abstractmethod
    def picture(self, source: Tensor) -> Tensor:
        """One example's source (…) as a picture in 0..1, (rows, columns, 3) or (rows, columns): how a page shows it small."""

    @abstractmethod
    def max_steps(self, source_length: int = 0) -> int:
        """Decoding stops at EOS or after this many tokens, however large the source is."""

    def canvas(self, reading: Reading, count: int) -> tuple[Tensor, tuple[int, int]]:
        return self.picture(reading.source[0]), self.grid(count)

    def watched(self, samples: int = 0, places: Places | None = None) -> Watched:
        """All filled up to the longest. Of the pinned input the places are named, where somebody says how many; of the others none."""
        pinned = self.perceive(self.pinned)
        alone = Batch(pinned.source, pinned.source, pinned.mask)
        first = Watched(
            alone,
            ((self.pinned,) if places is None else self.places(pinned, places(alone)),),
            (pinned.right or (),),
            (self.picture(pinned.source[0]),),
        )
        return self._and(first, self.held_out(samples, seed=2)) if samples else first

    def _and(self, first: Watched, rows: Batch) -> Watched:
        source, mask = joined([first.batch.source, rows.source]), None
        if rows.mask is not None:
            own = (
                first.batch.source.new_ones(first.batch.source.shape[:2], dtype=torch.bool)
                if first.batch.mask is None
                else first.batch.mask
            )
            mask = joined([own, rows.mask])
        told = map(self.target_vocabulary.decode, rows.target.tolist())
        return Watched(
            Batch(source, source, mask), first.sources + ((),) * len(rows), (*first.right, *told), tuple(map(self.picture, source))
        )

    def longest(self) -> Batch:
        """The pinned one."""
        pinned = self.perceive(self.pinned)
        return Batch(pinned.source, torch.full((1, self.max_steps()), PAD), pinned.mask)
