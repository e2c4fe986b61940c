"""One block of a model opened: its equation with the numbers of every step, its parameters, its few lines of PyTorch.

`detail` is a pure function of a run, a trace and a path. Whatever is asked for answers: a module that introduces itself
(`Block`), one of torch's own layers, or any other module or site, with what goes in and what comes out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor, nn

from ...errors import InputError
from ...models import Block
from ...models.layers.recurrent import Recurrent
from ...options import show
from ...tracing import Trace
from . import attention as block_attention
from . import code as block_code
from . import embedding as block_embedding
from . import recurrent as block_recurrent
from .about import about, introduction, ours
from .calls import Rows, calls, is_position, labels, rows
from .layers import Layer, layer
from .parts import Line, matrix, quantity, summary, unpacked, worked

if TYPE_CHECKING:
    from ...storage.run import Run

Quantity = dict[str, Any]


def known(model: nn.Module) -> list[str]:
    """The paths that can be opened: all modules but lists of them, and the fused kernel inside a recurrent layer."""
    fused = {f"{path}.rnn" for path, module in model.named_modules() if isinstance(module, Recurrent)}
    lists = nn.ModuleList | nn.ModuleDict
    return [path for path, module in model.named_modules() if path and path not in fused and not isinstance(module, lists)]


def tables(model: nn.Module) -> dict[str, nn.Parameter]:
    """The bare parameters of modules that are not torch's, by path: they can be opened as well."""
    return {
        f"{path}.{name}" if path else name: parameter
        for path, module in model.named_modules()
        if ours(type(module))
        for name, parameter in module.named_parameters(recurse=False)
    }


def has(model: nn.Module, trace: Trace, path: Any) -> bool:
    """Whether there is such a block, or such a quantity."""
    return isinstance(path, str) and (_owner(path) in known(model) or path in trace or path in tables(model))


def detail(run: Run, trace: Trace, path: str) -> dict[str, Any]:
    """All that the page shows of the block at `path`. Raises InputError that names the blocks there are."""
    there = known(run.model)
    if not has(run.model, trace, path):
        raise InputError(f"{show(path)} is not a block of this model; there are: {', '.join(there) or 'none'}.")
    owner = _owner(path)
    alone = owner not in there  # a quantity without a module of its own, such as a residual sum
    while owner and owner not in there:
        owner = owner.rpartition(".")[0]
    module, table = run.model.get_submodule(owner), tables(run.model).get(path)
    body: dict[str, Any] = {"parts": [], "matrices": [], "attention": None, "embedding": None}
    body |= _module(run, trace, path, module) if not alone else _site(trace, path) if table is None else _table(path, table)
    block: Block = body.pop("block")
    return {
        "path": path,
        "title": block.title,
        "where": where(path),
        "hue": hue(path),
        "equation": block.equation,
        "about": block.about,
        "parameters": sum(p.numel() for p in (module.parameters() if not alone else [] if table is None else [table])),
        "sites": [site for site in (path,) if site in trace] if alone else [site for site in trace.sites if site.startswith(f"{path}.")],
        "code": block_code.lines(module),
        "steps": list(trace.tokens),
        "positions": labels(trace, body.pop("positions", len(trace.source))),
        **body,
    }


def _owner(path: str) -> str:
    """The module at a path: `prompt.…` is the decoder while it reads its prompt."""
    return f"decoder.{path.removeprefix('prompt.')}" if path.startswith("prompt.") else path


def where(path: str) -> str:
    """`decoder.layers.0.cross_attention` → `decoder · layer 1 · cross-attention`"""
    counted = re.sub(r"(\w)s\.(\d+)", lambda m: f"{m[1]} {int(m[2]) + 1}", path)
    return counted.replace("_", "-").replace(".", " · ")


def hue(path: str) -> str:
    """Blue encodes, green crosses over, orange decodes."""
    if re.search(r"cross_attention|^decoder\.attention|^pooling|^encoder\.code", path):
        return "code"
    return "enc" if path.startswith("encoder") else "dec"


def _module(run: Run, trace: Trace, path: str, module: nn.Module) -> dict[str, Any]:
    found = block_attention.find(trace, path)
    shown = None if found is None else block_attention.extract(module, trace, path, found)
    if shown is not None:
        block = introduction(module) or block_attention.BLOCKS.get(type(module), block_attention.SCALED)
        return {"block": block, "attention": shown}
    seen = calls(run, trace, _owner(path))
    seen = seen[:1] if path.startswith("prompt.") else seen
    stepwise = path.startswith("decoder") and len(seen) >= len(trace.tokens) > 0
    if isinstance(module, Recurrent) and block_recurrent.told(trace, path, seen):
        parts = block_recurrent.parts(module, path, trace, seen, "step" if stepwise else "position", hue(path))
        return {"block": introduction(module) or block_recurrent.BLOCKS[module.cell], "parts": parts}
    plain, block = layer(module), about(module)
    if isinstance(module, nn.Embedding) and seen:
        return {"block": block, **block_embedding.body(run.task, trace, path, module, seen, stepwise, hue(path))}
    inside, outside = (_ends(tensors, trace, path, stepwise) for tensors in ([c.arguments for c in seen], [c.output for c in seen]))
    quantities = _quantities(module, trace, path, inside, outside)
    body: dict[str, Any] = {"block": block, "matrices": plain.matrices if plain else _bare(module)}
    positions = max((q["values"]["shape"][0] for q in quantities if q["axis"] == "position"), default=len(trace.source))
    quantities = [q for q in quantities if q["axis"] != "position" or q["values"]["shape"][0] == positions]
    body["parts"] = [{"name": "", "quantities": quantities, "worked": _worked(plain, inside, outside, quantities)}]
    return body | {"positions": positions}


def _ends(values: list[Any], trace: Trace, path: str, stepwise: bool) -> Rows | None:
    """What went in at every call, or came out: the first tensor of each."""
    tensors = [tensor for tensor in map(_first, values) if tensor is not None]
    return rows(tensors, trace, path, stepwise) if tensors else None


def _quantities(module: nn.Module, trace: Trace, path: str, inside: Rows | None, outside: Rows | None) -> list[Quantity]:
    """What goes in, what the module names, and what comes out where that is none of the named."""
    named = _named(module, trace, path)
    first = [quantity("x", inside, _reads(path))] if inside else []
    last = [quantity("y", outside, hue(path))] if outside else []
    known_already = {q["values"]["f32"] for q in named}
    return [*first, *named, *(q for q in last if q["values"]["f32"] not in known_already)]


def _worked(plain: Layer | None, inside: Rows | None, outside: Rows | None, quantities: list[Quantity]) -> dict[str, Any] | None:
    """One unit of a plain layer, calculated; of everything else the first numbers of each quantity."""
    if plain and inside and outside and inside.axis == outside.axis and len(inside.values) == len(outside.values):
        x, y = inside.values, outside.values
        return worked(inside.axis, len(x), lambda row: plain.lines(x[row], y[row]))
    axes = [q["axis"] for q in quantities]
    axis = next((a for a in ("step", "position", "once") if a in axes), None)
    if axis is None:
        return None
    drawn = [(q["symbol"], unpacked(q["values"])) for q in quantities if q["axis"] == axis]

    def lines(row: int) -> list[Line]:
        return [summary(symbol, values[row]) for symbol, values in drawn]

    return worked(axis, min(len(values) for _, values in drawn), lines)


def _reads(path: str) -> str:
    return "dec" if path.startswith(("decoder", "head")) else "enc"


def _named(module: nn.Module, trace: Trace, path: str) -> list[Quantity]:
    """The quantities a module names itself: its own symbols, or else the taps that stand directly under it."""
    introduced = introduction(module)
    if introduced and introduced.symbols:
        pairs = [(symbol, f"{path}.{tap}") for symbol, tap in introduced.symbols]
    else:
        pairs = [(site.rpartition(".")[2], site) for site in trace.sites if site.rpartition(".")[0] == path]
    return [quantity(symbol, _rows_of(trace, site), hue(path), site) for symbol, site in pairs if site in trace]


def _rows_of(trace: Trace, site: str) -> Rows:
    values = trace[site]
    if site.startswith("decoder") and values.ndim >= 2 and len(values) == len(trace.tokens):
        return Rows(np.nan_to_num(values), "step")
    if site == "encoder.states" and "encoder.summary" in trace:
        values = np.concatenate([trace["encoder.summary"][None], values])
    if values.ndim >= 2 and is_position(trace, site, len(values)):
        return Rows(np.nan_to_num(values), "position")
    return Rows(np.nan_to_num(values)[None], "once")


def _site(trace: Trace, path: str) -> dict[str, Any]:
    """A quantity without a module of its own, such as a residual sum: its numbers, and the code of whoever computes it."""
    values, name = _rows_of(trace, path), path.rpartition(".")[2]
    equation, meaning = _SITES.get(re.sub(r"\d+$", "", name), (f"{name} = …", "Computed by the lines below."))
    lines = worked(values.axis, len(values.values), lambda row: [summary(name, values.values[row])])
    part = {"name": "", "quantities": [quantity(name, values, hue(path), path)], "worked": lines}
    body: dict[str, Any] = {"block": Block(name.replace("_", " ").rstrip("0123456789").capitalize(), equation, meaning), "parts": [part]}
    return body | ({"positions": len(values.values)} if values.axis == "position" else {})


def _table(path: str, table: nn.Parameter) -> dict[str, Any]:
    """A bare parameter: its numbers."""
    name = path.rpartition(".")[2]
    block = Block(name.replace("_", " ").capitalize(), "", "Numbers that are learned, and used by the lines below as they are.")
    values = table.detach().float().cpu().numpy()
    rows = Rows(values.reshape(1, -1) if values.ndim < 2 else values[None], "once")
    lines = worked("once", 1, lambda row: [summary(name, values)])
    part = {"name": "", "quantities": [quantity(name, rows, hue(path))], "worked": lines}
    return {"block": block, "parts": [part], "matrices": _matrix(name, table)}


def _bare(module: nn.Module) -> list[dict[str, Any]]:
    """What a module of ours has learned in parameters of its own."""
    return [found for name, table in module.named_parameters(recurse=False) if ours(type(module)) for found in _matrix(name, table)]


def _matrix(name: str, table: nn.Parameter) -> list[dict[str, Any]]:
    values = table.detach().float().cpu().numpy()
    return [] if values.ndim == 0 else [matrix(name, values.reshape(-1, values.shape[-1]))]


_SITES = {
    "residual": (
        "x + sublayer(x)",
        "The sublayer only adds to what comes in, as notes to a page: the page itself always gets through.",
    ),
    "activation": ("y = f(x)", "Bends each number by itself; without it two layers would be no more than one."),
}


def _first(value: Any) -> Tensor | None:
    """The first tensor of numbers among arguments or results."""
    if isinstance(value, Tensor):
        return value if value.dim() >= 1 and value.numel() and value.is_floating_point() else None
    if isinstance(value, tuple | list):
        return next((found for found in map(_first, value) if found is not None), None)
    states = getattr(value, "states", None)
    return states if isinstance(states, Tensor) else None
