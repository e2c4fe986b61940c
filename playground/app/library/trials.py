"""A paper's claim put to the test on the page: how far the runs of its arms are, and what they come to."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

import orjson
from cachetools import LRUCache

from ...errors import InputError
from ...experiments.lab.asked import AskedRun
from ...papers import papers
from ...papers.paper import Paper
from ...papers.parts import Arm
from ...papers.result import Result
from ...runs.log import RunLog
from ...training.recipes import Recipe
from ..visit import Slot, Trial
from . import Library

KEPT = 64
AGAIN = "Run it again to have it judged."


class Judge:
    """Judges trials whose every arm has ended; the latest results are kept, since judging takes seconds."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._lock = Lock()
        self._results: LRUCache[Trial, Result] = LRUCache(KEPT)

    def statuses(self, trial: Trial) -> tuple[str, ...]:
        """How each run is, in the order of the arms: as its log says, or "gone"."""
        return tuple(self._status(run) for run in trial.runs)

    def result(self, trial: Trial) -> Result:
        """What a trial came to. Raises InputError where an arm has no run, or one that did not come to its end or is of another recipe."""
        with self._lock:
            found = self._results.get(trial)
        if found is None:
            found = self._judged(trial)
            with self._lock:
                self._results[trial] = found
        return found

    def _status(self, run: str) -> str:
        try:
            return self.library.log(run).status
        except InputError:
            return "gone"

    def _judged(self, trial: Trial) -> Result:
        paper, runs = papers[trial.paper], {}
        if len(trial.runs) < len(paper.arms):
            raise InputError(f"{len(trial.runs)} of {len(paper.arms)} arms have a run; wait until all have.")
        for arm, run in zip(in_order(paper), trial.runs, strict=True):
            log = self.library.log(run)
            if log.recipe != arm.recipe(trial.seed):
                raise InputError(f"The run named for {arm.letter} is no training of it with seed {trial.seed}. {AGAIN}")
            if log.status != "done":
                raise InputError(f"{arm.letter} has not come to its end ({log.status}), so there is no verdict. {AGAIN}")
            if log.kept:
                raise InputError(f"{arm.letter} was trained before the server was started anew, and its curve is gone. {AGAIN}")
            checkpoint = self.library.run(Slot(log.recipe, run)).checkpoint
            runs[arm.letter] = AskedRun(
                replace(checkpoint, history={"losses": [], "scores": _curve(log, "score"), "kl": _curve(log, "kl")})
            )
        return paper.judge(runs)


def in_order(paper: Paper) -> tuple[Arm, ...]:
    """The arms as they are trained: first the two that the claim sets against each other."""
    sides = [paper.arm(letter) for letter in paper.sides]
    return *sides, *(arm for arm in paper.arms if arm not in sides)


def _curve(log: RunLog[Recipe], what: str) -> list[list[float]]:
    """Step, seconds and what was measured on what steers, as `storage.collected` has them."""
    told = [orjson.loads(payload) for payload in log.payloads()]
    return [
        [event["step"], round(event["train_s"], 3), round(event[what], 4)]
        for event in told
        if event["type"] == "progress" and event.get(what) is not None
    ]
