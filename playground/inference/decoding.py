"""From logits to tokens, greedily or by drawing; the beam has a file of its own, `beam`.

`decode` is a generator of steps over a batch; whoever wants the whole answer drains it. Strategies are frozen data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

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
    """Draw from softmax(logits / `temperature`), kept to the `top_k` likeliest (0: all) and to the nucleus of mass `top_p` (Holtzman et
    al., 2020). The same `seed` draws the same. Raises InputError outside temperature (0, 10], top_k 0..1000, top_p (0, 1].
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        _require(_is_number(self.temperature) and 0 < self.temperature <= 10, "temperature", self.temperature, "a number above 0, up to 10")
        _require(_is_whole(self.top_k) and 0 <= self.top_k <= 1000, "top_k", self.top_k, "a whole number from 0 (all) to 1000")
        _require(_is_number(self.top_p) and 0 < self.top_p <= 1, "top_p", self.top_p, "a number above 0, up to 1")
        _require(_is_whole(self.seed) and 0 <= self.seed < 2**31, "seed", self.seed, "a whole number from 0")


@dataclass(frozen=True)
class Beam:
    """At each step keep the `width` likeliest of all continuations; those that end are answers, the others are continued.

    Answers are ranked by log probability / tokens ** `length_penalty` (Wu et al., 2016, simplified): 0 ranks by probability alone, more
    favours longer ones. Width 1 is greedy. The best of all answers is found where the beam holds every prefix; a narrower one may
    drop the beginning of it, whatever the penalty. Raises InputError outside width 1..16, length_penalty 0..3.
    """

    width: int = 4
    length_penalty: float = 1.0

    def __post_init__(self) -> None:
        _require(_is_whole(self.width) and 1 <= self.width <= 16, "width", self.width, "a whole number from 1 to 16")
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

    `forced` maps steps to tokens that are written whatever the model says; before the last of them only a forced end is written. The
    recording is open around each model call only, never across a `yield`.
    """
    state = begin(model, source, mask, recording)
    yield from onward(model, state, len(source), source.device, max_steps=max_steps, strategy=strategy, forced=forced, recording=recording)


@torch.inference_mode()
def onward(
    model: EncoderDecoder,
    state: Any,
    rows: int,
    device: torch.device,
    *,
    max_steps: int,
    strategy: Greedy | Sample = Greedy(),
    forced: Mapping[int, Int[Tensor, " batch"]] | None = None,
    recording: Recording | None = None,
) -> Iterator[Step]:
    """The same of so many rows from a `state` before the first token, whoever made it."""
    forced = forced or {}
    generator = torch.Generator(device).manual_seed(strategy.seed) if isinstance(strategy, Sample) else None
    token = torch.full((rows,), BOS, device=device)
    ended = torch.zeros_like(token, dtype=torch.bool)
    for step in range(max_steps):
        logits, state = following(model, token, state, step, recording)
        choice = choosable(logits, step, forced)
        if step in forced:
            token = forced[step]
        elif isinstance(strategy, Sample):
            if not bool(torch.isfinite(shares := weighted(choice, strategy)).all()):
                raise InputError(
                    f"At step {step} the model's answers are no numbers (NaN), so that none can be drawn. Choose smaller edits."
                )
            token = torch.multinomial(shares, 1, generator=generator)[:, 0]
        else:
            token = choice.argmax(-1)
        token = torch.where(ended, PAD, token)
        ended = ended | (token == EOS)
        yield Step(token, logits)
        if bool(ended.all()):
            return


def begin(model: EncoderDecoder, source: Tensor, mask: Tensor | None, recording: Recording | None) -> Any:
    """The state before the first token."""
    with recording.open() if recording else nullcontext():
        return model.decoder.init_state(model.encode(source, mask))


def following(model: EncoderDecoder, token: Tensor, state: Any, step: int, recording: Recording | None) -> tuple[Tensor, Any]:
    """Logits of what follows `token`, and the new state: edits of this step apply here, whatever chooses among the logits."""
    with recording.open(step) if recording else nullcontext():
        logits, state = model.decode_step(token, state)
    return logits.float(), state


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


def choosable(scores: Float[Tensor, "batch vocabulary"], step: int, forced: Mapping[int, Any]) -> Float[Tensor, "batch vocabulary"]:
    """Scores of what may be written at this step: before the last forced token the answer does not end by itself."""
    scores = writable(scores)
    if step < max(forced, default=0):
        scores[:, EOS] = -math.inf
    return scores


def repeated(row: Tensor, count: int) -> Tensor:
    """(1, …) as (count, …), without a copy."""
    return row.expand(count, *row.shape[1:])


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _require(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise InputError(f"{name} is {show(value)}; allowed is {allowed}.")
