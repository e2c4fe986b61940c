"""What lessons ask of a run: small questions that several of them share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..storage.run import Run
from ..tracing import Edit, Trace

WEIGHTS = "decoder.attention.weights"
HANDED_OVER = ("decoder.context", "decoder.context_cell")  # what a recurrent encoder hands over
COUNT = 100  # new inputs


def place(scores: Sequence[float] | NDArray[np.float32]) -> int:
    """Where the highest is."""
    return int(np.argmax(np.asarray(scores)))


def states(trace: Trace) -> tuple[str, ...]:
    """The states of what was read, as options: state 6, ‘9’."""
    return tuple(f"state {i}, ■‘{token}’■" for i, token in enumerate(trace.source, 1))


def share(run: Run, edits: Sequence[Edit] = (), count: int = 256) -> float:
    """The share of held-out inputs that a run answers right under these edits."""
    from ..papers.measures import under

    return under(run, run.task.held_out("test", count), edits)
