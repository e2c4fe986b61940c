"""Sparse features: some numbers in 0..1, most of them 0, to themselves.

    input    0 0.73 0 0 0.2        five features, each there with probability `density`, then uniform in 0..1
    target   the same five numbers, through a code of two

Feature i counts `decay` ** i in the loss, so that a model with too little room must choose. N. Elhage et al., "Toy Models of
Superposition", 2022.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError
from ..options import integer, number, show
from . import Batch, Reading, TypedTask, Watched, register
from .base import Guess, Places
from .parts import HeldOutPart, Part, lies_in

GRAIN = 10_000  # values come in steps of 1 / GRAIN: fine enough that no two inputs are alike, and still to be typed
AT_ONCE = 16_384  # draws: of those held out the first ones are the same, however many are asked for
PRIME = 1_000_003
MAX_TEXT = 400  # characters
SHOWN = ("0.8 0 0 0 0", "0.8 0 0 0.6 0", "0 0 0 0 1", "0 0.9 0.7 0 0", "0.5 0.5 0.5 0.5 0.5")


@dataclass(frozen=True)
class FeatureOptions:
    features: int = integer(5, 2, 20, "Features", "Numbers in an input")
    density: float = number(0.05, 0.01, 1.0, "Density", "How probably a feature is there, not 0", step=0.01)
    decay: float = number(0.9, 0.5, 1.0, "Importance", "What each feature counts in the loss, as a share of the one before it", step=0.05)


@register
class Features(TypedTask):
    id = "features"
    title = "Sparse features"
    description = "Keep more features than there is room for, as long as few of them are there at once."
    example = "0 0.73 0 0 0.2"
    kind = "features"
    order = 230
    unit = "feature"
    score_name, higher_is_better = "error per feature", False
    Options = FeatureOptions
    options: FeatureOptions

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.options.features,)

    @property
    def examples(self) -> tuple[str, ...]:
        return tuple(self._fitted(text) for text in SHOWN)

    @property
    def pinned(self) -> str:
        return self.examples[0]

    def random_text(self, generator: torch.Generator) -> str:
        return spelled(self._of("test", 1, generator)[0] / GRAIN)

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        return _batch(self._of("train", count, generator))

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        """None is empty: of nothing there is nothing to keep."""
        generator = torch.Generator().manual_seed(7_919 + (part == "test"))
        found: dict[tuple[int, ...], None] = {}
        before = -1
        while before < len(found) < count:
            before = len(found)
            drawn = self._draw(AT_ONCE, generator)
            found |= dict.fromkeys(map(tuple, drawn[lies_in(part, hashed(drawn))].tolist()))
        return _batch(torch.tensor(list(found)[:count]))

    def watched(self, samples: int = 0, places: Places | None = None) -> Watched:
        pinned = torch.cat([self.perceive(self.pinned).source, self.held_out("validation", samples + 1).source])
        return Watched(Batch(pinned[: samples + 1], pinned[: samples + 1]))

    def longest(self) -> Batch:
        return Batch(torch.zeros(1, self.options.features), torch.zeros(1, self.options.features))

    @property
    def floor(self) -> Guess:
        """The mean of all features, whatever is given."""
        test = self.held_out("test", 1024).target
        return "mean feature", float((test - self.options.density / 2).square().mean())

    def perceive(self, given: Any) -> Reading:
        """Numbers in 0..1, typed or in an array: those left out are 0, and those past the last feature are not read. Raises InputError."""
        values, count = self._parsed(given) if isinstance(given, str) else self._listed(given), self.options.features
        read = torch.zeros(1, count)
        read[0, : len(values)] = torch.tensor(values[:count])
        return Reading(
            read,
            read_as=None if len(values) == count else spelled(read[0]),
            shown=read[0].numpy(),
            doubt=f"The input has {len(values)} numbers; this model reads the first {count}." if len(values) > count else None,
        )

    def places(self, reading: Reading, count: int) -> tuple[str, ...]:
        """The features, by number."""
        return tuple(str(i + 1) for i in range(self.options.features))

    def _parsed(self, text: str) -> list[float]:
        if len(text) > MAX_TEXT:
            raise InputError(f"The input has {len(text):,} characters; at most {MAX_TEXT} are read. Type {self._asked}.")
        words = re.split(r"[\s,;]+", text.strip(" \t\n,;"))
        return self._listed([_number(word, self._asked) for word in words if word])

    def _listed(self, given: Any) -> list[float]:
        """As plain numbers, each checked."""
        try:
            if np.iscomplexobj(given):
                raise TypeError
            values = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise InputError(f"The input is {show(given)}; give {self._asked}.") from None
        if values.ndim != 1 or not values.size:
            raise InputError(f"The input holds no numbers; give {self._asked}." if not values.size else f"Give {self._asked}, in one row.")
        if wrong := next((v for v in values.tolist() if not 0 <= v <= 1), None):
            raise InputError(f"The input has the number {wrong:g}; a feature is from 0 (not there) to 1. Give {self._asked}.")
        return [float(v) for v in values]

    @property
    def _asked(self) -> str:
        return f"up to {self.options.features} numbers from 0 to 1, such as {self.pinned}"

    def _fitted(self, text: str) -> str:
        """As many numbers as there are features, 0 past those of the text."""
        words = text.split()
        return " ".join(words[i] if i < len(words) else "0" for i in range(self.options.features))

    def _draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Inputs in steps of 1 / GRAIN. (B, F)"""
        size = (count, self.options.features)
        there = torch.rand(size, generator=generator) < self.options.density
        return torch.randint(1, GRAIN + 1, size, generator=generator) * there

    def _of(self, part: Part, count: int, generator: torch.Generator) -> Tensor:
        """Inputs of a part. (B, F)"""
        drawn = self._draw(count, generator)
        while (wrong := ~lies_in(part, hashed(drawn))).any():
            drawn[wrong] = self._draw(int(wrong.sum()), generator)
        return drawn


def hashed(drawn: Tensor) -> Tensor:
    """A polynomial hash of inputs (B, F). That of an empty one, which trains, is 1. (B,)"""
    value = torch.ones(len(drawn), dtype=torch.long)
    for column in drawn.T:
        value = (value * 7_919 + column) % PRIME
    return value.masked_fill((drawn == 0).all(1), 1)


def spelled(values: Tensor) -> str:
    """Numbers as a visitor types them."""
    return " ".join(f"{v:.4g}" for v in values.tolist())


def _batch(drawn: Tensor) -> Batch:
    values = drawn / GRAIN
    return Batch(values, values)


def _number(word: str, asked: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise InputError(f"{show(word)} is no number. Give {asked}.") from None
