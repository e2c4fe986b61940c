"""The layers that all Transformers here are made of, and the attention inside them.

    Q = x W_Q,  K = m W_K,  V = m W_V            m = x in self-attention, the encoder's states in cross-attention
    head_n = softmax(Q_n K_nᵀ / √D) V_n
    MultiHead = [head_1 … head_N] W_O
    FeedForward(x) = W₂ φ(W₁ x)                   φ = max(0, ·), or GELU (Hendrycks & Gimpel, 2016)

Each sublayer f is wrapped in a residual connection, and a norm that stands

    pre         x + f(norm(x))                    Xiong et al., 2020: trains without care
    post        norm(x + f(x))                    Vaswani et al., 2017
    res_post    x + norm(f(x))                    Liu et al. (Swin v2), 2022

A. Vaswani et al., "Attention Is All You Need", 2017. Shapes: x is (B, T, H) for all positions at once, or (B, H) for a
single decoding step; N heads of D = H / N numbers. The same code computes both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import InputError
from ...options import choice, integer, number
from ...tracing import explicit, tap
from ..base import Block
from .positions import POSITIONS, Turn, turned

PLACEMENTS = {"pre": "before: x + f(norm(x))", "post": "after: norm(x + f(x))", "res_post": "on the branch: x + norm(f(x))"}
ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU}
RESIDUALS = {
    "pre": "x{1} = x{0} + {2}(norm{1}(x{0}))",
    "post": "x{1} = norm{1}(x{0} + {2}(x{0}))",
    "res_post": "x{1} = x{0} + norm{1}({2}(x{0}))",
}

ATTENTION_ALONE = (
    "Attention and nothing else: what a token learns here it copies from other tokens, and adds to what it knew already. Nobody goes back "
    "to a desk to think, for there is no feed-forward. So little can be computed in one layer that what two of them can do together shows."
)


@dataclass(frozen=True)
class TransformerOptions:
    heads: int = integer(4, 1, 8, "Heads", "Attentions side by side, each with its share of the width")
    layers: int = integer(1, 1, 4, "Layers", "Layers of each stack")
    width: int = integer(64, 8, 256, "Width", "Numbers per token, all the way through (d_model)", step=8)
    feed_forward: int = integer(128, 0, 2048, "Feed-forward", "Units between the two linear layers; 0: attention alone", step=8)
    positions: str = choice("sinusoidal", POSITIONS, "Positions", "How a token knows where it stands")
    norm: str = choice("pre", PLACEMENTS, "Norm", "Where the layer norm of a sublayer f stands")
    activation: str = choice("relu", {"relu": "ReLU", "gelu": "GELU"}, "Activation", "Between the two linear layers")
    dropout: float = number(0.0, 0.0, 0.5, "Dropout", "Share of numbers set to 0 while training", step=0.05)
    attention_dropout: float = number(
        0.0, 0.0, 0.5, "Attention dropout", "Share of attention weights set to 0 while training, as in Vaswani et al.", step=0.05
    )

    def __post_init__(self) -> None:
        if self.width % self.heads:
            fitting = ", ".join(str(n) for n in range(1, 9) if self.width % n == 0)
            raise InputError(f"width is {self.width} and heads is {self.heads}; heads must divide the width. Choose {fitting} heads.")
        if self.positions == "rotary" and self.width // self.heads % 2:
            raise InputError(
                f"width {self.width} gives each of {self.heads} heads {self.width // self.heads} numbers; rotary positions turn pairs, so "
                f"a head needs an even number. Choose a width that is a multiple of {2 * self.heads}, or other positions."
            )


class Memory(NamedTuple):
    """What can be looked at: a key and a value per head and position, (B, N, S, D) each."""

    keys: Tensor
    values: Tensor


class MultiHeadAttention(nn.Module):
    """Every query scores every key, and reads the weighted mean of the values; N times side by side.

    Sites: `query` ([T,] D), `key`, `value` (S, D) or of one step (D), `scores` (before mask and softmax), `weights`
    ([T,] S), `heads` ([T,] D), each with the heads first, and `output` ([T,] H). Rotary queries and keys are offered turned.
    """

    block = Block(
        "Multi-head attention",
        "Q = x W_Q,  K = m W_K,  V = m W_V\nA = softmax(Q Kᵀ / √D)\nheads = A V\noutput = [heads] W_O",
        "Every position asks a question, its query. Every position it may look at wears a label, its key, and holds a note, its "
        "value. How well a label fits the question decides how much of that note is read. Several heads ask different questions "
        "at the same time, and W_O makes one answer of what they found.",
        (("Q", "query"), ("K", "key"), ("V", "value"), ("QKᵀ/√D", "scores"), ("A", "weights"), ("A V", "heads"), ("output", "output")),
    )

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = nn.Dropout(dropout)  # of the weights, while training
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.output = nn.Linear(width, width)

    def remember(self, x: Float[Tensor, "batch *positions width"], turn: Turn | None = None, past: Memory | None = None) -> Memory:
        """Keys and values of x, behind those of the past."""
        keys = tap(self, "key", turned(self._split(self.key(x)), turn))
        values = tap(self, "value", self._split(self.value(x)))
        if x.dim() == 2:  # one step is one position
            keys, values = keys.unsqueeze(2), values.unsqueeze(2)
        if past is None:
            return Memory(keys, values)
        return Memory(torch.cat([past.keys, keys], dim=2), torch.cat([past.values, values], dim=2))

    def forward(
        self,
        x: Float[Tensor, "batch *positions width"],
        memory: Memory,
        shown: Tensor | None = None,
        turn: Turn | None = None,
    ) -> Float[Tensor, "batch *positions width"]:
        """`shown` is True where a query may look, or what is added to its scores, broadcast over (B, N, [T,] S). It must see something."""
        query = tap(self, "query", turned(self._split(self.query(x)), turn))  # (B, N, [T,] D)
        if explicit() or x.dim() == 2:
            scores = tap(self, "scores", torch.einsum("bn...d,bnsd->bn...s", query, memory.keys) * query.shape[-1] ** -0.5)
            if shown is not None:
                scores = scores + shown if shown.is_floating_point() else scores.where(shown, -inf)
            weights = self.dropout(tap(self, "weights", scores.softmax(dim=-1)))  # (B, N, [T,] S)
            heads = tap(self, "heads", torch.einsum("bn...s,bnsd->bn...d", weights, memory.values))
        else:
            heads = F.scaled_dot_product_attention(
                query, memory.keys, memory.values, shown, dropout_p=self.dropout.p if self.training else 0.0
            )
        return tap(self, "output", self.output(heads.movedim(1, -2).flatten(-2)))

    def _split(self, x: Tensor) -> Tensor:
        """(B, [T,] H) to (B, N, [T,] D)."""
        return x.reshape(*x.shape[:-1], self.heads, x.shape[-1] // self.heads).movedim(-2, 1)


class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward, each with its residual connection and norm.

    Sites: those of `self_attention`, `norm1`, `residual1`, `linear1`, `activation`, `linear2`, `norm2`, `residual2`.
    """

    block = Block(
        "Encoder layer",
        "",
        "Two rounds of work on every token. In the first all tokens sit round one table and listen to each other: self-attention. "
        "In the second each goes back to its own desk and thinks by itself: feed-forward, two linear layers with a bend between "
        "them. What a round found is added to what the token knew already, the residual connection, so nothing is forgotten; and a "
        "norm keeps the volume the same, so no voice drowns the others.",
        (
            ("norm₁", "norm1"),
            ("SelfAttention", "self_attention.output"),
            ("x₁", "residual1"),
            ("norm₂", "norm2"),
            ("W₁", "linear1"),
            ("φ", "activation"),
            ("W₂", "linear2"),
            ("x₂", "residual2"),
        ),
    )
    sublayers: tuple[str, ...] = ("SelfAttention", "FeedForward")

    def __init__(self, options: TransformerOptions) -> None:
        super().__init__()
        width, self.placement = options.width, options.norm
        self.self_attention = MultiHeadAttention(width, options.heads, options.attention_dropout)
        self.norm1 = nn.LayerNorm(width)
        self.thinks = options.feed_forward > 0
        if self.thinks:
            self.linear1 = nn.Linear(width, options.feed_forward)
            self.activation = ACTIVATIONS[options.activation]()
            self.linear2 = nn.Linear(options.feed_forward, width)
            self.norm2 = nn.LayerNorm(width)
        self.dropout = nn.Dropout(options.dropout)
        self.block = replace(type(self).block, equation=self.equation(), about=type(self).block.about if self.thinks else ATTENTION_ALONE)

    def equation(self) -> str:
        """What is computed, by where the norm stands."""
        sublayers = self.sublayers if self.thinks else self.sublayers[:-1]
        lines = [RESIDUALS[self.placement].format("₀₁₂"[i] if i else "", "₁₂₃"[i], f) for i, f in enumerate(sublayers)]
        return "\n".join([*lines, *(["FeedForward(x) = W₂ φ(W₁ x)"] if self.thinks else [])])

    def forward(
        self, x: Float[Tensor, "batch *positions width"], shown: Tensor | None, turn: Turn | None = None, past: Memory | None = None
    ) -> tuple[Float[Tensor, "batch *positions width"], Memory]:
        """The new x, and the keys and values of everything read so far."""
        read = self.enter(1, x)
        memory = self.self_attention.remember(read, turn, past)
        x = self.leave(1, x, self.self_attention(read, memory, shown, turn))
        if not self.thinks:
            return x, memory
        return self.leave(2, x, self.feed_forward(self.enter(2, x))), memory

    def enter(self, n: int, x: Tensor) -> Tensor:
        """What sublayer n reads."""
        return self._norm(n, x) if self.placement == "pre" else x

    def leave(self, n: int, x: Tensor, added: Tensor) -> Tensor:
        """x with what sublayer n adds to it."""
        if self.placement == "res_post":
            added = self._norm(n, added)
        x = tap(self, f"residual{n}", x + self.dropout(added))
        return self._norm(n, x) if self.placement == "post" else x

    def feed_forward(self, x: Tensor) -> Tensor:
        x = tap(self, "linear1", self.linear1(x))
        x = tap(self, "activation", self.activation(x))
        return tap(self, "linear2", self.linear2(x))

    def _norm(self, n: int, x: Tensor) -> Tensor:
        return tap(self, f"norm{n}", self.get_submodule(f"norm{n}")(x))


class DecoderLayer(EncoderLayer):
    """Self-attention over what was written, cross-attention over the source, feed-forward.

    Sites: those of `EncoderLayer`, of `cross_attention`, and `norm3`, `residual3`.
    """

    block = Block(
        "Decoder layer",
        "",
        "A writer at work, in three rounds. First a look back over what is already written: self-attention, where nobody may peek at "
        "words still to come. Then a look at the source, spread out beside the paper: cross-attention. Then a moment of thought: "
        "feed-forward. Each round's finding is added to what was known.",
        (
            ("norm₁", "norm1"),
            ("SelfAttention", "self_attention.output"),
            ("x₁", "residual1"),
            ("norm₂", "norm2"),
            ("CrossAttention", "cross_attention.output"),
            ("x₂", "residual2"),
            ("norm₃", "norm3"),
            ("W₁", "linear1"),
            ("φ", "activation"),
            ("W₂", "linear2"),
            ("x₃", "residual3"),
        ),
    )
    sublayers = ("SelfAttention", "CrossAttention", "FeedForward")

    def __init__(self, options: TransformerOptions) -> None:
        super().__init__(options)
        self.cross_attention = MultiHeadAttention(options.width, options.heads, options.attention_dropout)
        self.norm2 = nn.LayerNorm(options.width)
        if self.thinks:
            self.norm3 = nn.LayerNorm(options.width)

    def forward(
        self,
        x: Float[Tensor, "batch *positions width"],
        shown: Tensor | None,
        turn: Turn | None = None,
        past: Memory | None = None,
        *source: Any,
    ) -> tuple[Float[Tensor, "batch *positions width"], Memory]:
        """`source` is the memory of the encoder's states, and where it may be looked at."""
        read = self.enter(1, x)
        memory = self.self_attention.remember(read, turn, past)
        x = self.leave(1, x, self.self_attention(read, memory, shown, turn))
        x = self.leave(2, x, self.cross_attention(self.enter(2, x), *source))
        if not self.thinks:
            return x, memory
        return self.leave(3, x, self.feed_forward(self.enter(3, x))), memory
