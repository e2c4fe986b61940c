"""An attention opened: the query of a row, the keys that answer it, their scores, the weights, the values they fetch.

Every head of every architecture comes in the same shape, (heads, rows, columns), so that the page draws one table: source,
key, score, softmax, value. `score` says how a key answers:

    scaled   q·k, then ÷ √d      dot   q·h      general   q·W h      additive   v·tanh(W q + U h)
    location (W q) at the place, no key          pooling   v·tanh(W h), v the question learned once
    other    a score that the trace holds and nothing else
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from ...inference.attention_maps import AttentionMap, attention_maps
from ...models import Block
from ...models.layers.attention import Additive, Attention, Dot, General, Location, ScaledDot
from ...models.pooled_classifier import AttentionPooling
from ...tracing import Trace
from ...wire import pack
from .calls import labels

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


def extract(module: nn.Module, trace: Trace, path: str, found: AttentionMap) -> dict[str, Any]:
    """All heads of the attention, in numbers that the page needs to draw any row without asking."""
    heads, rows, _ = found.weights.shape
    if isinstance(module, Attention):
        score, scale, numbers = _recurrent(module, trace)
    elif isinstance(module, AttentionPooling):
        score, scale, numbers = _pooling(module, trace)
    else:
        score, scale, numbers = _heads(trace, path, found)
    keys = numbers["keys"]
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
        **{name: None if value is None else pack(value) for name, value in numbers.items()},
    }


def _names(trace: Trace, found: AttentionMap) -> tuple[list[str], list[str]]:
    _, rows, columns = found.weights.shape
    first = ["start"] if columns in (rows, len(trace.source) + rows) else []  # else the last of a prompt is the first to be read
    written = [*first, *trace.tokens[:-1]]
    if found.side == "encoder":
        return labels(trace, rows), labels(trace, columns)
    if found.side == "prompt":
        return list(trace.source[:rows]), list(trace.source[:columns])
    if found.side == "pooling":
        return ["answer"], labels(trace, columns)
    if found.side == "cross":
        return list(trace.tokens), labels(trace, columns)
    before = [] if columns == rows else list(trace.source)  # decoder only: the prompt stands in front
    return list(trace.tokens), [*before, *written]


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
    arrays = {"queries": query, "keys": _through(module.key, states), "values": states}
    return (
        "pooling",
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

    def by_rows(name: str) -> Array | None:
        """(heads, rows, D or columns). Per step the trace has the steps first."""
        value = trace.find(f"{path}.{name}")
        if value is None:
            return None
        turned = value.swapaxes(0, 1) if found.side in ("decoder", "cross") else value
        return np.nan_to_num(turned.reshape(heads, rows, -1)).astype(np.float32)

    def by_columns(name: str) -> Array | None:
        """(heads, columns, D): what was read, and behind it what was written."""
        value = trace.find(f"{path}.{name}")
        if value is None:
            return None
        own = value.swapaxes(0, 1) if found.side == "decoder" else value
        before = trace.find(f"prompt.{path.partition('.')[2]}.{name}") if found.side == "decoder" else None
        every = own if before is None else np.concatenate([before, own], axis=1)
        assert every.shape[1] == columns
        return np.asarray(every, dtype=np.float32)

    queries, keys, scores = by_rows("query"), by_columns("key"), by_rows("scores")
    contexts = by_rows("heads") if f"{path}.heads" in trace else by_rows("context")
    arrays = {"queries": queries, "keys": keys, "values": by_columns("value"), "scores": scores, "contexts": contexts}
    if keys is None or queries is None:
        return "other", 1.0, arrays
    return "scaled", keys.shape[-1] ** 0.5, arrays
