"""Convolutions read, a recurrent cell writes: an architecture as a newcomer writes it.

x_s = E[token_s] + P[s],        h = x + tanh(conv(x)), layer after layer
d_t = GRU(y_{t−1}, d_{t−1}),    α_t = softmax(d_t · h),    p(y_t) = softmax(W [d_t; Σ α_t h])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from playground.models import Architecture, Block, Decoder, Encoded, Encoder, EncoderDecoder, register
from playground.models.seq2seq import looped
from playground.options import choice, integer
from playground.tasks import SequenceTask
from playground.tracing import tap


@dataclass(frozen=True)
class Options:
    width: int = integer(32, 8, 128, "Width", "Channels of the convolutions", step=8)
    layers: int = integer(2, 1, 4, "Layers", "Convolutions, one upon the other")
    inner: str = choice("list", {"list": "nn.ModuleList", "sequential": "nn.Sequential"}, "Layers in", "What holds them")


class ConvEncoder(Encoder):
    def __init__(self, tokens: int, length: int, o: Options) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, o.width)
        self.places = nn.Parameter(torch.zeros(length, o.width))  # a bare table
        layers = [nn.Conv1d(o.width, o.width, 3, padding=1) for _ in range(o.layers)]
        self.layers = nn.ModuleList(layers) if o.inner == "list" else nn.Sequential(*layers)

    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        real = (torch.ones_like(source) if mask is None else mask)[..., None]  # (B, S, 1)
        x = self.embedding(source) + self.places[: source.shape[1]]  # (B, S, H)
        for layer in self.layers:
            x = x + torch.tanh(layer((x * real).mT).mT)  # no convolution sees padding
        return Encoded(tap(self, "states", x), x[:, 0], mask)


class Looking(nn.Module):
    block = Block("Looking back", "α = softmax(d · h),  c = Σ α h", "Each state answers the decoder with a number; c is their mixture.")

    def forward(self, hidden: Tensor, encoded: Encoded) -> Tensor:
        scores = torch.einsum("bh,bsh->bs", hidden, encoded.states)
        scores = scores if encoded.mask is None else scores.masked_fill(~encoded.mask, float("-inf"))
        weights = tap(self, "weights", scores.softmax(-1))  # (B, S)
        return tap(self, "context", torch.einsum("bs,bsh->bh", weights, encoded.states))


class LookingDecoder(Decoder):
    def __init__(self, tokens: int, o: Options) -> None:
        super().__init__()
        self.embedding, self.cell = nn.Embedding(tokens, o.width), nn.GRUCell(o.width, o.width)
        self.attention, self.output = Looking(), nn.Linear(2 * o.width, tokens)

    def init_state(self, encoded: Encoded) -> Any:
        return encoded.final, encoded

    def step(self, token: Tensor, state: Any) -> tuple[Tensor, Any]:
        hidden, encoded = state
        hidden = tap(self, "hidden", self.cell(self.embedding(token), hidden))  # (B, H)
        logits = self.output(torch.cat([hidden, self.attention(hidden, encoded)], dim=-1))  # (B, V)
        return tap(self, "logits", logits), (hidden, encoded)

    def forward(self, target_in: Tensor, state: Any) -> tuple[Tensor, Any]:
        return looped(self, target_in, state)


def build(task: SequenceTask, options: Options) -> EncoderDecoder:
    encoder = ConvEncoder(len(task.source_vocabulary), task.max_source, options)
    return EncoderDecoder(encoder, LookingDecoder(len(task.target_vocabulary), options))


register(
    Architecture(
        id="conv_seq2seq",
        title="Convolutions + attention",
        description="Windows of three tokens read, a recurrent cell writes and looks back at all of them.",
        kind="sequence decoder",
        learns=("sequence",),
        Options=Options,
        build=build,
        paper="Gehring et al., 2017",
    )
)
