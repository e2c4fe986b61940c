"""One answer: made once, and handed down to every panel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from ..models import Autoencoder
from ..storage.run import Run
from ..tasks import Given, Sound, TypedTask
from ..tracing import Trace
from ..training.drawn import drawn
from ..views.figures import beam_tree
from ..views.scene import reconstruction, sound
from ..views.scene import sequence as scene
from . import links
from .names import UPLOADED, run_label
from .sessions import NOBODY, Visitor
from .visit import Visit


@dataclass(frozen=True)
class Stage:
    """The visit, the run on its stage, and the trace of its input through that run.

    `own` is what that run is called by the `visitor` who looks at it, `opened` says whether the page is just being opened.
    `updates`: after how many of a visitor's own training its weights were kept. `plain`: the trace without the acts, if any is on.
    """

    visit: Visit
    run: Run
    trace: Trace
    visitor: Visitor = NOBODY
    own: str = "shared run"
    opened: bool = False
    updates: int | None = None
    plain: Trace | None = None

    @property
    def label(self) -> str:
        """Whose answer it is, and whether somebody acts on it."""
        acting = len(self.visit.acting)
        acted = f"{acting} act{'s' if acting > 1 else ''} on · " if acting else ""
        return acted + run_label(self.run, self.visit.shown, self.visit.frame, self.own)

    @property
    def untrained(self) -> bool:
        """Whether its weights are still the random first ones."""
        frame, shown = self.visit.frame, self.visit.shown
        return not self.run.train_seconds and not shown.startswith(UPLOADED) if frame is None else frame == 0

    @property
    def code_place(self) -> Any:
        """Where the code stands on the latent map. (2,)"""
        return self.run.projections["code"](self.trace["encoder.code"][None])[0]

    @property
    def known(self) -> tuple[bool, int] | None:
        """Whether the run was trained on this input, and on how many different ones it was; None where that cannot be told."""
        updates = self.run.updates if self.updates is None else self.updates
        if not updates or self.trace.reading is None or not self.trace.reading.tokens or (seen := drawn(self.run.recipe)) is None:
            return None
        return seen.knows(self.trace.reading.source[0], updates), seen.count(updates)

    @cached_property
    def scene(self) -> dict[str, Any]:
        """The one picture, as plain data."""
        visit, run, trace = self.visit, self.run, self.trace
        key = f"{visit.shown}|{visit.frame}|{digest(*visit.pair, visit.given, visit.forced, visit.strategy, visit.branch, visit.acting)}"
        if isinstance(run.model, Autoencoder):
            label = visit.given.label(run.task)
            picture = reconstruction.picture(trace, run.task, run.model, key=key, run_label=self.label, label=label, place=self.code_place)
        else:
            assert isinstance(run.task, TypedTask)
            forced = [step for step, _ in visit.forced]
            heard = sound.heard(trace.sensed) if Sound in run.task.reads and trace.sensed is not None else None
            alone = None if visit.forced or visit.branch else visit.strategy
            picture = scene.sequence(
                trace,
                run.model,
                run.task,
                key=key,
                run_label=self.label,
                forced=forced,
                heard=heard,
                known=self.known,
                strategy=alone,
                untrained=self.untrained,
                plain=self.plain,
            )
        return {
            **picture,
            "untrained": self.untrained,
            "step": visit.step,
            "block": visit.block,
            "beam": beam_tree.tree(trace.search, run.task, trace.tokens),
            "strategy": {"name": type(visit.strategy).__name__.lower(), **asdict(visit.strategy)},
            "link": links.to_query(visit),
            "given": digest(visit.given, visit.forced),
        }


def told(given: Given, run: Run) -> int | None:
    """The class that a conditional model is told with this input; None for all other models."""
    return given.condition(run.task) if isinstance(run.model, Autoencoder) and run.model.conditions else None


def digest(*parts: Any) -> str:
    """A short name of what is hashable."""
    return f"{hash(parts) & 0xFFFFFFFFFFFFFFFF:x}"
