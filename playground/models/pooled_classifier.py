"""A recurrent encoder and learned attention pooling: one look at all states, then one answer.

    h_1 … h_S = RNN(x_1 … x_S)
    e_s = v · tanh(W h_s + b),   α = softmax(e),   c = Σ_s α_s h_s
    answer = U c + d          the logits of the classes, or one number

Z. Lin et al., "A Structured Self-attentive Sentence Embedding", 2017; Z. Yang et al., "Hierarchical Attention Networks for
Document Classification", 2016. The query v is learned once and asks every text the same question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from ..options import choice, flag, integer
from ..tasks import ReaderTask
from ..tracing import tap
from . import Architecture, Block, Reader, register
from .layers.recurrent import CELL_TITLES, RecurrentEncoder


@dataclass(frozen=True)
class Options:
    cell: str = choice("lstm", CELL_TITLES, "Cell", "What one recurrent step computes")
    layers: int = integer(1, 1, 3, "Layers", "Recurrent layers")
    hidden: int = integer(64, 8, 256, "Hidden units", "Width of the states, and of the context", step=8)
    embedding: int = integer(16, 4, 128, "Embedding", "Numbers per token", step=4)
    bidirectional: bool = flag(True, "Bidirectional", "Reads both ways; each direction gets half of the units")
    pooling: str = choice(
        "tanh",
        {"tanh": "through a tanh layer", "linear": "linear"},
        "Pooling",
        "How a state gets its score: v · tanh(W h + b), or w · h",
    )


class AttentionPooling(nn.Module):
    """All states become one (Yang et al., 2016). Sites: `scores` (S), `weights` (S), `context` (H)."""

    block = Block(
        title="Attention pooling",
        equation="e_s = v · tanh(W h_s + b)     α = softmax(e)     c = Σ_s α_s h_s",
        about="Every state gets one score: how much it matters for the answer. Softmax turns the scores into shares of 1, and the "
        "context is the mean of the states by these shares, like a reader who marks the telling words and remembers only those.",
        symbols=(("e", "scores"), ("α", "weights"), ("c", "context")),
    )

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.key = nn.Linear(hidden, hidden)
        self.query = nn.Linear(hidden, 1, bias=False)

    def forward(
        self, states: Float[Tensor, "batch source hidden"], mask: Bool[Tensor, "batch source"] | None = None
    ) -> Float[Tensor, "batch hidden"]:
        scores = tap(self, "scores", self.score(states)[..., 0])  # (B, S)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = tap(self, "weights", scores.softmax(dim=-1))  # (B, S)
        return tap(self, "context", torch.einsum("bs,bsh->bh", weights, states))  # (B, H)

    def score(self, states: Float[Tensor, "batch source hidden"]) -> Float[Tensor, "batch source 1"]:
        return self.query(torch.tanh(self.key(states)))


class LinearPooling(AttentionPooling):
    """The same with one linear layer as the score, so that a state is judged by one direction alone. It has no bias: the softmax does not
    see what is added to all scores alike."""

    block = replace(
        AttentionPooling.block,
        title="Attention pooling, linear",
        equation="e_s = w · h_s     α = softmax(e)     c = Σ_s α_s h_s",
    )

    def __init__(self, hidden: int) -> None:
        nn.Module.__init__(self)
        self.query = nn.Linear(hidden, 1, bias=False)

    def score(self, states: Float[Tensor, "batch source hidden"]) -> Float[Tensor, "batch source 1"]:
        return self.query(states)


POOLINGS = {"tanh": AttentionPooling, "linear": LinearPooling}


class Head(nn.Module):
    """From the context to the answer. Site: `logits` (C), one for each class, or a single number."""

    block = Block(
        title="Answer",
        equation="logits = U c + d",
        about="One weighted sum of the context for every class; the class with the largest is the answer. For a number there is one "
        "sum only, and it is the answer itself.",
        symbols=(("logits", "logits"),),
    )

    def __init__(self, hidden: int, answers: int) -> None:
        super().__init__()
        self.linear = nn.Linear(hidden, answers)

    def forward(self, context: Float[Tensor, "batch hidden"]) -> Float[Tensor, "batch answers"]:
        return tap(self, "logits", self.linear(context))


class PooledClassifier(Reader):
    """Encoder, pooling, head. `answers` is "label" (B, C) or "number" (B,), in units of `scale`."""

    def __init__(
        self, encoder: RecurrentEncoder, pooling: AttentionPooling, hidden: int, answers: str, classes: int = 1, scale: float = 1.0
    ) -> None:
        super().__init__()
        self.answers, self.scale = answers, scale
        self.encoder = encoder
        self.pooling = pooling
        self.head = Head(hidden, classes)

    def forward(self, source: Int[Tensor, "batch source"], mask: Bool[Tensor, "batch source"] | None = None) -> Tensor:
        encoded = self.encoder(source, mask)
        logits = self.head(self.pooling(encoded.states, mask))
        return logits[:, 0] if self.answers == "number" else logits


def build(task: ReaderTask, options: Options) -> PooledClassifier:
    o = options
    encoder = RecurrentEncoder(len(task.source_vocabulary), o.embedding, o.hidden, o.layers, o.cell, o.bidirectional)
    return PooledClassifier(encoder, POOLINGS[o.pooling](o.hidden), o.hidden, task.kind, len(task.classes) or 1, task.scale)


register(
    Architecture(
        id="pooled_classifier",
        title="RNN + pooling",
        description="A recurrent encoder; one learned look at all its states gives a class or a number.",
        kind="reader",
        learns=("label", "number"),
        Options=Options,
        build=build,
        paper="Yang et al., 2016; Lin et al., 2017",
        parts=(True, True, False),
        order=6,
    )
)
