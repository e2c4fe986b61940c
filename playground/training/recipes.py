"""A recipe is all that decides a training: architecture, task, options, seed. Equal recipes give equal runs.

Recipes are frozen, hashable and small: a link carries one (`to_query`, `from_query`), a checkpoint stores one (`to_json`).
Presets are recipes that were measured; `make` starts from the preset nearest to what was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import torch

from .. import models, tasks
from ..errors import InputError
from ..models import Model
from ..options import Value, checked, choice, defaults, flag, integer, number, parse, show
from .presets import PRESETS, Preset

MAX_PARAMETERS = 3_000_000
MAX_FLOPS = 20e9  # per training step
MAX_SECONDS = 120.0
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Training:
    steps: int = integer(300, 1, 20_000, "Updates", "Gradient steps; the schedule reads how much of them is done")
    examples: int = integer(
        0, 0, 100_000, "Examples", "So many are learned from, again and again in a new order; 0: fresh ones all the time", step=100
    )
    batch_size: int = integer(64, 4, 512, "Batch", "Examples per step", step=4)
    learning_rate: float = number(
        0.008, 0.00001, 0.1, "Learning rate", "The highest one: 10 % warm-up, then a cosine down to 0", step=0.0005
    )
    weight_decay: float = number(0.0, 0.0, 1.0, "Weight decay", "AdamW's, decoupled")
    precision: str = choice(
        "float32",
        {"float32": "float32", "bfloat16": "bfloat16", "auto": "fastest"},
        "Precision",
        "bfloat16 speeds wide LSTMs up where the processor has it; fastest takes it only there",
    )
    scheduled_sampling: float = number(
        0.0,
        0.0,
        1.0,
        "Scheduled sampling",
        "Share of tokens that a decoder guesses itself while it trains, at the end; 0 is teacher forcing",
    )
    early_stop: bool = flag(True, "Stop early", "Ends once nearly all held-out answers are right twice in a row; off: does every update")


Pairs = tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a run. Options are complete: no default is left open. `seconds` is a budget still to be
    turned into steps; a finished run's recipe has steps only. At `clock_s` CPU seconds it ends, wherever its schedule is then."""

    architecture: str
    task: str
    model_options: Pairs
    task_options: Pairs
    training_options: Pairs
    seed: int = 0
    seconds: float | None = None
    device: str = "auto"
    clock_s: float | None = None

    @property
    def training(self) -> Training:
        return parse(Training, dict(self.training_options), "training option")

    def build_task(self) -> tasks.Task:
        return _task(self.task, self.task_options)

    def build_model(self) -> Model:
        """A new model, its parameters not yet initialised by this recipe's seed."""
        architecture = models.get(self.architecture)
        with torch.random.fork_rng(devices=[]):  # torch's layers draw their start from the global generator: leave no mark on it
            torch.default_generator.manual_seed(self.seed)
            return architecture.make(self.build_task(), parse(architecture.Options, dict(self.model_options), "model option"))

    def settled(self, **training: Value) -> Recipe:
        """With nothing left to be decided by the machine: steps instead of seconds, a precision instead of "auto"."""
        return replace(self, seconds=None, training_options=_pairs({**dict(self.training_options), **training}))

    def to_json(self) -> dict[str, Any]:
        return {f.name: dict(v) if isinstance(v := getattr(self, f.name), tuple) else v for f in fields(self)}

    def to_query(self) -> str:
        """As a link carries it: only what `from_query` would not fill in by itself. The device stays here."""
        query = {"architecture": self.architecture, "task": self.task}
        mine = [dict(options) for options in (self.model_options, self.task_options, self.training_options)]
        given: tuple[dict[str, Value], dict[str, Value], dict[str, Value]] = ({}, {}, {})
        while differing := [  # what is given decides which preset is nearest, and so what else differs
            (group, k)
            for group, usual in enumerate(_options(self.architecture, self.task, given[0], given[1], given[2]))
            for k, v in usual
            if mine[group][k] != v
        ]:
            for group, k in differing:
                given[group][k] = mine[group][k]
        for name, options in zip(("model", "task", "training"), given, strict=True):
            query |= {f"{name}.{k}": str(v).lower() if isinstance(v, bool) else str(v) for k, v in options.items()}
        if self.seed:
            query["seed"] = str(self.seed)
        for name, seconds in (("seconds", self.seconds), ("clock_s", self.clock_s)):
            if seconds:
                query[name] = str(seconds).removesuffix(".0")
        return urlencode(query)


def make(
    architecture: str,
    task: str,
    *,
    preset: str | None = None,
    seconds: float | None = None,
    seed: int = 0,
    device: str = "auto",
    model_options: Mapping[str, Any] | None = None,
    task_options: Mapping[str, Any] | None = None,
    training_options: Mapping[str, Any] | None = None,
    clock_s: float | None = None,
) -> Recipe:
    """A checked recipe. Raises InputError for unknown names, options out of range, pairs that do not fit, models too big."""
    model_class, task_class = models.get(architecture), tasks.get(task)
    if not model_class.fits(task_class):
        fitting = ", ".join(t.id for t in tasks.tasks().values() if model_class.fits(t))
        raise InputError(f"{architecture} {model_class.why_not(tasks.get(task))}, so it cannot learn {task}; it can learn: {fitting}.")
    options = _options(architecture, task, model_options, task_options, training_options, preset)
    if dict(options[2])["scheduled_sampling"] and model_class.kind != "sequence decoder":
        raise InputError(f"scheduled_sampling is for decoders that learn to write; {architecture} has none. Leave it out, or set it to 0.")
    recipe = Recipe(architecture, task, *options, _seed(seed), _seconds(seconds), _device(device), _seconds(clock_s, "clock_s"))
    _within_caps(recipe)
    return recipe


def _options(
    architecture: str,
    task: str,
    model_options: Mapping[str, Any] | None,
    task_options: Mapping[str, Any] | None,
    training_options: Mapping[str, Any] | None,
    preset: str | None = None,
) -> tuple[Pairs, Pairs, Pairs]:
    """All options of model, task and training: what is given, completed by the named or the nearest preset."""
    model_class, task_class = models.get(architecture).Options, tasks.get(task).Options
    given_model = checked(model_class, {} if model_options is None else model_options, "model option")
    given_task = checked(task_class, {} if task_options is None else task_options, "task option")
    given_training = checked(Training, {} if training_options is None else training_options, "training option")
    base = nearest(architecture, task, given_model, given_task, preset)
    base_task = base.task if preset is not None else {}  # a preset that was not asked for by name does not change the task
    return (
        _complete(model_class, base.model, given_model, "model option"),
        _complete(task_class, base_task, given_task, "task option"),
        _complete(Training, base.training, given_training, "training option"),
    )


def nearest(
    architecture: str, task: str, model_options: Mapping[str, Any], task_options: Mapping[str, Any], name: str | None = None
) -> Preset:
    """The preset by name, or the one that agrees with most of the given options and contradicts fewest."""
    presets = PRESETS.get((architecture, task), ()) or (Preset("plain", "plain"),)
    if name is not None:
        for preset in presets:
            if isinstance(name, str) and preset.name == name:
                return preset
        raise InputError(f"{show(name)} is not a preset of {architecture} on {task}; there are: {', '.join(p.name for p in presets)}.")

    usual_model, usual_task = defaults(models.get(architecture).Options), defaults(tasks.get(task).Options)

    def agreement(preset: Preset) -> int:
        model, task_ = {**usual_model, **preset.model}, {**usual_task, **preset.task}
        pairs = [(model[k], v) for k, v in model_options.items()] + [(task_[k], task_options.get(k, v)) for k, v in usual_task.items()]
        return sum(1 if mine == asked else -1 for mine, asked in pairs)

    return max(presets, key=agreement)


def from_json(data: Mapping[str, Any]) -> Recipe:
    """A recipe from untrusted JSON: everything is checked again."""
    if not isinstance(data, Mapping) or not {"architecture", "task"} <= set(data) <= {f.name for f in fields(Recipe)}:
        raise InputError("This is not a recipe: it needs architecture and task, and may have options, seed, seconds, clock_s and device.")
    return make(**data)


def from_query(query: str) -> Recipe:
    """A recipe from a link; what else a link carries (input, step) is left to others. Raises InputError."""
    if not isinstance(query, str):
        raise InputError(f"A link is text, not {show(query)}.")
    if len(query) > 4_000:
        raise InputError(f"The link has {len(query):,} characters; at most 4,000 are read.")
    given: dict[str, Any] = {"model_options": {}, "task_options": {}, "training_options": {}}
    for key, value in parse_qsl(query, keep_blank_values=True):
        group, dot, name = key.partition(".")
        if dot and f"{group}_options" in given:
            given[f"{group}_options"][name] = value
        elif key in ("architecture", "task", "device"):
            given[key] = value
        elif key in ("seed", "seconds", "clock_s"):
            given[key] = _as_number(key, value)
    if not {"architecture", "task"} <= set(given):
        raise InputError("The link names no architecture and task.")
    return make(**given)


def work(recipe: Recipe) -> tuple[int, float]:
    """Parameters of the model, and floating-point operations of one training step (rough, see `models.flops_per_example`)."""
    return _work(recipe.architecture, recipe.task, recipe.model_options, recipe.task_options, recipe.training.batch_size)


@lru_cache(maxsize=512)
def _work(architecture: str, task: str, model_options: Pairs, task_options: Pairs, batch_size: int) -> tuple[int, float]:
    built = _task(task, task_options)
    entry = models.get(architecture)
    with torch.random.fork_rng(devices=[]):  # a real one: option limits keep it small, and torch's meta device costs 2 s to import
        model = entry.make(built, parse(entry.Options, dict(model_options)))
        places = model.extent(built.longest())
    return models.parameter_count(model), models.flops_per_example(model, *places) * batch_size


def _within_caps(recipe: Recipe) -> None:
    parameters, flops = work(recipe)
    if parameters > MAX_PARAMETERS:
        raise InputError(
            f"This model would have {parameters:,} parameters; at most {MAX_PARAMETERS:,} are trained here. Choose fewer units or layers."
        )
    if flops > MAX_FLOPS:
        raise InputError(
            f"One update would take {flops / 1e9:,.0f} GFLOP; at most {MAX_FLOPS / 1e9:,.0f} can be done: choose a smaller batch or model."
        )


def _complete(options: type[Any], preset: Mapping[str, Any], given: Mapping[str, Any], what: str) -> Pairs:
    return _pairs(asdict(parse(options, {**preset, **given}, what)))


def _pairs(options: Mapping[str, Value]) -> Pairs:
    return tuple(sorted(options.items()))


@lru_cache(maxsize=64)
def _task(id: str, options: Pairs) -> tasks.Task:
    task = tasks.get(id)
    return task(parse(task.Options, dict(options), "task option"))


def _seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | float) or seed != seed or not 0 <= seed < 2**31 or int(seed) != seed:
        raise InputError(f"seed is {show(seed)}; allowed is a whole number from 0 to {2**31 - 1}.")
    return int(seed)


def _seconds(seconds: Any, name: str = "seconds") -> float | None:
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0.1 <= seconds <= MAX_SECONDS:
        raise InputError(f"{name} is {show(seconds)}; allowed is a number from 0.1 to {MAX_SECONDS:g}, or nothing for the preset's steps.")
    return float(seconds)


def _device(device: Any) -> str:
    if not isinstance(device, str) or device not in DEVICES:
        raise InputError(f"device is {show(device)}; allowed are: {', '.join(DEVICES)}.")
    return str(device)


def _as_number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{name} is {text[:60]!r}; it must be a number.") from None
    if not math.isfinite(value):
        raise InputError(f"{name} is {text[:60]!r}; it must be a finite number.")
    return value
