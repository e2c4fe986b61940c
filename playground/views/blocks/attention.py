"""An attention opened: the query of a row, the keys that answer it, their scores, the weights, the values they fetch.

Every head of every architecture comes in the same shape, (heads, rows, columns), so that the page draws one table: source,
key, score, softmax, value. `score` says how a key answers:

    scaled   q·k, then ÷ √d      dot   q·h      general   q·W h      additive   v·tanh(W q + U h)
    location (W q) at the place, no key          pooling   v·tanh(W h), v the question learned once
    other    a score that the trace holds and nothing else

Where distance costs something (ALiBi), `lean` is what it adds to each score.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from ...inference.attention_maps import AttentionMap, attention_maps
from ...models import Block
from ...models.layers.attention import Additive, Attention, Dot, General, Location, ScaledDot
from ...models.pooled_classifier import AttentionPooling, LinearPooling
from ...tracing import Trace
from ...wire import pack
from .calls import labels, named

Array = NDArray[np.float32]

ABOUT = "The query asks, each state answers with its score, and softmax turns the scores into shares of 1: the context is the mixture."
BLOCKS: dict[type[nn.Module], Block] = {
    Additive: Block("Additive attention", "context = softmax( v·tanh(W q + U h) ) h", ABOUT + " Here a small network scores every pair."),
    Dot: Block("Dot product attention", "context = softmax( q·h ) h", ABOUT + " States that point the same way as the query score high."),
    General: Block("General attention", "context = softmax( q·W h ) h", ABOUT + " W learns what the query should be compared with."),
    ScaledDot: Block("Scaled dot product attention", "context = softmax( q·k / √d ) h", ABOUT + " ÷ √d keeps the softmax from saturating."),
    Location: Block(
        "Location attention", "context = softmax( W q ) h", ABOUT + " The score sees the query alone, so it knows places only."
    ),
}
SCALED = Block("Attention", "context = softmax( q·K / √d ) V", ABOUT)


def find(trace: Trace, path: str) -> AttentionMap | None:
    """The map of the attention at `path`, None where there is none."""
    return next((m for m in attention_maps(trace) if m.site == f"{path}.weights"), None)


def extract(module: nn.Module, trace: Trace, path: str, found: AttentionMap) -> dict[str, Any] | None:
    """All heads of the attention, in numbers that the page needs to draw any row without asking; None where the trace lacks some."""
    heads, rows, _ = found.weights.shape
    if isinstance(module, Attention) and _asked(module, trace):
        score, scale, numbers = _recurrent(module, trace)
    elif isinstance(module, AttentionPooling) and "encoder.states" in trace:
        score, scale, numbers = _pooling(module, trace)
    else:
        score, scale, numbers = _heads(trace, path, found)
    if any(value is None for name, value in numbers.items() if name not in ("keys", "lean")):
        return None
    keys, lean = numbers["keys"], numbers.pop("lean", None)
    row_names, column_names = _names(trace, found)
    return {
        "score": score,
        "side": found.side,
        "heads": heads,
        "scale": scale,
        "rows": row_names,
        "columns": column_names,
        "axis": "position" if found.side in ("encoder", "prompt") else "step" if rows == len(trace.tokens) else "once",
        "width": 0 if keys is None else keys.shape[-1],
        "weights": pack(found.weights),
        "lean": None if lean is None else pack(lean),
        **{name: None if value is None else pack(value) for name, value in numbers.items()},
    }


def _names(trace: Trace, found: AttentionMap) -> tuple[list[str], list[str]]:
    _, rows, columns = found.weights.shape
    at_rows, at_columns = _named(trace, found, rows, columns)
    return named(at_rows, rows), named(at_columns, columns)


def _named(trace: Trace, found: AttentionMap, rows: int, columns: int) -> tuple[Sequence[str], Sequence[str]]:
    first = ["start"] if columns in (rows, len(trace.source) + rows) else []  # else the last of a prompt is the first to be read
    written = [*first, *trace.tokens[:-1]]
    if found.side == "encoder":
        return labels(trace, rows), labels(trace, columns)
    if found.side == "prompt":
        return trace.source[:rows], trace.source[:columns]
    if found.side == "pooling":
        return ["answer"], labels(trace, columns)
    if found.side == "cross":
        return trace.tokens, labels(trace, columns)
    before = [] if columns == rows else list(trace.source)  # decoder only: the prompt stands in front
    return trace.tokens, [*before, *written]


def _asked(module: Attention, trace: Trace) -> bool:
    """Whether it was the decoder's states that asked those of the encoder: their score is the one in the trace."""
    hidden, states, scores = (trace.get(site) for site in ("decoder.hidden", "encoder.states", "decoder.attention.scores"))
    if hidden is None or states is None or scores is None:
        return False
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    try:
        with torch.inference_mode():
            again = module.score(*(torch.from_numpy(values)[None].to(device) for values in (hidden, states)))[0].cpu().numpy()
    except RuntimeError:  # of another width
        return False
    return again.shape == scores.shape and np.allclose(again, scores, atol=1e-3)


def _recurrent(module: Attention, trace: Trace) -> tuple[str, float, dict[str, Array | None]]:
    """One head over the encoder's states: queries and keys as the score uses them, from the trace and the module's weights."""
    hidden, states = trace["decoder.hidden"], trace["encoder.states"]
    scores, contexts = trace["decoder.attention.scores"], trace["decoder.attention.context"]
    score, scale, queries = "other", 1.0, hidden
    keys: Array | None = None
    if isinstance(module, Additive):
        score, queries, keys = "additive", _through(module.query, hidden), _through(module.key, states)
    elif isinstance(module, ScaledDot):
        score, queries, keys = "scaled", _through(module.query, hidden), _through(module.key, states)
        scale = hidden.shape[-1] ** 0.5
    elif isinstance(module, General):
        score, keys = "general", _through(module.key, states)
    elif isinstance(module, Dot):
        score, keys = "dot", states
    elif isinstance(module, Location):
        score = "location"
    arrays = {"queries": queries, "keys": keys, "values": states, "scores": scores, "contexts": contexts}
    return score, scale, {name: None if array is None else array[None] for name, array in arrays.items()}


def _pooling(module: AttentionPooling, trace: Trace) -> tuple[str, float, dict[str, Array | None]]:
    """One question, learned once and put to every state."""
    states, query = trace["encoder.states"], module.query.weight.detach().float().cpu().numpy()  # (1, H)
    linear = isinstance(module, LinearPooling)
    arrays = {"queries": query, "keys": states if linear else _through(module.key, states), "values": states}
    return (
        "dot" if linear else "pooling",
        1.0,
        {
            **{name: array[None] for name, array in arrays.items()},
            "scores": trace["pooling.scores"][None, None],
            "contexts": trace["pooling.context"][None, None],
        },
    )


def _through(layer: nn.Linear, values: Array) -> Array:
    weight, bias = (None if p is None else p.detach().float().cpu() for p in (layer.weight, layer.bias))
    assert weight is not None
    return np.asarray(F.linear(torch.from_numpy(values), weight, bias).numpy(), dtype=np.float32)


def _heads(trace: Trace, path: str, found: AttentionMap) -> tuple[str, float, dict[str, Array | None]]:
    """The heads of a Transformer, from their taps."""
    heads, rows, columns = found.weights.shape
    stepwise = found.side in ("decoder", "cross")  # such taps have the steps first, then the heads where there are several

    def by_rows(name: str, at: str = path) -> Array | None:
        """(heads, rows, D or columns)"""
        value = trace.get(f"{at}.{name}")
        if value is None or value.ndim not in (2, 3):
            return None
        turned = value[None] if value.ndim == 2 else value.swapaxes(0, 1) if stepwise else value
        return np.nan_to_num(turned).astype(np.float32) if turned.shape[:2] == (heads, rows) else None

    def by_columns(name: str) -> Array | None:
        """(heads, columns, D): what was read, and behind it what was written."""
        value = trace.get(f"{path}.{name}")
        if value is None or value.ndim not in (2, 3):
            return None
        own = value[None] if value.ndim == 2 else value.swapaxes(0, 1) if found.side == "decoder" else value
        before = trace.get(f"prompt.{path.partition('.')[2]}.{name}") if found.side == "decoder" else None
        every = own if before is None else np.concatenate([before, own], axis=1)
        return np.asarray(every, dtype=np.float32) if every.shape[:2] == (heads, columns) else None

    queries, keys, scores = by_rows("query"), by_columns("key"), by_rows("scores")
    contexts = by_rows("heads") if f"{path}.heads" in trace else by_rows("context")
    lean = by_rows("lean", f"{path.partition('.')[0]}.positions") if found.side != "cross" else None
    arrays = {"queries": queries, "keys": keys, "values": by_columns("value"), "scores": scores, "contexts": contexts, "lean": lean}
    if keys is None or queries is None or keys.shape[-1] != queries.shape[-1]:
        return "other", 1.0, arrays
    return "scaled", keys.shape[-1] ** 0.5, arrays
