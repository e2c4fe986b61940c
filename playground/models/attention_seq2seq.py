"""Sequence to sequence with attention: every step looks back at all encoder states.

    h_1 … h_S = Encoder(x_1 … x_S)
    d_t = RNN(y_{t−1}, d_{t−1})
    α_t = softmax(score(d_t, h)),   c_t = Σ_s α_ts h_s
    a_t = tanh(W [c_t; d_t]),   p(y_t) = softmax(V a_t)

D. Bahdanau, K. Cho, Y. Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate", 2015; in the order
of T. Luong, H. Pham, C. Manning, "Effective Approaches to Attention-based Neural Machine Translation", 2015: the context
is not fed back, so that all steps of a known target are computed at once. With input feeding (their §3.3) it is, as
d_t = RNN([y_{t−1}; a_{t−1}], d_{t−1}): a step then knows where the ones before it looked, and must wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ..options import choice, flag, integer
from ..tasks import SequenceTask
from ..tracing import explicit, tap
from . import Architecture, Decoder, Encoded, EncoderDecoder, register
from .layers.attention import SCORES, attention
from .layers.recurrent import CELL_TITLES, Recurrent, RecurrentEncoder
from .seq2seq import handed_over, looped


@dataclass(frozen=True)
class Options:
    score: str = choice("additive", SCORES, "Attention score", "How a decoder state scores an encoder state")
    cell: str = choice("gru", CELL_TITLES, "Cell", "What one recurrent step computes")
    layers: int = integer(1, 1, 3, "Layers", "Recurrent layers in encoder and decoder")
    hidden: int = integer(32, 8, 256, "Hidden units", "Width of the states", step=8)
    embedding: int = integer(32, 4, 128, "Embedding", "Numbers per token", step=4)
    bidirectional: bool = flag(True, "Bidirectional encoder", "Reads both ways; each direction gets half of the units")
    input_feeding: bool = flag(False, "Input feeding", "The decoder reads what its last look found; slower to train")


@dataclass(frozen=True)
class State:
    """What a step hands to the next: the recurrent state, with input feeding the attentional vector; and what all look at."""

    recurrent: Any
    encoded: Encoded
    attentional: Tensor | None = None


class AttentionDecoder(Decoder):
    """Embedding, recurrent layers, attention, logits.

    Sites per step: `embedded` (E), `recurrent.layers.k.…`, `hidden` (H), `attention.scores`, `attention.weights` (S),
    `attention.context` (H), `attentional` (H), `logits` (V); `start` once: the final encoder state of every layer (L, H), in which the
    decoder begins, LSTM's cell as `start_cell`.
    """

    def __init__(self, words: int, embedding: int, hidden: int, layers: int, cell: str, score: str, positions: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, embedding)
        self.recurrent = Recurrent(cell, embedding, hidden, layers)
        self.attention = attention(score, hidden, positions)
        self.combine = nn.Linear(2 * hidden, hidden)
        self.output = nn.Linear(hidden, words)

    def init_state(self, encoded: Encoded) -> State:
        return State(handed_over(self, "start", encoded.final), encoded)

    def forward(self, target_in: Int[Tensor, "batch target"], state: State) -> tuple[Float[Tensor, "batch target vocabulary"], State]:
        if explicit():
            return looped(self, target_in, state)
        hidden, recurrent = self.recurrent(self.embedding(target_in), state.recurrent)  # (B, T, H)
        return self._write(hidden, state.encoded)[0], State(recurrent, state.encoded)

    def step(self, token: Int[Tensor, " batch"], state: State) -> tuple[Float[Tensor, "batch vocabulary"], State]:
        embedded = tap(self, "embedded", self.embedding(token))  # (B, E)
        hidden, recurrent = self.recurrent(embedded[:, None], state.recurrent)  # (B, 1, H)
        return self._write(hidden[:, 0], state.encoded)[0], State(recurrent, state.encoded)

    def _write(self, hidden: Tensor, encoded: Encoded) -> tuple[Tensor, Tensor]:
        hidden = tap(self, "hidden", hidden)  # (B, [T,] H)
        context = self.attention(hidden, encoded.states, encoded.mask)
        attentional = tap(self, "attentional", torch.tanh(self.combine(torch.cat([context, hidden], dim=-1))))
        return tap(self, "logits", self.output(attentional)), attentional  # (B, [T,] V), (B, [T,] H)


class InputFeedingDecoder(AttentionDecoder):
    """Reads, beside each token, what its last look found."""

    def __init__(self, words: int, embedding: int, hidden: int, layers: int, cell: str, score: str, positions: int) -> None:
        super().__init__(words, embedding, hidden, layers, cell, score, positions)
        self.recurrent = Recurrent(cell, embedding + hidden, hidden, layers)

    def init_state(self, encoded: Encoded) -> State:
        return State(handed_over(self, "start", encoded.final), encoded, torch.zeros_like(encoded.states[:, 0]))

    def forward(self, target_in: Int[Tensor, "batch target"], state: State) -> tuple[Float[Tensor, "batch target vocabulary"], State]:
        return looped(self, target_in, state)

    def step(self, token: Int[Tensor, " batch"], state: State) -> tuple[Float[Tensor, "batch vocabulary"], State]:
        embedded = tap(self, "embedded", self.embedding(token))  # (B, E)
        read = torch.cat([embedded, cast(Tensor, state.attentional)], dim=-1)  # (B, E + H)
        hidden, recurrent = self.recurrent(read[:, None], state.recurrent)  # (B, 1, H)
        logits, attentional = self._write(hidden[:, 0], state.encoded)
        return logits, State(recurrent, state.encoded, attentional)


def build(task: SequenceTask, options: Options) -> EncoderDecoder:
    o = options
    encoder = RecurrentEncoder(len(task.source_vocabulary), o.embedding, o.hidden, o.layers, o.cell, o.bidirectional)
    sizes = (len(task.target_vocabulary), o.embedding, o.hidden, o.layers, o.cell, o.score, task.max_source)
    decoder = InputFeedingDecoder(*sizes) if o.input_feeding else AttentionDecoder(*sizes)
    return EncoderDecoder(encoder, decoder)


register(
    Architecture(
        id="attention_seq2seq",
        title="RNN + attention",
        description="A recurrent encoder and decoder; every output looks back at all encoder states.",
        kind="sequence decoder",
        learns=("sequence", "infill"),
        Options=Options,
        build=build,
        paper="Bahdanau, Cho & Bengio, 2015; Luong, Pham & Manning, 2015",
        order=2,
    )
)
