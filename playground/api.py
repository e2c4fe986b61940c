"""The Python interface: train, stream, load, and look inside a finished run.

run = playground.train("attention_seq2seq", "reverse", model_options={"score": "dot"})
trace = run.explore("3 1 4 1 5")
trace.output, trace["decoder.attention.weights"].shape      # '5 1 4 1 3', (6, 5)
run.figure("attention")
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from . import models, tasks
from .errors import InputError
from .experiments import sweep as sweeps
from .experiments.lab.asked import AskedRun
from .experiments.sweep import Sweep
from .options import described, show
from .runs.book import cores
from .runs.events import Event
from .runs.executors import pick_executor
from .runs.executors.inline import InlineExecutor
from .runs.executors.several import several
from .storage import checkpoints
from .storage.collected import collected
from .tracing import Trace
from .training import recipes
from .training.presets import PRESETS
from .training.trainer import pick_device

if TYPE_CHECKING:
    import plotly.graph_objects as go

HERE = Path(__file__).parent
SHIPPED = next((folder for folder in (HERE / "checkpoints", HERE.parent / "checkpoints") if folder.is_dir()), HERE.parent / "checkpoints")


class Run(AskedRun):
    """A finished training: its recipe, its weights, and everything that can be seen with them. `train` and `load` make one.

    `recipe` is what was trained; `metrics` the scores on held-out examples (exact_match and accuracy 0..1, mse per pixel, loss);
    `train_seconds` the CPU seconds of training; `history` has "losses" (step, seconds, loss) and "scores" (step, seconds, score). It prints
    what it is, and a notebook shows it reading its first input.
    """

    def figure(self, name: str, given: Any = None, **options: Any) -> go.Figure:
        """A Plotly figure of this run, for one input. `theme` is "light" or "dark".

        "attention" where each output looked, rows (T, S) · "next_token" the likeliest tokens of one `step` · "trajectory" the states of one
        `side` ("encoder", "decoder") in two principal components, marked at a `step` · "learning" curves against seconds, whatever the
        input · "latent_map" codes of the test set in the plane · "reconstruction_error" of a picture ·
        "feature_arrows", "feature_overlap" the directions of features in the code, and which disturbs which. Steps count from 0.

        Raises InputError for other names and options, a missing input, and a model that has nothing of the kind.
        """
        from . import views

        return views.figure(name, self, given, **options)

    def _drawn(self, trace: Trace) -> str | None:
        """A trace of this run as HTML that works alone, a player for its steps inside: what a notebook shows."""
        from . import views

        return views.piece(self, trace)

    def _repr_html_(self) -> str | None:
        """The input that a visitor of the page finds, through this run."""
        return self._drawn(self.explore(self.task.first().model_input(self.task)))

    def repeat(self) -> Run:
        """Train once more by the recipe that this run stored: on the same device and build its losses are the same to the bit, also where
        `seconds` had chosen the number of updates, which a busy machine would now choose otherwise. Raises InputError as `train` does."""
        return collect(InlineExecutor().submit(self.recipe).events())

    def script(self, given: Any = None) -> str:
        """One script that needs torch and numpy only: it reads `weights.safetensors` beside it (`save` writes it), prints what
        `explore(given).output` is, and trains anew with `--train`. Without an input it takes the one that a visitor finds. Raises
        InputError for what the task cannot read.
        """
        from . import codegen

        return codegen.script(self, self._readable(given))

    def notebook(self, given: Any = None) -> dict[str, Any]:
        """The script as a notebook (nbformat 4.5), with the prose of its docstrings between the cells: `json.dumps` makes the file (.ipynb)
        of it. Raises InputError for what the task cannot read.
        """
        from . import codegen

        return codegen.notebook(self, self._readable(given))

    def _readable(self, given: Any) -> Any:
        if given is not None:
            self.task.perceive(given)  # raises InputError for what cannot be read
        return given


def train(
    architecture: str,
    task: str,
    *,
    seconds: float | None = None,
    seed: int = 0,
    device: str = "auto",
    preset: str | None = None,
    model_options: Mapping[str, Any] | None = None,
    task_options: Mapping[str, Any] | None = None,
    training_options: Mapping[str, Any] | None = None,
) -> Run:
    """Train in this process, on one thread, and return the finished run. The same arguments give the same weights, bit for bit, on the same
    device and build; but for `seconds`.

    `seconds` is a budget of CPU seconds from 0.1 to 120; without one the steps of the preset are done, or those of `training_options`.
    How many steps fit is measured when training starts: a busy machine does fewer, and its losses are others. `Run.repeat` does as many.
    `seed` decides first weights and batches. `device` is "auto", "cpu", "cuda" or "mps". `preset` names one of `list_architectures()`'
    presets; without it what is left open comes from the preset nearest to what is given. Options by name, as `list_architectures()`
    and `list_tasks()` tell them; `training_options` are steps, batch_size, learning_rate, weight_decay, precision, examples,
    scheduled_sampling and early_stop.

    Raises InputError for unknown names, options out of range, a pair that does not fit, and models too large; NoDevice, which is one, where
    the device is missing; RuntimeError for a training that went wrong by itself, with what is left and what to do.
    """
    events = stream(
        architecture,
        task,
        preset=preset,
        seconds=seconds,
        seed=seed,
        device=device,
        model_options=model_options,
        task_options=task_options,
        training_options=training_options,
    )
    return collect(events)


def stream(
    architecture: str,
    task: str,
    *,
    seconds: float | None = None,
    seed: int = 0,
    device: str = "auto",
    preset: str | None = None,
    model_options: Mapping[str, Any] | None = None,
    task_options: Mapping[str, Any] | None = None,
    training_options: Mapping[str, Any] | None = None,
) -> Iterator[Event]:
    """The events of `train` as they happen: Started, then Progress and Snapshot, at last Done or Failed. It trains while they are asked
    for, and no further. Takes the arguments of `train`, and raises InputError at once for bad ones.
    """
    recipe = recipes.make(
        architecture,
        task,
        preset=preset,
        seconds=seconds,
        seed=seed,
        device=device,
        model_options=model_options,
        task_options=task_options,
        training_options=training_options,
    )
    if seconds is not None and "steps" in (training_options or {}):
        raise InputError(f"seconds is {seconds:g} and steps is given too: how long would be told twice. Leave one of them out.")
    pick_device(recipe.device)  # raises NoDevice now, and not when the first event is asked for
    return InlineExecutor().submit(recipe).events()


def sweep(
    architecture: str,
    task: str,
    option: str,
    values: Iterable[bool | float | str],
    *,
    seeds: int | Iterable[int] = 3,
    seconds: float | None = None,
    executor: str = "inline",
    device: str = "auto",
    preset: str | None = None,
    model_options: Mapping[str, Any] | None = None,
    task_options: Mapping[str, Any] | None = None,
    training_options: Mapping[str, Any] | None = None,
) -> Sweep:
    """Train each of the `values` of one `option` from several seeds, all else being equal: what the option does, beside what chance does.

    `option` is one of the model, the task or the training, by its name ("hidden", "min_length", "learning_rate"); "model.dropout" where two
    of them have it. `seeds` is how many, from 0, or a list of them. `seconds` is a budget of CPU seconds for each run. `executor` is where
    they train: "inline" here, one after the other · "process", as many at once as there are cores · "ray", in the cluster whose head
    RAY_ADDRESS names. Each run is the one that `train` makes of the same recipe, bit for bit. The rest as `train` takes it: it decides
    the recipe of which one option is changed.

    Raises InputError as `train` does, before anything is trained; RuntimeError where a training goes wrong by itself.
    """
    if not isinstance(executor, str) or executor not in ("inline", "process", "ray"):
        raise InputError(f"executor is {show(executor)}; allowed are: inline, process, ray.")
    base = recipes.make(
        architecture,
        task,
        preset=preset,
        seconds=seconds,
        device=device,
        model_options=model_options,
        task_options=task_options,
        training_options=training_options,
    )
    planned = sweeps.plan(base, option, values, seeds)
    chosen = str(pick_device(base.device).type)
    place = InlineExecutor() if executor == "inline" else pick_executor(executor, chosen)
    at_once = 1 if executor == "inline" else cores() if executor == "process" else len(planned)
    try:
        runs = several(place, planned.values(), collect, at_once)
    finally:
        place.close()
    return sweeps.swept(base, option, dict(zip(planned, runs, strict=True)))


def collect(events: Iterable[Event]) -> Run:
    """The finished run that a stream of events tells of. Raises RuntimeError if it failed."""
    return Run(collected(events))


def load(architecture: str | os.PathLike[str], task: str | None = None) -> Run:
    """A saved run by its path, or a shipped one by architecture and task.

    A file may come from anywhere: nothing in it is run, and its weights must be those of the model that its recipe builds. Raises
    InputError where there is none, or where it is no run of this playground.
    """
    if task is None:
        return Run(checkpoints.load(architecture))
    name = models.get(os.fspath(architecture) if isinstance(architecture, os.PathLike) else architecture).id
    path = shipped_path(name, tasks.get(task).id)
    if not path.exists():
        there = [id for id in tasks.tasks() if shipped_path(name, id).exists()]
        raise InputError(f"No run of {architecture} on {task} is shipped; of {architecture} there are: {', '.join(there)}. Or train one.")
    return Run(checkpoints.load(path))


def load_film(architecture: str, task: str) -> dict[int, dict[str, Tensor]]:
    """Weights of a shipped run at steps of its training; empty where its film is not shipped."""
    path = SHIPPED / "film" / shipped_path(architecture, task).name
    return checkpoints.load_film(path, load(architecture, task).recipe) if path.exists() else {}


def shipped_path(architecture: str, task: str) -> Path:
    return SHIPPED / f"{architecture}-{task}.safetensors"


def list_tasks() -> dict[str, dict[str, Any]]:
    """All tasks: id → `title`, `description`, `kind`, `example`; `options` (see `playground.options.described`); by architecture
    that fits: its `presets` (name → title); `compatible` and `shipped`, ids of architectures that fit, and of those with a run to `load`.
    """
    every = models.architectures().values()
    return {
        id: {
            "title": task.title,
            "description": task.description,
            "kind": task.kind,
            "example": task.example,
            "options": described(task.Options),
            **_pairs([(a.id, (a.id, id)) for a in every if a.fits(task)]),
        }
        for id, task in tasks.tasks().items()
    }


def list_architectures() -> dict[str, dict[str, Any]]:
    """All architectures: id → `title`, `description`, `kind`, `paper`; `options` (see `playground.options.described`); by task that
    fits: its `presets` (name → title); `compatible` and `shipped`, ids of tasks that fit, and of those with a run to `load`.
    """
    every = tasks.tasks()
    return {
        id: {
            "title": a.title,
            "description": a.description,
            "kind": a.kind,
            "paper": a.paper,
            "options": described(a.Options),
            **_pairs([(t, (id, t)) for t, task in every.items() if a.fits(task)]),
        }
        for id, a in models.architectures().items()
    }


def _pairs(fitting: list[tuple[str, tuple[str, str]]]) -> dict[str, Any]:
    """What is known of the pairs that something belongs to, each by the name of the other part."""
    return {
        "compatible": [other for other, _ in fitting],
        "presets": {other: {p.name: p.title for p in PRESETS[pair]} for other, pair in fitting if pair in PRESETS},
        "shipped": [other for other, pair in fitting if shipped_path(*pair).exists()],
    }
