"""Denoising: how much of the clean picture comes back through the code.

    error(σ) = mean (decode(encode(clip(x + σ ε))) − x)²        ε normal, clipped to 0..1 like the pictures

Who was trained on noisy pictures has learned to draw clean ones (P. Vincent et al., "Extracting and Composing Robust Features with
Denoising Autoencoders", 2008); who was not takes noise for ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...errors import InputError
from ...options import show
from ...storage.run import Run
from ..lab.result import Result
from ..pca_baseline import components
from .pictures import MANY, Array, autoencoder, errors, interval

LEVELS = tuple(round(0.1 * step, 1) for step in range(9))
USUAL = 0.3  # the level of a run that was trained without noise
MOST = 4096  # pictures


@dataclass(frozen=True)
class Denoised(Result):
    """The error per pixel against `n` clean pictures at the `level` of noise that a run was trained with, .3 if with none, and its 95 %
    interval.

    By `levels`, standard deviations of the noise: the error of the pictures `left` as they are, of the `model`, of as many principal
    components (`pca`), and of a `plain` run, empty where there is none. `closer`: on how many pictures the model is closer than the
    plain run, or than the picture left as it is.
    """

    n: int
    level: float
    score: float
    interval: tuple[float, float]
    levels: tuple[float, ...]
    left: tuple[float, ...]
    model: tuple[float, ...]
    pca: tuple[float, ...]
    plain: tuple[float, ...]
    closer: int

    @property
    def ratio(self) -> float:
        """The error at its level as a share of the plain run's, or of what is left as it is."""
        return self.score / (self.plain or self.left)[self.levels.index(self.level)]

    @property
    def sentence(self) -> str:
        """What is left of the noise, and whether that is less than a plain run leaves."""
        than = "a plain autoencoder leaves" if self.plain else "is there if nothing is done"
        left = f"{100 * self.ratio:.{0 if self.ratio >= 0.1 else 1}f} %"
        return (
            f"At noise {self.level:g} the error is {self.score:.4f}, {left} of what {than}; "
            f"it is closer on {self.closer:,} of {self.n:,} pictures."
        )

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: noise, left as it is, this run, PCA, and the plain run where there is one."""
        columns = [self.levels, self.left, self.model, self.pca, *([self.plain] if self.plain else [])]
        names = ["noise", "left as it is", "this run", "PCA", *(["plain run"] if self.plain else [])]
        return [names, *map(list, zip(*columns, strict=True))]


def denoise(run: Run, plain: Run | None = None, levels: Sequence[float] = LEVELS, n: int = MANY, seed: int = 0) -> Denoised:
    """Held-out pictures, the same noise for all. Raises InputError for models of something else, levels outside 0 to 1, and n outside
    2..4096."""
    model, other = autoencoder(run), None if plain is None else _plain(run, plain)
    if not isinstance(levels, Sequence) or not levels or not all(_is_level(level) for level in levels):
        raise InputError(f"The levels of noise are {show(levels)}; allowed are numbers from 0 to 1.")
    if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= MOST:
        raise InputError(f"n is {show(n)}; allowed is a whole number from 2 to {MOST:,}.")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise InputError(f"seed is {show(seed)}; allowed is a whole number from 0 to {2**31 - 1}.")
    batch, found = run.task.held_out("test", n), components(run.task)
    level = float(dict(run.recipe.model_options).get("noise") or USUAL)
    chosen = tuple(sorted({*map(float, levels), level}))
    rows: dict[float, tuple[Array, ...]] = {}
    for one in chosen:
        seen = noisy(batch.source, one, seed)
        kept = found.drawn(seen.numpy(), model.code_size)
        rows[one] = (
            np.asarray((seen - batch.source).square().mean(1).double().numpy()),
            errors(model, seen, batch.condition, batch.source),
            np.square(kept - batch.source.numpy()).mean(1),
            *([] if other is None else [errors(other, seen, batch.condition, batch.source)]),
        )
    left, ours, pca, *theirs = (tuple(float(values.mean()) for values in column) for column in zip(*rows.values(), strict=True))
    mine, rival = rows[level][1], rows[level][3 if other is not None else 0]
    return Denoised(
        len(batch),
        level,
        float(mine.mean()),
        interval(mine),
        chosen,
        left,
        ours,
        pca,
        theirs[0] if theirs else (),
        int((mine < rival).sum()),
    )


def noisy(pictures: Tensor, level: float, seed: int) -> Tensor:
    """Pictures (N, 784) with the noise of this seed on them, the same picture by picture for every level and however many there are."""
    generator = torch.Generator().manual_seed(seed)
    return (pictures + level * torch.randn(pictures.shape, generator=generator)).clamp(0, 1)


def _plain(run: Run, plain: Any) -> Any:
    if not isinstance(plain, Run) or plain.recipe.task != run.recipe.task:
        raise InputError(f"plain is {show(plain)}; allowed is a run of an autoencoder on {run.recipe.task}, or nothing.")
    return autoencoder(plain)


def _is_level(level: Any) -> bool:
    return isinstance(level, int | float) and not isinstance(level, bool) and 0 <= level <= 1
