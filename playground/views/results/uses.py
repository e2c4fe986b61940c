"""What autoencoders are for, drawn: solid what was measured, dashed and dotted what it is held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ...experiments.uses.compressing import Compressed
from ...experiments.uses.denoising import Denoised
from ...experiments.uses.detecting import Detected
from ...experiments.uses.dying import Dead
from ...experiments.uses.features import Features, Right
from ..style import color, escape
from .bars import Bar, horizontal

BINS = 40
HATCHED = {"shape": "/", "fgcolor": color("ink"), "bgcolor": "rgba(0,0,0,0)", "size": 7}


def compress(found: Compressed) -> go.Figure:
    """Error against size, both logarithmic: autoencoders solid, PCA dashed, linear ones as squares; the run itself has a ring."""
    figure = go.Figure()
    components = [size for size in range(1, len(found.pca) + 1) if found.pca[size - 1] > found.score / 10]
    figure.add_scatter(x=components, y=[found.pca[size - 1] for size in components], mode="lines", line=_line("dash"))
    for linear in (True, False):
        dots = [(size, *spread) for (size, is_linear), spread in found.spread.items() if is_linear == linear]
        x, mean, low, high = zip(*dots, strict=True) if dots else ((), (), (), ())
        figure.add_scatter(
            x=x,
            y=mean,
            mode="markers" if linear else "lines+markers",
            line=_line("solid"),
            marker=_mark("square" if linear else "circle", linear),
            error_y={
                "array": np.subtract(high, mean).tolist(),
                "arrayminus": np.subtract(mean, low).tolist(),
                "color": color("ink2"),
            },
        )
    figure.add_scatter(x=[found.size], y=[found.score], mode="markers", marker={**_mark("circle", True), "size": 18})
    sizes = sorted({size for size, _ in found.spread} | {2, 8, 32, 128})
    figure.update_xaxes(type="log", title="numbers in the code; dashed: principal components, □ linear", tickvals=sizes)
    figure.update_yaxes(type="log", title="error per pixel")
    figure.update_layout(height=400)
    return figure


def denoise(found: Denoised) -> go.Figure:
    """Error against noise: the run solid, a plain one dashed, what is left as it is dotted."""
    figure = go.Figure()
    for values, dash in ((found.left, "dot"), (found.plain or found.pca, "dash"), (found.model, "solid")):
        figure.add_scatter(x=found.levels, y=values, mode="lines", line=_line(dash))
    figure.add_scatter(x=[found.level], y=[found.score], mode="markers", marker=_mark("circle", False))
    figure.update_xaxes(title=f"noise; dotted: left as it is, dashed: {'plain run' if found.plain else 'PCA'}")
    figure.update_yaxes(title="error per pixel", rangemode="tozero")
    figure.update_layout(height=400)
    return figure


def detect(found: Detected) -> go.Figure:
    """Errors of known and of odd pictures (hatched), with the threshold, and the ROC curve with its place on it."""
    figure = make_subplots(1, 2, column_widths=[0.6, 0.4], subplot_titles=("error per pixel; hatched: odd", "caught against false alarms"))
    end = float(max(found.ordinary.max(), found.odd.max()))
    bins = {"start": 0, "end": end * 1.001, "size": end / BINS}
    for values, pattern in ((found.ordinary, {}), (found.odd, HATCHED)):
        marker = {"color": color("ink2"), "opacity": 0.8, "pattern": pattern, "line": {"color": color("ink2"), "width": 1}}
        figure.add_histogram(x=values.tolist(), xbins=bins, histnorm="probability", marker=marker, row=1, col=1)
    figure.add_vline(x=found.threshold, line={"color": color("ink"), "dash": "dash", "width": 2}, row=1, col=1)
    curve = found.curve
    figure.add_scatter(x=curve[:, 0].tolist(), y=curve[:, 1].tolist(), mode="lines", line=_line("solid"), row=1, col=2)
    figure.add_scatter(x=[found.false], y=[found.caught], mode="markers", marker={**_mark("circle", True), "size": 14}, row=1, col=2)
    figure.update_layout(height=400, barmode="overlay")
    return figure


def features(found: Features) -> go.Figure:
    """Right against the number of labels, and R² of every known factor by every number, where there are factors."""
    figure = make_subplots(
        1, 2, subplot_titles=("right by the nearest labelled picture", "R² of each number alone" if found.factors else "")
    )
    lines: Sequence[tuple[tuple[Right, ...], str, str]] = (
        (found.control, "dot", "circle"),
        (found.pca, "dash", "circle-open"),
        (found.pixels, "dashdot", "square-open"),
        (found.code, "solid", "circle"),
    )
    for line, dash, symbol in lines:
        figure.add_scatter(
            x=found.labels,
            y=[right.mean for right in line],
            error_y={
                "array": [right.high - right.mean for right in line],
                "arrayminus": [right.mean - right.low for right in line],
                "color": color("ink2"),
                "thickness": 1,
            },
            mode="lines+markers",
            line=_line(dash),
            marker={"symbol": symbol, "color": color("ink"), "size": 7},
            row=1,
            col=1,
        )
    if found.factors:
        figure.add_heatmap(
            z=[[factor.alone[unit] for unit in found.explains] for factor in found.factors],
            y=[escape(factor.name) for factor in found.factors],
            x=[f"z{unit + 1}" for unit in found.explains],
            colorscale=[[0, color("r0")], [1, color("code-r1")]],
            zmin=0,
            zmax=1,
            showscale=False,
            row=1,
            col=2,
        )
        figure.update_yaxes(autorange="reversed", automargin=True, row=1, col=2)
    figure.update_xaxes(type="log", title="labels; dotted: shuffled, □ pixels, ○ PCA", row=1, col=1)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.05], row=1, col=1)
    figure.update_layout(height=400)
    return figure


def dead(found: Dead) -> go.Figure:
    """How much is dead, of what there is."""
    used = max(int(found.inked.sum()), 1)
    bars = [
        Bar("pixels that pictures use", found.wrong / used),
        Bar("numbers of the code", float(found.numbers.mean())),
        Bar("error on dead pixels", found.share),
    ]
    return horizontal(bars, "share that is dead")


def _line(dash: str) -> dict[str, object]:
    return {"color": color("ink"), "dash": dash, "width": 2}


def _mark(symbol: str, hollow: bool) -> dict[str, object]:
    return {"symbol": symbol, "color": "rgba(0,0,0,0)" if hollow else color("ink"), "size": 9, "line": {"color": color("ink"), "width": 2}}
