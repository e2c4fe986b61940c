"""Handwritten digits: scikit-learn's 1,797 scans of 8 × 8, drawn larger.

    input    784 pixels of a handwritten 3
    target   the same 784 pixels, through a code of few numbers

However large they are drawn there are 64 free numbers in each, so a code of 64 or more is no bottleneck here.
Data: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998; shipped with scikit-learn.
"""

from __future__ import annotations

from functools import cache, lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from . import register
from .parts import Part
from .pictures import DigitPictures, but

PARTS = {"train": (slice(1200),), "validation": (slice(1200, 1297),), "test": (slice(1400, None), slice(1297, 1400))}  # of all, shuffled


@register
class Digits(DigitPictures):
    id = "digits"
    title = "Handwritten digits"
    description = "Squeeze real handwriting (8 × 8 scans drawn at 28 × 28) through a small code and draw it again."
    example = "784 → z → 784"
    order = 200

    def pictures(self, part: Part) -> tuple[Tensor, Tensor]:
        return _parted(part, self.missing(part))

    def as_data(self, drawn: Tensor) -> Tensor:
        """Scanned at 8 × 8: autoencoders keep it to a quarter of the error of the sharp drawing, which they have never seen."""
        return _enlarged(F.adaptive_avg_pool2d(drawn.reshape(-1, 1, 28, 28), 8))


def _enlarged(small: Tensor) -> Tensor:
    """Scans (N, 1, 8, 8) as pictures (N, 784)."""
    return F.interpolate(small, 28, mode="bilinear").clamp(0, 1).flatten(1)


@lru_cache(maxsize=8)
def _parted(part: Part, without: int | None) -> tuple[Tensor, Tensor]:
    pictures, labels = (torch.cat([every[rows] for rows in PARTS[part]]) for every in _all())
    return but(pictures, labels, without)


@cache
def _all() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_digits  # imported when first needed: it costs a second

    data = load_digits()
    small = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16
    pictures = _enlarged(small)
    order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(0))
    return pictures[order], torch.tensor(data.target)[order]
