"""What a first error costs: answers go on from one wrong token, and are right less often the closer they are behind it.

    fed      y_1 … y_{k−1} right, then one wrong token at k: the likeliest that is not due, and no end
    after    share of right tokens at k + d where the model goes on from there by itself
    control  the same after the right token at k

Under teacher forcing a decoder is never shown how to go on after a mistake (exposure bias). S. Bengio et al., "Scheduled Sampling for
Sequence Prediction with Recurrent Neural Networks", 2015; see `exposure_bias` and `training.scheduled_sampling`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...errors import InputError
from ...models import EncoderDecoder, writable
from ...options import show
from ...storage.run import Run
from ...tasks import Batch
from ...tasks.parts import interval
from ...vocabulary import EOS, PAD
from ..exposure_bias import Exposure, exposure
from ..lab.result import Result

MANY = 256  # held-out inputs
MOST = 1024


class After(NamedTuple):
    """At a `distance` behind the wrong token: the share of right tokens with its 95 % confidence interval, the same after the right
    token, and on how many tokens of how many inputs."""

    distance: int
    share: float
    interval: tuple[float, float]
    control: float
    n: int
    inputs: int


@dataclass(frozen=True, eq=False)
class FirstErrors(Result):
    """What becomes of answers behind one wrong token. `Run.first_errors` makes one.

    `after` goes by distance, from 1, over wrong tokens at `places` of the answer so far, of `of`; `by_position` compares teacher forcing
    with free running (`experiments.exposure_bias.Exposure`).
    """

    after: tuple[After, ...]
    places: int
    of: int
    inputs: int
    by_position: Exposure

    @property
    def cost(self) -> float:
        """How many right tokens in a hundred it costs at the next place."""
        return 100 * (self.after[0].control - self.after[0].share) if self.after else math.nan

    @property
    def sentence(self) -> str:
        """What follows one wrong token, computed from it."""
        if not self.after:
            return "No answer is long enough to go on behind a wrong token."
        first, last, right = self.after[0], self.after[-1], round(self.by_position.right * self.inputs)
        low, high = first.interval
        said = f"Behind a wrong token {first.share:.2f} [{low:.2f}, {high:.2f}] of the next are right, else {first.control:.2f}"
        then = f"; {last.distance} places behind {last.share:.2f} and {last.control:.2f}" if last is not first else ""
        return f"{said}{then}. By itself the model answers {right:,} of {self.inputs:,} inputs without an error."

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header, a distance each."""
        return [
            ["distance", "after the wrong token", "low", "high", "after the right one", "tokens", "inputs"],
            *([one.distance, one.share, *one.interval, one.control, one.n, one.inputs] for one in self.after),
        ]

    def __repr__(self) -> str:
        """FirstErrors(1 behind: 0.62, else 0.98, 256 inputs)"""
        told = f"1 behind: {self.after[0].share:.2f}, else {self.after[0].control:.2f}" if self.after else "nothing is behind"
        return f"FirstErrors({told}, {self.inputs} inputs)"


def first_errors(run: Run, n: int = MANY) -> FirstErrors:
    """All that `erring` finds. Raises InputError as it does."""
    *_, found = erring(run, n)
    return found


def erring(run: Run, n: int = MANY) -> Iterator[FirstErrors]:
    """What is known after each place at which a wrong token is fed. Raises InputError for models that do not write, and for n outside
    2..1024."""
    model = run.model
    if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= MOST:
        raise InputError(f"n is {show(n)}; allowed is a whole number from 2 to {MOST:,}.")
    if not isinstance(model, EncoderDecoder):
        raise InputError(f"{run.recipe.architecture} writes no tokens one after the other; choose a sequence decoder.")
    by_position, batch = exposure(run, n), run.task.held_out("test", n)
    longest = int((batch.target != PAD).sum(1).max())
    batch, places = replace(batch, target=batch.target[:, :longest], also=None), max(1, longest - 1)
    counts = torch.zeros(3, places + 1, dtype=torch.int64)  # right after the wrong token, after the right one, all; by distance
    inputs = torch.zeros(len(batch), places + 1, dtype=torch.bool)
    for place in range(places):
        long_enough = (batch.target[:, place + 1 :] != PAD).any(1).nonzero()[:, 0]
        if len(long_enough):
            some = batch[long_enough]
            wrong, right = (_going_on(model, some, place, err) for err in (True, False))
            real = some.target[:, place + 1 :] != PAD
            width = real.shape[1]
            counts[:, 1 : width + 1] += torch.stack([(found & real).sum(0) for found in (wrong, right)] + [real.sum(0)]).cpu()
            inputs[long_enough, 1 : width + 1] |= real.cpu()
        yield FirstErrors(_after(counts, inputs.sum(0)), place + 1, places, len(batch), by_position)


@torch.no_grad()
def _going_on(model: EncoderDecoder, batch: Batch, place: int, err: bool) -> Tensor:
    """Which tokens (B, T − place − 1) are right behind a wrong or the right token at a place, the model going on by itself."""
    token, state = batch.target_in[:, 0], model.decoder.init_state(model.encode(batch.source, batch.mask))
    found = []
    for step, due in enumerate(batch.target.unbind(1)):
        logits, state = model.decode_step(token, state)
        scores = writable(logits)
        if step < place:
            token = due
        elif step == place:
            others = scores.scatter(1, due[:, None], -math.inf)
            others[:, EOS] = -math.inf
            token = others.argmax(-1) if err else due
        else:
            token = scores.argmax(-1)
            found.append(token == due)
    return torch.stack(found, dim=1)


def _after(counts: Tensor, inputs: Tensor) -> tuple[After, ...]:
    told = []
    for distance, (wrong, right, n, of) in enumerate(zip(*counts.tolist(), inputs.tolist(), strict=True)):
        if n:
            low, high = interval(wrong / n, of)  # tokens of one input hang together, so that it counts once
            told.append(After(distance, wrong / n, (min(low, wrong / n), max(high, wrong / n)), right / n, n, of))
    return tuple(told)
