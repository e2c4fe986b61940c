"""Write checkpoints/cards.json, what the gallery shows of each task, from the shipped runs:

python -m playground.tools.cards

What trained models write of the inputs that visitors find is computed here once, not typed, and not by every server: the vocabularies of
all tasks take seconds to make.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

from .. import api, models, tasks
from ..wire import pack

FILE = api.SHIPPED / "cards.json"


def cards() -> dict[str, dict[str, Any]]:
    """A card for each task by its id."""
    return {task.id: card(task) for task in tasks.ordered()}


def card(task: type[tasks.Task]) -> dict[str, Any]:
    """The input that a visitor finds, as text or as a picture, and what the model that the task opens with makes of it.

    Of a task of which no trained model is shipped nothing is written; its example says what it is about.
    """
    runs = list(_shipped(task))
    said: dict[str, Any] = {"id": task.id, "about": task.description, "seconds": min((run.train_seconds for run in runs), default=None)}
    if not runs:
        return {**said, "reads": task.example, "writes": None}
    run = runs[0]
    given = run.task.first()
    trace = run.explore(given.model_input(run.task))
    canvas = None if trace.sensed is None else run.task.canvas(trace.sensed, 1)
    if trace.reconstruction is not None and trace.reconstruction.ndim == 1:
        return {**said, "reads": given.text, "writes": " ".join(f"{v:.2g}" for v in trace.reconstruction)}
    if trace.reconstruction is not None:
        return {**said, "reads": _picture(trace.picture), "writes": _picture(trace.reconstruction)}
    if canvas is None:
        return {**said, "reads": given.text, "writes": trace.output}
    return {**said, "reads": _picture(canvas[0] if canvas[0].ndim == 3 else 1 - canvas[0]), "writes": trace.output}


def _shipped(task: type[tasks.Task]) -> Iterator[api.Run]:
    """The runs of a task that are shipped, that of the architecture with which the page opens before others."""
    fitting = sorted((a for a in models.ordered() if a.fits(task)), key=lambda a: a.id != "attention_seq2seq")
    paths = (api.shipped_path(a.id, task.id) for a in fitting)
    return (api.load(path) for path in paths if path.exists())


def _picture(values: Any) -> dict[str, Any]:
    """Ink (rows, columns) or colours (rows, columns, 3) in 0..1, as bytes."""
    return pack((np.asarray(values).clip(0, 1) * 255).round().astype(np.uint8))


def write() -> None:
    FILE.write_bytes(orjson.dumps(cards(), option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    write()
