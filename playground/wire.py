"""Arrays as the page reads them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray


def pack(array: NDArray[np.float32] | NDArray[np.uint8]) -> dict[str, Any]:
    """An array as the page reads it: shape and base64 of little-endian float32 (0.2 ms for 100 kB; decimals cost 11 ms).

    Bytes stay bytes: 0 to 255 for 0 to 1.
    """
    if array.dtype == np.uint8:
        return {"shape": list(array.shape), "u8": base64.b64encode(array.tobytes()).decode("ascii")}
    little = np.ascontiguousarray(array, dtype="<f4")
    return {"shape": list(little.shape), "f32": base64.b64encode(little.tobytes()).decode("ascii")}


def ink(pictures: NDArray[np.float32]) -> str:
    """Ink in 0..1 as one byte a pixel, base64: a quarter of what floats would take."""
    return base64.b64encode((pictures.clip(0, 1) * 255).round().astype(np.uint8).tobytes()).decode("ascii")
