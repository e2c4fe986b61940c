"""Where a token stands. Attention is blind to order: without positions a sentence is a bag of words.

sinusoidal   p_t,2i = sin(t / 10000^(2i/H)),  p_t,2i+1 = cos(…)     added to the embedding      Vaswani et al., 2017
learned      p_t = row t of a table                                 added to the embedding      Radford et al., 2018
both ends    p_t = row t of one + row n − 1 − t of another          added to the embedding      counted from either end
rotary       q_t and k_t turned by t · 10000^(−2i/D) in plane i     q_t · k_s knows t − s only  Su et al., 2021
alibi        score of t and s less m_n · |t − s|, in head n         the nearer, the louder      Press et al., 2022
none         nothing                                                a causal mask still counts  Haviv et al., 2022
grid         p_r = row of r + column of r, for regions of a picture added to what is seen           Carion et al., 2020
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from ...tracing import tap
from ..base import Block

POSITIONS = {
    "sinusoidal": "sinusoidal",
    "learned": "learned",
    "both_ends": "learned, from both ends",
    "rotary": "rotary",
    "alibi": "ALiBi, by distance",
    "none": "none",
}
FAINT = 0.3  # of a grid's labels; embeddings begin with variance 1
Turn = Tensor  # e^(i · angle), complex (B, 1, [T,] D / 2), the same for all heads


class Positions(nn.Module):
    """A position enters in one of three ways: as a vector added to embeddings, by turning queries and keys, or as what distance costs."""

    block = Block(
        "No positions",
        "e_t = E[x_t]",
        "Nothing says which token came first. An encoder then sees a bag of words, as if the words had been cut out and shaken; "
        "a decoder can still count how many tokens lie before it.",
    )

    two_ended = False  # whether it also counts from the end of the source; what is written then begins at one place, however long that was

    def forward(self, at: Int[Tensor, "*positions"], end: Int[Tensor, "rows 1"] | None = None) -> Float[Tensor, "*positions width"] | None:
        """What is added to the embedding at these positions, if anything. `end` is how many tokens there are, while all are known."""
        return None

    def turn(self, at: Int[Tensor, "*positions"]) -> Turn | None:
        """How queries and keys at these positions are turned, if they are."""
        return None


class Sinusoidal(Positions):
    block = Block(
        "Positions, sinusoidal",
        "p_t,2i = sin(t / 10000^(2i/H)),  p_t,2i+1 = cos(t / 10000^(2i/H))",
        "Many clocks at once: the first number swings with every token, the last ones hardly move in a whole text. Read together, "
        "like the hands for seconds, minutes and hours, they tell the place; and every place has a pattern, however long the text.",
        (("p", "positions"),),
    )

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        angles = _angles(length, width)
        table = torch.empty(length, width)
        table[:, 0::2], table[:, 1::2] = angles.sin(), angles[:, : width // 2].cos()
        self.register_buffer("table", table, persistent=False)

    def forward(self, at: Tensor, end: Tensor | None = None) -> Tensor:
        return self.get_buffer("table")[at]


class Learned(Positions):
    block = Block(
        "Positions, learned",
        "p_t = P[t]",
        "A numbered seat for every position, and what sitting there means is learned. A seat nobody sat on while training was "
        "never learned, so longer texts than those fail.",
        (("p", "positions"),),
    )

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(length, width)

    def forward(self, at: Tensor, end: Tensor | None = None) -> Tensor:
        return self.table(at)


class BothEnds(Positions):
    block = Block(
        "Positions, from both ends",
        "p_t = F[t] + B[n − 1 − t]",
        "Every seat has two numbers, counted from the front of the row and from its back, and what each means is learned. To find the "
        "last token of any text a model then looks for back number 0, instead of learning for every length where that is. What is "
        "being written has no end yet: it counts from its beginning, which is always the same seat.",
        (("p", "positions"),),
    )
    two_ended = True

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.front, self.back = nn.Embedding(length, width), nn.Embedding(length, width)

    def forward(self, at: Tensor, end: Tensor | None = None) -> Tensor:
        return self.front(at) if end is None else self.front(at) + self.back((end - 1 - at).clamp(min=0))


class Grid(Positions):
    block = Block(
        "Positions, row and column",
        "p_r = R[row of r] + C[column of r]",
        "Every region wears two labels, as on a chessboard: one for its row and one for its column. What is learned about being above "
        "in one corner then holds in every other. The labels begin faint, so that at first what is seen counts more than where.",
        (("p", "positions"),),
    )

    def __init__(self, side: int, width: int) -> None:
        super().__init__()
        self.side = side
        self.rows, self.columns = nn.Embedding(side, width), nn.Embedding(side, width)

    def forward(self, at: Tensor, end: Tensor | None = None) -> Tensor:
        return FAINT * (self.rows(at // self.side) + self.columns(at % self.side))


class Rotary(Positions):
    block = Block(
        "Positions, rotary",
        "q_t ← R(t) q_t,  k_s ← R(s) k_s,  so that  q_t · k_s  depends on t − s only",
        "Every query and key is a set of clock hands, turned further the later its token stands. Two hands compared show how far "
        "apart they are, not what time it is: only the distance between tokens counts.",
    )

    def __init__(self, length: int, head: int) -> None:
        super().__init__()
        angles = _angles(length, head)
        self.register_buffer("turns", torch.stack([angles.cos(), angles.sin()], dim=-1), persistent=False)

    def turn(self, at: Tensor) -> Turn:
        return torch.view_as_complex(self.get_buffer("turns")[at]).unsqueeze(1)


class Alibi(Positions):
    """Attention with linear biases. Sites: `slopes` (N), `lean` ([T,] S), the heads first: what each head adds to its scores."""

    block = Block(
        "Positions, ALiBi",
        "score_t,s ← q_t · k_s / √D − m_n |t − s|",
        "Tokens wear no numbers; whoever stands further away is heard less, as voices in a room are. Each head n has its own slope m_n: "
        "one hears little but its neighbours, another nearly everybody. A distance that never came while training costs only a little "
        "more than the one before it. Where a text is read both ways, every second head is deaf to what stands before, the others to "
        "what comes after: so they know left from right.",
        (("m", "slopes"), ("−m|t−s|", "lean")),
    )

    def __init__(self, heads: int, both_ways: bool = False) -> None:
        super().__init__()
        head, self.both_ways = torch.arange(heads), both_ways and heads > 1
        steps = head // 2 * 2 if self.both_ways else head  # the two of a pair lean alike, to either side
        self.register_buffer("steep", 2.0 ** (-8 * (steps + 1) / heads), persistent=False)
        self.register_buffer("sides", 1 - head % 2 * 2, persistent=False)

    def lean(
        self, shown: Bool[Tensor, "..."] | None, at: Int[Tensor, "rows ..."], read: Int[Tensor, "rows read"], batch: int
    ) -> Float[Tensor, "batch heads ..."]:
        """What is added to the scores of queries `at` these positions for every key that was `read` at those; −∞ where none is shown."""
        slopes = tap(self, "slopes", self.get_buffer("steep").expand(batch, -1))  # (B, N)
        behind = (at.unsqueeze(-1) - (read if at.dim() == 1 else read[:, None])).unsqueeze(1)  # (rows, 1, [T,] S), below 0 ahead
        lean = tap(self, "lean", -slopes.reshape(*slopes.shape, *[1] * at.dim()) * behind.abs())  # (B, N, [T,] S)
        if self.both_ways:
            shown = self._heard(shown, behind)
        return lean if shown is None else lean.masked_fill(~shown, float("-inf"))

    def _heard(self, shown: Tensor | None, behind: Tensor) -> Tensor:
        """What stands on a head's own side. Everybody hears itself, padding too: a query must be shown something."""
        heard = behind * self.get_buffer("sides").view(-1, 1, 1) >= 0
        return heard if shown is None else shown & heard | (behind == 0)


def turned(x: Float[Tensor, "batch heads *positions head"], turn: Turn | None) -> Tensor:
    """Numbers 2i and 2i + 1 of each head are one complex number, and turning is multiplying it by e^(i · angle)."""
    if turn is None:
        return x
    hands = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))  # (B, N, [T,] D / 2)
    return torch.view_as_real(hands * turn).flatten(-2).to(x.dtype)


def positions(kind: str, length: int, width: int, heads: int) -> Positions:
    """Positions of this kind; `length` is how many there can be."""
    if kind == "sinusoidal":
        return Sinusoidal(length, width)
    if kind == "learned":
        return Learned(length, width)
    if kind == "both_ends":
        return BothEnds(length, width)
    if kind == "alibi":
        return Alibi(heads)
    return Rotary(length, width // heads) if kind == "rotary" else Positions()


def _angles(length: int, width: int) -> Float[Tensor, "length half"]:
    """t / 10000^(2i/H) for every position t and every pair i."""
    rates = 10_000.0 ** (-torch.arange(0, width, 2) / width)
    return torch.arange(length)[:, None] * rates
