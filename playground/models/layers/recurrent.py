"""Recurrent layers that can be watched.

The weights are those of `torch.nn.RNN`, `LSTM` and `GRU`. When nobody looks, torch's fused kernel runs over the whole
sequence (`fused`); while a trace is open, the equations (`cells`) run step by step and every gate passes a tap.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from ...errors import InputError
from ...tracing import explicit, tap
from ...vocabulary import MASK, SPECIALS
from ..base import Block, Encoded, Encoder
from .cells import EQUATIONS, Place, State
from .fused import fused, parameters

CELLS: dict[str, Any] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CELL_TITLES = {"rnn": "plain RNN", "lstm": "LSTM", "gru": "GRU"}


class Recurrent(nn.Module):
    """Layers of one cell. A bidirectional stack gives each direction half of the `hidden` units; one that reads `backwards`
    begins with the last token: its final state has just read the first one (Sutskever et al., 2014).

    Sites, per layer k (and, for the backward direction, under `layers.k.reverse`): `layers.k.hidden`, for LSTM also
    `cell`, `input_gate`, `forget_gate`, `cell_gate`, `output_gate`, for GRU `reset_gate`, `update_gate`, `new_gate`.
    """

    def __init__(
        self, cell: str, inputs: int, hidden: int, layers: int = 1, bidirectional: bool = False, *, backwards: bool = False
    ) -> None:
        super().__init__()
        self.cell, self.directions, self.backwards = cell, 2 if bidirectional else 1, backwards
        if bidirectional and backwards:
            raise InputError("A bidirectional encoder reads backwards too; choose bidirectional or backwards, not both.")
        if hidden % self.directions:
            raise InputError(f"hidden is {hidden}; two directions need an even number, half of the units for each.")
        self.rnn = CELLS[cell](inputs, hidden // self.directions, layers, batch_first=True, bidirectional=bidirectional)

    def forward(
        self, inputs: Float[Tensor, "batch time inputs"], state: Any = None, mask: Bool[Tensor, "batch time"] | None = None
    ) -> tuple[Float[Tensor, "batch time hidden"], Any]:
        """Outputs of the last layer (zero where `mask` is False) and the final state, both directions joined: (layers, B, H)."""
        if explicit():
            outputs, final = self._looped(inputs, state, mask)
        else:
            outputs, final = fused(self.rnn, inputs, state, mask, self.backwards)
        return outputs, tuple(map(self._join, final)) if isinstance(final, tuple) else self._join(final)

    def _looped(self, inputs: Tensor, state: Any, mask: Tensor | None) -> tuple[Tensor, Any]:
        """By the equations, layer by layer."""
        finals: list[State] = []
        for layer in range(self.rnn.num_layers):
            start = None if state is None else tuple(part[layer] for part in (state if isinstance(state, tuple) else (state,)))
            ways = [self._scan(inputs, start, mask, layer, bool(reverse)) for reverse in range(self.directions)]
            inputs = torch.cat([outputs for outputs, _ in ways], dim=-1)
            finals += [final for _, final in ways]
        final = tuple(torch.stack(part) for part in zip(*finals, strict=True))
        return inputs, final if len(final) > 1 else final[0]

    def _scan(self, inputs: Tensor, state: State | None, mask: Tensor | None, layer: int, reverse: bool) -> tuple[Tensor, State]:
        """One direction of a layer, step by step."""
        cell, name = EQUATIONS[self.cell], f"layers.{layer}" + (".reverse" if reverse else "")
        w, u, b, c = parameters(self.rnn, layer, reverse)
        read = inputs @ w.T + b  # (B, T, gates · H)
        stepwise = state is not None and inputs.shape[1] == 1  # a decoder is called step by step and knows its own step
        state = (inputs.new_zeros(len(inputs), self.rnn.hidden_size),) * cell.parts if state is None else state
        steps = range(inputs.shape[1])
        outputs: list[Tensor] = [inputs] * inputs.shape[1]
        for t in reversed(steps) if reverse or self.backwards else steps:
            new = cell.step(read[:, t], state, u, c, Place(self, name, None if stepwise else t))
            if mask is None:
                state, outputs[t] = new, new[0]
            else:
                real = mask[:, t, None]
                state = tuple(torch.where(real, n, old) for n, old in zip(new, state, strict=True))
                outputs[t] = state[0] * real
        return torch.stack(outputs, dim=1), state

    def _join(self, state: Tensor) -> Tensor:
        """(layers · directions, B, H / directions) to (layers, B, H)."""
        if self.directions == 1:
            return state
        return torch.cat([state[0::2], state[1::2]], dim=-1)


class AsNumber(nn.Embedding):
    """A token is read as the number that it is: a table with one column, which nobody trains."""

    block = Block(
        "Token as a number",
        "e_t = x_t",
        "The digit 7 is read as the number 7, as a script does that forgets its embedding. To the layer behind it 7 is now more than 3, "
        "and 3 is nearly 4, though for this task they are only different names: everything that is to be told apart must be told by size.",
        (("e", "embedded"),),
    )

    def __init__(self, vocabulary: int) -> None:
        super().__init__(vocabulary, 1)
        self.weight.requires_grad_(False).copy_(torch.arange(vocabulary, dtype=torch.float)[:, None] - len(SPECIALS[:MASK]))


def embed(vocabulary: int, embedding: int) -> nn.Embedding:
    """What a recurrent layer reads of a token: so many learned numbers, or the token itself where there are none."""
    return nn.Embedding(vocabulary, embedding) if embedding else AsNumber(vocabulary)


class RecurrentEncoder(Encoder):
    """Embedding, then recurrent layers over the source.

    `RecurrentEncoder(vocabulary=10, embedding=8, hidden=16, layers=2, cell="gru")` on a (4, 9) batch gives states
    (4, 9, 16) and a final state (2, 4, 16). Sites: `embedded` (S, E), `states` (S, H), and those of `Recurrent`.
    """

    def __init__(
        self,
        vocabulary: int,
        embedding: int,
        hidden: int,
        layers: int = 1,
        cell: str = "gru",
        bidirectional: bool = False,
        *,
        backwards: bool = False,
    ) -> None:
        super().__init__()
        self.embedding = embed(vocabulary, embedding)
        self.recurrent = Recurrent(cell, self.embedding.embedding_dim, hidden, layers, bidirectional, backwards=backwards)

    def forward(self, source: Int[Tensor, "batch source"], mask: Bool[Tensor, "batch source"] | None = None) -> Encoded:
        embedded = tap(self, "embedded", self.embedding(source))  # (B, S, E)
        states, final = self.recurrent(embedded, mask=mask)  # (B, S, H), (L, B, H)
        return Encoded(tap(self, "states", states), final, mask)
