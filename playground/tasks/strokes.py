"""Digits drawn by a program, 28 × 28, each with a known slant, thickness, size and place.

    input    784 pixels of a drawn 3, slanted by 12 degrees
    target   the same 784 pixels, through a code of few numbers

Unlike scanned handwriting at 8 × 8 these are true 28 × 28 pictures, and the factors that made each one are known.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import torch
from torch import Tensor

from . import register
from .parts import Part
from .pictures import DigitPictures, but

FACTORS = ("slant", "thickness", "size", "place across", "place down")
PARTS = {"train": slice(6_700), "validation": slice(6_700, 7_000), "test": slice(7_000, 8_192)}


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float, n: int = 9) -> list[tuple[float, float]]:
    """Points of an ellipse's arc; degrees, 0 is right, 90 is up."""
    turns = [math.radians(start + (end - start) * i / (n - 1)) for i in range(n)]
    return [(x + rx * math.cos(t), y - ry * math.sin(t)) for t in turns]


# One pen line per digit in a box from -1 to 1, y downwards, resampled to POINTS at equal distances.
PENS: list[list[tuple[float, float]]] = [
    _arc(0, 0, 0.62, 1, 90, 450, 17),
    [(-0.35, -0.6), (0.1, -1), (0.1, 1)],
    [*_arc(0, -0.45, 0.6, 0.55, 165, -40), (-0.6, 1), (0.65, 1)],
    [*_arc(-0.05, -0.5, 0.55, 0.5, 150, -90), *_arc(-0.05, 0.48, 0.62, 0.52, 90, -150)],
    [(0.3, 1), (0.3, -1), (-0.65, 0.4), (0.7, 0.4)],
    [(0.55, -1), (-0.45, -1), (-0.5, -0.15), *_arc(-0.02, 0.38, 0.6, 0.6, 110, -150)],
    [(0.4, -1), (-0.2, -0.55), *_arc(0, 0.42, 0.58, 0.57, 165, 525, 15)],
    [(-0.6, -1), (0.6, -1), (-0.1, 1)],
    [*_arc(0, -0.5, 0.48, 0.48, 270, -90, 13), *_arc(0, 0.48, 0.6, 0.52, 90, -270, 13)],
    [*_arc(0, -0.42, 0.58, 0.57, -15, 345, 15), (0.5, 0.1), (0.15, 1)],
]
POINTS = 72


@register
class Strokes(DigitPictures):
    id = "strokes"
    title = "Drawn strokes"
    description = "Squeeze digits drawn by a program, with known slant, thickness and size, through a small code."
    example = "784 → z → 784"
    order = 210

    def pictures(self, part: Part) -> tuple[Tensor, Tensor]:
        return _parted(part, self.missing(part))[:2]

    def factors(self, part: Part) -> dict[str, Tensor]:
        """Slant in radians, to the right; thickness, size and place of the pen line in pixels."""
        return dict(zip(FACTORS, _parted(part, self.missing(part))[2].unbind(1), strict=True))


@lru_cache(maxsize=8)
def _parted(part: Part, without: int | None) -> tuple[Tensor, Tensor, Tensor]:
    pictures, labels, factors = (every[PARTS[part]] for every in pool())
    return (*but(pictures, labels, without), but(factors, labels, without)[0])


@cache
def pool() -> tuple[Tensor, Tensor, Tensor]:
    """Pictures (N, 784), labels (N,), factors (N, 5): slant in radians, thickness and size in pixels, x and y offset."""
    generator = torch.Generator().manual_seed(0)
    count = PARTS["test"].stop
    labels = torch.randint(10, (count,), generator=generator)
    low = torch.tensor([-0.45, 1.0, 7.0, -2.0, -1.5])
    high = torch.tensor([0.45, 2.4, 10.5, 2.0, 1.5])
    factors = low + (high - low) * torch.rand(count, 5, generator=generator)
    pictures = [draw(labels[i : i + 16], factors[i : i + 16]) for i in range(0, count, 16)]  # 16 at a time stay in the cache
    return torch.cat(pictures), labels, factors


def draw(labels: Tensor, factors: Tensor) -> Tensor:
    """Pictures (N, 784) in 0..1: ink falls off over one pixel around the pen line."""
    slant, thickness, size, dx, dy = factors.T[:, :, None]
    points = _pens()[labels]  # (N, P, 2)
    x = 14 + dx + size * (points[..., 0] - torch.tan(slant) * points[..., 1])
    y = 14 + dy + size * points[..., 1]
    return inked(x, y, thickness)


def inked(x: Tensor, y: Tensor, thickness: Tensor) -> Tensor:
    """Pictures (N, 784) in 0..1 of pen lines through points at x, y (N, P) in pixels, of a thickness (N, 1)."""
    pixel = torch.arange(28.0)[:, None] + 0.5
    across, down = (pixel - x[:, None]).square(), (pixel - y[:, None]).square()  # (N, 28, P): distance is separable
    squared = (down[:, :, None] + across[:, None]).amin(-1)  # (N, 28, 28), to the nearest point of the pen line
    return (thickness[..., None] + 0.5 - squared.sqrt()).clamp(0, 1).flatten(1)


@cache
def _pens() -> Tensor:
    """All pen lines resampled to the same number of points. (10, POINTS, 2)"""
    lines = []
    for pen in PENS:
        points = torch.tensor(pen)
        length = torch.cat([torch.zeros(1), (points[1:] - points[:-1]).norm(dim=1).cumsum(0)])
        wanted = torch.linspace(0, float(length[-1]), POINTS)
        piece = torch.searchsorted(length, wanted).clamp(1, len(points) - 1)
        share = ((wanted - length[piece - 1]) / (length[piece] - length[piece - 1]).clamp(min=1e-6))[:, None]
        lines.append(points[piece - 1] * (1 - share) + points[piece] * share)
    return torch.stack(lines)
