"""How large a model is, and how much work it does."""

from __future__ import annotations

import math

from torch import nn


def parameter_count(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def flops_per_example(model: nn.Module, source: int, target: int) -> float:
    """Rough floating-point operations of one training example: forward, and backward at twice its cost.

    Each weight of a layer is used once per position (2 operations), that of a convolution as often as the part that it lies in says in
    `uses`: once per pixel. Embeddings are look-ups and count nothing.
    """
    encodes = any(name == "encoder" for name, _ in model.named_children())
    positions = {"encoder": source, "decoder": target if encodes else source + target}  # without an encoder the decoder reads both
    total = 0.0
    for path, module in model.named_modules():
        if not isinstance(module, nn.Embedding):
            weights = sum(p.numel() for p in module.parameters(recurse=False) if p.dim() > 1)
            part, _, _ = path.rpartition(".")
            total += 6 * weights * getattr(model.get_submodule(part), "uses", positions.get(path.split(".")[0], 1))
    return math.ceil(total)
