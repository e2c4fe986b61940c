"""An embedding opened: one-hot × Linear = Embedding, computed three ways with the loaded model's numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ...tasks import Task
from ...tracing import Trace
from ...vocabulary import SPECIALS
from ...wire import pack
from .calls import Call, Rows
from .parts import Line, number, quantity, worked

SPECIAL = dict(zip(SPECIALS, ("pad", "start", "end"), strict=False))


def body(task: Task, trace: Trace, path: str, module: nn.Embedding, seen: list[Call], stepwise: bool, hue: str) -> dict[str, Any]:
    """The row that each id looks up, the same row as a product, and by how much the two differ: by nothing."""
    read = [call.arguments[0].reshape(-1).cpu() for call in seen]
    ids = torch.cat([each[-1:] for each in read[-len(trace.tokens) :]]) if stepwise else read[0]  # a step reads the latest token
    table = module.weight.detach().float().cpu()  # (V, E)
    one_hot = F.one_hot(ids, len(table)).float()  # (rows, V)
    looked_up = F.embedding(ids, table)  # (rows, E)
    product = one_hot @ table
    linear = nn.Linear(len(table), table.shape[1], bias=False)
    linear.weight = nn.Parameter(table.T)
    with torch.inference_mode():
        difference = max(float((made - looked_up).abs().max()) for made in (product, linear(one_hot)))
    axis = "step" if stepwise else "position"
    names = _names(task, path, len(table))

    def lines(row: int) -> list[Line]:
        i = int(ids[row])
        first = ", ".join(number(float(v)) for v in product[row, :3])
        return [
            [("", "id of "), ("b", f"‘{names[i]}’"), ("", " = "), ("b", str(i))],
            [("", f"one-hot({i}) · W = ({first}, … {table.shape[1]} numbers)")],
            [("", f"W[{i}], looked up, is the same: largest difference "), ("b", f"{difference:g}")],
        ]

    size = f"nn.Linear({len(table)}, {table.shape[1]}, bias=False)"
    return {
        "parts": [{"name": "", "quantities": [quantity("e", Rows(looked_up.numpy(), axis), hue)], "worked": worked(axis, len(ids), lines)}],
        "positions": len(trace.source) if stepwise else len(ids),
        "embedding": {
            "axis": axis,
            "ids": ids.tolist(),
            "names": names,
            "table": pack(table.numpy()),
            "difference": difference,
            "same": f"{size} whose weight is W transposed, given the one-hot row, computes the same; the look-up only skips the zeros.",
        },
    }


def _names(task: Task, path: str, count: int) -> list[str]:
    """What the rows of a table stand for: tokens, or else places."""
    both = [task.source_vocabulary, task.target_vocabulary]
    nearest = both[::-1] if path.startswith("decoder") else both
    found = next((v.tokens for v in nearest if v is not None and len(v) == count), None)
    return [f"place {i}" for i in range(count)] if found is None else [SPECIAL.get(token, token) for token in found]
