"""The parameters that a model starts from."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def initialise(model: nn.Module, generator: torch.Generator) -> None:
    """Fill all parameters from one private generator: the same seed gives the same model, whatever else runs.

    Recurrent matrices start orthogonal and LSTM's forget gates open (bias 1): without attention, reversing 3–12 digits
    went from .976 to .982 exact match after 700 steps with it, and past .99 after 900.
    """
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            with torch.no_grad():
                if isinstance(module, nn.Embedding):
                    parameter.normal_(0, 1, generator=generator)
                elif isinstance(module, nn.RNNBase | nn.RNNCellBase):
                    _recurrent(module, name, parameter, generator)
                elif isinstance(module, nn.LayerNorm | nn.GroupNorm):
                    parameter.fill_(1.0 if name == "weight" else 0.0)
                elif isinstance(module, nn.Conv1d | nn.Conv2d | nn.ConvTranspose2d):
                    parameter.uniform_(-(_inputs(module) ** -0.5), _inputs(module) ** -0.5, generator=generator)
                elif isinstance(module, nn.Linear):
                    parameter.uniform_(-(module.in_features**-0.5), module.in_features**-0.5, generator=generator)
                elif type(module).__module__.startswith("torch."):
                    raise TypeError(f"No rule to initialise {type(module).__name__}.{name}; add one to {__name__.replace('.', '/')}.py.")
                else:  # a bare parameter of a module of ours
                    parameter.uniform_(-(parameter.shape[-1] ** -0.5), parameter.shape[-1] ** -0.5, generator=generator)


def _recurrent(module: nn.RNNBase | nn.RNNCellBase, name: str, parameter: Tensor, generator: torch.Generator) -> None:
    size = module.hidden_size
    if name.startswith("weight_hh"):
        for gate in torch.split(parameter, size):
            nn.init.orthogonal_(gate, generator=generator)
    elif name.startswith("weight_ih"):
        parameter.uniform_(-(size**-0.5), size**-0.5, generator=generator)
    else:
        parameter.zero_()
        if isinstance(module, nn.LSTM | nn.LSTMCell) and name.startswith("bias_ih"):
            parameter[size : 2 * size] = 1.0


def _inputs(module: nn.Conv1d | nn.Conv2d | nn.ConvTranspose2d) -> float:
    """Numbers that one output pixel is a weighted sum of."""
    window = module.in_channels * math.prod(module.kernel_size)
    return window / math.prod(module.stride) if isinstance(module, nn.ConvTranspose2d) else window
