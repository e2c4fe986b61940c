"""Superposition: which features a code keeps, and which of them share its numbers.

    kept      |Wᵢ| ≥ ½                     Wᵢ the direction of feature i
    overlap   Σⱼ≠ᵢ (Wᵢ/|Wᵢ| · Wⱼ)²         over the others that are kept: 0 where all are at right angles to it

N. Elhage et al., "Toy Models of Superposition", 2022.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
LONG = 0.5  # of a direction that is kept
SHARED = 0.1  # overlap of a feature that is in superposition


@dataclass(frozen=True)
class Superposition:
    """Of every feature: the length of its direction, (F,), whether it is `kept`, and whether it is `shared`: in superposition."""

    lengths: Array
    overlap: Array
    kept: NDArray[np.bool_]
    shared: NDArray[np.bool_]

    @property
    def total(self) -> float:
        """How many features are kept, each counted by the share that is: |Wᵢ|², at most 1. A linear code has room for Z."""
        return float(np.minimum(self.lengths**2, 1).sum())


def superposition(directions: Array) -> Superposition:
    """Of directions (F, Z)."""
    lengths = np.linalg.norm(directions, axis=1)
    kept = lengths >= LONG
    along = (directions / np.maximum(lengths, 1e-9)[:, None]) @ directions.T  # (F, F): how far j goes the way of i
    overlap = ((along * ~np.eye(len(directions), dtype=bool)) ** 2 * kept).sum(1) * kept
    return Superposition(lengths, overlap.astype(np.float32), kept, kept & (overlap >= SHARED))
