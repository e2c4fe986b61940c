"""Files that visitors upload, in base64. Pictures are refused on their header, or cropped and scaled to what the task reads.

No picture is decoded before its header has said that it is one small still picture in a usual format.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ...errors import InputError

MAX_BYTES = 5 * 2**20
MAX_PIXELS = 25_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I", "I;16")
ALLOWED = "A still PNG, JPEG, WebP, BMP or GIF of at most 5 MB and 25 megapixels is read"


def decoded(text: Any, side: int = 32) -> NDArray[np.float32]:
    """The file in base64 `text` as (side, side, 3) in 0..1: its middle, scaled. Raises InputError: what was given, what is allowed."""
    data = whole(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own warnings about size and palettes: the header decides here
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                _check(picture)
                picture.draft("RGB", (4 * side, 4 * side))  # a JPEG is decoded small at once
                small = ImageOps.fit(_flat(ImageOps.exif_transpose(picture)), (side, side), Image.Resampling.BOX)
        except InputError:
            raise
        except (UnidentifiedImageError, Image.DecompressionBombError):
            raise InputError(f"This file is no picture that can be read here{_svg(data)}. {ALLOWED}; save it as one.") from None
        except Exception:  # noqa: BLE001  (a decoder may fail in any way on a broken file)
            raise InputError(f"This picture is broken. {ALLOWED}; save it again.") from None
    return np.asarray(small).astype(np.float32) / np.float32(255)


def whole(text: Any, most: int = MAX_BYTES, allowed: str = ALLOWED) -> bytes:
    """The bytes of the file in base64 `text`. Raises InputError for more than `most`: what was given, what is allowed."""
    if not isinstance(text, str) or not text:
        raise InputError(f"There is no file. {allowed}.")
    if len(text) > most * 4 // 3 + 4:
        raise InputError(f"The file has {len(text) * 3 / 4 / 2**20:.1f} MB. {allowed}; make it smaller.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"The file did not arrive whole. {allowed}; choose it again.") from None


def _check(picture: Image.Image) -> None:
    """By the header alone."""
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise InputError(f"The picture has {width * height / 1e6:,.0f} megapixels. {ALLOWED}; scale it down.")
    if getattr(picture, "is_animated", False):
        raise InputError(f"The picture moves: it has {getattr(picture, 'n_frames', 2)} frames. {ALLOWED}; save one of them.")
    if picture.mode not in MODES:
        raise InputError(f"The picture's colours are {picture.mode}, not RGB. {ALLOWED}; save it in RGB.")


def _flat(picture: Image.Image) -> Image.Image:
    """RGB on white paper."""
    if picture.mode.startswith("I"):
        return picture.point(lambda v: v / 256).convert("L").convert("RGB")
    whole = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole).convert("RGB")


def _svg(data: bytes) -> str:
    return ": it is an SVG drawing" if b"<svg" in data[:1024].lower() else ""
