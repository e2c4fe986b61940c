"""Denoising: how much of the clean picture comes back through the code, beside PCA of the same size.

    error(σ) = mean (decode(encode(clip(x + σ ε))) − x)²        ε normal, clipped to 0..1 like the pictures

P. Vincent et al., "Extracting and Composing Robust Features with Denoising Autoencoders", 2008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..errors import InputError
from ..models import Autoencoder
from ..options import show
from ..storage.run import Run
from .pca_baseline import fitted

LEVELS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Denoising:
    """Mean squared error per pixel against the clean pictures, a number for each of the `levels` (standard deviations of the noise)."""

    levels: tuple[float, ...]
    noisy: tuple[float, ...]  # of the noisy picture as it is
    model: tuple[float, ...]
    pca: tuple[float, ...]


@torch.no_grad()
def denoising(run: Run, levels: Sequence[float] = LEVELS, count: int = 256, seed: int = 0) -> Denoising:
    """Held-out pictures, the same noise for model and PCA. Raises InputError for models of something else and levels outside 0 to 1."""
    model = run.model
    if not isinstance(model, Autoencoder):
        raise InputError(f"{run.recipe.architecture} draws no pictures again; choose an autoencoder.")
    if not levels or not all(isinstance(level, int | float) and 0 <= level <= 1 for level in levels):
        raise InputError(f"The levels of noise are {show(levels)}; allowed are numbers from 0 to 1.")
    batch, generator = run.task.held_out("test", count), torch.Generator().manual_seed(seed)
    clean, pca = batch.source, fitted(run.recipe.task, model.code_size)
    noise = torch.randn(clean.shape, generator=generator)

    def error(drawn: np.ndarray) -> float:
        return float(np.square(drawn - clean.numpy()).mean())

    rows = []
    for level in levels:
        noisy = (clean + level * noise).clamp(0, 1)
        seen = noisy.numpy()
        rows.append((error(seen), error(model(noisy, batch.condition).numpy()), error(pca.inverse_transform(pca.transform(seen)))))
    noisy_error, model_error, pca_error = zip(*rows, strict=True)
    return Denoising(tuple(map(float, levels)), noisy_error, model_error, pca_error)
