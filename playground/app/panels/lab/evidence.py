"""Evidence, in the lab: who knows what, whether attention explains, what a first error costs. Asked for once somebody looks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

from .... import models
from ....api import shipped_path
from ....errors import InputError
from ....experiments.evidence.faithfulness import weighing
from ....experiments.evidence.first_errors import erring
from ....experiments.evidence.importance import importance, looks
from ....experiments.evidence.who_knows import probing
from ....training.recipes import Recipe
from ....views.evidence import attention, errors, who_knows
from ...links import to_query
from ...names import run_name
from ...panel import Panel, Still
from ...stage import Stage
from ...visit import SHIPPED, Visit

SHARE = 0.5  # of its own guesses that a decoder is offered to be trained on
SLICE_S = 0.4  # of work for one question; then the page is told how far it is


class Probing(Panel):
    """What a linear probe reads off the states at every site, beside one that was fitted on shuffled labels."""

    module, classes = "evidence/probe_panel", ("tab-lab", "lab-probe", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"address": self.page.desk.shown(stage.visit)["address"], "questions": who_knows.questions(stage.run.task)}

    def wire(self) -> None:
        self.page.desk.answers["probe.json"] = self.probe

    def probe(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Who knows `what`, as far as it is known by now."""
        what, run = asked.get("what", ""), self.page.library.run(visit.slot)
        grown = self.page.library.nursery.grown(("probe", visit.slot, what), lambda: probing(run, what), SLICE_S)
        assert grown.newest is not None
        forms, trace = self.page.library.taken(visit.slot).found, self.page.library.stage(visit).trace
        return {**who_knows.spec(grown.newest, forms, trace), "over": grown.over}


class Explaining(Panel):
    """What attention weighs beside what the tokens of this input measurably did, following the step."""

    module, classes = "evidence/explain_panel", ("tab-lab", "lab-attention", "span-7")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot, stage.visit.given

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"address": self.page.desk.shown(stage.visit)["address"], "suits": looks(stage.run) is not None}

    def wire(self) -> None:
        self.page.desk.answers |= {"explain.json": self.explain, "faithful.json": self.weigh}

    def explain(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The input on the stage, decoded greedily by the model as it is."""
        if visit.given.text is None:
            raise InputError("Only what is typed has tokens to be left out.")
        run = self.page.library.run(visit.slot)
        heads = dict(run.recipe.model_options).get("heads", 1)
        return attention.one(importance(run, visit.given.model_input(run.task)), int(heads))

    def weigh(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Held-out inputs, as far as they are measured by now."""
        slot = visit.slot
        grown = self.page.library.nursery.grown(("faithful", slot), lambda: weighing(self.page.library.run(slot)), SLICE_S)
        assert grown.newest is not None
        return {**attention.many(grown.newest), "over": grown.over}


class Weighing(Still):
    """The same over many held-out inputs, and what becomes of answers under other weights."""

    module, classes = "evidence/faithful_panel", ("tab-lab", "lab-attention", "span-5")


class Erring(Panel):
    """What one wrong token costs, teacher forcing beside free running, and a run beside it that was trained on its own guesses."""

    module, classes = "evidence/errors_panel", ("tab-lab", "lab-errors", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot, len(self.page.book.of(stage.visitor.tab))

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, share = stage.visit, _guessed(stage.run.recipe)
        other, name = self._beside(stage)
        return {
            "address": self.page.desk.shown(visit)["address"],
            "suits": isinstance(stage.run.model, models.EncoderDecoder),
            "guessed": share,
            "beside": other and {"address": self.page.desk.shown(other)["address"], "name": name},
            "recipe": None if share or other else "?" + to_query(replace(visit, recipe=_guessing(visit.recipe), shown=SHIPPED, frame=None)),
        }

    def wire(self) -> None:
        self.page.desk.answers["errors.json"] = self.errors

    def errors(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What is known by now."""
        slot = visit.slot
        grown = self.page.library.nursery.grown(("errors", slot), lambda: erring(self.page.library.run(slot)), SLICE_S)
        assert grown.newest is not None
        return {**errors.spec(grown.newest), "over": grown.over}

    def _beside(self, stage: Stage) -> tuple[Visit | None, str]:
        """The newest own run of the same pair that was trained the other way, with teacher forcing or without; else a shipped one."""
        recipe, visit = stage.run.recipe, stage.visit
        for log in self.page.book.of(stage.visitor.tab) if stage.visitor.tab else ():
            same = (log.recipe.architecture, log.recipe.task, log.recipe.task_options) == (
                recipe.architecture,
                recipe.task,
                recipe.task_options,
            )
            if same and log.over and log.snapshots and log.id != visit.shown and bool(_guessed(log.recipe)) != bool(_guessed(recipe)):
                return replace(visit, recipe=log.recipe, shown=log.id, frame=None, acts=()), run_name(log.number, True)
        if _guessed(recipe) and shipped_path(*visit.pair).exists():
            return replace(visit, shown=SHIPPED, frame=None, acts=()), "shipped run"
        return None, ""


def _guessed(recipe: Recipe) -> float:
    """The share of tokens that a decoder guessed itself while it was trained."""
    return float(dict(recipe.training_options).get("scheduled_sampling", 0.0))


def _guessing(recipe: Recipe) -> Recipe:
    """The same, trained by scheduled sampling."""
    return replace(
        recipe, training_options=tuple((name, SHARE if name == "scheduled_sampling" else v) for name, v in recipe.training_options)
    )
