"""Runs and traces kept ready: the shipped runs, and those that the run book still keeps, each at any moment of its training."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import torch
from cachetools import LRUCache
from safetensors.torch import load as load_tensors

from ... import api, models
from ...errors import InputError
from ...experiments.held_out_states import Kept
from ...experiments.lab.acts import Act
from ...experiments.lab.acts.taken import Taken
from ...experiments.lab.by_length import Comparison, compare
from ...experiments.lab.effect import Effect, effect
from ...experiments.lab.patching import Patch
from ...inference.decoding import Beam
from ...inference.explore import explore
from ...runs.book import RunBook
from ...runs.events import Done, Snapshot
from ...runs.log import RunLog
from ...storage import kept_runs
from ...storage.checkpoints import Checkpoint, loads
from ...tasks import Code, Given
from ...tracing import Edit, Recording, Trace
from ...training.recipes import Recipe
from ...views.blocks import opened as blocks
from ..names import UPLOADED, run_name
from ..sessions import NOBODY, Visitor
from ..stage import Stage, told
from ..visit import FIRST, SHIPPED, Slot, Visit
from . import shipped
from .growing import Nursery

TRAINED_RUNS = 48  # built models of trained runs, each at one moment of its training
TRACES = 32
EFFECTS = 512
TRIED = 64  # held-out inputs through weights that visitors bring
HELD_OUT_BYTES = 256 * 2**20  # of states on held-out inputs: usually 1 to 5 MB a run, at most some 60 where models are wide and inputs long
UPLOADS = 12  # weights that visitors brought
NO_NUMBERS = "With these weights the model's answers are no numbers (NaN): they are so large that sums of them leave what float32 can hold."

T = TypeVar("T")


class Library:
    """Runs by name: the shipped ones, and the trained ones that the run book still keeps."""

    def __init__(self, book: RunBook[Recipe]) -> None:
        self.book = book
        self._lock = Lock()
        self._trained: LRUCache[tuple[str, int | None], api.Run] = LRUCache(TRAINED_RUNS)
        self._traces: LRUCache[tuple[Any, ...], Trace] = LRUCache(TRACES)
        self.held_out = Kept(HELD_OUT_BYTES)
        self.nursery = Nursery()
        self._effects: LRUCache[tuple[Slot, tuple[Act, ...]], Effect] = LRUCache(EFFECTS)
        self._patches: LRUCache[tuple[Any, ...], Patch] = LRUCache(TRACES)
        self._comparisons: LRUCache[tuple[Slot, Slot], Comparison] = LRUCache(TRACES)
        self._taken: LRUCache[Slot, Taken] = LRUCache(TRAINED_RUNS)
        self._uploaded: LRUCache[str, api.Run] = LRUCache(UPLOADS)

    def take(self, data: bytes, otherwise: Recipe) -> str:
        """Keep weights that a visitor brings, by a name of our making. Raises InputError for what is no run of this playground."""
        name = f"{UPLOADED}{sha256(data).hexdigest()[:32]}"
        run = api.Run(replace(loads(data, otherwise), projections={}, history={}))  # what is drawn is computed here
        if not _computes_numbers(run):
            raise InputError(f"{NO_NUMBERS} They were not loaded.")
        with self._lock:
            self._uploaded[name] = run
        return name

    def keep(self, log: RunLog[Recipe]) -> None:
        """What a run has learned so far, as a file that `log` finds again and `playground.load` reads."""
        kept_runs.keep(log, _learned(log, log.snapshot()))

    def log(self, run_id: str) -> RunLog[Recipe]:
        """A run by the name that its link carries, also from before the server's last start. Raises InputError if it is no longer kept."""
        try:
            return self.book.get(run_id)
        except InputError:
            if (kept := kept_runs.find(run_id)) is None:
                raise
            return self.book.adopt(kept)

    def called(self, shown: str, visitor: Visitor) -> str:
        """What a run that was trained here is called by whoever looks at it."""
        mine = [log for log in self.book.of(visitor.tab) if log.id == shown] if visitor.tab else []
        return run_name(mine[0].number if mine else 0, bool(mine))

    def followed(self, visit: Visit) -> Visit:
        """The visit with the newest weights of the run under way that its stage follows; the steps of the picture stay its own."""
        if visit.run is None or not visit.live:
            return visit
        try:
            log = self.book.get(visit.run)
        except InputError:  # no longer kept: the page is told by the run's stream
            return visit
        if log.over or not log.snapshots or (log.recipe.architecture, log.recipe.task) != visit.pair:
            return visit
        return replace(visit, shown=log.id, frame=log.snapshots[-1].step)

    def run(self, slot: Slot) -> api.Run:
        """The run of a slot. Raises InputError if there is none."""
        if slot.shown == SHIPPED:
            return shipped.ready(slot.recipe) if slot.frame is None else shipped.moment(slot.recipe, slot.frame)
        if slot.shown == FIRST:
            return shipped.untrained(slot.recipe)
        if slot.shown.startswith(UPLOADED):
            with self._lock:
                uploaded = self._uploaded.get(slot.shown)
            if uploaded is None:
                raise InputError("These weights are no longer kept on the server. Upload them again, or open a shipped model.")
            return uploaded
        return self._trained_run(slot.shown, slot.frame)

    def stage(self, visit: Visit, visitor: Visitor = NOBODY, *, opened: bool = False) -> Stage:
        """What a visit shows, without its opened block where this model has none of that name. Raises InputError for bad input."""
        run = self.run(visit.slot)
        if visit.acts:
            visit = replace(visit, acts=tuple(act for act in visit.acts if self.taken(visit.slot).fits(act)))
        plain = self._trace(replace(visit, acts=()), run)
        trace = self._trace(visit, run, len(plain.source)) if visit.acting else plain
        if visit.block is not None and not blocks.has(run.model, trace, visit.block):
            visit = replace(visit, block=None)
        return Stage(
            visit,
            run,
            trace,
            visitor,
            self.called(visit.shown, visitor),
            opened,
            self._updates(visit.slot),
            plain if visit.acting else None,
        )

    def taken(self, slot: Slot) -> Taken:
        """What acts find in a slot's model, and take from it."""
        return self._once(self._taken, slot, lambda: Taken(self.run(slot)))

    def moments(self, slot: Slot) -> list[int]:
        """The updates of its training at which a slot's run can be looked at, its end the last; none of initial or uploaded weights."""
        if slot.shown == SHIPPED:
            pair = slot.recipe.architecture, slot.recipe.task
            return shipped.moments(*pair) if api.shipped_path(*pair).exists() else []
        if slot.shown == FIRST or slot.shown.startswith(UPLOADED):
            return []
        return sorted({snapshot.step for snapshot in self.log(slot.shown).snapshots})

    def _updates(self, slot: Slot) -> int | None:
        """After how many updates of its training a slot's weights were kept; None where that is the end of a shipped run, or not known."""
        if slot.shown in (SHIPPED, FIRST) or slot.shown.startswith(UPLOADED):
            return slot.frame
        snapshot = self.log(slot.shown).snapshot(slot.frame)
        return None if snapshot is None else snapshot.step

    def edits(self, visit: Visit, positions: int) -> list[Edit]:
        """What the acts that are on do to an input of so many positions."""
        taken = self.taken(visit.slot)
        return [edit for act in visit.acting if taken.reaches(act, positions) for edit in taken.edits(act, positions)]

    def effect(self, slot: Slot, chosen: tuple[Act, ...]) -> Effect:
        """What acts do to a slot's model on held-out inputs."""
        return self._once(self._effects, (slot, chosen), lambda: effect(self.run(slot), chosen, taken=self.taken(slot)))

    def patch(self, slot: Slot, clean: Given, corrupted: Given, through: tuple[str, int] | None = None) -> Patch:
        """What carries the difference between two inputs of a slot's model, or what one place of it."""
        run = self.run(slot)
        inputs = clean.model_input(run.task), corrupted.model_input(run.task)
        return self._once(self._patches, (slot, clean, corrupted, through), lambda: run.patch(*inputs, through))

    def comparison(self, a: Slot, b: Slot) -> Comparison:
        """Two slots' models by length, and what each knows by heart."""
        return self._once(self._comparisons, (a, b), lambda: compare(self.run(a), self.run(b)))

    def _trace(self, visit: Visit, run: api.Run, positions: int = 0) -> Trace:
        """The visit's input, of so many `positions`, through its run. The latest are kept: many events leave them as they are."""
        edits = self.edits(visit, positions)
        return self._once(self._traces, visit.place, lambda: _explored(visit, run, edits))

    def _trained_run(self, run_id: str, frame: int | None) -> api.Run:
        return self._once(self._trained, (run_id, frame), lambda: self._build(run_id, frame))

    def _once(self, kept: LRUCache[Any, T], key: Hashable, make: Callable[[], T]) -> T:
        """What is kept under the key, made if it is not there. Two who ask at once may both make it."""
        with self._lock:
            found = kept.get(key)
        if found is None:
            found = make()
            with self._lock:
                kept[key] = found
        return found

    def _build(self, run_id: str, frame: int | None) -> api.Run:
        log = self.log(run_id)
        learned = _learned(log, log.snapshot(frame) if frame is not None or log.over else None)
        # Every moment is drawn before the background of the last one, so that they can be compared.
        last = None if frame is None or not log.over else self._trained_run(run_id, None)
        return api.Run(replace(learned, projections=last.projections if last else {}))


def _learned(log: RunLog[Recipe], snapshot: Snapshot | None) -> Checkpoint:
    """What a run had learned at one of its snapshots. Raises InputError where there is none."""
    if log.started is None or snapshot is None:
        raise InputError("This run has no weights to look into yet; wait for its end, or pause or stop it.")
    weights = {k: v.float() for k, v in load_tensors(snapshot.weights).items()}
    metrics = log.end.metrics if isinstance(log.end, Done) else {}
    return Checkpoint(log.started.recipe, weights, metrics, log.tally.train_s, log.started.device)


def _computes_numbers(run: api.Run) -> bool:
    """Whether held-out inputs come through the model as numbers; scores of what must not be looked at are −∞."""
    assert isinstance(run.model, models.Model)
    recording, batch = Recording(run.model, explicit=False), run.task.held_out("test", TRIED)
    with torch.inference_mode(), recording.open():
        loss = float(run.model.loss(batch))
    return math.isfinite(loss) and all(bool((value < math.inf).all()) for taps in recording.taps.values() for _, value in taps)


def _explored(visit: Visit, run: api.Run, edits: Sequence[Edit]) -> Trace:
    """The trace of the visit's input. Raises InputError where it is no numbers."""
    trace = _decoded(visit, run, edits)
    answers = (trace.probabilities, trace.reconstruction, trace.get("head.logits"))
    if any(answer is not None and not (answer < np.inf).all() for answer in answers):  # of what must not be looked at the score is −∞
        raise InputError(f"{NO_NUMBERS} Choose another model or another moment of its training.")
    return trace


def _decoded(visit: Visit, run: api.Run, edits: Sequence[Edit]) -> Trace:
    """A beam is searched first; its best hypothesis, or the branch that a visitor follows, is then looked at like any other.

    A visit keeps its way of choosing tokens, and the class of its picture, also before a model that asks for neither.
    """
    asked = partial(explore, run.model, run.task, visit.given.model_input(run.task), edits=edits, strict=False)
    if not isinstance(run.model, models.EncoderDecoder):
        return asked(condition=told(visit.given, run))
    if isinstance(visit.strategy, Beam):
        found = asked(strategy=visit.strategy)
        shown = asked(forced=dict(enumerate(visit.branch or found.tokens)))
        shown.search = found.search
        return shown
    return asked(strategy=visit.strategy, forced=dict(visit.forced))


def arrived(visit: Visit, library: Library) -> Visit:
    """The visit of a link that names a run: it watches a run under way, and has what an ended one learned on its stage.

    A run that is no longer kept leaves the recipe of the link, and says so. Nothing is trained.
    """
    if visit.run is None:
        return visit
    try:
        log = library.log(visit.run)
    except InputError:
        gone = "Run not found: it is no longer kept on the server. Its settings are in the rail; Train makes it again"
        return replace(visit, run=None, frame=None, notice=visit.notice or gone)
    if log.over and log.snapshots:
        without = "" if len(log) > 2 else ", without its curve"  # nothing but its beginning and its end
        kept = f"Kept run: the server was started anew since then, and the run was read back from disk{without}"
        return replace(trained(visit, log.id, library, visit.frame), notice=kept if log.kept else visit.notice)
    if visit.frame is not None and log.snapshots:
        return trained(visit, log.id, library, visit.frame)
    under_way = log.recipe
    same_task = under_way.task == visit.recipe.task
    given = visit.given if same_task else under_way.build_task().first()
    return replace(visit, recipe=replace(under_way, device=visit.recipe.device), given=given, frame=None)


def trained(visit: Visit, run_id: str, library: Library, frame: int | None = None) -> Visit:
    """The visit with a run on its stage, finished or at a step of its training, its recipe being what was trained."""
    run = library.run(replace(visit, shown=run_id, frame=frame).slot)
    recipe = replace(run.recipe, device=visit.recipe.device)
    same_task = recipe.task == visit.recipe.task
    return replace(
        visit,
        recipe=recipe,
        shown=run_id,
        frame=frame,
        given=_still_fits(visit, run) if same_task else recipe.build_task().first(),
        forced=(),
    )


def _still_fits(visit: Visit, run: api.Run) -> Given:
    """What was given; a code set by hand only where the model's codes are as long."""
    given = visit.given
    return given.origin if isinstance(given, Code) and len(given.numbers) != getattr(run.model, "code_size", None) else given
