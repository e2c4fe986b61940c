"""The sentence that leads: what is written or answered at each step, and from where.

Weights fall on states, which have read their neighbours, not on tokens; the sentences say so.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from ...models import Reader
from ...tasks import TypedTask
from ...tracing import Trace
from ...vocabulary import SPECIALS
from ..style import Rich, percent
from .halves import COLLAPSED, drawn_code

LOOK: Rich = [("look", "")]
STANDS_OUT = 10  # times even odds


def sentences(
    trace: Trace,
    model: nn.Module,
    task: TypedTask,
    *,
    looks: bool,
    probability: list[float] | None,
    wrong: list[bool] | None,
    right: tuple[str, ...] | None,
    forced: Sequence[int] = (),
) -> list[Rich]:
    """One sentence per step; where `looks`, it holds a segment `("look", "")` for what the chosen head looks at."""
    read = isinstance(model, Reader)
    said: list[Rich] = []
    for t in range(len(trace.tokens)):
        start: Rich = [("b", f"Step {t + 1}."), ("", " ")] if len(trace.tokens) > 1 or not read else []
        if t in forced and probability is not None:
            given: Rich = [("", " was forced here; the model gave it "), ("n", percent(probability[t])), ("", ".")]
            said.append([*start, *_token(trace, t), *given])
            continue
        mistaken = wrong is not None and wrong[t]
        sure = _sure(None if probability is None else probability[t], _right_word(right, t, read) if mistaken else None)
        body = _read_off(trace, task, t, looks) if read else _written(trace, task, t, looks)
        said.append([*start, *body, ("", "."), *sure])
    return said


def chances(trace: Trace, model: nn.Module, task: TypedTask, probability: list[float] | None) -> list[Rich]:
    """One sentence per step of a model that has learned nothing: how far what it writes is from even odds."""
    if probability is None:
        return [
            [("b", "Before training"), ("", " the answer "), *_token(trace, t), ("", " means nothing.")] for t in range(len(trace.tokens))
        ]
    what, many = _noun(task, model), len(task.classes)
    all_ = what if isinstance(model, Reader) else "token"  # the end is one, and so are padding and the start, which are never written
    said: list[Rich] = []
    for t, chance in enumerate(probability):
        stands: Rich = [("", f" no {what} stands out: ")] if chance * many < STANDS_OUT else [("", " one stands out by chance alone: ")]
        odds = f"; even odds over all {many} {all_}s would be {percent(1 / many)}."
        leads = trace.probabilities is not None and chance >= trace.probabilities[t].max()  # neither drawn nor forced
        has = ("", " leads with " if leads else " has ")
        said.append([("b", "Before training"), *stands, *_token(trace, t), has, ("b", percent(chance)), ("", odds)])
    return said


def _noun(task: TypedTask, model: nn.Module) -> str:
    """What a model chooses among, by the look of it."""
    written = [token for token in task.classes if token not in SPECIALS]
    if isinstance(model, Reader):
        return "answer"
    return "digit" if all(map(str.isdigit, written)) else "word" if any(len(token) > 2 for token in written) else "token"


def _token(trace: Trace, t: int) -> Rich:
    token = trace.tokens[t]
    return [("d", "end" if token == "end" else f"‘{token}’")]


def _written(trace: Trace, task: TypedTask, t: int, looks: bool) -> Rich:
    start: Rich = [("", "To write "), *_token(trace, t)]
    if looks:
        return [*start, ("", " "), *LOOK]
    if (drawn := drawn_code(trace)) is not None:
        if drawn[1] < COLLAPSED:
            return [*start, ("", " the decoder has only its own state: the code is empty")]
        return [*start, ("", " the decoder has its own state and the code")]
    order = trace.get("decoder.order")
    if order is None:
        return [*start, ("", " the decoder has only its own state, which began as the encoder’s last one")]
    text = (*trace.source, *trace.tokens[:t])
    seen = text[len(text) - int(order[t, 0]) + 1 :] if order[t, 0] > 1 else ()
    if not seen:
        return [*start, ("", " the model looks up how common each word is, and nothing before")]
    return [*start, ("", " the model looks up what followed "), ("d", f"‘{' '.join(seen)}’"), ("", " in training, and nothing before")]


def _read_off(trace: Trace, task: TypedTask, t: int, looks: bool) -> Rich:
    if trace.get("pooling.weights") is not None:
        tail: Rich = [("", " is read off the pooled context: "), *LOOK]
        return [("", "The answer "), *_token(trace, t), *tail]
    where: Rich = [("", ", where "), *LOOK] if looks else []
    if not trace.positions:
        return [("", "The answer "), *_token(trace, t), ("", " is read off the summary state"), *where]
    at = trace.positions[t]
    off: Rich = [("", " is read off state "), ("b", str(at + 1)), *where]
    if task.kind == "tags":
        return [("", "For "), ("e", f"‘{trace.source[at]}’"), ("", " the tag "), *_token(trace, t), *off]
    return [("", "The hidden word "), *_token(trace, t), *off]


def _sure(probability: float | None, right: str | None) -> Rich:
    if probability is None:
        return [] if right is None else [("", " It is "), ("w", "wrong"), ("", f": right is {right}.")]
    sure: Rich = [("", " It is "), ("n", percent(probability)), ("", " sure")]
    return [*sure, ("", ".")] if right is None else [*sure, ("", " and "), ("w", "wrong"), ("", f": right is {right}.")]


def _right_word(right: tuple[str, ...] | None, t: int, read: bool) -> str:
    if right is None or t > len(right) or (read and t == len(right)):
        return "nothing, the answer is over"
    return f"‘{right[t]}’" if t < len(right) else "end"
