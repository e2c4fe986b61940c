"""Attention: each decoder state (the query) scores every encoder state, and reads their weighted mean, the context.

    weights = softmax(score(query, states))      context = Σ weights · states

    additive     v · tanh(W q + U h)        Bahdanau, Cho & Bengio, 2015
    dot          q · h                      Luong, Pham & Manning, 2015
    general      q · W h                    Luong, Pham & Manning, 2015
    scaled_dot   W q · U h / √H             Vaswani et al., 2017
    location     (W q) at the position      Luong, Pham & Manning, 2015: looks at the query alone, so it needs a maximum length

Weights fall on *states*, which have already read their neighbours, not on tokens.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from ...tracing import explicit, tap

SCORES = {"additive": "additive", "dot": "dot product", "general": "general", "scaled_dot": "scaled dot product", "location": "location"}


class Attention(nn.Module):
    """Scores, weights and context. Queries are (B, H) for one step or (B, T, H) for all steps at once.

    Sites: `scores` (S) before the softmax, `weights` (S), `context` (H); per decoding step.
    """

    def forward(
        self,
        query: Float[Tensor, "batch *steps hidden"],
        states: Float[Tensor, "batch source hidden"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Float[Tensor, "batch *steps hidden"]:
        """The context of each query."""
        scores = tap(self, "scores", self.score(query, states))  # (B, [T,] S)
        if mask is not None:
            scores = scores.masked_fill(~(mask if query.dim() == 2 else mask[:, None]), float("-inf"))
        weights = tap(self, "weights", scores.softmax(dim=-1))
        return tap(self, "context", torch.einsum("b...s,bsh->b...h", weights, states))

    @abstractmethod
    def score(self, query: Tensor, states: Tensor) -> Tensor:
        """One number per query and state. (B, [T,] S)"""


class Additive(Attention):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.query = nn.Linear(hidden, hidden, bias=False)
        self.key = nn.Linear(hidden, hidden)
        self.v = nn.Linear(hidden, 1, bias=False)

    def score(self, query: Tensor, states: Tensor) -> Tensor:
        keys = self.key(states) if query.dim() == 2 else self.key(states)[:, None]  # (B, [1,] S, H)
        return self.v(torch.tanh(self.query(query).unsqueeze(-2) + keys)).squeeze(-1)


class Dot(Attention):
    def __init__(self, hidden: int) -> None:
        super().__init__()

    def score(self, query: Tensor, states: Tensor) -> Tensor:
        return torch.einsum("b...h,bsh->b...s", query, states)


class ScaledDot(Attention):
    """One head of the Transformer's attention over the states: learned queries and keys, their product over √H.

    Recurrent states lie in −1..1, so that the bare product over √H is too flat to point early: without the projections
    exact match ended between .50 and .97 where the other scores passed .99 (docs/decisions.md).
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.query = nn.Linear(hidden, hidden, bias=False)
        self.key = nn.Linear(hidden, hidden, bias=False)

    def forward(self, query: Tensor, states: Tensor, mask: Tensor | None = None) -> Tensor:
        if explicit() or query.dim() == 2:
            return super().forward(query, states, mask)
        keys, shown = self.key(states), None if mask is None else mask[:, None]
        return F.scaled_dot_product_attention(self.query(query), keys, states, shown)

    def score(self, query: Tensor, states: Tensor) -> Tensor:
        return torch.einsum("b...h,bsh->b...s", self.query(query), self.key(states)) * query.shape[-1] ** -0.5


class General(Attention):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.key = nn.Linear(hidden, hidden, bias=False)

    def score(self, query: Tensor, states: Tensor) -> Tensor:
        return torch.einsum("b...h,bsh->b...s", query, self.key(states))


class Location(Attention):
    def __init__(self, hidden: int, positions: int) -> None:
        super().__init__()
        self.position = nn.Linear(hidden, positions, bias=False)

    def score(self, query: Tensor, states: Tensor) -> Tensor:
        return self.position(query)[..., : states.shape[1]]


def attention(score: str, hidden: int, positions: int) -> Attention:
    """The attention of this score; `positions` is the longest source, which only `location` needs."""
    if score == "location":
        return Location(hidden, positions)
    makers: dict[str, Callable[[int], Attention]] = {"additive": Additive, "dot": Dot, "general": General, "scaled_dot": ScaledDot}
    return makers[score](hidden)
