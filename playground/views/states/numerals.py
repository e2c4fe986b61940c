"""Whether tables of words know the order of their numerals: how often what tells them apart turns while they are counted through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...experiments.evidence.spectrum import Spectrum
from ..style import Rich, percent
from .words import HUES, TITLES


def spec(found: Mapping[str, Spectrum]) -> dict[str, Any]:
    """Every table with numerals as the page draws it."""
    return {
        "tables": [
            {
                "name": name,
                "title": TITLES[name],
                "hue": "enc" if name == "source" else "dec",
                "numerals": list(one.numerals),
                "shares": one.shares.tolist(),
                "before": one.before.tolist(),
                "shuffled": one.shuffled,
                "strongest": one.strongest,
                "reading": reading(one),
            }
            for name, one in found.items()
        ]
    }


def reading(one: Spectrum) -> Rich:
    """What the order has to do with the rows, held against the same rows in other orders."""
    share, hue = percent(float(one.shares.max())), HUES[one.name]
    often = {1: "once", 2: "twice"}.get(one.strongest, f"{one.strongest} times")
    counted = f"{one.numerals[0]} to {one.numerals[-1]}"
    against = f"in 95 % of shuffled orders no part has more than {percent(one.shuffled)}"
    if not one.found:
        return [
            ("", "The order of the numerals is not in these rows: the strongest part has "),
            (f"{hue} b", share),
            ("", f", and {against}."),
        ]
    line = " Numbers near each other stand near each other: on a ring or a bow." if one.strongest == 1 else ""
    return [(f"{hue} b", share), ("", f" of what tells them apart turns {often} from {counted}; {against}.{line}")]
