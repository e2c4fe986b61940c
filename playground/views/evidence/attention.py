"""Whether attention explains: one input step by step, and many inputs at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...experiments.evidence.faithfulness import Faithfulness
from ...experiments.evidence.importance import Array, Importance, kendall
from ..states.said import quoted, signed
from ..style import Rich, decimals, percent

NAMES = {
    "attention": ("attention", "weight of its state"),
    "gradient": ("gradient × input", "how fast the answer changes with it"),
    "occlusion": ("occlusion", "what changes in a source without it"),
    "deletion": ("deletion", "what changes with its state hidden from attention"),
}
HOW = {"even": "spread evenly", "permuted": "permuted"}


def one(found: Importance, heads: int = 1) -> dict[str, Any]:
    """A row for attention and for each measure: values (outputs, tokens), and τ of each output; null where there is no order."""
    mean = {"attention": "weight of its state, the mean of all heads"} if heads > 1 else {}
    rows = {"attention": found.weights, **found.measures}
    return {
        "source": list(found.source),
        "written": list(found.written),
        "rows": [
            {
                "id": id,
                "name": NAMES[id][0],
                "about": mean.get(id, NAMES[id][1]),
                "values": values.tolist(),
                "tau": None if id == "attention" else [None if np.isnan(tau) else float(tau) for tau in kendall(found.weights, values)],
            }
            for id, values in rows.items()
        ],
        "readings": [_reading(found, step) for step in range(len(found.written))],
    }


def _reading(found: Importance, step: int) -> Rich:
    """Where it looks most at a step, and what that token measurably did."""
    weights = found.weights[step]
    most = int(np.argmax(weights))
    said: Rich = [("", "For "), ("d", quoted(found.written[step])), ("", " most attention is at "), ("e", quoted(found.source[most]))]
    said += [
        ("", ", "),
        ("b", decimals(float(weights[most]))),
        ("", ". Without that token "),
        ("b", _moved(found.measures["occlusion"], step, most)),
    ]
    said += [
        ("", " of the probabilities move, with only its state hidden "),
        ("b", _moved(found.measures["deletion"], step, most)),
        ("", "."),
    ]
    least = {name: int(np.argmax(values[step])) for name, values in found.measures.items() if int(np.argmax(values[step])) != most}
    others = [(name, at) for name, at in least.items() if name != "deletion"]
    if not others:
        return [*said, ("", " Gradient and occlusion find the same token.")]
    for name, at in others:
        said += [("", f" By {NAMES[name][0]} another tells more: "), ("e", quoted(found.source[at])), ("", ".")]
    return said


def _moved(values: Array, step: int, at: int) -> str:
    return percent(float(values[step, at]))


def many(found: Faithfulness) -> dict[str, Any]:
    """Agreement with each measure, and the share of answers that stay."""
    return {
        "agreements": [[NAMES[one.measure][0], one.tau, list(one.interval), one.shuffled] for one in found.agreements],
        "muted": [[HOW[one.how], one.share, list(one.interval), one.n] for one in found.muted],
        "chance": found.chance,
        "inputs": found.inputs,
        "of": found.of,
        "reading": _over_all(found),
    }


def _over_all(found: Faithfulness) -> Rich:
    best = max(found.agreements, key=lambda one: one.tau)
    worst = min(found.agreements, key=lambda one: one.tau)
    said: Rich = [("", f"Over {found.inputs:,} held-out inputs the weights order tokens most like "), ("b", NAMES[best.measure][0])]
    said += [
        ("", ", τ "),
        ("b", signed(best.tau)),
        ("", ", least like "),
        ("b", NAMES[worst.measure][0]),
        ("", f", τ {signed(worst.tau)}."),
    ]
    for one in found.muted:
        said += [("", f" {'Spread evenly' if one.how == 'even' else 'permuted'}, they leave "), ("b", percent(one.share))]
        said += [("", " of the answers as they were" if one is found.muted[0] else "")]
        said += [
            (
                "",
                ";"
                if one is not found.muted[-1]
                else f". By chance two answers are the same in {'<1 %' if found.chance < 0.01 else percent(found.chance)}.",
            )
        ]
    return said
