"""A sound as the page plays and draws it."""

from __future__ import annotations

import base64
from typing import Any

from ...tasks import Reading
from ...tasks.dialing.tones import BINS, FIRST, RATE, WINDOW
from ...wire import pack


def heard(sensed: Reading) -> dict[str, Any]:
    """Its samples, what the model sees of them, and how long they last, in seconds."""
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
