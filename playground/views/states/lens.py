"""The logit lens as a table: a row for each sublayer, a column for each step, the likeliest token in each cell."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...experiments.logit_lens import Depth, Lens
from ..style import Rich, percent
from .said import quoted


def spec(found: Lens) -> dict[str, Any]:
    """The last sublayer first, as it stands on top."""
    order = range(len(found.depths))[::-1]
    return {
        "rows": [
            {
                "name": _short(found.depths[d]),
                "crosses": found.depths[d].kind == "cross-attention",
                "answers": list(found.answers[d]),
                "shares": [float(share) for share in found.shares[d]],
            }
            for d in order
        ],
        "written": list(found.written),
        "reading": reading(found),
        "steps": [step_reading(found, t) for t in range(len(found.written))],
    }


def reading(found: Lens) -> Rich:
    """The sublayer that brings the most of the written tokens to the top."""
    agree, steps = found.agrees.sum(1).tolist(), len(found.written)
    rise = int(np.diff(agree).argmax()) + 1
    if agree[rise] <= agree[rise - 1]:
        return [
            ("", "No sublayer brings more of them to the top: "),
            ("b", f"{agree[0]} of {steps}"),
            ("", " are the written ones already"),
        ]
    place = ("c b" if found.depths[rise].kind == "cross-attention" else "b", _long(found.depths[rise]))
    said: Rich = [
        ("", "Before the "),
        place,
        ("", " only " if agree[rise - 1] * 2 < steps else " "),
        ("b", f"{agree[rise - 1]} of {steps}"),
    ]
    said += [("", f" token{'s' if steps > 1 else ''} would be the one written, after it "), ("b", _count(agree[rise], steps))]
    if agree[rise] != agree[-1]:
        said += [("", ", at the end "), ("b", _count(agree[-1], steps))]
    return [*said, ("", ".")]


def step_reading(found: Lens, t: int) -> Rich:
    """Where, for good, the written token comes to the top, and how sure the model is on either side of that."""
    same, token = found.agrees[:, t], found.written[t]
    written: Rich = [("d", quoted(token))]
    hatched = " Hatched: not the token written."
    if not same[-1]:
        return [("", "The model itself would write "), ("d", quoted(found.answers[-1][t])), ("", " here."), ("", hatched)]
    first = len(same) - next((i for i, agrees in enumerate(same[::-1]) if not agrees), len(same))
    sure, last = _percent(found.shares[first, t]), _percent(found.shares[-1, t])
    if first == 0:
        return [*written, ("", " leads from the embedding on, with "), ("b", sure), ("", ", and ends at "), ("b", last), ("", ".")]
    before = found.answers[first - 1][t]
    said: Rich = [("b", _percent(found.shares[first - 1, t])), ("", " for "), ("d", quoted(before)), ("", " before the ")]
    crosses = found.depths[first].kind == "cross-attention"
    return [
        *said,
        ("c b" if crosses else "b", _long(found.depths[first])),
        ("", ", "),
        ("b", sure),
        ("", " for "),
        *written,
        ("", f" after it.{hatched}"),
    ]


def _count(some: int, of: int) -> str:
    return f"all {of}" if some == of > 1 else str(some)


def _percent(share: Any) -> str:
    return percent(float(share))


def _short(depth: Depth) -> str:
    return str(depth).replace("attention", "attn").replace("feed-forward", "feed-fwd")


def _long(depth: Depth) -> str:
    return f"{depth.kind} of layer {depth.layer}" if depth.layer else depth.kind
