"""Logit lens: what a Transformer would write if its decoder stopped after each sublayer.

    answer after sublayer k = softmax(W norm(x_k))        W and norm are those behind the last layer

Every sublayer adds to the same residual stream, so each can be read as the last one is. nostalgebraist, "interpreting GPT: the logit
lens", LessWrong, 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..errors import InputError
from ..models import EncoderDecoder, writable
from ..models.layers.stack import StackDecoder
from ..models.layers.transformer import EncoderLayer
from ..storage.run import Run
from ..tracing import Trace
from ..vocabulary import EOS

Array = NDArray[np.float32]
KINDS = {"SelfAttention": "self-attention", "CrossAttention": "cross-attention", "FeedForward": "feed-forward"}


@dataclass(frozen=True)
class Depth:
    """How far the decoder has come: behind the sublayer `kind` of a layer, from 1; or at the embedding, layer 0."""

    layer: int
    kind: str

    def __str__(self) -> str:
        return f"layer {self.layer} {self.kind}" if self.layer else self.kind


@dataclass(frozen=True)
class Lens:
    """D depths, the embedding first, by T steps of one decode.

    `answers[depth][step]` is the likeliest token there and `shares` (D, T) its probability; `probabilities` (D, T) is what the token that
    was `written` has there, `logits` (D, T, V) everything.
    """

    depths: tuple[Depth, ...]
    written: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    shares: Array
    probabilities: Array
    logits: Array

    @property
    def agrees(self) -> NDArray[np.bool_]:
        """Where the likeliest token is the one that was written. (D, T)"""
        return np.array(self.answers) == np.array(self.written)


def fits(model: nn.Module) -> bool:
    """Whether a lens can be held against this model."""
    return isinstance(model, EncoderDecoder) and isinstance(model.decoder, StackDecoder)


def lens(run: Run, given: Any) -> Lens:
    """One input, decoded greedily and read off everywhere. Raises InputError for other models and for input it cannot read."""
    if not fits(run.model):
        raise InputError(f"{run.recipe.architecture} has no Transformer decoder; the lens reads one.")
    return through(run, run.explore(given))


@torch.no_grad()
def through(run: Run, trace: Trace) -> Lens:
    """What was computed in a trace of this run, read off after every sublayer."""
    decoder = cast("EncoderDecoder", run.model).decoder
    assert isinstance(decoder, StackDecoder)
    embedded = trace["decoder.embedded"]
    stream, depths = [embedded + trace["decoder.positions"] if "decoder.positions" in trace else embedded], [Depth(0, "embedding")]
    for k, layer in enumerate(cast("list[EncoderLayer]", list(decoder.layers))):
        ends = "norm" if layer.placement == "post" else "residual"  # where a sublayer ends
        for n, sublayer in enumerate(layer.sublayers if layer.thinks else layer.sublayers[:-1], 1):
            stream.append(trace[f"decoder.layers.{k}.{ends}{n}"])
            depths.append(Depth(k + 1, KINDS[sublayer]))
    logits = decoder.output(decoder.norm(torch.from_numpy(np.stack(stream))))  # (D, T, V)
    return _read(run, tuple(depths), trace.tokens, logits)


def _read(run: Run, depths: tuple[Depth, ...], written: tuple[str, ...], logits: Tensor) -> Lens:
    classes, shares = run.task.classes, writable(logits).softmax(-1)
    most = shares.max(-1)
    names = [["end" if i == EOS else classes[i] for i in row] for row in most.indices.tolist()]
    ids = torch.tensor([run.task.token_id(token) for token in written])
    own = shares[:, torch.arange(len(ids)), ids]
    return Lens(depths, written, tuple(map(tuple, names)), most.values.numpy(), own.numpy(), logits.numpy())
