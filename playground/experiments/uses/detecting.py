"""Anomaly detection: what an autoencoder cannot draw again is unlike what it has learned.

    score(x) = mean (decode(encode(x)) − x)²        AUC: how often an odd picture scores higher than an ordinary one

The threshold lets 95 % of known pictures pass that neither trained the model nor are judged here.

M. Sakurada, T. Yairi, "Anomaly Detection Using Autoencoders with Nonlinear Dimensionality Reduction", 2014.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ... import tasks
from ...errors import InputError
from ...models import Autoencoder, Variational
from ...storage.run import Run
from ...tasks import Batch, PictureTask
from ..lab.result import Result
from ..pca_baseline import components
from .pictures import Array, area, autoencoder, errors

PASS = 0.95  # of known pictures, below the threshold


@dataclass(frozen=True)
class Detected(Result):
    """How well errors per pixel tell `odd` pictures (M,) from `ordinary` ones (N,), of the test part: `score` is the area under the ROC
    curve (.5 is chance, 1 without a mistake) with its 95 % interval, `n` how many pictures there are.

    `strange` says what is odd. `pca` is the area that as many principal components reach, `likelihood` that of a variational model's
    evidence bound in place of its error, None for others. At the `threshold` a share of odd pictures is `caught`, and a share of
    ordinary ones is a `false` alarm.
    """

    strange: str
    ordinary: Array
    odd: Array
    score: float
    interval: tuple[float, float]
    pca: float
    likelihood: float | None
    threshold: float

    @property
    def n(self) -> int:
        """Pictures of both kinds."""
        return len(self.ordinary) + len(self.odd)

    @property
    def caught(self) -> float:
        """The share of odd pictures above the threshold."""
        return float((self.odd > self.threshold).mean())

    @property
    def false(self) -> float:
        """The share of ordinary pictures above it."""
        return float((self.ordinary > self.threshold).mean())

    @property
    def curve(self) -> NDArray[np.float64]:
        """Shares of false and of true alarms as the threshold falls, from (0, 0) to (1, 1). (N, 2)"""
        every = np.concatenate([self.ordinary, self.odd])
        order, is_odd = np.argsort(-every, kind="stable"), np.arange(len(every)) >= len(self.ordinary)
        last = np.append(np.diff(every[order]) != 0, True)  # equal scores are passed at once
        true, false = np.cumsum(is_odd[order])[last] / len(self.odd), np.cumsum(~is_odd[order])[last] / len(self.ordinary)
        return np.stack([np.append(0.0, false), np.append(0.0, true)], axis=1)

    @property
    def sentence(self) -> str:
        """How many are caught, at which price."""
        low, high = self.interval
        return (
            f"{self.strange} among known pictures: area {self.score:.3f} [{low:.3f}, {high:.3f}]; {100 * self.caught:.3g} % of "
            f"{len(self.odd):,} are caught at {100 * self.false:.3g} % false alarms. PCA of the same size reaches {self.pca:.3f}."
        )

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: kind, error, flagged."""
        kinds = (("known", self.ordinary), ("odd", self.odd))
        return [
            ["kind", "error per pixel", "flagged"],
            *([kind, float(error), bool(error > self.threshold)] for kind, errors in kinds for error in errors),
        ]


def detect(run: Run, odd: str | None = None) -> Detected:
    """The class that a run was trained without among those that it knows; or, with `odd`, the pictures of that other task. Raises
    InputError where neither is there."""
    model, task = autoencoder(run), run.task
    assert isinstance(task, PictureTask)
    (pictures, labels), missing = task.pictures("test"), task.left_out
    if odd is not None:
        ordinary, other, name = pictures, tasks.get(odd)().pictures("test")[0], tasks.get(odd).title
    elif missing is not None:
        ordinary, other, name = pictures[labels != missing], pictures[labels == missing], f"‘{missing}’, never seen,"
    else:
        raise InputError("This run was trained on every class: name another task as odd, or train one with task_options={'without': '8'}.")
    scores, steering = errors(model, ordinary, None), errors(model, task.pictures("validation")[0], None)
    strange = errors(model, other, None)
    found = components(task)
    linear = [np.square(found.drawn(part, model.code_size) - part).mean(1) for part in (ordinary.numpy(), other.numpy())]
    bounds = [_bound(model, part) for part in (ordinary, other)] if isinstance(model, Variational) else None
    score, interval = area(scores, strange)
    return Detected(
        name,
        scores,
        strange,
        score,
        interval,
        area(*linear)[0],
        None if bounds is None else area(*bounds)[0],
        float(np.quantile(steering, PASS)),
    )


@torch.no_grad()
def _bound(model: Autoencoder, pictures: Tensor) -> Array:
    """What each picture costs a variational model in nats, its code being the mean: minus the evidence bound. (N,)"""
    reconstruction, kl = model.terms(Batch(pictures, pictures, condition=model.guess(pictures)))  # type: ignore[operator]
    return np.asarray((reconstruction + kl).double().numpy())
