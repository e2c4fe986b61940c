"""A beam search as a tree: columns are steps, rows are hypotheses, likeliest first."""

from __future__ import annotations

from typing import Any

from ...inference.beam import Search
from ...tasks import Task
from ...vocabulary import EOS


def tree(search: Search | None, task: Task, shown: tuple[str, ...]) -> dict[str, Any] | None:
    """The branches of each step, and the tokens of the one that is `shown`; None where nothing was searched.

    A branch is (token, place of its parent in the step before, log probability, score, whether it was kept, and the rank of the answer that
    ends here or None).
    """
    if search is None:
        return None
    ranks = {hypothesis.tokens: rank for rank, hypothesis in enumerate(search.hypotheses)}
    steps = [
        [
            [
                "end" if branch.token == EOS else task.classes[branch.token],
                branch.parent,
                branch.log_probability,
                branch.score,
                branch.kept,
                ranks.get(search.tokens(step, place)) if branch.kept else None,
            ]
            for place, branch in enumerate(branches)
        ]
        for step, branches in enumerate(search.steps)
    ]
    return {"steps": steps, "shown": list(shown)}
