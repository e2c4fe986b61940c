"""From logits to tokens: greedy, sampling, beam search.

`decode` is a generator of steps over a batch; whoever wants the whole answer drains it. Strategies are frozen data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from ..errors import InputError
from ..models import EncoderDecoder, writable
from ..options import show
from ..tracing import Recording
from ..vocabulary import BOS, EOS, PAD


@dataclass(frozen=True)
class Greedy:
    """Always the likeliest token."""


@dataclass(frozen=True)
class Sample:
    """Draw from softmax(logits / temperature), kept to the `top_k` likeliest and to the nucleus of mass `top_p` (Holtzman et al., 2020)."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        _require(_is_number(self.temperature) and 0 < self.temperature <= 10, "temperature", self.temperature, "a number above 0, up to 10")
        _require(isinstance(self.top_k, int) and 0 <= self.top_k <= 1000, "top_k", self.top_k, "a whole number from 0 (all) to 1000")
        _require(_is_number(self.top_p) and 0 < self.top_p <= 1, "top_p", self.top_p, "a number above 0, up to 1")
        _require(isinstance(self.seed, int) and 0 <= self.seed < 2**31, "seed", self.seed, "a whole number from 0")


@dataclass(frozen=True)
class Beam:
    """Keep the `width` best prefixes; scores are divided by length ** length_penalty (Wu et al., 2016, simplified)."""

    width: int = 4
    length_penalty: float = 1.0

    def __post_init__(self) -> None:
        _require(isinstance(self.width, int) and 1 <= self.width <= 16, "width", self.width, "a whole number from 1 to 16")
        _require(
            _is_number(self.length_penalty) and 0 <= self.length_penalty <= 3, "length_penalty", self.length_penalty, "a number from 0 to 3"
        )


Strategy = Greedy | Sample | Beam
GREEDY = Greedy()


@dataclass(frozen=True)
class Step:
    token: Int[Tensor, " batch"]
    logits: Float[Tensor, "batch vocabulary"]


@torch.inference_mode()
def decode(
    model: EncoderDecoder,
    source: Tensor,
    mask: Bool[Tensor, "batch source"] | None = None,
    *,
    max_steps: int,
    strategy: Greedy | Sample = Greedy(),
    forced: Mapping[int, Int[Tensor, " batch"]] | None = None,
    recording: Recording | None = None,
) -> Iterator[Step]:
    """One step per token until every row has written EOS, or `max_steps`. Ended rows write PAD. `source` (B, …) is what the
    model's encoder reads.

    `forced` maps steps to tokens that are written whatever the model says. The recording is open around each model
    call only, never across a `yield`.
    """
    forced = forced or {}
    generator = torch.Generator(source.device).manual_seed(strategy.seed) if isinstance(strategy, Sample) else None
    with recording.open() if recording else nullcontext():
        state = model.decoder.init_state(model.encode(source, mask))
    token = torch.full((len(source),), BOS, device=source.device)
    ended = torch.zeros_like(token, dtype=torch.bool)
    for step in range(max_steps):
        with recording.open(step) if recording else nullcontext():
            logits, state = model.decode_step(token, state)
        logits = logits.float()
        if step in forced:
            token = forced[step]
        elif isinstance(strategy, Sample):
            token = torch.multinomial(weighted(writable(logits), strategy), 1, generator=generator)[:, 0]
        else:
            token = writable(logits).argmax(-1)
        token = torch.where(ended, PAD, token)
        ended = ended | (token == EOS)
        yield Step(token, logits)
        if bool(ended.all()):
            return


def decode_batch(
    model: EncoderDecoder, source: Tensor, mask: Tensor | None = None, *, max_steps: int, recording: Recording | None = None
) -> Int[Tensor, "batch steps"]:
    """The greedy answers of a whole batch."""
    return torch.stack([s.token for s in decode(model, source, mask, max_steps=max_steps, recording=recording)], dim=1)


def weighted(logits: Float[Tensor, "batch vocabulary"], strategy: Sample) -> Float[Tensor, "batch vocabulary"]:
    """The probabilities that sampling draws from."""
    logits = logits / strategy.temperature
    if strategy.top_k:
        smallest = logits.topk(min(strategy.top_k, logits.shape[-1])).values[..., -1:]
        logits = logits.masked_fill(logits < smallest, -math.inf)
    probabilities = logits.softmax(-1)
    if strategy.top_p < 1:
        ordered, order = probabilities.sort(descending=True)
        outside = ordered.cumsum(-1) - ordered >= strategy.top_p  # the token that crosses top_p still belongs to the nucleus
        probabilities = probabilities.masked_fill(torch.zeros_like(outside).scatter(-1, order, outside), 0)
    return probabilities / probabilities.sum(-1, keepdim=True)


@dataclass(frozen=True)
class Hypothesis:
    tokens: tuple[int, ...]  # EOS included where it was written
    log_probability: float
    score: float


@torch.inference_mode()
def beam_search(
    model: EncoderDecoder, source: Tensor, beam: Beam, *, max_steps: int, mask: Bool[Tensor, "1 source"] | None = None
) -> list[Hypothesis]:
    """The final hypotheses, best first. Prefixes are rescored by teacher forcing, so any sequence decoder fits."""
    live: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    done: list[Hypothesis] = []
    for _ in range(max_steps):
        prefixes = torch.tensor([[BOS, *tokens] for tokens, _ in live], device=source.device)
        sources, masks = repeated(source, len(live)), None if mask is None else repeated(mask, len(live))
        log_probs = writable(model(sources, prefixes, masks)[:, -1].float().log_softmax(-1))
        total = log_probs + torch.tensor([[p] for _, p in live], device=source.device)
        best = total.flatten().topk(min(2 * beam.width, total.numel()))
        grown: list[tuple[tuple[int, ...], float]] = []
        for rank, (p, i) in enumerate(zip(best.values.tolist(), best.indices.tolist(), strict=True)):
            parent, token = divmod(i, total.shape[1])
            tokens = (*live[parent][0], token)
            if p == -math.inf:
                break
            if token == EOS and rank < beam.width:  # an end counts only if it is among the best: width 1 is greedy
                done.append(_hypothesis(tokens, p, beam))
            elif token != EOS and len(grown) < beam.width:
                grown.append((tokens, p))
        live = grown
        if not live or len(done) >= beam.width:
            break
    done += [_hypothesis(tokens, p, beam) for tokens, p in live] if len(done) < beam.width else []
    return sorted(done, key=lambda h: h.score, reverse=True)[: beam.width]


def repeated(row: Tensor, count: int) -> Tensor:
    """(1, …) as (count, …), without a copy."""
    return row.expand(count, *row.shape[1:])


def _hypothesis(tokens: tuple[int, ...], log_probability: float, beam: Beam) -> Hypothesis:
    return Hypothesis(tokens, log_probability, log_probability / len(tokens) ** beam.length_penalty)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _require(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise InputError(f"{name} is {show(value)}; allowed is {allowed}.")
