"""Compression on the page: error against size, and the same picture kept by every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ....experiments.pca_baseline import components
from ....experiments.uses.compressing import PIXELS, SIZES, Compressed
from ....experiments.uses.pictures import autoencoder
from ....wire import ink
from ...style import Rich

if TYPE_CHECKING:
    from ....storage.run import Run

FEW = 0.8  # of the error: from there on more numbers hardly help
CURVE = 256  # components that are drawn


def spec(found: Compressed, run: Run, others: Mapping[str, Run], picture: NDArray[np.float32], condition: int | None) -> dict[str, Any]:
    """`picture` (784,) is the one on the stage; `others` are by name, those of "size-…" draw it too."""
    sizes = sorted({*SIZES, found.size})
    by_size = {autoencoder(other).code_size: other for name, other in others.items() if name.startswith("size-")} | {found.size: run}
    pca = components(run.task)
    return {
        "n": found.n,
        "size": found.size,
        "score": found.score,
        "components": found.components,
        "ratio": PIXELS / found.size,
        "share": found.score / found.pca[found.size - 1],
        "curve": list(found.pca[:CURVE]),
        "columns": [
            {
                "size": size,
                "mean": found.spread.get((size, False), (None,))[0],
                "linear": found.spread.get((size, True), (None,))[0],
                "pca": found.pca[size - 1],
                "kept": ink(_drawn(by_size[size], picture, condition)) if size in by_size else None,
                "pca_kept": ink(pca.drawn(picture[None], size)),
            }
            for size in sizes
        ],
        "reading": reading(found),
    }


@torch.no_grad()
def _drawn(run: Run, picture: NDArray[np.float32], condition: int | None) -> NDArray[np.float32]:
    told = None if condition is None else torch.tensor([condition])
    return autoencoder(run)(torch.from_numpy(picture)[None], told).numpy()


def reading(found: Compressed) -> Rich:
    """Where it is ahead of PCA, from where on more numbers hardly help, and how near the linear one comes."""
    curved = {size: mean for (size, linear), (mean, _, _) in found.spread.items() if not linear}
    linear = {size: mean for (size, is_linear), (mean, _, _) in found.spread.items() if is_linear}
    behind = [size for size, mean in curved.items() if mean >= found.pca[size - 1]]
    many = "at every size that is trained" if len(curved) > 1 else f"with {found.size} numbers"
    told: Rich = [("", f"Ahead of PCA {many}.")] if not behind else [("", f"PCA is ahead at {_listed(behind)}.")]
    sizes = sorted(curved)
    enough = next((size for size in sizes[:-1] if all(curved[more] > FEW * curved[size] for more in sizes if more > size)), None)
    if enough is not None and len(sizes) > 2:
        told += [("", " From "), ("b", str(enough)), ("", " on more numbers hardly help.")]
    if linear:
        worst = max(mean / found.pca[size - 1] - 1 for size, mean in linear.items() if found.pca[size - 1] > 1e-9)
        told += [("", " A linear autoencoder is at worst "), ("b", f"{100 * worst:.1f} %".replace("-", "−")), ("", " above PCA.")]
    return told


def _listed(sizes: list[int]) -> str:
    return ", ".join(map(str, sorted(sizes))) + " numbers"
