"""Little faces, drawn where nobody has brought pictures: round or long, smiling or not, looking to either side."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from ..strokes import inked

COUNT = 1_000
HEAD, MOUTH = 56, 14  # points of their lines


@cache
def faces() -> Tensor:
    """Pictures (COUNT, 784) in 0..1, the same on every start."""
    generator = torch.Generator().manual_seed(5)
    low = torch.tensor([8.0, 8.5, -0.6, 3.0, -1.5, 3.0, 0.9])
    high = torch.tensor([11.0, 11.5, 0.6, 4.5, 1.5, 4.5, 1.7])
    wide, tall, smile, apart, turned, mouth, thickness = (low + (high - low) * torch.rand(COUNT, 7, generator=generator)).T[:, :, None]
    turn, across = torch.linspace(0, 2 * torch.pi, HEAD), torch.linspace(-1, 1, MOUTH)
    eyes = torch.tensor([-1.0, 1.0])
    x = torch.cat([wide * turn.cos(), turned + apart * eyes, turned + mouth * across], dim=1)
    y = torch.cat([tall * turn.sin(), (0 * wide - 0.3 * tall).expand(-1, 2), 0.4 * tall - 3 * smile * (across.square() - 0.5)], dim=1)
    return torch.cat([inked(14 + x[i : i + 16], 14 + y[i : i + 16], thickness[i : i + 16]) for i in range(0, COUNT, 16)])
