"""Telephone keys heard: a noisy recording of keypad tones to the digits that were pressed. Tones, not speech.

    source   spectrogram of beep, beep, beep: (F, 30), a frame every 16 ms     (keys 0, 4, 2)
    target   0 4 2

Nobody says where a key begins or ends. Its two tones tell which one it is, their level and the noise differ from key to key and
from recording to recording, and the same key twice is told from one long press by the gap alone. Attention has to walk from
left to right, one key a step: the plainest case of what aligns text with speech.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate, pairwise
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

from ...errors import InputError
from ...options import integer, number
from ...vocabulary import EOS, PAD, Vocabulary, graphemes, normalise
from .. import Batch, Given, Reading, SensedTask, Sound, Typed, register
from ..digit_strings import distinct, drawn_from
from ..parts import HeldOutPart, Part
from ..typed import letters, separated
from .sound import as_int16, hear
from .tones import (
    BINS,
    GAP,
    HOP,
    MARGIN,
    RATE,
    TONE,
    WINDOW,
    as_pressed_in_training,
    decibels,
    dial,
    frame_count,
    has_keys,
    keys_heard,
    manner,
    spectrogram,
)

KEYS = Vocabulary("0123456789")
FIRST = KEYS.ids["0"]
TRAIN, VALIDATION, TEST = 4_096, 512, 1_024
AT_ONCE = 32  # recordings of like length made together
MAX_TEXT = 200  # characters
MOST_KEYS = 16  # that a visitor may type
NO_KEYS = "No telephone tones were found in this recording, so what is written is a guess: the model knows nothing else."


@dataclass(frozen=True)
class DialingOptions:
    min_length: int = integer(3, 1, 8, "Fewest keys", "Keys in the shortest training recording")
    max_length: int = integer(8, 1, 8, "Most keys", "Keys in the longest training recording")
    noise: float = number(0.4, 0.0, 1.0, "Noise", "Standard deviation of the loudest noise; a tone has an amplitude of 0.2 to 1.3", 0.05)

    def __post_init__(self) -> None:
        if self.min_length > self.max_length:
            raise InputError(
                f"min_length is {self.min_length} and max_length is {self.max_length}; "
                "the shortest recording must not have more keys than the longest."
            )


class Pool(NamedTuple):
    """Recordings made once: frames (N, F, BINS) in half precision, how many are real (N,), and targets (N, T)."""

    frames: Tensor
    counts: Tensor
    targets: Tensor

    def batch(self, rows: Tensor) -> Batch:
        counts = self.counts[rows]
        real = torch.arange(int(counts.max())) < counts[:, None]
        return Batch(self.frames[rows, : real.shape[1]].float() * real[..., None], self.targets[rows], real)


@register
class Dialing(SensedTask):
    id = "dialing"
    title = "Telephone keys"
    description = "Hear keypad tones (not speech) and write the digits. Attention walks along the recording, one key a step."
    example = "♪ ♪ ♪ → 0 4 2"
    order = 190
    kind = "sound"
    reads = (Typed, Sound)
    unit = "key"
    Options = DialingOptions
    options: DialingOptions
    target_vocabulary = KEYS
    features = BINS
    examples = ("042", "5550199", "11235813")
    pinned = "0427"
    baseline = ("rule: two loudest tones of each frame", 0.97)

    @property
    def trained_frames(self) -> int:
        """The most that so many keys can take, pressed slowly."""
        return round((self.options.max_length * (TONE[1] + GAP[1]) + 2 * MARGIN[1]) * RATE / HOP)

    @property
    def trained_lengths(self) -> tuple[int, int]:
        return self.options.min_length, self.options.max_length

    def render(self, text: str) -> Reading:
        keys = self.parse(text)
        samples = self.play(keys)
        read_as = None if letters(text) == "".join(keys) else self.join(keys)
        return Reading(decibels(spectrogram(samples))[None], read_as=read_as, text=self.join(keys), shown=(RATE, as_int16(samples)))

    def perceive(self, given: Any) -> Reading:
        """Typed digits are dialled, the same every time; a recording is `(samples a second, samples)`. Raises InputError."""
        if isinstance(given, str):
            return self.render(given)
        recorded = hear(given)
        samples = as_pressed_in_training(recorded)
        heard = spectrogram(samples)
        doubt = self.doubt(("",) * keys_heard(heard)) if has_keys(heard) else NO_KEYS
        read_as = "the same with shorter tones and pauses, as long as those that were taught" if len(samples) < len(recorded) else None
        return Reading(decibels(heard)[None], shown=(RATE, as_int16(samples)), read_as=read_as, doubt=doubt)

    def recorded(self, rate: Any, samples: bytes) -> Given:
        self.perceive((rate, np.frombuffer(samples, dtype="<i2")))
        return Sound(rate, samples)

    def play(self, keys: tuple[str, ...]) -> Tensor:
        """The recording of these keys, (T,): hand and noise follow from the keys themselves."""
        generator = torch.Generator().manual_seed(crc32("".join(keys).encode()))
        how = manner(1, len(keys), self.options.noise, generator)
        samples, _ = dial(torch.tensor([[int(k) for k in keys]]), torch.tensor([len(keys)]), how, generator)
        return samples[0]

    def parse(self, text: str) -> tuple[str, ...]:
        """The keys of typed digits, spaces and marks between them left out. Raises InputError."""
        if not isinstance(text, str):
            raise InputError(f"The keys must be text such as 0 4 2, not {type(text).__name__}.")
        if len(text) > MAX_TEXT:
            raise InputError(f"The input has {len(text):,} characters; at most {MAX_TEXT} are read. Type up to {MOST_KEYS} digits.")
        keys = tuple(t for t in graphemes(separated(normalise(text))) if not t.isspace())
        if not keys:
            raise InputError("Type some digits to dial, for example 0 4 2.")
        KEYS.encode(keys)
        if len(keys) > MOST_KEYS:
            raise InputError(f"The input has {len(keys)} digits; at most {MOST_KEYS} are dialled. Remove {len(keys) - MOST_KEYS}.")
        return keys

    def places(self, reading: Reading, count: int) -> tuple[str, ...]:
        """The middle of the two frames of each state, in seconds."""
        return tuple(f"{(s * 2 * HOP + HOP / 2 + WINDOW / 2) / RATE:.2f} s" for s in range(count))

    def grid(self, count: int) -> tuple[int, int]:
        return 1, count

    def picture(self, source: Tensor) -> Tensor:
        """Ink on paper: time from the left, low tones at the bottom."""
        return 1 - ((1 + source.clamp(-1, 1)) / 2).square().T.flip(0)

    def max_steps(self, source_length: int = 0) -> int:
        return 2 * MOST_KEYS

    def random_text(self, generator: torch.Generator) -> str:
        digits, lengths = drawn_from("test", partial(_draw, self.options), 1, generator)
        return "".join(map(str, digits[0, : int(lengths[0])].tolist()))

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        return _pool(self.options).batch(torch.randint(TRAIN, (count,), generator=generator))

    def held_out(self, part: HeldOutPart, count: int) -> Batch:
        first, last = _bounds(self.options)[part]
        return _pool(self.options).batch(torch.arange(first, min(last, first + count)))


@lru_cache(maxsize=4)
def _pool(options: DialingOptions) -> Pool:
    """The recordings of all strings: two seconds of computing."""
    generator = torch.Generator().manual_seed(0)
    digits, lengths = (torch.cat(parts) for parts in zip(*_strings(options).values(), strict=True))
    how = manner(len(lengths), digits.shape[1], options.noise, generator)
    parts, counts = [], torch.zeros_like(lengths)
    together = torch.split(lengths.argsort(stable=True), AT_ONCE)
    for rows in together:
        keys = int(lengths[rows].max())
        samples, ends = dial(digits[rows, :keys], lengths[rows], how.rows(rows, keys), generator)
        parts.append(decibels(spectrogram(samples)).half())
        counts[rows] = frame_count(ends)
    frames = torch.zeros(len(lengths), max(p.shape[1] for p in parts), BINS, dtype=torch.half)
    for rows, part in zip(together, parts, strict=True):
        frames[rows, : part.shape[1]] = part
    targets = torch.full((len(lengths), digits.shape[1] + 1), PAD)
    targets[:, :-1] = torch.where(torch.arange(digits.shape[1]) < lengths[:, None], digits + FIRST, PAD)
    targets[torch.arange(len(lengths)), lengths] = EOS
    return Pool(frames, counts, targets)


@lru_cache(maxsize=4)
def _strings(options: DialingOptions) -> dict[Part, tuple[Tensor, Tensor]]:
    """Digits (N, K) and lengths (N,) of each part; no two that are held out are alike."""
    draw = partial(_draw, options)
    train = drawn_from("train", draw, TRAIN, torch.Generator().manual_seed(0))
    return {"train": train, "validation": distinct("validation", draw, VALIDATION), "test": distinct("test", draw, TEST)}


def _bounds(options: DialingOptions) -> dict[Part, tuple[int, int]]:
    """The first row of each part in the pool, and the first past it."""
    ends = list(accumulate(len(lengths) for _, lengths in _strings(options).values()))
    return dict(zip(_strings(options), pairwise([0, *ends]), strict=True))


def _draw(options: DialingOptions, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    lengths = torch.randint(options.min_length, options.max_length + 1, (count,), generator=generator)
    digits = torch.randint(10, (count, options.max_length), generator=generator)
    return digits * (torch.arange(options.max_length) < lengths[:, None]), lengths
