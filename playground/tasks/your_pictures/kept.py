"""What became of a visitor's pictures, file by file: `read_pictures`.

A picture is put on white paper where it lets through, made grey, cut to the square in its middle and scaled to 28 × 28: dark is ink.
It is cut and not framed: bars beside a picture would be its strongest lines, and a code of few numbers would be spent on their width.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ..scenes.files import ALLOWED, MAX_BYTES, decoded
from . import store
from .files import File, files
from .task import OwnPictures, divided, example, pictures_of

FEWEST, MOST = 50, 2_000
SIDE = 28
LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
SHOWN = 3  # reasons that an error names


@dataclass(frozen=True, eq=False)
class Album:
    """Pictures as they are read: `pictures` (N, 28, 28) of ink in 0..255, their `names`, and `refused`: names and reasons. Each file that
    is no system's is in one of both lists.

    `task_options={"pictures": album}` trains on them; that is when they are written to this machine's store.
    """

    read: store.Kept

    @property
    def pictures(self) -> NDArray[np.uint8]:
        """All that were taken, (N, 28, 28), ink is 255."""
        return self.read.pictures.reshape(-1, SIDE, SIDE)

    @property
    def names(self) -> tuple[str, ...]:
        """What their files are called."""
        return self.read.names

    @property
    def refused(self) -> tuple[tuple[str, str], ...]:
        """Files that were not taken, each with the reason."""
        return self.read.refused

    @cached_property
    def parts(self) -> dict[str, int]:
        """How many of them train, steer and judge."""
        return {part: len(rows) for part, rows in divided(self.read.packed).items()}

    @cached_property
    def key(self) -> str:
        """The name under which they are kept; asking for it keeps them. Raises InputError where there are too few."""
        if len(self.names) < FEWEST:
            why = "; ".join(f"{name} {reason}" for name, reason in self.refused[:SHOWN])
            told = f" Refused: {len(self.refused):,}, such as: {why}." if why else ""
            many = "is 1 picture" if len(self.names) == 1 else f"are {len(self.names)} different pictures"
            raise InputError(f"There {many}; at least {FEWEST} are needed.{told} {ALLOWED}.")
        return store.keep(self.read)

    @property
    def options(self) -> dict[str, str]:
        """Options of the task that learns them."""
        return {"pictures": self.key}


def read_pictures(given: str | os.PathLike[str] | bytes | Iterable[str | os.PathLike[str] | tuple[str, bytes]]) -> Album:
    """Pictures of a folder, of a zip (its path or its bytes) or of a list of files (paths, or names with their bytes), by name.

    Each becomes 28 × 28 pixels of ink: turned as its EXIF says, on white paper where it lets through, grey, its middle cut square. What
    is no still PNG, JPEG, WebP, BMP or GIF of at most 5 MB, what stands there twice and what comes after 2,000 is refused, with a reason.
    Raises InputError where nothing can be read at all, and for a zip beyond all bounds before any of it is unpacked.
    """
    seen: dict[bytes, str] = {}
    refused: list[tuple[str, str]] = []
    for file in files(given):
        try:
            pixels = _pixels(file, len(seen))
            if pixels in seen:
                raise InputError(f"is the same picture as {seen[pixels]}")
            seen[pixels] = file.name
        except InputError as error:
            refused.append((file.name, str(error)))
    pictures = np.frombuffer(b"".join(seen), np.uint8).reshape(-1, SIDE**2)
    return Album(store.Kept(pictures, tuple(seen.values()), tuple(refused)))


def read_whole(given: list[tuple[str, bytes]]) -> Album:
    """The same of files' bytes, with all that follows from it, so that it can be sent on."""
    album = read_pictures(given)
    _ = album.read.packed  # kept there
    return album


def of(task: OwnPictures) -> Album:
    """The account of the pictures that a task learns."""
    if task.options.pictures:
        return Album(store.fetch(task.options.pictures))
    faces = pictures_of(example()).numpy()
    return Album(store.Kept(faces, tuple(f"face {n}" for n in range(1, len(faces) + 1)), ()))


def _pixels(file: File, taken: int) -> bytes:
    """784 bytes of ink. Raises InputError with the reason, as the end of a sentence that begins with the name."""
    if taken >= MOST:
        raise InputError(f"comes after {MOST:,} pictures; no more are learned")
    if file.size > MAX_BYTES:
        raise InputError(f"has {file.size / 2**20:,.1f} MB; at most {MAX_BYTES // 2**20} are read")
    data = file.read()
    if len(data) > MAX_BYTES:
        raise InputError(f"has more than {MAX_BYTES // 2**20} MB")
    try:
        colours: Any = decoded(data, SIDE)
    except InputError as error:
        raise InputError(_reason(str(error))) from None
    return ((1 - colours @ LUMINANCE) * 255).round().clip(0, 255).astype(np.uint8).tobytes()


def _reason(told: str) -> str:
    """What is wrong with a single picture; what is allowed is said once, and not of each."""
    why = told.partition(f". {ALLOWED}")[0]
    for whole, short in (("This file is ", "is "), ("This picture is ", "is "), ("The picture has ", "has "), ("The picture ", "")):
        if why.startswith(whole):
            return short + why.removeprefix(whole)
    return f"cannot be read: {why[0].lower()}{why[1:]}"
