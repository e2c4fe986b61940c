"""Tasks: where examples come from, how typed input is read, and what is right.

A task file holds one class and registers it; presets, contract tests and the page find it. The kinds of task are in `base`.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TypeVar

from ..errors import InputError
from .base import (
    NO_ANSWER,
    Batch,
    PictureTask,
    ReaderTask,
    Sensed,
    SensedTask,
    SequenceTask,
    Task,
    TextTask,
    TypedTask,
    WritingTask,
    joined,
    pad,
)
from .given import Code, Drawn, Given, HeldOut, Pixels, Sound, Typed

T = TypeVar("T", bound=type[Task])
_registry: dict[str, type[Task]] = {}


def register(task: T) -> T:
    _registry[task.id] = task
    return task


def tasks() -> dict[str, type[Task]]:
    return dict(_registry)


def get(id: str) -> type[Task]:
    """The task class of this id. Raises InputError that names the registered ones."""
    if not isinstance(id, str) or id not in _registry:
        raise InputError(f"{str(id)[:60]!r} is not a task here; there are: {', '.join(_registry)}.")
    return _registry[id]


for _module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = [
    "Code",
    "Drawn",
    "Given",
    "HeldOut",
    "Pixels",
    "Sound",
    "Typed",
    "NO_ANSWER",
    "Batch",
    "PictureTask",
    "ReaderTask",
    "Sensed",
    "SensedTask",
    "SequenceTask",
    "Task",
    "TextTask",
    "TypedTask",
    "WritingTask",
    "joined",
    "pad",
    "get",
    "register",
    "tasks",
]
