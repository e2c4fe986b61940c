"""Which tasks there are, in what order and groups a page lists them, and whether a task file is complete."""

from __future__ import annotations

import inspect
from typing import TypeVar

from ..errors import InputError
from ..options import NAME, are_options, is_number, show
from .base import Task
from .given import Given

GROUPS = ("Digits", "Words and sentences", "Pictures", "Sounds", "Your own")
USUAL = {  # of each kind of task
    **dict.fromkeys(("sequence", "sentence", "completion", "infill", "label", "tags", "number"), "Words and sentences"),
    **dict.fromkeys(("picture", "caption", "features"), "Pictures"),
    "sound": "Sounds",
}

TEXTS = ("id", "title", "description", "example", "kind")
CONSTANT = {"id", "title", "description", "example", "kind", "reads", "Options"}  # the same whatever the options are

T = TypeVar("T", bound=type[Task])
_registry: dict[str, type[Task]] = {}


def register(task: T) -> T:
    """Add a task. Raises InputError that says what is missing in it or wrong with it."""
    if fault := _fault(task):
        raise InputError(f"The task {getattr(task, '__name__', show(task))} of {getattr(task, '__module__', 'nowhere')} {fault}.")
    _registry[task.id] = task
    return task


def tasks() -> dict[str, type[Task]]:
    return dict(_registry)


def get(id: str) -> type[Task]:
    """The task class of this id. Raises InputError that names the registered ones."""
    if not isinstance(id, str) or id not in _registry:
        raise InputError(f"{show(id)} is not a task here; there are: {', '.join(_registry)}.")
    return _registry[id]


def ordered() -> list[type[Task]]:
    """In the order of teaching; tasks that have no place in it come last."""
    return sorted(_registry.values(), key=lambda task: task.order)


def grouped() -> dict[str, list[type[Task]]]:
    """The same by group, in the order in which a page lists the groups."""
    return {group: [task for task in ordered() if (task.group or USUAL[task.kind]) == group] for group in GROUPS}


def _fault(task: type[Task]) -> str | None:
    """What is missing or wrong, as the end of a sentence."""
    if not isinstance(task, type) or not issubclass(task, Task):
        return "is no class of task; derive it from one of playground.tasks"
    missing = [*_undefined(task), *sorted(task.__abstractmethods__)]
    if missing:
        return f"lacks {', '.join(missing)}; its base says what each is"
    if wrong := next((name for name in TEXTS if not isinstance(getattr(task, name), str)), None):
        return f"has the {wrong} {show(getattr(task, wrong))}; it must be text"
    if not NAME.fullmatch(task.id):
        return f"has the id {show(task.id)}; it must be small letters, digits and _, such as my_task"
    if not is_number(task.order):
        return f"has the order {show(task.order)}; it must be a number"
    if task.kind not in USUAL:
        return f"is of the kind {task.kind!r}; kinds are {', '.join(USUAL)}"
    if task.group not in (None, *GROUPS):
        return f"is in the group {task.group!r}; groups are {', '.join(GROUPS)}"
    if (
        not isinstance(task.reads, tuple)
        or not task.reads
        or not all(isinstance(way, type) and issubclass(way, Given) for way in task.reads)
    ):
        return "reads what is no kind of Given; take those of playground.tasks.given"
    if not are_options(task.Options):
        return "has Options that are no dataclass of options; write each with integer, number, choice or flag of playground.options"
    if _registry.get(task.id, task).__qualname__ != task.__qualname__:
        return f"has the id {task.id!r}, which is taken; choose another"
    return None


def _undefined(task: type[Task]) -> list[str]:
    """What its bases declare and nobody gives. A task with an `__init__` of its own may give the rest there."""
    bases = [kind for kind in reversed(task.__mro__) if kind.__module__.startswith(str(__package__))]
    declared = {name: None for kind in bases for name in inspect.get_annotations(kind) if name not in vars(kind)}
    made = {"options"} if task.__init__ is Task.__init__ else set(declared) - CONSTANT
    return [name for name in declared if name not in made and getattr(task, name, None) is None]
