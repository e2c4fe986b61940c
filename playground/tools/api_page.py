"""Write docs/api.md from signatures and docstrings of the Python interface:

python -m playground.tools.api_page
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import playground

from ..experiments.evidence.faithfulness import Faithfulness
from ..experiments.evidence.first_errors import FirstErrors
from ..experiments.evidence.importance import Importance
from ..experiments.evidence.spectrum import Spectrum
from ..experiments.evidence.who_knows import WhoKnows
from ..experiments.lab.breaking import Broken
from ..experiments.lab.by_length import ByLength, Comparison
from ..experiments.lab.effect import Effect
from ..experiments.lab.patching import Patch
from ..experiments.lab.probes import Probe
from ..experiments.sentence_space import Walk
from ..experiments.sweep import Sweep
from ..experiments.uses.compressing import Compressed
from ..experiments.uses.denoising import Denoised
from ..experiments.uses.detecting import Detected
from ..experiments.uses.dying import Dead
from ..experiments.uses.features import Features
from ..lessons.lesson import Found, Lesson, Question
from ..lessons.words import Words
from ..models import Architecture
from ..papers.paper import Paper
from ..papers.result import Result
from ..runs import events
from ..tasks.your_pictures import Album

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
WIDTH = 110  # of a signature in one line
TOP = """# The Python interface

Written by `python -m playground.tools.api_page` from signatures and docstrings. Examples stand in [README](../README.md#from-python).

Shapes: B batch, S source, T target, H hidden, V vocabulary, L layers, N heads. What a trace holds has no batch axis. Losses are nats per
token, or mean squared error per pixel; names that end in `_s` are seconds. Whatever can be wrong with an argument raises `InputError`.
"""
SECTIONS: dict[str, tuple[Any, ...]] = {
    "Train and load": (playground.train, playground.stream, playground.load, playground.list_architectures, playground.list_tasks),
    "A finished run": (playground.Run,),
    "What the model computed": (playground.Trace,),
    "Intervene": (playground.Edit,),
    "Questions put to a model": (
        Effect,
        Patch,
        Probe,
        WhoKnows,
        Spectrum,
        Importance,
        Faithfulness,
        FirstErrors,
        Broken,
        ByLength,
        Compressed,
        Denoised,
        Detected,
        Features,
        Dead,
        Walk,
        playground.compare,
        Comparison,
        playground.sweep,
        Sweep,
    ),
    "Choose tokens": (playground.Greedy, playground.Sample, playground.Beam),
    "What a training says": (events.Started, events.Progress, events.Snapshot, events.Done, events.Failed),
    "Claims put to the test": (playground.papers, Paper, Result),
    "Questions asked first": (playground.lessons, Lesson, Question, Words, Found),
    "Errors": (playground.InputError,),
    "Of your own": (playground.read_pairs, playground.read_pictures, Album, Architecture),
}


def text() -> str:
    """The whole page."""
    return "\n".join([TOP, *(line for title, things in SECTIONS.items() for line in _section(title, things))]).rstrip() + "\n"


def _section(title: str, things: tuple[Any, ...]) -> Iterator[str]:
    yield f"## {title}\n"
    for thing in things:
        yield from _entry(getattr(thing, "__name__", "") or thing.name, thing, 3)
        for name, method in methods(thing) if isinstance(thing, type) else ():
            yield from _entry(f"{thing.__name__}.{name}", method, 4)


def methods(kind: type) -> list[tuple[str, Any]]:
    """Public methods and properties, in the order in which they are written, those of its bases first."""
    found: dict[str, Any] = {}
    for base in reversed([base for base in kind.__mro__ if base.__module__.startswith("playground.")]):
        found |= {name: value for name, value in vars(base).items() if not name.startswith("_") and _is_method(value)}
    return list(found.items())


def _is_method(value: Any) -> bool:
    return inspect.isfunction(value) or isinstance(value, property) or hasattr(value, "func")


def _entry(name: str, thing: Any, level: int) -> Iterator[str]:
    yield f"{'#' * level} `{name}`\n"
    made = function_of(thing)
    if made is not None:
        yield f"```python\n{signature(name, made)}\n```\n"
    yield f"{inspect.getdoc(getattr(thing, 'func', thing)) or ''}\n"


def function_of(thing: Any) -> Callable[..., Any] | None:
    """What is called, and so has a signature; None for what is only read."""
    if isinstance(thing, type):
        return thing.__init__ if is_dataclass(thing) and fields(thing) else None
    return None if isinstance(thing, property | Mapping) or hasattr(thing, "func") else thing


def signature(name: str, of: Callable[..., Any]) -> str:
    """As it is called: annotations as they are written, one parameter a line where one line is too short."""
    parts: list[str] = []
    starred = False
    for parameter in list(inspect.signature(of).parameters.values()):
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        mark = "**" if parameter.kind is parameter.VAR_KEYWORD else "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}".replace("'", '"')
        parts.append(f"{mark}{parameter.name}: {parameter.annotation}{default}")
    returned = inspect.signature(of).return_annotation
    end = "" if of.__name__ == "__init__" else f" -> {returned}"
    line = f"{name}({', '.join(parts)}){end}"
    return line if len(line) <= WIDTH else f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){end}"


def main() -> None:
    PAGE.write_text(text(), encoding="utf-8")
    print(f"{PAGE.name}: {len(text().splitlines())} lines")


if __name__ == "__main__":
    main()
