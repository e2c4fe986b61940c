"""The shortest inputs on which a model fails, looked for by trying: all there are where they are few, else those that often break models.

A score says how often a model fails on what it was taught; a short failure says at what. Near-duplicates of what it answers, repeats, rare
tokens, more tokens than it was taught: M. T. Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList", 2020.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, cycle, islice, product
from random import Random
from typing import Any, NamedTuple

import torch

from ...errors import InputError
from ...inference.decoding import decode
from ...inference.explore import device_of
from ...models import EncoderDecoder
from ...options import show
from ...storage.run import Run
from ...tasks import SequenceTask
from ...vocabulary import EOS
from .result import Result
from .typed_inputs import Words, answers_to, by_chance, known, resized, right, writer

EVERY = 20_000  # inputs of one length that are all tried
SOME = 2_000  # of a length that has more
AT_ONCE = 256
REPEATS, NEAR = 200, 400
IN_VAIN = 512  # tries for a length of which none can be typed: there is hardly an input so long
MOST = 200  # failures that are kept
LONGEST_S = 600.0


class Failure(NamedTuple):
    """An input that is answered wrongly. `step`, from 0, is the first wrong output and `sure` the probability that the model gave what it
    wrote there; `answer` and `right` are tokens, the end of an answer that ends among them. `doubt` says how it lies outside of what was
    taught."""

    given: str
    source: Words
    answer: Words
    right: Words
    step: int
    sure: float
    doubt: str | None = None


class Tried(NamedTuple):
    """How many inputs of a length were tried and failed; whether these are all there are, and whether such lengths were trained."""

    length: int
    tried: int
    failing: int
    every: bool
    trained: bool


@dataclass(frozen=True)
class Broken(Result):
    """What was tried so far, and the shortest failures, which it is a list of. `Run.break_it` makes one. `over`: nothing is left
    to be tried."""

    failures: tuple[Failure, ...]
    by_length: tuple[Tried, ...]
    unit: str
    over: bool = False

    def __len__(self) -> int:
        return len(self.failures)

    def __getitem__(self, at: int) -> Failure:
        return self.failures[at]

    def __iter__(self) -> Iterator[Failure]:
        return iter(self.failures)

    @property
    def tried(self) -> int:
        return sum(one.tried for one in self.by_length)

    @property
    def failing(self) -> int:
        return sum(one.failing for one in self.by_length)

    @property
    def sentence(self) -> str:
        """What was found, computed from it."""
        if not self.failures:
            longest = max((one.length for one in self.by_length), default=0)
            return f"All of {self.tried:,} inputs of up to {longest} {self.unit}s were answered rightly."
        outside = sum(one.failing for one in self.by_length if not one.trained)
        lengths = f", {outside:,} of them of a length that was not trained" if outside else ""
        first, taught = self.failures[0], next((failure for failure in self.failures if failure.doubt is None), None)
        also = "" if taught is None or taught == first else f" The shortest that is like what was taught is {_told(taught)}"
        return f"{self.failing:,} of {self.tried:,} inputs fail{lengths}. The shortest is {_told(first)}{also}"

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: input, answer, right, first wrong step, sure."""
        header = ["input", "answer", "right", "first wrong step", "sure"]
        return [header, *([f.given, " ".join(f.answer), " ".join(f.right), f.step, f.sure] for f in self.failures)]

    def __repr__(self) -> str:
        """Broken(20 of 11,110 inputs fail, the shortest '9')"""
        shortest = f", the shortest {self.failures[0].given!r}" if self.failures else ""
        return f"Broken({self.failing:,} of {self.tried:,} inputs fail{shortest})"


def break_it(run: Run, seconds: float = 5.0, should_stop: Callable[[], bool] | None = None, seed: int = 0) -> Broken:
    """As far as `breaking` comes in so many seconds, or until somebody wants it to stop. Raises InputError as it does."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_S:
        raise InputError(f"seconds is {show(seconds)}; allowed is a number above 0, up to {LONGEST_S:g}.")
    if should_stop is not None and not callable(should_stop):
        raise InputError(f"should_stop is {show(should_stop)}; allowed is a function that says whether to stop.")
    end = time.monotonic() + seconds
    found = Broken((), (), "token")
    for so_far in breaking(run, seed):
        found = so_far
        if time.monotonic() >= end or (should_stop is not None and should_stop()):
            break
    return found


def breaking(run: Run, seed: int = 0) -> Iterator[Broken]:
    """What is known after each batch of inputs, shortest first; the same for the same seed. Raises InputError for models that write no
    answers to what is typed, and for tasks that do not know what is right."""
    model, task = writer(run)
    return _searched(model, task, seed)


def survivors(failures: Sequence[Failure], runs: Mapping[str, Run]) -> dict[str, tuple[bool, ...]]:
    """Which of these failures each of the other runs answers rightly. Raises InputError for runs of another task."""
    found: dict[str, tuple[bool, ...]] = {}
    for name, run in runs.items():
        model, task = writer(run)
        told = [False] * len(failures)
        lengths = {len(failure.source) for failure in failures}
        for length in lengths:
            rows = {failure.source: row for row, failure in enumerate(failures) if len(failure.source) == length}
            asked = {source: answers_to(task, source) for source in rows}
            for source, row in rows.items():
                if failures[row].right[:-1] not in asked[source]:
                    raise InputError(f"{name} is no run of the same task: to {failures[row].given!r} it is to answer something else.")
            for row, survives in zip(rows.values(), right(model, task, asked).tolist(), strict=True):
                told[row] = survives
        found[name] = tuple(told)
    return found


def _searched(model: EncoderDecoder, task: SequenceTask, seed: int) -> Iterator[Broken]:
    low, high = task.trained_lengths
    found, sources = Broken((), (), task.unit), known(task)
    for length in range(1, task.max_source + 1):
        before, seen = found, set[Words]()
        all_ = len(task.source_vocabulary.words) ** length
        tried, looked_at = Tried(length, 0, 0, False, low <= length <= high), 0
        suspects = _suspects(task, length, sources, Random(seed * 1_000 + length))
        inputs = product(task.source_vocabulary.words, repeat=length) if all_ <= EVERY else suspects
        while (all_ <= EVERY or tried.tried < SOME) and (some := tuple(islice(inputs, AT_ONCE))):
            looked_at += len(some)
            if asked := {source: answers for source in some if source not in seen and (answers := answers_to(task, source))}:
                seen.update(asked)
                wrong = [source for source, good in zip(asked, right(model, task, asked).tolist(), strict=True) if not good]
                tried = tried._replace(tried=tried.tried + len(asked), failing=tried.failing + len(wrong), every=looked_at == all_ <= EVERY)
                kept = [*found.failures, *_failures(model, task, wrong[: MOST - len(found.failures)])]
                kept.sort(key=lambda failure: (len(failure.source), failure.doubt is not None))  # of one length what was taught comes first
                found = replace(before, failures=tuple(kept), by_length=(*before.by_length, tried))
            elif looked_at == all_ <= EVERY and seen:
                found = replace(before, failures=found.failures, by_length=(*before.by_length, tried._replace(every=True)))
            yield found
            if all_ > EVERY and not seen and looked_at >= IN_VAIN:
                break
    yield replace(found, over=True)


def _suspects(task: SequenceTask, length: int, sources: Sequence[Words], random: Random) -> Iterator[Words]:
    """What often breaks models: near-duplicates of held-out inputs, also with rare tokens, then repeats, and what is made by chance."""
    words = task.source_vocabulary.words
    counts = Counter(chain.from_iterable(sources))
    rare = sorted(words, key=lambda word: counts[word])[: max(2, len(words) // 8)]
    for source in sorted(sources, key=lambda source: abs(len(source) - length))[:NEAR]:
        same = resized(source, length, source, random)
        for choices in (rare, source, words):
            at = random.randrange(length)
            yield (*same[:at], random.choice(choices), *same[at + 1 :])
    for word in random.sample(words, min(REPEATS, len(words))):
        yield (word,) * length
    for _ in range(REPEATS):
        one, other = random.choice(words), random.choice(words)
        yield tuple(islice(cycle((one, other)), length))
        yield (*[one] * (length - 1), other)
    yield from islice(by_chance(sources, length, random), SOME)


def _failures(model: EncoderDecoder, task: SequenceTask, sources: Sequence[Words]) -> Iterator[Failure]:
    """What the model writes to sources of one length that it answers wrongly."""
    if not sources:
        return
    ids = torch.tensor([task.source_vocabulary.encode(source) for source in sources], device=device_of(model))
    steps = [*decode(model, ids, max_steps=task.max_steps(ids.shape[1]))]
    tokens = torch.stack([step.token for step in steps], dim=1).tolist()
    sure = torch.stack([step.logits.softmax(-1).gather(-1, step.token[:, None])[:, 0] for step in steps], dim=1).tolist()
    for source, row, shares in zip(sources, tokens, sure, strict=True):
        ends = EOS in row
        written = tuple(task.classes[i] for i in (row[: row.index(EOS)] if ends else row))
        nearest = task.nearest(source, written)
        assert nearest is not None
        answer, wanted = (*written, "end") if ends else written, (*nearest, "end")
        if answer == wanted:  # logits so near to each other that both ways to compute them choose differently
            continue
        step = next(i for i, (a, b) in enumerate(zip((*answer, ""), (*wanted, ""), strict=False)) if a != b)
        yield Failure(task.spell(source), source, answer, wanted, step, float(shares[min(step, len(shares) - 1)]), task.doubt(source))


def _told(failure: Failure) -> str:
    """‘77’: at output 2 the model writes ‘0’, 63 % sure; right is ‘7’."""
    written, wanted = (words[failure.step] if failure.step < len(words) else "nothing" for words in (failure.answer, failure.right))
    sure = f"{100 * failure.sure:.0f} % sure"
    return f"‘{failure.given}’: at output {failure.step + 1} the model writes ‘{written}’, {sure}; right is ‘{wanted}’."
