"""The interfaces that all models share.

Three kinds of `Model`: sequence decoders (encode, then `decode_step` until EOS), readers, and autoencoders. Shapes are batch
first: B batch, S source, T target, H hidden, V vocabulary. Recurrent states are (layers, B, H), as in torch.

The interfaces `Encoder`, `Decoder` and `EncoderDecoder` follow A. Zhang et al., *Dive into Deep Learning*, ch. 10.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from ..tasks import NO_ANSWER, Batch
from ..vocabulary import BOS, MASK, PAD
from .layers.plain import Plain


class Model(nn.Module, ABC):
    """What can be trained. One that reads its batches spoiled or with draws of its own has a method `corrupt(batch, generator)` too, one
    that weighs its loss otherwise as training goes on `loss_at(batch, done)`, the loss after so many updates."""

    @abstractmethod
    def loss(self, batch: Batch) -> Float[Tensor, ""]:
        """What training makes small, a mean over the batch."""

    @abstractmethod
    def score(self, batch: Batch) -> float:
        """What a page shows of held-out examples; its task says whether higher is better."""

    @torch.no_grad()
    def metrics(self, batch: Batch) -> dict[str, float]:
        """What is reported of a finished run."""
        return {"exact_match": self.score(batch), "loss": float(self.loss(batch))}

    def extent(self, batch: Batch) -> tuple[int, int]:
        """At how many places an encoder and a decoder work on each of these examples: how much work a model is depends on them."""
        return batch.source.shape[1], batch.target.shape[1]


@dataclass(frozen=True)
class Encoded:
    """What an encoder hands over to its decoder.

    `states` are looked at; `final`, in whatever form the decoder begins with (a tensor, a pair for LSTM), may be None where it begins
    from the states alone; `mask` is True where a state is real, None where all are.
    """

    states: Float[Tensor, "batch source hidden"]
    final: Any = None
    mask: Bool[Tensor, "batch source"] | None = None


@runtime_checkable
class Variational(Protocol):
    """A model that draws its code: what that costs, its KL, is told beside its loss."""

    def terms(self, batch: Batch) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """Reconstruction and KL of every example, nats. The code is drawn with the batch's noise; without, it is the mean."""

    def corrupt(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch with the draws that its codes are made with."""


class Encoder(nn.Module, ABC):
    """Reads a source: tokens (B, S), or the numbers of pictures or sounds (B, …)."""

    @abstractmethod
    def forward(self, source: Tensor, mask: Bool[Tensor, "batch source"] | None = None) -> Encoded: ...


class Decoder(nn.Module, ABC):
    """Writes a target, one token after the other, from what the encoder handed over; where `bottleneck`, from its `final` alone."""

    bottleneck: ClassVar[bool] = False

    @abstractmethod
    def init_state(self, encoded: Encoded) -> Any:
        """The state before the first token."""

    @abstractmethod
    def forward(self, target_in: Int[Tensor, "batch target"], state: Any) -> tuple[Float[Tensor, "batch target vocabulary"], Any]:
        """Logits of every next token and the state after the last one (teacher forcing)."""

    @abstractmethod
    def step(self, token: Int[Tensor, " batch"], state: Any) -> tuple[Float[Tensor, "batch vocabulary"], Any]:
        """Logits of the next token after `token`, and the new state. The old one stays as it was: a beam goes on from it several times."""


def writable(scores: Float[Tensor, "*batch vocabulary"]) -> Float[Tensor, "*batch vocabulary"]:
    """Scores of the tokens that may be written: padding and the begin token never are."""
    never = torch.zeros(scores.shape[-1], dtype=torch.bool, device=scores.device)
    never[[PAD, BOS]] = True
    return scores.masked_fill(never, -math.inf)


class EncoderDecoder(Model):
    """An encoder and a decoder made one: `decode(encode(source), target)`."""

    def __init__(self, encoder: Encoder, decoder: Decoder) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(
        self,
        source: Tensor,
        target_in: Int[Tensor, "batch target"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Float[Tensor, "batch target vocabulary"]:
        logits, _ = self.decoder(target_in, self.decoder.init_state(self.encode(source, mask)))
        return logits

    def encode(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        return self.encoder(source, mask)

    def decode_step(self, token: Tensor, state: Any) -> tuple[Tensor, Any]:
        return self.decoder.step(token, state)

    def loss(self, batch: Batch) -> Float[Tensor, ""]:
        """Mean negative log-likelihood, nats per target token."""
        logits = self(batch.source, batch.target_in, batch.mask)
        return F.cross_entropy(logits.flatten(0, 1).float(), batch.target.flatten(), ignore_index=PAD)

    @torch.no_grad()
    def score(self, batch: Batch) -> float:
        """Share of inputs whose greedy output equals the target, or another right one, exactly, EOS included (exact match).

        Greedy decoding writes the target if and only if, fed the right prefix, every arg max is the right next token:
        so one teacher-forced pass decides it, without decoding.
        """
        right = self.writes(batch)
        for other in () if batch.also is None else batch.also.unbind(1):
            right = right | self.writes(replace(batch, target=other))
        return float(right.float().mean())

    def writes(self, batch: Batch) -> Bool[Tensor, " batch"]:
        """Whether greedy decoding writes the target; never a target that is none."""
        same = writable(self(batch.source, batch.target_in, batch.mask)).argmax(-1) == batch.target
        return (same | (batch.target == PAD)).all(1) & (batch.target != PAD).any(1)

    def extent(self, batch: Batch) -> tuple[int, int]:
        return self.encode(batch.source, batch.mask).states.shape[1], batch.target.shape[1]


class Reader(Model):
    """Reads a source and answers at once. `answers` is the kind of its task.

    `forward` gives logits (B, C) for a label, (B, S, C) for tags and for the words that masks hide, (B,) for a number, in
    units of the task's `scale`.
    """

    answers: str
    scale: float = 1.0

    @abstractmethod
    def forward(self, source: Int[Tensor, "batch source"], mask: Bool[Tensor, "batch source"] | None = None) -> Tensor: ...

    def loss(self, batch: Batch) -> Float[Tensor, ""]:
        """Mean negative log-likelihood in nats per answer; for numbers the mean squared error in units of `scale`."""
        logits = self(batch.source, batch.mask).float()
        if self.answers == "number":
            return F.mse_loss(logits, batch.target / self.scale)
        return F.cross_entropy(logits.flatten(0, -2), self.targets(batch).flatten(), ignore_index=NO_ANSWER)

    @torch.no_grad()
    def score(self, batch: Batch) -> float:
        """Share of inputs whose every answer is right; a number must be right when rounded."""
        return float(self.each(batch).mean())

    def each(self, batch: Batch) -> Float[Tensor, " batch"]:
        """The score of every input by itself."""
        return self._right(batch).flatten(1).all(1).float()

    @torch.no_grad()
    def accuracy(self, batch: Batch) -> float:
        """Share of single answers that are right: of tokens for tags, of masks for hidden words."""
        right = self._right(batch)
        return float(right[(self.targets(batch) != NO_ANSWER).view_as(right)].float().mean())

    @torch.no_grad()
    def metrics(self, batch: Batch) -> dict[str, float]:
        return {"exact_match": self.score(batch), "accuracy": self.accuracy(batch), "loss": float(self.loss(batch))}

    def targets(self, batch: Batch) -> Tensor:
        """The right answer at the place where it is read off: hidden words move to their masks. (B,) or (B, S)"""
        if self.answers != "infill":
            return batch.target
        hidden = batch.source == MASK
        rank = (hidden.cumsum(1) - 1).clamp(0, batch.target.shape[1] - 1)
        return torch.where(hidden, batch.target.gather(1, rank), NO_ANSWER)

    def _right(self, batch: Batch) -> Tensor:
        logits, targets = self(batch.source, batch.mask), self.targets(batch)
        if self.answers == "number":
            return ((logits.float() * self.scale).round() == targets.round())[:, None]
        right = (logits.argmax(-1) == targets) | (targets == NO_ANSWER)
        return right if right.dim() == 2 else right[:, None]


class Counted(EncoderDecoder):
    """A model that is fitted by counting examples instead of by gradients."""

    @abstractmethod
    def count(self, batch: Batch) -> None:
        """Add the examples to the counts."""


class Autoencoder(Model):
    """`decode(encode(x))` should be x again, through a code too small to hold everything.

    `condition` (B,) is a class that a conditional model reads beside the picture and beside the code; others do without.
    Encoder and decoder list their `layers` as (tap, part that computes it), in the order of computing: what is drawn inside.
    """

    encoder: nn.Module
    decoder: nn.Module
    options: Any
    conditions: int = 0  # how many classes it can be told

    @property
    def code_size(self) -> int:
        return int(self.options.code)

    @abstractmethod
    def encode(
        self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch code"]: ...

    @abstractmethod
    def decode(self, code: Float[Tensor, "batch code"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch 784"]: ...

    def forward(self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch 784"]:
        return self.decode(self.encode(picture, condition), condition)

    def guess(self, picture: Float[Tensor, "batch 784"]) -> Int[Tensor, " batch"] | None:
        """The class that a conditional model takes a picture for; None for all others."""
        return None

    def spread(
        self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch code"] | None:
        """Standard deviation of the cloud that a picture's code is drawn from; None where every picture has one code."""
        return None

    def drawing(self) -> tuple[Plain, ...] | None:
        """What `decode` computes, from the code and behind it the condition's one-hot row; None where that is no row of plain layers."""
        return None

    def directions(self) -> Float[Tensor, "features code"] | None:
        """Where each number of an input pulls the code; None where that depends on the others."""
        return None

    def loss(self, batch: Batch) -> Float[Tensor, ""]:
        """Mean squared error per pixel, or per feature."""
        return F.mse_loss(self(batch.source, batch.condition), batch.target)

    @torch.no_grad()
    def score(self, batch: Batch) -> float:
        """Mean squared error per pixel, or per feature; lower is better."""
        return float(F.mse_loss(self(batch.source, batch.condition), batch.target))

    def each(self, batch: Batch) -> Float[Tensor, " batch"]:
        """The score of every input by itself."""
        return (self(batch.source, batch.condition) - batch.target).square().mean(1)

    @torch.no_grad()
    def metrics(self, batch: Batch) -> dict[str, float]:
        return {"mse": self.score(batch), "loss": float(self.loss(batch))}

    def extent(self, batch: Batch) -> tuple[int, int]:
        return 1, 1


@dataclass(frozen=True)
class Block:
    """How a module introduces itself to a visitor who opens it: a class attribute `block` beside the code it explains.

    `equation` is plain text in the symbols of the paper; `about` says in a sentence or two what happens, with an analogy
    a beginner can follow; `symbols` pairs each symbol with the tap that holds its numbers, in the order of computing.
    """

    title: str
    equation: str
    about: str
    symbols: tuple[tuple[str, str], ...] = ()
