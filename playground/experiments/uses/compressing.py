"""Compression: how much of a picture so few numbers keep, beside principal components and an autoencoder without curved layers.

    error(z) = mean (decode(encode(x)) − x)²        of a code of z numbers, on pictures that were never seen

A linear autoencoder can at best do what PCA does (P. Baldi, K. Hornik, "Neural Networks and Principal Component Analysis", 1989); what lies
below is the worth of curved layers (G. Hinton, R. Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set, ValuesView
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ...errors import InputError
from ...options import show
from ...storage.run import Run
from ..lab.result import Result
from ..pca_baseline import components
from .pictures import MANY, autoencoder, errors, interval

SIZES = (2, 4, 8, 16, 32, 64, 128)  # numbers in a code
PIXELS = 784


class Kept(NamedTuple):
    """What one autoencoder keeps in `size` numbers: its error per held-out pixel. `linear`: all of its layers are."""

    size: int
    seed: int
    error: float
    linear: bool


@dataclass(frozen=True)
class Compressed(Result):
    """The error per held-out pixel of a run, with its 95 % interval over the `n` pictures.

    `points` are the run's and those of others, `pca` the errors of as many components, for every size from 1 on, and `components` how many
    of them err as little as the run.
    """

    n: int
    size: int
    score: float
    interval: tuple[float, float]
    points: tuple[Kept, ...]
    pca: tuple[float, ...]
    components: int

    @cached_property
    def spread(self) -> dict[tuple[int, bool], tuple[float, float, float]]:
        """By size and whether it is linear: the mean error, the lowest and the highest of its seeds."""
        found: dict[tuple[int, bool], list[float]] = {}
        for point in sorted(self.points):
            found.setdefault((point.size, point.linear), []).append(point.error)
        return {key: (sum(errors) / len(errors), min(errors), max(errors)) for key, errors in found.items()}

    @property
    def sentence(self) -> str:
        """How many times fewer numbers, and how many components would err as little."""
        stands = "1 number stands" if self.size == 1 else f"{self.size} numbers stand"
        needs = "one principal component" if self.components == 1 else f"{self.components} principal components"
        return f"{stands} for {PIXELS} pixels, {PIXELS / self.size:.3g} to 1; the error of {self.score:.4f} is that of {needs}."

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: numbers, error, lowest and highest seed, PCA, linear autoencoder."""
        rows: list[list[Any]] = []
        for size in sorted({point.size for point in self.points} | set(SIZES)):
            mean, low, high = self.spread.get((size, False), (None, None, None))
            rows.append([size, mean, low, high, self.pca[size - 1], self.spread.get((size, True), (None,))[0]])
        return [["numbers", "error per pixel", "lowest", "highest", "PCA", "linear"], *rows]


def compress(run: Run, others: Iterable[Run] = ()) -> Compressed:
    """A run beside PCA, and beside `others`, autoencoders of the same pictures. Raises InputError for others that are not."""
    model, found = autoencoder(run), components(run.task)
    listed: list[Any] = (
        list(others) if isinstance(others, Sequence | Set | Iterator | ValuesView) and not isinstance(others, str) else [others]
    )
    for other in listed:
        if not isinstance(other, Run) or other.recipe.task != run.recipe.task:
            raise InputError(f"others holds {show(other)}; allowed are runs of autoencoders on {run.recipe.task}.")
        autoencoder(other)
    held = run.task.held_out("test", MANY)
    test, labels = held.source, held.condition
    mine = errors(model, test, labels)
    score = float(mine.mean())
    points = [_kept(run, score), *(_kept(one, float(errors(autoencoder(one), test, labels).mean())) for one in listed)]
    pca = tuple(found.errors[1:].tolist())
    return Compressed(len(test), model.code_size, score, interval(mine), tuple(dict.fromkeys(points)), pca, found.needed(score))


def _kept(run: Run, error: float) -> Kept:
    linear = dict(run.recipe.model_options).get("activation") == "none"
    return Kept(autoencoder(run).code_size, run.recipe.seed, error, linear)
