"""Two models side by side: the same input through both, by length, and what each knows by heart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from ..experiments.lab.by_length import Comparison, Score
from ..experiments.lab.strata import Apart, Pair
from ..tasks import TypedTask
from ..tracing import Trace
from .scene import sequence as scene
from .style import Rich, percent


def decoded(trace: Trace, model: nn.Module, task: TypedTask, name: str, seconds: float | None, untrained: bool) -> dict[str, Any]:
    """An answer token by token, which of them are wrong, and how sure the model was of each; `seconds` are those of its training,
    None where they are not known. What
    `untrained` weights write is neither right nor wrong."""
    told = scene.sequence(trace, model, task, key="", run_label="", untrained=untrained)
    return {
        "name": name,
        "tokens": told["output"],
        "wrong": told["wrong"],
        "probability": told["probability"],
        "verdict": told["verdict"],
        "parameters": size(model),
        "seconds": seconds,
    }


def size(model: nn.Module) -> int:
    """How many parameters a model has."""
    return sum(weight.numel() for weight in model.parameters())


def spec(found: Comparison) -> dict[str, Any]:
    """Curves by length, bars of known and new, and what they say."""
    return {
        "lengths": [[length, a, b, n] for length, (a, b, n) in found.by_length.items()],
        "trained": list(found.trained),
        "unit": found.unit,
        "known": [_score(score) for score in found.known],
        "new": [_score(score) for score in found.new],
        "places": [[place, a, b, n] for place, (a, b, n) in found.by_position.items()],
        "groups": [[name, [[group, a, b, n] for group, (a, b, n) in groups.items()]] for name, groups in found.by_group.items()],
        "apart": [_apart(one) for one in found.apart],
        "place_reading": by_place(found),
        "group_readings": {name: by_group(groups) for name, groups in found.by_group.items()},
        "apart_reading": by_input(found),
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


def by_place(found: Comparison) -> Rich:
    """Where in their answers they differ most."""
    if not found.by_position:
        return [("", "Answers are read off at once: they have no places.")]
    place, (a, b, _) = max(found.by_position.items(), key=lambda item: abs(item[1][0] - item[1][1]))
    if a == b:
        return [("", "Both write as many right tokens at every place.")]
    said: Rich = [("", f"They differ most at output {place + 1}: of the tokens there A has "), ("b", _share(a)), ("", " right, B ")]
    return [*said, ("b", _share(b)), ("", ".")]


def by_group(groups: Mapping[str, Pair]) -> Rich:
    """On which group of inputs they differ most."""
    group, (a, b, n) = max(groups.items(), key=lambda item: abs(item[1][0] - item[1][1]))
    if a == b:
        return [("", "Both score the same on every group.")]
    said: Rich = [("", "They differ most on ‘"), ("b", group), ("", "’: A gets "), ("b", _share(a)), ("", ", B "), ("b", _share(b))]
    return [*said, ("", f" of {n:,} held-out inputs.")]


def by_input(found: Comparison) -> Rich:
    """How many of the inputs listed only one of both answers rightly."""
    if not found.apart:
        return [("", "Both answer every input that was tried rightly.")]
    only = [sum(one.steps[side] is None for one in found.apart) for side in (0, 1)]
    said: Rich = [("", "Of these A alone is right on "), ("b", f"{only[0]}"), ("", ", B alone on "), ("b", f"{only[1]}")]
    outside = sum(one.doubt is not None for one in found.apart)
    return [*said, ("", f"; {outside} lie outside of what was taught." if outside else ".")]


def _apart(one: Apart) -> dict[str, Any]:
    return {
        "given": one.given,
        "right": list(one.right),
        "answers": [list(answer) for answer in one.answers],
        "steps": list(one.steps),
        "gap": one.gap,
        "doubt": one.doubt,
    }


def _share(share: float) -> str:
    return "100 %" if share == 1 else percent(share)
