"""The gallery of papers: what each claims, what its trainings take, and how its judge seeds came out."""

from __future__ import annotations

from collections.abc import Hashable
from statistics import median
from typing import Any

from ....papers import papers
from ....papers.paper import Paper
from ....views.claims import thumb
from ...panel import Panel
from ...stage import Stage

MARKS = {"reproduced": "✓", "mixed": "◐", "not reproduced": "✗", "not judged": ""}


class Shelf(Panel):
    """Comes with the page: opening it asks nobody."""

    module, id = "papers/gallery", "edp-papers"

    def depends(self, stage: Stage) -> Hashable:
        return None

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"papers": [shelved(paper) for paper in papers.values()]}


def shelved(paper: Paper) -> dict[str, Any]:
    """What the gallery says of a paper; `seconds` of CPU that its judge seeds took, None where nothing was measured."""
    return {
        "id": paper.id,
        "room": paper.room,
        "thumb": thumb(paper),
        "title": paper.title,
        "authors": named(paper),
        "seconds": seconds(paper),
        "verdict": paper.verdict,
        "mark": MARKS[paper.verdict],
        "held": [sum(held for _, held in judged(paper)), len(paper.judged)],
    }


def judged(paper: Paper) -> list[tuple[int, bool]]:
    """Each judge seed, and whether claim and control held with it."""
    return [(result.seed, result.holds and result.control_holds) for result in paper.judged]


def seconds(paper: Paper) -> float | None:
    """CPU seconds of all arms together, in the middle of the judge seeds."""
    return round(median(result.seconds for result in paper.judged), 1) if paper.judged else None


def named(paper: Paper) -> str:
    """Bahdanau, Cho, Bengio · 2015; of more than three the first."""
    names = surnames(paper)
    return f"{', '.join(names) if len(names) < 4 else f'{names[0]} et al.'} · {paper.source.year}"


def surnames(paper: Paper) -> list[str]:
    return [author.split(" ")[-1] for author in paper.source.authors.split(", ")]
