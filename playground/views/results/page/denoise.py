"""Denoising on the page: the error at every level of noise, and a few pictures at one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ....experiments.uses.denoising import Denoised, noisy
from ....experiments.uses.pictures import autoencoder, errors
from ....wire import ink
from ...style import Rich

if TYPE_CHECKING:
    from ....storage.run import Run

SHOWN = 7  # pictures, the one on the stage first


def spec(found: Denoised, trained: bool) -> dict[str, Any]:
    """`trained`: whether the run that was measured has seen noise in training."""
    return {
        "n": found.n,
        "level": found.level,
        "levels": list(found.levels),
        "left": list(found.left),
        "noise": list(found.model) if trained else None,
        "plain": list(found.plain) if trained else list(found.model),
        "reading": reading(found, trained),
    }


def reading(found: Denoised, trained: bool) -> Rich:
    """What is left of the noise."""
    if not trained:
        worse = sum(mine > left for mine, left in zip(found.model, found.left, strict=True))
        told = "takes noise for ink and draws it" if worse > len(found.levels) / 2 else "lets little noise through"
        return [("", f"Trained on clean pictures alone it {told}: at {found.level:g} it leaves "), ("b", shared(found.ratio)),
                ("", " of the error that is there.")]  # fmt: skip
    if not found.plain:
        return [("", f"At {found.level:g} it leaves "), ("b", shared(found.ratio)), ("", " of the error that is there.")]
    clean: Rich = [("", f" Without noise B errs {found.plain[0]:.4f}, A {found.model[0]:.4f}.")]
    many = "all" if found.closer == found.n else f"{found.closer:,} of"
    return [("", f"At {found.level:g} A leaves "), ("b", shared(found.ratio)),
            ("", f" of B’s error and is closer on {many} {found.n:,} pictures."), *clean]  # fmt: skip


@torch.no_grad()
def pictures(runs: Mapping[str, Run], picture: NDArray[np.float32], level: float, draw: int) -> dict[str, Any]:
    """The same noise on a few pictures, and what each of the runs makes of them, by "noise" and "plain"."""
    one = next(iter(runs.values()))
    test, labels = one.task.pictures("test")
    named = labels if one.task.labelled else torch.arange(len(labels))
    rest = [int(torch.nonzero(named == label)[0]) for label in named.unique()[: SHOWN + 2]]
    others = [test[i] for i in rest if not np.allclose(test[i].numpy(), picture, atol=1e-3)][: SHOWN - 1]
    clean = torch.stack([torch.from_numpy(picture), *others])
    seen = noisy(clean, level, draw)
    rows = {"noisy": (seen.numpy(), (seen - clean).square().mean(1).numpy())}
    for name, run in runs.items():
        model = autoencoder(run)
        rows[name] = model(seen, model.guess(seen)).numpy(), errors(model, seen, None, clean)
    return {
        "clean": ink(clean.numpy()),
        "rows": {name: {"pictures": ink(drawn), "errors": [round(float(e), 5) for e in wrong]} for name, (drawn, wrong) in rows.items()},
    }


def shared(ratio: float) -> str:
    """An error as a share of another one: two figures, and none of them a power."""
    return f"{100 * ratio:.{0 if ratio >= 0.1 else 1}f} %"
