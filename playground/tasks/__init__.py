"""Tasks: where examples come from, how typed input is read, and what is right.

A task file holds one class and registers it; presets, contract tests and the page find it. The kinds of task are in `base`.
"""

from __future__ import annotations

import importlib
import pkgutil

from .base import Task, TypedTask, WritingTask
from .examples import NO_ANSWER, Batch, Reading, Watched, joined, pad
from .given import Code, Drawn, Given, HeldOut, Pixels, Sound, Typed
from .kinds import ReaderTask, SequenceTask, TextTask
from .pictures import PictureTask, picture
from .registry import get, grouped, ordered, register, tasks
from .senses import SensedTask

for _module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = [
    "NO_ANSWER",
    "Batch",
    "Code",
    "Drawn",
    "Given",
    "HeldOut",
    "PictureTask",
    "Pixels",
    "ReaderTask",
    "Reading",
    "SensedTask",
    "SequenceTask",
    "Sound",
    "Task",
    "TextTask",
    "Typed",
    "TypedTask",
    "Watched",
    "WritingTask",
    "get",
    "grouped",
    "joined",
    "ordered",
    "pad",
    "picture",
    "register",
    "tasks",
]
