"""What one visitor has chosen: ids and small values only. Everything shown is computed from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import torch
from numpy.typing import NDArray

from .. import tasks
from ..errors import InputError
from ..inference.decoding import GREEDY, Beam, Sample, Strategy
from ..options import show
from ..storage.kept_runs import NAME
from ..tasks import PictureTask, SensedTask, TextTask, TypedTask
from ..tasks.given import SIDE
from ..training import recipes
from ..training.recipes import Recipe

SHIPPED = "shipped"
HOME = ("attention_seq2seq", "reverse")
FARTHEST = 100  # a number of a code is at most this far from 0


@dataclass(frozen=True)
class Visit:
    """`recipe` is what Train would train; `shown` names the run on the stage: "shipped", or the id of a visitor's run.

    `given` is the typed text; ("pixels", bytes) for a coloured picture that nobody put in words; ("sound", samples a second, bytes
    of 16-bit samples) for a recording; for grey pictures ("held_out", index), ("drawn", 784 numbers), or ("code", numbers,
    condition, picture): a code set by hand, the class it is drawn as, and the picture that was given before it.
    """

    recipe: Recipe
    preset: str | None = None  # by name, if the visitor took one
    shown: str = SHIPPED
    frame: int | None = None  # the training step whose weights are shown; None for the finished model
    run: str | None = None  # the run whose training is followed
    given: Any = ""
    forced: tuple[tuple[int, str], ...] = ()
    strategy: Strategy = GREEDY
    step: int = 0
    notice: str | None = None
    problems: tuple[tuple[int, str], ...] = ()  # lines of the visitor's own pairs that were left out, and why
    other: int | None = None  # the picture of the test set that a walk leads to
    manifold: bool = False  # whether the latent map shows what the decoder draws all over it
    block: str | None = None  # the path of the opened block of the model

    @property
    def task(self) -> tasks.Task:
        return self.recipe.build_task()

    @property
    def place(self) -> tuple[Any, ...]:
        """What the trace on the stage depends on."""
        recipe = replace(self.recipe, training_options=(), seconds=None, device="cpu")  # what decides an untrained model
        return self.shown, self.frame, self.given, self.forced, self.strategy, recipe

    def with_input(self, given: Any) -> Visit:
        return replace(self, given=given, forced=(), step=0)

    def force(self, step: Any, token: Any) -> Visit:
        """Write `token` at `step` and go on from there; later forced tokens no longer apply."""
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < 100 or not isinstance(token, str):
            raise InputError("To force a token, name an output step from 0 and a token of the vocabulary.")
        earlier = tuple((s, t) for s, t in self.forced if s < step)
        strategy = GREEDY if isinstance(self.strategy, Beam) else self.strategy  # a search cannot be forced
        return replace(self, forced=(*earlier, (step, token)), strategy=strategy, step=step)

    def decode_by(self, name: Any, temperature: Any) -> Visit:
        """Choose tokens greedily, by a new draw at this temperature, or by beam search."""
        if name == "sample":
            drawn = self.strategy.seed + 1 if isinstance(self.strategy, Sample) else 0
            return replace(self, strategy=Sample(temperature=_positive(temperature), seed=drawn), forced=(), step=0)
        if name not in ("greedy", "beam"):
            raise InputError(f"{str(name)[:40]!r} is not a way to choose tokens; there are: greedy, sample, beam.")
        return replace(self, strategy=GREEDY if name == "greedy" else Beam(), forced=(), step=0)

    def query(self) -> str:
        """The link that leads here."""
        extra = {"input": self.given} if isinstance(self.given, str) and self.given else {}
        if isinstance(self.strategy, Sample):
            extra |= {"decoding": "sample", "temperature": f"{self.strategy.temperature:g}", "draw": str(self.strategy.seed)}
        elif isinstance(self.strategy, Beam):
            extra |= {"decoding": "beam"}
        if isinstance(self.given, tuple) and self.given[0] == "held_out":
            extra |= {"picture": str(self.given[1])}
        if isinstance(self.given, tuple) and self.given[0] == "code":
            extra |= {"code": ",".join(f"{v:g}" for v in self.given[1])}
            extra |= {} if self.given[2] is None else {"condition": str(self.given[2])}
        if self.block is not None:
            extra |= {"block": self.block}
        if NAME.fullmatch(self.shown):
            extra |= {"run": self.shown}
        return self.recipe.to_query() + ("&" + urlencode(extra) if extra else "")


def start(architecture: str, task: str, device: str = "auto", preset: str | None = None) -> Visit:
    """A fresh visit of a pair: its preset, its pinned input."""
    recipe = recipes.make(architecture, task, preset=preset, device=device)
    return Visit(recipe, preset, given=first_input(recipe.build_task()))


def first_input(task: tasks.Task) -> Any:
    return task.pinned if isinstance(task, TypedTask) else ("held_out", 0)


def sensed(visit: Visit) -> Any:
    """What the model is given: the typed text, the picture (32, 32, 3) in 0..1, or the sound (samples a second, samples)."""
    if isinstance(visit.given, tuple) and visit.given[0] == "sound":
        return visit.given[1], np.frombuffer(visit.given[2], dtype="<i2")
    if isinstance(visit.given, tuple) and visit.given[0] == "pixels":
        return (np.frombuffer(visit.given[1], np.uint8).astype(np.float32) / 255).reshape(SIDE, SIDE, 3)
    return visit.given


def pixels(visit: Visit, values: Any) -> Visit:
    """Put a coloured picture without words on the stage: (32, 32, 3) numbers in 0..1, or all in one row, from untrusted values."""
    task = visit.task
    if task.kind != "caption" or not isinstance(task, SensedTask):
        raise InputError("This task reads no coloured pictures.")
    shown = task.perceive(None if isinstance(values, str) else values).shown
    return visit.with_input(("pixels", (shown * 255).round().astype(np.uint8).tobytes()))


def from_query(params: Mapping[str, str], device: str = "auto") -> Visit:
    """The visit a link asks for; what it does not understand becomes a notice and the start page."""
    wanted = {k: v for k, v in params.items() if k in ("architecture", "task", "seed", "seconds") or "." in k}
    visit = start(*HOME, device=device)
    if not wanted and not {"input", "picture", "step", "block", "run"} & set(params):
        return visit
    try:
        if wanted:
            recipe = recipes.from_query(urlencode({"architecture": HOME[0], "task": HOME[1], **wanted}))
            recipe = replace(recipe, device=device)
            visit = Visit(recipe, given=first_input(recipe.build_task()))
        return _with_place(visit, params)
    except InputError as error:
        return replace(start(*HOME, device=device), notice=f"Link not understood: {error} This is the start page instead.")


def picture(visit: Visit) -> tuple[NDArray[np.float32], int | None]:
    """The picture on the stage (28, 28), or the last one before a code was set by hand, and its label; None for a drawn one."""
    kind, value = origin(visit)
    if kind == "drawn":
        return np.array(value, dtype=np.float32).reshape(28, 28), None
    task = visit.task
    assert isinstance(task, PictureTask)
    pictures, labels = task.pictures("held_out")
    return pictures[value].reshape(28, 28).numpy(), int(labels[value])


def dice(visit: Visit) -> Visit:
    """Another input by chance; of pictures, never the one on the stage."""
    generator = torch.Generator()
    generator.seed()
    task = visit.task
    if isinstance(task, TypedTask):
        return visit.with_input(task.random_text(generator))
    assert isinstance(task, PictureTask)
    kind, shown = origin(visit)
    count = len(task.pictures("held_out")[0])
    if kind == "held_out":  # a step of 1 to count - 1 around the circle
        return held_out(visit, (shown + int(torch.randint(1, count, (), generator=generator))) % count)
    return held_out(visit, int(torch.randint(count, (), generator=generator)))


def held_out(visit: Visit, index: Any) -> Visit:
    """Put one picture of the test set on the stage."""
    task = visit.task
    if not isinstance(task, PictureTask):
        raise InputError("This task has no grey pictures to pick; type its input.")
    count = len(task.pictures("held_out")[0])
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count:
        raise InputError(f"The test set has pictures 0 to {count - 1}; {str(index)[:40]!r} is none of them.")
    return visit.with_input(("held_out", index))


def by_hand(visit: Visit, numbers: tuple[float, ...], condition: Any = None) -> Visit:
    """Set the code itself; `condition` is the class that a conditional model is told."""
    if condition is not None and (isinstance(condition, bool) or not isinstance(condition, int) or not 0 <= condition < 10):
        raise InputError(f"The condition is {show(condition)}; allowed is a class from 0 to 9.")
    return visit.with_input(("code", tuple(round(v, 3) for v in numbers), condition, origin(visit)))


def origin(visit: Visit) -> Any:
    """What was given, or was given before the code was set by hand."""
    return visit.given[3] if isinstance(visit.given, tuple) and visit.given[0] == "code" else visit.given


def back(visit: Visit) -> Visit:
    """The picture is encoded again: what was set by hand is forgotten."""
    return visit.with_input(origin(visit))


def aside(visit: Visit) -> Visit:
    """The visit with the picture on its stage that a walk leads to: the first of another digit, until one is chosen."""
    if visit.other is not None:
        return held_out(visit, visit.other)
    task = visit.task
    assert isinstance(task, PictureTask)
    labels = task.pictures("held_out")[1].tolist()
    return held_out(visit, next(i for i, label in enumerate(labels) if label != picture(visit)[1]))


def another(visit: Visit) -> Visit:
    """A walk to another picture."""
    chosen = dice(visit)
    if not isinstance(visit.task, PictureTask):
        raise InputError("This task reads tokens; only between pictures one can walk.")
    return replace(visit, other=chosen.given[1])


def with_manifold(visit: Visit, on: Any) -> Visit:
    if not isinstance(on, bool):
        raise InputError(f"The map shows the manifold or not: true or false, not {show(on)}.")
    return replace(visit, manifold=on)


def _with_place(visit: Visit, params: Mapping[str, str]) -> Visit:
    """Input and step of a link. The input itself is checked when it is decoded, like typed text."""
    if "input" in params and isinstance(visit.task, TypedTask):
        check(visit.task, params["input"])
        visit = visit.with_input(params["input"])
    if "picture" in params:
        visit = held_out(visit, int(params["picture"]) if params["picture"].isdecimal() else params["picture"])
    if "code" in params and isinstance(visit.task, PictureTask):
        visit = by_hand(visit, _code(params["code"]), int(params["condition"]) if params.get("condition", "").isdecimal() else None)
    if "decoding" in params:
        visit = visit.decode_by(params["decoding"], _number(params, "temperature", 1.0))
        if isinstance(visit.strategy, Sample):
            visit = replace(visit, strategy=replace(visit.strategy, seed=int(_number(params, "draw", 0))))
    if "run" in params:
        if not NAME.fullmatch(params["run"]):
            raise InputError(f"run is {params['run'][:40]!r}; it must be the name of a run, as a copied link has it.")
        visit = replace(visit, run=params["run"])
    if "block" in params:
        visit = replace(visit, block=params["block"][:200])
    if "step" in params:
        if not params["step"].isdecimal() or len(params["step"]) > 3:
            raise InputError(f"step is {params['step'][:40]!r}; it must be a whole number.")
        visit = replace(visit, step=int(params["step"]))
    return visit


def check(task: tasks.Task, text: Any) -> None:
    """Raises InputError for what this task cannot read as typed."""
    if isinstance(task, TextTask):
        task.parse(text)
    elif isinstance(task, SensedTask) and isinstance(text, str):
        task.perceive(text)
    else:
        raise InputError("This task reads pictures; pick or draw one." if isinstance(task, PictureTask) else "Type the input as text.")


def _code(text: str) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or len(numbers) > 256 or not all(abs(v) <= FARTHEST for v in numbers):
        raise InputError(f"The code is {show(text)}; it must be numbers from −{FARTHEST} to {FARTHEST} with commas between.")
    return numbers


def _number(params: Mapping[str, str], name: str, usual: float) -> float:
    try:
        return float(params.get(name, usual))
    except ValueError:
        raise InputError(f"{name} is {params[name][:40]!r}; it must be a number.") from None


def _positive(temperature: Any) -> Any:
    """The slider's 0 means: as good as greedy. Anything that is no number is left to `Sample` to refuse."""
    return max(temperature, 0.01) if isinstance(temperature, int | float) else temperature
