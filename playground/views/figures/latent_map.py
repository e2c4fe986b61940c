"""The test set as the encoder sees it: every input at its code, drawn as its own digit, or the number of its strongest feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ...errors import InputError
from ...inference.projection import Projection
from ...tracing import Trace
from ..style import MONO, Rich, color, meta, percent

if TYPE_CHECKING:
    from ...storage.run import Run


MARGIN = 0.04  # of the map's width, around the outermost digits
ACROSS, UP = 13, 11  # squares of the map: a step across is as long as one up, so that circles stay circles
ALONE = 0.5  # a square's side where all codes are the same
UNNAMED = "·"  # what stands for a picture that nobody has named


class Info(NamedTuple):
    cloud: NDArray[np.float32]  # (N, 2)
    labels: tuple[str, ...]
    here: NDArray[np.float32] | None  # (2,) the picture on the stage
    size: int  # numbers in a code
    explained: NDArray[np.float32]


def extract(projection: Projection, trace: Trace | None) -> Info:
    here = None if trace is None else projection(trace["encoder.code"][None])[0]
    labels = (UNNAMED,) * len(projection.cloud) if projection.labels is None else tuple(map(str, projection.labels))
    return Info(projection.cloud, labels, here, len(projection.mean), projection.explained)


def draw(info: Info) -> go.Figure:
    figure = go.Figure()
    x, y = info.cloud.T.round(3)
    figure.add_scatter(
        x=x,
        y=y,
        mode="text",
        text=list(info.labels),
        customdata=list(range(len(x))),
        textfont={"family": MONO, "color": color("ink2")},
        hovertemplate="a %{text} of the test set<extra></extra>",
    )
    if info.here is not None:
        figure.add_scatter(
            x=[round(float(info.here[0]), 3)], y=[round(float(info.here[1]), 3)], mode="markers", hoverinfo="skip",
            marker={"symbol": "circle-open", "size": 26, "color": color("ink"), "line": {"color": color("ink"), "width": 3}},
        )  # fmt: skip
    names = axes(info)
    figure.update_xaxes(title=names[0], zeroline=False, showgrid=False)
    figure.update_yaxes(title=names[1], zeroline=False, showgrid=False)
    rows = [[label, float(a), float(b)] for label, a, b in zip(info.labels, x, y, strict=True)]
    figure.update_layout(
        height=360,
        meta=meta(
            "Latent map",
            subtitle=f"{len(info.cloud)} test inputs",
            reading=reading(info),
            table=(["digit", *names], rows),
            alt_name="Codes of the test set in two dimensions",
        ),
    )
    return figure


def axes(info: Info) -> tuple[str, str]:
    """What the two axes are called."""
    if info.size <= 2:
        return "z₁", "z₂" if info.size > 1 else ""
    first, second = (f"PC {i + 1} of the code · {percent(float(info.explained[i]))}" for i in (0, 1))
    return first, second


def reach(info: Info) -> tuple[tuple[float, float], tuple[float, float]]:
    """(low, high) across and up: the whole test set with a margin, on one scale for both axes."""
    low, high = info.cloud.min(0), info.cloud.max(0)
    squares = np.array([ACROSS, UP])
    side = float(((1 + 2 * MARGIN) * (high - low) / squares).max()) or ALONE
    (left, bottom), (right, top) = ((low + high + sign * side * squares) / 2 for sign in (-1, 1))
    return (float(left), float(right)), (float(bottom), float(top))


def reading(info: Info) -> Rich:
    what = "picture" if UNNAMED in info.labels else "digit"
    if info.size <= 2:
        how: Rich = [("", f"The axes are the code itself; each {what} stands at its own code.")]
    else:
        kept = percent(float(info.explained.sum()))
        how = [("", f"A code has {info.size} numbers; the two axes keep "), ("b", kept), ("", " of their variance.")]
    if info.here is None:
        return how
    place = f"({info.here[0]:.2f}, {info.here[1]:.2f})".replace("-", "−")
    return [("", "Ours sits at "), ("b", place), ("", ". "), *how]


def figure(run: Run, given: Any = None) -> go.Figure:
    if "code" not in run.projections:
        raise InputError("This model has no code to map; its states are in the figure trajectory.")
    return draw(extract(run.projections["code"], None if given is None else run.explore(given)))
