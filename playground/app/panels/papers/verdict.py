"""What a trial came to, as the card and the panels draw it."""

from __future__ import annotations

from typing import Any

from ....papers.parts import SHARE, Bar, shown
from ....papers.result import Result
from ....views import claims

KINDS = ("criterion", "control", "act")


def spec(result: Result) -> dict[str, Any]:
    """A result as plain data; every sentence and every mark is made here."""
    paper = result.paper
    kinds = [kind for kind in KINDS for _ in getattr(paper, kind)]
    checks = [
        [kind, check.bar.arm, check.bar.words, check.bar.needs, shown(check.value, check.bar.unit), check.reached]
        for kind, check in zip(kinds, result.checks, strict=True)
    ]
    asked = result.values[paper.question.value]
    return {
        "seed": result.seed,
        "holds": result.holds and result.control_holds,
        "checks": checks,
        "told": result.told,
        "limits": result.limits,
        "wrong": result.wrong,
        "right": paper.question.right(asked),
        "truth": shown(asked, unit(result, paper.question.value)),
        "tries": [tried(result, row) for row in range(len(paper.tries))],
        "seconds": [[letter, round(seconds, 1)] for letter, seconds in result.seconds_by_arm.items()],
        "figure": claims.spec(result),
        "table": result.table(),
        "python": python(result),
    }


def tried(result: Result, row: int) -> list[Any]:
    """Arm, words, value, its share of a bar if it is one, whether it can be put onto the stage."""
    from ....experiments.lab.acts import Act

    one = result.paper.tries[row]
    value, what = result.values[one.value], unit(result, one.value)
    acts = result.paper.acts.get(one.acts, ())
    by_hand = bool(acts) and all(isinstance(act, Act) for act in acts)
    return [one.arm, one.words, shown(value, what), min(1.0, max(0.0, value)) if what == SHARE else None, by_hand]


def unit(result: Result, value: str) -> str:
    """That a value is measured in: what a bar on it says, else the unit of the figure."""
    bars: tuple[Bar, ...] = result.paper.bars
    return next((bar.unit for bar in bars if bar.value == value), result.paper.axes[1].unit)


def python(result: Result) -> str:
    """The same in Python."""
    return (
        f"# {result.paper.claim}\n"
        "import playground\n\n"
        f'result = playground.papers["{result.paper.id}"].run(seed={result.seed})\n'
        "print(result.sentence)\n"
        "for what, needs, value, reached in result.table()[1:]:\n"
        '    print("✓" if reached else "✗", what, needs, value)\n'
        'result.figure().write_html("result.html", include_plotlyjs=True)\n'
    )
