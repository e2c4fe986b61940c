"""The lab: act on the model, and see what that proves. What an act does is fetched row by row, once the tab is open."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

from ...errors import InputError
from ...experiments.lab.acts import Act
from ...views import lab
from ..links import acts
from ..panel import Panel
from ..sessions import Visitor
from ..stage import Stage
from ..visit import Visit


class Acts(Panel):
    """The list of acts, each with a switch, what it does to this input, and what it costs on held-out ones."""

    module, sends, classes = "lab/acts_panel", ("acts",), ("tab-lab", "span-12")

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.place, stage.visit.acts

    def value(self, stage: Stage) -> dict[str, Any]:
        visit, task, plain = stage.visit, stage.run.task, stage.plain or stage.trace
        found = self.page.library.forms(visit.slot)
        return {
            "address": self.page.desk.shown(visit)["address"],
            "rows": [lab.row(act, found, plain) for act in visit.acts],
            "menu": lab.menu(found, plain),
            "steps": list(plain.tokens) if task.writes else [],
            "better": "higher" if task.higher_is_better else "lower",
            "score": task.score_name,
        }

    def wire(self) -> None:
        self.on("acts", self.act, again="always_last")
        self.page.desk.answers |= {"act.json": self.one, "acts.json": self.together}

    def act(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Another list of acts on the model of the stage."""
        chosen, found = acts(data.get("acts")), self.page.library.forms(visit.slot)
        for one in chosen:
            if not one.fits(found):
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

    def _told(self, visit: Visit, chosen: tuple[Act, ...], act: Act | None) -> dict[str, Any]:
        library = self.page.library
        stage = library.stage(replace(visit, acts=chosen))
        if stage.visit.acts != chosen:
            raise InputError("This model has no place for this act.")
        answer = lab.answered(stage.trace, stage.plain or stage.trace, stage.run.task)
        return {**answer, **lab.measured(library.effect(visit.slot, chosen), stage.run.task, act)}
