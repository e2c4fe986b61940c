"""Anomaly detection on the page: errors of known and strange pictures, the one on the stage among them, and those at the ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from .... import tasks
from ....experiments.uses.detecting import Detected
from ....experiments.uses.pictures import autoencoder, errors
from ....tasks import PictureTask
from ....wire import ink, pack
from ...style import Rich, decimals

if TYPE_CHECKING:
    from ....storage.run import Run

SHOWN = 4  # pictures at each end
ENOUGH = 0.95  # area


def spec(found: Detected, run: Run, odd: str | None, picture: NDArray[np.float32], areas: Mapping[int, Detected]) -> dict[str, Any]:
    """`odd` is the other task whose pictures are strange, or None; `areas` are those of every class that was left out."""
    pictures, strange = _kinds(run, odd)
    here = float(errors(autoencoder(run), torch.from_numpy(picture)[None], None)[0])
    ordered = np.argsort(found.ordinary), np.argsort(found.odd)
    every = np.concatenate([pictures, strange])
    whole = np.concatenate([found.ordinary, found.odd])
    strangest = np.argsort(-whole, kind="stable")
    return {
        "strange": found.strange,
        "counts": [len(found.ordinary), len(found.odd)],
        "ordinary": pack(np.sort(found.ordinary).astype(np.float32)),
        "odd": pack(np.sort(found.odd).astype(np.float32)),
        "score": found.score,
        "interval": list(found.interval),
        "threshold": found.threshold,
        "pca": found.pca,
        "likelihood": found.likelihood,
        "here": here,
        "groups": {
            "strangest": _group(every, whole, strangest[:SHOWN]),
            "plainest": _group(every, whole, strangest[::-1][:SHOWN]),
            "missed": _group(strange, found.odd, ordered[1][:SHOWN]),
            "false": _group(pictures, found.ordinary, ordered[0][::-1][:SHOWN]),
        },
        "areas": [[digit, one.score, *one.interval] for digit, one in sorted(areas.items())],
        "reading": reading(found, areas),
    }


def reading(found: Detected, areas: Mapping[int, Detected]) -> Rich:
    """How many classes are told apart well, and what PCA and a likelihood reach here."""
    told: Rich = []
    if areas:
        good = sum(one.score >= ENOUGH for one in areas.values())
        told += [("b", f"{good} of {len(areas)}"), ("", f" left-out digits reach {ENOUGH:.2f}. ".replace("0.", "."))]
    told += [("", "PCA of the same size reaches "), ("b", decimals(found.pca))]
    if found.likelihood is not None:
        told += [("", "; the likelihood in place of the error "), ("b", decimals(found.likelihood))]
    return [*told, ("", ".")]


def _kinds(run: Run, odd: str | None) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Known and strange pictures, in the order of their errors' rows."""
    task = run.task
    assert isinstance(task, PictureTask)
    pictures, labels = task.pictures("test")
    if odd is not None:
        return pictures.numpy(), tasks.get(odd)().pictures("test")[0].numpy()
    return pictures[labels != task.left_out].numpy(), pictures[labels == task.left_out].numpy()


def _group(pictures: NDArray[np.float32], scores: NDArray[np.float64], rows: NDArray[np.intp]) -> dict[str, Any]:
    return {"pictures": ink(pictures[rows]), "errors": [float(scores[row]) for row in rows]}
