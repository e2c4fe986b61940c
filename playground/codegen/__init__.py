"""Code for what is on the screen, taken from the very source that the page runs.

`script(run, "3 1 4")` is one stand-alone script that needs torch and numpy only, `notebook(run, "3 1 4")` the same in cells;
`model_code(run)` the model and its parts by themselves; `plain_source(thing)` one class, function or method without its watching.
"""

from __future__ import annotations

import inspect
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from ..storage.run import Run
    from .scripts import Script

__all__ = ["model_code", "notebook", "plain_source", "script"]


def script(run: Run, given: Any = None) -> str:
    """A script that reads `weights.safetensors` beside it and prints what the page shows for this input; `--train` trains anew.

    `given` is text, or a (28, 28) array for pictures; the pinned input, or the first held-out picture, if left out.
    """
    return _of(run).whole(given)


def notebook(run: Run, given: Any = None) -> dict[str, Any]:
    """The script as a notebook, plain data for a file that ends in .ipynb."""
    return _of(run).notebook(given)


def model_code(run: Run) -> dict[str, str]:
    """The model as sections: "model" is whole, can be run, and its `build(ModelOptions())` takes the run's weights; "encoder",
    "attention" and "decoder" are its parts to read, where it has them."""
    return _of(run).sections


def plain_source(thing: Any) -> str:
    """The source of a class, function or method, or of a module's class, as it reads without taps and traces."""
    kind: Any = type(thing) if isinstance(thing, nn.Module) else inspect.unwrap(thing)
    return _plain_source(kind)


@lru_cache(maxsize=256)
def _plain_source(thing: Any) -> str:
    from .export import busy
    from .layout import formatted
    from .plain import plain

    return formatted(busy(plain(textwrap.dedent(inspect.getsource(thing)))))


def _of(run: Run) -> Script:
    from .scripts import Script  # LibCST and Black cost half a second: imported when first needed

    return Script(run.recipe, run.task, run.model, run.metrics)
