"""`make papers`: the judge seeds of every paper, kept with the package, and docs/papers.md, which tells them all.

python -m playground.tools.papers_page                         what is missing is run; stopped and started again it goes on
python -m playground.tools.papers_page --seeds 0 1 --only ID   these seeds, told and not kept: how a recipe is tuned
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median

import torch

from ..papers import papers
from ..papers.judged import keep, kept
from ..papers.paper import JUDGES, MOST_HOLD, Paper
from ..papers.parts import shown
from ..papers.result import Result

PAGE = Path(__file__).parents[2] / "docs" / "papers.md"
INTRODUCTION = f"""\
# Papers

Published claims, each tested on small models by one press. What counts as reproduced was written down before seeds {JUDGES[0]} to
{JUDGES[-1]} were run; seeds below ten had been used to choose recipes. A paper is *reproduced* where at least {MOST_HOLD} of the ten hold,
criterion and control both; *mixed* below, and *not reproduced* where none does. `make papers` runs what is missing and writes this page.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs="+", type=int, help="run these, tell, keep nothing")
    parser.add_argument("--only", nargs="+", choices=list(papers), help="ids of papers")
    asked = parser.parse_args(arguments)
    for id in asked.only or papers:
        if asked.seeds:
            for seed in asked.seeds:
                _tell(papers[id].run(seed))
        else:
            _judge(papers[id])
    if not asked.seeds:
        PAGE.write_text(page())


def page() -> str:
    """docs/papers.md: every paper, its criterion and control, and its ten seeds."""
    told = [
        f"| {paper.claim} | {paper.source.authors.split(',')[0]} et al., {paper.source.year} | {_held(paper)} |"
        for paper in papers.values()
    ]
    parts = [INTRODUCTION, "\n".join(["| claim | source | verdict |", "|---|---|---|", *told])]
    return "\n\n".join([part.strip() for part in [*parts, *map(_section, papers.values())]]) + "\n"


def _judge(paper: Paper) -> None:
    """Run the judge seeds that are missing, and keep each as soon as it is there."""
    there = {result.seed: result for result in paper.judged}
    for seed in JUDGES:
        if seed in there:
            continue
        there[seed] = paper.run(seed)
        _tell(there[seed])
        about = {"machine": f"{platform.machine()}, torch {torch.__version__}, one thread", "date": date.today().isoformat()}
        keep(paper.id, list(there.values()), **about)


def _tell(result: Result) -> None:
    held = "".join("✓" if check.reached else "✗" for check in result.checks)
    values = ", ".join(f"{name} {value:.3f}" for name, value in result.values.items())
    seconds = ", ".join(f"{letter} {value:.1f}" for letter, value in result.seconds_by_arm.items())
    sys.stdout.write(f"{result.paper.id} seed {result.seed} {held} {result.seconds:.1f} s ({seconds}): {values}\n")
    sys.stdout.flush()


def _section(paper: Paper) -> str:
    source, about = paper.source, kept(paper.id)
    lines = [
        f"## {paper.claim}",
        f'{source.authors}, “{source.title}”, {source.year}; {source.where}. `playground.papers["{paper.id}"]`',
        f"**They measured.** {paper.theirs.words}",
        f"**Here.** {paper.ours}",
        "\n".join([*_header(paper), *_rows(paper)]),
    ]
    if paper.judged:
        seconds = median(result.seconds for result in paper.judged)
        lines.append(
            f"{_held(paper)}. All arms together take {seconds:.1f} CPU seconds (median). Measured {about['date']} on {about['machine']}."
        )
    lines.append(f"**This does not show.** {paper.judged[0].limits if paper.judged else paper.limits}")
    return "\n\n".join(lines)


def _header(paper: Paper) -> Iterator[str]:
    seeds = [str(result.seed) for result in paper.judged]
    yield f"| part | what | needs | {' | '.join(seeds)} |" if seeds else "| part | what | needs |"
    yield "|---|---|---|" + "--:|" * len(seeds)


def _rows(paper: Paper) -> Iterator[str]:
    for part, bars in (("criterion", paper.criterion), ("control", paper.control), ("act", paper.act)):
        for bar in bars:
            values = [result.values[bar.value] for result in paper.judged]
            cells = [shown(value, bar.unit) + ("" if bar.reached(value) else " ✗") for value in values]
            yield "| " + " | ".join([part, bar.words, bar.needs, *cells]) + " |"


def _held(paper: Paper) -> str:
    held = [result.holds and result.control_holds for result in paper.judged]
    return f"{paper.verdict}, {sum(held)} of {len(held)} seeds" if held else "not judged yet"


if __name__ == "__main__":
    main()
