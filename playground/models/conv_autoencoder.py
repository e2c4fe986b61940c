"""Convolutional autoencoder: small windows slide over the picture, the same weights at every place.

    maps₁ = φ(norm(K₁ * x))       28 × 28 → 14 × 14       maps₁ = φ(W₂ code)            7 × 7
    maps₂ = φ(norm(K₂ * maps₁))   14 × 14 → 7 × 7         maps₂ = φ(norm(K₃ *ᵀ maps₁))  7 × 7 → 14 × 14
    code  = W₁ maps₂                                      x̂     = σ(K₄ *ᵀ maps₂)        14 × 14 → 28 × 28

Every stride of 2 halves the picture; the transposed convolutions *ᵀ undo it. A window knows neither where it lies nor what
is far away, so a few thousand weights do what a fully connected layer needs hundreds of thousands for.

J. Masci et al., "Stacked Convolutional Auto-Encoders for Hierarchical Feature Extraction", 2011. Normalisation: Y. Wu, K. He,
"Group Normalization", 2018.
"""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from ..options import integer
from ..tasks import PictureTask
from ..tracing import tap
from . import Architecture, Autoencoder, Block, register
from .autoencoder import Layer
from .layers.plain import Plain, Stamp, dense

SIDE, WINDOW, GROUP = 28, 4, 4


@dataclass(frozen=True)
class Options:
    code: int = integer(16, 1, 128, "Code", "Numbers that stand for the 784 pixels")
    channels: int = integer(8, 4, 16, "Channels", "Feature maps of the first layer; the second has twice as many", step=4)


class Convolution(nn.Module):
    """A window of 4 × 4 that moves by 2 pixels, normalised in groups of channels, then GELU: (C, 2H, 2W) to (C', H, W).

    One of 1 × 1 that moves by 1 mixes the channels of each pixel and keeps the size.

    Site: `sum` (C', H, W), before normalisation and activation.
    """

    block = Block(
        "Convolution",
        "maps = φ(norm(K * x))",
        "One small stencil is laid on every place of the picture and answers how well what it sees matches; a map is its answer "
        "everywhere. Like searching a wall of text for one letter with a card that has a letter-shaped hole.",
        (("K * x", "sum"),),
    )

    def __init__(self, inputs: int, outputs: int, side: int, window: int = WINDOW, stride: int = 2) -> None:
        super().__init__()
        self.kernel = nn.Conv2d(inputs, outputs, window, stride=stride, padding=(window - 1) // 2)
        self.uses = side**2
        self.norm = nn.GroupNorm(outputs // GROUP, outputs)

    def forward(self, x: Float[Tensor, "batch inputs _ _"]) -> Float[Tensor, "batch outputs side side"]:
        return F.gelu(self.norm(tap(self, "sum", self.kernel(x))))


class Upsampling(nn.Module):
    """A transposed convolution: every number is stamped onto the picture as a window of 4 × 4, 2 pixels apart.

    (C, H, W) to (C', 2H, 2W). Site: `sum` (C', 2H, 2W). The last one ends in a sigmoid: its map is the picture.
    """

    block = Block(
        "Transposed convolution",
        "maps = φ(norm(K *ᵀ x))",
        "The way back: each number of a small map presses a stamp onto a picture twice as large, harder or softer by its size, "
        "and where stamps overlap their ink adds up.",
        (("K *ᵀ x", "sum"),),
    )

    def __init__(self, inputs: int, outputs: int, side: int) -> None:
        super().__init__()
        self.kernel = nn.ConvTranspose2d(inputs, outputs, WINDOW, stride=2, padding=1)
        self.uses = side**2
        self.norm = nn.GroupNorm(outputs // GROUP, outputs) if outputs > 1 else None

    def forward(self, x: Float[Tensor, "batch inputs side side"]) -> Float[Tensor, "batch outputs 2*side 2*side"]:
        sum = tap(self, "sum", self.kernel(x))
        return sum.sigmoid() if self.norm is None else F.gelu(self.norm(sum))

    def plain(self, side: int) -> Stamp:
        """The same without torch, for maps of `side` × `side` pixels."""
        kernel, bias = self.kernel.weight, self.kernel.bias
        assert bias is not None
        if self.norm is None:
            return Stamp(kernel, bias, side, "sigmoid")
        return Stamp(kernel, bias, side, "gelu", self.norm.num_groups, self.norm.weight, self.norm.bias)


class Encoder(nn.Module):
    """28 × 28 → (C, 14, 14) → (2C, 7, 7) → code. Sites: `maps1`, `maps2`, `code` (Z)."""

    block = Block(
        "Convolutional encoder",
        "code = W₁ φ(norm(K₂ * φ(norm(K₁ * x))))",
        "First finds small strokes everywhere, then what they form together, and last writes down a few numbers about the whole.",
        (("maps₁", "maps1"), ("maps₂", "maps2"), ("code", "code")),
    )
    layers = (("maps1", "conv1"), ("maps2", "conv2"), ("code", "linear"))

    def __init__(self, options: Options) -> None:
        super().__init__()
        channels = options.channels
        self.conv1 = Convolution(1, channels, SIDE // 2)
        self.conv2 = Convolution(channels, 2 * channels, SIDE // 4)
        self.linear = Layer(2 * channels * (SIDE // 4) ** 2, options.code)

    def forward(self, picture: Float[Tensor, "batch 784"]) -> Float[Tensor, "batch code"]:
        maps = tap(self, "maps1", self.conv1(picture.view(-1, 1, SIDE, SIDE)))  # (B, C, 14, 14)
        maps = tap(self, "maps2", self.conv2(maps))  # (B, 2C, 7, 7)
        return tap(self, "code", self.linear(maps.flatten(1)))


class Decoder(nn.Module):
    """code → (2C, 7, 7) → (C, 14, 14) → 28 × 28. Sites: `maps1`, `maps2`, `reconstruction` (784)."""

    block = Block(
        "Convolutional decoder",
        "x̂ = σ(K₄ *ᵀ φ(norm(K₃ *ᵀ φ(W₂ code))))",
        "Sketches coarse maps from the code and refines them twice, each time at double the size.",
        (("maps₁", "maps1"), ("maps₂", "maps2"), ("x̂", "reconstruction")),
    )
    layers = (("maps1", "linear"), ("maps2", "up1"), ("reconstruction", "up2"))

    def __init__(self, options: Options) -> None:
        super().__init__()
        channels = options.channels
        self.linear = Layer(options.code, 2 * channels * (SIDE // 4) ** 2, "gelu")
        self.up1 = Upsampling(2 * channels, channels, SIDE // 4)
        self.up2 = Upsampling(channels, 1, SIDE // 2)

    def forward(self, code: Float[Tensor, "batch code"]) -> Float[Tensor, "batch 784"]:
        maps = tap(self, "maps1", self.linear(code).unflatten(1, (-1, SIDE // 4, SIDE // 4)))  # (B, 2C, 7, 7)
        maps = tap(self, "maps2", self.up1(maps))  # (B, C, 14, 14)
        return tap(self, "reconstruction", self.up2(maps).flatten(1))


class ConvAutoencoder(Autoencoder):
    """Sites: `encoder.maps1`, `encoder.maps2`, `encoder.code`, `decoder.maps1`, `decoder.maps2`, `decoder.reconstruction`."""

    decoder: Decoder

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.encoder, self.decoder = Encoder(options), Decoder(options)

    def encode(self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch code"]:
        return self.encoder(picture)

    def decode(self, code: Float[Tensor, "batch code"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch 784"]:
        return self.decoder(code)

    def drawing(self) -> tuple[Plain, ...]:
        half = self.decoder
        return dense(half.linear, "gelu"), half.up1.plain(SIDE // 4), half.up2.plain(SIDE // 2)


def build(task: PictureTask, options: Options) -> Autoencoder:
    return ConvAutoencoder(options)


register(
    Architecture(
        id="conv_autoencoder",
        title="Convolutional autoencoder",
        description="Small windows slide over the picture: feature maps instead of one long vector, and far fewer weights.",
        kind="autoencoder",
        learns=("picture",),
        Options=Options,
        build=build,
        paper="Masci et al., 2011",
        order=11,
    )
)
