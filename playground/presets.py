"""Recipes that were measured: for every pair what to train, for how long, and at which rate.

`seconds` are CPU seconds of training on the machine named in README.md; the page scales them by a short calibration.
The first preset of a pair is the one that is shipped and shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    name: str
    title: str
    model: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 10.0


TEN = {"min_length": 10, "max_length": 10}
_LSTM = {"cell": "lstm", "hidden": 64, "embedding": 16}
_WIDE = {"cell": "lstm", "hidden": 128, "embedding": 16}
_BOTH_WAYS = {**_WIDE, "bidirectional": True}


def _train(steps: int, rate: float, precision: str = "float32") -> dict[str, Any]:
    return {"steps": steps, "learning_rate": rate, "precision": precision}


_ATTENTION = (
    Preset("additive", "additive score", {"score": "additive", **_LSTM}, {}, _train(300, 0.01), 1.7),
    Preset("dot", "dot product score", {"score": "dot", **_LSTM}, {}, _train(400, 0.008), 2.5),
    Preset("general", "general score", {"score": "general", **_LSTM}, {}, _train(300, 0.01), 2.0),
    Preset("scaled_dot", "scaled dot product score", {"score": "scaled_dot", **_LSTM}, {}, _train(350, 0.012), 2.0),
    Preset("location", "location score", {"score": "location", **_LSTM}, {}, _train(350, 0.012), 2.0),
    Preset("ten", "length 10 only", {"score": "additive", **_LSTM}, TEN, _train(120, 0.008, "auto"), 0.8),
)
_TEN_ONLY = Preset("ten", "length 10 only", _WIDE, TEN, _train(600, 0.012, "auto"), 4.0)
_NOTEBOOK = Preset("notebook", "as in the notebook: 2 × 128", {**_WIDE, "layers": 2}, TEN, _train(700, 0.007, "auto"), 11.0)
_CODES = (
    Preset("documents", "784–256–128–256–784", {"code": 128}, {}, _train(1000, 0.008), 4.0),
    Preset("two", "2 numbers", {"code": 2}, {}, _train(1000, 0.008), 3.0),
    Preset("eight", "8 numbers", {"code": 8}, {}, _train(1000, 0.008), 3.0),
    Preset("sixteen", "16 numbers", {"code": 16}, {}, _train(1000, 0.008), 3.0),
    Preset("thirty_two", "32 numbers", {"code": 32}, {}, _train(1000, 0.008), 3.5),
)
_CONVOLUTIONAL = (
    Preset("sixteen", "16 numbers, 8 channels", {"code": 16, "channels": 8}, {}, _train(600, 0.01), 6.5),
    Preset("two", "2 numbers", {"code": 2, "channels": 8}, {}, _train(600, 0.01), 6.5),
    Preset("thirty_two", "32 numbers, 16 channels", {"code": 32, "channels": 16}, {}, _train(600, 0.01), 11.0),
)
_VARIATIONAL = (
    Preset("two", "2 numbers: the map is the code", {"code": 2}, {}, _train(1200, 0.006), 8.0),
    Preset("sixteen", "16 numbers", {"code": 16}, {}, _train(1200, 0.006), 8.0),
    Preset("beta", "16 numbers, β = 4: cheap codes", {"code": 16, "beta": 4.0}, {}, _train(1200, 0.006), 8.0),
)
_CONDITIONAL = (
    Preset("two", "2 numbers: the hand alone", {"code": 2}, {}, _train(1000, 0.01), 7.0),
    Preset("eight", "8 numbers", {"code": 8}, {}, _train(1000, 0.01), 7.0),
)

PRESETS: dict[tuple[str, str], tuple[Preset, ...]] = {
    ("attention_seq2seq", "reverse"): _ATTENTION,
    ("attention_seq2seq", "copy"): _ATTENTION,
    ("seq2seq", "reverse"): (Preset("lstm", "LSTM, 128 units", _WIDE, {}, _train(1000, 0.01, "auto"), 9.0), _TEN_ONLY, _NOTEBOOK),
    ("seq2seq", "copy"): (
        Preset("lstm", "LSTM, 128 units, reads both ways", _BOTH_WAYS, {}, _train(1400, 0.012, "auto"), 12.0),
        Preset("ten", "length 10 only", _BOTH_WAYS, TEN, _train(1000, 0.012, "auto"), 7.0),
        _NOTEBOOK,
    ),
    ("autoencoder", "digits"): _CODES,
    ("autoencoder", "strokes"): (_CODES[3], *_CODES[:3], _CODES[4]),
    ("conv_autoencoder", "digits"): _CONVOLUTIONAL,
    ("conv_autoencoder", "strokes"): _CONVOLUTIONAL,
    ("vae", "digits"): _VARIATIONAL,
    ("vae", "strokes"): _VARIATIONAL,
    ("cvae", "digits"): _CONDITIONAL,
    ("cvae", "strokes"): _CONDITIONAL,
}
