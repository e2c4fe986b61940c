"""Results by length as curves with their intervals: A solid and filled, B dashed and hollow, over what was taught."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ...experiments.lab.by_length import ByLength, Comparison, Score
from ...experiments.sweep import Sweep, said
from ...options import is_number
from ..style import color, escape

HALF = 0.5  # a length beside what was taught


def by_length(found: ByLength) -> go.Figure:
    """One curve, with 95 % intervals."""
    figure = go.Figure()
    lengths, scores = list(found.scores), list(found.scores.values())
    figure.add_scatter(x=lengths, y=[score.score for score in scores], error_y=whiskers(scores), **line(False))
    taught(figure, *found.trained)
    figure.update_xaxes(title=f"{escape(found.unit)}s; shaded: taught")
    figure.update_yaxes(title="right of new inputs", tickformat=".0%", range=[-0.03, 1.05])
    figure.update_layout(height=400)
    return figure


def comparison(found: Comparison) -> go.Figure:
    """Both curves, and beside them what each knows of what it was trained on, and of new inputs."""
    figure = make_subplots(1, 2, column_widths=[0.68, 0.32], subplot_titles=(f"{escape(found.unit)}s; shaded: taught", "seen, and new"))
    for side, name in enumerate("AB"):
        points = [(length, told[side]) for length, told in found.by_length.items()]
        x, y = zip(*points, strict=True) if points else ((), ())
        figure.add_scatter(x=x, y=y, row=1, col=1, **line(side == 1))
        if points:
            figure.add_annotation(text=f"<b>{name}</b>", x=x[-1], y=y[-1], xshift=14, yshift=8 - 16 * side, showarrow=False, row=1, col=1)
        pair = [found.known[side], found.new[side]]
        figure.add_bar(
            x=[f"{name} seen", f"{name} new"],
            y=[score.score for score in pair],
            error_y=whiskers(pair),
            marker={
                "color": color("ink2"),
                "pattern": {"shape": "/" if side else "", "fgcolor": color("ink2"), "bgcolor": color("surface"), "size": 7},
            },
            row=1,
            col=2,
        )
    taught(figure, *found.trained)
    figure.update_yaxes(tickformat=".0%", range=[-0.03, 1.05])
    a, b = map(escape, found.names)
    key = {"text": f"<b>A</b> {a}, solid · <b>B</b> {b}, dashed", "x": 0, "y": 0, "xref": "paper", "yref": "paper", "yshift": -48}
    figure.add_annotation(**key, xanchor="left", showarrow=False)
    figure.update_layout(height=420, margin={"b": 72})
    return figure


def sweep(found: Sweep) -> go.Figure:
    """A hollow dot for every run, over them the mean of each value with its lowest and highest seed; numbers in their order."""
    numeric = all(is_number(value) for value in found.values)
    at = {value: value if numeric else escape(said(value)) for value in found.values}
    spread = sorted(found.spread.items(), key=lambda item: item[0]) if numeric else list(found.spread.items())
    figure = go.Figure()
    figure.add_scatter(
        x=[at[value] for value, _ in spread],
        y=[one.mean for _, one in spread],
        error_y={
            "array": [one.high - one.mean for _, one in spread],
            "arrayminus": [one.mean - one.low for _, one in spread],
            "color": color("ink2"),
            "thickness": 1.5,
        },
        **line(False),
    )
    figure.add_scatter(
        x=[at[point.value] for point in found.points],
        y=[point.score for point in found.points],
        mode="markers",
        marker={"color": "rgba(0,0,0,0)", "size": 6, "line": {"color": color("ink2"), "width": 1}},
    )
    figure.update_xaxes(title=escape(found.label), **({} if numeric else {"type": "category"}))
    figure.update_yaxes(title=found.measure, **({"tickformat": ".0%", "range": [-0.03, 1.05]} if found.higher else {"rangemode": "tozero"}))
    figure.update_layout(height=400)
    return figure


def line(dashed: bool) -> dict[str, object]:
    """Solid and filled, or dashed and hollow; never another hue."""
    marker = {"color": color("surface" if dashed else "ink"), "size": 8, "line": {"color": color("ink"), "width": 2}}
    return {"mode": "lines+markers", "line": {"color": color("ink"), "dash": "dash" if dashed else "solid"}, "marker": marker}


def whiskers(scores: list[Score]) -> dict[str, object]:
    """95 % intervals as Plotly draws them."""
    return {
        "array": [score.high - score.score for score in scores],
        "arrayminus": [score.score - score.low for score in scores],
        "color": color("ink2"),
        "thickness": 1.5,
    }


def taught(figure: go.Figure, low: int, high: int) -> None:
    """The lengths that were taught, shaded behind the first panel."""
    figure.add_shape(
        type="rect", x0=low - HALF, x1=high + HALF, y0=0, y1=1, yref="y domain", xref="x", fillcolor=color("sunken"), line_width=0,
        layer="below",
    )  # fmt: skip
