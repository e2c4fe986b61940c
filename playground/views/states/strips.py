"""Gates, cell and state of a recurrent layer as signed strips: one cell a token, one bar a unit, one scale a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...tracing import Trace
from ...wire import pack
from ..figures import attention
from ..style import Rich
from .said import quoted, signed

Array = NDArray[np.float32]
LAYER = re.compile(r"((?:encoder|decoder)\..*?layers\.(\d+)(\.reverse)?)\.hidden")
GATES = ("input_gate", "forget_gate", "output_gate", "reset_gate", "update_gate")  # between 0 and 1
CELLS = {
    "LSTM": ("input_gate", "forget_gate", "cell_gate", "cell", "output_gate", "hidden"),
    "GRU": ("reset_gate", "update_gate", "new_gate", "hidden"),
    "RNN": ("hidden",),
}  # in the order of computing
NAMES = {"cell_gate": "candidate", "new_gate": "candidate", "hidden": "state"}


class Strip(NamedTuple):
    """One quantity of a layer, (T, H); `scale` is the largest number that its cells can show, either way."""

    tap: str
    name: str
    gate: bool
    scale: float
    values: Array


class Layer(NamedTuple):
    """A recurrent layer, or one direction of it, by the path before its sites. `number` counts from 0."""

    path: str
    side: str
    number: int
    backward: bool
    cell: str
    tokens: tuple[str, ...]
    strips: tuple[Strip, ...]


def layers(trace: Trace) -> list[Layer]:
    """Every recurrent layer whose states are one for each token, in the order of computing."""
    found = []
    for site in trace.sites:
        if (named := LAYER.fullmatch(site)) is None:
            continue
        path, side = named[1], site.partition(".")[0]
        tokens = trace.source if side == "encoder" else trace.tokens
        cell = next(cell for cell, taps in CELLS.items() if all(f"{path}.{tap}" in trace for tap in taps))
        values = {tap: trace[f"{path}.{tap}"][: len(tokens)] for tap in CELLS[cell]}
        if all(rows.ndim == 2 and len(rows) == len(tokens) for rows in values.values()):
            strips = tuple(map(_strip, values, values.values()))
            found.append(Layer(path, side, int(named[2]), named[3] is not None, cell, tokens, strips))
    return sorted(found, key=lambda layer: (layer.side == "decoder", layer.number, layer.backward))


def spec(trace: Trace) -> dict[str, Any]:
    """All layers as the page draws them, and what is said of each at every step."""
    found = layers(trace)
    return {"layers": [_layer(layer, found, trace) for layer in found], "steps": len(trace.tokens)}


def reading(layer: Layer, at: int) -> Rich:
    """What the gates do at one place, in numbers."""
    strips = {strip.tap: strip.values[at] for strip in layer.strips}
    said: Rich = [("", "At "), ("d" if layer.side == "decoder" else "e", quoted(layer.tokens[at])), ("", " ")]
    if layer.cell == "LSTM":
        most = int(np.abs(strips["cell"]).argmax())
        return [
            *said,
            ("", "the forget gates keep "),
            ("b", f"{strips['forget_gate'].mean():.2f}"),
            ("", " of the cell on average, the input gates let "),
            ("b", f"{strips['input_gate'].mean():.2f}"),
            ("", " of the candidate in; the largest cell is "),
            ("b", signed(strips["cell"][most])),
            ("", f", of unit {most}."),
        ]
    most = int(np.abs(strips["hidden"]).argmax())
    largest: Rich = [("", "the largest state is "), ("b", signed(strips["hidden"][most])), ("", f", of unit {most}.")]
    if layer.cell == "GRU":
        kept = f"{strips['update_gate'].mean():.2f}"
        return [*said, ("", "the update gates keep "), ("b", kept), ("", " of the state before, on average; "), *largest]
    return [*said, *largest]


def name(layer: Layer, among: Sequence[Layer]) -> str:
    """`decoder LSTM, layer 2`; a direction where there are two."""
    beside = [other for other in among if other.side == layer.side]
    several, ways = len({other.number for other in beside}) > 1, any(other.backward for other in beside)
    way = f", {'backward' if layer.backward else 'forward'}" if ways else ""
    return f"{layer.side} {layer.cell}{f', layer {layer.number + 1}' if several else ''}{way}"


def short(layer: Layer, among: Sequence[Layer]) -> str:
    """The same on a switch: `enc →`, `dec 2`."""
    beside = [other for other in among if other.side == layer.side]
    several, ways = len({other.number for other in beside}) > 1, any(other.backward for other in beside)
    return f"{layer.side[:3]}{f' {layer.number + 1}' if several else ''}{(' ←' if layer.backward else ' →') if ways else ''}"


def places(trace: Trace, side: str) -> list[int | None]:
    """At which state of a side each step stands: its own of the decoder, of the encoder the one that it looks at or that is read off."""
    steps = range(len(trace.tokens))
    if side == "decoder":
        return list(steps)
    if trace.positions:
        return list(trace.positions)
    looked = attention.extract(trace)
    return [None for _ in steps] if looked is None else [int(place) for place in looked.looks_at]


def _layer(layer: Layer, among: Sequence[Layer], trace: Trace) -> dict[str, Any]:
    return {
        "path": layer.path,
        "side": layer.side,
        "name": name(layer, among),
        "short": short(layer, among),
        "tokens": list(layer.tokens),
        "units": layer.strips[0].values.shape[1],
        "places": places(trace, layer.side),
        "readings": [reading(layer, at) for at in range(len(layer.tokens))],
        "rows": [
            {"tap": s.tap, "name": s.name, "gate": s.gate, "scale": s.scale, "values": pack(s.values.astype(np.float32))}
            for s in layer.strips
        ],
    }


def _strip(tap: str, values: Array) -> Strip:
    gate = tap in GATES
    bounded = gate or tap in ("hidden", "cell_gate", "new_gate")  # by the sigmoid or the tanh that they come from
    scale = 1.0 if bounded else float(np.ceil(max(np.abs(values).max(), 0.1) * 10) / 10)
    return Strip(tap, NAMES.get(tap, tap.replace("_", " ")), gate, scale, values)
