"""Feature autoencoder: more features than numbers in the code, each with a direction of its own.

    z = Σ xᵢ Wᵢ              every feature pulls along its own arrow Wᵢ, a column of W
    x̂ = ReLU(Wᵀ z + b)       and is read off along the same arrow
    loss = Σ Iᵢ (xᵢ − x̂ᵢ)²   Iᵢ the importance of feature i, a share of the one before it

Where all features are there at once, the best is PCA's: as many are kept as the code has numbers, at right angles, and the others
dropped. Where they are rarely there together, more arrows fit: what one spills over another is small, and the ReLU cuts it off.
That is superposition. The code is what the paper calls h.

N. Elhage et al., "Toy Models of Superposition", 2022.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ..options import choice, integer
from ..tasks import Batch
from ..tasks.features import Features
from ..tracing import tap
from . import Architecture, Autoencoder, Block, register
from .autoencoder import ACTIVATIONS


@dataclass(frozen=True)
class Options:
    code: int = integer(2, 1, 16, "Code", "Numbers that stand for all features; with two, every feature is an arrow in a plane")
    output: str = choice(
        "relu",
        {"relu": "ReLU", "none": "none, all linear"},
        "Output",
        "Without the ReLU nothing cuts off what features spill over, and the best that can be found is PCA's",
    )


class Encoder(nn.Module):
    """x → z. Sites: `parts` (F, Z), what each feature adds to the code; `code` (Z)."""

    block = Block(
        "Feature directions",
        "z = Σ xᵢ Wᵢ",
        "Every feature that is there pulls along its own arrow, as far as it is strong; the code is where all of them together pull to, "
        "like a ring that several people hold by ropes.",
        (("xᵢ Wᵢ", "parts"), ("z", "code")),
    )
    layers = (("parts", ""), ("code", ""))

    def __init__(self, features: int, code: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(code, features))

    def forward(self, x: Float[Tensor, "batch features"]) -> Float[Tensor, "batch code"]:
        parts = tap(self, "parts", x[..., None] * self.weight.T)  # (B, F, Z)
        return tap(self, "code", parts.sum(1))


class Decoder(nn.Module):
    """z → x̂, by the arrows of the encoder. Sites: `readings` (F), before the ReLU; `reconstruction` (F)."""

    block = Block(
        "Reading the features off",
        "x̂ = ReLU(Wᵀ z + b)",
        "Asks along every arrow how far the code has gone that way. Arrows that are not at right angles hear each other; a bias below 0 "
        "and the ReLU cut off what is faint, as a sound gate silences a microphone until somebody speaks into it.",
        (("Wᵀ z + b", "readings"), ("x̂", "reconstruction")),
    )
    layers = (("readings", ""), ("reconstruction", ""))

    def __init__(self, features: int, output: str) -> None:
        super().__init__()
        self.output = output
        self.bias = nn.Parameter(torch.full((features,), 0.5))  # open at first: a ReLU that is shut for every input never learns

    def forward(self, code: Float[Tensor, "batch code"], weight: Float[Tensor, "code features"]) -> Float[Tensor, "batch features"]:
        readings = tap(self, "readings", code @ weight + self.bias)
        return tap(self, "reconstruction", ACTIVATIONS[self.output](readings))


class FeatureAutoencoder(Autoencoder):
    """F–Z–F, tied. Sites: `encoder.parts`, `encoder.code`, `decoder.readings`, `decoder.reconstruction`."""

    encoder: Encoder
    decoder: Decoder

    importance: Tensor

    def __init__(self, features: int, decay: float, options: Options) -> None:
        super().__init__()
        self.options = options
        self.encoder, self.decoder = Encoder(features, options.code), Decoder(features, options.output)
        self.register_buffer("importance", decay ** torch.arange(features), persistent=False)

    def encode(self, x: Float[Tensor, "batch features"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch code"]:
        return self.encoder(x)

    def decode(self, code: Float[Tensor, "batch code"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch features"]:
        return self.decoder(code, self.encoder.weight)

    def directions(self) -> Float[Tensor, "features code"]:
        return self.encoder.weight.detach().T

    def loss(self, batch: Batch) -> Float[Tensor, ""]:
        """Squared error, each feature weighed by its importance; a mean over features and inputs."""
        return (self.importance * (self(batch.source) - batch.target).square()).mean()


def build(task: Features, options: Options) -> Autoencoder:
    return FeatureAutoencoder(task.options.features, task.options.decay, options)


register(
    Architecture(
        id="feature_autoencoder",
        title="Feature autoencoder",
        description="Packs more features than there are numbers into a code, each along an arrow of its own.",
        kind="autoencoder",
        learns=("features",),
        Options=Options,
        build=build,
        paper="Elhage et al., 2022",
        order=14,
    )
)
