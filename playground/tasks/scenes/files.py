"""Files of pictures: refused on their header, or cropped and scaled to what the task reads.

No picture is decoded before its header has said that it is one small still picture in a usual format.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ...errors import InputError
from ..given import SIDE

MAX_BYTES = 5 * 2**20
MAX_SIDE = 4_096
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I", "I;16")
ALLOWED = f"A still PNG, JPEG, WebP, BMP or GIF of at most 5 MB and {MAX_SIDE:,} pixels a side is read"


def decoded(data: bytes, side: int = SIDE) -> NDArray[np.float32]:
    """The file as (side, side, 3) in 0..1: its middle, scaled. Raises InputError: what was given, what is allowed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own warnings about size and palettes: the header decides here
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                _check(picture)
                picture.draft("RGB", (4 * side, 4 * side))  # a JPEG is decoded small at once
                small = ImageOps.fit(_coloured(ImageOps.exif_transpose(picture)), (side, side), Image.Resampling.BOX)
        except (InputError, MemoryError):
            raise
        except (UnidentifiedImageError, Image.DecompressionBombError):
            raise InputError(f"This file is no picture that can be read here{_svg(data)}. {ALLOWED}; save it as one.") from None
        except Exception:  # noqa: BLE001  (a decoder may fail in any way on a broken file)
            raise InputError(f"This picture is broken. {ALLOWED}; save it again.") from None
    on_paper = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    return np.asarray(on_paper).astype(np.float32) / np.float32(255)


def _check(picture: Image.Image) -> None:
    """By the header alone."""
    width, height = picture.size
    if max(width, height) > MAX_SIDE:
        raise InputError(f"The picture has {width:,} × {height:,} pixels. {ALLOWED}; scale it down.")
    if getattr(picture, "is_animated", False):
        raise InputError(f"The picture moves: it has {getattr(picture, 'n_frames', 2)} frames. {ALLOWED}; save one of them.")
    if picture.mode not in MODES:
        raise InputError(f"The picture's colours are {picture.mode}, not RGB. {ALLOWED}; save it in RGB.")


def _coloured(picture: Image.Image) -> Image.Image:
    """RGB and how much it covers."""
    return (picture.point(lambda v: v / 256).convert("L") if picture.mode.startswith("I") else picture).convert("RGBA")


def _svg(data: bytes) -> str:
    return ": it is an SVG drawing" if b"<svg" in data[:1024].lower() else ""
