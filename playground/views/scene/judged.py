"""What an answer is worth: whether its input was trained on, and whose error a wrong one is."""

from __future__ import annotations

from typing import Any

from torch import nn

from ...inference.decoding import Sample, Strategy
from ...inference.reference import rescored
from ...models import EncoderDecoder
from ...tasks import Task
from ...tracing import Trace
from ..style import Rich


def taught(trace: Trace, model: nn.Module, task: Task, right: tuple[str, ...] | None) -> dict[str, Any] | None:
    """The right answer beside what the model would write after each right beginning; None where it writes none, or nobody knows it."""
    if right is None or trace.probabilities is None or trace.reading is None or not isinstance(model, EncoderDecoder):
        return None
    if task.target_vocabulary is None or not set(right) <= task.target_vocabulary.ids.keys():
        return None  # an answer that this model has no words for
    writes, likely, own = rescored(model, task, trace, right)
    return {"right": [*right, "end"], "writes": list(writes), "likely": likely, "own": own}


def told(known: tuple[bool, int] | None, teaching: dict[str, Any] | None, strategy: Strategy | None) -> Rich:
    """`known`: whether the input was trained on, among how many. `teaching`: of a wrong answer, where the `strategy` found it."""
    return [*_familiar(known), *(_cause(teaching, strategy) if teaching is not None and strategy is not None else [])]


def _familiar(known: tuple[bool, int] | None) -> Rich:
    if known is None:
        return []
    among, count = known
    text = f"one of the {count:,} different inputs it was trained on." if among else f"not among the {count:,} inputs it was trained on."
    return [("b", "Known"), ("", f": {text}")] if among else [("b", "New"), ("", f": {text}")]


def _cause(teaching: dict[str, Any], strategy: Strategy) -> Rich:
    """Model error or search error, by what the model itself gives to either answer."""
    own, right = teaching["own"], teaching["likely"]
    if right <= own:
        return [
            ("w b", " Model error"),
            ("", ": it holds its own answer for likelier, log probability "),
            ("b", f"{_nats(own)}"),
            ("", ", than the right one, "),
            ("b", f"{_nats(right)} nats"),
            ("", "."),
        ]
    found = "this draw" if isinstance(strategy, Sample) else "what was found"
    return [
        ("w b", " Chance" if isinstance(strategy, Sample) else " Search error"),
        ("", ": the model holds the right answer for likelier, log probability "),
        ("b", f"{_nats(right)}"),
        ("", f", than {found}, "),
        ("b", f"{_nats(own)} nats"),
        ("", "."),
    ]


def _nats(value: float) -> str:
    return f"{value:.{2 if value > -10 else 1}f}".replace("-", "−")
