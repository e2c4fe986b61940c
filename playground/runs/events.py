"""What a training run says while it trains: frozen events, plain data, picklable.

`playground.training.trainer.train(recipe)` yields them in the order

    Started, (Progress | Snapshot | Paused | Resumed)*, Done | Failed

Every consumer is a fold over them: the run book, the page, the Python interface and the benchmarks read the same stream.
Arrays are numpy. Losses are nats per token (sequences) or mean squared error (pictures, features).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..wire import pack

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class SequenceSample:
    """One held-out input, what the model writes for it now, and what is right. Tokens as text, no end token.

    Of a picture or a sound `source` names the places that are looked at, and `picture` shows it.
    """

    source: tuple[str, ...]
    output: tuple[str, ...]
    target: tuple[str, ...]
    attention: Array | None = None  # (T, S): one row per written token, the end token included; only for the pinned input
    picture: Pixels | None = None  # (rows, columns[, 3])


@dataclass(frozen=True)
class PictureSample:
    """One held-out input and its reconstruction, both (28, 28), or (features,), in 0..1."""

    picture: Array
    reconstruction: Array


Sample = SequenceSample | PictureSample


@dataclass(frozen=True)
class Started:
    """The number of steps is now decided (a budget in seconds has been turned into steps)."""

    steps: int
    parameters: int
    device: str
    recipe: Any  # playground.training.recipes.Recipe, with steps filled in: rerunning it is bit-identical
    film_steps: tuple[int, ...] = ()  # when snapshots are due
    notice: str = ""  # where it is trained, if that is not where it was meant to be
    batches: str = ""  # a hash of the first ones: who has the same learns from the same examples, in the same order


@dataclass(frozen=True)
class Progress:
    """What has happened since the last Progress: losses of every step, and now and then the held-out score and a few samples."""

    step: int
    steps: int
    train_s: float  # CPU seconds of the trainer so far, without evaluation and snapshots
    steps_per_s: float
    learning_rate: float
    losses: tuple[tuple[int, float, float], ...]  # (step, train_s, loss), every step since the last Progress
    score: float | None = None  # held-out score at `step`: exact match (0..1), or mean squared error for pictures
    samples: tuple[Sample, ...] = ()  # at `step` too; none without a score, nor where nobody looked
    pinned: Sample | None = None
    kl: float | None = None  # with a score, of a model that draws its code: what that costs, nats per held-out input


@dataclass(frozen=True)
class Snapshot:
    """One moment of the training, a frame of its film: all in it is of the same `step`. Weights stay on the server, see `wire`."""

    step: int
    weights: bytes = field(repr=False)  # safetensors
    pinned: Sample
    score: float
    best: bool = False
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True)
class Paused:
    """No step is done after `step` until somebody asks for it."""

    step: int


@dataclass(frozen=True)
class Resumed:
    step: int


@dataclass(frozen=True)
class Done:
    """The training ended as it should: "finished", "early" where the score was full, or "stopped" by somebody."""

    step: int
    reason: str  # "finished" | "early" | "stopped"
    metrics: dict[str, float]
    train_s: float


@dataclass(frozen=True)
class Failed:
    """The run ended by itself. What came before (curve, snapshots) is kept."""

    step: int
    cause: str  # one short clause: "the loss was no longer a number at step 214"
    kept: str  # what can still be used: "the weights of step 213 are kept"
    advice: str  # what to do: "train again with half the learning rate"
    device_lost: bool = False  # the recipe's device is gone or does not work: what comes next belongs on the CPU


Event = Started | Progress | Snapshot | Paused | Resumed | Done | Failed


def wire(event: Event) -> dict[str, Any]:
    """The event as JSON-able data for followers; weights never go down the stream."""
    body = {f.name: _plain(getattr(event, f.name)) for f in fields(event) if f.name not in ("weights", "recipe")}
    return {"type": type(event).__name__.lower(), **body}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return pack(value)
    if isinstance(value, SequenceSample | PictureSample):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value
