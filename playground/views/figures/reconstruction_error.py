"""How much is lost: this picture, the whole test set, and PCA with a code of the same size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from ...errors import InputError
from ...experiments.pca_baseline import pca_error
from ...models import Autoencoder
from ...tracing import Trace
from ..scene import reconstruction as picture_scene
from ..scene.reconstruction import Terms
from ..style import MONO, Rich, color, meta

if TYPE_CHECKING:
    from ...storage.run import Run


class Info(NamedTuple):
    here: float | None  # mean squared errors per pixel; None where a code was set by hand
    test: float
    pca: float
    size: int  # numbers in a code
    paid: Terms | None = None  # reconstruction and KL of this picture, nats
    paid_test: Terms | None = None


def extract(run: Run, trace: Trace) -> Info:
    assert isinstance(run.model, Autoencoder) and trace.reconstruction is not None
    size = len(trace["encoder.code"])
    test = run.metrics.get("mse") or run.model.score(run.task.held_out("test", 1024))
    pca = run.metrics.get("pca_mse") or pca_error(run.recipe.task, size)
    here = None if trace.picture is None else float(np.square(trace.picture - trace.reconstruction).mean())
    known = {"reconstruction", "kl"} <= set(run.metrics)
    paid_test = Terms(run.metrics["reconstruction"], run.metrics["kl"]) if known else None
    return Info(here, test, pca, size, picture_scene.terms(trace), paid_test)


def spec(info: Info) -> dict[str, Any]:
    """The figure as plain data, as the page reads it."""
    pca = f"PCA, {info.size} components" if info.size > 1 else "PCA, 1 component"
    shown = [("test set", info.test, color("ink"), 0.0), (pca, info.pca, "rgba(0,0,0,0)", 1.5)]
    if info.here is not None:
        shown.insert(0, ("this picture", info.here, color("dec"), 0.0))
    names, values, fills, outlines = (list(column) for column in zip(*shown, strict=True))
    bars = {
        "type": "bar",
        "x": values[::-1],
        "y": names[::-1],
        "orientation": "h",
        "marker": {"color": fills[::-1], "line": {"color": color("ink"), "width": outlines[::-1]}},
        "text": [f"{v:.4f}" for v in values][::-1],
        "textposition": "outside",
        "textfont": {"family": MONO},
        "hoverinfo": "skip",
        "cliponaxis": False,
        "width": 0.5,
    }
    rows: list[list[Any]] = [[name, round(value, 5)] for name, value in zip(names, values, strict=True)]
    about = meta(
        "Error",
        subtitle="lower is better",
        reading=reading(info),
        table=(["what", "squared error per pixel"], rows),
        alt_name="Reconstruction error against PCA",
    )
    across = {"title": {"text": "squared error per pixel"}, "range": [0, max(values) * 2], "nticks": 2}
    layout = {"xaxis": across, "yaxis": {"type": "category", "automargin": True, "showgrid": False}, "height": 360, "meta": about}
    return {"data": [bars], "layout": layout}


def draw(info: Info) -> go.Figure:
    return go.Figure(spec(info))


def reading(info: Info) -> Rich:
    if info.test < info.pca:
        ratio = [("", "On the test set PCA with the same size loses "), ("b", f"{info.pca / info.test:.1f} times"), ("", " as much.")]
    else:
        ratio = [
            ("", "With this many numbers "),
            ("b", "PCA loses less"),
            ("", f": {info.pca:.4f} on the test set, against {info.test:.4f}."),
        ]
    return ratio if info.paid_test is None else [*_paid(info.paid, info.paid_test), *ratio]


def _paid(here: Terms | None, test: Terms) -> Rich:
    """Both terms of the loss: what drawing a picture and what its code costs."""
    mine: Rich = [] if here is None else [("", f"This picture costs {here.reconstruction:.0f} + {here.kl:.1f} nats. ")]
    return [*mine, ("", "A test picture costs "), ("b", f"{test.reconstruction:.0f}"), ("", " nats to draw and "),
            ("b", f"{test.kl:.1f}"), ("", " for its code. ")]  # fmt: skip


def figure(run: Run, given: Any) -> go.Figure:
    if run.task.kind != "picture":
        raise InputError(f"This model draws no pictures; its {run.task.score_name} is in run.metrics.")
    return draw(extract(run, run.explore(given)))
