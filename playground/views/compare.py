"""Two models side by side: the same input through both, by length, and what each knows by heart."""

from __future__ import annotations

from typing import Any

from torch import nn

from ..experiments.lab.by_length import Comparison, Score
from ..tasks import TypedTask
from ..tracing import Trace
from .scene import sequence as scene
from .style import Rich, percent


def decoded(trace: Trace, model: nn.Module, task: TypedTask, name: str, seconds: float, untrained: bool) -> dict[str, Any]:
    """An answer token by token, which of them are wrong, and how sure the model was of each; `seconds` are those of its training. What
    `untrained` weights write is neither right nor wrong."""
    told = scene.sequence(trace, model, task, key="", run_label="", untrained=untrained)
    parameters = sum(weight.numel() for weight in model.parameters())
    return {
        "name": name,
        "tokens": told["output"],
        "wrong": told["wrong"],
        "probability": told["probability"],
        "verdict": told["verdict"],
        "parameters": parameters,
        "seconds": seconds,
    }


def spec(found: Comparison) -> dict[str, Any]:
    """Curves by length, bars of known and new, and what they say."""
    return {
        "lengths": [[length, a, b, n] for length, (a, b, n) in found.by_length.items()],
        "trained": list(found.trained),
        "unit": found.unit,
        "known": [_score(score) for score in found.known],
        "new": [_score(score) for score in found.new],
        "length_reading": by_length(found),
        "heart_reading": by_heart(found),
    }


def _score(score: Score) -> list[float]:
    return [score.score, score.n, score.low, score.high]


def by_length(found: Comparison) -> Rich:
    """Where they differ most."""
    if not found.by_length:
        return [("", "No input of any length is new to both.")]
    length, (a, b, n) = max(found.by_length.items(), key=lambda item: (abs(item[1][0] - item[1][1]), item[0]))
    if a == b:
        return [("", "Both score the same at every length.")]
    said: Rich = [("", f"They differ most at {length} {found.unit}s: A gets "), ("b", _share(a)), ("", ", B "), ("b", _share(b))]
    return [*said, ("", f" of {n:,} new inputs.")]


def by_heart(found: Comparison) -> Rich:
    """Whether one of them knows what it was trained on better than what it was not."""
    apart = [name for name, known, new in zip("AB", found.known, found.new, strict=True) if known.low > new.high]
    if apart:
        return [("b", " and ".join(apart)), ("", f" {'have' if len(apart) > 1 else 'has'} learned some of it by heart.")]
    return [("", "The intervals overlap: "), ("b", "no sign"), ("", " of learning by heart.")]


def _share(share: float) -> str:
    return "100 %" if share == 1 else percent(share)
