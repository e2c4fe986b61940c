"""What the pad for drawn scenes needs to know: shapes, colours, and what lies where on the stage. JSON-able values, no Gradio."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from ..tasks.given import SIDE
from ..tasks.scenes.task import RGB
from ..tasks.scenes.text import COLOURS, HALF, HIGH, LOW, SHAPES, read_scene
from .visit import Visit


def pad(visit: Visit) -> dict[str, Any]:
    """The things of a typed scene can be moved on; of a picture without words nothing is known."""
    return {
        "side": SIDE,
        "half": HALF,
        "low": LOW,
        "high": HIGH,
        "shapes": list(SHAPES),
        "colours": [[name, [round(255 * v) for v in rgb]] for name, rgb in zip(COLOURS, RGB.tolist(), strict=True)],
        "things": [[thing.colour, thing.shape, round(thing.x), round(thing.y)] for thing in _things(visit)],
    }


def _things(visit: Visit) -> tuple[Any, ...]:
    try:
        return read_scene(visit.given)[0] if isinstance(visit.given, str) else ()
    except InputError:  # what is on the stage stays there while something wrong is typed
        return ()
