"""What every use of an autoencoder is measured with: the error of each picture, and how sure one may be of a mean or of an area."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import InputError
from ...models import Autoencoder
from ...storage.run import Run

Array = NDArray[np.float64]
DRAWS = 1_000  # of a bootstrap
MANY = 1024  # held-out pictures that an error is the mean of, as in the metrics of a run


def autoencoder(run: Run) -> Autoencoder:
    """The run's model. Raises InputError where it draws no pictures."""
    if not isinstance(run.model, Autoencoder) or run.task.kind != "picture":
        raise InputError(f"{run.recipe.architecture} draws no pictures again; choose an autoencoder.")
    return run.model


@torch.no_grad()
def errors(model: Autoencoder, seen: Tensor, labels: Tensor | None, clean: Tensor | None = None) -> Array:
    """Mean squared error per pixel of each picture (N, 784), against the `clean` ones where it has seen others. A conditional model is told
    the labels, or guesses them. (N,)"""
    told = model.guess(seen) if labels is None else labels
    drawn = model(seen, told)
    return np.asarray((drawn - (seen if clean is None else clean)).square().mean(1).double().numpy())


def interval(values: Array, seed: int = 0) -> tuple[float, float]:
    """Where the mean of so many pictures lies with 95 % confidence: a bootstrap."""
    rows = np.random.default_rng(seed).integers(len(values), size=(DRAWS, len(values)))
    low, high = np.quantile(values[rows].mean(1), [0.025, 0.975])
    return float(low), float(high)


def area(ordinary: Array, odd: Array) -> tuple[float, tuple[float, float]]:
    """How often an odd picture scores higher than an ordinary one (the area under the ROC curve; equal scores count half), and a
    bootstrap's 95 % interval over pictures of both kinds."""
    higher = (odd[:, None] > ordinary).astype(np.float32) + 0.5 * (odd[:, None] == ordinary)  # (odd, ordinary)
    random = np.random.default_rng(0)
    few, many = (random.multinomial(n, np.full(n, 1 / n), DRAWS) / n for n in higher.shape)
    low, high = np.quantile(((few @ higher) * many).sum(1), [0.025, 0.975])
    return float(higher.mean()), (max(0.0, float(low)), min(1.0, float(high)))
