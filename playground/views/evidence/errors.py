"""What a first error costs: by distance behind it, and teacher forcing beside free running by position."""

from __future__ import annotations

from typing import Any

from ...experiments.evidence.first_errors import FirstErrors
from ..states.said import signed
from ..style import Rich, percent

LITTLE = 0.02  # a difference in shares that is called next to nothing


def spec(found: FirstErrors) -> dict[str, Any]:
    """Both as rows of numbers."""
    by = found.by_position
    positions = zip(by.forced.tolist(), by.free.tolist(), by.first_error.tolist(), by.inputs.tolist(), strict=True)
    return {
        "after": [[one.distance, one.share, list(one.interval), one.control, one.n, one.inputs] for one in found.after],
        "positions": [list(row) for row in positions],
        "right": round(by.right * found.inputs),
        "inputs": found.inputs,
        "places": found.places,
        "of": found.of,
        "reading": reading(found),
    }


def reading(found: FirstErrors) -> Rich:
    """What one wrong token costs, in a sentence that was computed."""
    right = round(found.by_position.right * found.inputs)
    whole: Rich = [("", " By itself it answers "), ("b", f"{right:,} of {found.inputs:,}"), ("", " inputs without an error.")]
    if not found.after:
        return [("", "No answer is long enough to go on behind a wrong token."), *whole]
    first = found.after[0]
    said: Rich = [("", "Behind one wrong token the next is right in "), ("b", _share(first.share)), ("", ", behind the right one in ")]
    said += [("b", _share(first.control)), ("", ".")]
    if first.control - first.share < LITTLE:
        return [*said, ("", " It hardly reads what it wrote."), *whole]
    healed = next((one for one in found.after if one.control - one.share < LITTLE), None)
    if healed is None:
        last = found.after[-1]
        said += [("", f" {last.distance} places on it is still {signed(100 * (last.control - last.share), 0)} points behind.")]
    else:
        said += [("", f" {healed.distance} places on nothing is left of that.")]
    return [*said, *whole]


def _share(share: float) -> str:
    return "all cases" if share == 1 else percent(share)
