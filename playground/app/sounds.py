"""What the page does with sounds: recordings that a browser sends, and what it needs to draw and play one."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np

from ..errors import InputError
from ..options import show
from ..tasks import Sensed, SensedTask
from ..tasks.dialing.sound import SECONDS
from ..tasks.dialing.tones import BINS, FIRST, RATE, WINDOW
from ..wire import pack
from .visit import Visit

MOST_BYTES = 2 * RATE * 600  # whatever is longer than ten minutes is not even decoded
KEYS = 16
LIMITS = {"seconds": SECONDS, "keys": KEYS}


def with_recording(visit: Visit, data: dict[str, Any]) -> Visit:
    """A recording put on the stage: `rate` samples a second, `samples` 16-bit whole numbers in base64. Raises InputError."""
    task, rate, text = visit.task, data.get("rate"), data.get("samples")
    if not isinstance(task, SensedTask) or task.kind != "sound":
        raise InputError("This task hears nothing; choose one that reads sounds.")
    if not isinstance(text, str):
        raise InputError(f"A recording is 16-bit samples in base64, not {show(text)}.")
    if len(text) > MOST_BYTES * 4 / 3 + 4:
        raise InputError(
            f"The recording lasts more than ten minutes; at most {SECONDS:g} seconds are read. Cut it to the part with the tones."
        )
    try:
        samples = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("The recording is damaged: it is no base64. Record or upload it again.") from None
    if len(samples) % 2:
        raise InputError(f"The recording is damaged: {len(samples):,} bytes are no 16-bit samples. Record or upload it again.")
    task.perceive((rate, np.frombuffer(samples, dtype="<i2")))
    return visit.with_input(("sound", rate, samples))


def shown(sensed: Sensed) -> dict[str, Any]:
    """The sound of a scene: its samples, what the model sees of them, and how long they last."""
    rate, samples = sensed.shown
    step = RATE / WINDOW
    return {
        "rate": rate,
        "samples": base64.b64encode(samples.astype("<i2").tobytes()).decode("ascii"),
        "seconds": len(samples) / rate,
        "frames": pack(sensed.source[0].numpy()),
        "hertz": [round(FIRST * step), round((FIRST + BINS - 1) * step)],
        "text": sensed.text,
    }
