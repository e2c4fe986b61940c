"""Inputs that nobody wrote down: tokens of any length that a visitor could type and whose right answer the task knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import InputError
from ...inference.explore import device_of
from ...models import EncoderDecoder
from ...storage.run import Run
from ...tasks import Batch, SequenceTask, pad
from ...vocabulary import EOS

KNOWN = 512  # held-out inputs that others are made of
Words = tuple[str, ...]
Asked = Mapping[Words, tuple[Words, ...]]  # sources, and all right answers to each


def writer(run: Run) -> tuple[EncoderDecoder, SequenceTask]:
    """The model and the task of a run that writes answers to what can be typed, and whose task knows the right ones. Raises InputError."""
    model, task = run.model, run.task
    if not isinstance(model, EncoderDecoder) or task.source_vocabulary is None:
        raise InputError(
            f"{run.recipe.architecture} on {run.recipe.task} writes no answers to typed tokens; choose a sequence decoder and a typed task."
        )
    if not any(task.answers(source) for source in known(task, 8)):
        raise InputError(
            f"{run.recipe.task} cannot tell what is right for an input that is typed; choose a task whose answers follow from it."
        )
    return model, cast(SequenceTask, task)


def known(task: object, count: int = KNOWN) -> list[Words]:
    """Sources of held-out inputs, in tokens."""
    sequence = cast(SequenceTask, task)
    return [sequence.source_vocabulary.decode(row) for row in sequence.held_out("test", count).source.tolist()]


def answers_to(task: SequenceTask, source: Words) -> tuple[Words, ...]:
    """All right answers to these very tokens, the usual one first; none where nobody can type them, or their answer is not known or cannot
    be written."""
    try:
        answers = task.answers(source) if task.parse(task.spell(source)) == source else ()
    except InputError:
        return ()
    return answers if all(word in task.target_vocabulary.ids for answer in answers for word in answer) else ()


def resized(source: Words, length: int, words: Sequence[str], random: Random) -> Words:
    """Tokens of a source taken out, or more of its kind put in between, until there are so many."""
    made = list(source)
    while len(made) > length:
        del made[random.randrange(len(made))]
    while len(made) < length:
        made.insert(random.randrange(len(made) + 1), random.choice(words))
    return tuple(made)


def by_chance(sources: Sequence[Words], length: int, random: Random) -> Iterator[Words]:
    """Tokens of a length without end, made of `sources` by taking out or putting in as many as it needs. Not all of them can be typed."""
    words = [word for source in sources for word in source]
    near = sorted(sources, key=lambda source: abs(len(source) - length))[: max(64, len(sources) // 8)]
    while True:
        yield resized(random.choice(near), length, words, random)


def batched(task: SequenceTask, asked: Asked) -> Batch:
    """Sources of one length, and the usual right answer to each."""
    ids = torch.tensor([task.source_vocabulary.encode(source) for source in asked])
    return Batch(ids, _targets(task, [answers[0] for answers in asked.values()]))


@torch.no_grad()
def right(model: EncoderDecoder, task: SequenceTask, asked: Asked) -> NDArray[np.bool_]:
    """Whether greedy decoding writes a right answer to each of these sources, which are all of one length. (N,)

    Fed the right prefix every arg max is the next right token, or it is not: no answer needs to be decoded."""
    device = device_of(model)
    batch = batched(task, asked).to(device)
    found = model.writes(batch)
    others = [answers[1:] for answers in asked.values()]
    for rank in range(max(map(len, others))):
        rows = [row for row, more in enumerate(others) if len(more) > rank]
        target = _targets(task, [others[row][rank] for row in rows]).to(device)
        found[rows] |= model.writes(replace(batch[torch.tensor(rows, device=device)], target=target))
    return np.asarray(found.cpu().numpy(), dtype=np.bool_)


def _targets(task: SequenceTask, answers: Sequence[Words]) -> Tensor:
    return pad([[*task.target_vocabulary.encode(answer), EOS] for answer in answers])[0]
