"""The visitor's own pictures, 28 × 28 pixels each.

    input    784 pixels of a picture that somebody brought
    target   the same 784 pixels, through a code of few numbers

Without pictures of one's own it holds little faces drawn by a program. Nobody has named what they show: there are no classes to tell a
model, to colour a map by or to leave out. A tenth of them, chosen by a hash of their pixels, steers a training and a tenth judges it.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ...options import key
from .. import PictureTask, register
from ..brought import access
from ..brought.shelf import KEY
from ..parts import Part
from . import store
from .faces import faces

JUDGING, STEERING = 10, 5  # pictures at least; else a tenth


@dataclass(frozen=True)
class AlbumOptions:
    pictures: str = key("", KEY.pattern, "Pictures", "Which kept pictures; none for the example")


@register
class OwnPictures(PictureTask):
    id = "pictures"
    title = "Your own pictures"
    description = "Bring 50 to 2,000 pictures, and squeeze each through a small code."
    example = "784 → z → 784"
    group = "Your own"
    labelled = False
    order = 220
    Options = AlbumOptions
    options: AlbumOptions

    def __init__(self, options: AlbumOptions | None = None) -> None:
        super().__init__(options)
        self.packed = store.fetch(self.options.pictures).packed if self.options.pictures else example()

    def pictures(self, part: Part) -> tuple[Tensor, Tensor]:
        chosen = divided(self.packed)[part]
        return chosen, torch.zeros(len(chosen), dtype=torch.long)

    def as_data(self, drawn: Tensor) -> Tensor:
        """On a dark ground where most of these pictures have one."""
        edge = self.pictures("train")[0].view(-1, 28, 28)
        dark = torch.cat([edge[:, 0], edge[:, -1], edge[:, :, 0], edge[:, :, -1]], dim=1).median() > 0.5
        return 1 - drawn if dark else drawn

    def seen_by(self, browser: str) -> bool:
        return not self.options.pictures or access.seen_by(self.options.pictures, browser)


def pictures_of(packed: str) -> Tensor:
    """Bytes (N, 784) of a text, ink is 255."""
    return torch.frombuffer(bytearray(zlib.decompress(base64.b64decode(packed))), dtype=torch.uint8).view(-1, 784)


@lru_cache(maxsize=1)
def example() -> str:
    """The little faces."""
    return store.pack((faces() * 255).round().byte().numpy())


@lru_cache(maxsize=4)
def divided(packed: str) -> dict[Part, Tensor]:
    """Pictures (N, 784) in 0..1 of every part: those with the lowest hashes judge, the next ones steer."""
    every = pictures_of(packed)
    order = sorted(range(len(every)), key=lambda i: zlib.crc32(every[i].numpy().tobytes()))
    judging = max(JUDGING, len(order) // 10)
    steering = judging + max(STEERING, len(order) // 10)
    rows: dict[Part, list[int]] = {"test": order[:judging], "validation": order[judging:steering], "train": order[steering:]}
    return {part: every[rows[part]] / 255 for part in rows}
