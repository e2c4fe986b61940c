"""Features: what a code learned without labels tells, once a few labels are there, and which of its numbers knows which factor.

    label(x) = label of the nearest of so many labelled pictures, on codes, on as many principal components, on pixels
    factor   = w · code + b, fitted on training pictures; R² on held-out ones, of all numbers and of each alone

Both stand beside a control: labels, or factors, that were shuffled. What it tells is what chance tells.

Y. Bengio, A. Courville, P. Vincent, "Representation Learning: A Review and New Perspectives", 2013.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ...errors import InputError
from ...inference.latent import encoded
from ...models import Autoencoder
from ...storage.run import Run
from ...tasks import PictureTask
from ..lab.result import Result
from ..pca_baseline import components
from .pictures import autoencoder, errors

LABELS = (10, 20, 50, 100, 200, 500, 1000)
AT = 100  # labels at which it is summed up
DRAWS = 20  # of labelled pictures
PROBED = 256  # pictures on which a number is held at its mean
RIDGE = 1e-3

Array = NDArray[np.float64]


class Right(NamedTuple):
    """The share of test pictures that were named right: the mean of the draws, and between what 95 % of them lie."""

    mean: float
    low: float
    high: float


class Factor(NamedTuple):
    """R² of one known factor on test pictures: by each number `alone` (Z,), by all of them, by as many principal components, and by all of
    them fitted on a shuffled factor."""

    name: str
    alone: tuple[float, ...]
    all: float
    pca: float
    control: float

    @property
    def best(self) -> int:
        """The number that knows most of it, from 0."""
        return int(np.argmax(self.alone))


@dataclass(frozen=True)
class Features(Result):
    """What the nearest labelled picture names right of `n` test pictures, by the number of `labels`: on `code`, on `pca` of as many
    numbers, on `pixels`, and on the code with labels that were shuffled (`control`).

    `score` is that of the code with 100 labels, `interval` holds 95 % of the draws. `factors` are those that made the pictures, where they
    are known; `explains` names the numbers of the code, from 0, in order of how much the error grows with each held at its mean.
    """

    n: int
    size: int
    labels: tuple[int, ...]
    code: tuple[Right, ...]
    pca: tuple[Right, ...]
    pixels: tuple[Right, ...]
    control: tuple[Right, ...]
    factors: tuple[Factor, ...]
    explains: tuple[int, ...]

    @property
    def score(self) -> float:
        """With 100 labels, on the code."""
        return self.code[self.labels.index(AT)].mean

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of the draws of these labels."""
        return self.code[self.labels.index(AT)][1:]

    @property
    def sentence(self) -> str:
        """What the code is worth with 100 labels, and which number knows which factor."""
        at = self.labels.index(AT)
        code, pca, pixels, control = (f"{100 * line[at].mean:.3g} %" for line in (self.code, self.pca, self.pixels, self.control))
        told = (
            f"With {AT} labels its code tells {code} of {self.n:,} pictures right; pixels {pixels}, PCA {pca}, shuffled labels {control}."
        )
        known = ", ".join(f"{one.name} z{one.best + 1} ({one.alone[one.best]:.2f})" for one in self.factors)
        return f"{told} Best single numbers, R²: {known}." if known else told

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: labels, or a factor; the code, PCA, pixels, control."""
        rows: list[list[Any]] = [
            [f"{count} labels", *(line[i].mean for line in (self.code, self.pca, self.pixels, self.control))]
            for i, count in enumerate(self.labels)
        ]
        return [
            ["what", "code", "PCA", "pixels", "shuffled"],
            *rows,
            *([f"R², {f.name}", f.all, f.pca, None, f.control] for f in self.factors),
        ]


def features(run: Run) -> Features:
    """What the codes of a run tell. Raises InputError for models that draw no pictures again, and where nobody has named the pictures."""
    model, task = autoencoder(run), run.task
    assert isinstance(task, PictureTask)
    if not task.labelled:
        raise InputError(f"Nobody knows what the pictures of {task.id} show, so no label can be asked for. Ask a run on digits or strokes.")
    (train, labels), (test, right) = task.pictures("train"), task.pictures("test")
    codes = [encoded(model, part, None) for part in (train, test)]
    found, size = components(task), model.code_size
    linear = [found.code(part.numpy(), size) for part in (train, test)]
    known, asked = labels.numpy(), right.numpy()
    counts = (*(count for count in LABELS if count < len(train)), len(train))
    shuffled = np.random.default_rng(0).permutation(known)
    spaces = {"code": codes, "pca": linear, "pixels": [train.numpy(), test.numpy()]}
    nearest = {name: _distances(*space) for name, space in spaces.items()}
    named = {name: tuple(_named(nearest[name], known, asked, counts)) for name in spaces}
    control = tuple(_named(nearest["code"], known, asked, counts, shuffled))
    factors = tuple(_factors(task, codes, linear))
    return Features(len(test), size, counts, named["code"], named["pca"], named["pixels"], control, factors, _explains(model, test, right))


def _distances(known: NDArray[np.float32], asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared, but for what all of a row have in common. (asked, known)"""
    return np.asarray(np.square(known).sum(1) - 2 * asked @ known.T)


def _named(
    distances: NDArray[np.float32], labels: Array, right: Array, counts: tuple[int, ...], said: Array | None = None
) -> Iterator[Right]:
    """By the nearest of so many labelled pictures, as many of each class; `said` is what their labels say, if that is something else."""
    told = labels if said is None else said
    for count in counts:
        shares = []
        for draw in range(DRAWS if count < len(labels) else 1):
            random = np.random.default_rng(draw)
            rows = _balanced(labels, count, random) if count < len(labels) else np.arange(len(labels))
            shares.append(float((told[rows[distances[:, rows].argmin(1)]] == right).mean()))
        low, high = np.quantile(shares, [0.025, 0.975])
        yield Right(float(np.mean(shares)), float(low), float(high))


def _balanced(labels: Array, count: int, random: np.random.Generator) -> NDArray[np.intp]:
    """So many rows, as many of each class as can be."""
    order = random.permutation(len(labels))
    turn = np.empty(len(labels), dtype=int)  # of each row, among those of its class
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        turn[mine] = np.arange(len(mine))
    return np.asarray(order[np.argsort(turn[order], kind="stable")][:count])


def _factors(task: PictureTask, codes: list[NDArray[np.float32]], linear: list[NDArray[np.float32]]) -> Iterator[Factor]:
    """R² on test pictures of lines that were fitted on those that train."""
    asked_of = task.factors("test")
    for name, values in task.factors("train").items():
        fitted, asked = values.numpy().astype(float), asked_of[name].numpy().astype(float)
        shuffled = np.random.default_rng(0).permutation(fitted)
        alone = tuple(_explained([part[:, [unit]] for part in codes], fitted, asked) for unit in range(codes[0].shape[1]))
        yield Factor(name, alone, _explained(codes, fitted, asked), _explained(linear, fitted, asked), _explained(codes, shuffled, asked))


def _explained(parts: list[NDArray[np.float32]], fitted: Array, asked: Array) -> float:
    """R² of least squares."""
    train, test = (np.column_stack([part.astype(float), np.ones(len(part))]) for part in parts)
    weights = np.linalg.solve(train.T @ train + RIDGE * np.eye(train.shape[1]), train.T @ fitted)
    return float(1 - np.square(test @ weights - asked).sum() / np.square(asked - asked.mean()).sum())


@torch.no_grad()
def _explains(model: Autoencoder, pictures: torch.Tensor, labels: torch.Tensor) -> tuple[int, ...]:
    """Numbers of the code in order of how much the error grows with each held at its mean."""
    few, told = pictures[:PROBED], labels[:PROBED] if model.conditions else None
    code, usual = model.encode(few, told), errors(model, few, told).mean()
    grown = []
    for unit in range(code.shape[1]):
        held = code.clone()
        held[:, unit] = code[:, unit].mean()
        grown.append(float((model.decode(held, told) - few).square().mean()) - usual)
    return tuple(int(unit) for unit in np.argsort(-np.array(grown), kind="stable"))
