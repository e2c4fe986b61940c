"""Whether a lesson taught something: the normalised gain of two groups, and its interval, from the CSVs that the page exports.

python -m playground.tools.study FOLDER       FOLDER/lessons/pre/*.csv, …/post/*.csv, and FOLDER/without/… likewise

A student is a file name, the same before and after. The gain of one is g = (post − pre) / (1 − pre), the share that was learned of what
could still be learned (R. Hake, 1998). Whoever knew all beforehand has none and is left out. Intervals are bootstraps over students.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

DRAWS = 10_000
LEVEL = 95  # percent
FEWEST = 2  # students
GROUPS = ("lessons", "without")

Gains = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Mean gain of some students, with the interval of its mean."""

    students: int
    gain: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Study:
    """Two groups, and the difference of their gains."""

    groups: Mapping[str, Group]
    difference: float
    interval: tuple[float, float]

    @property
    def sentence(self) -> str:
        """Both gains, their difference, and whether it may as well be none."""
        groups = self.groups.items()
        told = "; ".join(f"{name}: {group.gain:.2f} ({group.students} students, {_range(group.interval)})" for name, group in groups)
        clear = self.interval[0] > 0 or self.interval[1] < 0
        verdict = "The interval of the difference leaves out 0." if clear else "The difference may as well be 0."
        difference = f"Difference {self.difference:.2f} ({_range(self.interval)})."
        return f"Normalised gain, {LEVEL} % intervals. {told}. {difference} {verdict}"


def share(text: str) -> float:
    """The share of right answers in one exported CSV; what was shown without a guess counts as not right. Raises InputError."""
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or any(row.get("right") not in ("0", "1", "") for row in rows):
        raise InputError("This is no CSV of answers: it needs a column “right” of 1, 0, or nothing. Export it at the end of a lesson.")
    return sum(row["right"] == "1" for row in rows) / len(rows)


def gains(pre: Mapping[str, float], post: Mapping[str, float]) -> Gains:
    """The normalised gain of everybody who answered both times and did not know all beforehand."""
    both = [name for name in sorted(pre) if name in post and pre[name] < 1]
    return np.array([(post[name] - pre[name]) / (1 - pre[name]) for name in both])


def study(found: Mapping[str, Gains], seed: int = 0) -> Study:
    """Means, and intervals over students drawn again. Raises InputError where a group has too few."""
    drawn, groups = {}, {}
    generator = np.random.default_rng(seed)
    for name, values in found.items():
        if len(values) < FEWEST:
            raise InputError(f"Group {name!r} has {len(values)} students with both files; at least {FEWEST} are needed.")
        drawn[name] = values[generator.integers(len(values), size=(DRAWS, len(values)))].mean(1)
        groups[name] = Group(len(values), float(values.mean()), _interval(drawn[name]))
    a, b = (drawn[name] for name in GROUPS)
    return Study(groups, groups[GROUPS[0]].gain - groups[GROUPS[1]].gain, _interval(a - b))


def read(folder: Path) -> dict[str, Gains]:
    """The gains of both groups from their folders. Raises InputError, naming the file."""
    found = {}
    for group in GROUPS:
        shares: list[dict[str, float]] = []
        for when in ("pre", "post"):
            files = sorted((folder / group / when).glob("*.csv"))
            if not files:
                raise InputError(f"There is no CSV in {folder / group / when}.")
            try:
                shares.append({file.stem: share(file.read_text(encoding="utf-8-sig")) for file in files})
            except InputError as error:
                raise InputError(f"In {folder / group / when}: {error}") from None
        found[group] = gains(*shares)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 where it cannot be computed, which is told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    try:
        print(study(read(parser.parse_args(arguments).folder)).sentence)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _interval(means: Gains) -> tuple[float, float]:
    low, high = np.percentile(means, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    return float(low), float(high)


def _range(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}".replace("-", "−")


if __name__ == "__main__":
    sys.exit(main())
