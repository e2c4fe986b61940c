"""Three parts of all examples: one trains, one steers, one judges.

What is drawn or chosen by looking at a score is fitted to it, if only a little: when a training ends early and which weights it keeps
is decided on "validation", and no number that is reported comes from there. "test" is looked at when all is over. A part is chosen by a
hash of what siblings share (two ways to write one day, two beginnings of one story), so that no example gives its sibling away.
"""

from __future__ import annotations

import math
from typing import Literal
from zlib import crc32

from torch import Tensor

HeldOutPart = Literal["validation", "test"]
Part = Literal["train"] | HeldOutPart

TENTHS: dict[int, HeldOutPart] = {0: "validation", 5: "test"}  # by the last digit of a hash; all others train
CORNERS = 1 / 50  # of what is trained on: inputs at the edges of what is taught, which chance would hardly draw


def part_of(group: str) -> Part:
    """The part of all examples that are siblings under this name."""
    return TENTHS.get(crc32(group.encode()) % 10, "train")


def lies_in(part: Part, hashes: Tensor) -> Tensor:
    """Which of these hashes (B,) belong to a part. (B,)"""
    tenth = hashes % 10
    if part == "train":
        return (tenth != 0) & (tenth != 5)
    return tenth == next(digit for digit, name in TENTHS.items() if name == part)


def interval(share: float, n: int) -> tuple[float, float]:
    """In which range a share of `n` independent inputs leaves the true one, with 95 % confidence.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927: it stays within 0..1 and has a
    width even where all were right.
    """
    z = 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
