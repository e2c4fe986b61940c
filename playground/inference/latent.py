"""What a decoder draws along a line and over a grid of codes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..models import Autoencoder
from .projection import Projection

Array = NDArray[np.float32]
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


def grid(projection: Projection, reach: Reach, side: int) -> Array:
    """Codes (side², Z) at the middles of the cells of a map, row by row from its top left."""
    (left, right), (low, high) = reach
    middles = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(left + middles * (right - left), high - middles * (high - low))
    return projection.back(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32))
