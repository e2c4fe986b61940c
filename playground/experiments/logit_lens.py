"""Logit lens: what a decoder-only Transformer would answer if it stopped after each layer.

    answer after layer k = softmax(W norm(x_k))        W and norm are those behind the last layer

Every layer adds to the same residual stream, so each can be read as the last one is. nostalgebraist, "interpreting GPT: the logit
lens", LessWrong, 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InputError
from ..models import writable
from ..models.transformer_decoder import DecoderOnly
from ..storage.run import Run
from ..vocabulary import EOS

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Lens:
    """L + 1 depths, "embedding" and "layer 1" …, by T steps of one decode.

    `answers[depth][step]` is the likeliest token there, `probabilities` (L + 1, T) what the token that was `written` has there,
    `logits` (L + 1, T, V) everything.
    """

    depths: tuple[str, ...]
    written: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    probabilities: Array
    logits: Array


@torch.no_grad()
def lens(run: Run, given: Any) -> Lens:
    """One input, decoded greedily and read off after every layer. Raises InputError for other models and for input it cannot read."""
    model = run.model
    if not isinstance(model, DecoderOnly):
        raise InputError(f"{run.recipe.architecture} is not decoder-only; the lens reads transformer_decoder.")
    trace = run.explore(given)
    stream = [trace["decoder.embedded"] + trace["decoder.positions"] if "decoder.positions" in trace else trace["decoder.embedded"]]
    for k, layer in enumerate(model.decoder.layers):
        last = "norm2" if layer.placement == "post" else "residual2"  # where the layer ends
        stream.append(trace[f"decoder.layers.{k}.{last}"])
    logits = model.decoder.output(model.decoder.norm(torch.from_numpy(np.stack(stream))))  # (L + 1, T, V)
    return _read(run, trace.tokens, logits)


def _read(run: Run, written: tuple[str, ...], logits: Tensor) -> Lens:
    classes = run.task.classes
    names = [["end" if i == EOS else classes[i] for i in row] for row in writable(logits).argmax(-1).tolist()]
    ids = torch.tensor([run.task.token_id(token) for token in written])
    shares = writable(logits).softmax(-1)[:, torch.arange(len(ids)), ids]
    depths = ("embedding", *(f"layer {k}" for k in range(1, len(logits))))
    return Lens(depths, written, tuple(map(tuple, names)), shares.numpy(), logits.numpy())
