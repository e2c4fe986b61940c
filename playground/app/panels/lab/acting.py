"""The lab: act on the model, and see what that proves. What an act does is fetched row by row, once the tab is open."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

from .... import models
from ....errors import InputError
from ....experiments.evidence.importance import looks
from ....experiments.held_out_states import carries
from ....experiments.lab import corrupting
from ....experiments.lab.acts import Act
from ....experiments.lab.breaking import Broken, breaking, survivors
from ....experiments.lab.patching import Patch
from ....inference.decoding import GREEDY
from ....options import show
from ....tasks import Given, Typed
from ....views.lab import acts as lab
from ....views.lab import breaking as broken
from ....views.lab import patching
from ...library.shipped import alike, ready
from ...links import acts
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit

SLICE_S = 0.4  # of searching for failures; then the page is told what was found, and asks for more if it likes
DICE = 1_000_000
PARTS = {"act": "Act", "patch": "Patch", "probe": "Probe", "attention": "Attention", "errors": "Errors", "break": "Break it"}


class Parts(Panel):
    """Which parts of the lab there are for this model."""

    module, classes = "lab/parts", ("tab-lab", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot, type(stage.visit.given)

    def value(self, stage: Stage) -> dict[str, Any]:
        typed = _typed(stage)
        has = {
            "act": True,
            "patch": typed,
            "probe": stage.trace.reconstruction is None and any(map(carries, self.page.library.taken(stage.visit.slot).found)),
            "attention": looks(stage.run) is not None,
            "errors": isinstance(stage.run.model, models.EncoderDecoder),
            "break": typed,
        }
        return {"parts": [[id, name] for id, name in PARTS.items() if has[id]]}


class Acts(Panel):
    """The list of acts, each with a switch, what it does to this input, and what it costs on held-out ones."""

    module, sends, classes = "lab/acts/panel", ("acts",), ("tab-lab", "lab-act", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.place, stage.visit.acts

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, task, plain = stage.visit, stage.run.task, stage.plain or stage.trace
        taken = self.page.library.taken(visit.slot)
        return {
            "address": self.page.desk.shown(visit)["address"],
            "rows": [lab.row(act, taken, plain) for act in visit.acts],
            "menu": lab.menu(taken.found, plain),
            "typed": taken.typed,
            "steps": list(plain.tokens) if task.writes else [],
            "better": "higher" if task.higher_is_better else "lower",
            "score": task.score_name,
        }

    def wire(self) -> None:
        self.on("acts", self.act, again="always_last")
        self.page.desk.answers |= {"act.json": self.one, "acts.json": self.together, "another.json": self.another}

    def act(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Another list of acts on the model of the stage."""
        chosen, taken = acts(data.get("acts")), self.page.library.taken(visit.slot)
        for one in chosen:
            taken.check(one)
            if not taken.fits(one):
                raise InputError(f"This model has no place for the act “{lab.title(one)}” at {one.site}.")
        return replace(visit, acts=chosen, branch=())

    def one(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What the `act` does alone: to the input on the stage, and on held-out inputs."""
        (act,) = acts(f"[{asked.get('act', '')}]") or (None,)
        if act is None:
            raise InputError("No act is named; allowed is one as the list has it.")
        return self._told(visit, (replace(act, on=True),), act)

    def together(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What several `acts` do at once."""
        return self._told(visit, tuple(replace(act, on=True) for act in acts(asked.get("acts"))), None)

    def another(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Another input to take from: a `text` as it is where the task reads it, else by the dice a held-out one, as long as this one where
        there is one."""
        if "text" in asked:
            visit.task.check(Typed(asked["text"]))
            return {"given": asked["text"]}
        positions = len(self.page.library.stage(_plain(visit)).trace.source)
        return {"given": self.page.library.taken(visit.slot).another(positions, _whole(asked.get("dice", "0"), DICE))}

    def _told(self, visit: Visit, chosen: tuple[Act, ...], act: Act | None) -> dict[str, Any]:
        library = self.page.library
        stage = library.stage(replace(visit, acts=chosen))
        if stage.visit.acts != chosen:
            raise InputError("This model has no place for this act.")
        answer = lab.answered(stage.trace, stage.plain or stage.trace, stage.run.task)
        return {**answer, **lab.measured(library.effect(visit.slot, chosen), stage.run.task, act)}


class Patching(Panel):
    """What carries the difference between two inputs: a corrupted one is made or typed, and each place is patched from the clean run."""

    module, classes = "lab/patch_panel", ("tab-lab", "lab-patch", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot, stage.visit.given

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"address": self.page.desk.shown(stage.visit)["address"], "typed": _typed(stage)}

    def wire(self) -> None:
        self.page.desk.answers |= {"corrupted.json": self.corrupted, "patch.json": self.map, "patched.json": self.decode}

    def corrupted(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """Another input with one token changed, by the dice."""
        run, stage = self.page.library.run(visit.slot), self.page.library.stage(_plain(visit))
        return {"text": corrupting.corrupt(run, stage.trace.source, _whole(asked.get("dice", "0"), DICE))}

    def map(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The map of this input and the corrupted one named `with`; with `from` and `at`, of what that site brings from there alone."""
        found, given = self._patch(visit, asked)
        traces = [self.page.library.stage(replace(_plain(visit), given=one)).trace for one in (visit.given, given)]
        return patching.spec(found, *traces)

    def decode(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The corrupted input decoded under one patch: at a `site`, at a `place` from 0."""
        found, given = self._patch(visit, asked)
        run, place = self.page.library.run(visit.slot), _whole(asked.get("place", ""), 1_000)
        edit = found.edit(asked.get("site", ""), place)
        plain = self.page.library.stage(replace(_plain(visit), given=given)).trace
        trace = run.explore(given.model_input(run.task), edits=edit)
        return patching.decode(trace, plain, found.step, run.task.classes)

    def _patch(self, visit: Visit, asked: Mapping[str, str]) -> tuple[Patch, Given]:
        given = Typed(asked.get("with", ""))
        visit.task.check(given)
        through = (asked["from"], _whole(asked.get("at", ""), 1_000)) if "from" in asked else None
        return self.page.library.patch(visit.slot, visit.given, given, through), given


class Breaking(Panel):
    """The shortest inputs on which this model fails, and which other model survives them."""

    module, sends, classes = "lab/break_panel", ("open",), ("tab-lab", "lab-break", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.slot

    def value(self, stage: Stage) -> dict[str, Any]:
        return {"address": self.page.desk.shown(stage.visit)["address"], "typed": _typed(stage)}

    def wire(self) -> None:
        self.on("open", self.show, "open_failure")
        self.page.desk.answers |= {"broken.json": self.broken, "survived.json": self.survived}

    def show(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Put a failure on the stage."""
        if not isinstance(data.get("given"), str):
            raise InputError("No input is named; open one of the list.")
        return visit.with_input(Typed(data["given"]))

    def broken(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """What is known after searching a little more; `over`: nothing is left to be tried."""
        found, spent, over = self._searched(visit)
        return {**broken.spec(found, {}), "spent": spent, "over": over}

    def survived(self, visit: Visit, asked: Mapping[str, str]) -> dict[str, Any]:
        """The same, with who survives the failures that were found."""
        found, spent, over = self._searched(visit)
        others = {
            models.get(recipe.architecture).title: ready(recipe)
            for recipe in alike(visit.slot.recipe)
            if recipe.architecture != visit.slot.recipe.architecture
        }
        writing = {title: run for title, run in others.items() if isinstance(run.model, models.EncoderDecoder)}
        return {**broken.spec(found, survivors(found.failures, writing)), "spent": spent, "over": over}

    def _searched(self, visit: Visit) -> tuple[Broken, float, bool]:
        slot = visit.slot
        grown = self.page.library.nursery.grown(("break", slot), lambda: breaking(self.page.library.run(slot)), SLICE_S)
        assert grown.newest is not None
        return grown.newest, grown.spent_s, grown.over


def _typed(stage: Stage) -> bool:
    """Whether tokens are written to what is typed."""
    return isinstance(stage.run.model, models.EncoderDecoder) and Typed in stage.run.task.reads and stage.trace.sensed is None


def _plain(visit: Visit) -> Visit:
    """The model as it is, decoding greedily."""
    return replace(visit, acts=(), forced=(), branch=(), strategy=GREEDY)


def _whole(text: str, below: int) -> int:
    if not text.isdecimal() or len(text) > 9 or int(text) >= below:
        raise InputError(f"{show(text)} is no whole number from 0 to {below - 1:,}.")
    return int(text)
