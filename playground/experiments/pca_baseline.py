"""The best a linear code can do: principal components of the same number.

An autoencoder with linear layers finds the same subspace (P. Baldi, K. Hornik, 1989), so what it keeps beyond PCA is what
its curved layers are worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import tasks
from ..tasks import Task

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Components:
    """The mean of the training pictures (784,), and their principal components (784, 784), those that explain most first.

    `errors` (785,): mean squared error per held-out pixel with 0 to all of them.
    """

    mean: Array
    components: Array
    errors: NDArray[np.float64]

    def code(self, pictures: Array, size: int) -> Array:
        """(N, 784) to (N, size)"""
        return np.asarray((pictures - self.mean) @ self.components[:size].T)

    def drawn(self, pictures: Array, size: int) -> Array:
        """What `size` components keep of pictures (N, 784)."""
        return np.asarray(self.mean + self.code(pictures, size) @ self.components[:size])

    def needed(self, error: float) -> int:
        """The fewest of them that err no more than this."""
        return int((self.errors > error).sum())


def pca_error(task: str, size: int) -> float:
    """Mean squared error per held-out pixel when `size` principal components of the training pictures stand for each.

    Raises InputError for a task without pictures.
    """
    return float(components(tasks.get(task)()).errors[size])


def components(task: Task) -> Components:
    """The principal components of what is trained on. Raises InputError for a task without pictures."""
    return _components(task.id, task.options)


@lru_cache(maxsize=4)
def _components(id: str, options: Any) -> Components:
    task = tasks.get(id)(options)
    train, held_out = (task.pictures(part)[0].numpy() for part in ("train", "test"))
    mean = train.mean(0)
    centred = (train - mean).astype(np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    best = np.ascontiguousarray(vectors[:, ::-1].T)  # (784, 784)
    rest = (held_out - mean).astype(np.float64)
    kept = np.cumsum(np.square(rest @ best.T).mean(0))
    errors = (np.square(rest).mean(0).sum() - np.concatenate([[0.0], kept])) / rest.shape[1]
    return Components(mean, best.astype(np.float32), errors.clip(0))
