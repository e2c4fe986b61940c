"""What is dead, on the page: where, which numbers, and what it costs."""

from __future__ import annotations

from typing import Any

from ....experiments.uses.dying import Dead
from ....wire import ink
from ...style import Rich


def spec(found: Dead, other: Dead | None) -> dict[str, Any]:
    """`other` is the run that differs in nothing but the ReLU on code and output, once it is trained."""
    return {"mine": _told(found), "other": None if other is None else _told(other), "n": found.n, "reading": reading(found, other)}


def _told(found: Dead) -> dict[str, Any]:
    return {
        "ink": ink(found.ink[None]),
        "pixels": [int(flag) + 2 * int(used) for flag, used in zip(found.pixels, found.inked, strict=True)],
        "numbers": [bool(flag) for flag in found.numbers],
        "wrong": found.wrong,
        "score": found.score,
        "share": found.share,
        "resting": found.resting,
    }


def reading(found: Dead, other: Dead | None) -> Rich:
    """How much is dead here, and what that costs beside the other."""
    if other is None:
        return [("", found.sentence)]
    bad, good = (found, other) if found.pixels.sum() + found.numbers.sum() >= other.pixels.sum() + other.numbers.sum() else (other, found)
    return [
        ("", "With ReLU on code and output "),
        ("b", f"{bad.wrong} pixels"),
        ("", " that pictures use are never inked, "),
        ("b", f"{int(bad.numbers.sum())} of {len(bad.numbers)} numbers"),
        ("", " stay 0, and the error is "),
        ("b", f"{bad.score / good.score:.1f} times"),
        ("", f" as large, {100 * bad.share:.0f} % of it on dead pixels. A sum that is never positive passes no gradient: dead is dead."),
    ]
