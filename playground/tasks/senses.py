"""Tasks of pictures and sounds that are told in words."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from .base import TypedTask, WritingTask
from .examples import Batch, Reading


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

    def image(self, reading: Reading) -> NDArray[np.uint8]:
        return self.picture(reading.source[0]).mul(255).round().byte().cpu().numpy()

    def right(self, reading: Reading) -> tuple[str, ...] | None:
        return reading.right

    def readings(self, batch: Batch) -> list[Reading]:
        """Each with the words that are its target."""
        told = [" ".join(self.target_vocabulary.decode(row)) for row in batch.target.tolist()]
        if batch.mask is None:
            return [Reading(row[None], text=text) for row, text in zip(batch.source, told, strict=True)]
        return [Reading(row[None, real], text=text) for row, real, text in zip(batch.source, batch.mask, told, strict=True)]
