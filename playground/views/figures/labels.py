"""Where labels stand beside their marks: in the freest of eight places, or nowhere if they would cover one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PLACES = {
    f"{vertical} {side}": ((side == "right") - (side == "left"), (vertical == "top") - (vertical == "bottom"))
    for vertical in ("top", "bottom", "middle")
    for side in ("right", "left", "center")
    if (vertical, side) != ("middle", "center")
}
OFFSETS = np.array(list(PLACES.values()))  # (8, 2)
PANEL = np.array([290, 180])  # pixels between the axes of a usual panel
MARGINS = 0.06, 0.16  # left and right of the data, in widths of the data
LETTER, LINE, GAP = 7.3, 13, 4  # pixels: a letter, a line, from the middle of a mark to its label
FAR = 1e4
WALLS = np.array([[-FAR, -FAR, -MARGINS[0] * PANEL[0], FAR], [(1 + MARGINS[1]) * PANEL[0], -FAR, FAR, FAR]])

Array = NDArray[np.floating]
Boxes = Array  # (N, 4): left, bottom, right, top


def place_labels(points: Array, letters: Sequence[int], low: Array, high: Array) -> tuple[list[str], list[bool]]:
    """The place of each label in Plotly's words, and whether it stands free of the labels placed before it.

    `points` are the marks (N, 2), joined by a path, `letters` the lengths of their labels, `low` and `high` (2,) the ends of the
    data. The first and the last label choose first, then the others in their order; a label that finds no free place takes none.
    """
    at = (points - low) * PANEL / np.maximum(high - low, 1e-6)
    between = [at[:-1] + part * np.diff(at, axis=0) for part in (0.2, 0.4, 0.6, 0.8)]
    marks, path = np.hstack([at - GAP, at + GAP]), np.concatenate(between)
    obstacles = np.concatenate([WALLS, marks, np.hstack([path - 1, path + 1])])
    taken = np.empty((0, 4))
    names, places, free = list(PLACES), [""] * len(at), [False] * len(at)
    for i in dict.fromkeys([0, len(at) - 1, *range(len(at))]):
        half = np.array([letters[i] * LETTER, LINE]) / 2
        middle = at[i] + OFFSETS * (half + GAP)
        boxes = np.hstack([middle - half, middle + half])
        covered = _overlap(boxes, taken)
        best = int(np.argmin((4 * covered + _overlap(boxes, obstacles)).round()))
        places[i], free[i] = names[best], bool(covered[best] < 0.1 * 4 * half.prod())
        if free[i]:
            taken = np.concatenate([taken, boxes[best : best + 1]])
    return places, free


def _overlap(boxes: Boxes, others: Boxes) -> Array:
    """The area of each box (N, 4) that lies under the others (M, 4), in square pixels: (N,)."""
    sides = np.minimum(boxes[:, None, 2:], others[:, 2:]) - np.maximum(boxes[:, None, :2], others[:, :2])
    return np.asarray(np.maximum(sides, 0).prod(2).sum(1))
