"""The header of a safetensors file, bounded before it is parsed; or what the file is instead, in a sentence."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

from ..errors import InputError

MAX_HEADER = 256 * 2**10
MAX_DEPTH = 12
TEXT = re.compile(rb"[ -~\t\r\n]+")
PICKLED = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK")


def read(data: bytes) -> tuple[dict[str, Any], int]:
    """The header and where the tensors begin. Raises InputError that says what is wrong, or what the file is instead."""
    if data[8:9] != b"{" and (other := _what_else(data)) is not None:
        raise InputError(f"{other} Nothing was loaded.")
    (length,) = struct.unpack("<Q", data[:8])
    if length > MAX_HEADER:
        raise InputError(
            f"This is not a safetensors file of this playground: its header claims {length:,} bytes, allowed are {MAX_HEADER:,}."
        )
    if 8 + length > len(data):
        raise InputError(cut_off(len(data), 8 + length))
    header = parsed(data[8 : 8 + length])
    if not isinstance(header, dict):
        raise InputError("The file's header is not an object; it was not loaded.")
    return header, 8 + length


def cut_off(there: int, needed: int) -> str:
    return f"The file is cut off: it has {there:,} bytes, and by its header at least {needed:,}. Download or copy it again."


def parsed(data: bytes) -> Any:
    """JSON, its depth and the length of its numbers bounded first. Raises InputError."""
    depth = deepest = digits = longest = 0
    inside = escaped = False
    for byte in data:
        if inside:
            escaped, inside = (byte == 92 and not escaped), not (byte == 34 and not escaped)
            continue
        inside = byte == 34
        depth += (byte in b"[{") - (byte in b"]}")
        digits = digits + 1 if 48 <= byte <= 57 else 0
        deepest, longest = max(deepest, depth), max(longest, digits)
    if deepest > MAX_DEPTH or longest > 40:
        raise InputError("The file's header is nested too deeply or holds numbers too long; it was not loaded.")
    try:
        return json.loads(data, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise InputError("The file's header is not readable; it was not loaded.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise InputError("The file's header names something twice; it was not loaded.")
    return result


def _what_else(data: bytes) -> str | None:
    """What people have under the name of weights, where it is known by how it begins."""
    if not data:
        return "The file is empty: its download or copy did not come to an end."
    start, download = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower(), "download the file itself, by its “raw” or “download” link"
    if start.startswith((b"<!doctype html", b"<html")):
        return f"This is a web page, not weights: the page about the file was saved. Instead, {download}."
    if start.startswith(b"version https://git-lfs"):
        return f"This is a Git LFS pointer, a note that stands for the weights. Run `git lfs pull` where it lies, or {download}."
    if data[:2] in PICKLED:
        return "This is not a safetensors file. Pickled weights (.pt, .pth, .bin) are never opened here; save them with safetensors."
    if len(data) > 8 and TEXT.fullmatch(data[:64]):
        return "This is text, not a safetensors file. Weights are saved here by Download, or by `run.save`."
    if len(data) < 9:
        return f"This is not a whole safetensors file: it has {len(data)} bytes."
    return None
