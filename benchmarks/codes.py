"""Autoencoders: seconds to train, and error per held-out pixel against PCA with a code of the same size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from sklearn.decomposition import PCA

from playground import api, tasks
from playground.experiments.pca_baseline import pca_error
from playground.tasks import PictureTask
from playground.training.presets import PRESETS

from .measure import Row

SIZES = {"strokes": (2, 8, 16, 32, 128), "digits": (2, 8, 16, 128)}
BAR_S = 15.0


def rows() -> Iterator[Row]:
    for task, sizes in SIZES.items():
        names = {preset.model["code"]: preset.name for preset in PRESETS["autoencoder", task]}
        for size in sizes:
            yield from _size(task, size, names.get(size))
    for architecture, task in PRESETS:
        if tasks.get(task).kind == "picture" and architecture != "autoencoder":
            yield from _first(architecture, task)


def _first(architecture: str, task: str) -> Iterator[Row]:
    """The shipped preset of another architecture: seconds, and what it loses against PCA of the same size."""
    run = api.train(architecture, task, preset=PRESETS[architecture, task][0].name, device="cpu")
    size = run.model.code_size
    theirs = pca_error(task, size)
    what = f"{architecture} · {task} · z = {size}"
    yield Row(f"{what}: CPU seconds", f"{run.train_seconds:.1f} s", f"≤ {BAR_S:g} s", run.train_seconds <= BAR_S)
    measured = ", ".join(f"{name} {value:.4g}" for name, value in run.metrics.items() if name != "loss")
    yield Row(f"{what}: held-out", f"{measured}; PCA-{size} mse {theirs:.4f}")


def _size(task: str, size: int, preset: str | None) -> Iterator[Row]:
    run = api.train("autoencoder", task, preset=preset, device="cpu", model_options={"code": size})
    built = tasks.get(task)()
    assert isinstance(built, PictureTask)
    (train, _), (held_out, _) = built.pictures("train"), built.pictures("test")
    with torch.no_grad():
        ours = float((run.model(held_out) - held_out).square().mean())
    pca = PCA(size, random_state=0).fit(train.numpy())
    made = pca.inverse_transform(pca.transform(held_out.numpy()))
    theirs = float(np.square(made - held_out.numpy()).mean())
    name = f"autoencoder · {task} · z = {size}"
    yield Row(
        f"{name}: CPU seconds",
        f"{run.train_seconds:.1f} s, {run.recipe.training.steps} steps",
        f"≤ {BAR_S:g} s",
        run.train_seconds <= BAR_S,
    )
    verdict = "ahead of" if ours < theirs else "behind"
    yield Row(f"{name}: error per held-out pixel", f"{ours:.4f}, {verdict} PCA-{size} ({theirs:.4f})")
