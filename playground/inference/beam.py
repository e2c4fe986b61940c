"""Beam search, kept as the tree that it is.

At each step every prefix in the beam is continued by every token, and only the `width` likeliest of all continuations are kept. What was
kept, what was only just dropped, and which prefix each came from is the search itself: `search` returns it, a page or a notebook draws it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..models import EncoderDecoder
from ..tracing import Recording
from ..vocabulary import BOS, EOS
from .decoding import Beam, begin, choosable, following

IMPOSSIBLE = -1e9  # the log probability of a forced token that the model excludes
DROPPED = 3  # of the continuations that a step does not keep, so many are remembered


@dataclass(frozen=True)
class Hypothesis:
    tokens: tuple[int, ...]  # EOS included where it was written
    log_probability: float
    score: float


@dataclass(frozen=True)
class Branch:
    """One continuation of a prefix: `parent` is the place of that prefix among the branches of the step before, None at the first step.

    `log_probability` is of all tokens up to this one; `score` is what ranks it as an answer, if it ended here. Of what is not `kept`
    the search remembers the likeliest few.
    """

    token: int
    parent: int | None
    log_probability: float
    score: float
    kept: bool


@dataclass(frozen=True)
class Search:
    """A finished search: `hypotheses`, best first, and for each step its branches, what was kept before the rest, each likeliest first."""

    hypotheses: tuple[Hypothesis, ...]
    steps: tuple[tuple[Branch, ...], ...]

    def tokens(self, step: int, place: int) -> tuple[int, ...]:
        """What is written along the way to a branch, itself included."""
        branch = self.steps[step][place]
        return (*(() if branch.parent is None else self.tokens(step - 1, branch.parent)), branch.token)


@dataclass(frozen=True)
class _Prefix:
    """What is written so far, the decoder's state after it, what edits hold for it, and its place among the branches of the last step."""

    tokens: tuple[int, ...]
    log_probability: float
    state: Any
    frozen: dict[tuple[int, str], Tensor]
    place: int | None = None


def beam_search(
    model: EncoderDecoder,
    source: Tensor,
    beam: Beam,
    *,
    max_steps: int,
    mask: Bool[Tensor, "1 source"] | None = None,
    forced: Mapping[int, int] | None = None,
    recording: Recording | None = None,
) -> list[Hypothesis]:
    """The final hypotheses of a search, best first, at most `width` of them."""
    return list(search(model, source, beam, max_steps=max_steps, mask=mask, forced=forced, recording=recording).hypotheses)


@torch.inference_mode()
def search(
    model: EncoderDecoder,
    source: Tensor,
    beam: Beam,
    *,
    max_steps: int,
    mask: Bool[Tensor, "1 source"] | None = None,
    forced: Mapping[int, int] | None = None,
    recording: Recording | None = None,
) -> Search:
    """The search for answers to one source (1, …); what is not ended after `max_steps` counts as it is.

    Each prefix goes on from its own state by the steps of `decode`: edits of `recording` and `forced` tokens hold here as there.
    The search is over when no prefix can pass the best answer, even if it reached the last step at no further cost.
    """
    forced = forced or {}
    recording = recording or Recording(model, sites="", explicit=False)
    live, done, steps = [_Prefix((), 0.0, begin(model, source, mask, recording), {})], list[Hypothesis](), list[tuple[Branch, ...]]()
    for step in range(max_steps):
        scores, states, held = [], [], []
        for prefix in live:
            recording.frozen = dict(prefix.frozen)
            token = torch.tensor([prefix.tokens[-1] if prefix.tokens else BOS], device=source.device)
            logits, state = following(model, token, prefix.state, step, recording)
            scores.append(prefix.log_probability + _scores(logits, step, forced)[0])
            states.append(state)
            held.append(recording.frozen)
        every, vocabulary = torch.cat(scores), scores[0].numel()
        kept = every.topk(min(beam.width, len(every)))
        grown, branches = [], list[Branch]()
        for log_probability, place in zip(kept.values.tolist(), kept.indices.tolist(), strict=True):
            if log_probability == -math.inf:
                break
            parent, written = divmod(place, vocabulary)
            tokens = (*live[parent].tokens, written)
            found = _hypothesis(tokens, log_probability, beam)
            branches.append(Branch(written, live[parent].place, log_probability, found.score, True))
            if written == EOS:
                done.append(found)
            else:
                grown.append(_Prefix(tokens, log_probability, states[parent], held[parent], len(branches) - 1))
        steps.append((*branches, *_dropped(every, kept.indices, live, vocabulary, step + 1, beam)))
        live = grown
        highest = max((h.score for h in done), default=-math.inf)
        if not live or (len(done) >= beam.width and live[0].log_probability / max_steps**beam.length_penalty <= highest):
            break
    else:
        done += [_hypothesis(prefix.tokens, prefix.log_probability, beam) for prefix in live]
    return Search(tuple(sorted(done, key=lambda h: h.score, reverse=True)[: beam.width]), tuple(steps))


def _dropped(every: Tensor, kept: Tensor, live: list[_Prefix], vocabulary: int, length: int, beam: Beam) -> list[Branch]:
    """The likeliest continuations (prefixes × vocabulary) that a step did not keep; what the model excludes is none."""
    others = every.index_fill(0, kept, -math.inf)
    best = others.topk(min(DROPPED, len(others)))
    return [
        Branch(place % vocabulary, live[place // vocabulary].place, value, _score(value, length, beam), False)
        for value, place in zip(best.values.tolist(), best.indices.tolist(), strict=True)
        if value > IMPOSSIBLE
    ]


def _scores(logits: Float[Tensor, "1 vocabulary"], step: int, forced: Mapping[int, int]) -> Float[Tensor, "1 vocabulary"]:
    """Log probabilities of what may be written at this step; of a forced token it is what the model gives it, however little."""
    log_probs = logits.log_softmax(-1)
    if step not in forced:
        return choosable(log_probs, step, forced)
    only = torch.full_like(log_probs, -math.inf)
    only[:, forced[step]] = log_probs[:, forced[step]].clamp_min(IMPOSSIBLE)
    return only


def _hypothesis(tokens: tuple[int, ...], log_probability: float, beam: Beam) -> Hypothesis:
    return Hypothesis(tokens, log_probability, _score(log_probability, len(tokens), beam))


def _score(log_probability: float, length: int, beam: Beam) -> float:
    return log_probability / length**beam.length_penalty
