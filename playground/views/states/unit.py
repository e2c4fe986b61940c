"""One unit opened: what its values tell about the token that is due, and what is missed while it is held at 0."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...experiments.held_out_states import HeldOutStates
from ...experiments.units import Part, Silenced, Split, edges_of, split, telling
from ..style import Rich, percent
from .said import quoted, signed
from .strips import Layer

TOLD = 0.9  # from there on a unit is said to tell
MISSED = 0.01  # of the answers: less is called nothing


def spec(layer: Layer, unit: int | None, held_out: HeldOutStates, silenced: Callable[[int], Silenced]) -> dict[str, Any]:
    """The histograms of a unit's state for every token of this input, and what is said where it stands at each.

    None opens the unit that tells one of these tokens best. `silenced` counts what becomes of answers without a unit.
    """
    due, tokens = held_out.due, list(dict.fromkeys(layer.tokens)) if held_out.tokens else []
    best = telling(held_out.states, due, tokens)
    if unit is None:
        unit = max(best.values(), key=lambda found: found[1], default=(0, 0.0))[0]
    values: NDArray[np.float32] = held_out.states[:, unit]
    edges, effect = edges_of(values), silenced(unit)
    splits = {token: split(values, due, token, edges) for token in tokens or [""]}
    return {
        "path": layer.path,
        "unit": unit,
        "edges": [float(edges[0]), float(edges[-1])],
        "inputs": held_out.inputs,
        "spelled": bool(held_out.tokens),
        "tokens": {token: _split(found) for token, found in splits.items()},
        "best": {token: number for token, (number, _) in best.items()},
        "readings": {token: reading(found, layer.side, effect, held_out.inputs) for token, found in splits.items()},
    }


def reading(found: Split, side: str, silenced: Silenced, inputs: int) -> Rich:
    """Where the values lie at this token and elsewhere, what becomes of the answers without the unit, and both in one verdict."""
    here, others = found.here, found.others
    if not found.token:
        said: Rich = [("", f"In {inputs:,} held-out inputs it lies "), *_between(here), ("", " in 90 % of all steps.")]
        return [*said, *_effect(silenced), ("", "." if silenced.before else "")]
    due, hue = ("is due", "d") if side == "decoder" else ("is read", "e")
    if not here.count:
        said = [(hue, quoted(found.token)), ("", f" {due} nowhere in {inputs:,} held-out inputs; there it lies "), *_between(others)]
        return [*said, ("", "."), *_effect(silenced), ("", "." if silenced.before else "")]
    said = [("", "Where "), (hue, quoted(found.token)), ("", f" {due} it lies "), *_between(here)]
    said += [("", f" in 90 % of {here.count:,} step{'s' if here.count > 1 else ''}")]
    if others.count:
        said += [("", ", elsewhere "), *_between(others)]
    return [*said, ("", "."), *_effect(silenced), *_verdict(found.told, silenced)]


def _effect(silenced: Silenced) -> Rich:
    """Nothing where no answer was right to begin with."""
    if not silenced.before:
        return []
    right: Rich = [("", " Set to 0, "), ("b", f"{silenced.after:,} of {silenced.inputs:,}")]
    stays = silenced.after == silenced.before
    return [*right, ("", " answers stay right" if stays else f" answers are right, with it {silenced.before:,}")]


def _verdict(told: float, silenced: Silenced) -> Rich:
    """Both measures in one clause; it says what was measured and no more."""
    if math.isnan(told):
        return [("", "." if silenced.before else "")]
    tells = told >= TOLD
    if not silenced.before:
        share = f" By it alone, {percent(told)} of pairs of such steps are told apart."
        return [("", share if tells else " It hardly tells the two apart.")]
    needed = silenced.before - silenced.after > MISSED * silenced.inputs
    clause = {
        (True, False): ": it tells, nothing needs it.",
        (True, True): ": it tells, and it is needed.",
        (False, False): ": it hardly tells, nothing needs it.",
        (False, True): ": it hardly tells this, yet it is needed.",
    }
    return [("", clause[tells, needed])]


def _between(part: Part) -> Rich:
    return [("b", f"{signed(part.low)} … {signed(part.high)}")]


def _split(found: Split) -> dict[str, Any]:
    return {"here": list(found.here.histogram), "others": list(found.others.histogram), "n": [found.here.count, found.others.count]}
