"""The path of the hidden states through their first two principal components, against the states of many inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ...errors import InputError
from ...inference.projection import MANY, Projection
from ...options import show
from ...tracing import Trace
from ..scene.halves import read_last
from ..style import MONO, Rich, checked_step, color, escape, meta, percent, typed
from . import attention
from .labels import MARGINS, place_labels

if TYPE_CHECKING:
    from ...storage.run import Run

SHAPES = {"encoder": "■", "decoder": "▲"}
TRACES = 6  # of each side
SIDES = {"encoder": ("encoder.states", "enc", "square"), "decoder": ("decoder.hidden", "dec", "triangle-up")}


class Path(NamedTuple):
    side: str
    labels: tuple[str, ...]
    points: NDArray[np.float32]  # (steps, 2)
    places: list[str]  # where each point's label stands
    free: list[bool]  # whether a label covers no other; one that does is written only while its state is the current one
    moved: NDArray[np.float32]  # (steps,) distance from the state before, in all dimensions
    cloud: NDArray[np.float32]  # (N, 2)
    explained: NDArray[np.float32]  # (2,)

    def texts(self, current: int) -> list[str]:
        """The label of each state while one of them is the current one."""
        each = enumerate(zip(self.labels, self.free, strict=True))
        return [f"{escape(label)}{subscript(i + 1)}" if free or i == current else "" for i, (label, free) in each]


class Info(NamedTuple):
    paths: dict[str, Path]
    steps: int
    looks_at: NDArray[np.intp] | None  # per output step, the encoder state with the highest weight
    read_off: tuple[int, ...] = ()  # per answer of a reader, the encoder state that it was read off
    read_last: int = -1  # the encoder state that crosses over, where one alone does
    counts: bool = False  # whether the model counts, and has no states


NO_STATES = {
    "title": "No hidden states",
    "text": "This model counts words and looks them up; there is no state that could move. Other architectures draw a path here.",
}
UNTOLD = {"title": "No hidden states", "text": "This model offers no state for each token. Other architectures draw a path here."}


def extract(trace: Trace, projections: dict[str, Projection]) -> Info:
    """A path for each side that has states: readers have the encoder's only, models that read a prompt the decoder's only."""
    paths = {}
    for side, (site, _, _) in SIDES.items():
        states, projection = trace.get(site), projections.get(side)
        if states is None or projection is None:
            continue
        if trace.beam:  # of the final hypotheses the best one
            states = states[0]
        states = states[: len(trace.tokens)] if side == "decoder" else states
        labels = trace.source if side == "encoder" else trace.tokens
        if states.shape != (len(labels), len(projection.mean)):
            continue  # no state for each token
        moved = np.linalg.norm(np.diff(states, axis=0, prepend=states[:1]), axis=1)
        points = projection(states)
        drawn, letters = np.concatenate([points, projection.cloud]), [len(f"{label}{i + 1}") for i, label in enumerate(labels)]
        places, free = place_labels(points, letters, drawn.min(0), drawn.max(0))
        paths[side] = Path(side, labels, points, places, free, moved, projection.cloud, projection.explained)
    looked, last = attention.extract(trace), read_last(trace)
    return Info(
        paths,
        len(trace.tokens),
        None if looked is None else looked.looks_at,
        trace.positions,
        -1 if last is None else last,
        "decoder.order" in trace,
    )


def spec(info: Info) -> dict[str, Any]:
    """The figure as plain data, as the page reads it: a `go.Figure` checks every value, which costs 18 ms for each typed input."""
    traces = [trace for path in info.paths.values() for trace in _traces(path)]
    firsts = {side: i * TRACES for i, side in enumerate(info.paths)}
    steps = [[patch for side, first in firsts.items() for patch in _patch(info, side, first, t)] for t in range(info.steps)]
    layouts = {
        side: {"xaxis": {"title": {"text": _axis(path, 0)}, "range": _width(path)}, "yaxis": {"title": {"text": _axis(path, 1)}}}
        for side, path in info.paths.items()
    }
    about = meta(
        "Trajectory",
        readings={side: [_reading(info, side, t) for t in range(info.steps)] for side in info.paths},
        table=(["side", "step", "token", "PC 1", "PC 2", "moved"], _rows(info)),
        steps=steps,
        switch=[[side, f"{SHAPES[side]}\u00a0{side[:3]}"] for side in info.paths] or None,
        layouts=layouts,
        empty=None if info.paths else NO_STATES if info.counts else UNTOLD,
        alt_name="Hidden states in their first two principal components",
    )
    bare = {"showticklabels": False, "zeroline": False, "showgrid": False}
    return {"data": traces, "layout": {"xaxis": bare, "yaxis": {**bare}, "meta": about}}


def draw(info: Info) -> go.Figure:
    return go.Figure(spec(info))


def figure(run: Run, given: Any, side: str | None = None, step: int | None = None) -> go.Figure:
    """One side's path (the decoder's, where there is one) with the marker on one step (the last if None)."""
    if side is not None and (not isinstance(side, str) or side not in SIDES):
        raise InputError(f"side is {show(side)}; allowed are: {', '.join(SIDES)}.")
    if "code" in run.projections:
        raise InputError("This model has no steps; its codes are in the figure latent_map.")
    info = extract(run.explore(given), run.projections)
    side = side or ("decoder" if "decoder" in info.paths else "encoder")
    if side not in info.paths:
        raise InputError(f"This model has no {side} states; it has those of: {', '.join(info.paths) or 'neither side'}.")
    drawn = draw(info)
    at = info.steps - 1 if step is None else checked_step(step, info.steps)
    for patch in drawn.layout.meta["steps"][at]:
        drawn.data[patch["trace"]].update({k: v for k, v in patch.items() if k != "trace"})
    drawn.update_layout(drawn.layout.meta["layouts"][side])
    return go.Figure([t for t in drawn.data if t.meta["view"] == side], drawn.layout)


def _traces(path: Path) -> list[dict[str, Any]]:
    """Traces in this order: cloud, past, future, marks ahead, marks passed, ring."""
    _, hue, symbol = SIDES[path.side]
    x, y = path.points.T.round(4).tolist()
    far, up = map(typed, path.cloud.T)
    font = {"family": MONO, "color": color(f"{hue}-text")}
    outline = {"color": color(hue), "width": 1.5}
    ring = {"symbol": "circle-open", "size": 22, "line": {"color": color("ink"), "width": 2.5}, "color": color("ink")}
    cloud = {"size": 4, "color": color("line-strong"), "opacity": 0.4}
    labelled = {"mode": "markers+text", "textfont": font, "hovertemplate": "%{text}<extra></extra>"}
    ahead = {"symbol": symbol, "size": 9, "color": color("surface"), "line": outline}
    passed = {**ahead, "color": color(hue)}
    drawn: list[dict[str, Any]] = [
        {"x": far, "y": up, "mode": "markers", "hoverinfo": "skip", "marker": cloud},
        {"x": x, "y": y, "mode": "lines", "line": {"color": color(hue), "width": 2}, "hoverinfo": "skip"},
        {"x": [], "y": [], "mode": "lines", "line": {"color": color(hue), "width": 1.2, "dash": "dot"}, "hoverinfo": "skip"},
        {"x": [], "y": [], "text": [], "textposition": "top right", "marker": ahead, **labelled},
        {"x": x, "y": y, "text": path.texts(len(x) - 1), "textposition": path.places, "marker": passed, **labelled},
        {"x": x[-1:], "y": y[-1:], "mode": "markers", "hoverinfo": "skip", "marker": ring},
    ]
    return [{"type": "scatter", "meta": {"view": path.side}, **trace} for trace in drawn]


def _decoder_patch(path: Path, first: int, t: int) -> list[dict[str, Any]]:
    x, y = path.points.T.round(4).tolist()
    text, places = path.texts(t), path.places
    return [
        {"trace": first + 1, "x": x[: t + 1], "y": y[: t + 1]},
        {"trace": first + 2, "x": x[t:], "y": y[t:]},
        {"trace": first + 3, "x": x[t + 1 :], "y": y[t + 1 :], "text": text[t + 1 :], "textposition": places[t + 1 :]},
        {"trace": first + 4, "x": x[: t + 1], "y": y[: t + 1], "text": text[: t + 1], "textposition": places[: t + 1]},
        {"trace": first + 5, "x": x[t : t + 1], "y": y[t : t + 1]},
    ]


def _patch(info: Info, side: str, first: int, t: int) -> list[dict[str, Any]]:
    return _encoder_patch(info, first, t) if side == "encoder" else _decoder_patch(info.paths[side], first, t)


def _encoder_patch(info: Info, first: int, t: int) -> list[dict[str, Any]]:
    """The whole source has been read; the ring is on the state that is read off or looked at, or on the last one."""
    at = info.read_off[t] if info.read_off else info.read_last if info.looks_at is None else int(info.looks_at[t])
    path = info.paths["encoder"]
    x, y = path.points[at].round(4).tolist()
    return [{"trace": first + 4, "text": path.texts(at % len(path.labels))}, {"trace": first + 5, "x": [x], "y": [y]}]


def _reading(info: Info, side: str, t: int) -> Rich:
    path = info.paths[side]
    kept = percent(float(path.explained.sum()))
    tail: Rich = [("", " The two axes keep "), ("b", kept), ("", f" of the variance over {MANY} inputs (grey).")]
    if side == "decoder":
        moved = f"{path.moved[t]:.1f}"
        return [("", f"Step {t + 1} moved the state by "), ("b", moved), ("", "."), *tail] if t else [("", "Step 1 starts here."), *tail]
    if info.read_off:
        return [("", f"Answer {t + 1} is read off state "), ("b", str(info.read_off[t] + 1)), ("", "."), *tail]
    if info.looks_at is None and info.read_last < 0:
        return [("", "The ring is on the state that was read last."), *tail]
    if info.looks_at is None:
        return [("", "The ring is on the state that was read last, the only one that crosses over."), *tail]
    at = int(info.looks_at[t])
    return [("", f"Step {t + 1} looks most at state "), ("b", str(at + 1)), ("", "."), *tail]


def _rows(info: Info) -> list[list[Any]]:
    return [
        [path.side, i + 1, path.labels[i], round(float(x), 3), round(float(y), 3), round(float(path.moved[i]), 3)]
        for path in info.paths.values()
        for i, (x, y) in enumerate(path.points)
    ]


def _width(path: Path) -> list[float]:
    """The range across, with room at the right for the last label."""
    low, high = (float(edge(np.concatenate([path.points[:, 0], path.cloud[:, 0]]))) for edge in (np.min, np.max))
    return [low - MARGINS[0] * (high - low), high + MARGINS[1] * (high - low)]


def subscript(number: int) -> str:
    """A number as small as an index; markup would make it too small to read."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _axis(path: Path, i: int) -> str:
    return f"PC {i + 1} · {percent(float(path.explained[i]))}"
