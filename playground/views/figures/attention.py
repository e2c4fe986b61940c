"""Where the decoder looked: one row per output, one column per source token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ...errors import InputError
from ...inference.attention_maps import crossing
from ...tracing import Trace
from ..style import MONO, Rich, color, decimals, escape, meta

if TYPE_CHECKING:
    from ...storage.run import Run


class Info(NamedTuple):
    source: tuple[str, ...]
    tokens: tuple[str, ...]
    weights: NDArray[np.float32]  # (T, S)
    looks_at: NDArray[np.intp]  # (T,) position of the highest weight
    spread: NDArray[np.float32]  # (T,) perplexity of each row: over how many positions the weight is spread


def extract(trace: Trace) -> Info | None:
    """None where the model has no attention."""
    sites: Mapping[str, NDArray[np.float32]] = trace
    if trace.beam:  # of the final hypotheses the best one
        sites = {site: trace[site][0][: len(trace.tokens)] if site.startswith("decoder.") else trace[site][0] for site in trace}
    weights = crossing(sites, len(trace.source), trace.positions)
    if weights is None:
        return None
    entropy = -(weights * np.log2(np.maximum(weights, 1e-30))).sum(-1)
    return Info(trace.source, trace.tokens, weights, weights.argmax(-1), np.exp2(entropy))


def reading(info: Info, step: int) -> Rich:
    at, weight = int(info.looks_at[step]), float(info.weights[step].max())
    return [
        ("", f"Step {step + 1} looks at state "),
        ("b", str(at + 1)),
        ("", ", "),
        ("e", f"‘{info.source[at]}’"),
        ("", ", weight "),
        ("b", decimals(weight)),
        ("", "; spread over "),
        ("b", f"{info.spread[step]:.1f}"),
        ("", " positions." if round(float(info.spread[step]), 1) != 1 else " position."),
    ]


def draw(info: Info) -> go.Figure:
    figure = go.Figure(
        go.Heatmap(
            z=info.weights,
            zmin=0,
            zmax=1,
            xgap=1,
            ygap=1,
            colorscale=[[0, color("r0")], [0.6, color("code")], [1, color("code-r1")]],
            hovertemplate="output %{y}, source %{x}: %{z:.3f}<extra></extra>",
            showscale=False,
        )
    )
    ticks = {"tickmode": "array", "tickfont": {"family": MONO}, "showgrid": False}
    figure.update_xaxes(
        title="source", tickvals=list(range(len(info.source))), ticktext=[escape(t) for t in info.source], side="top", **ticks
    )
    figure.update_yaxes(
        title="output", tickvals=list(range(len(info.tokens))), ticktext=[escape(t) for t in info.tokens], autorange="reversed", **ticks
    )
    rows = [[f"{i + 1} {t}", *(round(float(w), 4) for w in row)] for i, (t, row) in enumerate(zip(info.tokens, info.weights, strict=True))]
    figure.update_layout(
        meta=meta(
            "Attention",
            reading=reading(info, 0),
            readings=[reading(info, t) for t in range(len(info.tokens))],
            table=(["output", *(f"{i + 1} {t}" for i, t in enumerate(info.source))], rows),
            alt_name="Attention weights, outputs by source positions",
        )
    )
    return figure


def figure(run: Run, given: Any) -> go.Figure:
    info = extract(run.explore(given))
    if info is None:
        raise InputError("This model has no attention; choose attention_seq2seq to see where each output looks.")
    return draw(info)
