"""Models: one paper per file, the interfaces that they share in `base`, the parts that they share in `layers`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from ..errors import InputError
from ..tasks import Task
from .base import Autoencoder, Block, Counted, Decoder, Encoded, Encoder, EncoderDecoder, Reader, writable
from .initial import initialise
from .size import flops_per_example, parameter_count

SOURCES = {"picture": "grey pictures", "caption": "coloured pictures", "sound": "sounds"}  # all other kinds of task read tokens


@dataclass(frozen=True)
class Architecture:
    """A registered architecture: `build(task, options)` makes the model."""

    id: str
    title: str
    description: str
    kind: str  # "sequence decoder" | "reader" | "autoencoder"
    learns: tuple[str, ...]  # the kinds of task it fits
    Options: type[Any]
    build: Callable[[Any, Any], nn.Module]
    paper: str
    parts: tuple[bool, bool, bool] = (True, True, True)  # whether it has an encoder, a code, a decoder

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


_registry: dict[str, Architecture] = {}


def register(architecture: Architecture) -> None:
    _registry[architecture.id] = architecture


def architectures() -> dict[str, Architecture]:
    return dict(_registry)


def get(id: str) -> Architecture:
    """The architecture of this id. Raises InputError that names the registered ones."""
    if not isinstance(id, str) or id not in _registry:
        raise InputError(f"{str(id)[:60]!r} is not an architecture here; there are: {', '.join(_registry)}.")
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
    "Reader",
    "architectures",
    "flops_per_example",
    "get",
    "initialise",
    "parameter_count",
    "register",
    "writable",
]
