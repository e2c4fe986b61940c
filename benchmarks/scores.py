"""docs/scores.md, written by time_to_accuracy.py: a row for each preset, and one for each rule that a task says is to be learned.

A preset that is measured anew replaces its row, and those of its task's rules; the others keep theirs, with the day of their measurement.
"""

from __future__ import annotations

import platform
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import torch

from playground.tasks.parts import interval

from .measure import cpu

FILE = Path(__file__).parents[1] / "docs" / "scores.md"
WANTED = 0.99

HEAD = """# Scores of every preset

Written by `make bench` (`python -m benchmarks.time_to_accuracy seq2seq·copy qa` measures only these). Measured on:
{machine}.

Exact match on n different test inputs that share nothing with those that train and those that steer, the worst seed's with its 95 %
interval (Wilson); corners are inputs at the edges of what is taught, which are trained on and scored by themselves, in the worst seed.
Seconds are CPU seconds of training without evaluation, until the score that steers was .99; other work on the machine lengthens them.
✓: at least .99 in every seed, and within the bar. The best of several cheap rules, which know what the task is but read no more than they
say, stands beside each. An n-gram cannot reach .99 and is not listed; autoencoders have no exact match, see [README](../README.md).
Presets that are shipped and those of length 10 are trained with five seeds, all others with three.
"""
TABLE = """
| architecture | task | preset | n | worst (95 %) | median | corners | ≥ .99 | s to .99 (slowest) | whole | bar | best cheap rule | | day |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""

RULES = """
## Rule by rule

What each task says is to be learned (`rules` of the task), how much of training needs it, and the score on test inputs that need it, drawn
afresh, of the seeds above. One score hides that a rare rule was never learned. Inputs may need several rules, or none of these.

| task | rule | architecture · preset | of training | n | worst | median | day |
|---|---|---|---|---|---|---|---|
"""

Name = tuple[str, str, str]  # architecture, task, preset; of a rule: task, rule, architecture · preset


@dataclass(frozen=True)
class Scored:
    """What one preset reached: exact match and seconds, seed by seed."""

    name: Name
    inputs: int  # of the test
    scores: tuple[float, ...]
    corners: tuple[float, ...]  # none where a task has none
    reached_s: tuple[float | None, ...]  # until the curve was at .99, None if it never was
    train_s: tuple[float, ...]
    bar_s: float
    trivial: str

    @property
    def good(self) -> int:
        """Seeds that ended well."""
        return sum(score >= WANTED for score in self.scores)

    @property
    def times(self) -> list[float]:
        return [s for s in self.reached_s if s is not None]

    @property
    def in_time(self) -> bool:
        return len(self.times) == len(self.scores) and max(self.times) <= self.bar_s

    def markdown(self, day: date) -> str:
        runs = len(self.scores)
        reached = f"reached in {len(self.times)} of {runs}"
        if len(self.times) == runs:
            reached = f"{statistics.median(self.times):.1f} (–{max(self.times):.1f})"
        low, high = map(_share, interval(min(self.scores), self.inputs))
        scores = [f"{_share(min(self.scores))} ({low}–{high})", _share(statistics.median(self.scores))]
        scores.append(_share(min(self.corners)) if self.corners else "–")
        times = [reached, f"{statistics.median(self.train_s):.1f}", f"{self.bar_s:g}"]
        cells = [*self.name, f"{self.inputs:,}", *scores, f"{self.good} of {runs}", *times]
        return _line([*cells, self.trivial, "✓" if self.in_time and self.good == runs else "✗", day.isoformat()])


@dataclass(frozen=True)
class Ruled:
    """How well one rule of a task was learned by its preset, seed by seed."""

    name: Name
    share: float  # of training examples that need it
    inputs: int
    scores: tuple[float, ...]

    def markdown(self, day: date) -> str:
        scores = [_share(min(self.scores)), _share(statistics.median(self.scores))] if self.inputs else ["–", "–"]
        return _line([*self.name, _share(self.share), f"{self.inputs:,}", *scores, day.isoformat()])


def machine() -> str:
    """What seconds depend on. Called where trainings run, for the number of threads."""
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    return f"{cpu()}, {versions}, threads of a training: {torch.get_num_threads()}"


def written(text: str, scored: Collection[Scored | Ruled], names: Sequence[Name], on: str, day: date) -> str:
    """The file with these rows in it. Others are kept if they are of the same machine and of `names`, which give the order of presets.

    Raises ValueError if kept rows would be another machine's.
    """
    anew, presets = {row.name[0] for row in scored if isinstance(row, Ruled)}, {f"{a} · {preset}" for a, _, preset in names}
    found = {name: line for line in text.splitlines() if (name := _name(line))}
    rows = {name: line for name, line in found.items() if name in names or (name[2] in presets and name[0] not in anew)}
    rows |= {row.name: row.markdown(day) for row in scored}
    kept = rows.keys() - {row.name for row in scored}
    if kept and f"\n{on}.\n" not in text:
        raise ValueError(f"{len(kept)} rows were measured on another machine than {on}; measure all presets here, or these there.")
    lines = "".join(f"{rows[name]}\n" for name in names if name in rows)
    ruled = "".join(f"{line}\n" for name, line in sorted(rows.items()) if name not in names)
    return HEAD.format(machine=on) + TABLE + lines + (RULES + ruled if ruled else "")


def _name(line: str) -> Name | None:
    cells = [cell.strip() for cell in line.split("|")]
    return (cells[1], cells[2], cells[3]) if len(cells) > 4 else None


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
