"""The card of the paper that is open: it trains the arms, two at a time, and has them judged."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ....errors import InputError
from ....experiments.lab.acts import Act
from ....options import show
from ....papers import papers
from ....papers.paper import JUDGES
from ....papers.parts import Try
from ....tasks import Typed
from ....training import locks
from ....views import claims
from ... import links
from ... import visit as visits
from ...library import trained
from ...library.trials import Judge, in_order
from ...panel import Panel, Still
from ...sessions import Visitor
from ...stage import Stage
from ...visit import FIRST_SEED, Trial, Visit
from .gallery import judged, seconds, surnames
from .verdict import spec

SIDE_BY_SIDE = 2  # arms that train at the same time; the next ones wait for them in line
LAST_SEED = 2**31 - 1


class Card(Panel):
    """Stands in the place of the rail while a paper is open."""

    module, sends, id = "papers/card_panel", ("open", "commit", "further", "attempt", "shut"), "edp-paper"

    def __init__(self, page: Any) -> None:
        self.judge = Judge(page.library)
        super().__init__(page)

    def depends(self, stage: Stage) -> Hashable:
        trial = stage.visit.trial
        return trial, trial and (self.judge.statuses(trial), stage.visit.acts, stage.visit.shown)

    def value(self, stage: Stage) -> dict[str, Any]:
        return self._told(stage.visit)

    def refused(self, visit: Visit, error: InputError) -> Any:
        return self._told(visit, str(error))

    def wire(self) -> None:
        self.on("open", self.open, "open_paper", again="always_last", teller=self, always=self)
        self.on("commit", self.commit, "run_paper", again="once", teller=self, always=self)
        self.on("further", self.further, "further_arms", again="once", teller=self, always=self)
        self.on("attempt", self.attempt, "try_by_hand", again="always_last", teller=self, always=self)
        self.on("shut", self.shut, "close_paper", teller=self, always=self)
        self.page.desk.answers["verdict.json"] = self.verdict

    def open(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Open a paper: the model of its first arm on the stage, before any training."""
        return visits.of_paper(data.get("paper"), FIRST_SEED, visit.recipe.device)

    def shut(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Close the card; the stage stays as it is, and so does what trains."""
        return replace(visit, trial=None)

    def commit(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Train the first arms, with the next seed where this one has been run. What was guessed stays in the browser."""
        trial = _open(visit)
        seed = _next(trial.seed) if trial.runs else trial.seed
        return self._train(visits.of_paper(trial.paper, seed, visit.recipe.device), visitor)

    def further(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Go on when arms have come to their end: train those that are left, or put A on the stage and B beside it."""
        trial = _open(visit)
        if not trial.runs or set(self.judge.statuses(trial)) != {"done"}:
            return visit
        if len(trial.runs) < len(papers[trial.paper].arms):
            return self._train(visit, visitor)
        a, *others = trial.runs[:SIDE_BY_SIDE]
        return replace(self._shown(visit, a), run=a, beside=next(iter(others), None), live=True, acts=())

    def attempt(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Put an arm on the stage with a row's acts, or without them."""
        trial, row = _open(visit), data.get("row")
        tries = papers[trial.paper].tries
        if isinstance(row, bool) or not isinstance(row, int) or not 0 <= row < len(tries) or not (acts := _by_hand(trial, tries[row])):
            raise InputError(f"{show(row)} is no row whose acts can be put onto the stage.")
        run = _runs(trial).get(tries[row].arm)
        if run is None:
            raise InputError(f"{tries[row].arm} has not been trained yet; run the paper first.")
        stage = replace(self._shown(visit, run), live=False, branch=(), acts=acts if data.get("on") is not False else ())
        return replace(stage, beside=trial.beside(run))

    def verdict(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What the named runs of a paper's arms come to; computed here, of nothing but their names."""
        return spec(self.judge.result(links.trial(asked)))

    def _train(self, visit: Visit, visitor: Visitor) -> Visit:
        """Train the next arms, side by side. The first two on the stage; others leave it as it is."""
        trial = _open(visit)
        arms = in_order(papers[trial.paper])[len(trial.runs) :][:SIDE_BY_SIDE]
        recipe, *others = [arm.recipe(trial.seed) for arm in arms]
        started = self.page.start(replace(visit, recipe=recipe, beside=None), visitor, rival=next(iter(others), None))
        runs = (*trial.runs, *(run for run in (started.run, started.beside) if run))
        return replace(started, recipe=visit.recipe, live=not trial.runs, trial=replace(trial, runs=runs))

    def _shown(self, visit: Visit, run: str) -> Visit:
        """A run on the stage, and what the paper reads where the run's task can."""
        trial = _open(visit)
        shown, paper = trained(visit, run, self.page.library), papers[trial.paper]
        return shown.with_input(Typed(paper.input)) if paper.input and shown.recipe.task != visit.recipe.task else shown

    def _told(self, visit: Visit, error: str | None = None) -> dict[str, Any]:
        trial = visit.trial
        if trial is None:
            return {"paper": None, "error": error}
        paper, statuses = papers[trial.paper], self.judge.statuses(trial)
        arms = in_order(paper)
        states = dict(zip((arm.letter for arm in arms), zip(trial.runs, statuses, strict=True), strict=False))
        return {
            "paper": told(trial.paper),
            "seed": trial.seed,
            "arms": [[arm.letter, arm.name, *states.get(arm.letter, (None, None))] for arm in arms],
            "phase": _phase(statuses, len(paper.arms)),
            "arms_query": ",".join(trial.runs),
            "address": self.page.desk.shown(visit)["address"],
            "acting": next((row for row, one in enumerate(paper.tries) if visit.acts and _shows(visit, trial, one)), None),
            "error": error,
        }


class Outcome(Still):
    """What the arms measured, what can be tried by hand, and what they have in common."""

    module, classes = "papers/result_panel", ("tab-paper", "span-12")


@lru_cache(maxsize=32)
def told(id: str) -> dict[str, Any]:
    """What never changes of a paper."""
    paper, ids = papers[id], list(papers)
    a, b = (arm.recipe(FIRST_SEED) for arm in in_order(paper)[:SIDE_BY_SIDE])
    after = papers[ids[(ids.index(id) + 1) % len(ids)]]
    question, source, theirs = paper.question, paper.source, paper.theirs
    return {
        "id": id,
        "number": ids.index(id) + 1,
        "of": len(ids),
        "claim": paper.claim.rstrip("."),
        "source": [source.authors, source.title, source.year, source.where],
        "theirs": {"words": theirs.words, "bars": theirs.bars, "axis": theirs.axis, "to": theirs.to},
        "ours": paper.ours,
        "criterion": [[bar.arm, bar.words, bar.needs] for bar in paper.criterion],
        "question": [question.text, question.options],
        "guess": {"at": question.at, "edges": question.edges},
        "judged": judged(paper),
        "verdict": paper.verdict,
        "seconds": seconds(paper),
        "next": [after.id, f"{surnames(after)[0]} {after.source.year}"],
        "sides": paper.sides,
        "rows": [list(row) for row in locks.rows(a, b)],
        "figure": claims.asked(paper),
        "tries": [[one.arm, one.words] for one in paper.tries],
    }


def _open(visit: Visit) -> Trial:
    if visit.trial is None:
        raise InputError("No paper is open; choose one of the gallery.")
    return visit.trial


def _next(seed: int) -> int:
    """The next seed, without those that judge."""
    after = seed + 1 if seed + 1 not in JUDGES else JUDGES.stop
    return after if after <= LAST_SEED else FIRST_SEED


def _phase(statuses: tuple[str, ...], arms: int) -> str:
    """ask · run · broken: an arm did not come to its end · done"""
    if set(statuses) & {"failed", "stopped", "gone"}:
        return "broken"
    return "ask" if not statuses else "done" if statuses.count("done") == arms else "run"


def _runs(trial: Trial) -> dict[str, str]:
    return dict(zip((arm.letter for arm in in_order(papers[trial.paper])), trial.runs, strict=False))


def _by_hand(trial: Trial, one: Try) -> tuple[Act, ...]:
    """The acts of a row that do the same to every input; none where what is put there depends on it."""
    acts = papers[trial.paper].acts.get(one.acts, ())
    return acts if all(isinstance(act, Act) for act in acts) else ()


def _shows(visit: Visit, trial: Trial, one: Try) -> bool:
    return visit.acts == _by_hand(trial, one) and visit.shown == _runs(trial).get(one.arm)
