"""Tasks of grey pictures, 28 × 28 pixels to themselves, and pictures from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from ..options import choice, show
from .base import Guess, Places, Task
from .examples import Batch, Reading, Watched
from .given import Code, Drawn, Given, HeldOut
from .parts import HeldOutPart, Part

SIDE = 28
FAINT, EVEN, FULL = 0.25, 0.8, 0.6  # ink of an empty picture at most; share of the edge that makes a ground; share of ink, in training .42
ROUGH = 0.5  # share of the edge with ink, in training 1/3 at most
NOT_TAUGHT = "the model was taught nothing but single digits, so what it draws is a guess."


@dataclass(frozen=True)
class PictureOptions:
    without: str = choice(
        "none",
        {"none": "nothing", **{str(digit): f"every {digit}" for digit in range(10)}},
        "Leave out",
        "Training never sees this digit, so that it stays strange; the test part keeps it",
    )


@dataclass(frozen=True)
class NoOptions:
    pass


class PictureTask(Task):
    """Grey pictures of 28 × 28 pixels, ink is 1."""

    kind = "picture"
    Options: ClassVar[type[Any]] = NoOptions
    reads = (HeldOut, Drawn, Code)
    shape, unit = (SIDE, SIDE), "pixel"
    score_name, higher_is_better = "error per pixel", False

    @property
    def left_out(self) -> int | None:
        """The class that training never sees; None where it sees all."""
        return None

    def first(self) -> Given:
        return HeldOut(0)

    def another(self, generator: torch.Generator, shown: Given) -> Given:
        count = len(self.pictures("test")[0])
        if isinstance(shown.origin, HeldOut):  # a step of 1 to count - 1 around the circle
            return HeldOut((shown.origin.index + int(torch.randint(1, count, (), generator=generator))) % count)
        return HeldOut(int(torch.randint(count, (), generator=generator)))

    def check(self, given: Given) -> None:
        super().check(given)
        count = len(self.pictures("test")[0])
        if isinstance(given, HeldOut) and (type(given.index) is not int or not 0 <= given.index < count):
            raise InputError(f"The test set has pictures 0 to {count - 1}; {str(given.index)[:40]!r} is none of them.")

    def perceive(self, given: Any) -> Reading:
        """A picture (28, 28) in 0..1, or a `Code` to be decoded without one. Raises InputError."""
        if isinstance(given, Code):
            if not _are_numbers(given.numbers):
                raise InputError(f"The code is {show(given.numbers)}; it must be a tuple of finite numbers.")
            return Reading(torch.tensor([given.numbers]), is_code=True)
        values = picture(given)
        return Reading(torch.from_numpy(values).reshape(1, SIDE**2), shown=values)

    def drawn(self, values: Any) -> Given:
        """`values` (28, 28) of ink in 0..1, already centred and scaled."""
        return Drawn(tuple(self.as_data(torch.from_numpy(values).reshape(1, -1))[0].tolist()))

    def watched(self, samples: int = 0, places: Places | None = None) -> Watched:
        """There is no pinned picture: the first one stands for it."""
        return Watched(self.held_out("validation", 1 + samples))

    def longest(self) -> Batch:
        return Batch(torch.zeros(1, SIDE**2), torch.zeros(1, SIDE**2))

    @property
    def floor(self) -> Guess:
        """The mean of all training pictures, whatever is given."""
        mean = self.pictures("train")[0].mean(0)
        return "mean picture", float((self.pictures("test")[0] - mean).square().mean())

    def as_data(self, drawn: Tensor) -> Tensor:
        """Drawings (N, 784), already centred and scaled, through whatever the pictures of this task went through."""
        return drawn

    def factors(self, part: Part) -> dict[str, Tensor]:
        """What made each picture of a part as it is, by name (N,); nothing where nobody knows."""
        return {}

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        pictures, labels = self.pictures("train")
        chosen = torch.randint(len(pictures), (count,), generator=generator)
        return Batch(pictures[chosen], pictures[chosen], condition=labels[chosen] if self.labelled else None)

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        pictures, labels = (values[:count] for values in self.pictures(part))
        return Batch(pictures, pictures, condition=labels if self.labelled else None)


class DigitPictures(PictureTask):
    """Pictures of digits, each named; one of the ten may be left out of training."""

    Options = PictureOptions
    options: PictureOptions

    @property
    def left_out(self) -> int | None:
        return None if self.options.without == "none" else int(self.options.without)

    def missing(self, part: Part) -> int | None:
        """The class that a part does without: that of "test" is whole."""
        return None if part == "test" else self.left_out

    def perceive(self, given: Any) -> Reading:
        """The same, ink and paper exchanged where nearly all around the edge is ink."""
        reading = super().perceive(given)
        if reading.is_code:
            return reading
        values = reading.shown
        edge = np.concatenate([values[0], values[-1], values[1:-1, 0], values[1:-1, -1]])
        dark = float(np.ptp(values)) >= FAINT and float((edge > 0.5).mean()) > EVEN
        if dark:
            values, edge = 1 - values, 1 - edge
        return Reading(
            torch.from_numpy(values).reshape(1, SIDE**2),
            read_as="the same with ink and paper exchanged" if dark else None,
            shown=values,
            doubt=_doubt(values, edge),
        )


def but(pictures: Tensor, labels: Tensor, label: int | None) -> tuple[Tensor, Tensor]:
    """Pictures (N, 784) and labels (N,) without those of one class; None leaves all."""
    return (pictures, labels) if label is None else (pictures[labels != label], labels[labels != label])


def _are_numbers(values: Any) -> bool:
    return (
        isinstance(values, tuple)
        and bool(values)
        and all(isinstance(v, int | float) and not isinstance(v, bool) and abs(v) <= np.finfo(np.float32).max for v in values)
    )


def _doubt(values: NDArray[np.float32], edge: NDArray[np.float32]) -> str | None:
    if float(np.ptp(values)) < FAINT:
        return f"There is no line on this picture: {NOT_TAUGHT}"
    if float((edge > 0.3).mean()) > ROUGH or float(values.mean()) > FULL:
        return f"This is no pen line on even paper: {NOT_TAUGHT}"
    return None


def picture(given: Any) -> NDArray[np.float32]:
    """A (28, 28) array of ink in 0..1 from untrusted values. Raises InputError."""
    try:
        if np.iscomplexobj(given):
            raise TypeError
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused below
            values = np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError, OverflowError):
        raise InputError("The picture must be 28 rows of 28 numbers from 0 (paper) to 1 (ink).") from None
    if values.size != 784 or values.shape not in ((28, 28), (784,), (1, 784), (1, 28, 28)):
        raise InputError(f"The picture has shape {values.shape}; it must be 28 rows of 28 numbers from 0 (paper) to 1 (ink).")
    if not np.isfinite(values).all() or values.min() < -1e-6 or values.max() > 1 + 1e-6:
        raise InputError(f"The picture has values from {values.min():g} to {values.max():g}; allowed are 0 (paper) to 1 (ink).")
    return values.reshape(28, 28).clip(0, 1)
