"""Autoencoder: 784 pixels through a code of few numbers, and back.

    code = W₂ φ(W₁ x)            reconstruction = σ(W₄ φ(W₃ code))

The code is linear and the output a sigmoid by default. With `documents` both are ReLU, as many tutorials write it: the
output units whose input is never positive stay dead, and the page shows those pixels.

G. Hinton, R. Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006. Denoising: P. Vincent et
al., "Extracting and Composing Robust Features with Denoising Autoencoders", 2008.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from ..options import choice, flag, integer, number
from ..tasks import Batch, PictureTask
from ..tracing import tap
from . import Architecture, Autoencoder, Block, register
from .layers.plain import Dense, dense

PIXELS = 784
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu,
    "relu": F.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "none": lambda x: x,
}


@dataclass(frozen=True)
class Options:
    code: int = integer(128, 1, 256, "Code", "Numbers that stand for the 784 pixels")
    hidden: int = integer(256, 16, 512, "Hidden units", "Width of the layers on both sides of the code", step=16)
    activation: str = choice(
        "gelu",
        {"gelu": "GELU", "relu": "ReLU", "tanh": "tanh", "none": "none, all linear"},
        "Activation",
        "Of the hidden layers; without any, and with an output that is left as it is, the best that can be found is PCA's",
    )
    documents: bool = flag(False, "ReLU on code and output", "As many tutorials write it; shows dead pixels")
    noise: float = number(0.0, 0.0, 0.8, "Noise", "Denoising: standard deviation added to the input while training", step=0.05)


class Layer(nn.Linear):
    """A weighted sum and its activation: φ(W x + b). Site: `sum` (outputs), before the activation."""

    block = Block(
        "Fully connected layer",
        "h = φ(W x + b)",
        "Every unit weighs all numbers that come in and adds them up, like a jury in which each member trusts each witness "
        "to a different degree; the activation φ then bends the sum, so that several layers can do more than one.",
        (("W x + b", "sum"),),
    )

    def __init__(self, inputs: int, outputs: int, activation: str = "none") -> None:
        super().__init__(inputs, outputs)
        self.activation = activation

    def forward(self, x: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch outputs"]:
        return ACTIVATIONS[self.activation](tap(self, "sum", super().forward(x)))


class Encoder(nn.Module):
    """784 → hidden → code. Sites: `hidden` (H), `code` (Z)."""

    block = Block(
        "Encoder",
        "code = W₂ φ(W₁ x)",
        "Squeezes 784 pixels into a few numbers, as one describes a face over the telephone: only what is needed to draw it again.",
        (("φ(W₁ x)", "hidden"), ("code", "code")),
    )
    layers = (("hidden", "linear1"), ("code", "linear2"))

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.linear1 = Layer(PIXELS, options.hidden, options.activation)
        self.linear2 = Layer(options.hidden, options.code, "relu" if options.documents else "none")

    def forward(self, picture: Float[Tensor, "batch 784"]) -> Float[Tensor, "batch code"]:
        hidden = tap(self, "hidden", self.linear1(picture))
        return tap(self, "code", self.linear2(hidden))


class Decoder(nn.Module):
    """code → hidden → 784. Sites: `hidden` (H), `reconstruction` (784)."""

    block = Block(
        "Decoder",
        "x̂ = σ(W₄ φ(W₃ code))",
        "Draws the picture from the code alone, as the person at the other end of the telephone would.",
        (("φ(W₃ code)", "hidden"), ("x̂", "reconstruction")),
    )
    layers = (("hidden", "linear1"), ("reconstruction", "linear2"))

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.linear1 = Layer(options.code, options.hidden, options.activation)
        output = "relu" if options.documents else "none" if options.activation == "none" else "sigmoid"
        self.linear2 = Layer(options.hidden, PIXELS, output)

    def forward(self, code: Float[Tensor, "batch code"]) -> Float[Tensor, "batch 784"]:
        hidden = tap(self, "hidden", self.linear1(code))
        return tap(self, "reconstruction", self.linear2(hidden))


class MLPAutoencoder(Autoencoder):
    """784–256–code–256–784. Sites: `encoder.hidden`, `encoder.code`, `decoder.hidden`, `decoder.reconstruction`."""

    decoder: Decoder

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.encoder, self.decoder = Encoder(options), Decoder(options)

    def encode(self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch code"]:
        return self.encoder(picture)

    def decode(self, code: Float[Tensor, "batch code"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch 784"]:
        return self.decoder(code)

    def drawing(self) -> tuple[Dense, ...]:
        return tuple(dense(layer, layer.activation) for layer in (self.decoder.linear1, self.decoder.linear2))

    def corrupt(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch as training reads it: with noise on the input if the options ask for denoising."""
        if not self.options.noise:
            return batch
        noise = torch.randn(batch.source.shape, generator=generator) * self.options.noise
        return replace(batch, source=(batch.source + noise.to(batch.source.device)).clamp(0, 1))


def build(task: PictureTask, options: Options) -> Autoencoder:
    return MLPAutoencoder(options)


register(
    Architecture(
        id="autoencoder",
        title="Autoencoder",
        description="Squeezes a picture through a small code and draws it again.",
        kind="autoencoder",
        learns=("picture",),
        Options=Options,
        build=build,
        paper="Hinton & Salakhutdinov, 2006",
        order=10,
    )
)
