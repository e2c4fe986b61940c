"""Captions: a convolutional encoder cuts a picture into regions, and a decoder writes about them, word by word.

    maps   = φ(norm(K₃ * φ(norm(K₂ * φ(norm(K₁ * x))))))        32 × 32 → 8 × 8
    h_r    = norm(W maps_r) + p_r                               one state per region r, and in which row and column it lies
    y_t    = Decoder(y_0 … y_{t−1}, h_1 … h_R)                  looks at the regions before each word

Three decoders fit behind the same eyes:

    transformer   cross-attention in every layer                Vaswani et al., 2017
    lstm          attention over the regions at every step      Xu et al., 2015
    prefix        the regions stand before the text, as if they were its first words: no encoder-decoder attention at all

K. Xu et al., "Show, Attend and Tell: Neural Image Caption Generation with Visual Attention", 2015: the LSTM begins with the
mean of all regions. The prefix: R. Mokady, A. Hertz, A. Bermano, "ClipCap: CLIP Prefix for Image Captioning", 2021.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from ..options import choice, integer
from ..tasks import SensedTask
from ..tracing import tap
from ..vocabulary import Vocabulary
from . import Architecture, Block, Decoder, Encoded, Encoder, EncoderDecoder, register
from .attention_seq2seq import AttentionDecoder
from .conv_autoencoder import Convolution
from .layers.attention import SCORES
from .layers.positions import POSITIONS, Grid
from .layers.transformer import TransformerOptions
from .transformer import TransformerDecoder
from .transformer_decoder import PromptDecoder

SIDE = 8  # regions across and down
DECODERS = {"transformer": "Transformer, cross-attention", "lstm": "LSTM with attention", "prefix": "decoder only, regions first"}


@dataclass(frozen=True)
class Options(TransformerOptions):
    decoder: str = choice("transformer", DECODERS, "Decoder", "What writes the caption, and how it looks at the regions")
    score: str = choice("additive", SCORES, "Attention score", "How the LSTM's state scores a region; the others have scaled dot products")
    channels: int = integer(24, 8, 32, "Channels", "Feature maps of the first layer; the others have twice as many", step=4)
    positions: str = choice("learned", POSITIONS, "Positions", "How a word knows where it stands; not in the LSTM")
    activation: str = choice("gelu", {"relu": "ReLU", "gelu": "GELU"}, "Activation", "Between the two linear layers; not in the LSTM")


class PictureEncoder(Encoder):
    """32 × 32 × 3 → feature maps → 64 regions.

    Sites: `maps1` (C, 16, 16), `maps2` and `maps3` (2C, 8, 8), `regions`, `positions` and, their sum, `states` (64, H).
    """

    block = Block(
        "Picture encoder",
        "h_r = norm(W maps_r) + p_r",
        "Cuts the picture into 8 × 8 regions. Small stencils tell what is seen in each region, and a number "
        "plate is added that tells where it lies. From then on a region is read like a word.",
        (("maps₁", "maps1"), ("maps₂", "maps2"), ("maps₃", "maps3"), ("norm(W maps)", "regions"), ("p", "positions"), ("h", "states")),
    )

    def __init__(self, options: Options) -> None:
        super().__init__()
        channels = options.channels
        self.conv1 = Convolution(3, channels, 2 * SIDE)
        self.conv2 = Convolution(channels, 2 * channels, SIDE)
        self.conv3 = Convolution(
            2 * channels, 2 * channels, SIDE, window=1, stride=1
        )  # sees no further, so that a region is what lies there
        self.regions = nn.Linear(2 * channels, options.width)
        self.norm = nn.LayerNorm(options.width)
        self.positions = Grid(SIDE, options.width)
        self.begin = nn.Linear(options.width, 2 * options.width) if options.decoder == "lstm" else None
        self.layers = options.layers

    def forward(self, source: Float[Tensor, "batch 32 32 3"], mask: Bool[Tensor, "batch rows"] | None = None) -> Encoded:
        maps = tap(self, "maps1", self.conv1(2 * source.movedim(-1, 1) - 1))  # (B, C, 16, 16)
        maps = tap(self, "maps2", self.conv2(maps))  # (B, 2C, 8, 8)
        maps = tap(self, "maps3", self.conv3(maps))
        regions = tap(self, "regions", self.norm(self.regions(maps.flatten(2).mT)))  # (B, 64, H)
        places = self.positions(torch.arange(SIDE**2, device=source.device)[None])  # (1, 64, H)
        states = tap(self, "states", regions + tap(self, "positions", places.expand_as(regions)))
        return Encoded(states, self._final(states), None)

    def _final(self, states: Float[Tensor, "batch regions width"]) -> tuple[Tensor, Tensor] | None:
        """Hidden state and cell that the LSTM begins with, read off the mean of all regions: (layers, B, H) each."""
        if self.begin is None:
            return None
        hidden, cell = torch.tanh(self.begin(states.mean(1))).expand(self.layers, -1, -1).chunk(2, dim=-1)
        return hidden.contiguous(), cell.contiguous()


def build(task: SensedTask, options: Options) -> EncoderDecoder:
    writes = decoder(task.target_vocabulary, task.max_steps() + 1, options)
    return EncoderDecoder(PictureEncoder(options), writes)


def decoder(words: Vocabulary, length: int, options: Options) -> Decoder:
    """What writes; `length` is how many words there can be, the start among them."""
    width = options.width
    if options.decoder == "lstm":
        return AttentionDecoder(len(words), width // 2, width, options.layers, "lstm", options.score, SIDE**2)
    if options.decoder == "prefix":
        return PromptDecoder(words, words, (SIDE**2, length), False, options)
    return TransformerDecoder(len(words), length, options)


register(
    Architecture(
        id="captioner",
        title="CNN + caption decoder",
        description="A convolutional encoder cuts a picture into regions; a decoder looks at them and writes.",
        kind="sequence decoder",
        learns=("caption",),
        Options=Options,
        build=build,
        paper="Xu et al., 2015; Vaswani et al., 2017",
        order=8,
    )
)
