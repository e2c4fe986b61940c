"""What the panels of one page share: the components, the run book, and how a handler answers.

A handler takes the visit and what happened, and returns the new visit. `Page.answer` turns a visit into the values of all
components that depend on it; `Page.on` wires both to an event.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import gradio as gr

from ..errors import InputError
from ..runs.book import RunBook
from ..tasks import PictureTask, TypedTask
from ..training.recipes import Recipe
from . import choices, content, pairs, pictures, visit
from .downloads import Desk, shown
from .islands import UNCHANGED, dump
from .library import Shelf
from .visit import Visit

SESSIONS = 1_000  # whose latest visit is remembered
ON_THE_CPU = "The GPU failed or is gone, so models are trained on the CPU now. Choose the GPU at the top to try it again."

_log = logging.getLogger(__name__)

Handler = Callable[[Visit, dict[str, Any], str], Visit]


@dataclass
class Page:
    book: RunBook[Recipe]
    shelf: Shelf
    device: str
    first: Visit
    parts: dict[str, Any] = field(default_factory=dict)  # components by name, filled in by the panels
    _latest: OrderedDict[str, Visit] = field(default_factory=OrderedDict)  # of each session, as its last event left it
    _owners: dict[str, str] = field(default_factory=dict)  # what the browser tab of a session calls itself
    _turns: dict[str, threading.Lock] = field(default_factory=dict)

    @cached_property
    def desk(self) -> Desk:
        """Where files of what is on the stage are taken from."""
        return Desk(self.shelf)

    def add(self, name: str, component: Any) -> Any:
        self.parts[name] = component
        return component

    def on(self, listen: Callable[..., Any], handler: Handler, name: str, *, inputs: tuple[str, ...] = (), again: str = "multiple") -> None:
        """Wire an event: its data and the values of `inputs` reach the handler in one mapping.

        `name` is the endpoint's; `again` says what happens to further events while one is answered.
        """
        outputs = self.outputs()

        def answer(event: gr.EventData, request: gr.Request, state: Visit | None, *values: Any) -> list[Any]:
            data = dict(zip(inputs, values, strict=True)) | _event_data(event)
            return self.answer(state, handler, data, request.session_hash or "")

        listen(
            answer,
            [self.parts["visit"], *(self.parts[i] for i in inputs)],
            outputs,
            api_name=name,
            show_progress="hidden",
            trigger_mode=again,
            concurrency_limit=2,
            concurrency_id="look",
        )

    @property
    def trains_on(self) -> str:
        """Where a new visitor's models are trained: the server's device, the CPU once that one has failed."""
        return "cpu" if self.device in self.book.lost else self.device

    def start(self, visit: Visit, owner: str, *, paused: bool = False) -> Visit:
        """Train the visit's recipe and follow that run. What was meant for a device that has failed goes to the CPU, with a notice."""
        notice = None
        if visit.recipe.device in self.book.lost:
            visit, notice = replace(visit, recipe=replace(visit.recipe, device="cpu")), ON_THE_CPU
        return replace(visit, run=self.book.start(visit.recipe, owner, paused=paused), notice=notice)

    def owner(self, session: str) -> str:
        """Whose runs this session may stop: those of its browser tab, also after a reload, which makes a new session."""
        return self._owners.setdefault(session, session)

    def greet(self, session: str, tab: Any) -> str:
        """A session begins, in a tab that keeps a secret name; the owner of its runs."""
        if isinstance(tab, str) and re.fullmatch(r"[a-z0-9]{20,64}", tab):
            self._owners.setdefault(session, tab)
        return self.owner(session)

    def outputs(self) -> list[Any]:
        return [self.parts[name] for name in NAMES]

    def answer(self, state: Visit | None, handler: Handler, data: dict[str, Any], session: str) -> list[Any]:
        """All outputs after an event, in the order of `NAMES`; bad input leaves the stage as it was and says why.

        Events of one session take turns: Gradio reads the state when an event arrives, and by its turn another may have changed it.
        """
        with self._turns.setdefault(session, threading.Lock()):
            before = self._latest.get(session, state) if session else state
            answers = self._answer(before if isinstance(before, Visit) else self.first, handler, data, self.owner(session))
            self.remember(session, answers[0])
        return answers

    def remember(self, session: str, visit: Visit) -> None:
        """What the session's next event starts from."""
        self._latest[session] = visit
        self._latest.move_to_end(session)
        while len(self._latest) > SESSIONS:
            forgotten, _ = self._latest.popitem(last=False)
            self._turns.pop(forgotten, None)
            self._owners.pop(forgotten, None)

    def _answer(self, before: Visit, handler: Handler, data: dict[str, Any], owner: str) -> list[Any]:
        try:
            after = handler(before, data, owner)
        except InputError as error:
            return self.refuse(before, data, error)
        try:
            values = self.values(after, owner, changed_from=before)
        except InputError as error:
            return self.refuse(replace(after, given=before.given, forced=before.forced), data, error)
        if "architecture" in data:
            values.setdefault("rail", dump(choices.rail(after)))  # whoever chose waits for it, also where two choices led back
        if data.get("input") == after.given:
            values.pop("input", None)  # it came from the box, where the next one may be being typed
        return told(values)

    def refuse(self, state: Visit, data: dict[str, Any], error: InputError) -> list[Any]:
        """Say what is wrong where it was done: by the Train button for settings, beside the input for the rest."""
        if "options" in data or "again" in data:
            values: dict[str, Any] = {"visit": state, "rail": dump(choices.rail(state, str(error)))}
        elif "pairs_text" in data:
            values = {"visit": state, "pairs": dump(pairs.value(state, error))}
        else:
            values = {"visit": state, "source_row": dump(content.source_row(state, None, error))}
        return told(values)

    def values(self, after: Visit, owner: str, changed_from: Visit | None = None) -> dict[str, Any]:
        """The components whose value depends on what changed between two visits; all of them for None."""
        before, after = changed_from, content.still_open(after, self.shelf)
        values: dict[str, Any] = {"visit": after}
        pair = (after.recipe.architecture, after.recipe.task)
        pair_changed = before is None or pair != (before.recipe.architecture, before.recipe.task)
        if pair_changed or before is None or (before.recipe, before.preset) != (after.recipe, after.preset):
            values["rail"] = dump({**choices.rail(after), "opened": before is None})
        if pair_changed or before is None or (before.run, before.notice, before.shown) != (after.run, after.notice, after.shown):
            values["monitor"] = dump({**content.monitor(after, self.shelf, owner), "opened": before is None})
        if pair_changed or before is None or pairs.depends(before) != pairs.depends(after):
            values["pairs"] = dump(pairs.value(after))
        if before is None or before.recipe.device != after.recipe.device:
            values["top"] = dump(choices.top(after))
        if pair_changed:
            values["tabs"] = dump(content.tabs(after))
        if box := _box(before, after, pair_changed):
            values["input"] = gr.update(**box)
        moved = pair_changed or before is None or before.place != after.place
        if moved:
            drawn, figures = content.stage(after, self.shelf, owner)
            values |= {"player": dump({**drawn, "opened": before is None}), "source_row": dump(content.source_row(after, drawn))}
            values |= {name: dump(figure) for name, figure in figures.items()}
            values["code"] = dump(shown(after, self.desk))
            values["moments"] = dump({**content.moments(after, self.shelf), **shown(after, self.desk)})
        if moved or before is None or before.block != after.block:
            values["block"] = dump(content.block(after, self.shelf))
        if isinstance(after.task, PictureTask) and (pair_changed or before is None or pictures.depends(before) != pictures.depends(after)):
            values |= {name: dump(value) for name, value in pictures.islands(after, self.shelf.get(after)).items()}
        return values


LATENT = ("latent_map", "latent_code", "latent_walk", "reconstruction_error")
NAMES = (
    "visit",
    "top",
    "rail",
    "source_row",
    "input",
    "pairs",
    "player",
    "moments",
    "block",
    "tabs",
    "trajectory",
    *LATENT,
    "code",
    "monitor",
)


def told(values: dict[str, Any]) -> list[Any]:
    """In the order of `NAMES`; what is not among `values` stays as it is."""
    return [values.get(name, gr.skip() if name in ("visit", "input") else UNCHANGED) for name in NAMES]


def _box(before: Visit | None, after: Visit, pair_changed: bool) -> dict[str, Any]:
    """What changes on the input box. Its text is left alone unless the input itself changed: somebody may be typing."""
    box: dict[str, Any] = {}
    if pair_changed:
        box["visible"] = isinstance(after.task, TypedTask)
    if before is None or before.given != after.given:
        box["value"] = after.given if isinstance(after.given, str) else ""
    return box


def _event_data(event: gr.EventData | None) -> dict[str, Any]:
    data = getattr(event, "_data", None)
    return data if isinstance(data, dict) else {}


def home(device: str) -> Visit:
    return visit.start(*visit.HOME, device=device)
