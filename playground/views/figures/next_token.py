"""What the model would write next, or answer: the likeliest tokens or classes of one step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import plotly.graph_objects as go

from ...errors import InputError
from ...models import Autoencoder
from ...tracing import Trace
from ..style import MONO, checked_step, color, escape, meta, percent

if TYPE_CHECKING:
    from ...storage.run import Run


class Info(NamedTuple):
    step: int
    tokens: list[str]
    probabilities: list[float]


def extract(trace: Trace, vocabulary: tuple[str, ...], step: int, count: int = 6) -> Info:
    """The `count` likeliest tokens of a step, best first."""
    if trace.probabilities is None:
        raise InputError("This model answers with a number; there are no probabilities to rank.")
    row = trace.probabilities[step]
    best = row.argsort()[::-1][:count]
    return Info(step, ["end" if vocabulary[i] == "<eos>" else vocabulary[i] for i in best], [float(row[i]) for i in best])


def draw(info: Info) -> go.Figure:
    figure = go.Figure(
        go.Bar(
            x=info.probabilities[::-1],
            y=[escape(t) for t in info.tokens][::-1],
            orientation="h",
            marker={"color": color("dec")},
            text=[percent(p) for p in info.probabilities][::-1],
            textposition="auto",
            hoverinfo="skip",
        )
    )
    figure.update_yaxes(type="category", tickfont={"family": MONO}, showgrid=False)
    figure.update_xaxes(range=[0, 1], tickformat=".0%", title="probability")
    sentence = [("d", f"‘{info.tokens[0]}’"), ("", " gets "), ("b", percent(info.probabilities[0])), ("", ".")]
    rows = [[t, round(p, 6)] for t, p in zip(info.tokens, info.probabilities, strict=True)]
    figure.update_layout(meta=meta(f"Next token, step {info.step + 1}", reading=sentence, table=(["token", "probability"], rows)))
    return figure


def figure(run: Run, given: Any, step: int = 0) -> go.Figure:
    if isinstance(run.model, Autoencoder):
        raise InputError("This model gives its input back and writes no tokens; it has no next token.")
    trace = run.explore(given)
    if trace.probabilities is None:
        raise InputError("This model answers with a number; it has no next token.")
    return draw(extract(trace, run.task.classes, checked_step(step, len(trace.tokens))))
