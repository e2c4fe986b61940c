"""Whether attention explains, over many inputs: how far its order agrees with measured ones, and whether answers need it.

Weights that can be permuted or spread evenly without changing an answer did not make it: S. Jain, B. Wallace, "Attention is not
Explanation", 2019, of classifiers. Where a task needs alignment they cannot: S. Wiegreffe, Y. Pinter, "Attention is not not Explanation",
2019.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ...errors import InputError
from ...inference.decoding import decode_batch
from ...models import EncoderDecoder, Reader
from ...options import show
from ...storage.run import Run
from ...tasks import Batch
from ...tasks.parts import interval
from ...tracing import Edit, Recording
from ...vocabulary import EOS, PAD
from ..lab.result import Result
from .importance import MEASURES, Array, kendall, measured, predicted, required

MANY = 64  # held-out inputs whose tokens are measured
MUTED = 256  # whose answers are asked for under other weights
MOST = 256
AT_ONCE = 16
FEWEST = 3  # tokens: fewer have next to no order
DRAWS = 2_000


class Agreement(NamedTuple):
    """Kendall's τ of the weights with a measure, the mean over inputs, each the mean of its outputs; its 95 % confidence interval, and τ
    where the weights of an input were permuted among its tokens."""

    measure: str
    tau: float
    interval: tuple[float, float]
    shuffled: float


class Muted(NamedTuple):
    """The share of `n` answers that stay the same under other weights, with its 95 % confidence interval."""

    how: str
    share: float
    interval: tuple[float, float]
    n: int


@dataclass(frozen=True)
class Faithfulness(Result):
    """Whether attention explains. `Run.faithfulness` makes one.

    `agreements` are over `inputs` held-out inputs so far, of `of` that are measured; `muted` says how many answers stay the same where
    weights are "even" or "permuted". `chance` is how often two answers to different inputs are the same.
    """

    agreements: tuple[Agreement, ...]
    inputs: int
    of: int
    muted: tuple[Muted, ...]
    chance: float

    @property
    def sentence(self) -> str:
        """What was found, computed from it."""
        taus = ", ".join(f"{one.tau:.2f} [{one.interval[0]:.2f}, {one.interval[1]:.2f}] with {one.measure}" for one in self.agreements)
        same = " and ".join(f"{100 * one.share:.0f} % where weights are {one.how}" for one in self.muted)
        stay = f" Of {self.muted[0].n} answers the same stay {same}; by chance {100 * self.chance:.0f} %." if self.muted else ""
        return f"Kendall's τ of the weights over {self.inputs} inputs: {taus}.{stay}"

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: what was measured, value, interval, control, n."""
        return [
            ["measured", "value", "low", "high", "control", "n"],
            *([f"τ with {one.measure}", one.tau, *one.interval, one.shuffled, self.inputs] for one in self.agreements),
            *([f"unchanged, {one.how}", one.share, *one.interval, self.chance, one.n] for one in self.muted),
        ]

    def __repr__(self) -> str:
        """Faithfulness(τ gradient 0.31, occlusion 0.42, deletion 0.60 on 64 inputs; unchanged even 0.03, permuted 0.05)"""
        taus = ", ".join(f"{one.measure} {one.tau:.2f}" for one in self.agreements)
        muted = ", ".join(f"{one.how} {one.share:.2f}" for one in self.muted)
        return f"Faithfulness(τ {taus} on {self.inputs} inputs; unchanged {muted})"


def faithfulness(run: Run, n: int = MANY) -> Faithfulness:
    """All that `weighing` finds. Raises InputError as it does."""
    *_, found = weighing(run, n)
    return found


def weighing(run: Run, n: int = MANY, seed: int = 0) -> Iterator[Faithfulness]:
    """What is known after each few inputs. Raises InputError for models whose answers look at no states of tokens, and for n outside
    2..256."""
    if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= MOST:
        raise InputError(f"n is {show(n)}; allowed is a whole number from 2 to {MOST}.")
    look, random = required(run), np.random.default_rng(seed)
    held_out = run.task.held_out("test", 2 * n)
    real = held_out.source != PAD if held_out.mask is None else held_out.mask
    batch = held_out[(real.sum(1) >= FEWEST).nonzero()[:n, 0]]
    if len(batch) < 2:
        raise InputError(f"{run.recipe.task} has no inputs of {FEWEST} tokens or more, whose order could be told.")
    taus: dict[str, list[float]] = {name: [] for name in MEASURES}
    control: dict[str, list[float]] = {name: [] for name in MEASURES}
    for begin in range(0, len(batch), AT_ONCE):
        weights, measures = measured(run, batch[slice(begin, begin + AT_ONCE)], look)
        for name, values in measures.items():
            taus[name] += _means(kendall(weights, values))
            control[name] += _means(kendall(_permuted(weights, random), values))
        agreements = tuple(
            Agreement(name, float(np.mean(taus[name])), _bounds(taus[name]), float(np.mean(control[name]))) for name in MEASURES
        )
        yield (found := Faithfulness(agreements, min(begin + AT_ONCE, len(batch)), len(batch), (), 0.0))
    muted, chance = _all_muted(run, look, seed)
    yield replace(found, muted=muted, chance=chance)


def answers_under(run: Run, batch: Batch, answers: Tensor, recording: Recording) -> Tensor:
    """Whether greedy decoding still gives these answers while a recording is open. (B,)"""
    model = run.model
    assert isinstance(model, EncoderDecoder | Reader)
    best = predicted(model, replace(batch, target=answers, also=None), recording).argmax(-1)
    if isinstance(model, Reader):
        return best[:, 0] == answers
    return ((best == answers) | (answers == PAD)).all(1)


def _all_muted(run: Run, look: str, seed: int) -> tuple[tuple[Muted, ...], float]:
    batch = run.task.held_out("test", MUTED)
    answers = _answers(run, batch)
    site = f"{look}.weights"
    ways = {
        "even": Recording(run.model, (Edit(site, "even"),), sites=""),
        "permuted": Permuted(run.model, site, torch.Generator().manual_seed(seed)),
    }
    found = []
    with torch.inference_mode():
        for how, recording in ways.items():
            same = int(answers_under(run, batch, answers, recording).sum())
            found.append(Muted(how, same / len(batch), interval(same / len(batch), len(batch)), len(batch)))
    counts = np.array([*Counter(map(tuple, answers.reshape(len(batch), -1).tolist())).values()])
    return tuple(found), float((counts * (counts - 1)).sum() / (len(batch) * (len(batch) - 1)))


@torch.inference_mode()
def _answers(run: Run, batch: Batch) -> Tensor:
    """What the model answers by itself: classes (B,), or tokens (B, T) up to the end."""
    model = run.model
    if isinstance(model, Reader):
        return model(batch.source, batch.mask).argmax(-1)
    assert isinstance(model, EncoderDecoder)
    tokens = decode_batch(model, batch.source, batch.mask, max_steps=run.task.max_steps(batch.source.shape[1]))
    ended = (tokens == EOS).cumsum(1) - (tokens == EOS).long() > 0
    return tokens.masked_fill(ended, PAD)


class Permuted(Recording):
    """Gives the weights of a site to other places, at random, anew whenever they are computed; what had none gets none."""

    def __init__(self, model: nn.Module, site: str, generator: torch.Generator) -> None:
        super().__init__(model, sites="")
        self.site, self.generator = site, generator

    def record(self, module: nn.Module, name: str, value: Tensor, at: int | None) -> Tensor:
        value = super().record(module, name, value, at)
        if not fnmatchcase(f"{self.names[id(module)]}.{name}", self.site):
            return value
        some = (value != 0).flatten(1, -2).any(1) if value.dim() > 2 else value != 0  # (B, S)
        keys = torch.rand(some.shape, generator=self.generator).to(value.device).masked_fill(~some, 2.0)
        order = keys.argsort(1)  # real places first, in a random order
        rank = some.long().cumsum(1).sub(1).clamp(min=0)  # of each real place among them
        taken = order.gather(1, rank).masked_fill(~some, 0)
        index = taken.view(len(taken), *[1] * (value.dim() - 2), -1).expand_as(value)
        return value.gather(-1, index) * some.view(index.shape[0], *[1] * (value.dim() - 2), -1)


def _means(taus: Array) -> list[float]:
    """Of each input the mean over its outputs. (B, T)"""
    return [float(np.nanmean(row)) for row in taus if not np.isnan(row).all()]


def _permuted(weights: Array, random: np.random.Generator) -> Array:
    """The weights (B, T, S) of each output, among the real tokens of its input."""
    found = weights.copy()
    for row in found.reshape(-1, found.shape[-1]):
        real = ~np.isnan(row)
        row[real] = random.permutation(row[real])
    return found


def _bounds(values: list[float]) -> tuple[float, float]:
    """Where their mean lies with 95 % confidence: a bootstrap."""
    rows = np.asarray(values)
    means = rows[np.random.default_rng(0).integers(len(rows), size=(DRAWS, len(rows)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
