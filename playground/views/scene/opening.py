"""The captions of the opening: what is read, what passes, what is written, in three short clauses under the parts of the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from num2words import num2words
from torch import nn

from ...models.layers.recurrent import Recurrent
from ...tracing import Trace
from ..style import Rich, percent


def captions(trace: Trace, model: nn.Module, vocabulary: Sequence[str], step: int) -> list[Rich]:
    """Of a model that writes tokens and looks back at its encoder's states, at a `step` where it hesitates."""
    count = num2words(len(trace.source))
    ways = ", both ways" if any(part.directions == 2 for part in model.modules() if isinstance(part, Recurrent)) else ""
    assert trace.probabilities is not None
    best, second = np.argsort(-trace.probabilities[step])[:2]
    likely, unlikely = (float(trace.probabilities[step, token]) for token in (best, second))
    return [
        [("b", "It reads"), ("", f" {count} words{ways}: {count} states.")],
        [("b", "It passes"), ("", " one mix of them.")],
        [
            *(("b", "It writes"), ("", " "), ("d", f"‘{trace.tokens[step]}’"), ("", ", only "), ("n", percent(likely)), ("", " sure: ")),
            *(("d", f"‘{vocabulary[second]}’"), ("", " got "), ("n", percent(unlikely)), ("", ".")),
        ],
    ]
