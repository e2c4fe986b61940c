"""Variational sequence model: a text becomes a cloud of codes, and is written again from one draw out of it.

    h_1 … h_S     = LSTM(x_1 … x_S)
    mean, log σ²  = W₁ h_S, W₂ h_S
    z             = mean + σ · noise            noise ~ N(0, 1)
    d_0 = tanh(W z),   d_t = LSTM([y_{t−1}; z], d_{t−1}),   p(y_t) = softmax(V d_t)
    loss          = (−log p(y | z) + β · KL(N(mean, σ²) ‖ N(0, 1))) / tokens

The decoder is a language model that may look at z, and z costs. Early in a training z says nothing yet, so that the cheapest is to pay
nothing: the KL falls to 0, the decoder learns to do without, and the code stays empty (posterior collapse). Two remedies: β rises from 0
(`annealing`), and some of the words that the decoder reads are hidden (`word_dropout`), so that it needs to be told. While nothing
trains the noise is 0.

S. Bowman et al., "Generating Sentences from a Continuous Space", 2016. They found that z at every step, beside the start, changes little.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from ..options import integer, number
from ..tasks import Batch, SequenceTask
from ..tracing import explicit, tap
from ..vocabulary import PAD
from . import Architecture, Block, Decoder, Encoded, EncoderDecoder, register
from .layers.recurrent import Recurrent, RecurrentEncoder
from .seq2seq import looped


@dataclass(frozen=True)
class Options:
    code: int = integer(16, 1, 64, "Code", "Numbers that stand for a whole text")
    hidden: int = integer(64, 8, 256, "Hidden units", "Width of the states of encoder and decoder", step=8)
    embedding: int = integer(32, 4, 128, "Embedding", "Numbers per token", step=4)
    beta: float = number(1.0, 0.0, 20.0, "β", "Weight of the KL term at the end: what a code may cost", step=0.05)
    annealing: int = integer(0, 0, 20_000, "Annealing", "Updates over which β rises from 0; 0: all of it from the start", step=50)
    word_dropout: float = number(0.0, 0.0, 1.0, "Word dropout", "Share of words that the decoder is not shown while it trains", step=0.05)


class VariationalEncoder(RecurrentEncoder):
    """LSTM → mean and log-variance → code. Sites: those of the recurrent encoder; `mean`, `log_variance`, `noise`, `code`, `kl` (Z)."""

    block = Block(
        "Variational encoder",
        "z = μ + exp(½ log σ²) · ε     KL = ½ (μ² + σ² − log σ² − 1)",
        "Reads the text and names, off its last state, not one code but a cloud of them: its middle μ and its width σ. KL is what each "
        "number of the code costs, in nats: none where the cloud is the one that every text has, for then it says nothing of this text.",
        (("h", "states"), ("μ", "mean"), ("log σ²", "log_variance"), ("ε", "noise"), ("z", "code"), ("KL", "kl")),
    )

    def __init__(self, vocabulary: int, options: Options) -> None:
        super().__init__(vocabulary, options.embedding, options.hidden, cell="lstm")
        self.linear_mean = nn.Linear(options.hidden, options.code)
        self.linear_log_variance = nn.Linear(options.hidden, options.code)

    def forward(self, source: Int[Tensor, "batch source"], mask: Bool[Tensor, "batch source"] | None = None) -> Encoded:
        """With the mean as the code, where no noise is set."""
        return self.draw(source, mask)[0]

    def draw(
        self,
        source: Int[Tensor, "batch source"],
        mask: Bool[Tensor, "batch source"] | None = None,
        noise: Float[Tensor, "batch code"] | None = None,
    ) -> tuple[Encoded, Float[Tensor, "batch code"]]:
        """What is handed over, `final` being the code, and what each number of it costs."""
        encoded = super().forward(source, mask)
        last, _ = encoded.final  # (1, B, H)
        mean = tap(self, "mean", self.linear_mean(last[-1]))
        log_variance = tap(self, "log_variance", self.linear_log_variance(last[-1]))
        noise = tap(self, "noise", torch.zeros_like(mean) if noise is None else noise)
        code = tap(self, "code", mean + (log_variance / 2).exp() * noise)
        kl = tap(self, "kl", 0.5 * (mean.square() + log_variance.exp() - log_variance - 1))
        return Encoded(encoded.states, code, mask), kl


@dataclass(frozen=True)
class State:
    """What a step hands to the next: the LSTM's state; and the code, which all read."""

    recurrent: Any
    code: Float[Tensor, "batch code"]


class CodeDecoder(Decoder):
    """Embedding and code, LSTM, logits. Sites: `start` (H) once; `embedded` (E), `recurrent.layers.0.…`, `hidden` (H), `logits` (V) per
    step."""

    bottleneck = True

    def __init__(self, vocabulary: int, options: Options) -> None:
        super().__init__()
        self.start = nn.Linear(options.code, options.hidden)
        self.embedding = nn.Embedding(vocabulary, options.embedding)
        self.recurrent = Recurrent("lstm", options.embedding + options.code, options.hidden)
        self.output = nn.Linear(options.hidden, vocabulary)

    def init_state(self, encoded: Encoded) -> State:
        start = tap(self, "start", torch.tanh(self.start(encoded.final)))  # (B, H)
        return State((start[None], torch.zeros_like(start[None])), encoded.final)

    def forward(self, target_in: Int[Tensor, "batch target"], state: State) -> tuple[Float[Tensor, "batch target vocabulary"], State]:
        if explicit():
            return looped(self, target_in, state)
        code = state.code[:, None].expand(-1, target_in.shape[1], -1)  # (B, T, Z)
        hidden, recurrent = self.recurrent(torch.cat([self.embedding(target_in), code], dim=-1), state.recurrent)  # (B, T, H)
        return self._write(hidden), State(recurrent, state.code)

    def step(self, token: Int[Tensor, " batch"], state: State) -> tuple[Float[Tensor, "batch vocabulary"], State]:
        embedded = tap(self, "embedded", self.embedding(token))  # (B, E)
        read = torch.cat([embedded, state.code], dim=-1)  # (B, E + Z)
        hidden, recurrent = self.recurrent(read[:, None], state.recurrent)  # (B, 1, H)
        return self._write(hidden[:, 0]), State(recurrent, state.code)

    def _write(self, hidden: Tensor) -> Tensor:
        return tap(self, "logits", self.output(tap(self, "hidden", hidden)))


class SequenceVAE(EncoderDecoder):
    """Sites: `encoder.{embedded,recurrent.…,states,mean,log_variance,noise,code,kl}`,
    `decoder.{start,embedded,recurrent.…,hidden,logits}`."""

    encoder: VariationalEncoder

    def __init__(self, encoder: VariationalEncoder, decoder: CodeDecoder, options: Options) -> None:
        super().__init__(encoder, decoder)
        self.options = options

    @property
    def code_size(self) -> int:
        return self.options.code

    def terms(self, batch: Batch) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """Reconstruction and KL of every text, nats. The code is drawn with the batch's noise; without, it is the mean."""
        encoded, kl = self.encoder.draw(batch.source, batch.mask, batch.noise)
        read = batch.target_in if batch.dropped is None else batch.target_in.masked_fill(batch.dropped, PAD)
        logits, _ = self.decoder(read, self.decoder.init_state(encoded))
        each = F.cross_entropy(logits.flatten(0, 1).float(), batch.target.flatten(), ignore_index=PAD, reduction="none")
        return each.view_as(batch.target).sum(1), kl.float().sum(1)

    def loss(self, batch: Batch) -> Float[Tensor, ""]:
        """(Reconstruction + β · KL) / tokens, nats: the negative evidence lower bound of a token where β is 1."""
        return self._weighed(batch, self.options.beta)

    def loss_at(self, batch: Batch, done: int) -> Float[Tensor, ""]:
        """The loss after so many updates: until then β has risen in a straight line."""
        risen = min(1.0, done / self.options.annealing) if self.options.annealing else 1.0
        return self._weighed(batch, self.options.beta * risen)

    @torch.no_grad()
    def metrics(self, batch: Batch) -> dict[str, float]:
        """`exact_match` of what is written from the mean; both terms, in nats per text, and the loss with drawn codes, all words shown."""
        drawn = replace(self.corrupt(batch, torch.Generator().manual_seed(0)), dropped=None)
        reconstruction, kl = (float(term.mean()) for term in self.terms(drawn))
        return {"exact_match": self.score(batch), "reconstruction": reconstruction, "kl": kl, "loss": float(self.loss(drawn))}

    def corrupt(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch with the draws that its codes are made with, and the words that are not shown; the first thing read always is."""
        noise = torch.randn(len(batch), self.options.code, generator=generator)
        dropped = torch.rand(batch.target.shape, generator=generator) < self.options.word_dropout
        dropped[:, 0] = False
        device = batch.source.device
        return replace(batch, noise=noise.to(device), dropped=dropped.to(device))

    def _weighed(self, batch: Batch, beta: float) -> Float[Tensor, ""]:
        reconstruction, kl = self.terms(batch)
        return (reconstruction + beta * kl).sum() / (batch.target != PAD).sum()


def build(task: SequenceTask, options: Options) -> EncoderDecoder:
    encoder = VariationalEncoder(len(task.source_vocabulary), options)
    return SequenceVAE(encoder, CodeDecoder(len(task.target_vocabulary), options), options)


register(
    Architecture(
        id="sequence_vae",
        title="Variational sequence model",
        description="A sentence becomes a small cloud of codes and is written again from one of them; between two codes lie sentences too.",
        kind="sequence decoder",
        learns=("sentence",),
        Options=Options,
        build=build,
        paper="Bowman et al., 2016",
        order=14,
    )
)
