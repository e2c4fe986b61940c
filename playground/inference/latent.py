"""What a decoder draws along a line and over a grid of codes, and which codes lie near one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..models import Autoencoder
from ..tasks import Task
from .projection import Projection

Array = NDArray[np.float32]
TINY = 1e-6
NEAR = 10  # neighbours of a code that are asked which digit it is
ROWS = 300  # test pictures at a time: all distances at once would be many
Reach = tuple[tuple[float, float], tuple[float, float]]  # (low, high) across, (low, high) up


@torch.no_grad()
def encoded(model: Autoencoder, pictures: torch.Tensor, labels: torch.Tensor | None) -> Array:
    """Codes (N, Z) of pictures (N, 784); a conditional model is told the labels, or guesses them."""
    if labels is None:
        labels = model.guess(pictures)
    return np.asarray(model.encode(pictures, labels).cpu().numpy(), dtype=np.float32)


@torch.no_grad()
def decoded(model: Autoencoder, codes: Array, condition: int | None = None) -> Array:
    """Pictures (N, 28, 28) of codes (N, Z), all under one condition."""
    told = None if condition is None else torch.full((len(codes),), condition)
    return np.asarray(model.decode(torch.from_numpy(codes), told).view(-1, 28, 28).cpu().numpy(), dtype=np.float32)


def between(first: Array, last: Array, steps: int) -> Array:
    """Codes (steps, Z) at equal distances on the line from one to the other, both included."""
    share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return np.asarray(first + share * (last - first), dtype=np.float32)


def around(first: Array, last: Array, steps: int) -> Array:
    """The same on the arc around the origin: the angle grows evenly, and so does the distance from the origin.

    Codes drawn from N(0, 1) lie near a sphere, all the more the more numbers they have; a straight line cuts through its empty middle.
    """
    lengths = np.linalg.norm(first), np.linalg.norm(last)
    if min(lengths) < TINY:
        return between(first, last, steps)
    ends = first / lengths[0], last / lengths[1]
    angle = np.arccos(np.clip(ends[0] @ ends[1], -1, 1))
    if np.sin(angle) < TINY:  # one direction, or opposite ones, between which no arc is nearer than others
        return between(first, last, steps)
    share = np.linspace(0, 1, steps)[:, None]
    way = (np.sin((1 - share) * angle) * ends[0] + np.sin(share * angle) * ends[1]) / np.sin(angle)
    return np.asarray(way * (lengths[0] + share * (lengths[1] - lengths[0])), dtype=np.float32)


def grid(projection: Projection, reach: Reach, across: int, up: int) -> Array:
    """Codes (across · up, Z) at the middles of the cells of a map, row by row from its top left."""
    (left, right), (low, high) = reach
    x, y = np.meshgrid(left + _middles(across) * (right - left), high - _middles(up) * (high - low))
    return projection.back(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32))


def _middles(cells: int) -> NDArray[np.float64]:
    return (np.arange(cells) + 0.5) / cells


@torch.no_grad()
def deviations(model: Autoencoder, pictures: torch.Tensor, labels: torch.Tensor) -> Array | None:
    """How far codes of pictures (N, 784) are drawn from their means, (N, Z); None where every picture has one code."""
    spread = model.spread(pictures, labels)
    return None if spread is None else np.asarray(spread.cpu().numpy(), dtype=np.float32)


@torch.no_grad()
def worth(model: Autoencoder, pictures: torch.Tensor, labels: torch.Tensor) -> tuple[float, Array]:
    """The error per pixel of pictures (N, 784), and what it is with each number of their codes held at its mean over them. (Z,)"""
    codes = model.encode(pictures, labels)

    def error(held: torch.Tensor) -> float:
        return float((model.decode(held, labels) - pictures).square().mean())

    means = codes.mean(0)
    without = [error(torch.where(torch.arange(codes.shape[1]) == i, means, codes)) for i in range(codes.shape[1])]
    return error(codes), np.array(without, dtype=np.float32)


@dataclass(frozen=True)
class Known:
    """Where a model puts the training pictures: codes (N, Z) and labels (N,); and how it does on the test set.

    `errors` (M,): of every test picture, per pixel, lowest first; `right`: how many of the M its nearest codes tell the digit of,
    None where nobody knows the digits.
    """

    codes: Array
    labels: NDArray[np.int64]
    errors: Array
    right: float | None

    def near(self, codes: Array) -> NDArray[np.int64]:
        """Labels (n, NEAR) of the training pictures nearest to codes (n, Z), nearest first."""
        return _near(self.codes, self.labels, codes)

    def stranger(self, error: float) -> float:
        """Which share of the test set a picture of this error is stranger than."""
        return float(np.searchsorted(self.errors, error) / len(self.errors))


@torch.no_grad()
def known(model: Autoencoder, task: Task) -> Known:
    """Raises InputError for a task without pictures."""
    (pictures, labels), (held_out, right) = task.pictures("train"), task.pictures("test")
    codes, digits = encoded(model, pictures, labels), labels.numpy()
    own = encoded(model, held_out, right)
    errors = (model.decode(torch.from_numpy(own), right) - held_out).square().mean(1).numpy()
    if not task.labelled:
        return Known(codes, digits, np.sort(errors), None)
    votes = np.concatenate([_near(codes, digits, own[i : i + ROWS]) for i in range(0, len(own), ROWS)])
    told = np.array([np.bincount(row).argmax() for row in votes])
    return Known(codes, digits, np.sort(errors), float((told == right.numpy()).mean()))


def _near(codes: Array, labels: NDArray[np.int64], places: Array) -> NDArray[np.int64]:
    """Labels of the NEAR codes that are nearest to places (n, Z)."""
    distances = torch.cdist(torch.from_numpy(places), torch.from_numpy(codes))
    return np.asarray(labels[distances.topk(min(NEAR, len(codes)), largest=False).indices.numpy()])
