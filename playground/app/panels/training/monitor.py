"""Training: the status line of the run that is followed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import Any

from .... import tasks
from ....errors import InputError
from ....options import show
from ....runs.events import Failed
from ....training.expected_time import expected_seconds
from ....training.recipes import work
from ....training.reporter import HALVE
from ....wire import pack
from ...library import trained
from ...library.shipped import ready
from ...names import about, link, run_name
from ...panel import Panel
from ...sessions import Visitor
from ...stage import Stage
from ...visit import Visit
from ..rail.rail import Rail
from .film import MyRuns, shipped


class Monitor(Panel):
    """Follows a run's event stream: the status line, and the folded state that film, samples and curves draw."""

    module, sends = "training/train_monitor", ("stop", "pause", "resume", "step", "live", "explore", "train", "leave")

    def depends(self, stage: Stage) -> Hashable:
        visit = stage.visit
        return visit.pair, visit.run, visit.beside, visit.notice, visit.shown, visit.frame, visit.live

    def value(self, stage: Stage) -> dict[str, Any]:
        """What is followed, and what is said while nothing is."""
        visit, task, book = stage.visit, stage.visit.task, self.page.book
        pinned, target, picture, named = _pinned(task)
        log = None if visit.run is None else book.get(visit.run)
        history = ready(visit.slot.recipe).history
        mine = log is not None and log.owner == stage.visitor.tab
        return {
            "run": visit.run,
            "about": None if log is None else about(log.recipe),
            "link": None if log is None else link(log),
            "absence_s": book.absence_s,
            "url": None if log is None else self.page.desk.follow(log),
            "mine": mine,
            "name": "" if log is None else run_name(log.number, mine),
            "live": visit.live,
            "film_steps": [],
            "baseline": _baselines(visit, history),
            "history": history if visit.run is None else None,  # what is drawn while no run is followed
            "score_name": task.score_name,
            "score_better": "higher" if task.higher_is_better else "lower",
            "pinned": pinned,
            "target": target,
            "picture": picture,
            "named": named,
            "budget_s": round(expected_seconds(visit.recipe), 2),
            "on_stage": visit.shown == visit.run,
            "frame": visit.frame,
            "work": None if log is None else work(log.recipe)[1],
            "rival": None if log is None or log.beside != visit.beside else self._rival(visit.beside, stage.visitor),
            "notice": visit.notice,
            "opened": stage.opened,
        }

    def _rival(self, run_id: str | None, visitor: Visitor) -> dict[str, Any] | None:
        """What is followed beside; None where nothing is, or it is no longer kept."""
        if run_id is None:
            return None
        try:
            log = self.page.book.get(run_id)
        except InputError:
            return None
        mine = log.owner == visitor.tab
        told = {"run": log.id, "about": about(log.recipe), "url": self.page.desk.follow(log), "mine": mine}
        return {**told, "name": run_name(log.number, mine), "work": work(log.recipe)[1]}

    def wire(self) -> None:
        for order in ("stop", "pause", "resume", "step"):
            self.on(order, partial(self.order, order))
        self.on("live", live, again="always_last")
        self.on("explore", self.explore, "explore_run", again="always_last")
        self.page[MyRuns].on("show", self.show, "show_run", again="always_last")
        self.on("leave", leave, again="always_last")
        self.on("train", self.again, "train_again", again="once", teller=self.page[Rail])

    def order(self, what: str, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Stop, pause, step or go on with the followed run, and with the one beside it; what an ended run cannot do any more does
        nothing."""
        run_id = _run_id(data.get("run"))
        getattr(self.page.book, what)(run_id, visitor.tab)
        for log in self.page.book.of(visitor.tab):
            if log.beside == run_id and not log.over:
                getattr(self.page.book, what)(log.id, visitor.tab)
        return visit

    def explore(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Put the followed run on the stage. Its end is told while another one may have been started: then that one stays."""
        return self.show(visit, data, visitor) if data.get("run") == visit.run else visit

    def show(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Put the trained model on the stage; while it trains, as it was at an update, and the stage follows no run any more."""
        run_id = _run_id(data.get("run"))
        frame = None if self.page.library.log(run_id).over else _frame(data.get("step"))
        return replace(trained(visit, run_id, self.page.library, frame), live=False)

    def again(self, visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        """Repeat a finished run by what it stored, its updates being decided; another one as it was asked for, at half the learning rate
        if that is what its end advised."""
        ended = self.page.library.log(_run_id(data.get("again")))
        recipe = ended.recipe
        if ended.status == "done" and ended.started is not None:
            recipe = replace(ended.started.recipe, device=recipe.device)
        if isinstance(ended.end, Failed) and ended.end.advice == HALVE:
            options = dict(recipe.training_options)
            options["learning_rate"] = max(float(options["learning_rate"]) / 2, 1e-5)
            recipe = replace(recipe, training_options=tuple(sorted(options.items())))
        return self.page.start(replace(visit, recipe=recipe), visitor)


def live(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Have the stage follow the run that trains, or let it stay where it is; the page asks again whenever there are newer weights."""
    return replace(visit, live=data.get("on") is not False)


def leave(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
    """Watch no run any more, on the stage neither; the run itself goes on for its starter and all others."""
    return replace(shipped(visit, data, visitor) if visit.shown == visit.run else visit, run=None, notice=None)


def _baselines(visit: Visit, history: dict[str, Any]) -> list[list[Any]]:
    """Lines of the charts. A shipped run knows what a trivial guess scores; for others it is found once something trains."""
    trivial = history.get("baseline") or (visit.task.baseline if visit.run is not None else None)
    loss = visit.task.guess_loss
    evenly = [] if loss is None else [["guessing evenly", loss]]
    return [*evenly, *([[*trivial, "score"]] if trivial else [])]


def _pinned(task: tasks.Task) -> tuple[list[str] | None, list[str] | None, dict[str, Any] | None, str | None]:
    """The watched input's tokens, its right answer, and how it is shown where it is no text; what a watched picture is called: the first
    of those that steer stands for a pinned one."""
    watched = task.watched()
    if not watched.sources:
        label = watched.batch.condition
        unnamed = "held-out picture, number 0" if task.kind == "picture" else None
        return None, None, None, unnamed if label is None else f"held-out picture of a ‘{int(label[0])}’, number 0"
    picture = pack(watched.pictures[0].mul(255).round().byte().numpy()) if watched.pictures else None
    return list(watched.sources[0]), list(watched.right[0]), picture, None


def _frame(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InputError(f"The step of a training is a whole number from 0, not {show(value)}.")
    return value


def _run_id(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InputError("Which run? None was named.")
    return value
