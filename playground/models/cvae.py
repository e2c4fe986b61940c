"""Conditional variational autoencoder: encoder and decoder are told the class, so the code need not hold it.

    mean, log σ²  = encoder(x, c)          c = one-hot(class)
    code          = mean + σ · noise
    loss          = −log p(x | code, c) + β · KL(N(mean, σ²) ‖ N(0, 1))

What is left for the code is how the digit is written: slant, width, size. One code under ten conditions is one hand that
writes ten digits; codes drawn from N(0, 1) under one condition are one digit in many hands.

K. Sohn, H. Lee, X. Yan, "Learning Structured Output Representation using Deep Conditional Generative Models", 2015.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import InputError
from ..tasks import Batch, PictureTask
from ..tracing import tap
from . import Architecture, Autoencoder, Block, register, vae
from .autoencoder import PIXELS
from .vae import Options, VariationalAutoencoder

CLASSES = 10


class Condition(nn.Module):
    """The class as a row of ten switches of which one is on. Site: `one_hot` (10)."""

    block = Block(
        "Condition",
        "c = one-hot(class)",
        "A note that is passed to both sides, ‘this is a 7’: the encoder need not write it down, the decoder knows it already.",
        (("c", "one_hot"),),
    )

    def forward(self, condition: Int[Tensor, " batch"]) -> Float[Tensor, "batch 10"]:
        return tap(self, "one_hot", F.one_hot(condition, CLASSES).float())


class Encoder(vae.Encoder):
    """784 and 10 → mean and log-variance → code. Sites: `condition.one_hot` (10), and those of the VAE's."""

    block = replace(
        vae.Encoder.block, title="Conditional encoder", equation="μ, log σ² = W h,  h = φ(W₁ [x, c]);  z = μ + exp(½ log σ²) · ε"
    )

    def __init__(self, options: Options) -> None:
        super().__init__(options, PIXELS + CLASSES)
        self.condition = Condition()

    def beside(self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"]) -> Float[Tensor, "batch 794"]:
        return torch.cat([picture, self.condition(condition)], dim=1)


class Decoder(vae.Decoder):
    """code and 10 → 784. Sites: `condition.one_hot` (10), and those of the VAE's."""

    block = replace(vae.Decoder.block, title="Conditional decoder", equation="p(x | z, c) = Bernoulli(σ(W₇ φ(W₆ φ(W₅ [z, c]))))")

    def __init__(self, options: Options) -> None:
        super().__init__(options, CLASSES)
        self.condition = Condition()

    def beside(self, code: Float[Tensor, "batch code"], condition: Int[Tensor, " batch"]) -> Float[Tensor, "batch code+10"]:
        return torch.cat([code, self.condition(condition)], dim=1)


class ConditionalVariationalAutoencoder(VariationalAutoencoder):
    """A VAE whose sites are joined by `encoder.condition.one_hot` and `decoder.condition.one_hot`."""

    conditions = CLASSES
    encoder: Encoder
    decoder: Decoder

    def __init__(self, options: Options) -> None:
        Autoencoder.__init__(self)
        self.options = options
        self.encoder, self.decoder = Encoder(options), Decoder(options)

    def forward(self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch 784"]:
        return super().forward(picture, self.guess(picture) if condition is None else condition)

    def decode(self, code: Float[Tensor, "batch code"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch 784"]:
        return self.decoder(self.decoder.beside(code, _told(condition)))

    def posterior(
        self, picture: Tensor, condition: Tensor | None = None, noise: Float[Tensor, "batch code"] | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        condition = self.guess(picture) if condition is None else condition
        code, mean, log_variance = self.encoder(self.encoder.beside(picture, condition), noise)
        return code, mean, log_variance

    def logits(self, code: Tensor, condition: Tensor | None = None) -> Float[Tensor, "batch 784"]:
        return self.decoder.logits(self.decoder.beside(code, _told(condition)))

    @torch.no_grad()
    def guess(self, picture: Float[Tensor, "batch 784"]) -> Int[Tensor, " batch"]:
        """The class under which the loss is lowest: the one that explains the picture best, for pictures without a label."""
        losses = []
        for label in range(CLASSES):
            condition = torch.full((len(picture),), label, device=picture.device)
            reconstruction, kl = self.terms(Batch(picture, picture, condition=condition))
            losses.append(reconstruction + self.options.beta * kl)
        return torch.stack(losses).argmin(0)


def _told(condition: Tensor | None) -> Tensor:
    if condition is None:
        raise InputError(f"This decoder reads a class beside the code: give a condition from 0 to {CLASSES - 1}.")
    return condition


def build(task: PictureTask, options: Options) -> Autoencoder:
    return ConditionalVariationalAutoencoder(options)


register(
    Architecture(
        id="cvae",
        title="Conditional VAE",
        description="Told which digit it is, so the code holds only how it is written; ask for any digit in any hand.",
        kind="autoencoder",
        learns=("picture",),
        Options=Options,
        build=build,
        paper="Sohn, Lee & Yan, 2015",
        told=True,
        order=13,
    )
)
