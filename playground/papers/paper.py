"""What a paper is: a published claim, the trainings that put it to the test, and the numbers at which it counts as reproduced.

A paper says beforehand when it holds. Its `criterion`, its `control`, which must turn out as foretold though the claim is not about it, and
its `act`, which takes the cause away, are bars over measured values, written down before the seeds that judge it are run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import InputError
from ..experiments.lab.asked import AskedRun
from ..runs.executors.inline import InlineExecutor
from ..storage.collected import collected
from ..storage.run import Run
from .judged import kept
from .parts import Arm, Axis, Bar, Measured, Question, Source, Theirs, Try
from .result import Result
from .wrong import went_wrong

JUDGES = range(100, 110)  # seeds that judge; those below ten may tune
MOST_HOLD, SOME_HOLD = 9, 1  # of ten: reproduced from here on; mixed below, and not reproduced where none holds

Runs = Mapping[str, Run]
Acts = Mapping[str, tuple[Any, ...]]  # by name: acts; where what is put there depends on the input, names of sites


@dataclass(frozen=True)
class Paper:
    """One claim. See `playground.papers` for how a new one is written; texts name values in braces, `{A at 12}`, filled in by results."""

    id: str
    title: str  # the claim in at most ten words
    claim: str
    source: Source
    theirs: Theirs
    ours: str
    arms: tuple[Arm, ...]
    measure: Callable[[Runs, Acts], Measured]
    criterion: tuple[Bar, ...]
    control: tuple[Bar, ...]
    act: tuple[Bar, ...]
    axes: tuple[Axis, Axis]
    question: Question
    sentence: str
    limits: str
    input: str = ""  # what stands on the stage
    differs: tuple[str, ...] = ()  # options in which the arms may differ, such as "model.score": all that the claim is about
    acts: Acts = field(default_factory=dict)
    tries: tuple[Try, ...] = ()
    sides: tuple[str, str] = ("A", "B")  # the arms that the claim sets against each other: those that stand side by side

    @property
    def room(self) -> str:
        """What it is about: "sequences", "transformers" or "codes"."""
        return self.measure.__module__.split(".")[-2]

    @property
    def bars(self) -> tuple[Bar, ...]:
        return *self.criterion, *self.control, *self.act

    @property
    def judged(self) -> tuple[Result, ...]:
        """The ten results that are shipped, of the judge seeds; none where it was not judged."""
        return tuple(Result.of(self, one) for one in kept(self.id).get("results", ()))

    @property
    def verdict(self) -> str:
        """reproduced · mixed · not reproduced · not judged, which it is until all ten seeds have been run"""
        held = [result.holds and result.control_holds for result in self.judged]
        if len(held) < len(JUDGES):
            return "not judged"
        return "reproduced" if sum(held) >= MOST_HOLD else "mixed" if sum(held) >= SOME_HOLD else "not reproduced"

    def arm(self, letter: str) -> Arm:
        return next(arm for arm in self.arms if arm.letter == letter)

    def run(self, seed: int = 0) -> Result:
        """Train all arms with this seed, one after the other, and judge them. Raises InputError for what is no seed."""
        return self.judge({arm.letter: AskedRun(collected(InlineExecutor().submit(arm.recipe(seed)).events())) for arm in self.arms})

    def judge(self, runs: Runs) -> Result:
        """What these runs come to, one for each arm. Raises InputError where one is missing or of another recipe."""
        for arm in self.arms:
            if not isinstance(runs, Mapping) or not isinstance(runs.get(arm.letter), Run):
                raise InputError(f"{self.id} needs a run for each of its arms {', '.join(arm.letter for arm in self.arms)}; give them all.")
        seeds = {runs[arm.letter].recipe.seed for arm in self.arms}
        if len(seeds) > 1:
            raise InputError(f"The runs have seeds {', '.join(map(str, sorted(seeds)))}; all arms of a paper are trained with one seed.")
        seed = seeds.pop()
        for arm in self.arms:
            if runs[arm.letter].recipe != arm.recipe(seed):
                raise InputError(f"{runs[arm.letter]!r} is not arm {arm.letter} of {self.id}; train it by `arm.recipe(seed)`, to its end.")
        measured = self.measure(runs, self.acts)
        seconds = {arm.letter: runs[arm.letter].train_seconds for arm in self.arms}
        result = Result(self, seed, dict(measured.values), measured.lines, seconds)
        return result if result.holds else replace(result, wrong=went_wrong(result, runs))

    def __repr__(self) -> str:
        """Paper(bahdanau_2015: One fixed vector is a bottleneck for long inputs, reproduced)"""
        claim = self.claim.rstrip(".")
        return f"Paper({self.id}: {claim}, {self.verdict})"
