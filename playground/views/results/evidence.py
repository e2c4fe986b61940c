"""Evidence, drawn: filled what was measured, hatched what it is held against."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ...experiments.evidence.faithfulness import Faithfulness
from ...experiments.evidence.first_errors import FirstErrors
from ...experiments.evidence.importance import Importance
from ...experiments.evidence.spectrum import Spectrum
from ...experiments.evidence.who_knows import WhoKnows
from ..style import color, escape
from .bars import ROW, Bar, horizontal

HATCHED = {"shape": "/", "fgcolor": color("ink2"), "bgcolor": color("surface"), "size": 7}


def who_knows(found: WhoKnows) -> go.Figure:
    """Two bars a site: the probe with its interval, and the one that was fitted on shuffled labels. A dashed line is chance."""
    figure, names = go.Figure(), [escape(probe.site) for probe in found.probes]
    scores = [probe.score for probe in found.probes]
    figure.add_bar(
        x=scores,
        y=names,
        orientation="h",
        marker={"color": [color("dec" if probe.site.startswith("decoder") else "enc") for probe in found.probes]},
        error_x={
            "array": [probe.interval[1] - probe.score for probe in found.probes],
            "arrayminus": [probe.score - probe.interval[0] for probe in found.probes],
            "color": color("ink"),
            "thickness": 2,
        },
    )
    figure.add_bar(
        x=[probe.shuffled for probe in found.probes],
        y=names,
        orientation="h",
        marker={"color": color("ink2"), "pattern": HATCHED, "line": {"color": color("ink2"), "width": 1}},
    )
    best = found.best
    if best.measure == "accuracy":
        figure.add_vline(x=best.chance, line={"color": color("ink"), "dash": "dash", "width": 2})
    figure.update_xaxes(title=escape(f"{best.measure}; hatched: shuffled labels"))
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_layout(height=130 + ROW * len(names), margin={"l": 16, "r": 24, "t": 56, "b": 64}, bargap=0.3)
    return figure


def spectrum(found: Spectrum) -> go.Figure:
    """A bar for each frequency, hatched what it was before training; dashed what the strongest stays below in shuffled orders."""
    figure, turns = go.Figure(), list(range(1, len(found.shares) + 1))
    figure.add_bar(x=turns, y=found.shares.tolist(), marker={"color": color("enc" if found.name == "source" else "dec")})
    hatched = {"color": color("ink2"), "pattern": HATCHED, "line": {"color": color("ink2"), "width": 1}}
    figure.add_bar(x=turns, y=found.before.tolist(), marker=hatched)
    figure.add_hline(y=found.shuffled, line={"color": color("ink"), "dash": "dash", "width": 2})
    figure.update_xaxes(title=f"turns over {found.numerals[0]} … {found.numerals[-1]}; hatched: before training", dtick=1)
    figure.update_yaxes(title="share of variance; dashed: shuffled orders", tickformat=".0%", rangemode="tozero")
    figure.update_layout(height=400, bargap=0.3)
    return figure


def importance(found: Importance) -> go.Figure:
    """A map (outputs, tokens) for attention and for each measure, every row from 0 to its largest."""
    maps = {"attention": found.weights, **found.measures}
    figure = make_subplots(rows=1, cols=len(maps), subplot_titles=list(maps), shared_yaxes=True, horizontal_spacing=0.02)
    for column, values in enumerate(maps.values(), 1):
        figure.add_heatmap(
            z=(values / values.max(-1, keepdims=True).clip(1e-12)).tolist(),
            colorscale=[[0, color("r0")], [1, color("code-r1")]],
            showscale=False,
            row=1,
            col=column,
        )
        figure.update_xaxes(tickvals=list(range(len(found.source))), ticktext=[escape(token) for token in found.source], row=1, col=column)
    written = [escape(token) for token in found.written]
    figure.update_yaxes(autorange="reversed", tickvals=list(range(len(written))), ticktext=written, showgrid=False)
    figure.update_layout(height=140 + 28 * len(written), width=None)
    return figure


def faithfulness(found: Faithfulness) -> go.Figure:
    """τ with each measure above the same with permuted weights, then which share of answers stays, above chance."""
    bars = []
    for one in found.agreements:
        bars += [
            Bar(f"τ with {one.measure}", one.tau, reach=_reach(one.tau, one.interval)),
            Bar(f"{one.measure}, permuted", one.shuffled, True),
        ]
    bars += [Bar(f"unchanged, weights {one.how}", one.share, reach=_reach(one.share, one.interval)) for one in found.muted]
    return horizontal([*bars, Bar("two answers, by chance", found.chance, True)], "Kendall’s τ, or share of answers")


def first_errors(found: FirstErrors) -> go.Figure:
    """Right tokens by distance behind a wrong token, solid, and behind the right one, dashed."""
    figure, distances = go.Figure(), [one.distance for one in found.after]
    reach = [_reach(one.share, one.interval) for one in found.after]
    figure.add_scatter(
        x=distances,
        y=[one.share for one in found.after],
        error_y={"array": [high for _, high in reach], "arrayminus": [low for low, _ in reach], "color": color("ink")},
        line={"color": color("dec")},
    )
    figure.add_scatter(x=distances, y=[one.control for one in found.after], line={"color": color("ink2"), "dash": "dash"})
    figure.update_xaxes(title="places behind a wrong token; dashed: behind the right one", dtick=1)
    figure.update_yaxes(title="right tokens", tickformat=".0%", range=[0, 1.05])
    figure.update_layout(height=400)
    return figure


def _reach(value: float, interval: tuple[float, float]) -> tuple[float, float]:
    return value - interval[0], interval[1] - value
