"""How long a recipe will take on this machine: the preset's measured seconds, scaled by a short calibration.

A free Space has other cores than the machine the presets were measured on; the page states what to expect here.
"""

from __future__ import annotations

import time
from functools import cache

import torch
from torch import nn

from .recipes import Recipe, make, nearest, work

REFERENCE_S = 0.0019  # what `_workload` takes on the machine the presets were measured on (see README.md)


def expected_seconds(recipe: Recipe) -> float:
    """CPU seconds of training: the budget, or steps × the preset's time per step × this model's share of its work."""
    if recipe.seconds is not None:
        return recipe.seconds
    preset = nearest(recipe.architecture, recipe.task, dict(recipe.model_options), dict(recipe.task_options))
    measured = make(
        recipe.architecture,
        recipe.task,
        model_options=preset.model,
        task_options=preset.task,
        training_options=preset.training,
    )
    relative_work = _ratio(work(recipe)[1], work(measured)[1]) or recipe.training.batch_size / measured.training.batch_size
    per_step = preset.seconds / measured.training.steps * max(relative_work, 0.2)  # small models are bound by overhead
    return per_step * recipe.training.steps * slowness()


def _ratio(flops: float, measured: float) -> float:
    """0 for models that only count: their work is in reading the batch."""
    return flops / measured if measured else 0.0


@cache
def slowness() -> float:
    """Time of a fixed piece of training here, relative to the reference machine; measured once, in about 0.1 s."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        times = [_workload() for _ in range(12)]
    finally:
        torch.set_num_threads(threads)
    return min(max(min(times) / REFERENCE_S, 0.1), 20.0)


def _workload() -> float:
    layer, inputs = nn.LSTM(16, 64, batch_first=True), torch.zeros(64, 12, 16)
    start = time.thread_time()  # of this thread alone: what else runs here does not count
    layer(inputs)[0].sum().backward()
    return time.thread_time() - start
