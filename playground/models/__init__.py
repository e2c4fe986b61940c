"""Models: one paper per file, the interfaces that they share in `base`, the parts that they share in `layers`."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from ..errors import InputError
from ..options import NAME, are_options, is_number, show
from ..tasks import Task
from ..tasks.registry import USUAL
from .base import Autoencoder, Block, Counted, Decoder, Encoded, Encoder, EncoderDecoder, Model, Reader, Variational, writable
from .initial import initialise
from .size import flops_per_example, parameter_count

KINDS = {"sequence decoder": EncoderDecoder, "reader": Reader, "autoencoder": Autoencoder}
# all other kinds of task read tokens
SOURCES = {"picture": "grey pictures", "features": "rows of numbers", "caption": "coloured pictures", "sound": "sounds"}


@dataclass(frozen=True)
class Architecture:
    """A registered architecture: `build(task, options)` makes the model. Raises InputError that says which part of it is wrong."""

    id: str
    title: str
    description: str
    kind: str  # one of KINDS: what its model is an EncoderDecoder, a Reader or an Autoencoder for
    learns: tuple[str, ...]  # the kinds of task it fits, see `tasks.Task`
    Options: type[Any]
    build: Callable[[Any, Any], Model]
    paper: str
    parts: tuple[bool, bool, bool] = (True, True, True)  # whether it has an encoder, a code, a decoder
    told: bool = False  # whether it is told the class of what it reads, so that somebody must know it
    order: float = math.inf  # in a list: from the first that is taught

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not NAME.fullmatch(self.id):
            raise InputError(f"An architecture has the id {show(self.id)}; it must be small letters, digits and _, such as my_model.")
        for name in ("title", "description", "paper"):
            if not isinstance(text := getattr(self, name), str):
                raise InputError(f"The {name} of {self.id} is {show(text)}; it must be text.")
        if not is_number(self.order):
            raise InputError(f"The order of {self.id} is {show(self.order)}; it must be a number, its place in the rail.")
        if self.kind not in KINDS:
            raise InputError(f"The kind of {self.id} is {show(self.kind)}; allowed are: {', '.join(KINDS)}.")
        if not isinstance(self.learns, tuple) or not self.learns or not all(kind in [*USUAL] for kind in self.learns):
            raise InputError(f"{self.id} learns {show(self.learns)}; allowed is a tuple of kinds of task: {', '.join(USUAL)}.")
        if not are_options(self.Options):
            raise InputError(
                f"The Options of {self.id} must be a dataclass, not one made of it; its fields are options of playground.options."
            )

    def fits(self, task: type[Task]) -> bool:
        """Whether it can learn this task."""
        return task.kind in self.learns and (task.labelled or not self.told)

    def why_not(self, task: type[Task]) -> str:
        """Why it does not fit, as a clause whose subject is the architecture."""
        mine, others = (SOURCES.get(kind, "tokens") for kind in (self.learns[0], task.kind))
        if mine != others:
            return f"reads {mine}, not {others}"
        if self.told and task.kind in self.learns:
            return "is told what each picture shows, and nobody has named these"
        if self.kind == "reader":
            return "reads whole texts and cannot write one"
        if task.kind in ("label", "tags", "number"):
            return "writes text and gives no single answer"
        if "sentence" in self.learns:
            return "writes again what it reads and cannot turn one text into another"
        if "completion" in self.learns and "sequence" not in self.learns:
            return "goes on with a begun text and cannot turn one into another"
        return "turns one text into another"

    def make(self, task: Task, options: Any) -> Model:
        """What `build` makes. Raises InputError where that is not of its kind."""
        model = self.build(task, options)
        if not isinstance(model, kind := KINDS[self.kind]):
            raise InputError(
                f"{self.id} builds {_a(type(model))}; as a {self.kind} it must build {_a(kind)}. Kinds are {', '.join(KINDS)}."
            )
        return model


def _a(kind: type) -> str:
    return f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"


_registry: dict[str, Architecture] = {}


def register(architecture: Architecture) -> None:
    """Add an architecture. Raises InputError where its `build` cannot be shown as code, or its id is another's."""
    if not isinstance(architecture, Architecture):
        raise InputError(f"What is registered is an Architecture, not {show(architecture)}.")
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
    "Variational",
    "architectures",
    "flops_per_example",
    "get",
    "initialise",
    "ordered",
    "parameter_count",
    "register",
    "writable",
]
