"""Scheduled sampling: while it trains, a decoder reads some of its own guesses in place of the right tokens.

    ỹ_t = y_t                          with probability 1 − ε
    ỹ_t = arg max p(y_t | ỹ_<t, x)     with probability ε,     ε rising from 0 to the option's share over the training

Under teacher forcing a decoder never meets a prefix with a mistake of its own in it, and then has to go on after one. Here it does.
As in the paper the guesses are not differentiated through: they are made first, and then read like any other tokens.

S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, "Scheduled Sampling for Sequence Prediction with Recurrent Neural Networks", 2015.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from ..models import EncoderDecoder
from ..models.base import writable
from ..tasks import Batch


@dataclass(frozen=True)
class Guessed(Batch):
    """A batch of which the decoder reads `read` (B, T), tokens some of which it guessed itself."""

    read: Int[Tensor, "batch target"] | None = None

    @property
    def target_in(self) -> Tensor:
        assert self.read is not None
        return self.read


@torch.no_grad()
def guessed(model: EncoderDecoder, batch: Batch, share: float, generator: torch.Generator) -> Batch:
    """The batch with each token that the decoder reads, but BOS, replaced by its own guess with probability `share`.

    A guess is made after what was really read before it, guesses included. Coins come from the `generator` (CPU).
    """
    right = batch.target_in  # (B, T)
    coins = (torch.rand(right.shape, generator=generator) < share).to(right.device)
    state, read = model.decoder.init_state(model.encode(batch.source, batch.mask)), [right[:, 0]]
    for t in range(1, right.shape[1]):
        logits, state = model.decode_step(read[-1], state)
        read.append(torch.where(coins[:, t], writable(logits).argmax(-1), right[:, t]))
    return Guessed(**vars(batch), read=torch.stack(read, dim=1))
