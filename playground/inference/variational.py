"""The loss of a variational autoencoder taken apart: what drawing a picture costs, and what each number of its code does.

    loss = reconstruction + β · Σ KLᵢ          KLᵢ = ½ (meanᵢ² + σᵢ² − log σᵢ² − 1)

A number whose KL is near 0 has collapsed: its cloud is N(0, 1) whatever the picture, so it says nothing of it (J. Lucas et al., "Don't
Blame the ELBO!", 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..models.vae import VariationalAutoencoder
from ..tasks import Batch, Task

Array = NDArray[np.float32]
USED = 0.05  # nats from which on a number is used
MOVED = 200  # pictures on which a number's effect is measured
FAR = 2.0  # from minus so much to so much a number is moved


@dataclass(frozen=True)
class Apart:
    """Means over some test pictures, nats per picture.

    `kl` (Z,): of each number; `moves` (Z,): by how much a pixel changes on average when the number goes from −FAR to FAR;
    `floor`: what the greys of the pictures themselves cost, below which no reconstruction can go.
    """

    reconstruction: float
    kl: Array
    beta: float
    moves: Array
    floor: float
    pictures: int

    @property
    def used(self) -> NDArray[np.bool_]:
        """Which numbers tell something of a picture. (Z,)"""
        return np.asarray(self.kl >= USED)


@torch.no_grad()
def apart(model: VariationalAutoencoder, task: Task, count: int) -> Apart:
    """The loss on `count` test pictures, with drawn codes as in training and as in the run's metrics."""
    batch = model.corrupt(task.held_out("test", count), torch.Generator().manual_seed(0))
    reconstruction, _ = model.terms(batch)
    ink = batch.target.double().clamp(1e-12, 1 - 1e-12)
    floor = -(ink * ink.log() + (1 - ink) * (1 - ink).log()).sum(1).mean()
    kl = each(model, batch).mean(0)
    return Apart(
        float(reconstruction.mean()), np.asarray(kl.numpy()), float(model.options.beta), _moves(model, batch), float(floor), len(batch)
    )


def each(model: VariationalAutoencoder, batch: Batch) -> torch.Tensor:
    """KL of every number of every picture's code, nats. (B, Z)"""
    _, mean, log_variance = model.posterior(batch.source, batch.condition)
    return 0.5 * (mean.square() + log_variance.exp() - log_variance - 1)


def _moves(model: VariationalAutoencoder, batch: Batch) -> Array:
    some = replace(batch, source=batch.source[:MOVED], condition=None if batch.condition is None else batch.condition[:MOVED])
    codes = model.encode(some.source, some.condition)
    found = []
    for i in range(codes.shape[1]):
        low, high = codes.clone(), codes.clone()
        low[:, i], high[:, i] = -FAR, FAR
        found.append(float((model.decode(high, some.condition) - model.decode(low, some.condition)).abs().mean()))
    return np.array(found, dtype=np.float32)
