"""How much is lost: this picture, the whole test set, and PCA with a code of the same size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from ..errors import InputError
from ..experiments.pca_baseline import pca_error
from ..models import Autoencoder
from ..tracing import Trace
from .style import MONO, Rich, color, meta

if TYPE_CHECKING:
    from ..api import Run


class Info(NamedTuple):
    here: float  # mean squared errors per pixel
    test: float
    pca: float
    size: int  # numbers in a code


def extract(run: Run, trace: Trace) -> Info:
    assert isinstance(run.model, Autoencoder) and trace.picture is not None and trace.reconstruction is not None
    size = len(trace["encoder.code"])
    test = run.metrics.get("mse") or run.model.score(run.task.held_out(1024, seed=1))
    pca = run.metrics.get("pca_mse") or pca_error(run.recipe.task, size)
    return Info(float(np.square(trace.picture - trace.reconstruction).mean()), test, pca, size)


def draw(info: Info) -> go.Figure:
    names = ["this picture", "test set", f"PCA, {info.size} components" if info.size > 1 else "PCA, 1 component"]
    values = [info.here, info.test, info.pca]
    figure = go.Figure(
        go.Bar(
            x=values[::-1],
            y=names[::-1],
            orientation="h",
            marker={"color": ["rgba(0,0,0,0)", color("ink"), color("dec")], "line": {"color": color("ink"), "width": [1.5, 0, 0]}},
            text=[f"{v:.4f}" for v in values][::-1],
            textposition="outside",
            textfont={"family": MONO},
            hoverinfo="skip",
            width=0.5,
        )
    )
    figure.update_xaxes(title="squared error per pixel", range=[0, max(values) * 1.35], nticks=4)
    figure.update_yaxes(type="category", automargin=True, showgrid=False)
    rows: list[list[Any]] = [[name, round(value, 5)] for name, value in zip(names, values, strict=True)]
    figure.update_layout(
        height=360,
        meta=meta(
            "Error",
            subtitle="lower is better",
            reading=reading(info),
            table=(["what", "squared error per pixel"], rows),
            alt_name="Reconstruction error against PCA",
        ),
    )
    return figure


def reading(info: Info) -> Rich:
    if info.test < info.pca:
        ratio = [("", "On the test set PCA with the same size loses "), ("b", f"{info.pca / info.test:.1f} times"), ("", " as much.")]
    else:
        ratio = [
            ("", "With this many numbers "),
            ("b", "PCA loses less"),
            ("", f": {info.pca:.4f} on the test set, against {info.test:.4f}."),
        ]
    return ratio


def figure(run: Run, given: Any) -> go.Figure:
    if run.task.kind != "picture":
        raise InputError("This model writes tokens; its errors are counted as exact match in run.metrics.")
    return draw(extract(run, run.explore(given)))
