"""A paper's figure at the size of a stamp: the mean of its judge seeds, as points that the page draws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...papers.paper import Paper

WIDE, HIGH = 96, 68  # pixels
MOST = 12  # points of a line


def thumb(paper: Paper) -> dict[str, Any]:
    """`lines`, each a list of whole pixels x, y, x, y … from the top left, in the order of the arms; and `taught`, the part of the width
    that training saw. A paper that is not judged has no lines."""
    across, up = paper.axes
    results = paper.judged
    if not results:
        return {"lines": [], "taught": None}
    place = math.log10 if across.logarithmic else float
    means = [
        [(place(x), sum(result.lines[i].y[j] for result in results) / len(results)) for j, x in _thinned(line.x)]
        for i, line in enumerate(results[0].lines)
    ]
    xs = [x for line in means for x, _ in line]
    low, high = min(xs), max(xs)
    top = 1.0 if up.unit == "%" else max(y for line in means for _, y in line)

    def pixel(x: float) -> int:
        return round(WIDE * min(max((x - low) / (high - low), 0.0), 1.0))

    return {
        "lines": [[at for x, y in line for at in (pixel(x), round(HIGH * (1 - y / top)))] for line in means],
        "taught": [pixel(edge) for edge in across.taught] if across.taught else None,
    }


def _thinned(x: tuple[float, ...]) -> list[tuple[int, float]]:
    """At most MOST of them with their numbers, the first and the last among them."""
    chosen = sorted({round(i * (len(x) - 1) / (MOST - 1)) for i in range(MOST)})
    return [(at, x[at]) for at in chosen]
