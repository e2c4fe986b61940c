"""Anomaly detection: what an autoencoder cannot draw again is unlike what it has learned.

    score(x) = mean (decode(encode(x)) − x)²        AUROC: how often an odd picture scores higher than an ordinary one

M. Sakurada, T. Yairi, "Anomaly Detection Using Autoencoders with Nonlinear Dimensionality Reduction", 2014.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .. import tasks
from ..errors import InputError
from ..models import Autoencoder
from ..options import show
from ..storage.run import Run
from ..tasks import PictureTask
from ..tasks.parts import Part
from ..training.recipes import Recipe
from ..training.stepper import Stepper
from ..training.trainer import new_model, pick_device
from .pca_baseline import fit

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Anomaly:
    """Scores of ordinary and odd held-out pictures, and how well they tell them apart: AUROC, .5 is chance, 1 without a mistake.

    `curve` (N, 2) has the shares of false and true alarms as the threshold falls, of the model; PCA has the size of its code.
    """

    ordinary: Array
    odd: Array
    auroc: float
    pca_auroc: float
    curve: Array


def strangers(run: Run, other: str = "strokes") -> Anomaly:
    """Pictures of another task among those that the run has learned. Raises InputError."""
    model, odd = _autoencoder(run), tasks.get(other)().pictures("test")[0]
    train, ordinary = run.task.pictures("train")[0], run.task.pictures("test")[0]
    return _told_apart(model, train, ordinary, odd)


def left_out(recipe: Recipe, digit: int) -> Anomaly:
    """A new model of this recipe, trained without one digit, and then shown all. Raises InputError."""
    task = recipe.build_task()
    if isinstance(digit, bool) or not isinstance(digit, int) or not 0 <= digit <= 9:
        raise InputError(f"The digit left out is {show(digit)}; allowed are 0 to 9.")
    if not isinstance(task, PictureTask):
        raise InputError(f"{recipe.task} has no pictures; choose digits or strokes.")
    without = type("Without", (type(task),), {"pictures": lambda self, part: _others(task, part, digit)})(task.options)
    model = new_model(recipe)
    stepper = Stepper(model, without, recipe.training, recipe.seed, pick_device("cpu"))
    while stepper.done < recipe.training.steps and stepper.step() is not None:
        pass
    assert isinstance(model, Autoencoder)
    pictures, labels = task.pictures("test")
    return _told_apart(model.eval(), without.pictures("train")[0], pictures[labels != digit], pictures[labels == digit])


def _others(task: PictureTask, part: Part, digit: int) -> tuple[Tensor, Tensor]:
    pictures, labels = task.pictures(part)
    return pictures[labels != digit], labels[labels != digit]


def _autoencoder(run: Run) -> Autoencoder:
    if not isinstance(run.model, Autoencoder):
        raise InputError(f"{run.recipe.architecture} draws no pictures again; choose an autoencoder.")
    return run.model


@torch.no_grad()
def _told_apart(model: Autoencoder, train: Tensor, ordinary: Tensor, odd: Tensor) -> Anomaly:
    from sklearn.metrics import roc_auc_score, roc_curve  # imported when first needed: it costs a second

    pictures = torch.cat([ordinary, odd])
    is_odd = np.arange(len(pictures)) >= len(ordinary)
    pca = fit(train.numpy(), model.code_size)
    scores = (model(pictures, model.guess(pictures)) - pictures).square().mean(1).double().numpy()
    linear = np.square(pca.inverse_transform(pca.transform(pictures.numpy())) - pictures.numpy()).mean(1)
    false, true, _ = roc_curve(is_odd, scores)
    curve = np.stack([false, true], axis=1)
    return Anomaly(scores[~is_odd], scores[is_odd], float(roc_auc_score(is_odd, scores)), float(roc_auc_score(is_odd, linear)), curve)
