"""One option swept: each of its values trained from several seeds, all else being equal, so that chance shows beside what the option does.

One run a value proves little: seeds alone move a score as far as many options do. P. Henderson et al., "Deep Reinforcement Learning that
Matters", 2018; X. Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks", 2021.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .. import models, tasks
from ..errors import InputError
from ..options import Limit, Value, checked, limits, show
from ..storage.run import Run
from ..training import recipes
from ..training.recipes import Recipe, Training
from .lab.result import Result

MOST_VALUES, MOST_SEEDS = 32, 100

Key = tuple[Value, int]  # a value and a seed
Plan = dict[Key, Recipe]


class Point(NamedTuple):
    """What one run of a sweep came to: its score on test inputs, after so many updates and CPU seconds of training."""

    value: Value
    seed: int
    score: float
    updates: int
    seconds: float


class Spread(NamedTuple):
    """The scores of one value: their mean, the lowest and the highest of `n` seeds."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Sweep(Result):
    """What became of each value of an `option`. `playground.sweep` makes one.

    `points` has a score for every value and seed, `spread` their mean, lowest and highest by value, and `runs` the finished runs by value
    and seed. `measure` is what the scores are, and `higher` says whether more of it is better.
    """

    name: str
    option: str
    label: str
    measure: str
    higher: bool
    points: tuple[Point, ...]
    runs: Mapping[Key, Run] = field(default_factory=dict, repr=False)

    @property
    def values(self) -> tuple[Value, ...]:
        """The values, in the order in which they were named."""
        return tuple(dict.fromkeys(point.value for point in self.points))

    @property
    def spread(self) -> dict[Value, Spread]:
        """By value: mean, lowest and highest score, and of how many seeds."""
        found = {}
        for value in self.values:
            scores = [point.score for point in self.points if point.value == value]
            found[value] = Spread(sum(scores) / len(scores), min(scores), max(scores), len(scores))
        return found

    @property
    def sentence(self) -> str:
        """The best and the worst value, and whether seeds alone could have made the difference."""
        spread, label = self.spread, self.label.lower()
        if not spread:
            return "No run has ended yet."
        (low, least), (high, most) = (pick(spread.items(), key=lambda item: item[1].mean) for pick in (min, max))
        if least.mean == most.mean:
            return f"{self.label} {', '.join(map(said, spread))}: {self.measure} {self._mean(most)}."
        best, worst = ((high, most), (low, least)) if self.higher else ((low, least), (high, most))
        told = f"{self.measure.capitalize()} is best with {label} {said(best[0])}, {self._mean(best[1])}, and worst with {said(worst[0])}, "
        if least.n == most.n == 1:
            return f"{told}{self._mean(worst[1])}; one seed each does not tell it from chance."
        apart = "no seed of one reaches the other" if most.low > least.high else "their seeds overlap, so it may be chance"
        return f"{told}{self._mean(worst[1])}; {apart} ({len(self.points)} runs)."

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: the option, seed, score, updates, seconds."""
        return [[self.option, "seed", self.measure, "updates", "seconds"], *map(list, self.points)]

    def _mean(self, one: Spread) -> str:
        told = _share if self.higher else "{:.4f}".format  # as the table of the page says them
        return f"{told(one.mean)} [{told(one.low)}, {told(one.high)}]" if one.n > 1 else told(one.mean)

    def __repr__(self) -> str:
        """Sweep(hidden of seq2seq · reverse: 16 0.41 [0.38, 0.46], 64 0.99 [0.98, 1.00])"""
        told = ", ".join(f"{said(value)} {one.mean:.3g} [{one.low:.3g}, {one.high:.3g}]" for value, one in self.spread.items())
        return f"Sweep({self.option} of {self.name}: {told})"


def plan(base: Recipe, option: str, values: Iterable[Value], seeds: int | Iterable[int]) -> Plan:
    """The recipes of a sweep, by value and seed: `base` but for one option of the model, the task or the training. An option of one name in
    two of them is named with its group, "model.dropout". Raises InputError for what there is not, and for values out of range."""
    group, name = _found(base, option)
    if base.seconds is not None and (group, name) == ("training", "steps"):
        raise InputError("steps cannot be swept where seconds are given: how long would be told twice. Leave seconds out.")
    chosen = _values(base, group, name, values)
    return {(value, seed): _with(base, group, name, value, seed) for value in chosen for seed in _seeds(seeds)}


def swept(base: Recipe, option: str, runs: Mapping[Key, Run]) -> Sweep:
    """The result of these runs."""
    points = tuple(Point(*key, score_of(run.metrics), run.updates, run.train_seconds) for key, run in runs.items())
    return result(base, option, points, runs)


def result(base: Recipe, option: str, points: tuple[Point, ...], runs: Mapping[Key, Run] | None = None) -> Sweep:
    """The same of what is known of runs elsewhere."""
    group, name = _found(base, option)
    task = tasks.get(base.task)
    title, label = f"{base.architecture} · {base.task}", limits(groups(base)[group][0])[name].label
    return Sweep(title, name, label, task.score_name, task.higher_is_better, points, runs or {})


def score_of(metrics: Mapping[str, float]) -> float:
    """The one number of a finished run that a page shows; NaN of a run that was stopped before it was measured."""
    return next((value for name, value in metrics.items() if name in ("exact_match", "mse")), float("nan"))


def groups(base: Recipe) -> dict[str, tuple[type[Any], recipes.Pairs]]:
    """What options belong to, their classes, and what they are in a recipe."""
    return {
        "model": (models.get(base.architecture).Options, base.model_options),
        "task": (tasks.get(base.task).Options, base.task_options),
        "training": (Training, base.training_options),
    }


def sweepable(base: Recipe) -> Iterator[tuple[str, Limit, Value]]:
    """The options that can be swept, by their whole names, with what they may be and what they are."""
    for group, (options, pairs) in groups(base).items():
        for name, limit in limits(options).items():
            if limit.kind != "key":
                yield f"{group}.{name}", limit, dict(pairs)[name]


def said(value: Value) -> str:
    """A value as it is spoken of."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return value.replace("_", " ") if isinstance(value, str) else f"{value:g}"


def _found(base: Recipe, option: str) -> tuple[str, str]:
    every = [whole for whole, _, _ in sweepable(base)]
    found = [whole for whole in every if isinstance(option, str) and option in (whole, whole.partition(".")[2])]
    if not found:
        names = ", ".join(whole.partition(".")[2] for whole in every)
        raise InputError(f"{show(option)} is not an option of {base.architecture} on {base.task}; there are: {names}.")
    if len(found) > 1:
        raise InputError(f"{option} is an option of several: name it {' or '.join(found)}.")
    group, _, name = found[0].partition(".")
    return group, name


def _values(base: Recipe, group: str, name: str, values: Any) -> list[Value]:
    given = list(values) if isinstance(values, Sequence | Set | Iterator) and not isinstance(values, str | bytes) else []
    if not 1 <= len(given) <= MOST_VALUES:
        raise InputError(f"values is {show(values)}; allowed is a list of 1 to {MOST_VALUES} values of {name}.")
    options = groups(base)[group][0]
    chosen = [checked(options, {name: value}, f"{group} option")[name] for value in given]
    if len(set(chosen)) < len(chosen):
        raise InputError(f"values is {show(values)}; each value of {name} is trained once, from each seed.")
    return chosen


def _seeds(seeds: Any) -> list[int]:
    whole = isinstance(seeds, int) and not isinstance(seeds, bool)
    listed = isinstance(seeds, Sequence | Set | Iterator) and not isinstance(seeds, str | bytes)
    chosen = list(range(seeds)) if whole and 1 <= seeds <= MOST_SEEDS else list(seeds) if listed else []
    if not 1 <= len(chosen) <= MOST_SEEDS or any(type(seed) is not int for seed in chosen) or len(set(chosen)) < len(chosen):
        raise InputError(f"seeds is {show(seeds)}; allowed is how many, from 1 to {MOST_SEEDS}, or a list of different whole numbers.")
    return chosen


def _with(base: Recipe, group: str, name: str, value: Value, seed: int) -> Recipe:
    """The base but for one option, checked as a whole again; no preset decides what else differs, since nothing is left open."""
    options = {of: dict(pairs) | ({name: value} if of == group else {}) for of, (_, pairs) in groups(base).items()}
    return recipes.make(
        base.architecture,
        base.task,
        seconds=base.seconds,
        seed=seed,
        device=base.device,
        model_options=options["model"],
        task_options=options["task"],
        training_options=options["training"],
    )


def _share(score: float) -> str:
    """A share of what was counted: never rounded up to all of it, nor down to nothing."""
    if 0.99995 < score < 1:
        return ">99.99 %"
    digits = 0 if score in (0, 1) else 3 if score < 0.001 else 2 if score > 0.999 else 1 if score < 0.1 or score > 0.99 else 0
    return f"{100 * score:.{digits}f} %" if score >= 1e-5 or score == 0 else "<0.001 %"
