"""The page with papers whose arms train for a handful of updates: what they come to is no science, but they come to it at once.

python -m tests.hasty_papers PORT
"""

from __future__ import annotations

import sys
from dataclasses import replace

from playground.papers import papers
from playground.papers.paper import Paper

UPDATES = 8


def hasty(paper: Paper) -> Paper:
    """The same paper, its arms hardly trained."""
    return replace(paper, arms=tuple(replace(arm, updates=UPDATES) for arm in paper.arms))


def main() -> None:
    from playground.app import create_app, install_drain, launch

    papers._things = {id: hasty(paper) for id, paper in papers.items()}
    demo, page = create_app("cpu")
    install_drain(demo, page.book)
    launch(demo, page, "127.0.0.1", int(sys.argv[1]))
    demo.block_thread()


if __name__ == "__main__":
    main()
