"""The scene of an input squeezed through a code, or of a code decoded without one: all that the page needs to draw it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...models import Autoencoder
from ...tasks import Task
from ...tracing import Trace
from ...wire import pack
from ..style import Rich

NUMBERS = {1: "One number stands", 2: "Two numbers stand", 3: "Three numbers stand", 4: "Four numbers stand"}
EPSILON = 1e-7
LEGEND = {  # by what one number of the input is called
    "pixel": [("e", "■ blue"), ("", ": ink only in the input, "), ("d", "▲ orange"), ("", ": only in the reconstruction.")],
    "feature": [("e", "■ blue"), ("", ", below: what is lost; "), ("d", "▲ orange"), ("", ", above: what was not there.")],
}


class Terms(NamedTuple):
    """What a variational autoencoder pays for one picture, nats."""

    reconstruction: float
    kl: float


def terms(trace: Trace) -> Terms | None:
    """Both terms of the loss of this picture, by the numbers of its trace; None for models without a distribution."""
    if trace.picture is None or trace.reconstruction is None or "encoder.log_variance" not in trace:
        return None
    picture, made = trace.picture, trace.reconstruction.clip(EPSILON, 1 - EPSILON)
    mean, log_variance = trace["encoder.mean"], trace["encoder.log_variance"]
    reconstruction = -(picture * np.log(made) + (1 - picture) * np.log(1 - made)).sum()
    return Terms(float(reconstruction), float(0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum()))


def picture(
    trace: Trace,
    task: Task,
    model: Autoencoder,
    *,
    key: str,
    run_label: str,
    label: int | None,
    place: NDArray[np.float32] | None = None,
) -> dict[str, Any]:
    """The scene. `label` is the digit that the picture is known to be; `place` (2,) where its code stands on the map."""
    assert trace.reconstruction is not None
    code, condition = trace["encoder.code"], _condition(trace)
    error = None if trace.picture is None else float(np.square(trace.reconstruction - trace.picture).mean())
    size, told = str(len(code)), f" + {model.conditions}" if model.conditions else ""
    wide = trace.reconstruction.size
    return {
        "kind": "picture",
        "key": key,
        "input": None if trace.picture is None else pack(trace.picture),
        "reconstruction": pack(trace.reconstruction),
        "mse": error,
        "label": None if label is None else str(label),
        "layers": {
            "encoder": None if trace.picture is None else _layers(trace, model, "encoder"),
            "decoder": _layers(trace, model, "decoder"),
        },
        "code": pack(code),
        "directions": None if (arrows := model.directions()) is None else pack(arrows.cpu().numpy()),
        "parts": None if (parts := trace.get("encoder.parts")) is None else pack(parts),
        "unit": task.unit,
        "code_name": "CODE z",
        "code_block": "encoder",
        "spread": _spread(trace),
        "condition": None
        if condition is None
        else {"value": condition, "classes": model.conditions, "guessed": trace.picture is not None and label is None},
        "shapes": {
            "input": f"{wide}{told}",
            "code": f"{size} + {size}" if "encoder.log_variance" in trace else size,
            "code_out": f"{size}{told}",
            "output": str(wide),
        },
        "place": None if place is None else [float(place[0]), float(place[1])],
        "say": _decoded(code, condition) if error is None else _kept(trace, task, label, error),
        "legend": [] if error is None else LEGEND[task.unit],
        "answer": "decoded from a code set by hand" if error is None else f"error {error:.4f}",
        "verdict": _verdict(error, task),
        "run": {"label": run_label},
        "read_as": None if trace.reading is None else trace.reading.read_as,
        "notice": _notice(task, condition, trace, label),
    }


def _verdict(error: float | None, task: Task) -> dict[str, Any]:
    if error is None:
        return {"right": None, "text": "code set by hand", "short": "code set by hand"}
    return {"right": None, "text": f"error {error:.4f} per {task.unit}", "short": f"error {error:.4f}"}


def _layers(trace: Trace, model: Autoencoder, side: str) -> list[dict[str, Any]]:
    """What is drawn inside the encoder or the decoder: each layer's name, the part that computes it, and its numbers."""
    found = []
    for tap, part in getattr(model, side).layers:
        values = trace[f"{side}.{tap}"]
        shape = " × ".join(map(str, values.shape))
        found.append({"name": tap, "path": f"{side}.{part}" if part else side, "shape": shape, "values": pack(values)})
    return found


def _condition(trace: Trace) -> int | None:
    told = trace.find("decoder.condition.one_hot")
    return None if told is None else int(told.argmax())


def _spread(trace: Trace) -> dict[str, Any] | None:
    """Mean and standard deviation of the cloud that the code was drawn from."""
    if "encoder.log_variance" not in trace:
        return None
    return {"mean": pack(trace["encoder.mean"]), "deviation": pack(np.exp(trace["encoder.log_variance"] / 2))}


def _kept(trace: Trace, task: Task, label: int | None, error: float) -> Rich:
    size, unit = len(trace["encoder.code"]), task.unit
    name: Rich = [("e", f"this ‘{label}’")] if label is not None else [("", f"this {'picture' if unit == 'pixel' else 'input'}")]
    start: Rich = [("", f"{NUMBERS.get(size, f'{size} numbers stand')} for {math.prod(task.shape)}: ")]
    if (paid := terms(trace)) is None:
        return [*start, *name, ("", " is kept to a squared error of "), ("b", f"{error:.4f}"), ("", f" per {unit}.")]
    return [
        *start, *name, ("", " costs "), ("b", f"{paid.reconstruction:.0f}"), ("", " nats to draw again and its code "),
        ("b", f"{paid.kl:.1f}"), ("", " (KL); squared error "), ("b", f"{error:.4f}"), ("", f" per {unit}."),
    ]  # fmt: skip


def _decoded(code: NDArray[np.float32], condition: int | None) -> Rich:
    numbers = ", ".join(f"{v:.2f}" for v in code).replace("-", "−") if len(code) <= 4 else f"{len(code)} numbers"
    told: Rich = [] if condition is None else [("", " and the condition "), ("d", f"‘{condition}’")]
    start = "No input: the decoder draws this from "
    if len(code) > 4:
        return [("", start), ("c b", numbers), ("", " set by hand"), *told, ("", ".")]
    return [("", f"{start}z = "), ("c b", f"({numbers})" if len(code) > 1 else numbers), *told, ("", " alone.")]


def _notice(task: Task, condition: int | None, trace: Trace, label: int | None) -> str | None:
    if trace.reading is not None and trace.reading.doubt:
        return trace.reading.doubt
    if condition is not None and label is None and trace.picture is not None:
        return f"Nobody said which digit this is; of all conditions ‘{condition}’ explains it best, so the model was told that."
    size = len(trace["encoder.code"])
    if task.id == "digits" and size >= 64:
        return f"These scans hold 64 free numbers however large they are drawn, so a code of {size} is no bottleneck here."
    return None
