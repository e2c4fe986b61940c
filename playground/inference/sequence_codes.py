"""The code of a text: all that crosses from an encoder to a decoder that looks at nothing else, as one row of numbers.

    code = the mean of its cloud                                         of a variational sequence model
    code = h_S of every layer, behind them an LSTM's c_S: the context    of a recurrent encoder and decoder

Texts go to codes and come back; in between one can walk (`latent.between`, `latent.around`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from ..models import EncoderDecoder
from ..models.base import Encoded
from ..tasks import Batch, Task
from ..vocabulary import EOS, PAD
from .decoding import onward
from .explore import device_of

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Written:
    """What a decoder writes from a code, the likeliest token at each step.

    `tokens` without the end, `text` as the task spells them, `ended`: whether it came to an end by itself; `log_probability` of all of it,
    the end included, in nats.
    """

    tokens: tuple[str, ...]
    text: str
    ended: bool
    log_probability: float

    @property
    def probability(self) -> float:
        return math.exp(self.log_probability)


def has_code(model: nn.Module) -> TypeGuard[EncoderDecoder]:
    """Whether a text of this model passes through one code, and nothing beside it."""
    return isinstance(model, EncoderDecoder) and model.decoder.bottleneck


@torch.no_grad()
def encoded(model: EncoderDecoder, source: Tensor, mask: Tensor | None = None) -> Array:
    """Codes (N, Z) of what is read (N, S)."""
    return np.asarray(_flat(model.encode(source, mask).final).float().cpu().numpy(), dtype=np.float32)


@torch.no_grad()
def decoded(model: EncoderDecoder, task: Task, codes: Array, most: int) -> tuple[Written, ...]:
    """What is written from codes (N, Z), of `most` tokens at most."""
    state = model.decoder.init_state(_handed(model, codes))
    written, costs = [], []
    for step in onward(model, state, len(codes), device_of(model), max_steps=most):
        each = F.cross_entropy(step.logits, step.token, reduction="none", ignore_index=PAD)  # an ended row writes padding
        written.append(step.token)
        costs.append(each)
    found = zip(torch.stack(written, 1).tolist(), torch.stack(costs, 1).double().sum(1).tolist(), strict=True)
    return tuple(_told(task, ids, cost) for ids, cost in found)


@torch.no_grad()
def costs(model: EncoderDecoder, codes: Array, target: Tensor) -> Array:
    """−log p of one target (1, T) from each of the codes (N, Z), nats. (N,)"""
    batch = Batch(target, target.expand(len(codes), -1))
    logits, _ = model.decoder(batch.target_in, model.decoder.init_state(_handed(model, codes)))
    each = F.cross_entropy(logits.flatten(0, 1).float(), batch.target.flatten(), ignore_index=PAD, reduction="none")
    return np.asarray(each.view_as(batch.target).sum(1).cpu().numpy(), dtype=np.float32)


def _told(task: Task, ids: list[int], cost: float) -> Written:
    tokens = tuple(task.classes[i] for i in ids if i not in (EOS, PAD))
    return Written(tokens, task.join(tokens), EOS in ids, -cost)


def _flat(final: Any) -> Tensor:
    """(L, B, H), or a pair of such, or a code (B, Z), as one row each. (B, Z)"""
    if isinstance(final, tuple):
        return torch.cat([_flat(part) for part in final], dim=1)
    return final.transpose(0, 1).flatten(1) if final.dim() == 3 else final


def _handed(model: EncoderDecoder, codes: Array) -> Encoded:
    """Codes (N, Z) in the form in which this model's encoder hands them over."""
    device = device_of(model)
    form = model.encode(torch.full((1, 1), EOS, device=device)).final
    rows = torch.from_numpy(np.ascontiguousarray(codes)).to(device)
    return Encoded(rows[:, None, :0], _formed(rows, form))


def _formed(rows: Tensor, form: Any) -> Any:
    if isinstance(form, tuple):
        widths = [part.shape[0] * part.shape[2] for part in form]
        return tuple(_formed(part, one) for part, one in zip(rows.split(widths, dim=1), form, strict=True))
    if form.dim() == 2:
        return rows
    return rows.view(len(rows), form.shape[0], form.shape[2]).transpose(0, 1).contiguous()
