"""The three places of the picture, encoder, code and decoder: what stands there, its shapes, and why something is missing."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ...inference.attention_maps import AttentionMap
from ...models import Reader
from ...models.layers.recurrent import CELL_TITLES, Recurrent
from ...models.ngram import NGram
from ...tasks import TypedTask
from ...tracing import Trace
from . import anatomy

Array = NDArray[np.float32]
COLLAPSED = 0.1  # nats: a code that costs less says nothing of its text


def halves(trace: Trace, model: nn.Module, task: TypedTask, looked: AttentionMap | None) -> dict[str, Any]:
    """`encoder`, `code` and `decoder` of a scene; `looked` is the attention that the picture draws."""
    return {
        "encoder": _encoder(trace, model, task),
        "code": _code(trace, model, looked),
        "decoder": _decoder(trace, model, task),
    }


def read(trace: Trace, m: AttentionMap) -> Array | None:
    """What the heads of a map read, (heads, rows, D)."""
    path = m.site.removesuffix(".weights")
    heads, whole = trace.get(f"{path}.heads"), trace.get(f"{path}.context")
    if heads is not None and heads.ndim == 3:
        return np.ascontiguousarray(heads.swapaxes(0, 1))  # (T, N, D) to (N, T, D)
    return None if whole is None or whole.ndim == 0 else whole.reshape(1, -1, whole.shape[-1])


def read_last(trace: Trace) -> int | None:
    """The encoder state that alone crosses over: of both ends the one that the decoder begins with. None for other models."""
    final, states = crossing_state(trace), trace.get("encoder.states")
    if final is None or states is None:
        return None
    if trace.beam:  # all hypotheses begin alike
        states = states[0]
    return 0 if final[-1].shape == states[0].shape and np.allclose(final[-1], states[0], atol=1e-5) else len(states) - 1


def crossing_state(trace: Trace) -> Array | None:
    """The one state of every layer that the decoder begins with, (L, H); None for other models."""
    final = trace.get("decoder.context")
    if final is not None and trace.beam:
        final = final[0]
    return None if final is None or final.ndim == 0 else final.reshape(-1, final.shape[-1])


def drawn_code(trace: Trace) -> tuple[Array, float] | None:
    """The code (Z,) that a text was written from, and what it costs in nats (KL); None for models that draw none."""
    code, kl = trace.get("encoder.code"), trace.get("encoder.kl")
    if code is None or kl is None:
        return None
    return (code[0], float(kl[0].sum())) if trace.beam else (code, float(kl.sum()))


def context(trace: Trace, looked: AttentionMap | None) -> Array | None:
    """What the pill shows where no head is chosen: the context of each step, or the one vector that crosses over."""
    if looked is not None and looked.side in ("cross", "pooling"):
        values = read(trace, looked)
        return None if values is None else values[0]
    if (drawn := drawn_code(trace)) is not None:
        return drawn[0][None]
    final = crossing_state(trace)
    return None if final is None else final[-1:]


def _encoder(trace: Trace, model: nn.Module, task: TypedTask) -> dict[str, Any]:
    states, s = trace.get("encoder.states"), len(trace.source)
    encoder = _encoder_of(model)
    if encoder is None:
        why = "no encoder: the prompt is read by the decoder itself"
        if isinstance(model, NGram):
            why = f"no encoder: the decoder looks up the last {_count(model.decoder.options.n - 1, task.unit)} and cannot see further"
        return {"ghost": True, "name": "", "note": why, "shape": _count(s, task.unit), "blocks": []}
    blocks = anatomy.columns(model, "encoder", trace)
    recurrent, layers = _recurrent(encoder), anatomy.layers(blocks)
    both = recurrent is not None and recurrent.directions == 2
    return {
        "ghost": False,
        "name": _name(recurrent) if recurrent else _layers(layers) if layers else "",
        "note": _reads(trace, task, both or not recurrent),
        "shape": _count(s, task.unit) if states is None else f"{'' if trace.sensed else 'states '}{len(states)} × {states.shape[-1]}",
        "blocks": blocks,
    }


def _encoder_of(model: nn.Module) -> nn.Module | None:
    """None where the decoder reads the source itself: what stands there then has nothing to learn."""
    part = getattr(model, "encoder", None)
    return part if isinstance(part, nn.Module) and any(True for _ in part.parameters()) else None


def _reads(trace: Trace, task: TypedTask, both: bool) -> str:
    count = len(trace.source)
    if trace.sensed is not None:
        return f"cuts the source into {_count(count, task.unit)}"
    return f"reads {'all ' + str(count) + ' tokens' if count > 1 else 'one token'}{', both ways' if both else ''}"


def _decoder(trace: Trace, model: nn.Module, task: TypedTask) -> dict[str, Any]:
    if isinstance(model, Reader):
        pooled = trace.get("pooling.weights") is not None
        off = "the pooled context" if pooled else "the states" if trace.positions else "the summary state"
        states, classes = trace.get("encoder.states"), f"{len(task.classes)} classes"
        shape = "1 number" if model.answers == "number" else classes if states is None else f"{states.shape[-1]} → {classes}"
        blocks = anatomy.rest(model, ("encoder", "pooling"))
        return {"ghost": True, "name": "", "note": f"no decoder: {_plural(trace)} read off {off}", "shape": shape, "blocks": blocks}
    blocks = anatomy.columns(model, "decoder", trace)
    recurrent, layers = _recurrent(model.get_submodule("decoder")), anatomy.layers(blocks)
    hidden, words = trace.get("decoder.hidden"), len(task.classes)
    counts = isinstance(model, NGram)
    more = "sees its past" if _encoder_of(model) else "+n is the length added"
    name = _name(recurrent) if recurrent else f"{_count(layers, 'layer')}; {more}" if layers else "counts of words" if counts else ""
    return {
        "ghost": False,
        "name": name,
        "note": "writes one token per step",
        "shape": f"{words} shares" if counts else f"{words} logits" if hidden is None else f"{hidden.shape[-1]} → {words} logits",
        "blocks": blocks,
    }


def _code(trace: Trace, model: nn.Module, looked: AttentionMap | None) -> dict[str, Any]:
    states, s = trace.get("encoder.states"), len(trace.source)
    final, prefix = crossing_state(trace), trace.find("prompt.*") is not None
    if _encoder_of(model) is None:
        return _ghost("no code: prompt and answer are one text")
    if looked is not None and looked.side in ("cross", "pooling"):
        values, path = read(trace, looked), looked.site.removesuffix(".weights")
        widths = [str(array.shape[-1]) for array in (states, values) if array is not None] or [""]
        block = path if any(name == path for name, _ in model.named_modules()) else None
        shapes = {"ghost": False, "block": block, "shape_in": f"{s} × {widths[0]}", "shape_out": widths[-1]}
        if ".layers." in looked.site:
            count = sum(fnmatchcase(site, "decoder.layers.*.cross_attention.weights") for site in trace)
            note = "keys and values, to every layer" if count > 1 else "keys and values"
            return {**shapes, "name": "CODE", "kind": "memory", "note": note, "symbol": "v"}
        kind = "pooling" if looked.side == "pooling" else "attention"
        return {**shapes, "name": "CONTEXT", "kind": kind, "note": "the weighted sum of all states", "symbol": "h"}
    if (drawn := drawn_code(trace)) is not None:
        size, kl = str(len(drawn[0])), drawn[1]
        note = f"costs {kl:.1f} nats (KL)" if kl >= COLLAPSED else f"{kl:.2f} nats (KL): the decoder does not look at it"
        common = {"ghost": False, "name": "CODE", "kind": "code", "note": note, "symbol": "z", "block": "encoder"}
        return {**common, "at": s - 1, "shape_in": size, "shape_out": size}
    if final is not None:
        shape = f"{len(final)} × {final.shape[-1]}" if len(final) > 1 else str(final.shape[-1])
        note = "the final state, nothing else"
        common = {"ghost": False, "name": "CONTEXT", "kind": "final_state", "note": note, "symbol": "h", "block": None}
        return {**common, "at": read_last(trace), "shape_in": shape, "shape_out": str(final.shape[-1])}
    return _ghost(
        "no code: the decoder reads the states as if they were its first words" if prefix else "no code: the states are read as they are"
    )


def _layers(count: int) -> str:
    return f"{_count(count, 'layer')}; +n is the length added"


def _ghost(why: str) -> dict[str, Any]:
    return {"ghost": True, "name": "CODE", "kind": "none", "note": why, "symbol": "h", "shape_in": "", "shape_out": "", "block": None}


def _recurrent(part: nn.Module) -> Recurrent | None:
    return next((m for m in part.modules() if isinstance(m, Recurrent)), None)


def _name(recurrent: Recurrent) -> str:
    count = recurrent.rnn.num_layers
    layers = f"{count} layers of " if count > 1 else ""
    backwards = ", read backwards" if recurrent.backwards else ""
    return f"{layers}{'bidirectional ' if recurrent.directions == 2 else ''}{CELL_TITLES[recurrent.cell]}{backwards}"


def _plural(trace: Trace) -> str:
    return "the answers are" if len(trace.tokens) > 1 else "the answer is"


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' if n != 1 else ''}"
