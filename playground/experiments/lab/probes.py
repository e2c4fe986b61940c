"""Who knows what: whether something can be read off the states of a model by a straight line, and which single unit tells most of it.

A probe is fitted on the states of some held-out inputs and scored on those of others. That it succeeds says that the states tell, not that
the model uses it; and what a probe finds where labels are shuffled, it has learned by itself. G. Alain, Y. Bengio, "Understanding
Intermediate Layers Using Linear Classifier Probes", 2017; J. Hewitt, P. Liang, "Designing and Interpreting Probes with Control Tasks",
2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...options import show
from ...storage.run import Run
from ...tasks import Task, TextTask
from ...tasks.parts import interval
from ..held_out_states import MANY, SITES, HeldOutStates, gather_at
from .result import Result

Labels = NDArray[Any]
DRAWS = 1_000
PLACES = ("position", "remaining")  # are numbers, the others names
WHAT = (*PLACES, "token", "class")
TOLD = {
    "position": "at which place a state stands",
    "remaining": "how many places are left",
    "token": "the token",
    "class": "the class of the whole",
}


@dataclass(frozen=True)
class Unit:
    """One unit, from 0, and what a probe scores that sees nothing else."""

    index: int
    score: float


@dataclass(frozen=True)
class Probe(Result):
    """What a linear probe reads off the states at a site. `Run.probe` makes one.

    `score` is R² of numbers (`measure` "R²") and the share of right names (`measure` "accuracy"), on the `n` states of `inputs` that it was
    not fitted on; `interval` is where it lies with 95 % confidence, had there been other inputs. `shuffled` is what the same probe scores
    when it was fitted on shuffled labels, `chance` what always giving the mean or the commonest name does. `unit` is the one that tells
    most by itself, chosen where the probe was fitted.
    """

    what: str
    site: str
    measure: str
    score: float
    interval: tuple[float, float]
    shuffled: float
    chance: float
    n: int
    inputs: int
    unit: Unit

    @property
    def found(self) -> bool:
        """Whether the states tell more than the shuffled control and than chance: by a twentieth of the variance; of names, with 95 %
        confidence, where states of one input count once."""
        floor = max(self.shuffled, self.chance)
        return self.score > floor + 0.05 if self.measure == "R²" else interval(self.score, self.inputs)[0] > floor

    @property
    def sentence(self) -> str:
        """What was found, computed from it."""
        told = in_words(self.what)
        if self.found:
            return (
                f"{self.site} tells {told}: {self.measure} {self.score:.2f} on {self.n:,} states of other inputs, with shuffled labels "
                f"{self.shuffled:.2f}, by chance {self.chance:.2f}. Unit {self.unit.index} alone gets {self.unit.score:.2f}."
            )
        return (
            f"Nothing linear in {self.site} tells {told}: {self.measure} {self.score:.2f} on {self.n:,} states, with shuffled labels "
            f"{self.shuffled:.2f}, by chance {self.chance:.2f}."
        )

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: what was fitted, score, n."""
        return [
            ["fitted on", self.measure, "n"],
            ["all units", self.score, self.n],
            [f"unit {self.unit.index}", self.unit.score, self.n],
            ["shuffled labels", self.shuffled, self.n],
            ["chance", self.chance, self.n],
        ]

    def __repr__(self) -> str:
        """Probe(position at decoder.hidden: R² 0.98, shuffled -0.01, unit 17 alone 0.71)"""
        return (
            f"Probe({self.what} at {self.site}: {self.measure} {self.score:.2f}, shuffled {self.shuffled:.2f}, "
            f"unit {self.unit.index} alone {self.unit.score:.2f})"
        )


def in_words(what: str) -> str:
    """What is told, such as “at which place a state stands”."""
    return TOLD.get(what, f"whether the input needs ‘{what}’")


def askable(task: Task) -> tuple[str, ...]:
    """What can be asked of the states of this task's inputs."""
    return (*WHAT[:3], *(("class",) if task.kind == "label" else ()), *_rules(task))


def probe(run: Run, what: str, site: str | None = None, count: int = MANY, seed: int = 0) -> Probe:
    """A linear probe for `what` on the states of at most `count` held-out inputs at a `site`, by default those of the decoder where there
    are some, else of the encoder.

    "position" at which place a state stands, from 0 · "remaining" how many places follow · "token" what is read there, or due there ·
    "class" the right class of the whole · or one of the rules of the task, by name: whether an input needs it. Half of the inputs fit it
    and the others score it. Raises InputError for what cannot be asked of this task, and where there is no state for each token.
    """
    if not isinstance(what, str) or what not in askable(run.task):
        raise InputError(f"{show(what)} cannot be asked of {run.recipe.task}; there are: {', '.join(askable(run.task))}.")
    return probe_states(run, what, *_states(run, site, count), count, seed)


def probe_states(run: Run, what: str, site: str, states: HeldOutStates, count: int = MANY, seed: int = 0) -> Probe:
    """The same on states that were gathered at a site already."""
    labels = _labels(run.task, what, states, count)
    fit = states.of % 2 == 0
    if len(np.unique(labels[fit])) < 2 or not (~fit).any():
        raise InputError(f"{what} is the same at every state of {site}; there is nothing to tell apart.")
    return _probe(what, site, states, labels, fit, np.random.default_rng(seed))


def _states(run: Run, site: str | None, count: int) -> tuple[str, HeldOutStates]:
    for name in (SITES["decoder"], SITES["encoder"]) if site is None else (site,):
        if isinstance(name, str) and (found := gather_at(run, name, count)) is not None:
            return name, found
    named = show(SITES["decoder"] if site is None else site)
    raise InputError(f"{run.recipe.architecture} has no state for each token at {named}; name a site that has.")


def _labels(task: Task, what: str, states: HeldOutStates, count: int) -> Labels:
    """What is to be told at each state. (N,)"""
    if what == "position":
        return states.at.astype(np.float64)
    if what == "remaining":
        last = np.zeros(states.inputs, dtype=np.intp)
        np.maximum.at(last, states.of, states.at)
        return (last[states.of] - states.at).astype(np.float64)
    if what == "token":
        if not states.tokens:
            raise InputError("These states stand at no tokens; ask for position or remaining.")
        return states.due
    if what == "class":
        return np.array(task.classes, dtype=np.str_)[task.held_out("test", count).target.numpy()][states.of]
    needs = _rules(task)[what]
    return np.array([str(needs(source)) for source in states.read], dtype=np.str_)[states.of]


def _rules(task: Task) -> Mapping[str, Any]:
    return task.rules if isinstance(task, TextTask) else {}


def _probe(what: str, site: str, held_out: HeldOutStates, labels: Labels, fit: NDArray[np.bool_], random: np.random.Generator) -> Probe:
    states, inputs = held_out.states, len(np.unique(held_out.of[~fit]))
    mean, spread = states[fit].mean(0, dtype=np.float64), states[fit].std(0, dtype=np.float64)
    rows = (states - mean) / np.where(spread > 0, spread, 1)
    numbers = what in PLACES
    told, wanted = rows[fit], labels[fit]
    best = int(np.argmax(_each(told, wanted, numbers)))
    asked, right = rows[~fit], labels[~fit]
    said = _said(told, wanted, asked, numbers)
    score, bounds = _score(said, right, numbers), _interval(said, right, held_out.of[~fit], numbers)
    alone = slice(best, best + 1)
    by_itself = _score(_said(told[:, alone], wanted, asked[:, alone], numbers), right, numbers)
    shuffled = _score(_said(told, random.permutation(wanted), asked, numbers), right, numbers)
    if numbers:
        chance, measure = 0.0, "R²"
    else:
        names, counts = np.unique(wanted, return_counts=True)
        chance, measure = float((right == names[counts.argmax()]).mean()), "accuracy"
    return Probe(what, site, measure, score, bounds, shuffled, chance, len(right), inputs, Unit(best, by_itself))


def _each(rows: NDArray[np.float64], labels: Labels, numbers: bool) -> NDArray[np.float64]:
    """Which share of each unit's variance the labels explain: by a straight line, or by their means. (H,)"""
    centred = rows - rows.mean(0)
    whole = (centred**2).sum(0).clip(1e-12)
    if numbers:
        about = labels - labels.mean()
        return np.asarray((centred * about[:, None]).sum(0) ** 2 / (whole * (about**2).sum()))
    groups = [centred[labels == name] for name in np.unique(labels)]
    return np.asarray(sum(len(group) * group.mean(0) ** 2 for group in groups) / whole)


def _said(told: Any, wanted: Labels, asked: Any, numbers: bool) -> Labels:
    """What ridge regression or logistic regression, fitted on `told`, says of the rows that are `asked`."""
    from sklearn.linear_model import LogisticRegression, Ridge  # imported when first needed: it costs a second
    from threadpoolctl import threadpool_limits

    made = Ridge(alpha=1.0) if numbers else LogisticRegression(C=1.0, tol=1e-3, max_iter=2_000)
    with threadpool_limits(1, user_api="blas"):  # of so small matrices several threads only wait for each other
        return np.asarray(made.fit(told, wanted).predict(asked))


def _score(said: Labels, right: Labels, numbers: bool) -> float:
    """R², or the share of right names."""
    if not numbers:
        return float((said == right).mean())
    return float(1 - ((said - right) ** 2).sum() / ((right - right.mean()) ** 2).sum())


def _interval(said: Labels, right: Labels, of: NDArray[np.intp], numbers: bool) -> tuple[float, float]:
    """Where the score lies with 95 % confidence: a bootstrap that draws inputs, whose states hang together. Where names were all right or
    all wrong, the bound of so many inputs of which none was otherwise."""
    inputs, row = np.unique(of, return_inverse=True)
    drawn = np.random.default_rng(0).multinomial(len(inputs), np.full(len(inputs), 1 / len(inputs)), DRAWS)  # how often each

    def sums(values: Labels) -> NDArray[np.float64]:
        return np.asarray(drawn @ np.bincount(row, values.astype(np.float64), len(inputs)))

    n = sums(np.ones(len(row)))
    if not numbers:
        score = _score(said, right, numbers)
        if score in (0.0, 1.0):
            return interval(score, len(inputs))
        scores = sums(said == right) / n
    else:
        whole = sums(right**2) - sums(right) ** 2 / n
        scores = 1 - sums((said - right) ** 2) / np.maximum(whole, 1e-12)
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)
