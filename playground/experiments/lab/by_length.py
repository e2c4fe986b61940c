"""How a score depends on the length of what is read, and whether two models of one task differ in it, or in what they know by heart.

One number hides where a model fails: an encoder that must put everything into one vector is right on short inputs (K. Cho et al., "On the
Properties of Neural Machine Translation", 2014), and hardly any model is on longer ones than it was taught.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...errors import InputError
from ...models import EncoderDecoder, Reader
from ...options import show
from ...storage.run import Run
from ...tasks import Batch, TextTask
from ...tasks.parts import interval
from ...training.drawn import drawn, replayed
from .result import Result
from .strata import Apart, Pair, answered, apart, by_group, by_position
from .typed_inputs import Words, answers_to, batched, by_chance, known

MOST = 2_000  # inputs of a length
BEYOND = 3  # tokens more than were taught
TRIES = 20  # for each new input that is made
BY_HEART = 512


class Score(NamedTuple):
    """`right` of `n` inputs, as a share with the range that leaves the true one with 95 % confidence (Wilson)."""

    score: float
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, right: int, n: int) -> Score:
        low, high = interval(right / n, n)
        return cls(right / n, n, min(low, right / n), max(high, right / n))


@dataclass(frozen=True)
class ByLength(Result):
    """Scores on new inputs, by how many tokens they have; `trained` are the fewest and the most that were taught. `Run.by_length` makes
    one."""

    scores: Mapping[int, Score]
    trained: tuple[int, int]
    unit: str

    @property
    def sentence(self) -> str:
        """Where it is best and worst, inside and outside of what was taught."""
        low, high = self.trained
        inside = {length: score for length, score in self.scores.items() if low <= length <= high}
        outside = {length: score for length, score in self.scores.items() if length not in inside}
        told = [_told(f"Trained on {low} to {high} {self.unit}s", inside), _told("Outside of that", outside)]
        return " ".join(filter(None, told))

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: length, trained, score, n, low, high."""
        low, high = self.trained
        return [
            ["length", "trained", "score", "n", "low", "high"],
            *([length, low <= length <= high, *score] for length, score in self.scores.items()),
        ]

    def __repr__(self) -> str:
        """ByLength(3: 1.00, 4: 1.00, …, trained on 3 to 12 digits)"""
        scores = ", ".join(f"{length}: {score.score:.2f}" for length, score in self.scores.items())
        return f"ByLength({scores}, trained on {self.trained[0]} to {self.trained[1]} {self.unit}s)"


@dataclass(frozen=True)
class Comparison(Result):
    """Two runs of one task on the same inputs. `compare` makes one.

    `by_length` has (score of a, score of b, n) for each length, on inputs that neither was trained on; `known` and `new` are the scores of
    both on inputs that each was trained on, replayed, and on held-out ones. `names` are what the runs are, `trained` the fewest and the
    most tokens that both were taught. On held-out inputs, `by_position` has the share of right tokens at each place of the answers, from 0,
    where they are written, and `by_group` the scores on groups of inputs that the task tells apart, such as by their carries. `apart` lists
    inputs that one of them answers wrongly, or both.
    """

    names: tuple[str, str]
    by_length: Mapping[int, tuple[float, float, int]]
    known: tuple[Score, Score]
    new: tuple[Score, Score]
    trained: tuple[int, int]
    unit: str
    by_position: Mapping[int, Pair]
    by_group: Mapping[str, Mapping[str, Pair]]
    apart: tuple[Apart, ...]

    @property
    def sentence(self) -> str:
        """Where they differ most, and whether one of them has learned by heart."""
        told = []
        if self.by_length:
            length, (a, b, n) = max(self.by_length.items(), key=lambda item: (abs(item[1][0] - item[1][1]), item[0]))
            same = all(one == other for one, other, _ in self.by_length.values())
            told.append(
                "Both score the same at every length."
                if same
                else f"They differ most at {length} {self.unit}s: A gets {_percent(a)}, B {_percent(b)} of {n} new inputs."
            )
        for name, known_, new in zip("AB", self.known, self.new, strict=True):
            apart = known_.low > new.high
            told.append(
                f"{name} knows {_percent(known_.score)} of what it was trained on and {_percent(new.score)} of new inputs: "
                + ("it has learned some by heart." if apart else "no sign of learning by heart.")
            )
        return " ".join(told)

    def table(self) -> list[list[Any]]:
        """Rows of plain values under a header: inputs, score of a, score of b, n of a, n of b."""
        (known_a, known_b), (new_a, new_b) = self.known, self.new
        return [
            ["inputs", "score of a", "score of b", "n of a", "n of b"],
            *([f"length {length}", a, b, n, n] for length, (a, b, n) in self.by_length.items()),
            *([f"output {place}", a, b, n, n] for place, (a, b, n) in self.by_position.items()),
            *([f"{name}: {group}", a, b, n, n] for name, groups in self.by_group.items() for group, (a, b, n) in groups.items()),
            ["known", known_a.score, known_b.score, known_a.n, known_b.n],
            ["new", new_a.score, new_b.score, new_a.n, new_b.n],
        ]

    def __repr__(self) -> str:
        """Comparison(attention_seq2seq · reverse .997 | seq2seq · reverse .484, lengths 1 to 15)"""
        told = " | ".join(f"{name} {score.score:.3f}" for name, score in zip(self.names, self.new, strict=True))
        return f"Comparison({told}, lengths {min(self.by_length, default=0)} to {max(self.by_length, default=0)})"


def by_length(run: Run, lengths: Iterable[int] | None = None, n: int = 200) -> ByLength:
    """The score at each of `lengths`, by default all that were taught and a few beyond, on at most `n` new inputs each.

    Held-out inputs where there are some of this length; else, for models that write and tasks that know what is right, inputs made of
    them. A length that no input has is left out. Raises InputError for what is not typed, and for lengths out of range.
    """
    task = _typed(run)
    chosen = _lengths(task, lengths)
    batches = _inputs([run], chosen, n)
    scores = {length: Score.of(_right(run, batch), len(batch)) for length, batch in batches.items()}
    return ByLength(scores, task.trained_lengths, task.unit)


def compare(a: Run, b: Run, lengths: Iterable[int] | None = None, n: int = 200) -> Comparison:
    """Two runs of the same task, side by side: by length, and on what they were trained on against what is new. Raises InputError for runs
    of different tasks, and as `Run.by_length` does."""
    task, other = _typed(a), _typed(b)
    if a.recipe.task != b.recipe.task or task.source_vocabulary.tokens != other.source_vocabulary.tokens or task.classes != other.classes:
        raise InputError(f"{a!r} and {b!r} do not learn the same; compare two runs of one task.")
    batches = _inputs([a, b], _lengths(task, lengths), n)
    low, high = zip(task.trained_lengths, other.trained_lengths, strict=True)
    held = task.held_out("test", BY_HEART)
    right = {length: (answered(a, batch), answered(b, batch)) for length, batch in batches.items()}
    new = answered(a, held), answered(b, held)
    shares = {length: (float(one.float().mean()), float(other.float().mean()), len(one)) for length, (one, other) in right.items()}
    return Comparison(
        (f"{a.recipe.architecture} · {a.recipe.task}", f"{b.recipe.architecture} · {b.recipe.task}"),
        shares,
        (_known(a), _known(b)),
        (Score.of(int(new[0].sum()), len(held)), Score.of(int(new[1].sum()), len(held))),
        (max(low), min(high)),
        task.unit,
        by_position(a, b, held),
        by_group(task, held, *new),
        apart(a, b, [(held, *new), *((batches[length], *told) for length, told in right.items())]),
    )


def new_inputs(run: Run, lengths: Iterable[int], n: int = 200) -> dict[int, Batch]:
    """At most `n` inputs of each length that this run was not trained on, as `by_length` takes them."""
    return _inputs([run], _lengths(_typed(run), lengths), n)


def _typed(run: Run) -> TextTask:
    if not isinstance(run, Run):
        raise InputError(f"A run is made by train or load, not of {show(run)}.")
    if not isinstance(run.task, TextTask) or not isinstance(run.model, EncoderDecoder | Reader):
        raise InputError(f"{run.recipe.task} is not typed, so that its inputs have no length in tokens; choose a task that reads text.")
    return run.task


def _lengths(task: TextTask, lengths: Iterable[int] | None) -> Sequence[int]:
    if lengths is None:
        low, high = task.trained_lengths
        return range(max(1, low - BEYOND), min(task.max_source, high + BEYOND) + 1)
    chosen = list(lengths) if isinstance(lengths, Sequence | Set | Iterator) else []
    if not chosen or any(type(length) is not int or not 1 <= length <= task.max_source for length in chosen):
        raise InputError(f"lengths are {show(lengths)}; allowed are whole numbers from 1 to {task.max_source}.")
    return sorted(set(chosen))


def _inputs(runs: Sequence[Run], lengths: Sequence[int], n: int) -> dict[int, Batch]:
    """New inputs of each length, none of which any of these runs was trained on."""
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST:
        raise InputError(f"n is {show(n)}; allowed is a whole number from 1 to {MOST:,}.")
    task = _typed(runs[0])
    low, high = task.trained_lengths
    held = task.held_out("test", 2 * n * (high - low + 1))
    sizes = (held.source != 0).sum(1)
    found = {}
    for length in lengths:
        rows = (sizes == length).nonzero()[:, 0].tolist()
        if new := [row for row in rows if not _trained(runs, held.source[row, :length])][:n]:
            found[length] = held[torch.tensor(new)]
        elif not low <= length <= high and isinstance(runs[0].model, EncoderDecoder) and (made := _made(runs, task, length, n)):
            found[length] = made
    return found


def _made(runs: Sequence[Run], task: Any, length: int, n: int) -> Batch | None:
    """Inputs of a length that has no held-out ones, made of those."""
    some: dict[Words, tuple[Words, ...]] = {}
    for source in islice(by_chance(known(task), length, Random(length)), TRIES * n):
        if source in some or not (answers := answers_to(task, source)):
            continue
        if not _trained(runs, torch.tensor(task.source_vocabulary.encode(source))):
            some[source] = answers
        if len(some) == n:
            break
    return batched(task, some) if some else None


def _trained(runs: Sequence[Run], source: Tensor) -> bool:
    return any(all_.knows(source, run.recipe.training.steps) for run in runs if (all_ := drawn(run.recipe)) is not None)


def _known(run: Run) -> Score:
    """On inputs of the first updates, each once."""
    batch = replayed(run.recipe, BY_HEART)
    return Score.of(_right(run, batch), len(batch))


def _right(run: Run, batch: Batch) -> int:
    """How many are answered right."""
    return int(answered(run, batch).sum())


def _told(where: str, scores: Mapping[int, Score]) -> str | None:
    if not scores:
        return None
    (best, most), (worst, least) = max(scores.items(), key=lambda s: s[1].score), min(scores.items(), key=lambda s: s[1].score)
    if most.score == least.score:
        return f"{where} it scores {_percent(most.score)} at every length."
    return f"{where} it scores {_percent(most.score)} at length {best} and {_percent(least.score)} at {worst}."


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %" if share in (0.0, 1.0) else f"{100 * share:.1f} %"
