"""Where a model breaks: its shortest failures, and which other models survive them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...experiments.lab.breaking import Broken, Failure
from ..states.said import quoted
from ..style import Rich, percent

SHOWN = 12


def spec(found: Broken, survive: Mapping[str, tuple[bool, ...]]) -> dict[str, Any]:
    """The first failures as rows, how many of each length fail, and how many of the failures each other model survives."""
    return {
        "rows": [
            {
                "given": failure.given,
                "source": list(failure.source),
                "answer": list(failure.answer),
                "right": list(failure.right),
                "step": failure.step,
                "sure": failure.sure,
                "doubt": failure.doubt,
                "survives": {name: told[i] for name, told in survive.items()},
            }
            for i, failure in enumerate(found.failures[:SHOWN])
        ],
        "lengths": [[one.length, one.tried, one.failing, one.every, one.trained] for one in found.by_length],
        "unit": found.unit,
        "tried": found.tried,
        "failing": found.failing,
        "kept": len(found.failures),
        "over": found.over,
        "others": [[name, sum(told), len(told)] for name, told in survive.items()],
        "reading": reading(found),
    }


def reading(found: Broken) -> Rich:
    """What was found, in a sentence."""
    if not found.failures:
        longest = max((one.length for one in found.by_length), default=0)
        return [("", "None of "), ("b", f"{found.tried:,}"), ("", f" inputs of up to {longest} {found.unit}s fails.")]
    said: Rich = [("b", f"{found.failing:,}"), ("", f" of {found.tried:,} inputs fail. ")]
    first = found.failures[0]
    taught = next((failure for failure in found.failures if failure.doubt is None), None)
    said += [("", "The shortest is "), *_told(first)]
    if taught is not None and taught != first:
        said += [("", " The shortest like what was taught is "), *_told(taught)]
    return said


def _told(failure: Failure) -> Rich:
    wrote = quoted(failure.answer[failure.step]) if failure.step < len(failure.answer) else "nothing more"
    due = quoted(failure.right[failure.step]) if failure.step < len(failure.right) else "nothing more"
    return [
        ("e", f"‘{failure.given}’"),
        ("", f": at output {failure.step + 1} it writes "),
        ("w", wrote),
        ("", f" for {due}, {percent(failure.sure)} sure."),
    ]
