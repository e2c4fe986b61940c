"""What a decoder of pictures is made of, as plain arrays: enough to draw with it where there is no torch, such as in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class Dense:
    """φ(W x + b): weight (outputs, inputs), bias (outputs,)."""

    weight: Float[Tensor, "outputs inputs"]
    bias: Float[Tensor, " outputs"]
    activation: str


@dataclass(frozen=True)
class Stamp:
    """A transposed convolution that doubles `side`: kernel (inputs, outputs, window, window), stride 2, padding 1.

    Normalised in `groups` of its outputs by `scale` and `shift` (outputs,) before the activation, where there are any.
    """

    kernel: Float[Tensor, "inputs outputs window window"]
    bias: Float[Tensor, " outputs"]
    side: int
    activation: str
    groups: int = 0
    scale: Float[Tensor, " outputs"] | None = None
    shift: Float[Tensor, " outputs"] | None = None


Plain = Dense | Stamp


def dense(layer: nn.Linear, activation: str) -> Dense:
    return Dense(layer.weight, layer.bias, activation)
