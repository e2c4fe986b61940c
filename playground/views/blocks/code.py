"""The few lines of PyTorch that compute an opened block."""

from __future__ import annotations

import re
from typing import Any

from torch import nn

from ...models.layers.cells import EQUATIONS
from ...models.layers.recurrent import Recurrent
from .about import ours


def lines(module: nn.Module) -> str:
    """One of torch's own layers in a line; of ours `forward` and the methods it calls, without their watching."""
    made_of: type[nn.Module] = next(kind for kind in type(module).__mro__ if not ours(kind))
    if type(module).forward is made_of.forward:
        holds = made_of is nn.Module or any(True for _ in module.children())  # it has no lines of its own
        return repr(module) if holds else f"layer = nn.{made_of.__name__}({module.extra_repr()})\ny = layer(x)"
    if isinstance(module, Recurrent):
        return _plain(type(EQUATIONS[module.cell]).step).strip()
    try:
        return "\n\n".join(_plain(getattr(type(module), name)).strip() for name in _methods(module))
    except (OSError, TypeError):  # its class was not read from a file
        return repr(module)


def _methods(module: nn.Module) -> list[str]:
    """The methods that one forward pass of this module runs through, in the order in which they are met."""
    waiting, met = ["forward"], list[str]()
    while waiting:
        name = waiting.pop(0)
        method = getattr(type(module), name, None)
        if name in met or not _ours(method):
            continue
        met.append(name)
        waiting += re.findall(r"self\.(\w+)\(", _plain(method))
    return met


def _ours(method: Any) -> bool:
    return callable(method) and not str(getattr(method, "__module__", None) or "torch.").startswith("torch.")


def _plain(method: Any) -> str:
    from ...codegen import plain_source  # imported when first needed: LibCST and Black cost half a second

    return plain_source(method)
