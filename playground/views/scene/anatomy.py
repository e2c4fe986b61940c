"""What a model is made of, as the picture draws it: columns of blocks, read off its tree of modules.

A list of layers becomes one column each, its sublayers bottom-up in the order in which they compute; all other parts of an
encoder or decoder stand in untitled columns before and after. Nothing here asks for an architecture's name.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ...models import Block as About
from ...models.layers.recurrent import CELL_TITLES, Recurrent
from ...tracing import Trace
from ...wire import pack

Array = NDArray[np.float32]
Column = dict[str, Any]
Block = dict[str, Any]

SHORT = {"self_attention": "self-attn", "cross_attention": "cross-attn", "feed_forward": "feed-fwd"}
KINDS = {"dropout": "dropout", "activation": "activation"}


def columns(model: nn.Module, side: str, trace: Trace) -> list[Column]:
    """The blocks of `side` ("encoder" or "decoder"), left to right in the order of computing; [] where the model has no such part."""
    found: list[Column] = []
    part = getattr(model, side, None)
    if not isinstance(part, nn.Module):
        return found
    children = [(name, child) for name, child in part.named_children() if not isinstance(child, nn.Identity)]
    about = getattr(part, "block", None)
    if not children and isinstance(about, About):
        return [{"title": "", "norm": None, "blocks": [block(side, about.title.lower(), "plain")]}]
    for name, child in children:
        path = f"{side}.{name}"
        if isinstance(child, nn.ModuleList):
            found += [_layer(layer, f"{path}.{k}", f"layer {k + 1}", trace) for k, layer in enumerate(child)]
        else:
            if not found or found[-1]["title"]:
                found.append({"title": "", "norm": None, "blocks": []})
            found[-1]["blocks"].append(block(path, label(name, child), KINDS.get(name, "plain")))
    return found


def label(name: str, module: nn.Module) -> str:
    if isinstance(module, Recurrent):
        return CELL_TITLES[module.cell]
    return SHORT.get(name, name.replace("_", " "))


def block(path: str, label: str, kind: str, added: Array | None = None, length: Array | None = None) -> Block:
    """`added` is the length of what a sublayer adds, `length` that of the sum, both (T,): one per step, or 1 for an encoder."""
    return {
        "path": path,
        "label": label,
        "kind": kind,
        "added": None if added is None else pack(added),
        "length": None if length is None else pack(length),
    }


def layers(found: list[Column]) -> int:
    return sum(bool(column["title"]) for column in found)


def _layer(layer: nn.Module, path: str, title: str, trace: Trace) -> Column:
    """One layer: norm, attention, residual sum, and so on, in the order that the placement of its norms gives."""
    children = dict(layer.named_children())
    bodies: list[tuple[str, ...]] = [(name,) for name in children if name.endswith("attention")]
    bodies.append(tuple(name for name in ("feed_forward", "linear1", "activation", "linear2") if name in children))
    placement = getattr(layer, "placement", "pre")
    found: list[Block] = []
    for n, names in enumerate(bodies, 1):
        added = _added(path, n, names, placement, trace)
        norm = [block(f"{path}.norm{n}", "norm", "norm")] if f"norm{n}" in children else []
        dropout = [block(f"{path}.dropout", "dropout", "dropout")] if "dropout" in children else []
        total = [block(path, "sum", "residual", length=_length(path, trace.get(f"{path}.residual{n}")))]
        body = _body(path, names, added)
        orders = {"pre": [*norm, *body, *dropout, *total], "post": [*body, *dropout, *total, *norm]}
        found += orders.get(placement, [*body, *norm, *dropout, *total])
    return {"title": title, "norm": _entering(path, bodies[0], placement, trace), "blocks": found}


def _body(path: str, names: tuple[str, ...], added: Array | None) -> list[Block]:
    length = _length(path, added)
    if len(names) == 1:
        kind = {"cross_attention": "cross", "feed_forward": "feed"}.get(names[0], "attention")
        return [block(f"{path}.{names[0]}", SHORT.get(names[0], names[0].replace("_", " ")), kind, length)]
    inner = [block(f"{path}.{name}", _inner(name), KINDS.get(name, "plain")) for name in names if name != "feed_forward"]
    return [block(f"{path}.{names[0]}", SHORT["feed_forward"], "feed", length), *inner]


def _inner(name: str) -> str:
    return name.replace("1", " 1").replace("2", " 2")


def _added(path: str, n: int, names: tuple[str, ...], placement: str, trace: Trace) -> Array | None:
    """What sublayer n adds to x, (T, H)."""
    if placement == "res_post":
        return trace.get(f"{path}.norm{n}")
    last = names[-1]
    return trace.get(f"{path}.{last}.output" if last.endswith("attention") else f"{path}.{last}")


def _entering(path: str, first: tuple[str, ...], placement: str, trace: Trace) -> Any:
    """‖x‖ as it enters a layer: the first sum without what its sublayer added."""
    total, added = trace.get(f"{path}.residual1"), _added(path, 1, first, placement, trace)
    length = None if total is None or added is None else _length(path, total - added)
    return None if length is None else pack(length)


def _length(path: str, values: Array | None) -> Array | None:
    """Of each step (T,); an encoder has no steps: the mean over its positions (1,). None stays None."""
    if values is None:
        return None
    lengths = np.linalg.norm(values, axis=-1).astype(np.float32)
    return lengths if path.startswith("decoder") else lengths.mean(keepdims=True)
