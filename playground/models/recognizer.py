"""Sound to text: listen to all frames of a spectrogram, then write one token after the other with attention over time.

    x′ = GELU(norm(K₁ * x)),   z = GELU(norm(K₂ * x′))          every second frame: F frames become S = F / 2
    h_1 … h_S = biLSTM(z_1 … z_S)                               the listener
    d_t = RNN(y_{t−1}, d_{t−1}),   α_t = softmax(score(d_t, h)),   c_t = Σ_s α_ts h_s
    p(y_t) = softmax(V tanh(W [c_t; d_t]))                      the speller, whose decoder is that of RNN + attention

Nobody tells when a sound begins or ends: where to look is learned from the written text alone. Halving the frames makes
half as many places to look at, and each covers more of a sound. Three encoders: convolutions under a recurrent layer,
frames read by the recurrent layer in pairs (the pyramid of the first paper), or convolutions alone, whose states know
only their surroundings and so are told their position.

W. Chan, N. Jaitly, Q. Le, O. Vinyals, "Listen, Attend and Spell", 2016; J. Chorowski et al., "Attention-Based Models for
Speech Recognition", 2015. Layer normalisation: J. Ba, J. Kiros, G. Hinton, 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from ..options import choice, flag, integer
from ..tasks import SensedTask
from ..tracing import tap
from . import Architecture, Block, Encoded, Encoder, EncoderDecoder, register
from .attention_seq2seq import AttentionDecoder, InputFeedingDecoder
from .layers.attention import SCORES
from .layers.positions import Sinusoidal
from .layers.recurrent import CELL_TITLES, Recurrent

ENCODERS = {"conv_lstm": "convolutions, then recurrent", "lstm": "recurrent, frames in pairs", "cnn": "convolutions alone"}
AT_MOST = 2_048  # states of the longest recording that positions are known for


@dataclass(frozen=True)
class Options:
    encoder: str = choice("conv_lstm", ENCODERS, "Encoder", "What turns frames of sound into states")
    score: str = choice(
        "scaled_dot", {k: v for k, v in SCORES.items() if k != "location"}, "Attention score", "How a decoder state scores an encoder state"
    )
    cell: str = choice("lstm", CELL_TITLES, "Cell", "What one recurrent step computes")
    layers: int = integer(1, 1, 3, "Layers", "Recurrent layers in encoder and decoder")
    hidden: int = integer(64, 8, 256, "Hidden units", "Width of the states", step=8)
    embedding: int = integer(16, 4, 128, "Embedding", "Numbers per token", step=4)
    input_feeding: bool = flag(False, "Input feeding", "The decoder reads what its last look found; slower to train")


class Convolution(nn.Module):
    """A window of three frames that moves by `stride`, normalised per frame, then GELU: (B, F, C) to (B, F / stride, H).

    Site: `sum` (F / stride, H), before normalisation and activation.
    """

    block = Block(
        "Convolution over time",
        "z = GELU(norm(K * x))",
        "The same small detector is moved along the recording and answers at every place how well it matches, like an ear that "
        "only knows a few short sounds. Normalised, so that loud and quiet places count alike.",
        (("K * x", "sum"),),
    )

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.kernel = nn.Conv1d(inputs, outputs, 3, stride=stride, padding=1)
        self.norm = nn.LayerNorm(outputs)

    def forward(self, x: Float[Tensor, "batch frames inputs"]) -> Float[Tensor, "batch places outputs"]:
        sum = tap(self, "sum", self.kernel(x.transpose(1, 2)).transpose(1, 2))
        return F.gelu(self.norm(sum))


class Convolutions(nn.Module):
    """Two convolutions, the first of which leaves out every other frame. Sites: those of `Convolution`."""

    block = Block(
        "Front end",
        "z = GELU(norm(K₂ * GELU(norm(K₁ * x))))",
        "Two rows of small detectors: the first hears which tones sound and skips every other frame, the second how they begin and "
        "end. What they hand on is half as long as the recording.",
        (("K₁ * x", "conv1.sum"), ("K₂ * x′", "conv2.sum")),
    )

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = Convolution(inputs, hidden, 2), Convolution(hidden, hidden, 1)

    def forward(self, x: Float[Tensor, "batch frames inputs"], mask: Bool[Tensor, "batch frames"] | None) -> Tensor:
        """(B, F, C) to (B, S, H). Past its end every recording is followed by zeros, as the windows of the edge see them."""
        return self.conv2(_blank(self.conv1(_blank(x, mask)), _halved(mask)))


class Pairs(nn.Module):
    """Two neighbouring frames as one: (B, F, C) to (B, S, 2C)."""

    block = Block(
        "Pairs of frames",
        "z_s = [x_2s; x_2s+1]",
        "Two neighbouring frames are laid side by side and read as one, so that the recording is half as long. Nothing is learned here.",
    )

    def forward(self, x: Float[Tensor, "batch frames inputs"], mask: Bool[Tensor, "batch frames"] | None) -> Tensor:
        x = _blank(x, mask)
        x = F.pad(x, (0, 0, 0, x.shape[1] % 2))
        return x.view(len(x), -1, 2 * x.shape[2])


class Gathered(nn.Module):
    """States without memory: each place is told its position, and the first decoder state is made of their mean.

    Sites: `positions` (S, H), `mean` (H).
    """

    block = Block(
        "Places and their mean",
        "h_s = z_s + p_s,   d_0 = tanh(W · mean(h))",
        "Convolutions hear what is near and nothing else. Telling each place when it was heard, as a clock on the wall would, lets "
        "the decoder go from left to right; their mean gives it a first idea of the whole.",
        (("p", "positions"), ("mean(h)", "mean")),
    )

    def __init__(self, cell: str, hidden: int, layers: int) -> None:
        super().__init__()
        self.cell = cell
        self.positions = Sinusoidal(AT_MOST, hidden)
        self.first = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(layers))

    def forward(self, z: Float[Tensor, "batch places hidden"], mask: Bool[Tensor, "batch places"] | None = None) -> tuple[Tensor, Any]:
        at = torch.arange(z.shape[1], device=z.device)
        states = _blank(z + tap(self, "positions", self.positions(at).expand_as(z)), mask)
        count = z.shape[1] if mask is None else mask.sum(1, keepdim=True)
        mean = tap(self, "mean", states.sum(1) / count)  # (B, H)
        final = torch.stack([torch.tanh(linear(mean)) for linear in self.first])  # (layers, B, H)
        return states, (final, torch.zeros_like(final)) if self.cell == "lstm" else final


class Listener(Encoder):
    """Frames of sound to states, half as many: (B, F, C) to (B, S, H).

    Sites: `heard` (S, H or 2C), what the front end hands on; `states` (S, H); and those of the parts.
    """

    block = Block(
        "Listener",
        "z = front(x),   h = listen(z)",
        "Turns the frames of a recording into half as many states. Each has heard its surroundings, and where a recurrent layer "
        "reads them, all that came before and after: like somebody who listens to the end before writing anything down.",
        (("z", "heard"), ("h", "states")),
    )

    def __init__(self, inputs: int, options: Options) -> None:
        super().__init__()
        o = options
        self.front = Pairs() if o.encoder == "lstm" else Convolutions(inputs, o.hidden)
        width = 2 * inputs if o.encoder == "lstm" else o.hidden
        self.recurrent = (
            Gathered(o.cell, o.hidden, o.layers) if o.encoder == "cnn" else Recurrent(o.cell, width, o.hidden, o.layers, bidirectional=True)
        )

    def forward(self, source: Float[Tensor, "batch frames inputs"], mask: Bool[Tensor, "batch frames"] | None = None) -> Encoded:
        heard = tap(self, "heard", self.front(source, mask))  # (B, S, …)
        real = _halved(mask)
        states, final = self.recurrent(heard, mask=real)  # (B, S, H), (layers, B, H)
        return Encoded(tap(self, "states", states), final, real)


def build(task: SensedTask, options: Options) -> EncoderDecoder:
    target, o = len(task.target_vocabulary), options
    sizes = (target, o.embedding, o.hidden, o.layers, o.cell, o.score, AT_MOST)
    return EncoderDecoder(Listener(task.features, o), InputFeedingDecoder(*sizes) if o.input_feeding else AttentionDecoder(*sizes))


def _halved(mask: Tensor | None) -> Tensor | None:
    """A place is real if the first of its two frames is."""
    return None if mask is None else mask[:, ::2]


def _blank(x: Tensor, mask: Tensor | None) -> Tensor:
    return x if mask is None else x * mask[..., None]


register(
    Architecture(
        id="recognizer",
        title="Recognizer",
        description="Convolutions and a recurrent encoder listen to a recording; an attention decoder writes what it heard.",
        kind="sequence decoder",
        learns=("sound",),
        Options=Options,
        build=build,
        paper="Chan et al., 2016; Chorowski et al., 2015",
        order=9,
    )
)
