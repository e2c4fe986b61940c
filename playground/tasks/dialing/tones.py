"""Telephone keypad tones and what is heard of them: samples from keys, and frames of a spectrogram from samples.

Every key sounds two sines at once, one for its row and one for its column (ITU-T Q.23), so that no voice and no hum is taken
for a key (Q.24 says how fast and how uneven they may come):

              1209  1336  1477 Hz
     697 Hz     1     2     3
     770 Hz     4     5     6            5 sounds  sin(2π 770 t) + sin(2π 1336 t)
     852 Hz     7     8     9
     941 Hz           0

These are tones, not speech. A spectrogram row covers 32 ms: how much of each frequency it holds, in decibels below the
loudest of the recording. Shapes: N recordings, K keys, T samples, F frames, BINS frequencies.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

RATE = 8_000  # samples a second, as on a telephone line
LOW, HIGH = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0)
ROWS, COLUMNS = (3, 0, 0, 0, 1, 1, 1, 2, 2, 2), (1, 0, 1, 2, 0, 1, 2, 0, 1, 2)  # of the digits 0 to 9

WINDOW, HOP = 256, 128  # samples: a row covers 32 ms, and the next begins 16 ms later
FIRST, BINS = 19, 30  # rows hold 594 to 1,500 Hz, 31.25 Hz apart: all seven tones and little else
FLOOR = 40.0  # decibels below the loudest that count as silence

TONE, GAP = (0.06, 0.14), (0.045, 0.12)  # seconds that a key sounds, and until the next one
RAMP = 0.004  # seconds in which a tone swells and fades: no click
MARGIN = (0.02, 0.2)  # seconds of noise before the first key, and after the last one's gap
LEVEL, TWIST = (0.25, 1.0), 0.6  # loudness of a key; natural logarithm by which its two tones may differ
PURE, LEAST = 0.65, 3  # share of a frame's power in two tones that makes it a key's; as many such frames a key has at least
FAINT = 0.5  # share that may be a weak key's
REST, ENDS = 0.06, 0.12  # seconds that are left of a pause on either side of a key, and around all of them
LONG, LEFT = 0.18, 0.1  # seconds from which on a tone is longer than in training, and that are left of it
JOIN = 64  # samples on either side of a cut that must fit each other


class Manner(NamedTuple):
    """How keys are pressed: seconds of each tone and of the gap after it, amplitudes of both sines, all (N, K); the standard
    deviation of the noise, and seconds before the first key and after the last gap, all (N,)."""

    tone: Tensor
    gap: Tensor
    low: Tensor
    high: Tensor
    noise: Tensor
    lead: Tensor
    trail: Tensor

    def rows(self, chosen: Tensor, keys: int) -> Manner:
        """Of these recordings, the first so many keys."""
        return Manner(*(part[chosen][:, :keys] if part.dim() == 2 else part[chosen] for part in self))


def manner(count: int, keys: int, noise: float, generator: torch.Generator) -> Manner:
    """Hands of different speed: each recording has its own pace, from which its keys stray a little, and its own noise.

    The noise has a standard deviation from 0 to `noise`, more often small than large.
    """

    def between(limits: tuple[float, float], *shape: int) -> Tensor:
        return limits[0] + (limits[1] - limits[0]) * torch.rand(*shape, generator=generator)

    pace, stray = torch.rand(count, 1, generator=generator), torch.rand(count, 2 * keys, generator=generator)
    share = (0.7 * pace + 0.3 * stray)[:, :, None]  # (N, 2K, 1)
    seconds = torch.tensor([TONE[0], GAP[0]]) + share * torch.tensor([TONE[1] - TONE[0], GAP[1] - GAP[0]])
    level, twist = between(LEVEL, count, keys), between((-TWIST / 2, TWIST / 2), count, keys).exp()
    hiss = noise * torch.rand(count, generator=generator).square()
    lead, trail = between(MARGIN, count), between(MARGIN, count)
    return Manner(seconds[:, :keys, 0], seconds[:, keys:, 1], level * twist, level / twist, hiss, lead, trail)


def dial(
    digits: Int[Tensor, "count keys"], lengths: Int[Tensor, " count"], how: Manner, generator: torch.Generator
) -> tuple[Float[Tensor, "count samples"], Int[Tensor, " count"]]:
    """The sound of digit strings, zero-filled past their lengths, and where each recording ends, in samples."""
    real = torch.arange(digits.shape[1]) < lengths[:, None]
    parts = torch.stack([how.tone, how.gap], dim=2).mul(RATE).round().long() * real[..., None]  # (N, K, 2)
    lead, trail = (seconds.mul(RATE).round().long() for seconds in (how.lead, how.trail))
    begin = lead[:, None] + parts.sum(2).cumsum(1) - parts.sum(2)  # (N, K): where each key starts to sound
    ends = lead + parts.sum((1, 2)) + trail
    time = torch.arange(int(ends.max()))
    key = (torch.searchsorted(begin, time.expand(len(digits), -1).contiguous(), right=True) - 1).clamp(min=0)
    key = torch.minimum(key, lengths[:, None] - 1)  # (N, T): the key whose turn it is
    since = (time - begin.gather(1, key)).float()  # samples since it began
    left = parts[..., 0].gather(1, key) - since
    swell = (torch.minimum(since, left) / (RAMP * RATE)).clamp(0, 1)  # 0 in the gaps
    turns = since * (2 * math.pi / RATE)
    rows, columns = torch.tensor(LOW)[torch.tensor(ROWS)][digits], torch.tensor(HIGH)[torch.tensor(COLUMNS)][digits]
    sines = how.low.gather(1, key) * torch.sin(turns * rows.gather(1, key))
    sines += how.high.gather(1, key) * torch.sin(turns * columns.gather(1, key))
    hiss = torch.randn(sines.shape, generator=generator) * how.noise[:, None]
    return (swell * sines + hiss) * (time < ends[:, None]), ends


def spectrogram(samples: Float[Tensor, "*count samples"]) -> Float[Tensor, "*count frames {BINS}"]:
    """Amplitude of every frequency in every frame: a Fourier transform of only the wanted frequencies is one matrix product."""
    frames = samples.unfold(-1, WINDOW, HOP)  # (N, F, WINDOW)
    cosine, sine = (frames @ basis for basis in _basis())
    return (cosine.square() + sine.square()).sqrt()


def has_keys(amplitudes: Float[Tensor, "frames {BINS}"]) -> bool:
    """Whether some key sounds in a spectrogram: whether one tone of a row and one of a column hold most of a few frames.

    Under the loudest noise of training, the third best frame of a key has a share of .67 at least; of white noise, .62 at most.
    """
    return int(_keyed(amplitudes, PURE, 50).sum()) >= LEAST


def keys_heard(amplitudes: Float[Tensor, "frames {BINS}"]) -> int:
    """How many keys sound one after the other, by the two loudest tones of each frame: of training recordings right in 97 %."""
    return sum(stop - start >= LEAST for start, stop in _runs(amplitudes))


def as_pressed_in_training(samples: Float[Tensor, " samples"]) -> Float[Tensor, " fewer"]:
    """A recording whose pauses before, between and after keys, and whose tones, are no longer than in training; untouched if no key
    sounds in it."""
    if not has_keys(spectrogram(samples)):
        return samples
    for start, stop in reversed(_runs(spectrogram(samples))):
        samples = _shortened(samples, start * HOP, (stop - 1) * HOP + WINDOW)
    return _without_pauses(samples)


def _without_pauses(samples: Float[Tensor, " samples"]) -> Float[Tensor, " fewer"]:
    rest, ends = int(REST * RATE), int(ENDS * RATE)
    samples = torch.nn.functional.pad(samples, (ends, ends))
    starts = HOP * _keyed(spectrogram(samples), FAINT, 400).nonzero()[:, 0]
    first, last = int(starts[0]), int(starts[-1]) + WINDOW
    kept = torch.zeros(len(samples), dtype=torch.bool)
    kept[max(0, first - ends) : first] = kept[last : last + ends] = True
    for start in starts.tolist():
        kept[max(0, start - rest) : start + WINDOW + rest] = True
    return samples[kept]


def _shortened(samples: Float[Tensor, " samples"], start: int, stop: int) -> Float[Tensor, " fewer"]:
    """The tone between these samples, its middle taken out where it is too long: as much as leaves the waves in step."""
    if stop - start <= LONG * RATE:
        return samples
    before = start + int(LEFT * RATE / 2)
    after = stop - int(LEFT * RATE / 2) - 2 * JOIN
    fits = samples[after - JOIN : after + 3 * JOIN].unfold(0, 2 * JOIN, 1) @ samples[before - JOIN : before + JOIN]
    return torch.cat([samples[:before], samples[after + int(fits.argmax()) :]])


def _runs(amplitudes: Float[Tensor, "frames {BINS}"]) -> list[tuple[int, int]]:
    """The first frame of each key that sounds, and the first past it."""
    power = amplitudes.square()
    rows, columns = (torch.stack([power[:, b - 1 : b + 2].sum(1) for b in _bins(tones)]).argmax(0) for tones in (LOW, HIGH))
    keys = torch.where(_keyed(amplitudes, FAINT, 400), 3 * rows + columns, -1).tolist()
    runs: list[tuple[int, int]] = []
    before = -1
    for frame, key in enumerate(keys):
        if key != -1 and key == before:
            runs[-1] = (runs[-1][0], frame + 1)
        elif key != -1:
            runs.append((frame, frame + 1))
        before = key
    return runs


def _keyed(amplitudes: Float[Tensor, "frames {BINS}"], share: float, below: float) -> Bool[Tensor, " frames"]:
    """Frames with this share of their power in a row's and a column's tone, and no more than so many times below the loudest's."""
    power = amplitudes.square()
    row, column = (torch.stack([power[:, b - 1 : b + 2].sum(1) for b in _bins(tones)]).amax(0) for tones in (LOW, HIGH))
    whole = power.sum(1)
    both = torch.minimum(row, column) > torch.maximum(row, column) / 20
    return both & (whole * below > whole.max()) & (row + column > share * whole)


def _bins(tones: tuple[float, ...]) -> list[int]:
    return [round(hertz * WINDOW / RATE) - FIRST for hertz in tones]


def frame_count(ends: Int[Tensor, " count"]) -> Int[Tensor, " count"]:
    """Frames that fit whole into so many samples."""
    return (ends - WINDOW) // HOP + 1


def decibels(amplitudes: Float[Tensor, "*count frames bins"]) -> Float[Tensor, "*count frames bins"]:
    """Amplitudes as what the model reads: 1 at the loudest of the recording, −1 at FLOOR decibels below it and less.

    Loudness and the amplifier between cancel, so a quiet recording reads like a loud one.
    """
    loudest = amplitudes.amax((-2, -1), keepdim=True).clamp(min=1e-12)
    below = 20 * torch.log10((amplitudes / loudest).clamp(min=10 ** (-FLOOR / 20)))
    return 1 + 2 * below / FLOOR


@cache
def _basis() -> tuple[Tensor, Tensor]:
    """Cosines and sines of the wanted frequencies under a Hann window, which keeps a tone from leaking far. (WINDOW, BINS) each"""
    time = torch.arange(WINDOW, dtype=torch.float64)[:, None]
    angle = 2 * math.pi * time * (FIRST + torch.arange(BINS, dtype=torch.float64)) / WINDOW
    window = torch.hann_window(WINDOW, dtype=torch.float64)[:, None] * (2 / WINDOW)
    return (window * angle.cos()).float(), (window * angle.sin()).float()
