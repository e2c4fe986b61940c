"""The paths of several inputs through the states of many: two or three principal axes, told apart by letter, line and mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...experiments.held_out_states import SITES, HeldOutStates
from ...tracing import Trace
from ...wire import pack
from ..figures.labels import place_labels
from ..style import Rich, percent
from .said import quoted
from .strips import places

Array = NDArray[np.float32]
CLOUD = 400
LETTERS = "ABCDE"


class Path(NamedTuple):
    """One input's states on one side: (T, H), and on three axes (T, 3)."""

    labels: tuple[str, ...]
    states: Array
    points: Array


class Info(NamedTuple):
    """The paths of a side by letter, A first, before the cloud (N, 3) of held-out states."""

    side: str
    paths: tuple[Path, ...]
    cloud: Array
    explained: Array  # (3,)
    inputs: int
    places: list[int | None]  # of A, at every step


def states_of(trace: Trace, side: str) -> Array | None:
    """The states of one side, one for each token (T, H); None where there are none such."""
    states, labels = trace.get(SITES[side]), trace.source if side == "encoder" else trace.tokens
    if states is None:
        return None
    if trace.beam:  # of the final hypotheses the best one
        states = states[0]
    states = states[: len(labels)] if side == "decoder" else states
    return states if states.ndim == 2 and len(states) == len(labels) and len(labels) else None


def extract(traces: Sequence[Trace], held_out: Mapping[str, HeldOutStates]) -> list[Info]:
    """A view for each side that has states, of the first trace and of those beside it."""
    found = []
    for side in SITES:
        background = held_out.get(side)
        states = [states_of(trace, side) for trace in traces]
        if background is None or states[0] is None or states[0].shape[1] != len(background.axes.mean):
            continue
        labels = [trace.source if side == "encoder" else trace.tokens for trace in traces]
        paths = tuple(Path(names, rows, background.axes(rows)) for names, rows in zip(labels, states, strict=True) if rows is not None)
        chosen = np.linspace(0, len(background.states) - 1, min(CLOUD, len(background.states))).astype(int)
        cloud = background.axes(background.states[chosen])
        found.append(Info(side, paths, cloud, background.axes.explained, background.inputs, places(traces[0], side)))
    return found


def spec(infos: Sequence[Info], names: Sequence[str]) -> dict[str, Any]:
    """As the page draws it; `names` are the inputs as they are written."""
    return {
        "sides": [
            {
                "side": info.side,
                "cloud": pack(info.cloud),
                "explained": [percent(float(share)) for share in info.explained],
                "inputs": info.inputs,
                "places": info.places,
                "paths": [_path(path, info) for path in info.paths],
                "readings": [reading(info, at) for at in info.places],
            }
            for info in infos
        ],
        "names": list(names),
    }


def _path(path: Path, info: Info) -> dict[str, Any]:
    """Labels stand where they cover no other, nor the path itself."""
    points, letters = path.points[:, :2], [len(label) for label in path.labels]
    reach = np.concatenate([info.cloud[:, :2], *(one.points[:, :2] for one in info.paths)])
    spots, free = place_labels(points, letters, reach.min(0), reach.max(0))
    return {"labels": list(path.labels), "points": pack(path.points), "spots": spots, "free": free}


def distances(info: Info, at: int) -> list[float | None]:
    """How far A is from each other path at the same place, in all dimensions; None where the other has ended."""
    here = info.paths[0].states[at]
    return [float(np.linalg.norm(here - path.states[at])) if at < len(path.states) else None for path in info.paths[1:]]


def reading(info: Info, at: int | None) -> Rich:
    """Where the paths lie from each other, and how much of all that the drawn axes hold."""
    two, third = percent(float(info.explained[:2].sum())), percent(float(info.explained[2]))
    kept: Rich = [("", " Two axes keep "), ("b", two), ("", " of the variance, a third "), ("b", third), ("", " more.")]
    a = info.paths[0]
    here = len(a.states) - 1 if at is None else at
    said: Rich = [("", "At "), ("e" if info.side == "encoder" else "d", quoted(a.labels[here])), ("", " ")]
    apart = [(letter, far) for letter, far in zip(LETTERS[1:], distances(info, here), strict=False) if far is not None]
    if apart:
        each: Rich = []
        for i, (letter, far) in enumerate(apart):
            each += [("", ", " if i else ""), ("b", f"{far:.1f}"), ("", f" from {letter}")]
        return [*said, ("", "A is "), *each, ("", "."), *kept]
    if here == 0:
        return [*said, ("", "the path begins."), *kept]
    moved = float(np.linalg.norm(a.states[here] - a.states[here - 1]))
    return [*said, ("", "the state has moved by "), ("b", f"{moved:.1f}"), ("", "."), *kept]
