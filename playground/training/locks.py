"""Two recipes side by side: what is held equal between them, so that only what is asked about differs, and what then does.

    a, b = matched(make("attention_seq2seq", "reverse"), make("seq2seq", "reverse"), ("batches", "seconds", "width"))
    [row.name for row in rows(a, b) if not row.same]      # ['Architecture', 'Attention score', …]

Equal task, seed and batch size give equal batches, whatever learns from them; `Stepper.fingerprint` shows it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from .. import models, tasks
from ..errors import InputError
from ..options import Limit, Value, check, limits, parse, show
from .expected_time import expected_seconds
from .recipes import MAX_SECONDS, Recipe, Training, make, work

LOCKS = {
    "batches": "seed and batches",
    "seconds": "CPU seconds",
    "updates": "updates",
    "width": "width",
    "parameters": "parameters",
}
EITHER = (("seconds", "updates"), ("width", "parameters"))  # one of each: both together would say twice how long or how wide
WIDTHS = ("hidden", "width")  # what the width of a model is called among its options
EVEN = 2  # both directions of a reader share the width
SHORTEST_S = 0.5  # a budget below it would be over before anything is learned


class Row(NamedTuple):
    """What both recipes say of one thing; None where one of them has nothing of the kind."""

    name: str
    a: str | None
    b: str | None

    @property
    def same(self) -> bool:
        return self.a == self.b


def checked(locks: Any) -> tuple[str, ...]:
    """Locks in their order. Raises InputError for others, and for two that say the same thing twice."""
    if not isinstance(locks, list | tuple) or not all(isinstance(lock, str) and lock in LOCKS for lock in locks):
        raise InputError(f"The locks are {show(locks)}; there are: {', '.join(LOCKS)}.")
    for pair in EITHER:
        if set(pair) <= set(locks):
            raise InputError(f"The locks on {' and '.join(LOCKS[lock] for lock in pair)} cannot both hold; release one of them.")
    return tuple(lock for lock in LOCKS if lock in locks)


def possible(a: Recipe, b: Recipe) -> list[str]:
    """The locks that these two can have: what has no width cannot be made as wide, or as large."""
    wide = all(set(WIDTHS) & set(dict(recipe.model_options)) for recipe in (a, b))
    return [lock for lock in LOCKS if wide or lock not in ("width", "parameters")]


def matched(a: Recipe, b: Recipe, locks: Sequence[str]) -> tuple[Recipe, Recipe]:
    """Both recipes with what is locked taken from `a`, on one task and device. Raises InputError for what `b` cannot hold to.

    "seconds" gives both one budget, and a clock that ends them; "parameters" gives `b` the width that comes nearest to `a`'s count.
    """
    locks = checked(locks)
    b = replace(b, task=a.task, task_options=a.task_options, device=a.device)
    if "batches" in locks:
        b = _with(replace(b, seed=a.seed), "training", batch_size=a.training.batch_size, examples=a.training.examples)
    if "seconds" in locks:
        budget = min(MAX_SECONDS, max(SHORTEST_S, round(a.seconds or a.clock_s or expected_seconds(a), 1)))
        a, b = (replace(recipe, seconds=budget, clock_s=budget) for recipe in (a, b))
    if "updates" in locks:
        a = replace(a, seconds=None, clock_s=None)
        b = _with(replace(b, seconds=None, clock_s=None), "training", steps=a.training.steps, early_stop=a.training.early_stop)
    if "width" in locks:
        b = _with(b, "model", **{_width(b): dict(a.model_options)[_width(a)]})
    if "parameters" in locks:
        b = _as_large(b, work(a)[0])
    return a, b


def rows(a: Recipe, b: Recipe) -> list[Row]:
    """All that decides the two runs, what both have first. Options of their models that have one name are one thing."""
    return [
        Row("Task", tasks.get(a.task).title, tasks.get(b.task).title),
        Row("Architecture", models.get(a.architecture).title, models.get(b.architecture).title),
        Row("Seed", str(a.seed), str(b.seed)),
        Row("CPU seconds", _budget(a), _budget(b)),
        Row("Parameters", f"{work(a)[0]:,}", f"{work(b)[0]:,}"),
        *_option_rows("model", a, b),
        *_option_rows("task", a, b),
        *(row for row in _option_rows("training", a, b) if row.name != "Updates" or a.seconds is None or b.seconds is None),
    ]


def _option_rows(group: str, a: Recipe, b: Recipe) -> Iterator[Row]:
    mine, others = _told(group, a), _told(group, b)
    for name, label in {name: label for told in (others, mine) for name, (label, _) in told.items()}.items():
        yield Row(label, *(told[name][1] if name in told else None for told in (mine, others)))


def _told(group: str, recipe: Recipe) -> dict[str, tuple[str, str]]:
    """Label and value of every option of a group, by its name."""
    values = dict(getattr(recipe, f"{group}_options"))
    return {name: (limit.label, _said(values[name], limit)) for name, limit in _limits(group, recipe).items() if limit.kind != "key"}


def _limits(group: str, recipe: Recipe) -> dict[str, Limit]:
    options = {"model": models.get(recipe.architecture).Options, "task": tasks.get(recipe.task).Options, "training": Training}
    return limits(options[group])


def _said(value: Value, limit: Limit) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return dict(limit.choices).get(value, value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _budget(recipe: Recipe) -> str:
    if recipe.seconds is None:
        return "no limit"
    return f"{recipe.seconds:g}{', by the clock' if recipe.clock_s else ''}"


def _width(recipe: Recipe) -> str:
    """What the width of this recipe's model is called. Raises InputError where it has none."""
    for name in WIDTHS:
        if name in dict(recipe.model_options):
            return name
    raise InputError(f"{models.get(recipe.architecture).title} has no width that could be chosen; release that lock.")


def _with(recipe: Recipe, group: str, **options: Value) -> Recipe:
    """With other options of the model or the training, checked as if they had been asked for. Raises InputError."""
    known = _limits(group, recipe)
    for name, value in options.items():
        check(name, value, known[name])
    given = {part: dict(getattr(recipe, f"{part}_options")) for part in ("model", "task", "training")}
    given[group] |= options
    return make(
        recipe.architecture,
        recipe.task,
        seconds=recipe.seconds,
        seed=recipe.seed,
        device=recipe.device,
        clock_s=recipe.clock_s,
        model_options=given["model"],
        task_options=given["task"],
        training_options=given["training"],
    )


def _as_large(recipe: Recipe, parameters: int) -> Recipe:
    """With the width at which its model has nearly so many parameters: they grow with it."""
    name, entry = _width(recipe), models.get(recipe.architecture)

    def options(width: int) -> dict[str, Value]:
        return {**dict(recipe.model_options), name: width}

    def count(width: int) -> int:
        return work(replace(recipe, model_options=tuple(sorted(options(width).items()))))[0]

    limit = limits(entry.Options)[name]
    widths = [width for width in range(int(limit.low), int(limit.high) + 1, EVEN) if _allowed(entry.Options, options(width))]
    above = bisect_left(widths, parameters, key=count)
    return _with(recipe, "model", **{name: min(widths[max(0, above - 1) : above + 1], key=lambda width: abs(count(width) - parameters))})


def _allowed(options: type[Any], given: dict[str, Value]) -> bool:
    try:
        parse(options, given)
    except InputError:
        return False
    return True
