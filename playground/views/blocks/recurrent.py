"""A recurrent layer opened: the gates of one step as bars, and one unit of the new state worked out."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...models import Block
from ...models.layers.recurrent import Recurrent
from ...tracing import Trace
from .calls import Call, Rows
from .parts import Line, largest, number, plus, quantity, sub, worked

Array = NDArray[np.float32]

BLOCKS = {
    "rnn": Block(
        "Plain recurrent layer",
        "h = tanh(W x + U h₋ + b)",
        "Mixes what it reads with what it remembered; h₋ is the state of the step before. Everything old passes through one tanh again.",
    ),
    "lstm": Block(
        "LSTM",
        "i, f, o = σ(W x + U h₋ + b)\ng = tanh(W x + U h₋ + b)\nc = f · c₋ + i · g\nh = o · tanh(c)",
        "A notebook with three gates between 0 and 1: f says how much of the old page stays, i how much of the new note g is written, "
        "o how much is read aloud.",
    ),
    "gru": Block(
        "GRU",
        "r, z = σ(W x + U h₋ + b)\nn = tanh(W x + r · U h₋ + b)\nh = (1 − z) · n + z · h₋",
        "z slides between the old state and a new proposal n, unit by unit; r says how much of the old state the proposal may see.",
    ),
}
SYMBOLS = {
    "rnn": (),
    "lstm": (("i", "input_gate"), ("f", "forget_gate"), ("g", "cell_gate"), ("o", "output_gate"), ("c", "cell")),
    "gru": (("r", "reset_gate"), ("z", "update_gate"), ("n", "new_gate")),
}
GATES = ("input_gate", "forget_gate", "output_gate", "reset_gate", "update_gate")


def told(trace: Trace, path: str, seen: list[Call]) -> bool:
    """Whether the trace has a row of gates for every row that the layer read."""
    hidden = trace.get(f"{path}.layers.0.hidden")
    return hidden is not None and len(hidden) == sum(call.arguments[0].shape[1] for call in seen)


def parts(module: Recurrent, path: str, trace: Trace, seen: list[Call], axis: str, hue: str) -> list[dict[str, Any]]:
    """One part per layer and direction."""
    inputs = np.concatenate([call.arguments[0][0].float().cpu().numpy() for call in seen])  # (rows, E)
    found = []
    for k in range(module.rnn.num_layers):
        outputs = []
        for reverse in range(module.directions):
            site = f"{path}.layers.{k}" + (".reverse" if reverse else "")
            backwards = bool(reverse) or module.backwards
            arrow = " ←" if backwards else " →" if module.directions == 2 else ""
            before = _before(module, trace, site, seen, k, backwards, axis)
            found.append({"name": f"layer {k + 1}{arrow}", **_part(module, trace, site, inputs, before, axis, hue, k, bool(reverse))})
            outputs.append(trace[f"{site}.hidden"])
        inputs = np.concatenate(outputs, axis=-1)
    return found


def _part(
    module: Recurrent, trace: Trace, site: str, x: Array, before: dict[str, Array], axis: str, hue: str, layer: int, reverse: bool
) -> dict[str, Any]:
    values = {name: trace[f"{site}.{name}"] for _, name in SYMBOLS[module.cell]} | {"hidden": trace[f"{site}.hidden"]}
    quantities = [quantity("x", Rows(x, axis), hue), quantity("h₋", Rows(before["hidden"], axis), hue)]
    for symbol, name in SYMBOLS[module.cell]:
        bound = 1.0 if name in GATES or name in ("cell_gate", "new_gate") else None
        quantities.append(quantity(symbol, Rows(values[name], axis), hue, f"{site}.{name}", bound))
    quantities.append(quantity("h", Rows(values["hidden"], axis), hue, f"{site}.hidden", 1.0))

    def lines(row: int) -> list[Line]:
        unit = largest(values["hidden"][row])
        at = {name: float(value[row][unit]) for name, value in values.items()}
        old = {name: float(value[row][unit]) for name, value in before.items()}
        return _LINES[module.cell](sub(unit), at, old, _plain(module, x[row], before["hidden"][row], unit, layer, reverse))

    return {"quantities": quantities, "worked": worked(axis, len(x), lines)}


def _before(module: Recurrent, trace: Trace, site: str, seen: list[Call], layer: int, backwards: bool, axis: str) -> dict[str, Array]:
    """The state that each row starts from: what was handed in at the first step, then the row before (after, backwards)."""
    names = ("hidden", "cell") if module.cell == "lstm" else ("hidden",)
    state = seen[-len(trace.tokens) if axis == "step" else 0].arguments[1:2]
    given = state[0] if state and state[0] is not None else None
    out = {}
    for i, name in enumerate(names):
        own = trace[f"{site}.{name}"]
        tensor = None if given is None else given[i] if isinstance(given, tuple) else given
        first = np.zeros_like(own[0]) if tensor is None else tensor[layer, 0].float().cpu().numpy()
        out[name] = np.concatenate([own[1:], first[None]]) if backwards else np.concatenate([first[None], own[:-1]])
    return out


def _plain(module: Recurrent, x: Array, before: Array, unit: int, layer: int, reverse: bool) -> float:
    """W x + U h₋ + b of one unit of the first gate: for a plain RNN what its tanh is given."""
    suffix = f"_l{layer}" + ("_reverse" if reverse else "")
    w, u, b, c = (getattr(module.rnn, name + suffix)[unit] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    with torch.inference_mode():
        return float(w.cpu() @ torch.from_numpy(x) + b.cpu() + u.cpu() @ torch.from_numpy(before) + c.cpu())


def _rnn(u: str, at: dict[str, float], old: dict[str, float], given: float) -> list[Line]:
    return [[("b", f"h{u}"), ("", f" = tanh({number(given)}) = "), ("b", number(at["hidden"]))]]


def _lstm(u: str, at: dict[str, float], old: dict[str, float], given: float) -> list[Line]:
    kept = f"{number(at['forget_gate'])} × {number(old['cell'])}"
    written = f"{number(at['cell_gate'])} × {number(at['input_gate'])}"
    return [
        [("b", f"c{u}"), ("", f" = f · c₋ + i · g = {kept}{plus(written)} = "), ("b", number(at["cell"]))],
        [
            ("b", f"h{u}"),
            ("", f" = o · tanh(c) = {number(at['output_gate'])} × tanh({number(at['cell'])}) = "),
            ("b", number(at["hidden"])),
        ],
    ]


def _gru(u: str, at: dict[str, float], old: dict[str, float], given: float) -> list[Line]:
    z = at["update_gate"]
    terms = f"{number(1 - z)} × {number(at['new_gate'])}{plus(number(old['hidden']) + ' × ' + number(z))}"
    return [[("b", f"h{u}"), ("", f" = (1 − z) · n + z · h₋ = {terms} = "), ("b", number(at["hidden"]))]]


_LINES = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}
