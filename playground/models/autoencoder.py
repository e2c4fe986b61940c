"""Autoencoder: 784 pixels through a code of few numbers, and back.

    code = W₂ φ(W₁ x)            reconstruction = σ(W₄ φ(W₃ code))

The code is linear and the output a sigmoid by default. With `documents` both are ReLU, as many tutorials write it: the
output units whose input is never positive stay dead, and the page shows those pixels.

G. Hinton, R. Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006. Denoising: P. Vincent et
al., "Extracting and Composing Robust Features with Denoising Autoencoders", 2008.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ..options import choice, flag, integer, number
from ..tasks import Batch, PictureTask
from ..tracing import tap
from . import Architecture, Autoencoder, register

PIXELS = 784
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"gelu": F.gelu, "relu": F.relu, "tanh": torch.tanh}


@dataclass(frozen=True)
class Options:
    code: int = integer(128, 1, 256, "Code", "Numbers that stand for the 784 pixels")
    hidden: int = integer(256, 16, 512, "Hidden units", "Width of the layers on both sides of the code", step=16)
    activation: str = choice("gelu", {"gelu": "GELU", "relu": "ReLU", "tanh": "tanh"}, "Activation", "Of the hidden layers")
    documents: bool = flag(False, "ReLU on code and output", "As many tutorials write it; shows dead pixels")
    noise: float = number(0.0, 0.0, 0.8, "Noise", "Denoising: standard deviation added to the input while training", step=0.05)


class Encoder(nn.Module):
    """784 → hidden → code. Sites: `hidden` (H), `code` (z)."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.linear1 = nn.Linear(PIXELS, options.hidden)
        self.linear2 = nn.Linear(options.hidden, options.code)

    def forward(self, picture: Float[Tensor, "batch 784"]) -> Float[Tensor, "batch code"]:
        hidden = tap(self, "hidden", ACTIVATIONS[self.options.activation](self.linear1(picture)))
        code = self.linear2(hidden)
        return tap(self, "code", F.relu(code) if self.options.documents else code)


class Decoder(nn.Module):
    """code → hidden → 784. Sites: `hidden` (H), `reconstruction` (784)."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.linear1 = nn.Linear(options.code, options.hidden)
        self.linear2 = nn.Linear(options.hidden, PIXELS)

    def forward(self, code: Float[Tensor, "batch code"]) -> Float[Tensor, "batch 784"]:
        hidden = tap(self, "hidden", ACTIVATIONS[self.options.activation](self.linear1(code)))
        pixels = self.linear2(hidden)
        return tap(self, "reconstruction", F.relu(pixels) if self.options.documents else torch.sigmoid(pixels))


class MLPAutoencoder(Autoencoder):
    """784–256–code–256–784. Sites: `encoder.hidden`, `encoder.code`, `decoder.hidden`, `decoder.reconstruction`."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.encoder, self.decoder = Encoder(options), Decoder(options)

    def encode(self, picture: Float[Tensor, "batch 784"]) -> Float[Tensor, "batch code"]:
        return self.encoder(picture)

    def decode(self, code: Float[Tensor, "batch code"]) -> Float[Tensor, "batch 784"]:
        return self.decoder(code)

    def corrupt(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch as training reads it: with noise on the input if the options ask for denoising."""
        if not self.options.noise:
            return batch
        noise = torch.randn(batch.source.shape, generator=generator) * self.options.noise
        return Batch((batch.source + noise.to(batch.source.device)).clamp(0, 1), batch.target)


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
    )
)
