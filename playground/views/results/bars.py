"""Results of few numbers as bars: filled what was asked, hatched what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from ...experiments.lab.breaking import Broken
from ...experiments.lab.effect import Effect
from ...experiments.lab.probes import Probe
from ...experiments.sentence_space import Walk
from ..style import MONO, color, escape

ROW = 44  # pixels


class Bar(NamedTuple):
    """A value by its name; `control`: what another one is held against; `reach`: how far the truth may lie below and above it."""

    name: str
    value: float
    control: bool = False
    reach: tuple[float, float] | None = None


def effect(found: Effect) -> go.Figure:
    """Before and under the act, and what the same leaves elsewhere."""
    low, high = (found.before + bound - found.score for bound in found.interval)
    bars = [Bar("before", found.before), Bar("under the act", found.score, reach=(-low, high))]
    if found.control is not None:
        before = found.control.score - found.control.change
        bars += [Bar("elsewhere, median", found.control.score, True), Bar("elsewhere, worst", before + found.control.worst, True)]
    return horizontal(bars, found.measure)


def probe(found: Probe) -> go.Figure:
    """All units and the best one, and what shuffled labels and chance give."""
    bars = [
        Bar("all units", found.score),
        Bar(f"unit {found.unit.index} alone", found.unit.score),
        Bar("shuffled labels", found.shuffled, True),
        Bar("chance", found.chance, True),
    ]
    return horizontal(bars, found.measure)


def broken(found: Broken) -> go.Figure:
    """Which share of the inputs of each length fails; hatched are lengths that were not taught."""
    lengths = [one for one in found.by_length if one.tried]
    figure = go.Figure()
    figure.add_bar(
        x=[one.length for one in lengths],
        y=[one.failing / one.tried for one in lengths],
        text=[f"{one.failing:,}<br>of {one.tried:,}" for one in lengths],
        textposition="outside",
        cliponaxis=False,
        marker=_fill([not one.trained for one in lengths]),
    )
    most = max((one.failing / one.tried for one in lengths), default=1.0)
    figure.update_xaxes(title=f"{escape(found.unit)}s; hatched: not taught", dtick=1)
    figure.update_yaxes(title="share that fails", tickformat=".0%", range=[0, 1.25 * max(most, 0.01)])
    figure.update_layout(height=400)
    return figure


def walk(found: Walk) -> go.Figure:
    """How likely the text of each step is; hatched what could not have been read."""
    sound = found.sound or (True,) * len(found.steps)
    rows = [Bar(f"{i + 1}  {step.text}", step.probability, not sound[i]) for i, step in enumerate(found.steps)]
    return horizontal(rows, "probability of all of the text")


def horizontal(bars: Sequence[Bar], measure: str) -> go.Figure:
    """A bar a row, its number in a column of its own."""
    figure = go.Figure()
    reach = [bar.reach or (None, None) for bar in bars]
    figure.add_bar(
        x=[bar.value for bar in bars],
        y=[escape(bar.name) for bar in bars],
        orientation="h",
        marker=_fill([bar.control for bar in bars]),
        error_x={"array": [high for _, high in reach], "arrayminus": [low for low, _ in reach], "color": color("ink"), "thickness": 2},
        width=0.6,
    )
    for bar in bars:  # in a column of their own: whiskers may end anywhere
        number = {"text": f"{bar.value:.3g}".replace("-", "−"), "font": {"family": MONO}}
        figure.add_annotation(**number, x=1.02, xref="paper", xanchor="left", y=escape(bar.name), showarrow=False)
    values = [end for bar, (low, high) in zip(bars, reach, strict=True) for end in (bar.value - (low or 0), bar.value + (high or 0))]
    figure.update_xaxes(title=escape(measure), range=[min(0.0, *values), max(0.0, *values) * 1.02 or 1])
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_layout(height=130 + ROW * len(bars), margin={"l": 16, "r": 80, "t": 56, "b": 64})
    return figure


def _fill(hatched: Sequence[bool]) -> dict[str, object]:
    shapes = ["/" if one else "" for one in hatched]
    pattern = {"shape": shapes, "fgcolor": color("ink2"), "bgcolor": color("surface"), "size": 7}
    return {"color": color("ink2"), "pattern": pattern, "line": {"color": color("ink2"), "width": 1}}
