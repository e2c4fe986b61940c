"""From a reader's logits to its answers: the class with the highest one, per text, per token or per mask; or a number."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ..models import Reader
from ..tasks import Task
from ..vocabulary import MASK


class Answer(NamedTuple):
    """What was read off one source: words, the places they were read off (none for the whole), and probabilities (answers, C)."""

    words: tuple[str, ...]
    positions: tuple[int, ...]
    probabilities: Float[Tensor, "answers classes"] | None


def read(model: Reader, task: Task, ids: Int[Tensor, " source"], logits: Tensor) -> Answer:
    """The answers to one source: `ids` without padding, `logits` its row of what the model gave."""
    logits = logits.float()
    if model.answers == "number":
        number = float(logits) * model.scale
        return Answer((str(round(number)) if math.isfinite(number) else str(number),), (), None)
    positions: tuple[int, ...] = ()
    if model.answers != "label":
        places = range(len(ids)) if model.answers == "tags" else (ids == MASK).nonzero()[:, 0].tolist()
        positions = tuple(places)
        logits = logits[list(positions)]
    rows = logits.reshape(-1, logits.shape[-1])
    return Answer(tuple(task.classes[i] for i in rows.argmax(-1).tolist()), positions, torch.softmax(rows, -1))
