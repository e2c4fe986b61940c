"""The loss of a variational model taken apart: what drawing a picture or writing a text again costs, and what each number of its code does.

    loss = reconstruction + β · Σ KLᵢ          KLᵢ = ½ (meanᵢ² + σᵢ² − log σᵢ² − 1)

A number whose KL is near 0 has collapsed: its cloud is N(0, 1) whatever the input, so it says nothing of it (J. Lucas et al., "Don't
Blame the ELBO!", 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..models.sequence_vae import SequenceVAE
from ..models.vae import VariationalAutoencoder
from ..tasks import Batch, Task
from .sequence_codes import Array, decoded, encoded

VariationalModel = VariationalAutoencoder | SequenceVAE
USED = 0.05  # nats from which on a number is used
MOVED = 200  # pictures on which a number's effect is measured
MOVED_TEXTS = 40
FAR = 2.0  # from minus so much to so much a number is moved


@dataclass(frozen=True)
class Apart:
    """Means over some test examples, nats each.

    `kl` (Z,): of each number; `moves` (Z,): by how much a pixel changes on average when the number goes from −FAR to FAR, or which share of
    the words of a text; `floor`: what the greys of the pictures themselves cost, below which no reconstruction can go; 0 of texts.
    `examples`: how many, `of` what: "picture" or "text".
    """

    reconstruction: float
    kl: Array
    beta: float
    moves: Array
    floor: float
    examples: int
    of: str

    @property
    def used(self) -> NDArray[np.bool_]:
        """Which numbers tell something of an input. (Z,)"""
        return np.asarray(self.kl >= USED)


@torch.no_grad()
def apart(model: VariationalModel, task: Task, count: int) -> Apart:
    """The loss on `count` test examples, with drawn codes and all words shown, as in the run's metrics."""
    batch = replace(model.corrupt(task.held_out("test", count), torch.Generator().manual_seed(0)), dropped=None)
    reconstruction, _ = model.terms(batch)
    texts = isinstance(model, SequenceVAE)
    moves = _words_moved(model, task, batch) if isinstance(model, SequenceVAE) else _moves(model, batch)
    kl = each(model, batch).mean(0)
    return Apart(
        float(reconstruction.mean()),
        np.asarray(kl.numpy()),
        float(model.options.beta),
        moves,
        0.0 if texts else _greys(batch),
        len(batch),
        "text" if texts else "picture",
    )


def each(model: VariationalModel, batch: Batch) -> torch.Tensor:
    """KL of every number of every example's code, nats. (B, Z)"""
    if isinstance(model, SequenceVAE):
        return model.encoder.draw(batch.source, batch.mask, batch.noise)[1]
    _, mean, log_variance = model.posterior(batch.source, batch.condition)
    return 0.5 * (mean.square() + log_variance.exp() - log_variance - 1)


def _greys(batch: Batch) -> float:
    """Nats that pictures in greys cost at the least: their own entropy."""
    ink = batch.target.double().clamp(1e-12, 1 - 1e-12)
    return float(-(ink * ink.log() + (1 - ink) * (1 - ink).log()).sum(1).mean())


def _moves(model: VariationalAutoencoder, batch: Batch) -> Array:
    some = replace(batch, source=batch.source[:MOVED], condition=None if batch.condition is None else batch.condition[:MOVED])
    codes = model.encode(some.source, some.condition)
    found = []
    for i in range(codes.shape[1]):
        low, high = codes.clone(), codes.clone()
        low[:, i], high[:, i] = -FAR, FAR
        found.append(float((model.decode(high, some.condition) - model.decode(low, some.condition)).abs().mean()))
    return np.array(found, dtype=np.float32)


def _words_moved(model: SequenceVAE, task: Task, batch: Batch) -> Array:
    """Which share of the words differs, place by place, between what is written from either end."""
    codes = encoded(model, batch.source[:MOVED_TEXTS], None if batch.mask is None else batch.mask[:MOVED_TEXTS])
    ends = np.tile(codes, (2 * codes.shape[1], 1, 1))  # (2 Z, texts, Z)
    for i in range(codes.shape[1]):
        ends[2 * i, :, i], ends[2 * i + 1, :, i] = -FAR, FAR
    texts = decoded(model, task, ends.reshape(-1, codes.shape[1]), task.max_steps(batch.source.shape[1]))
    pairs = [[text.tokens for text in texts[i : i + len(codes)]] for i in range(0, len(texts), len(codes))]
    shares = [np.mean([_differing(low, high) for low, high in zip(pairs[i], pairs[i + 1], strict=True)]) for i in range(0, len(pairs), 2)]
    return np.array(shares, dtype=np.float32)


def _differing(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    longest = max(len(one), len(other), 1)
    return 1 - sum(a == b for a, b in zip(one, other, strict=False)) / longest
