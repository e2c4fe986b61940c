"""The scene of a picture squeezed through a code: all that the page needs to draw it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..events import pack
from ..tasks import Task
from ..tracing import Trace


def picture(trace: Trace, task: Task, *, key: str, run_label: str, label: int | None) -> dict[str, Any]:
    """The scene of a reconstructed picture."""
    assert trace.picture is not None and trace.reconstruction is not None
    code, before, after = trace["encoder.code"], trace["encoder.hidden"], trace["decoder.hidden"]
    error = float(np.square(trace.reconstruction - trace.picture).mean())
    name = [("e", f"this ‘{label}’")] if label is not None else [("", "this picture")]
    count = {1: "One number stands", 2: "Two numbers stand", 3: "Three numbers stand", 4: "Four numbers stand"}.get(
        len(code), f"{len(code)} numbers stand"
    )
    return {
        "kind": "picture",
        "key": key,
        "input": pack(trace.picture),
        "reconstruction": pack(trace.reconstruction),
        "mse": error,
        "label": None if label is None else str(label),
        "layers": {
            "encoder": [{"name": str(len(before)), "values": pack(before)}],
            "decoder": [{"name": str(len(after)), "values": pack(after)}],
        },
        "code": pack(code),
        "code_name": "CODE z",
        "shapes": {"input": "784", "code": str(len(code)), "output": "784"},
        "say": [("", f"{count} for 784: "), *name, ("", " is kept to a squared error of "), ("b", f"{error:.4f}"), ("", " per pixel.")],
        "legend": [("e", "■ blue"), ("", ": ink only in the input, "), ("d", "▲ orange"), ("", ": ink only in the reconstruction.")],
        "answer": f"error {error:.4f}",
        "verdict": {"right": None, "text": f"error {error:.4f} per pixel"},
        "run": {"label": run_label},
        "notice": _free_numbers(task, len(code)),
    }


def _free_numbers(task: Task, code: int) -> str | None:
    if task.id == "digits" and code >= 64:
        return f"These scans hold 64 free numbers however large they are drawn, so a code of {code} is no bottleneck here."
    return None
