"""How a module introduces itself: by its own `Block`, as one of torch's layers, or by its class and what that says of itself."""

from __future__ import annotations

import re

from torch import nn

from ...models import Block
from .layers import layer


def introduction(module: nn.Module) -> Block | None:
    """What the module says of itself, None where it says nothing."""
    found = getattr(module, "block", None)
    return found if isinstance(found, Block) else None


def about(module: nn.Module) -> Block:
    """Its own introduction, that of torch's layer, or else its class's name and the first sentence of its docstring."""
    plain = None if introduction(module) else layer(module)
    return introduction(module) or (plain.block if plain else _documented(module))


def ours(kind: type[nn.Module]) -> bool:
    """Whether a class is written for this playground, and not torch's."""
    return not kind.__module__.startswith("torch.")


def _documented(module: nn.Module) -> Block:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(module).__name__)
    text = (type(module).__doc__ or "").strip() if ours(type(module)) else ""
    first = re.split(r"(?<=\.)\s|\n\n", text, maxsplit=1)[0].replace("\n", " ").strip()
    return Block(name[:1].upper() + name[1:].lower() if " " in name else name, "", re.sub(r"\s+", " ", first))
