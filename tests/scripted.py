"""A model built by hand: it writes what a rule says, as if it had learned it, and its states are what a test puts there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from playground.experiments.lab.asked import AskedRun
from playground.models import Decoder, Encoded, Encoder, EncoderDecoder
from playground.storage.checkpoints import Checkpoint
from playground.tasks import SequenceTask, pad
from playground.tracing import tap
from playground.vocabulary import EOS
from tests.small import tiny_recipe

Words = tuple[str, ...]
Rule = Callable[[Words], Words]
Features = Callable[[Tensor, int], Tensor]  # all tokens (B, T) and a place: what is put there (B, H)
SURE = 3.0  # the logit of what it writes; of all others it is 0


def nothing(tokens: Tensor, place: int) -> Tensor:
    return torch.zeros(len(tokens), 4)


class Reads(Encoder):
    def __init__(self, features: Features) -> None:
        super().__init__()
        self.features = features
        self.register_buffer("somewhere", torch.zeros(1))

    def forward(self, source: Tensor, mask: Tensor | None = None) -> Encoded:
        states = torch.stack([self.features(source, place) for place in range(source.shape[1])], dim=1)
        return Encoded(tap(self, "states", states), source, mask)


class Writes(Decoder):
    def __init__(self, task: SequenceTask, rule: Rule, features: Features) -> None:
        super().__init__()
        self.task, self.rule, self.features = task, rule, features

    def init_state(self, encoded: Encoded) -> Any:
        sources = [self.task.source_vocabulary.decode(row) for row in encoded.final.tolist()]
        return pad([[*self.task.target_vocabulary.encode(self.rule(source)), EOS] for source in sources])[0], 0

    def forward(self, target_in: Tensor, state: Any) -> tuple[Tensor, Any]:
        logits = []
        for token in target_in.T:
            one, state = self.step(token, state)
            logits.append(one)
        return torch.stack(logits, dim=1), state

    def step(self, token: Tensor, state: Any) -> tuple[Tensor, Any]:
        answers, step = state
        tap(self, "hidden", self.features(answers, min(step, answers.shape[1] - 1)))
        due = answers[:, step] if step < answers.shape[1] else torch.full_like(token, EOS)
        return SURE * F.one_hot(due, len(self.task.target_vocabulary)).float(), (answers, step + 1)


def scripted(task: str, rule: Rule, features: Features = nothing, **recipe: Any) -> AskedRun:
    """A finished run of this task whose model writes what the rule makes of its source tokens."""
    run = AskedRun(Checkpoint(tiny_recipe("seq2seq", task, **recipe), {}, {}, 0.0))
    run.__dict__["model"] = EncoderDecoder(Reads(features), Writes(run.task, rule, features)).eval()
    return run
