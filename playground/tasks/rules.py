"""How often a task needs each of its rules, and inputs that need it: one score hides that a rare rule was never learned.

    by_rule(tasks.get("pronouns")())["not its own sentence"]      a share of .49, and 512 test examples

Inputs may need several rules, or none of those that are listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import torch

from .examples import Batch, pad
from .kinds import TextTask
from .text import Example, Pooled

LOOKED_AT = 2_048  # training examples
DRAWS = 40_000
MOST = 512  # test examples of a rule


class Needed(NamedTuple):
    """The share of training examples that need a rule, and test examples that do, no two alike: at most 512, and as few as 0."""

    share: float
    examples: Batch


def by_rule(task: TextTask) -> dict[str, Needed]:
    """What `rules` of a task promises, by name: examples from a pool are drawn anew, from that part of all that judges."""
    decode = task.source_vocabulary.decode
    trained = [decode(row) for row in task.sample(LOOKED_AT, torch.Generator().manual_seed(29)).source.tolist()]
    shares = {name: sum(map(needs, trained)) / len(trained) for name, needs in task.rules.items()}
    return {name: Needed(shares[name], examples) for name, examples in _examples(task).items()}


def _examples(task: TextTask) -> dict[str, Batch]:
    if not isinstance(task, Pooled):
        held = task.held_out("test", DRAWS)
        sources = [task.source_vocabulary.decode(row) for row in held.source.tolist()]
        chosen = {name: [i for i, source in enumerate(sources) if needs(source)] for name, needs in task.rules.items()}
        return {name: held[torch.tensor(rows[:MOST], dtype=torch.long)] for name, rows in chosen.items()}
    found: dict[str, list[Example]] = {name: [] for name in task.rules}
    wanted = dict(task.rules)
    for example in _drawn(task):
        for name in [name for name, needs in wanted.items() if needs(example[0])]:
            found[name].append(example)
            if len(found[name]) == MOST:
                del wanted[name]
        if not wanted:
            break
    return {name: _batch(task, examples) for name, examples in found.items()}


def _drawn(task: Pooled) -> Iterator[Example]:
    """Test examples that are new, also beside those of the pool, as long as some are likely to come."""
    random, seen = Random(31), set[tuple[Any, ...]]()
    for _ in range(DRAWS):
        example = task.make(random)
        if example[0] not in seen and task.part(*example) == "test":
            seen.add(example[0])
            yield example


def _batch(task: Pooled, examples: list[Example]) -> Batch:
    """An empty one where there are none."""
    if not examples:
        return task.held_out("test", 0)
    source, mask = pad([task.source_vocabulary.encode(source) for source, _ in examples])
    return Batch(source, task.targets(examples), mask)
