"""Who hears whom: how far each feature that is there moves the reading of every other one, Wᵀ W."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
import torch
from numpy.typing import NDArray

from ..style import MONO, Rich, color, meta
from .feature_arrows import directions_of

if TYPE_CHECKING:
    from ...storage.run import Run

WRITTEN = 8  # so many features have room for their numbers in the cells


class Info(NamedTuple):
    heard: NDArray[np.float32]  # (F, F): a row for the feature that is read off, a column for the one that is there
    bias: NDArray[np.float32]  # (F,) what is added to all that a feature hears


def extract(run: Run) -> Info:
    """Raises InputError for a model whose features have no directions."""
    directions = directions_of(run)
    bias: Any = getattr(getattr(run.model, "decoder", None), "bias", torch.zeros(len(directions)))
    return Info(directions @ directions.T, bias.detach().float().cpu().numpy())


def spec(info: Info) -> dict[str, Any]:
    """The figure as plain data, as the page reads it."""
    names, heard = [str(i + 1) for i in range(len(info.heard))], info.heard.round(2)
    most = max(1.0, float(np.abs(heard).max()))
    cells = {
        "type": "heatmap",
        "x": names,
        "y": names,
        "z": heard.tolist(),
        "text": [[_signed(v) if len(names) <= WRITTEN else "" for v in row] for row in heard.tolist()],
        "texttemplate": "%{text}",
        "textfont": {"family": MONO, "color": color("ink")},
        "colorscale": [[0, color("dec")], [0.5, color("r0")], [1, color("code")]],
        "zmin": -2 * most,  # half of the way at most, so that ink reads on every cell
        "zmax": 2 * most,
        "xgap": 2,
        "ygap": 2,
        "showscale": False,
        "hovertemplate": "feature %{x} is heard as %{z} of feature %{y}<extra></extra>",
    }
    layout = {
        "xaxis": {"type": "category", "title": {"text": "feature that is there, at 1"}, "tickfont": {"family": MONO}},
        "yaxis": {"type": "category", "title": {"text": "feature that is read off"}, "autorange": "reversed", "tickfont": {"family": MONO}},
        "height": 420,
        "meta": meta(
            "Who hears whom",
            subtitle="WᵀW, before bias and ReLU",
            reading=reading(info),
            table=(["read off", *(f"{name} is there" for name in names), "bias"], _rows(info)),
            alt_name="How far each feature moves the reading of every other one",
        ),
    }
    return {"data": [cells], "layout": layout}


def draw(info: Info) -> go.Figure:
    return go.Figure(spec(info))


def reading(info: Info) -> Rich:
    apart = info.heard * ~np.eye(len(info.heard), dtype=bool)
    most = float(np.abs(apart).max())
    if most < 0.1:
        return [("", "No feature is heard by another: their arrows are at right angles, or none.")]
    row, column = np.unravel_index(np.abs(apart).argmax(), apart.shape)
    bias = float(info.bias[row])
    return [
        ("", f"When feature {column + 1} is there, feature {row + 1} hears "), ("b", _signed(float(apart[row, column]))),
        ("", f"; its bias is {_signed(bias)}. What is below 0 in all, the ReLU cuts off."),
    ]  # fmt: skip


def figure(run: Run, given: Any = None) -> go.Figure:
    return draw(extract(run))


def _rows(info: Info) -> list[list[Any]]:
    return [
        [i + 1, *(round(float(v), 3) for v in row), round(float(bias), 3)]
        for i, (row, bias) in enumerate(zip(info.heard, info.bias, strict=True))
    ]


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
