"""Small models and inputs that several test files share, made from the registries: a new architecture is tested unasked."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from playground import models, options, recipes, tasks
from playground.models import initialise
from playground.recipes import Recipe
from playground.tasks import Batch, PictureTask, Task, TextTask

PAIRS = [(a.id, t.id) for a in models.architectures().values() for t in tasks.tasks().values() if a.fits(t)]
DECODER_PAIRS = [(a, t) for a, t in PAIRS if models.get(a).kind == "sequence decoder"]


def tiny_options(architecture: str, **wanted: Any) -> dict[str, Any]:
    """Defaults, but every width as small as is allowed (at most 16); `wanted` where the architecture has such an option."""
    limits = options.limits(models.get(architecture).Options)
    small = {k: int(max(limit.low, 16)) for k, limit in limits.items() if limit.kind == "integer" and limit.high > 16}
    return small | {k: v for k, v in wanted.items() if k in limits}


def recurrent_options(architecture: str) -> list[dict[str, Any]]:
    """All cells × one and two layers × one and two directions × all attention scores that the architecture offers."""
    limits = options.limits(models.get(architecture).Options)
    if "cell" not in limits:
        return []
    cells = [key for key, _ in limits["cell"].choices]
    scores = [key for key, _ in limits["score"].choices] if "score" in limits else [None]
    return [
        tiny_options(architecture, cell=cell, layers=layers, bidirectional=both, score=score)
        for cell in cells
        for layers in (1, 2)
        for both in (False, True)
        for score in scores
    ]


def tiny_recipe(architecture: str, task: str, steps: int = 12, **more: Any) -> Recipe:
    training = {"steps": steps, "batch_size": 8, **more.pop("training_options", {})}
    return recipes.make(architecture, task, model_options=tiny_options(architecture), training_options=training, device="cpu", **more)


def build(architecture: str, task: Task, seed: int = 0, **wanted: Any) -> nn.Module:
    """An untrained model whose parameters come from this seed."""
    entry = models.get(architecture)
    model = entry.build(task, options.parse(entry.Options, tiny_options(architecture, **wanted)))
    initialise(model, torch.Generator().manual_seed(seed))
    return model.eval()


def call(model: nn.Module, batch: Batch) -> Tensor:
    """The forward pass, whatever the kind of model."""
    if isinstance(model, models.EncoderDecoder):
        return model(batch.source, batch.target_in, batch.mask)
    return model(batch.source, batch.mask) if isinstance(model, models.Reader) else model(batch.source)


def some_input(task: Task) -> Any:
    """What a visitor would give: the pinned text, or the first held-out picture."""
    if isinstance(task, PictureTask):
        return task.held_out(1).source[0].view(28, 28).numpy()
    assert isinstance(task, TextTask)
    return task.pinned
