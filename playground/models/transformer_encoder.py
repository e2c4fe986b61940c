"""Encoder only: read a text both ways, and read the answer off the states.

    [CLS] x_1 … x_S  →  Encoder  →  h_0, h_1 … h_S
    label, number     W h_0            of the whole, off the summary token
    tags              W h_s            of every token
    masked words      W h_s            at the masks: the word that was hidden

Every token sees the tokens before and after it, so such a model understands but does not write.

J. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", 2019.
"""

from __future__ import annotations

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from ..errors import InputError
from ..tasks import ReaderTask, SequenceTask
from ..tracing import tap
from . import Architecture, Block, Reader, register
from .layers.stack import TransformerEncoder
from .layers.transformer import TransformerOptions


class Head(nn.Linear):
    """Sites: `logits` (C) for the whole, (S, C) for every token."""

    block = Block(
        "Head",
        "logits = W h + b,  p = softmax(logits)",
        "The judge who reads one state and gives every possible answer a score. The states did the work; this is only the verdict.",
        (("logits", "logits"),),
    )

    def forward(self, states: Float[Tensor, "*rows width"]) -> Float[Tensor, "*rows classes"]:
        return tap(self, "logits", super().forward(states))


class EncoderOnly(Reader):
    """A Transformer encoder and a head; `scale` is the unit of a number."""

    def __init__(self, encoder: TransformerEncoder, head: Head, answers: str, scale: float = 1.0) -> None:
        super().__init__()
        self.encoder, self.head, self.answers, self.scale = encoder, head, answers, scale

    def forward(self, source: Int[Tensor, "batch source"], mask: Bool[Tensor, "batch source"] | None = None) -> Tensor:
        encoded = self.encoder(source, mask)
        if self.answers in ("tags", "infill"):
            return self.head(encoded.states)  # (B, S, C)
        logits = self.head(encoded.final)  # (B, C)
        return logits[:, 0] if self.answers == "number" else logits


def build(task: ReaderTask | SequenceTask, options: TransformerOptions) -> EncoderOnly:
    if getattr(task.options, "blanks", None) == "spans":
        raise InputError(
            "transformer_encoder reads one word off each mask, and here a mask can hide several. "
            "Choose single words as blanks, or the transformer."
        )
    whole = task.kind in ("label", "number")
    encoder = TransformerEncoder(len(task.source_vocabulary), task.max_source, options, summary=whole)
    return EncoderOnly(encoder, Head(options.width, len(task.classes) or 1), task.kind, task.scale)


register(
    Architecture(
        id="transformer_encoder",
        title="Encoder only (BERT)",
        description="A Transformer encoder reads both ways; the answer is read off its states.",
        kind="reader",
        learns=("label", "tags", "infill", "number"),
        Options=TransformerOptions,
        build=build,
        paper="Devlin et al., 2019",
        parts=(True, False, False),
        order=5,
    )
)
