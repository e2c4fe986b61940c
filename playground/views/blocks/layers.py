"""What torch's own layers say when they are opened: their equation, and one unit of it worked out with real numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from ...models import Block
from .parts import Line, dot, largest, matrix, number, plus, sub

Array = NDArray[np.float32]
Lines = Callable[[Array, Array], list[Line]]  # of one row: its input, its output

ACTIVATIONS: dict[type[nn.Module], tuple[str, str]] = {
    nn.ReLU: ("ReLU", "y = max(0, x)"),
    nn.GELU: ("GELU", "y = x · Φ(x), Φ the normal distribution"),
    nn.Tanh: ("tanh", "y = tanh(x)"),
    nn.Sigmoid: ("sigmoid", "y = 1 / (1 + e^−x)"),
    nn.SiLU: ("SiLU", "y = x / (1 + e^−x)"),
    nn.LeakyReLU: ("leaky ReLU", "y = x where x > 0, else a small share of x"),
    nn.Softmax: ("softmax", "y = e^x / Σ e^x"),
}
NORMS = (nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


class Layer(NamedTuple):
    """How a layer introduces itself, what it computes of one row, and its parameters."""

    block: Block
    lines: Lines
    matrices: list[dict[str, Any]]


def layer(module: nn.Module) -> Layer | None:
    """None for what is not one of torch's plain layers."""
    if type(module) in ACTIVATIONS:
        return _activation(module)
    for kind, make in _MAKERS.items():
        if isinstance(module, kind):
            return make(module)
    return None


def _linear(module: Any) -> Layer:
    weight, bias = _numpy(module.weight), None if module.bias is None else _numpy(module.bias)
    name = "y" if type(module) is nn.Linear else "(W x + b)"  # a layer made of it may bend the sum afterwards

    def lines(x: Array, y: Array) -> list[Line]:
        if x.ndim != 1:
            return []
        j = largest(y)
        return [dot(f"{name}{sub(j)}", weight[j], x, 0.0 if bias is None else float(bias[j]))]

    about = f"Each of the {len(weight)} outputs is its own weighted sum of all {weight.shape[1]} inputs. The line shows the strongest one."
    return Layer(Block("Linear layer", "y = W x + b" if bias is not None else "y = W x", about), lines, [matrix("W", weight)])


def _embedding(module: Any) -> Layer:
    block = Block(
        "Embedding",
        "e = W[id] = one-hot(id) · W",
        "A table with one row of learned numbers per token: the token's number picks its row, as a dictionary is opened at a page.",
    )
    return Layer(block, lambda x, y: [], [])


def _norm(module: Any) -> Layer:
    eps, weight = float(module.eps or 1e-6), module.weight
    gain = None if weight is None else _numpy(weight)
    shift = None if getattr(module, "bias", None) is None else _numpy(module.bias)
    groups = int(getattr(module, "num_groups", 1))
    centred = not isinstance(module, nn.RMSNorm)

    def lines(x: Array, y: Array) -> list[Line]:
        said: list[Line] = [
            [("", "before: mean "), ("b", number(float(x.mean()))), ("", ", standard deviation "), ("b", number(float(x.std())))],
            [("", "after: mean "), ("b", number(float(y.mean()))), ("", ", standard deviation "), ("b", number(float(y.std())))],
        ]
        if x.ndim != 1 or groups != 1:
            return said
        j, mean = largest(y), float(x.mean()) if centred else 0.0
        spread = math.sqrt(float(((x - mean) ** 2).mean()) + eps)
        unit = (
            f"({number(float(x[j]))}{plus(number(-mean))}) / {number(spread)}" if centred else f"{number(float(x[j]))} / {number(spread)}"
        )
        scaled = f" × {number(float(gain[j]))}" if gain is not None else ""
        moved = plus(number(float(shift[j]))) if shift is not None else ""
        return [*said, [("b", f"y{sub(j)}"), ("", f" = {unit}{scaled}{moved} = "), ("b", number(float(y[j])))]]

    if isinstance(module, nn.RMSNorm):
        block = Block("Root mean square norm", "y = x / √mean(x²) · γ", "Scales every vector to the same length, unit by unit.")
    elif isinstance(module, nn.GroupNorm):
        about = f"The channels are put into {groups} group{'s' if groups > 1 else ''}; in each the mean becomes 0 and the spread 1."
        block = Block("Group norm", "y = (x − mean) / √(variance + ε) · γ + β", about)
    else:
        about = "Moves the numbers of one position to mean 0 and spread 1, as marks of different schools are made comparable; then γ and β."
        block = Block("Layer norm", "y = (x − mean) / √(variance + ε) · γ + β", about)
    return Layer(block, lines, [])


def _dropout(module: Any) -> Layer:
    about = f"In training, each number is set to 0 with probability {module.p:g}, so that nothing relies on one unit. Off while you look."
    return Layer(Block("Dropout", "y = x", about), lambda x, y: [[("", "off while you look: every number passes")]], [])


def _activation(module: nn.Module) -> Layer:
    name, equation = ACTIVATIONS[type(module)]

    def lines(x: Array, y: Array) -> list[Line]:
        flat, made = x.reshape(-1), y.reshape(-1)
        at = [int(flat.argmax()), int(flat.argmin())]
        said: list[Line] = [[("", f"{name}({number(float(flat[i]))}) = "), ("b", number(float(made[i])))] for i in at]
        off = int((np.abs(made) < 0.05).sum())
        return [*said, [("", f"{off} of {made.size} units are off, closer to 0 than 0.05")]]

    return Layer(Block(name, equation, "Bends each number by itself; without it two layers would be no more than one."), lines, [])


def _conv(module: Any) -> Layer:
    weight, bias = _numpy(module.weight), None if module.bias is None else _numpy(module.bias)
    window = " × ".join(str(n) for n in module.kernel_size)
    transposed = isinstance(module, nn.ConvTranspose2d)

    def lines(x: Array, y: Array) -> list[Line]:
        if y.ndim != 3:
            return []
        c, i, j = (int(n) for n in np.unravel_index(np.abs(y).argmax(), y.shape))
        where: Line = [("b", f"channel {c + 1}"), ("", f", row {i + 1}, column {j + 1}: ")]
        if transposed or module.groups != 1 or isinstance(module.padding, str):
            return [[*where, ("b", number(float(y[c, i, j])))]]
        unfolded = F.unfold(torch.from_numpy(x)[None], module.kernel_size, module.dilation, module.padding, module.stride)[0]
        patch = unfolded[:, i * y.shape[2] + j].numpy()
        return [[*where, *dot("y", weight[c].reshape(-1), patch, 0.0 if bias is None else float(bias[c]))]]

    if transposed:
        about = f"Each input number is stamped as a pattern of {window} onto a larger picture; stamps that overlap are added."
        return Layer(Block("Transposed convolution", "y = Σ x · pattern + b", about), lines, [])
    about = f"A window of {window} weights per channel slides over its input and answers strongly where it finds its pattern."
    return Layer(Block("Convolution", "y = Σ window · patch + b", about), lines, [matrix("W", weight.reshape(len(weight), -1))])


def _numpy(tensor: Tensor) -> Array:
    return tensor.detach().float().cpu().numpy()


_MAKERS: dict[Any, Callable[[Any], Layer]] = {
    nn.Linear: _linear,
    nn.Embedding: _embedding,
    NORMS: _norm,
    nn.Dropout: _dropout,
    (nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d): _conv,
}
