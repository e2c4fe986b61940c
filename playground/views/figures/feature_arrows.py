"""Features as arrows: the direction that each has in the code, which of them are kept, and which share its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ...errors import InputError
from ...inference.superposition import LONG, Superposition, superposition
from ...models import Autoencoder
from ...tracing import Trace
from ..style import MONO, Rich, color, meta, percent

if TYPE_CHECKING:
    from ...storage.run import Run

GROUPS = {  # what becomes of a feature: the mark at its end, its line, its colour
    "kept alone": ("circle", "solid", "code"),
    "in superposition": ("diamond", "solid", "dec"),
    "dropped": ("x-thin-open", "dot", "ink3"),
}
MARKS = "● kept alone · ◆ in superposition · × dropped"
ROOM = 1.35  # of the longest arrow
BESIDE = 0.12  # of the axis: from an end to its number


class Info(NamedTuple):
    ends: NDArray[np.float32]  # (F, 2), in the plane that is drawn
    found: Superposition
    here: NDArray[np.float32] | None  # (2,) the code on the stage
    size: int  # numbers in a code
    held: float  # share of the arrows' squared lengths that lies in the plane


def extract(run: Run, trace: Trace | None = None) -> Info:
    """Raises InputError for a model whose features have no directions."""
    directions = directions_of(run)
    size = directions.shape[1]
    plane = np.eye(size, 2, dtype=np.float32) if size <= 2 else np.linalg.svd(directions, full_matrices=False)[2][:2].T  # (Z, 2)
    ends = directions @ plane
    all_, drawn = (float(np.square(part, dtype=np.float64).sum()) for part in (directions, ends))  # float32 may not hold these
    held = drawn / max(all_, 1e-12)
    here = None if trace is None else trace["encoder.code"] @ plane
    return Info(ends.astype(np.float32), superposition(directions), here, size, held)


def spec(info: Info) -> dict[str, Any]:
    """The figure as plain data, as the page reads it."""
    kept, shared = info.found.kept, info.found.shared
    groups = dict(zip(GROUPS, (kept & ~shared, shared, ~kept), strict=True))
    reach = ROOM * max(LONG, float(np.abs(info.ends).max()), 0.0 if info.here is None else float(np.abs(info.here).max()))
    traces = [trace for name, chosen in groups.items() for trace in _arrows(name, info.ends, np.flatnonzero(chosen)) if chosen.any()]
    traces.append(_names(info.ends, BESIDE * reach))
    if info.here is not None:
        traces.append(_place(info.here))
    rows = [
        [i + 1, _round(info.found.lengths[i]), _round(info.found.overlap[i]), next(name for name, chosen in groups.items() if chosen[i])]
        for i in range(len(info.ends))
    ]
    ring = {"type": "circle", "x0": -LONG, "x1": LONG, "y0": -LONG, "y1": LONG, "line": {"color": color("line-strong"), "dash": "dot"}}
    axis = {"range": [-reach, reach], "zeroline": True, "zerolinecolor": color("line-strong"), "showgrid": False, "nticks": 7}
    layout = {
        "xaxis": {**axis, "title": {"text": axes(info)[0]}},
        "yaxis": {**axis, "title": {"text": axes(info)[1]}, "scaleanchor": "x"},
        "shapes": [{**ring, "layer": "below"}] if info.size > 1 else [],
        "height": 420,
        "meta": meta(
            "Features as arrows",
            subtitle=MARKS,
            reading=reading(info),
            table=(["feature", "length", "overlap", "what becomes of it"], rows),
            alt_name="Directions of the features in the code",
        ),
    }
    return {"data": traces, "layout": layout}


def draw(info: Info) -> go.Figure:
    return go.Figure(spec(info))


def axes(info: Info) -> tuple[str, str]:
    """What the two axes are called."""
    if info.size <= 2:
        return "z₁", "z₂" if info.size > 1 else ""
    return f"the plane that holds {percent(info.held)} of their squared lengths", ""


def reading(info: Info) -> Rich:
    kept, shared, all_ = int(info.found.kept.sum()), int(info.found.shared.sum()), len(info.ends)
    how: Rich = [("b", f"{kept} of {all_}"), ("", f" features are kept: their arrows are at least {LONG:g} long (dotted circle). ")]
    if kept <= info.size and not shared:
        return [*how, ("", f"A code of {info.size} has room for {info.size} at right angles, so none disturbs another.")]
    return [
        *how,
        ("b", f"{shared}"),
        ("", " of them are in superposition: their arrows are not at right angles, so that one that is there is heard by others."),
    ]


def figure(run: Run, given: Any = None) -> go.Figure:
    return draw(extract(run, None if given is None else run.explore(given)))


def directions_of(run: Run) -> NDArray[np.float32]:
    """Of every feature of its input, (F, Z). Raises InputError where they have none."""
    arrows = run.model.directions() if isinstance(run.model, Autoencoder) else None
    if arrows is None:
        raise InputError("The features of this model have no directions of their own; choose a feature autoencoder.")
    return np.asarray(arrows.float().cpu().numpy(), dtype=np.float32)


def _arrows(name: str, ends: NDArray[np.float32], chosen: NDArray[np.intp]) -> list[dict[str, Any]]:
    """Lines from the middle to the ends of these features, and a mark at each end."""
    symbol, dash, hue = GROUPS[name]
    x, y = ([_round(v) for v in ends[chosen, axis]] for axis in (0, 1))
    lines = {
        "type": "scatter",
        "x": [v for end in x for v in (0.0, end, None)],
        "y": [v for end in y for v in (0.0, end, None)],
        "mode": "lines",
        "line": {"color": color(hue), "width": 2.5, "dash": dash},
        "hoverinfo": "skip",
    }
    marks = {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "markers",
        "name": name,
        "text": [str(i + 1) for i in chosen],
        "marker": {"symbol": symbol, "size": 11, "color": color(hue), "line": {"width": 2, "color": color(hue)}},
        "hovertemplate": f"feature %{{text}}, {name}: (%{{x}}, %{{y}})<extra></extra>",
        "cliponaxis": False,
    }
    return [lines, marks]


def _place(here: NDArray[np.float32]) -> dict[str, Any]:
    """A ring at the code on the stage."""
    return {
        "type": "scatter",
        "x": [_round(here[0])],
        "y": [_round(here[1])],
        "mode": "markers",
        "marker": {"symbol": "circle-open", "size": 20, "color": color("ink"), "line": {"width": 3, "color": color("ink")}},
        "hovertemplate": "the code on the stage<extra></extra>",
        "cliponaxis": False,
    }


def _names(ends: NDArray[np.float32], beside: float) -> dict[str, Any]:
    """The numbers of all features, a little further out than their ends."""
    lengths = np.linalg.norm(ends, axis=1, keepdims=True)
    places = ends + beside * np.where(lengths > 1e-6, ends / np.maximum(lengths, 1e-6), [[1.0, 0.0]])
    return {
        "type": "scatter",
        "x": [_round(x) for x in places[:, 0]],
        "y": [_round(y) for y in places[:, 1]],
        "mode": "text",
        "text": [str(i + 1) for i in range(len(ends))],
        "textfont": {"family": MONO, "color": color("ink")},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _round(value: Any) -> float:
    return round(float(value), 3)
