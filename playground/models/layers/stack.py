"""A stack of Transformer layers between an embedding and a norm: half of an encoder-decoder, or the whole of a GPT or BERT.

    x = E[tokens] + positions
    x = layer_1(x) … layer_L(x)
    states = norm(x)                  where each layer's norm stands before its sublayers; else x itself

The embedding is not multiplied by √H: with N(0, 1) embeddings that would drown the positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from ...tracing import explicit, tap
from ...vocabulary import BOS
from ..base import Block, Decoder, Encoded, Encoder
from ..seq2seq import looped
from .positions import Alibi, positions
from .transformer import EncoderLayer, Memory, TransformerOptions


class Embedding(nn.Embedding):
    block = Block(
        "Embedding",
        "e_t = E[x_t]",
        "A dictionary of numbers: every token is looked up and replaced by its row. Tokens that are used alike end up with rows alike.",
        (("e", "embedded"),),
    )


class Output(nn.Linear):
    block = Block(
        "Output",
        "logits = W h + b,  p = softmax(logits)",
        "Every token of the vocabulary gets a score: how well does it fit the state? The softmax turns scores into shares of 100 %.",
        (("h", "hidden"), ("logits", "logits")),
    )


class Stack(nn.Module):
    """Embedding, positions, layers, norm. `length` is how many positions there can be."""

    def __init__(self, tokens: int, length: int, options: TransformerOptions, layer: type[EncoderLayer]) -> None:
        super().__init__()
        self.embedding = Embedding(tokens, options.width)
        self.positions = positions(options.positions, length, options.width, options.heads)
        self.dropout = nn.Dropout(options.dropout)
        self.layers = nn.ModuleList(layer(options) for _ in range(options.layers))
        self.norm = nn.LayerNorm(options.width) if options.norm == "pre" else nn.Identity()

    def place(self, embedded: Float[Tensor, "batch *positions width"], at: Int[Tensor, "..."], end: Tensor | None = None) -> Tensor:
        """Tokens with their positions: what the first layer reads. `at` and `end`, how many tokens there are, have one row where all
        rows are alike."""
        embedded = tap(self, "embedded", embedded)
        added = self.positions(at, end)
        if added is not None:
            embedded = embedded + tap(self, "positions", added.expand_as(embedded))
        return self.dropout(embedded)


class TransformerEncoder(Stack, Encoder):
    """All tokens look at all tokens.

    With `summary` a further token stands before the source, whose final state says what the whole is about (BERT's [CLS]).
    Sites: `embedded`, `positions` (S, H), `layers.k.…` (see `EncoderLayer`), `states` (S, H), and `summary` (H); with a summary
    token all but `states` have a row for it, the first.
    """

    def __init__(self, tokens: int, length: int, options: TransformerOptions, summary: bool = False) -> None:
        super().__init__(tokens, length + summary, options, EncoderLayer)
        self.summary = summary
        if isinstance(self.positions, Alibi):
            self.positions = Alibi(options.heads, both_ways=True)

    def forward(self, source: Int[Tensor, "batch source"], mask: Bool[Tensor, "batch source"] | None = None) -> Encoded:
        real = mask
        if self.summary:
            source = nn.functional.pad(source, (1, 0), value=BOS)
            real = None if mask is None else nn.functional.pad(mask, (1, 0), value=True)
        at = torch.arange(source.shape[1], device=source.device)[None]  # (1, S)
        x, turn = self.place(self.embedding(source), at, counted(source, real)), self.positions.turn(at)
        shown = None if real is None else real[:, None, None]  # (B, 1, 1, S)
        if isinstance(self.positions, Alibi):
            shown = self.positions.lean(shown, at, at, len(x))  # (B, N, S, S)
        for layer in self.layers:
            x, _ = layer(x, shown, turn)
        x = self.norm(x)
        if not self.summary:
            return Encoded(tap(self, "states", x), None, mask)
        return Encoded(tap(self, "states", x[:, 1:]), tap(self, "summary", x[:, 0]), mask)


@dataclass(frozen=True)
class State:
    """What a decoding step hands to the next: all that later tokens can look at. Each step makes a new one.

    `at` is the position of the next token, one row where all rows agree. `past` has keys and values of what was read, for each layer;
    `real` (B, read) which of that is no padding, None for all. `source` has those of the encoder's states, and `mask` theirs.
    `begun` (B, H) is an embedded token that is read in place of BOS: a text goes on without a separator.
    """

    at: Int[Tensor, " rows"]
    past: tuple[Memory | None, ...]
    real: Bool[Tensor, "batch read"] | None = None
    source: tuple[Memory, ...] = ()
    mask: Bool[Tensor, "batch source"] | None = None
    begun: Float[Tensor, "batch width"] | None = None


class StackDecoder(Stack, Decoder):
    """A stack that writes: no token looks at a later one. `forward` and `step` run the same lines on many tokens and on one.

    Sites per step: `embedded`, `positions` (H), `layers.k.…`, `hidden` (H), `logits` (V).
    """

    def __init__(self, tokens: int, words: int, length: int, options: TransformerOptions, layer: type[EncoderLayer]) -> None:
        super().__init__(tokens, length, options, layer)
        self.output = Output(options.width, words)

    def forward(self, target_in: Int[Tensor, "batch target"], state: Any) -> tuple[Float[Tensor, "batch target vocabulary"], State]:
        if explicit():
            return looped(self, target_in, state)
        embedded = self.embedding(target_in)
        if state.begun is not None:
            embedded = torch.cat([state.begun[:, None], embedded[:, 1:]], dim=1)
        return self._write(embedded, state)

    def step(self, token: Int[Tensor, " batch"], state: Any) -> tuple[Float[Tensor, "batch vocabulary"], State]:
        return self._write(self.embedding(token) if state.begun is None else state.begun, state)

    def _write(self, embedded: Float[Tensor, "batch *steps width"], state: State) -> tuple[Tensor, State]:
        several = embedded.dim() == 3
        count = embedded.shape[1] if several else 1
        at = state.at
        real = None if state.real is None else nn.functional.pad(state.real, (0, count), value=True)
        shown = None if real is None else real[:, None]
        if several:
            at = at[:, None] + torch.arange(count, device=at.device)
            shown = causal(real, count, state.past[0], at.device)
        if isinstance(self.positions, Alibi):
            shown = self.positions.lean(shown, at, standing(real, count, state.past[0], at.device), len(embedded))
        x, turn, past = self.place(embedded, at), self.positions.turn(at), []
        for k, layer in enumerate(self.layers):
            x, memory = layer(x, shown, turn, state.past[k], *self.looked_at(state, k, several))
            past.append(memory)
        hidden = tap(self, "hidden", self.norm(x))  # (B, [T,] H)
        logits = tap(self, "logits", self.output(hidden))
        return logits, State(state.at + count, tuple(past), real, state.source, state.mask)

    def looked_at(self, state: State, layer: int, several: bool) -> tuple[Any, ...]:
        """What else this layer looks at, and where it may."""
        return ()


def counted(read: Tensor, real: Bool[Tensor, "batch read"] | None) -> Int[Tensor, "rows 1"]:
    """How many tokens (B, S, …) has, padding left out: one row where all have as many."""
    return torch.tensor([[read.shape[1]]], device=read.device) if real is None else real.sum(1, keepdim=True)


def standing(real: Bool[Tensor, "batch read"] | None, count: int, past: Memory | None, device: torch.device) -> Int[Tensor, "rows read"]:
    """The positions of all that was read, the last `count` tokens among it; padding takes none."""
    before = 0 if past is None else past.keys.shape[2]
    return torch.arange(before + count, device=device)[None] if real is None else real.cumsum(1) - 1


def causal(real: Bool[Tensor, "batch read"] | None, count: int, past: Memory | None, device: torch.device) -> Bool[Tensor, "..."]:
    """Where the last `count` tokens may look: at what is real, not past themselves, and always at themselves."""
    before = 0 if past is None else past.keys.shape[2]
    here = torch.ones(count, before + count, dtype=torch.bool, device=device)
    shown = here.tril(before)  # (T, read + T)
    if real is None:
        return shown
    return (shown & real[:, None] | (shown & ~here.tril(before - 1)))[:, None]  # (B, 1, T, read + T)
