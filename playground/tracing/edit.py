"""An intervention as plain data."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError
from ..options import show

DEEPEST = 8  # axes of a quantity
OPS = ("set", "scale", "add", "mask", "patch", "even", "noise", "freeze")
BY_THEMSELVES = ("even", "freeze")  # without a value
MOST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Edit:
    """An intervention as plain data: hashable, JSON-able, valid in a link and in a cache key.

    `site` is a glob over site names. `op`:  `set` replace by `value` · `scale` multiply · `add` · `mask` keep only where
    `value` is 1 (0 elsewhere) · `patch` replace by `value[step]`, a recording of the same site made with another input (by `value` where
    the site has no time axis); rows of growing length may be filled with NaN at the right, as a trace has them · `even` spread what is
    there evenly over all places along the last axis that have any of it, without a `value` · `noise` add normal noise of the
    standard deviation `value`, drawn anew at every step, the same for the same `seed` and in every row of a batch · `freeze` keep at every
    later step what passed at the one of `steps`, without a `value`.
    `value` is a number or nested tuples of numbers, broadcast against the quantity without its batch axis.
    `steps` limits the edit to those steps, from 0 (source positions for encoder sites that are computed in a loop); None means every step.
    `at` limits it to a part of the quantity without its batch axis: pairs (axis, index), so that ((-1, 41),) is unit 41 and ((0, 1),)
    the second head; `value` is then broadcast against that part. `share` is how much of a `set` or a `patch` is taken: 0 leaves what is
    there, and .5 is half-way between.
    Raises InputError for what is no edit; exploring raises it for a site, a step, a place or a shape that the model does not have.
    """

    site: str
    op: str
    value: Any = None
    steps: tuple[int, ...] | None = None
    at: tuple[tuple[int, int], ...] = ()
    share: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.site, str) or not self.site:
            raise InputError(f"An edit needs the name of a site, not {show(self.site)}.")
        if not isinstance(self.op, str) or self.op not in OPS:
            raise InputError(f"{show(self.op)} is not an edit; there are: {', '.join(OPS)}.")
        value = _tuples(self.value)
        object.__setattr__(self, "at", _places(self.at))
        if self.op == "patch" and isinstance(value, tuple):
            value = tuple(map(_unpadded, value))
        object.__setattr__(self, "value", value)
        self._check_value()
        self._check_rest()
        if self.steps is not None:
            steps = _tuples(list(self.steps) if isinstance(self.steps, range) else self.steps)
            if not isinstance(steps, tuple) or not steps or not all(type(s) is int and s >= 0 for s in steps):
                raise InputError(
                    f"The steps of an edit must be a list of whole numbers from 0, not {show(self.steps)}; without it, every step."
                )
            object.__setattr__(self, "steps", steps)
        if self.op == "freeze" and (self.steps is None or len(self.steps) != 1):
            raise InputError(f"A freeze needs the one step from which on it holds, such as steps=(2,), not {show(self.steps)}.")

    def _check_value(self) -> None:
        """Raises InputError for a value that the op has no use for."""
        if self.op in BY_THEMSELVES:
            if self.value is not None:
                raise InputError(f"What is done by {self.op} is made of what is there; it takes no value, not {show(self.value)}.")
            return
        every = self.value if self.op == "patch" and isinstance(self.value, tuple) else (self.value,)
        if not all(map(_is_finite, every)):
            raise InputError(f"The value of an edit must be finite numbers in rows of equal length, not {show(self.value)}.")
        if self.op == "patch" and not isinstance(self.value, tuple):
            raise InputError(f"A patch needs a recording of its site, not the single number {show(self.value)}; use set for that.")
        if self.op == "noise" and bool(np.any(np.less(self.value, 0))):
            raise InputError(f"The size of noise must be a number from 0, not {show(self.value)}.")

    def _check_rest(self) -> None:
        """Raises InputError for a share or a seed that there cannot be."""
        if type(self.share) not in (int, float) or not 0 <= self.share <= 1:
            raise InputError(f"The share of an edit must be a number from 0 to 1, not {show(self.share)}.")
        if self.share != 1 and self.op not in ("set", "patch"):
            raise InputError(f"Only set and patch take a share, {self.op} does not; leave out share={show(self.share)}.")
        if type(self.seed) is not int or not 0 <= self.seed <= MOST_SEED:
            raise InputError(f"The seed of an edit must be a whole number from 0, not {show(self.seed)}.")

    def json(self) -> dict[str, Any]:
        """The arguments that make it again."""
        return asdict(self)

    def apply(self, value: Tensor, step: int) -> Tensor:
        """The quantity (B, …) of this step, changed. Raises InputError where shapes do not fit. What a freeze holds, a recording keeps."""
        if not self.at:
            return self._changed(value, step)
        where, after = self.part(value), value.clone()
        after[where] = self._changed(value[where], step)
        return after

    def part(self, value: Tensor) -> tuple[Any, ...]:
        """The index, batch axis first, of what `at` names. Raises InputError where this quantity has no such place."""
        sizes = tuple(value.shape[1:])
        where: list[Any] = [slice(None)] * value.dim()
        for axis, index in self.at:
            if not -len(sizes) <= axis < len(sizes) or not 0 <= index < sizes[axis]:
                raise InputError(f"The edit of {self.site} is at index {index} of axis {axis}; here the quantity has shape {sizes}.")
            where[axis % len(sizes) + 1] = index
        return tuple(where)

    def _changed(self, value: Tensor, step: int) -> Tensor:
        if self.op == "even":
            some = (value != 0).to(value.dtype)
            return some * (value.sum(-1, keepdim=True) / some.sum(-1, keepdim=True).clamp(min=1))
        numbers = self.value
        if self.op == "patch" and _depth(numbers) == value.dim():  # a recording with a time axis (else the site is tapped once)
            if step >= len(numbers):
                return value
            numbers = numbers[step]
        try:
            given = torch.as_tensor(np.asarray(numbers, dtype=np.float64), dtype=value.dtype, device=value.device).expand(value.shape[1:])
        except (RuntimeError, ValueError):
            shape = f"values of shape {np.shape(numbers)}" if _is_finite(numbers) else "rows of growing length"
            raise InputError(f"The edit of {self.site} has {shape}; here the quantity has shape {tuple(value.shape[1:])}.") from None
        if self.op in ("set", "patch"):
            put = torch.empty_like(value).copy_(given.expand_as(value))  # laid out in memory as it was: kernels differ in the last bit
            return put if self.share == 1 else value if self.share == 0 else torch.lerp(value, put, self.share)
        if self.op == "noise":
            drawn = np.random.default_rng([self.seed, step]).standard_normal(tuple(value.shape[1:]))
            return value + given * torch.as_tensor(drawn, dtype=value.dtype, device=value.device)
        return value + given if self.op == "add" else value * given


def _places(at: Any) -> tuple[tuple[int, int], ...]:
    """Pairs of an axis and an index from 0. Raises InputError."""
    places = _tuples(at)
    pairs = places if isinstance(places, tuple) else (None,)
    if not all(isinstance(pair, tuple) and len(pair) == 2 and all(type(part) is int for part in pair) and pair[1] >= 0 for pair in pairs):
        raise InputError(f"The place of an edit must be pairs of an axis and an index from 0, such as ((-1, 41),), not {show(at)}.")
    return pairs


def _is_finite(value: Any) -> bool:
    """Whether these are numbers, in rows of equal length, that float32 can hold."""
    try:
        array = np.asarray(value)
        return array.dtype.kind in "biuf" and bool((np.abs(array) <= np.finfo(np.float32).max).all())
    except (TypeError, ValueError, OverflowError):
        return False


def _unpadded(row: Any) -> Any:
    """One step of a recording without the NaN at the right that a trace fills rows of growing length with."""
    if not isinstance(row, tuple):
        return row
    if any(isinstance(part, tuple) for part in row):
        return tuple(map(_unpadded, row))
    length = len(row)
    while length and isinstance(row[length - 1], float) and math.isnan(row[length - 1]):
        length -= 1
    return row[:length]


def _depth(value: Any) -> int:
    return 1 + _depth(value[0]) if isinstance(value, tuple) and value else 0


def _tuples(value: Any, deep: int = 0) -> Any:
    """Arrays and lists as tuples, down to as many axes as an array can have; what lies deeper is left as it is, and no number."""
    if isinstance(value, np.ndarray | Tensor):
        value = value.tolist()
    return tuple(_tuples(v, deep + 1) for v in value) if isinstance(value, list | tuple) and deep < DEEPEST else value
