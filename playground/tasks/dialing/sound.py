"""Recordings as they come: any usual rate, whole numbers or floats, one channel or several, made 8,000 samples a second.

    hear((44_100, int16 samples of shape (T, 2)))   →   float32 samples of shape (T · 8,000 / 44,100,), from −1 to 1

What cannot be heard is refused with a sentence that says what was given, what is allowed and what to do.
"""

from __future__ import annotations

from math import gcd
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import InputError
from ...options import show
from .tones import RATE, WINDOW, spectrogram

SECONDS = 10.0  # the longest recording
RATES = (8_000, 192_000)
CHANNELS = 8
QUIET = 1e-3  # amplitude, in the band of the tones, below which nothing is heard
TOP = 2.0  # of float samples, which should lie in −1..1


def hear(given: Any) -> Tensor:
    """The samples (T,) of `(rate, samples)` at 8,000 a second, channels mixed. Raises InputError."""
    rate, samples = _pair(given)
    bounded(rate, len(samples))
    seconds = len(samples) / rate
    if seconds * RATE < WINDOW:
        raise InputError(f"The recording lasts {seconds * 1000:.0f} ms; at least {1000 * WINDOW // RATE} ms are needed. Give a longer one.")
    mixed = _floats(samples)
    if mixed.ndim == 2:
        mixed = mixed.mean(1)
    heard = torch.from_numpy(_resampled(mixed, rate))
    if float(spectrogram(heard).max()) < QUIET:
        raise InputError("There is no sound found between 600 and 1,500 Hz, where telephone tones lie. Record again, louder or closer.")
    return heard


def bounded(rate: Any, count: int) -> None:
    """Raises InputError for a rate that is not read, and for so many samples that they last too long."""
    if isinstance(rate, bool) or not isinstance(rate, int | np.integer) or not RATES[0] <= rate <= RATES[1]:
        raise InputError(
            f"The recording has {show(rate)} samples a second; allowed are {RATES[0]:,} to {RATES[1]:,}. Save it at 8,000 or 44,100."
        )
    if count > SECONDS * rate:
        lasts = _time(count / float(rate))
        raise InputError(f"The recording lasts {lasts}; at most {SECONDS:g} seconds are read. Cut it to the part with the tones.")


def brought(rate: int, samples: bytes) -> bytes:
    """A recording of 16-bit samples at 8,000 a second, as it is kept. Raises InputError."""
    heard = hear((rate, np.frombuffer(samples, dtype="<i2")))
    return samples if rate == RATE else (heard.clamp(-1, 1) * 32_767).round().numpy().astype("<i2").tobytes()


def as_int16(samples: Tensor) -> NDArray[np.int16]:
    """Samples as a sound file holds them, the loudest just below the most that fits; what is soft stays soft."""
    loudest = max(float(samples.abs().max()), 1.0)
    return (samples.numpy() * (32_000 / loudest)).round().astype(np.int16)


def _pair(given: Any) -> tuple[int, NDArray[Any]]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise InputError(f"A recording is a pair (samples a second, samples), not {show(given)}.")
    rate, samples = given
    bounded(rate, 0)
    try:
        samples = np.asarray(samples)
    except (TypeError, ValueError):
        samples = np.zeros((0, 0, 0))
    if samples.dtype.kind not in "iuf" or samples.ndim not in (1, 2) or (samples.ndim == 2 and not 1 <= samples.shape[1] <= CHANNELS):
        raise InputError(
            f"The samples are {samples.dtype} of shape {samples.shape}; they must be numbers of shape (samples,) or "
            f"(samples, channels) with up to {CHANNELS} channels."
        )
    return int(rate), samples


def _floats(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Samples from −1 to 1: whole numbers divided by the most that their type holds, unsigned ones moved to the middle."""
    if samples.dtype.kind in "iu":
        about = np.iinfo(samples.dtype)
        middle = (about.max + 1) / 2 if samples.dtype.kind == "u" else 0.0
        return ((samples - middle) / (middle or about.max + 1.0)).astype(np.float32)
    if not np.isfinite(samples).all():
        raise InputError(f"The recording is damaged: {int((~np.isfinite(samples)).sum()):,} of its samples are no numbers. Save it again.")
    if np.abs(samples).max() > TOP:
        raise InputError(f"The samples reach {np.abs(samples).max():.3g}; floats must lie between −1 and 1. Divide them by the loudest.")
    return samples.astype(np.float32)


def _resampled(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    if rate == RATE:
        return np.ascontiguousarray(samples)
    from scipy.signal import resample_poly  # imported when first needed

    shared = gcd(RATE, rate)
    return np.ascontiguousarray(resample_poly(samples, RATE // shared, rate // shared), dtype=np.float32)


def _time(seconds: float) -> str:
    return f"{seconds:.1f} seconds" if seconds < 120 else f"{seconds / 60:.1f} minutes"
