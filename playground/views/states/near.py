"""Nearest states in context: where else, among held-out inputs, the decoder stood as it stands now."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...experiments.held_out_states import HeldOutStates, Near, nearest
from ...tracing import Trace
from ..style import Rich
from .paths import states_of
from .said import quoted, spelled


def spec(trace: Trace, held_out: HeldOutStates) -> dict[str, Any]:
    """For every step its nearest states, each with its sentence, and what the fifty nearest have in common."""
    states = states_of(trace, "decoder")
    assert states is not None
    found = nearest(held_out, states, trace.tokens, apart_from=trace.source or None)
    due = Counter(held_out.due.tolist())
    used = sorted({int(held_out.of[row]) for near in found for row in near.rows})
    return {
        "inputs": held_out.inputs,
        "tokens": list(trace.tokens),
        "steps": [
            [
                [int(used.index(held_out.of[row])), int(held_out.at[row]), cosine]
                for row, cosine in zip(near.rows, near.cosines, strict=True)
            ]
            for near in found
        ],
        "sentences": [{"target": list(held_out.tokens[i]), "source": spelled(held_out.read[i]) if held_out.read else None} for i in used],
        "readings": [reading(near, token, due, len(held_out.states)) for near, token in zip(found, trace.tokens, strict=True)],
    }


def reading(near: Near, token: str, due: Counter[str], states: int) -> Rich:
    """How many of the nearest states stand before the same token, against how many do at all."""
    if not near.counted:
        return [("", "No other held-out input is there to compare with.")]
    here: Rich = [("d", quoted(token))]
    share: Rich = (
        [("b", f"All {near.counted}")] if near.same == near.counted else [("b", f"{near.same:,}"), ("", f" of the {near.counted}")]
    )
    does = f"{due[token]:,} of all {states:,} states do" if due[token] else f"none of all {states:,} states does"
    return [*share, ("", " nearest states stand before "), *here, ("", f"; {does}.")]
