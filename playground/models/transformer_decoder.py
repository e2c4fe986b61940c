"""Decoder only: one causal stack reads the prompt and goes on writing.

    prompt  x_1 … x_S,  then the separator <bos>,  then the answer  y_1 … y_T
    h_t = Stack(x_1 … x_S, <bos>, y_1 … y_{t−1})       no token looks at a later one
    p(y_t) = softmax(W h_t)

There is no encoder: what another model encodes, this one just reads, as the beginning of the text it writes. Where the
task is to go on with a begun text there is no separator either. Learned from the answer only.

A. Radford et al., "Improving Language Understanding by Generative Pre-Training", 2018; norm before each sublayer as in
"Language Models are Unsupervised Multitask Learners", 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from ..options import choice
from ..tasks import SequenceTask
from ..tracing import explicit, part
from ..vocabulary import Vocabulary
from . import Architecture, Block, Encoded, EncoderDecoder, register
from .layers.positions import POSITIONS, Alibi
from .layers.stack import StackDecoder, State, causal, counted
from .layers.transformer import EncoderLayer, Memory, TransformerOptions


@dataclass(frozen=True)
class Options(TransformerOptions):
    positions: str = choice("learned", POSITIONS, "Positions", "How a token knows where it stands")


class CausalLayer(EncoderLayer):
    block = Block(
        "Decoder layer, without cross-attention",
        "",
        "Two rounds of work on every token. First it looks back over all before it, prompt and answer alike, and never ahead: "
        "self-attention, like reading with a sheet of paper over the lines to come. Then it thinks by itself: feed-forward. What a "
        "round found is added to what the token knew already.",
        EncoderLayer.block.symbols,
    )


class PromptDecoder(StackDecoder):
    """A causal stack over prompt and answer, and one embedding for the words of both.

    Sites per step: those of `StackDecoder`, where self-attention's columns are the prompt and then the outputs; once, while the
    prompt is read: `prompt.embedded`, `prompt.positions` (S, H), `prompt.layers.k.…`.
    """

    def __init__(
        self, source: Vocabulary, target: Vocabulary, longest: tuple[int, int], goes_on: bool, options: TransformerOptions
    ) -> None:
        """`longest` is of how many tokens prompts and answers can be."""
        words = tuple(dict.fromkeys([*target.tokens, *source.tokens]))
        super().__init__(len(words), len(target), sum(longest), options, CausalLayer)
        self.goes_on, self.answer_at = goes_on, longest[0]
        self.register_buffer("rows", torch.tensor([words.index(token) for token in source.tokens]), persistent=False)

    def embed(self, source: Int[Tensor, "batch source"]) -> Float[Tensor, "batch source width"]:
        return self.embedding(self.get_buffer("rows")[source])

    def init_state(self, encoded: Encoded) -> State:
        """Read the prompt: its keys and values are all that the answer sees of it."""
        prompt, real = encoded.states, encoded.mask
        read = prompt.new_full((1,), prompt.shape[1], dtype=torch.long) if real is None else real.sum(1)  # tokens in each prompt
        begun = None
        if self.goes_on:  # the last token of the prompt is read by the first step
            read = read - 1
            begun = prompt[torch.arange(len(prompt), device=prompt.device), read.expand(len(prompt))]
            prompt = prompt[:, :-1]
            real = None if real is None else torch.arange(prompt.shape[1], device=prompt.device) < read[:, None]
        at = torch.full_like(read, self.answer_at) if self.positions.two_ended else read
        with part("prompt"):
            return State(at, self._read(prompt, real), real, begun=begun)

    def _read(self, prompt: Float[Tensor, "batch source width"], real: Bool[Tensor, "batch source"] | None) -> tuple[Memory, ...]:
        at = torch.arange(prompt.shape[1], device=prompt.device)[None]  # (1, S)
        x, turn, past = self.place(prompt, at, counted(prompt, real)), self.positions.turn(at), []
        shown = causal(real, prompt.shape[1], None, prompt.device)
        if isinstance(self.positions, Alibi):
            shown = self.positions.lean(shown, at, at, len(x))
        for layer in cast("list[CausalLayer]", list(self.layers)):
            if layer is self.layers[-1] and not explicit():  # nothing reads what the last layer makes of the prompt itself
                past.append(layer.self_attention.remember(layer.enter(1, x), turn))
            else:
                x, memory = layer(x, shown, turn)
                past.append(memory)
        return tuple(past)


class DecoderOnly(EncoderDecoder):
    """Has no encoder: `encode` looks the prompt's tokens up, and the decoder reads them."""

    decoder: PromptDecoder

    def __init__(self, decoder: PromptDecoder) -> None:
        nn.Module.__init__(self)
        self.decoder = decoder

    def encode(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        return Encoded(self.decoder.embed(source), None, mask)


def build(task: SequenceTask, options: Options) -> DecoderOnly:
    longest = (task.max_source, task.max_steps(task.max_source) + 1)
    return DecoderOnly(PromptDecoder(task.source_vocabulary, task.target_vocabulary, longest, task.kind == "completion", options))


register(
    Architecture(
        id="transformer_decoder",
        title="Decoder only (GPT)",
        description="One causal Transformer stack reads the input as a prompt and goes on writing.",
        kind="sequence decoder",
        learns=("sequence", "completion", "infill"),
        Options=Options,
        build=build,
        paper="Radford et al., 2018 and 2019",
        parts=(False, False, True),
        order=4,
    )
)
