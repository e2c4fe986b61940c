"""Models: one paper per file, the interfaces that they share in `base`, the parts that they share in `layers`."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from types import FunctionType
from typing import Any

from ..errors import InputError
from ..options import show
from ..tasks import Task
from ..tasks.registry import USUAL
from .base import Autoencoder, Block, Counted, Decoder, Encoded, Encoder, EncoderDecoder, Model, Reader, writable
from .initial import initialise
from .size import flops_per_example, parameter_count

KINDS = ("sequence decoder", "reader", "autoencoder")
SOURCES = {"picture": "grey pictures", "caption": "coloured pictures", "sound": "sounds"}  # all other kinds of task read tokens


@dataclass(frozen=True)
class Architecture:
    """A registered architecture: `build(task, options)` makes the model."""

    id: str
    title: str
    description: str
    kind: str  # one of KINDS: what its model is an EncoderDecoder, a Reader or an Autoencoder for
    learns: tuple[str, ...]  # the kinds of task it fits, see `tasks.Task`
    Options: type[Any]
    build: Callable[[Any, Any], Model]
    paper: str
    parts: tuple[bool, bool, bool] = (True, True, True)  # whether it has an encoder, a code, a decoder
    order: float = math.inf  # in a list: from the first that is taught

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"The kind of {self.id} is {show(self.kind)}; allowed are: {', '.join(KINDS)}.")
        if isinstance(self.learns, str) or not self.learns or not set(self.learns) <= set(USUAL):
            raise InputError(f"{self.id} learns {show(self.learns)}; allowed is a tuple of kinds of task: {', '.join(USUAL)}.")
        if not is_dataclass(self.Options):
            raise InputError(f"The Options of {self.id} must be a dataclass whose fields are options, see playground.options.")

    def fits(self, task: type[Task]) -> bool:
        return task.kind in self.learns

    def why_not(self, task: type[Task]) -> str:
        """Why it does not fit, as a clause whose subject is the architecture."""
        mine, others = (SOURCES.get(kind, "tokens") for kind in (self.learns[0], task.kind))
        if mine != others:
            return f"reads {mine}, not {others}"
        if self.kind == "reader":
            return "reads whole texts and cannot write one"
        if task.kind in ("label", "tags", "number"):
            return "writes text and gives no single answer"
        if "completion" in self.learns:
            return "goes on with a begun text and cannot turn one into another"
        return "turns one text into another"

    def make(self, task: Task, options: Any) -> Model:
        """What `build` makes, if that can be trained; else a TypeError that says what is missing."""
        model = self.build(task, options)
        if not isinstance(model, Model):
            raise TypeError(f"{self.id} builds a {type(model).__name__}; it must build an EncoderDecoder, a Reader or an Autoencoder.")
        return model


_registry: dict[str, Architecture] = {}


def register(architecture: Architecture) -> None:
    """Add an architecture. Raises InputError where its `build` cannot be shown as code, or its id is another's."""
    build, id = architecture.build, architecture.id
    if not isinstance(build, FunctionType) or build.__name__ == "<lambda>":
        raise InputError(f"The build of {id} is {show(build)}; write it as `def build(task, options)`, so that scripts can show it.")
    if id in _registry and _registry[id].build.__module__ != build.__module__:
        raise InputError(f"The id {show(id)} is taken by {_registry[id].title}; choose another.")
    _registry[id] = architecture


def architectures() -> dict[str, Architecture]:
    return dict(_registry)


def ordered() -> list[Architecture]:
    """In the order of teaching; those that have no place in it come last."""
    return sorted(_registry.values(), key=lambda a: a.order)


def get(id: str) -> Architecture:
    """The architecture of this id. Raises InputError that names the registered ones."""
    if not isinstance(id, str) or id not in _registry:
        raise InputError(f"{show(id)} is not an architecture here; there are: {', '.join(_registry)}.")
    return _registry[id]


for _module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = [
    "Architecture",
    "Autoencoder",
    "Block",
    "Counted",
    "Decoder",
    "Encoded",
    "Encoder",
    "EncoderDecoder",
    "Model",
    "Reader",
    "architectures",
    "flops_per_example",
    "get",
    "initialise",
    "ordered",
    "parameter_count",
    "register",
    "writable",
]
