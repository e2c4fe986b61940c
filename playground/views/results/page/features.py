"""Features on the page: what few labels are worth on the code, which number knows which factor, and what the best of them draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ....experiments.uses.features import AT, Features
from ....experiments.uses.pictures import autoencoder
from ....inference.latent import decoded, encoded
from ....wire import ink
from ...style import Rich

if TYPE_CHECKING:
    from ....storage.run import Run

STEPS = 7  # of a strip
STRIPS = 3  # factors that have one


def spec(found: Features, run: Run, picture: NDArray[np.float32], condition: int | None) -> dict[str, Any]:
    """`picture` (784,) is the one on the stage: each strip moves one number of its code."""
    lines = {"code": found.code, "pca": found.pca, "pixels": found.pixels, "control": found.control}
    return {
        "n": found.n,
        "size": found.size,
        "labels": list(found.labels),
        "lines": {name: [[round(value, 4) for value in right] for right in line] for name, line in lines.items()},
        "explains": list(found.explains),
        "factors": [
            {"name": one.name, "alone": [round(v, 3) for v in one.alone], "all": one.all, "pca": one.pca, "control": one.control}
            for one in found.factors
        ],
        "strips": _strips(found, run, picture, condition),
        "reading": reading(found),
        "known": known(found),
    }


def _strips(found: Features, run: Run, picture: NDArray[np.float32], condition: int | None) -> list[dict[str, Any]]:
    """The best number of a factor alone, from the 2nd to the 98th percentile of the test set."""
    model = autoencoder(run)
    pictures, labels = run.task.pictures("test")
    codes = encoded(model, pictures, labels if model.conditions else None)
    told = None if condition is None else torch.tensor([condition])
    (code,) = encoded(model, torch.from_numpy(picture)[None], told)
    strips = []
    for factor in found.factors[:STRIPS]:
        moved = np.repeat(code[None], STEPS, 0)
        low, high = np.quantile(codes[:, factor.best], [0.02, 0.98])
        moved[:, factor.best] = np.linspace(low, high, STEPS)
        strips.append({"factor": factor.name, "unit": factor.best, "pictures": ink(decoded(model, moved, condition))})
    return strips


def reading(found: Features) -> Rich:
    """With the fewest labels, and with a hundred."""
    few, at = found.labels[0], found.labels.index(AT)
    shares = [f"{100 * line[0].mean:.0f} %" for line in (found.code, found.pca, found.pixels)]
    told: Rich = [("", "With "), ("b", str(few)), ("", " labels: code {}, PCA {}, pixels {}. ".format(*shares))]
    best = max(found.pca[at].mean, found.pixels[at].mean)
    gain = 100 * (found.code[at].mean - best)
    apart = found.code[at].low > best or found.code[at].high < best
    said = f"{abs(gain):.1f} points {'ahead' if gain > 0 else 'behind'}" if apart else "no better or worse beyond the draws"
    return [*told, ("", f"With {AT} the code is "), ("b", said), ("", ".")]


def known(found: Features) -> Rich:
    """Which single number knows most of what."""
    if not found.factors:
        return [("", "Nobody knows which slant or size made these pictures; of drawn strokes it is known.")]
    parts: Rich = [("", "Best single number: ")]
    for i, one in enumerate(found.factors[:STRIPS]):
        parts += [("", f"{', ' if i else ''}{one.name} z{one.best + 1} "), ("b", f"{one.alone[one.best]:.2f}")]
    return [*parts, ("", ". Strips: that number alone, from low to high.")]
