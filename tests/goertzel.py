"""Keypad tones found without the project's own code: Goertzel's filter at the seven frequencies, every 10 ms, in plain numpy.

G. Goertzel, "An Algorithm for the Evaluation of Finite Trigonometric Series", 1958.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477)
KEYS = ("123", "456", "789", "*0#")
HOP, WINDOW = 80, 200


def detected(samples: NDArray[np.float64], rate: int = 8_000) -> str:
    """The keys that sound in these samples."""
    starts = range(0, len(samples) - WINDOW, HOP)
    powers = np.array([[power(samples[i : i + WINDOW], hertz, rate) for hertz in LOW + HIGH] for i in starts])
    low, high = powers[:, :4], powers[:, 4:]
    weaker = np.minimum(low.max(1), high.max(1))
    sounding = weaker > 0.02 * weaker.max()
    written, before = "", None
    for on, row, column in zip(sounding, low.argmax(1), high.argmax(1), strict=True):
        now = KEYS[row][column] if on else None
        if now is not None and now != before:
            written += now
        before = now
    return written


def power(samples: NDArray[np.float64], hertz: float, rate: int) -> float:
    turn = 2 * np.cos(2 * np.pi * hertz / rate)
    one = two = 0.0
    for sample in samples.tolist():
        one, two = sample + turn * one - two, one
    return one * one + two * two - turn * one * two
