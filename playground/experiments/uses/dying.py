"""What is dead in an autoencoder: pixels that it never inks, and numbers of its code that stay 0, whatever it is shown.

    h = max(0, W x + b)        where W x + b ≤ 0 for all x there is no gradient either: once dead, it stays dead

L. Lu et al., "Dying ReLU and Initialization: Theory and Numerical Examples", 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...storage.run import Run
from ...tasks import PictureTask
from ...tasks.parts import Part
from ..lab.result import Result
from .pictures import MANY, autoencoder, errors, interval

PARTS: tuple[Part, ...] = ("train", "validation", "test")
INKED = 0.05  # ink from which on a pixel counts as used

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Dead(Result):
    """Pixels (784,) and `numbers` of the code (Z,) that are 0 for each of `n` pictures, those of all parts.

    `inked` (784,): pixels that some picture uses, so that it is wrong for them to be dead; `ink` (784,): the mean of all pictures. `score`
    is the error per pixel of test pictures, with its 95 % interval, and `share` of it lies on dead pixels. Of living numbers a share is
    `resting`, at 0 for a given picture.
    """

    n: int
    score: float
    interval: tuple[float, float]
    pixels: Flags
    inked: Flags
    ink: NDArray[np.float32]
    numbers: Flags
    share: float
    resting: float

    @property
    def wrong(self) -> int:
        """Dead pixels that some picture uses."""
        return int((self.pixels & self.inked).sum())

    @property
    def sentence(self) -> str:
        """How much is dead, and what that costs."""
        dead, size = int(self.numbers.sum()), len(self.numbers)
        if not dead and not self.pixels.any():
            return f"Nothing is dead: all {size} numbers move, every pixel is drawn; the error is {self.score:.4f}."
        return (
            f"{self.wrong} pixels that pictures use are never inked and {dead} of {size} numbers stay 0; the error is {self.score:.4f}, "
            f"{100 * self.share:.3g} % of it on dead pixels."
        )

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: what, how many, of how many."""
        return [
            ["what", "dead", "of"],
            ["pixels", int(self.pixels.sum()), len(self.pixels)],
            ["pixels that pictures use", self.wrong, int(self.inked.sum())],
            ["numbers of the code", int(self.numbers.sum()), len(self.numbers)],
        ]


@torch.no_grad()
def dead(run: Run) -> Dead:
    """What of a run is dead. Raises InputError for models that draw no pictures again."""
    model, task = autoencoder(run), run.task
    assert isinstance(task, PictureTask)
    parts = [task.pictures(part) for part in PARTS]
    pictures, labels = (torch.cat(column) for column in zip(*parts, strict=True))
    code = model.encode(pictures, labels)
    drawn = model.decode(code, labels)
    pixels, numbers = (drawn == 0).all(0), (code == 0).all(0)
    held = task.held_out("test", MANY)
    test, told = held.source, held.condition
    squared = (model(test, told) - test).square()
    lost, each = float(squared.sum()), errors(model, test, told)
    alive = code[:, ~numbers]
    return Dead(
        len(pictures),
        float(each.mean()),
        interval(each),
        pixels.numpy(),
        (pictures > INKED).any(0).numpy(),
        pictures.mean(0).numpy(),
        numbers.numpy(),
        float(squared[:, pixels].sum()) / max(lost, 1e-12),
        float((alive == 0).float().mean()) if alive.numel() else 0.0,
    )
