"""The best a linear code can do: principal components of the same number.

An autoencoder with linear layers finds the same subspace (P. Baldi, K. Hornik, 1989), so what it keeps beyond PCA is what
its curved layers are worth.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import tasks

if TYPE_CHECKING:
    from sklearn.decomposition import PCA


@lru_cache(maxsize=64)
def pca_error(task: str, size: int) -> float:
    """Mean squared error per held-out pixel when `size` principal components of the training pictures stand for each.

    Raises InputError for a task without pictures.
    """
    held_out, pca = tasks.get(task)().pictures("test")[0].numpy(), fitted(task, size)
    return float(np.square(pca.inverse_transform(pca.transform(held_out)) - held_out).mean())


@lru_cache(maxsize=16)
def fitted(task: str, size: int) -> PCA:
    """`size` principal components of the training pictures."""
    return fit(tasks.get(task)().pictures("train")[0].numpy(), size)


def fit(pictures: NDArray[np.float32], size: int) -> PCA:
    """`size` principal components of the pictures (N, 784)."""
    from sklearn.decomposition import PCA  # imported when first needed: it costs a second

    return PCA(size, random_state=0).fit(pictures)
