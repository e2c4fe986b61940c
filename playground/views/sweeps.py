"""A sweep as the page draws it: a line of means, a dot for every run, and one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..experiments.sweep import Sweep, said
from ..options import Limit, Value
from .style import Rich

MOST = 5  # values that are offered
TIMES = (0.25, 0.5, 1, 2, 4)  # what a number is now


def spec(found: Sweep, values: Sequence[Value], runs: Sequence[str]) -> dict[str, Any]:
    """All `values`, also those of which no run has ended; `runs` are the names of the points' runs, in their order."""
    spread = found.spread
    return {
        "label": found.label,
        "values": [said(value) for value in values],
        "numbers": [float(value) for value in values] if all(_is_number(value) for value in values) else None,
        "spread": [list(spread[value]) if value in spread else None for value in values],
        "points": [
            [values.index(point.value), point.seed, point.score, point.updates, round(point.seconds, 2), run]
            for point, run in zip(found.points, runs, strict=True)
        ],
        "measure": found.measure,
        "higher": found.higher,
        "reading": reading(found),
    }


def reading(found: Sweep) -> Rich:
    """What the sweep says, in a sentence that was computed."""
    return [("", found.sentence)]


def offered(name: str, limit: Limit, value: Value) -> dict[str, Any]:
    """An option that can be swept: what it may be, and which values are proposed."""
    group = name.partition(".")[0]
    told = {"name": name, "group": group, "label": limit.label, "help": limit.help, "value": value, "type": limit.kind}
    if limit.kind == "choice":
        return {**told, "choices": [list(choice) for choice in limit.choices], "proposed": [key for key, _ in limit.choices][:MOST]}
    if limit.kind == "flag":
        return {**told, "choices": [[False, "off"], [True, "on"]], "proposed": [False, True]}
    return {**told, "low": limit.low, "high": limit.high, "proposed": _around(limit, value)}


def _around(limit: Limit, value: Value) -> list[Value]:
    """Numbers around what it is now, as the option's steps have them; a few of its range where it is nothing now."""
    assert isinstance(value, int | float)
    near = [value * times for times in TIMES] if value else [limit.low + part * (limit.high - limit.low) for part in (0, 0.25, 0.5)]
    made = (min(max(one, limit.low), limit.high) for one in near)
    if limit.kind == "integer":
        return list(dict.fromkeys(round(one) if one < limit.step else round(one / limit.step) * int(limit.step) for one in made))
    return list(dict.fromkeys(float(f"{one:.3g}") for one in made))


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
