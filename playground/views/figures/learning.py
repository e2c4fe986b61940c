"""Learning curves: loss at every step and held-out score, against seconds of training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from ...errors import InputError
from ..style import color, meta

if TYPE_CHECKING:
    from ...storage.run import Run


class Info(NamedTuple):
    losses: NDArray[np.float64]  # (N, 3): step, seconds, loss
    scores: NDArray[np.float64]  # (M, 3): step, seconds, score
    score_name: str
    loss_name: str


def extract(history: dict[str, Any], score_name: str) -> Info:
    if not history.get("losses"):
        raise InputError("This run carries no curve; train it again to see one.")
    names = (score_name, f"loss, squared {score_name}" if "error" in score_name else "loss, nats per token")
    return Info(np.array(history["losses"], dtype=float), np.array(history["scores"], dtype=float).reshape(-1, 3), *names)


def draw(info: Info) -> go.Figure:
    figure = make_subplots(1, 2, subplot_titles=(info.score_name, info.loss_name))
    figure.add_scatter(x=info.scores[:, 1], y=info.scores[:, 2], mode="lines+markers", line={"color": color("ink")}, row=1, col=1)
    figure.add_scatter(x=info.losses[:, 1], y=info.losses[:, 2], mode="lines", line={"color": color("ink")}, row=1, col=2)
    figure.update_xaxes(title="seconds", rangemode="tozero")
    figure.update_yaxes(rangemode="tozero")
    end = [("", f"After step {int(info.losses[-1, 0])} the {info.loss_name} is "), ("b", f"{info.losses[-1, 2]:.3g}"), ("", ".")]
    rows = [[int(step), round(s, 2), round(v, 4)] for step, s, v in info.losses.tolist()]
    figure.update_layout(meta=meta("Learning curves", reading=end, table=(["step", "seconds", "loss"], rows)))
    return figure


def figure(run: Run, given: Any = None) -> go.Figure:
    return draw(extract(run.history, run.task.score_name))
