"""Sequence to sequence: the decoder starts from the encoder's final state, and nothing else crosses over.

    h_1 … h_S = Encoder(x_1 … x_S)         context = h_S
    d_0 = context,   d_t = RNN(y_{t−1}, d_{t−1}),   p(y_t) = softmax(W d_t)

I. Sutskever, O. Vinyals, Q. Le, "Sequence to Sequence Learning with Neural Networks", 2014.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ..options import choice, flag, integer
from ..tasks import SequenceTask
from ..tracing import explicit, tap
from . import Architecture, Decoder, Encoded, EncoderDecoder, register
from .layers.recurrent import CELL_TITLES, Recurrent, RecurrentEncoder, embed


@dataclass(frozen=True)
class Options:
    cell: str = choice("lstm", CELL_TITLES, "Cell", "What one recurrent step computes")
    layers: int = integer(1, 1, 3, "Layers", "Recurrent layers in encoder and decoder")
    hidden: int = integer(128, 8, 256, "Hidden units", "Width of the states, and of the context", step=8)
    embedding: int = integer(32, 0, 128, "Embedding", "Numbers per token; 0: the token's own number, untrained", step=4)
    bidirectional: bool = flag(False, "Bidirectional encoder", "Reads both ways; each direction gets half of the units")
    backwards: bool = flag(False, "Read backwards", "From the last token to the first, which is then fresh when writing starts")


class RecurrentDecoder(Decoder):
    """Embedding, recurrent layers, logits.

    Sites: `embedded` (E), `recurrent.layers.k.…` (see `Recurrent`), `hidden` (H), `logits` (V), per step; `context` once:
    the final encoder state of every layer (L, H), LSTM's cell as `context_cell`.
    """

    bottleneck = True

    def __init__(self, vocabulary: int, embedding: int, hidden: int, layers: int, cell: str) -> None:
        super().__init__()
        self.embedding = embed(vocabulary, embedding)
        self.recurrent = Recurrent(cell, self.embedding.embedding_dim, hidden, layers)
        self.output = nn.Linear(hidden, vocabulary)

    def init_state(self, encoded: Encoded) -> Any:
        return handed_over(self, "context", encoded.final)

    def forward(self, target_in: Int[Tensor, "batch target"], state: Any) -> tuple[Float[Tensor, "batch target vocabulary"], Any]:
        if explicit():
            return looped(self, target_in, state)
        hidden, state = self.recurrent(self.embedding(target_in), state)  # (B, T, H)
        return self._write(hidden), state

    def step(self, token: Int[Tensor, " batch"], state: Any) -> tuple[Float[Tensor, "batch vocabulary"], Any]:
        embedded = tap(self, "embedded", self.embedding(token))  # (B, E)
        hidden, state = self.recurrent(embedded[:, None], state)  # (B, 1, H)
        return self._write(hidden[:, 0]), state

    def _write(self, hidden: Tensor) -> Tensor:
        return tap(self, "logits", self.output(tap(self, "hidden", hidden)))


def handed_over(decoder: Decoder, name: str, final: Any) -> Any:
    """The encoder's final state of all layers (L, B, H), an LSTM's cell with it, as the decoder takes it over; tapped batch first."""
    if isinstance(final, tuple):
        return tuple(handed_over(decoder, f"{name}{end}", part) for end, part in zip(("", "_cell"), final, strict=True))
    return tap(decoder, name, final.transpose(0, 1)).transpose(0, 1).contiguous()


def looped(decoder: Decoder, target_in: Tensor, state: Any) -> tuple[Tensor, Any]:
    """Teacher forcing step by step, by the very code that decoding uses: how a trace sees it."""
    logits = []
    for token in target_in.T:
        step, state = decoder.step(token, state)
        logits.append(step)
    return torch.stack(logits, dim=1), state


def build(task: SequenceTask, options: Options) -> EncoderDecoder:
    source, target = len(task.source_vocabulary), len(task.target_vocabulary)
    o = options
    return EncoderDecoder(
        RecurrentEncoder(source, o.embedding, o.hidden, o.layers, o.cell, o.bidirectional, backwards=o.backwards),
        RecurrentDecoder(target, o.embedding, o.hidden, o.layers, o.cell),
    )


register(
    Architecture(
        id="seq2seq",
        title="RNN, final state only",
        description="A recurrent encoder and decoder; only the final state crosses over, the context vector.",
        kind="sequence decoder",
        learns=("sequence", "infill", "completion"),
        Options=Options,
        build=build,
        paper="Sutskever, Vinyals & Le, 2014",
        order=1,
    )
)
