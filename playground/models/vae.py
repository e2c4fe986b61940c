"""Variational autoencoder: the encoder names a place and how sure it is; the code is drawn from there.

    mean, log σ²  = W₃ h, W₄ h                  h = φ(W₂ φ(W₁ x))
    code          = mean + σ · noise            noise ~ N(0, 1)
    loss          = −log p(x | code) + β · KL(N(mean, σ²) ‖ N(0, 1))
    KL            = ½ Σ (mean² + σ² − log σ² − 1)

The first term is the reconstruction: the Bernoulli negative log-likelihood of the pixels (a grey one counts as that share of
ink), the second what the code costs; both in nats per picture. Writing the code as mean + σ · noise lets the gradient pass
the draw. With β > 1 codes are cheaper and their dimensions more independent. While nothing trains the noise is 0.

D. Kingma, M. Welling, "Auto-Encoding Variational Bayes", 2014. β: I. Higgins et al., "beta-VAE", 2017.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from ..options import integer, number
from ..tasks import Batch, PictureTask
from ..tracing import tap
from . import Architecture, Autoencoder, Block, register
from .autoencoder import PIXELS, Layer
from .layers.plain import Dense, dense


@dataclass(frozen=True)
class Options:
    code: int = integer(2, 1, 64, "Code", "Numbers that stand for the 784 pixels")
    hidden: int = integer(256, 16, 512, "Hidden units", "Width of the outer layers; the inner ones have a quarter", step=16)
    beta: float = number(1.0, 0.0, 20.0, "β", "Weight of the KL term: what a code may cost", step=0.25)


def kl_divergence(mean: Float[Tensor, "batch code"], log_variance: Float[Tensor, "batch code"]) -> Float[Tensor, " batch"]:
    """KL(N(mean, σ²) ‖ N(0, 1)), nats."""
    return 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(-1)


class Encoder(nn.Module):
    """784 → H → H/4 → mean and log-variance → code. Sites: `hidden1`, `hidden2`; `mean`, `log_variance`, `noise`, `code` (Z)."""

    block = Block(
        "Variational encoder",
        "z = μ + exp(½ log σ²) · ε",
        "Does not name one point but a cloud: its middle μ and its width σ. The code z is one draw from the cloud, like a dart "
        "thrown at μ by a hand that trembles by σ; ε is the tremble.",
        (("h", "hidden2"), ("μ", "mean"), ("log σ²", "log_variance"), ("ε", "noise"), ("z", "code")),
    )
    layers = (("hidden1", "linear1"), ("hidden2", "linear2"), ("mean", "linear_mean"), ("log_variance", "linear_log_variance"))

    def __init__(self, options: Options, inputs: int = PIXELS) -> None:
        super().__init__()
        self.linear1 = Layer(inputs, options.hidden, "gelu")
        self.linear2 = Layer(options.hidden, options.hidden // 4, "gelu")
        self.linear_mean = Layer(options.hidden // 4, options.code)
        self.linear_log_variance = Layer(options.hidden // 4, options.code)

    def forward(
        self, picture: Float[Tensor, "batch inputs"], noise: Float[Tensor, "batch code"] | None = None
    ) -> tuple[Float[Tensor, "batch code"], Float[Tensor, "batch code"], Float[Tensor, "batch code"]]:
        """Code, mean, log-variance."""
        hidden = tap(self, "hidden1", self.linear1(picture))
        hidden = tap(self, "hidden2", self.linear2(hidden))
        mean = tap(self, "mean", self.linear_mean(hidden))
        log_variance = tap(self, "log_variance", self.linear_log_variance(hidden))
        noise = tap(self, "noise", torch.zeros_like(mean) if noise is None else noise)
        return tap(self, "code", mean + (log_variance / 2).exp() * noise), mean, log_variance


class Decoder(nn.Module):
    """code → H/4 → H → 784. Sites: `hidden1`, `hidden2`, `reconstruction` (784): how likely each pixel is ink."""

    block = Block(
        "Decoder",
        "p(x | z) = Bernoulli(σ(W₇ φ(W₆ φ(W₅ z))))",
        "Says of every pixel how likely it is ink. Since training draws z anew each time, neighbouring places must give "
        "similar pictures: so the map has no holes.",
        (("h", "hidden2"), ("x̂", "reconstruction")),
    )
    layers = (("hidden1", "linear1"), ("hidden2", "linear2"), ("reconstruction", "linear3"))

    def __init__(self, options: Options, extra: int = 0) -> None:
        super().__init__()
        self.linear1 = Layer(options.code + extra, options.hidden // 4, "gelu")
        self.linear2 = Layer(options.hidden // 4, options.hidden, "gelu")
        self.linear3 = Layer(options.hidden, PIXELS)

    def logits(self, code: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch 784"]:
        hidden = tap(self, "hidden1", self.linear1(code))
        return self.linear3(tap(self, "hidden2", self.linear2(hidden)))

    def forward(self, code: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch 784"]:
        return tap(self, "reconstruction", self.logits(code).sigmoid())


class VariationalAutoencoder(Autoencoder):
    """Sites: `encoder.{hidden1,hidden2,mean,log_variance,noise,code}`, `decoder.{hidden1,hidden2,reconstruction}`."""

    encoder: Encoder
    decoder: Decoder

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.encoder, self.decoder = Encoder(options), Decoder(options)

    def encode(self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch code"]:
        """The mean, where no noise is set."""
        code, _, _ = self.posterior(picture, condition)
        return code

    def decode(self, code: Float[Tensor, "batch code"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch 784"]:
        return self.decoder(code)

    def spread(self, picture: Float[Tensor, "batch 784"], condition: Int[Tensor, " batch"] | None = None) -> Float[Tensor, "batch code"]:
        _, _, log_variance = self.posterior(picture, condition)
        return (log_variance / 2).exp()

    def drawing(self) -> tuple[Dense, ...]:
        half = self.decoder
        return dense(half.linear1, "gelu"), dense(half.linear2, "gelu"), dense(half.linear3, "sigmoid")

    def posterior(
        self, picture: Tensor, condition: Tensor | None = None, noise: Float[Tensor, "batch code"] | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Code, mean and log-variance, each (B, Z)."""
        code, mean, log_variance = self.encoder(picture, noise)
        return code, mean, log_variance

    def logits(self, code: Tensor, condition: Tensor | None = None) -> Float[Tensor, "batch 784"]:
        """Of every pixel's probability to be ink."""
        return self.decoder.logits(code)

    def terms(self, batch: Batch) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """Reconstruction and KL of every picture, nats. The code is drawn with the batch's noise; without, it is the mean."""
        code, mean, log_variance = self.posterior(batch.source, batch.condition, batch.noise)
        logits = self.logits(code, batch.condition).float()
        reconstruction = F.binary_cross_entropy_with_logits(logits, batch.target, reduction="none").sum(1)
        return reconstruction, kl_divergence(mean.float(), log_variance.float())

    def loss(self, batch: Batch) -> Float[Tensor, ""]:
        """Reconstruction + β · KL, nats per picture: the negative evidence lower bound where β is 1."""
        reconstruction, kl = self.terms(batch)
        return (reconstruction + self.options.beta * kl).mean()

    @torch.no_grad()
    def metrics(self, batch: Batch) -> dict[str, float]:
        """`mse` of the mean's picture; both terms and the loss with drawn codes, as in training."""
        drawn = self.corrupt(batch, torch.Generator().manual_seed(0))
        reconstruction, kl = (float(term.mean()) for term in self.terms(drawn))
        return {"mse": self.score(batch), "reconstruction": reconstruction, "kl": kl, "loss": reconstruction + self.options.beta * kl}

    def corrupt(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch with the draws that its codes are made with."""
        noise = torch.randn(len(batch), self.options.code, generator=generator)
        return replace(batch, noise=noise.to(batch.source.device))


def build(task: PictureTask, options: Options) -> Autoencoder:
    return VariationalAutoencoder(options)


register(
    Architecture(
        id="vae",
        title="Variational autoencoder",
        description="Every picture becomes a small cloud of codes; together they fill a map without holes that one can walk on.",
        kind="autoencoder",
        learns=("picture",),
        Options=Options,
        build=build,
        paper="Kingma & Welling, 2014; β: Higgins et al., 2017",
        order=12,
    )
)
