"""The one picture and the player, and the panels that follow the step."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from ... import models, tasks
from ...errors import InputError
from ...inference.sequence_codes import has_code
from ...inference.variational import VariationalModel
from ...tasks import Code
from ...views.blocks import opened as blocks
from ...views.figures import trajectory
from ...views.scene.opening import captions
from ...views.states import keeps
from ..panel import Panel, Still
from ..sessions import Visitor
from ..stage import Stage
from ..visit import Visit


class Player(Panel):
    """The one picture: it steps through a trace without asking the server."""

    module, sends = "stage/step_player", ("strategy", "inspect")

    def depends(self, stage: Stage) -> Hashable:
        """Also what only its link tells."""
        visit = stage.visit
        return visit.place, visit.acts, visit.beside, visit.rival, visit.locks, visit.trial, visit.lesson

    def value(self, stage: Stage) -> dict[str, Any]:
        run, step = stage.run, stage.visit.step
        first = stage is self.page.first
        told = captions(stage.trace, run.model, run.task.classes, step) if first else None
        return {**stage.scene, "opened": stage.opened, "opening": told}

    def wire(self) -> None:
        self.on("strategy", self.strategy)

    def strategy(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Another way to choose each token."""
        if not visit.task.writes:
            raise InputError("Only models that write tokens choose them.")
        settings = {name: data.get(name) for name in ("temperature", "top_k", "top_p", "width", "length_penalty")}
        return visit.decode_by(data.get("name"), **settings)


class Tabs(Panel):
    """Which panels are shown; and, where the page is projected, of what."""

    module = "shell/tabs"

    def depends(self, stage: Stage) -> Hashable:
        return stage.visit.pair, stage.visit.given, stage.visit.trial is None

    def value(self, stage: Stage) -> dict[str, Any]:
        task, given = stage.visit.task, stage.visit.given
        first = "latent" if Code in task.reads else "features" if task.shape else "decode"
        attention = [["attention", "Attention"]] if attends(*stage.visit.pair) else []
        states = [["states", "States"]] if carries(*stage.visit.pair) else []
        codes = [["codes", "Latent"]] if crosses(*stage.visit.pair) else []
        compare = [["compare", "Compare"]] if isinstance(task, tasks.TextTask) else []
        lab = [["lab", "Lab"]] if acts(*stage.visit.pair) else []
        loss = [["loss", "Loss"]] if pays(*stage.visit.pair) else []
        result = [["paper", "Result"]] if stage.visit.trial is not None else []
        uses = [["uses", "Uses"]] if task.kind == "picture" else []
        tabs = [*result, [first, first.capitalize()], *uses, *attention, *states, *codes, *loss]
        tabs += [["training", "Training"], *compare, *lab, ["code", "Code"]]
        return {"tabs": tabs, "open": tabs[0][0], "opened": stage.opened, "task": task.title, "given": given.words(task)}


class Attention(Still):
    """The attention heatmap, its lit row following the step."""

    module, classes = "inside/attention_panel", ("tab-decode",)


class NextToken(Still):
    """Top-k probabilities of the step; temperature re-weights the stored logits; a click forces a token."""

    module, sends, classes = "inside/next_token_panel", ("force",), ("tab-decode",)

    def wire(self) -> None:
        self.on("force", self.force)

    def force(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Write another token at this step and let the model go on from there."""
        return visit.force(data.get("step"), data.get("text"))


class BeamTree(Still):
    """What a beam search kept and dropped at every step; a branch of it can be followed."""

    module, sends, id, classes = "inside/beam_tree", ("search", "branch"), "beam-tree", ("tab-decode", "span-12")

    def wire(self) -> None:
        self.on("search", self.search, again="always_last")
        self.on("branch", self.branch)

    def search(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Search again, with another width or length penalty."""
        return self.page[Player].strategy(visit, {**data, "name": "beam"}, visitor)

    def branch(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Put this branch on the stage."""
        return visit.follow(data.get("tokens"))


class Teaching(Still):
    """What the model wrote beside what it would write after each right beginning."""

    module, id, classes = "inside/prefix_panel", "teaching", ("tab-decode", "span-12")


class Trajectory(Panel):
    """Hidden states in two dimensions, their marker following the step."""

    module, classes = "charts/plotly_figure", ("tab-decode", "nopres")

    def suits(self, stage: Stage) -> bool:
        return stage.trace.reconstruction is None

    def value(self, stage: Stage) -> dict[str, Any]:
        return trajectory.spec(trajectory.extract(stage.trace, stage.run.projections))


@lru_cache(maxsize=128)
def attends(architecture: str, task: str) -> bool:
    """Whether models of this pair look at anything: whether one of their blocks is an attention."""
    built = models.get(architecture).build(tasks.get(task)(), models.get(architecture).Options())
    return any(path.endswith("attention") or path == "pooling" for path in blocks.known(built))


@lru_cache(maxsize=128)
def acts(architecture: str, task: str) -> bool:
    """Whether there is anything to act on: a model that counts computes nothing between what it reads and what it writes."""
    return not isinstance(models.get(architecture).build(tasks.get(task)(), models.get(architecture).Options()), models.Counted)


@lru_cache(maxsize=128)
def pays(architecture: str, task: str) -> bool:
    """Whether a loss of models of this pair has two terms, one for the code."""
    return isinstance(models.get(architecture).build(tasks.get(task)(), models.get(architecture).Options()), VariationalModel)


@lru_cache(maxsize=128)
def crosses(architecture: str, task: str) -> bool:
    """Whether what a model of this pair reads passes through one code."""
    return has_code(models.get(architecture).build(tasks.get(task)(), models.get(architecture).Options()))


@lru_cache(maxsize=128)
def carries(architecture: str, task: str) -> bool:
    """Whether models of this pair have states to look at."""
    return keeps(models.get(architecture).build(tasks.get(task)(), models.get(architecture).Options()))
