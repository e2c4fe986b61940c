"""The best a linear code can do: principal components of the same number.

An autoencoder with linear layers finds the same subspace (P. Baldi, K. Hornik, 1989), so what it keeps beyond PCA is what
its curved layers are worth.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .. import tasks


@lru_cache(maxsize=64)
def pca_error(task: str, size: int) -> float:
    """Mean squared error per held-out pixel when `size` principal components of the training pictures stand for each.

    Raises InputError for a task without pictures.
    """
    train, held_out = (tasks.get(task)().pictures(part)[0].numpy() for part in ("train", "test"))
    from sklearn.decomposition import PCA  # imported when first needed: it costs a second

    pca = PCA(size, random_state=0).fit(train)
    return float(np.square(pca.inverse_transform(pca.transform(held_out)) - held_out).mean())
