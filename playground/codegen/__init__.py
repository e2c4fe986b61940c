"""Code for what is on the screen, taken from the very source that the page runs.

`script(run, "3 1 4")` is one stand-alone script that needs torch and numpy only; `model_code(run)` the model and its parts by
themselves; `plain_source(obj)` one class, function or method without its watching.
"""

from __future__ import annotations

import inspect
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from torch import nn

from .plain import plain
from .prose import unmarked
from .script import Script, first_input
from .tidy import tidy

if TYPE_CHECKING:
    from ..api import Run

__all__ = ["Script", "model_code", "plain_source", "script"]


def script(run: Run, given: Any = None) -> str:
    """A script that reads `weights.safetensors` beside it and prints what the page shows for this input; `--train` trains anew.

    `given` is text, or a (28, 28) array for pictures; the pinned input, or the first held-out picture, if left out.
    """
    if given is None:
        given = first_input(run.task)
    return Script(run.recipe, run.task, run.model, run.metrics).whole(given)


def model_code(run: Run) -> dict[str, str]:
    """The model as sections: "model" is whole, can be run, and its `build(ModelOptions())` takes the run's weights; "encoder",
    "attention" and "decoder" are its parts to read, where it has them."""
    return Script(run.recipe, run.task, run.model, run.metrics).sections


def plain_source(obj: Any) -> str:
    """The source of a class, function or method, or of a module's class, as it reads without taps and traces."""
    return _plain_source(type(obj) if isinstance(obj, nn.Module) else inspect.unwrap(obj))  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _plain_source(obj: Any) -> str:
    text = textwrap.dedent(inspect.getsource(obj))
    return tidy(unmarked(plain(text)), text)
