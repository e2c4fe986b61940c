"""What a model is made of, as the picture draws it: columns of blocks, read off its tree of modules.

A list of attending layers becomes one column each, its sublayers bottom-up in the order in which they compute; all other parts of
an encoder or decoder, the members of other lists and bare parameters too, stand in untitled columns before and after. Nothing
here asks for an architecture's name.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ...models.layers.recurrent import CELL_TITLES, Recurrent
from ...tracing import Trace
from ...wire import pack
from ..blocks.about import about, introduction

Array = NDArray[np.float32]
Column = dict[str, Any]
Block = dict[str, Any]

SHORT = {
    "self_attention": "self-attn",
    "cross_attention": "cross-attn",
    "feed_forward": "feed-fwd",
    "linear_mean": "mean",
    "linear_log_variance": "log-variance",
}
KINDS = {"dropout": "dropout", "activation": "activation"}
FEED = ("feed_forward", "linear1", "activation", "linear2")
LISTS = nn.ModuleList | nn.ModuleDict | nn.Sequential


def columns(model: nn.Module, side: str, trace: Trace) -> list[Column]:
    """The blocks of `side` ("encoder" or "decoder"), left to right in the order of computing; [] where the model has no such part."""
    part = getattr(model, side, None)
    if not isinstance(part, nn.Module):
        return []
    children = [(name, child) for name, child in part.named_children() if not isinstance(child, nn.Identity)]
    bare = [block(f"{side}.{name}", words(name), "plain") for name, _ in part.named_parameters(recurse=False)]
    if not children and (introduction(part) or not bare):
        return [_untitled([block(side, about(part).title.lower(), "plain")])]
    found = [_untitled(bare)] if bare else []
    for name, child in children:
        path = f"{side}.{name}"
        if isinstance(child, LISTS) and any(map(attends, child.children())):
            found += [_layer(layer, f"{path}.{k}", f"layer {k + 1}", trace) for k, layer in enumerate(child.children())]
            continue
        if not found or found[-1]["title"]:
            found.append(_untitled([]))
        found[-1]["blocks"] += members(path, name, child)
    return found


def rest(model: nn.Module, without: tuple[str, ...]) -> list[Column]:
    """What a model has beside these parts of it, in one column."""
    return [_untitled([part for name, child in model.named_children() if name not in without for part in members(name, name, child)])]


def members(path: str, name: str, module: nn.Module) -> list[Block]:
    """The module as one block; a list or a dictionary of modules as one for each of them."""
    if not isinstance(module, LISTS):
        return [block(path, label(name, module), KINDS.get(name, "plain"))]
    parts = [(key, child) for key, child in module.named_children() if not isinstance(child, nn.Identity)]
    return [
        part
        for n, (key, child) in enumerate(parts, 1)
        for part in members(f"{path}.{key}", f"{about(child).title.lower()} {n}" if key.isdecimal() else key, child)
    ]


def attends(layer: nn.Module) -> bool:
    """Whether this is a layer whose sublayers are attentions, as a Transformer's are."""
    return any(name.endswith("attention") for name, _ in layer.named_children())


def _untitled(blocks: list[Block]) -> Column:
    return {"title": "", "norm": None, "blocks": blocks}


def label(name: str, module: nn.Module) -> str:
    if isinstance(module, Recurrent):
        return CELL_TITLES[module.cell]
    return words(name)


def words(name: str) -> str:
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
    if feed := tuple(name for name in FEED if name in children):
        bodies.append(feed)
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
    rest = [name for name in children if not re.fullmatch(r"norm\d|dropout", name) and not any(name in names for names in bodies)]
    found += [part for name in rest for part in members(f"{path}.{name}", name, layer.get_submodule(name))]
    return {"title": title, "norm": _entering(path, bodies[0], placement, trace) if bodies else None, "blocks": found}


def _body(path: str, names: tuple[str, ...], added: Array | None) -> list[Block]:
    length = _length(path, added)
    if len(names) == 1:
        kind = {"cross_attention": "cross", "feed_forward": "feed"}.get(names[0], "attention")
        return [block(f"{path}.{names[0]}", words(names[0]), kind, length)]
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
    length = None if total is None or added is None or total.shape != added.shape else _length(path, total - added)
    return None if length is None else pack(length)


def _length(path: str, values: Array | None) -> Array | None:
    """Of each step (T,); an encoder has no steps: the mean over its positions (1,). None stays None."""
    if values is None:
        return None
    lengths = np.atleast_1d(np.linalg.norm(values, axis=-1).astype(np.float32))
    return lengths if path.startswith("decoder") else lengths.mean(keepdims=True)
