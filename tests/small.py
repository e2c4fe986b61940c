"""Small models and inputs that several test files share, made from the registries: a new architecture is tested unasked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from playground import api, models, options, tasks
from playground.models import Counted, EncoderDecoder, Reader, initialise
from playground.storage.checkpoints import Checkpoint
from playground.tasks import Batch, PictureTask, Task, TypedTask
from playground.tracing import Edit, Recording
from playground.training import recipes
from playground.training.recipes import Recipe
from playground.training.trainer import new_model
from playground.vocabulary import PAD

CLOSE = {"atol": 1e-5, "rtol": 0}
LIGHT = ("reverse", "strokes", "scenes")  # the cheapest tasks of their kinds
PAIRS = [(a.id, t.id) for a in models.architectures().values() for t in tasks.tasks().values() if a.fits(t)]
DECODER_PAIRS = [(a, t) for a, t in PAIRS if models.get(a).kind == "sequence decoder"]
EACH_KIND = list({(a, tasks.get(t).kind): (a, t) for a, t in sorted(PAIRS, key=lambda pair: pair[1] in LIGHT)}.values())
ONE_EACH = list({a: (a, t) for a, t in reversed(EACH_KIND)}.values())
COUNTING = ("ngram",)  # fitted by counting: nothing about gradients applies
LEARNING = [(a, t) for a, t in EACH_KIND if a not in COUNTING]


def tiny_options(architecture: str, **wanted: Any) -> dict[str, Any]:
    """Defaults, but every width as small as is allowed (at most 16); `wanted` where the architecture has such an option."""
    limits = options.limits(models.get(architecture).Options)
    small = {k: int(max(limit.low, 16)) for k, limit in limits.items() if limit.kind == "integer" and limit.high > 16}
    return small | {k: v for k, v in wanted.items() if k in limits}


def recurrent_options(architecture: str) -> list[dict[str, Any]]:
    """All cells × one and two layers × all ways to read × all attention scores that the architecture offers."""
    limits = options.limits(models.get(architecture).Options)
    if "cell" not in limits:
        return []
    cells = [key for key, _ in limits["cell"].choices]
    scores = [key for key, _ in limits["score"].choices] if "score" in limits else [None]
    ways = [{"bidirectional": False}, {"bidirectional": True}]
    if "backwards" in limits:
        ways.append({"bidirectional": False, "backwards": True})
    return [
        tiny_options(architecture, cell=cell, layers=layers, score=score, **way)
        for cell in cells
        for layers in (1, 2)
        for way in ways
        for score in scores
    ]


def tiny_recipe(architecture: str, task: str, steps: int = 12, **more: Any) -> Recipe:
    training = {"steps": steps, "batch_size": 8, **more.pop("training_options", {})}
    return recipes.make(architecture, task, model_options=tiny_options(architecture), training_options=training, device="cpu", **more)


def build(architecture: str, task: Task, seed: int = 0, **wanted: Any) -> nn.Module:
    """An untrained model whose parameters come from this seed; one that counts has counted a little."""
    entry = models.get(architecture)
    model = entry.build(task, options.parse(entry.Options, tiny_options(architecture, **wanted)))
    initialise(model, torch.Generator().manual_seed(seed))
    if isinstance(model, Counted):
        model.count(task.held_out("test", 64))
    return model.eval()


def tiny_run(architecture: str, task: str) -> api.Run:
    """A run of such a model before its first update; one that counts has counted a little."""
    recipe = tiny_recipe(architecture, task)
    model = new_model(recipe)
    if isinstance(model, Counted):
        model.count(recipe.build_task().held_out("test", 64))
    return api.Run(Checkpoint(recipe, model.state_dict(), {}, 0.0))


def call(model: nn.Module, batch: Batch) -> Tensor:
    """The forward pass, whatever the kind of model."""
    if isinstance(model, models.EncoderDecoder):
        return model(batch.source, batch.target_in, batch.mask)
    return model(batch.source, batch.mask if isinstance(model, models.Reader) else batch.condition)


def some_input(task: Task) -> Any:
    """What a visitor would give: the pinned text, or the first held-out grey picture."""
    if isinstance(task, PictureTask):
        return task.held_out("test", 1).source[0].view(28, 28).numpy()
    assert isinstance(task, TypedTask)
    return task.pinned


@contextmanager
def watched(model: nn.Module, *edits: Edit) -> Iterator[Recording]:
    recording = Recording(model, edits)
    with recording.open(), torch.no_grad():
        yield recording


def looked_at(model: nn.Module, looking: bool) -> Any:
    """Both ways to compute: the fused kernels, and the explicit equations while a recording is open."""
    return watched(model) if looking else nullcontext()


def held_out(task_id: str, count: int = 5) -> tuple[Any, Batch]:
    task = tasks.get(task_id)()
    return task, task.held_out("test", count)


def padded(batch: Batch, columns: int = 3) -> Batch:
    """The same examples in a wider rectangle; pictures have none."""
    if batch.source.is_floating_point():
        return batch if batch.mask is None else _longer(batch, batch.mask, columns)
    mask = batch.source != PAD
    return Batch(F.pad(batch.source, (0, columns), value=PAD), batch.target, F.pad(mask, (0, columns), value=False))


def _longer(batch: Batch, mask: Tensor, frames: int) -> Batch:
    """Sounds with so many frames of nothing behind them."""
    more = (0, 0) * (batch.source.dim() - 2) + (0, frames)
    return Batch(F.pad(batch.source, more), batch.target, F.pad(mask, (0, frames), value=False))


def answers(model: nn.Module, batch: Batch) -> Tensor:
    """The forward pass at real places only, at least (B, 1)."""
    out = call(model, batch)
    if not isinstance(model, Reader):
        return out
    if model.answers == "number":
        return out[:, None]
    width = int((batch.source != PAD).sum(1).max())
    return out if model.answers == "label" else (out * (batch.source != PAD)[..., None])[:, :width]


def looped(model: EncoderDecoder, batch: Batch) -> Tensor:
    """Teacher forcing by the code that decoding uses."""
    state, logits = model.decoder.init_state(model.encode(batch.source, batch.mask)), []
    for token in batch.target_in.T:
        step, state = model.decode_step(token, state)
        logits.append(step)
    return torch.stack(logits, dim=1)


def without_padding(batch: Batch, row: int) -> Batch:
    source, target = batch.source[row], batch.target[row]
    if source.is_floating_point():
        return Batch((source if batch.mask is None else source[batch.mask[row]])[None], target[target != PAD][None])
    return Batch(source[source != PAD][None], target[target != PAD][None] if target.dim() else target[None])
