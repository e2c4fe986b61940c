"""Compare: another model in slot B, the same input through both, and what they make of every length."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ... import models
from ...errors import InputError
from ...options import show
from ...papers import papers
from ...tasks import TextTask, Typed
from ...training.recipes import Recipe
from ...views import compare
from ..library.shipped import alike
from ..library.trials import in_order
from ..names import about, run_kind, run_name
from ..panel import Panel
from ..sessions import Visitor
from ..stage import Stage
from ..visit import FIRST, SHIPPED, Slot, Visit

MOMENTS = 4  # updates of the run on the stage that are offered
MINE = 12  # runs of one's own


class Compare(Panel):
    """Slot B beside slot A. Both answer the same input; the rest is measured once it is looked at."""

    module, sends, classes = "compare/compare_panel", ("beside", "open"), ("tab-both", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        visit = stage.visit
        return visit.place, visit.beside, visit.run, len(self.page.book.of(stage.visitor.tab)), self._trains(visit), self._side(visit)

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, page = stage.visit, self.page
        side = self._side(visit)
        pictured = None if side is None else self._pictured(stage, side)
        if not isinstance(stage.run.task, TextTask):
            return {"suits": False, "side": pictured}
        offered = dict(self.offered(visit, stage.visitor))
        slot = self._slot(visit)
        told: dict[str, Any] = {
            "suits": True,
            "side": pictured,
            "address": page.desk.shown(visit)["address"],
            "offered": list(offered.items()),
            "beside": None,
            "trains": self._trains(visit),
        }
        told["a"] = _decoded(stage, f"{models.get(visit.recipe.architecture).title}, {run_kind(visit.shown, visit.frame, stage.own)}")
        if slot is None or visit.beside is None:
            return told
        other = self._beside(visit, slot)
        named = offered.get(visit.beside, visit.beside)
        return told | {"beside": visit.beside, "b": _decoded(other, named)}

    def wire(self) -> None:
        self.on("beside", self.choose, "set_beside", again="always_last", always=self)
        self.on("open", with_text, "open_apart", again="always_last")
        self.page.desk.answers["compare.json"] = self.measured

    def choose(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Another run in slot B, or none."""
        beside = data.get("beside")
        stays = beside == visit.beside and self._slot(visit) is not None
        if beside is not None and not stays and (not isinstance(beside, str) or beside not in dict(self.offered(visit, visitor))):
            raise InputError(f"{show(beside)} is no run to compare with; choose one of the list.")
        return replace(visit, beside=beside)

    def offered(self, visit: Visit, visitor: Visitor) -> Iterator[tuple[str, str]]:
        """What may stand in slot B, and what it is called: shipped runs of the same task, moments of the run shown, runs of one's own."""
        recipe = visit.recipe
        on_stage = (recipe.architecture, visit.shown, visit.frame)
        shipped = [other.architecture for other in alike(recipe) if (other.architecture, SHIPPED, None) != on_stage]
        yield from ((name, f"{models.get(name).title}, shipped") for name in shipped)
        moments = [step for step in self.page.library.moments(visit.slot) if step != visit.frame]
        for step in moments[:: max(1, len(moments) // MOMENTS)][:MOMENTS]:
            yield f"@{step}", f"this run at update {step:,}"
        for log in self.page.book.of(visitor.tab)[:MINE] if visitor.tab else ():
            same = (log.recipe.task, log.recipe.task_options) == (recipe.task, recipe.task_options)
            if same and log.over and log.snapshots and log.id != visit.shown:
                how = "" if log.status == "done" else f", {log.status}"
                yield (
                    log.id,
                    f"{models.get(log.recipe.architecture).title}, {run_name(log.number, True)}{how}: {about(log.recipe)['label']}",
                )

    def measured(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Both by length and by heart, with the run named `beside` in slot B."""
        slot = self._slot(replace(visit, beside=asked.get("beside")))
        if slot is None:
            raise InputError("No run stands in slot B; choose one.")
        return compare.spec(self.page.library.comparison(visit.slot, slot))

    def _beside(self, visit: Visit, slot: Slot) -> Stage:
        """What a slot's run makes of the input on the stage."""
        there = Visit(slot.recipe, shown=slot.shown, frame=slot.frame, given=visit.given, strategy=visit.strategy)
        return self.page.library.stage(there)

    def _pictured(self, stage: Stage, side: Slot) -> dict[str, Any] | None:
        """The picture of the other side, and how many parameters both have; None where it cannot read what the one on the stage does."""
        try:
            other = self._beside(stage.visit, side)
        except InputError:
            return None
        return {"scene": other.scene, "parameters": [compare.size(one.run.model) for one in (stage, other)]}

    def _side(self, visit: Visit) -> Slot | None:
        """The other side of the open paper, as far as it is trained; None where none is open or its sides read different things."""
        trial, recipe = visit.trial, visit.recipe
        if trial is None:
            return None
        run = trial.beside(visit.shown)
        side = in_order(papers[trial.paper])[1].recipe(trial.seed)
        slot = Slot(side, FIRST)
        if run is not None:
            try:
                log = self.page.library.log(run)
            except InputError:  # no longer kept
                return None
            newest = None if log.over or not log.snapshots else log.snapshots[-1].step
            slot = Slot(log.recipe, run, newest) if log.snapshots else Slot(log.recipe, FIRST)
        return slot if slot.recipe.task == recipe.task else None

    def _trains(self, visit: Visit) -> str | None:
        """The run for whose end slot B waits, if it does."""
        try:
            return visit.beside if visit.beside is not None and not self.page.book.get(visit.beside).over else None
        except InputError:
            return None

    def _slot(self, visit: Visit) -> Slot | None:
        """Slot B. None where nothing is in it, or what was is no longer there."""
        beside, recipe = visit.beside, visit.recipe
        if beside is None:
            return None
        if beside.startswith("@"):
            steps = [step for step in self.page.library.moments(visit.slot) if f"@{step}" == beside]
            return replace(visit.slot, frame=steps[0]) if steps else None
        if beside in models.architectures():
            found = [other for other in alike(recipe) if other.architecture == beside]
            return Slot(_bare(found[0])) if found else None
        try:
            log = self.page.library.log(beside)
        except InputError:
            return None
        known = log.recipe.task == recipe.task and bool(log.snapshots) and log.over
        return Slot(_bare(log.recipe), beside) if known else None


def with_text(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Put an input of the list on the stage."""
    if not isinstance(data.get("given"), str):
        raise InputError("No input is named; open one of the list.")
    return visit.with_input(Typed(data["given"]))


def _decoded(stage: Stage, name: str) -> dict[str, Any]:
    run = stage.run
    assert isinstance(run.task, TextTask)
    seconds = run.train_seconds if stage.visit.frame is None else None  # at an earlier update it had not taken them all
    return compare.decoded(stage.trace, run.model, run.task, name, seconds, stage.untrained)


def _bare(recipe: Recipe) -> Recipe:
    """What of a recipe names a model."""
    return replace(recipe, training_options=(), seconds=None, device="cpu")
