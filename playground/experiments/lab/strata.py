"""Where two models of one task differ, beside by length: at which place of their answers, on which groups of inputs, and on which inputs.

Two models of one score may fail on different things; what a group shares, and the first wrong token, say on which. Slices of a test set:
T. Wu et al., "Errudite: Scalable, Reproducible, and Testable Error Analysis", 2019.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ...inference.decoding import decode
from ...inference.explore import device_of
from ...models import EncoderDecoder, Reader, writable
from ...storage.run import Run
from ...tasks import NO_ANSWER, Batch, TextTask
from ...vocabulary import PAD
from .typed_inputs import Words

AT_ONCE = 512
LISTED = 6  # inputs on which one is right, and as many on which none is

Pair = tuple[float, float, int]  # score of a, score of b, of n


class Apart(NamedTuple):
    """An input that one of two models, or both, answer wrongly. `answers` of a and b in tokens, the end of an answer that ends among them;
    `steps` the first wrong output of each, from 0, None where all is right; `gap` how much likelier a holds the right answer than b does,
    in nats; `doubt` how the input lies outside of what was taught."""

    given: str
    source: Words
    right: Words
    answers: tuple[Words, Words]
    steps: tuple[int | None, int | None]
    gap: float
    doubt: str | None


@torch.no_grad()
def answered(run: Run, batch: Batch) -> Tensor:
    """Which inputs a model answers rightly, the end included. (B,)"""
    model, found = run.model, []
    for part in _parts(run, batch):
        if isinstance(model, EncoderDecoder):
            right = model.writes(part)
            for other in () if part.also is None else part.also.unbind(1):
                right = right | model.writes(replace(part, target=other))
        else:
            assert isinstance(model, Reader)
            right = model.each(part).bool()
        found.append(right.cpu())
    return torch.cat(found) if found else torch.zeros(0, dtype=torch.bool)


def by_position(a: Run, b: Run, batch: Batch) -> dict[int, Pair]:
    """The share of right tokens at each place of the answers, from 0, the end being one, as each model writes them by itself; none where
    answers are read off at once."""
    if not (isinstance(a.model, EncoderDecoder) and isinstance(b.model, EncoderDecoder)):
        return {}
    (right_a, there_a), (right_b, there_b) = (_by_place(run, batch) for run in (a, b))
    places = min(right_a.shape[1], right_b.shape[1])
    counts = [(int(there_a[:, at].sum()), int(there_b[:, at].sum())) for at in range(places)]
    return {at: (int(right_a[:, at].sum()) / n, int(right_b[:, at].sum()) / m, min(n, m)) for at, (n, m) in enumerate(counts) if n and m}


def by_group(task: TextTask, batch: Batch, a: Tensor, b: Tensor) -> dict[str, dict[str, Pair]]:
    """Scores on the groups of inputs that the task knows of; `a` and `b` say which are answered rightly. (B,)"""
    sources = [task.source_vocabulary.decode(row) for row in batch.source.tolist()]
    found: dict[str, dict[str, Pair]] = {}
    for name, groups in task.strata.items():
        for group, belongs in groups.items():
            if rows := [row for row, source in enumerate(sources) if belongs(source)]:
                found.setdefault(name, {})[group] = (float(a[rows].float().mean()), float(b[rows].float().mean()), len(rows))
    return {name: groups for name, groups in found.items() if len(groups) > 1}


def apart(a: Run, b: Run, batches: Iterable[tuple[Batch, Tensor, Tensor]]) -> tuple[Apart, ...]:
    """Inputs on which one is right and the other wrong, the widest gap first, then those on which both are wrong, the shortest first; what
    is like what was taught before all others. `batches` come with what each model answers rightly."""
    rows = list({row.source: row for batch, right_a, right_b in batches for row in _rows(a, b, batch, right_a, right_b)}.values())
    one = sorted((row for row in rows if row.one), key=lambda row: (row.doubt is not None, -abs(row.gap)))
    none = sorted((row for row in rows if not row.one), key=lambda row: (row.doubt is not None, len(row.source), -abs(row.gap)))
    return tuple(told for some in (one, none) for told in islice(_told(a, b, some), LISTED))


class _Row(NamedTuple):
    source: Words
    one: bool  # whether one of both is right
    gap: float
    doubt: str | None


def _rows(a: Run, b: Run, batch: Batch, right_a: Tensor, right_b: Tensor) -> Iterator[_Row]:
    task: Any = a.task
    some = (~(right_a & right_b)).nonzero()[:, 0]
    gaps = _likelihood(a, batch[some]) - _likelihood(b, batch[some])
    for row, gap in zip(some.tolist(), gaps.tolist(), strict=True):
        source = task.source_vocabulary.decode(batch.source[row].tolist())
        yield _Row(source, bool(right_a[row] | right_b[row]), gap, task.doubt(source))


def _told(a: Run, b: Run, rows: Iterable[_Row]) -> Iterator[Apart]:
    """With what both answer; without those on which nobody knows what is right, or that decoding answers otherwise than a batch does."""
    task: Any = a.task
    for source, one, gap, doubt in rows:
        answers = [run.explore(task.spell(source)).tokens for run in (a, b)]
        steps = [_first_wrong(task, source, answer) for answer in answers]
        if task.answers(source) and (None in steps) == one and steps != [None, None]:
            ends = ("end",) if task.writes else ()
            right = (*task.answers(source)[0], *ends)
            yield Apart(task.spell(source), source, right, (answers[0], answers[1]), (steps[0], steps[1]), gap, doubt)


def _first_wrong(task: TextTask, source: Words, answer: Words) -> int | None:
    nearest = task.nearest(source, tuple(token for token in answer if token != "end"))
    wanted = (*(nearest or ()), *(("end",) if task.writes else ()))
    if answer == wanted:
        return None
    return next((i for i, (one, other) in enumerate(zip(answer, wanted, strict=False)) if one != other), min(len(answer), len(wanted)))


@torch.no_grad()
def _by_place(run: Run, batch: Batch) -> tuple[Tensor, Tensor]:
    """Which tokens are right, and which are due: of several right answers those of the one that agrees in most places. (B, T), (B, T)"""
    model, parts = run.model, []
    assert isinstance(model, EncoderDecoder)
    for part in _parts(run, batch):
        steps = [step.token for step in decode(model, part.source, part.mask, max_steps=part.target.shape[1])]
        written = F.pad(torch.stack(steps, dim=1), (0, part.target.shape[1] - len(steps)), value=PAD)
        due = part.target
        for other in () if part.also is None else part.also.unbind(1):
            better = ((written == other) & (other != PAD)).sum(1) > ((written == due) & (due != PAD)).sum(1)
            due = torch.where(better[:, None], other, due)
        parts.append(((written == due) & (due != PAD), due != PAD))
    right, there = zip(*parts, strict=True)
    return torch.cat(right).cpu(), torch.cat(there).cpu()


@torch.no_grad()
def _likelihood(run: Run, batch: Batch) -> Tensor:
    """Log probability of the usual right answer, in nats; of a number minus its squared error. (B,)"""
    model, found = run.model, []
    for part in _parts(run, batch):
        if isinstance(model, EncoderDecoder):
            logits, due = writable(model(part.source, part.target_in, part.mask)), part.target
            real = due != PAD
        else:
            assert isinstance(model, Reader)
            logits, due = model(part.source, part.mask), model.targets(part)
            if model.answers == "number":
                found.append(-((logits.float() - due / model.scale) ** 2).cpu())
                continue
            real = due != NO_ANSWER
        each = logits.float().log_softmax(-1).gather(-1, due.clamp(min=0)[..., None])[..., 0]
        found.append(torch.where(real, each, 0.0).flatten(1).sum(1).cpu() if each.dim() > 1 else each.cpu())
    return torch.cat(found) if found else torch.zeros(0)


def _parts(run: Run, batch: Batch) -> Iterator[Batch]:
    return (batch[slice(at, at + AT_ONCE)].to(device_of(run.model)) for at in range(0, len(batch), AT_ONCE))
