"""The Transformer: an encoder and a decoder made of attention alone.

    states = Encoder(x_1 … x_S)                       every token looks at every token
    h_t = Decoder(y_0 … y_{t−1}, states)              outputs look back at outputs, and at the states
    p(y_t) = softmax(W h_t)

Nothing is read one after the other: all positions are computed at once, and what an output needs of the source it looks up.

A. Vaswani et al., "Attention Is All You Need", 2017; the layout that T5 and BART kept.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor

from ..tasks import SequenceTask
from . import Architecture, Encoded, EncoderDecoder, register
from .layers.stack import StackDecoder, State, TransformerEncoder
from .layers.transformer import DecoderLayer, MultiHeadAttention, TransformerOptions


class TransformerDecoder(StackDecoder):
    """A stack of decoder layers.

    Sites: those of `StackDecoder` per step; `layers.k.cross_attention.key` and `.value` (N, S, D) once.
    """

    def __init__(self, words: int, length: int, options: TransformerOptions) -> None:
        super().__init__(words, words, length, options, DecoderLayer)

    def init_state(self, encoded: Encoded) -> State:
        """Keys and values of the source never change, so they are computed once."""
        source = tuple(self._cross_attention(k).remember(encoded.states) for k in range(len(self.layers)))
        start = torch.zeros(1, dtype=torch.long, device=encoded.states.device)
        return State(start, (None,) * len(self.layers), source=source, mask=encoded.mask)

    def looked_at(self, state: State, layer: int, several: bool) -> tuple[Any, ...]:
        shown: Tensor | None = None
        if state.mask is not None:
            shown = state.mask[:, None, None] if several else state.mask[:, None]  # (B, 1, [1,] S)
        return state.source[layer], shown

    def _cross_attention(self, layer: int) -> MultiHeadAttention:
        return cast(DecoderLayer, self.layers[layer]).cross_attention


def build(task: SequenceTask, options: TransformerOptions) -> EncoderDecoder:
    return EncoderDecoder(
        TransformerEncoder(len(task.source_vocabulary), task.max_source, options),
        TransformerDecoder(len(task.target_vocabulary), task.max_steps(task.max_source) + 1, options),
    )


register(
    Architecture(
        id="transformer",
        title="Transformer",
        description="Encoder and decoder of attention alone: every token looks at every token, all at once.",
        kind="sequence decoder",
        learns=("sequence", "infill", "completion"),
        Options=TransformerOptions,
        build=build,
        paper="Vaswani et al., 2017",
        order=3,
    )
)
