"""How far back a model remembers: accuracy by the distance of the word that decides.

The next word is decided by the last k words if the same word comes next in all texts of the task that end in these k, but not in all that
end in the last k − 1: the k-th word back decides. An n-gram sees n − 1 words, and can only guess what is decided further back.

C. Shannon, "Prediction and Entropy of Printed English", 1951: what is known of the next letter given the last N.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import InputError
from ..models import EncoderDecoder, writable
from ..storage.run import Run
from ..tasks import Batch, Task
from ..vocabulary import PAD

TEXTS = 4000  # of the training, in which is counted what can follow what


@dataclass(frozen=True)
class Memory:
    """`distances` (K,) of the deciding word, 1 is the last one, and how many held-out words each decides (K,); by name the share of these
    words that a model foresees after the right beginning (K,)."""

    distances: tuple[int, ...]
    words: tuple[int, ...]
    accuracy: Mapping[str, tuple[float, ...]]


@torch.no_grad()
def remembered(runs: Mapping[str, Run], count: int = 256) -> Memory:
    """Several runs of one task that goes on with a begun text, on the same held-out texts. Raises InputError for other runs."""
    described = {run.recipe.task for run in runs.values()}
    first = next(iter(runs.values()), None)
    if first is None or len(described) > 1 or first.task.kind != "completion":
        raise InputError(
            f"These runs are of {', '.join(sorted(described)) or 'nothing'}; compare runs of one task that goes on with a text."
        )
    batch = first.task.held_out("test", count)
    distance = deciding(first.task, batch)  # (B, T), 0 where nothing is asked
    kinds = sorted(set(distance[distance > 0].tolist()))
    accuracy: dict[str, tuple[float, ...]] = {}
    for name, run in runs.items():
        assert isinstance(run.model, EncoderDecoder)
        right = (writable(run.model(batch.source, batch.target_in, batch.mask)).argmax(-1) == batch.target).numpy()
        accuracy[name] = tuple(float(right[distance == k].mean()) for k in kinds)
    return Memory(tuple(kinds), tuple(int((distance == k).sum()) for k in kinds), accuracy)


def deciding(task: Task, batch: Batch) -> NDArray[np.int64]:
    """How far back the word stands that decides each word of the targets (B, T); 0 at padding."""
    known = task.sample(TEXTS, torch.Generator().manual_seed(0))
    followers: defaultdict[tuple[int, ...], set[int]] = defaultdict(set)
    for text, start in _texts(known):
        for end in range(start, len(text)):
            for begin in range(end):
                followers[text[begin:end]].add(text[end])
    found = np.zeros(batch.target.shape, dtype=np.int64)
    for row, (text, start) in enumerate(_texts(batch)):
        for end in range(start, len(text)):
            contexts = (k for k in range(1, end + 1) if followers.get(text[end - k : end], {text[end]}) == {text[end]})
            found[row, end - start] = next(contexts, end)
    return found


def _texts(batch: Batch) -> Iterator[tuple[tuple[int, ...], int]]:
    """Whole texts, and where their targets begin."""
    for source, target in zip(batch.source.tolist(), batch.target.tolist(), strict=True):
        begun = [token for token in source if token != PAD]
        yield (*begun, *(token for token in target if token != PAD)), len(begun)
