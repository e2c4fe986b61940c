"""What one step of a recurrent layer computes, as the papers write it.

RNN   h  = tanh(W x + b + U h + c)                                         Elman, 1990
LSTM  i, f, o = σ(…), g = tanh(…);  c = f·c + i·g;  h = o·tanh(c)          Hochreiter & Schmidhuber, 1997
GRU   r, z = σ(…), n = tanh(W x + b + r·(U h + c));  h = (1−z)·n + z·h     Cho et al., 2014
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ... import tracing

State = tuple[Tensor, ...]  # hidden (B, H), and for LSTM cell (B, H)


class Place(NamedTuple):
    """Where a cell is at work: in which layer and direction of a module, and at which position (None: the trace knows the step)."""

    module: nn.Module
    layer: str
    position: int | None


def tap(place: Place, name: str, value: Tensor) -> Tensor:
    """`tracing.tap` at this place."""
    return tracing.tap(place.module, f"{place.layer}.{name}", value, place.position)


class Cell(ABC):
    """The equations of one step."""

    parts = 1  # of its state

    @abstractmethod
    def step(self, read: Float[Tensor, "batch gates"], state: State, u: Tensor, b: Tensor, at: Place) -> State:
        """The state after reading `read`, W x and its bias of all gates side by side; `u` and `b` are U and its bias."""


class RNN(Cell):
    def step(self, read: Tensor, state: State, u: Tensor, b: Tensor, at: Place) -> State:
        (h,) = state
        return (tap(at, "hidden", torch.tanh(read + h @ u.T + b)),)


class LSTM(Cell):
    parts = 2

    def step(self, read: Tensor, state: State, u: Tensor, b: Tensor, at: Place) -> State:
        h, c = state
        i, f, g, o = (read + h @ u.T + b).chunk(4, dim=-1)
        i = tap(at, "input_gate", torch.sigmoid(i))
        f = tap(at, "forget_gate", torch.sigmoid(f))
        g = tap(at, "cell_gate", torch.tanh(g))
        o = tap(at, "output_gate", torch.sigmoid(o))
        c = tap(at, "cell", f * c + i * g)
        return tap(at, "hidden", o * torch.tanh(c)), c


class GRU(Cell):
    def step(self, read: Tensor, state: State, u: Tensor, b: Tensor, at: Place) -> State:
        (h,) = state
        r, z, n = read.chunk(3, dim=-1)
        hr, hz, hn = (h @ u.T + b).chunk(3, dim=-1)
        r = tap(at, "reset_gate", torch.sigmoid(r + hr))
        z = tap(at, "update_gate", torch.sigmoid(z + hz))
        n = tap(at, "new_gate", torch.tanh(n + r * hn))
        return (tap(at, "hidden", (1 - z) * n + z * h),)


EQUATIONS: dict[str, Cell] = {"rnn": RNN(), "lstm": LSTM(), "gru": GRU()}
