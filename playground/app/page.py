"""What the panels of one page share: the run book, the library, the sessions, and how a handler answers.

A handler takes the visit and what happened, and returns the new visit. `Page.answer` makes the stage of that visit, once, and
sends the value of every panel whose `depends` differs from what this session was sent last.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import gradio as gr
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from ..classroom.book import ClassBook
from ..classroom.kept import KeptRooms
from ..errors import InputError
from ..runs.book import RunBook
from ..storage.kept_line import KeptLine
from ..training.recipes import Recipe
from . import visit as visits
from .downloads import Desk
from .http import head, plain
from .http.lanes import DEAR, LOOK, Crowded, Lanes
from .http.reading import Reading
from .islands import dump, numbered
from .library import Library, arrived
from .links import from_query
from .panel import Panel, Teller
from .sessions import Session, Sessions, Told, Visitor
from .stage import Stage
from .visit import Visit

FORGOTTEN = (
    "The server was started anew or has forgotten this page, so it goes on from its address. "
    "What was drawn, recorded or uploaded has to be given again."
)
PRIVATE = (
    "These {what} were brought in another browser, which does not share them. Whoever brought them can let the link show them; "
    "or bring {what} of your own."
)
NOTHING_SAID = Told()
ON_THE_CPU = "The GPU failed or is gone, so models are trained on the CPU now. Choose the GPU at the top to try it again."

_log = logging.getLogger(__name__)

Handler = Callable[[Visit, dict[str, Any], Visitor], Visit]
P = TypeVar("P", bound=Panel)


class Page:
    def __init__(self, book: RunBook[Recipe], device: str) -> None:
        self.book, self.device = book, device
        self.classes = ClassBook()
        self.library = Library(book)
        self.lanes, self.reading = Lanes(), Reading()
        self.desk = Desk(self.library, self.lanes)
        self.first = self.library.stage(visits.home(device))  # what the page is sent with
        self.told = gr.Textbox(visible=False)  # what the page says of itself with every event, see `Told`
        self.panels: list[Panel] = []
        self.teller: Teller  # says what was wrong where an event names no other; the layout decides
        self._answers = itertools.count(time.time_ns() // 1000)  # a page keeps the latest, also where the server was started anew
        self.sessions = Sessions()
        self.plain: dict[str, Callable[[Request], Awaitable[Response]]] = {}  # by endpoint

    def outlive(self) -> None:
        """Have runs, places in line and classes found again by the next server, whatever ends this one."""
        try:
            line, rooms = KeptLine(), KeptRooms()
        except OSError as error:
            _log.error("nothing is kept beyond this server's life: %s", error)
            return
        self.book.keep_by(self.library.keep, line.keep)
        self.book.take_up(line.left())
        self.classes.keep_by(rooms)

    def add(self, panel: type[P]) -> P:
        """Build a panel where the layout stands. Raises ValueError where another is called the same: answers go by name."""
        if panel.__name__ in {other.name for other in self.panels}:
            raise ValueError(f"Two panels are called {panel.__name__}; rename the class of one of them.")
        self.panels.append(made := panel(self))
        return made

    def __getitem__(self, panel: type[P]) -> P:
        return next(p for p in self.panels if type(p) is panel)

    @property
    def answering(self) -> list[Panel]:
        return [panel for panel in self.panels if not panel.still]

    def outputs(self) -> list[Any]:
        return [panel.component for panel in self.answering]

    def on(
        self,
        listen: Callable[..., Any],
        handler: Handler,
        endpoint: str,
        *,
        dear: bool = False,
        again: str = "multiple",
        teller: Teller | None = None,
        always: Panel | None = None,
    ) -> None:
        """Wire an event: its data reach the handler in one mapping.

        `dear` events, which may take long, wait for each other in a lane of their own. `again` says what the page does with further
        events while one is answered; `teller` is the panel that says what was wrong (the source row, if none is named), `always` one
        that is answered in any case.
        """

        async def answer(event: gr.EventData, request: gr.Request, told: Any) -> list[Any]:
            session, said = self.session(request, told)
            work = partial(self.answer, handler, _event_data(event), session, said, teller=teller, always=always)
            try:
                return await self.lanes.run(DEAR if dear else LOOK, session.who, work, endpoint)
            except Crowded as error:
                return await run_sync(self.told_at_once, session, error, teller)

        listen(
            answer,
            [self.told],
            self.outputs(),
            js=head.TELLS,
            api_name=endpoint,
            api_visibility="undocumented",  # a description of them would be half of the page, and takes what the browser alone can give
            show_progress="hidden",
            trigger_mode=again,
            concurrency_limit=None,  # the lanes know whose turn it is
        )

    def on_plainly(self, handler: Handler, endpoint: str, *, quiet: Panel | None = None) -> None:
        """Have an event answered past Gradio's queue, see `http/plain`. `quiet`: a panel that shows the new value already."""
        self.plain[endpoint] = partial(plain.answer, self, handler, endpoint, quiet)

    async def open(self, told: Any, request: gr.Request) -> list[Any]:
        """All outputs when the page is loaded."""
        session, _ = self.session(request, told)
        try:
            return await self.lanes.run(LOOK, session.who, partial(self.opened, session, dict(request.query_params)))
        except Crowded as error:
            return await run_sync(self.start_page, session, str(error))

    def counted(self) -> dict[str, float]:
        """What /metrics tells of the page: how many sessions are remembered, and of the events that were answered."""
        return {"playground_sessions": len(self.sessions), **self.lanes.counted()}

    @property
    def trains_on(self) -> str:
        """Where a new visitor's models are trained: the server's device, the CPU once that one has failed."""
        return "cpu" if self.device in self.book.lost else self.device

    def start(self, visit: Visit, visitor: Visitor, *, paused: bool = False, rival: Recipe | None = None) -> Visit:
        """Train the visit's recipe and follow that run; with a `rival`, which then stands in slot B, side by side. What was meant for a
        device that has failed goes to the CPU, with a notice."""
        self.admit(visit, visitor)
        notice = None
        if visit.recipe.device in self.book.lost:
            visit, notice = replace(visit, recipe=replace(visit.recipe, device="cpu")), ON_THE_CPU
        if rival is None:
            run = self.book.start(visit.recipe, visitor.tab, address=visitor.address, paused=paused)
            return replace(visit, run=run, live=True, notice=notice)
        rival = replace(rival, device=visit.recipe.device)
        run, beside = self.book.start_both(visit.recipe, rival, visitor.tab, address=visitor.address)
        return replace(visit, run=run, beside=beside, live=True, notice=notice)

    def admit(self, visit: Visit, visitor: Visitor) -> None:
        """Raises InputError where a visit, or the run that it follows, shows what another browser brought and does not share."""
        recipes = [visit.recipe]
        if visit.run is not None:
            with suppress(InputError):  # no longer kept
                recipes.append(self.library.log(visit.run).recipe)
        if unseen := [recipe.task for recipe in recipes if not recipe.build_task().seen_by(visitor.browser)]:
            raise InputError(PRIVATE.format(what=unseen[0]))

    def session(self, request: gr.Request | Request, told: Any) -> tuple[Session, Told]:
        """The session of whoever asks, and what their page says of itself; one that says nothing is known by Gradio's name for it."""
        said, address = Told.read(told), request.client.host if request.client else ""
        return self.sessions.of(said.page or getattr(request, "session_hash", None) or "", said, address), said

    def opened(self, session: Session, query: dict[str, str]) -> list[Any]:
        """All outputs when the page is loaded: what the link asks for, or the start page with a notice."""
        asked = self.asked(query)
        if asked == self.first.visit and not query:  # the page was sent with it
            session.visit, session.sent = asked, self.keys(self.first)
            return self.told_values({})
        try:
            self.admit(asked, session.visitor)
        except InputError as error:
            return self.start_page(session, str(error))
        try:
            return self._show(asked, session, opened=True)
        except InputError as error:  # no run of the pair is shipped
            return self.start_page(session, f"Link not understood: {error}")
        except Exception:  # noqa: BLE001  the page must live, whatever a link leads to
            _log.exception("a link could not be opened: %s", query)
            return self.start_page(session, "What this link leads to could not be shown; the server's log says why.")

    def start_page(self, session: Session, why: str) -> list[Any]:
        """In place of a link that cannot be opened, which the address keeps."""
        return self._show(replace(self.first.visit, notice=f"{why} This is the start page instead."), session, opened=True)

    def asked(self, query: dict[str, str]) -> Visit:
        """What a link leads to."""
        return arrived(from_query(query, self.trains_on), self.library)

    def answer(
        self,
        handler: Handler,
        data: dict[str, Any],
        session: Session,
        said: Told = NOTHING_SAID,
        *,
        teller: Teller | None = None,
        quiet: Panel | None = None,
        always: Panel | None = None,
    ) -> list[Any]:
        """All outputs after an event; bad input leaves the stage as it was and says why.

        Each begins where the last one of its session ended, whose turn is over; of a session that is not remembered, where the page's
        address leads.
        """
        after = before = session.visit or self._found_again(said, session)
        try:
            self.admit(wanted := handler(before, data, session.visitor), session.visitor)
            if wanted.given is not before.given:
                if said.number < session.given_by and wanted.pair == before.pair:  # overtaken on its way by one that was given later
                    return self.told_values({})
                session.given_by = said.number
            after = wanted
            return self._show(after, session, quiet=quiet, always=always)
        except InputError as error:
            return self._refuse(after.given_as(before), session, error, teller)
        except Exception:  # noqa: BLE001  the page must live, whatever a new task or architecture does
            _log.exception("an event could not be answered: %s", str(data)[:200])
            told = InputError("This could not be shown; the server's log says why. The stage is as it was.")
            return self._refuse(before, session, told, teller)

    def keys(self, stage: Stage) -> dict[str, Hashable]:
        """What every panel that has something to show depends on."""
        return {panel.name: panel.depends(stage) for panel in self.answering if panel.suits(stage)}

    def values(self, stage: Stage, sent: dict[str, Hashable], always: Panel | None = None) -> dict[str, Any]:
        """The values, by panel, whose `depends` differs from what was `sent`."""
        keys = self.keys(stage)
        changed = [p for p in self.answering if p.name in keys and (p is always or p.name not in sent or keys[p.name] != sent[p.name])]
        return {panel.name: panel.sent(stage) if panel is not always else dump(panel.value(stage)) for panel in changed}

    def _found_again(self, said: Told, session: Session) -> Visit:
        """Where a page stands that is not remembered: the server was started anew, or too many others came since."""
        visit = self.asked(dict(parse_qsl(said.place.removeprefix("?"), keep_blank_values=True)))
        try:
            self.admit(visit, session.visitor)
        except InputError:
            visit = self.first.visit
        return replace(visit, notice=visit.notice or FORGOTTEN)

    def _show(
        self, visit: Visit, session: Session, *, opened: bool = False, quiet: Panel | None = None, always: Panel | None = None
    ) -> Any:
        stage = self.library.stage(self.library.followed(visit), session.visitor, opened=opened)
        while session.told:
            session.sent.pop(session.told.pop(), None)
        values = self.values(stage, {} if opened else session.sent, always)
        session.visit, session.sent = stage.visit, session.sent | self.keys(stage)
        return self.told_values({name: value for name, value in values.items() if quiet is None or name != quiet.name})

    def _refuse(self, visit: Visit, session: Session, error: InputError, teller: Teller | None) -> list[Any]:
        session.visit = visit
        return self.told_at_once(session, error, teller)

    def told_at_once(self, session: Session, error: InputError, teller: Teller | None = None) -> list[Any]:
        """Say what is wrong where it was done, also beside an event of this session that is being answered and has its visit."""
        teller = teller or self.teller
        session.told.add(teller.name)  # its value is sent anew with the next answer
        return self.told_values({teller.name: dump(teller.refused(session.visit or self.first.visit, error))})

    def told_values(self, values: dict[str, Any]) -> list[Any]:
        """In the order of `outputs`; what is not among `values` stays as it is.

        All of an answer have its number. So a value is heard even if it says what the last one said, since somebody may wait for it; and
        an island keeps the newest, whichever answer came first.
        """
        answer = next(self._answers)
        values = {name: numbered(value, answer) if isinstance(value, str) else value for name, value in values.items()}
        return [values.get(panel.name, panel.unchanged) for panel in self.answering]


def _event_data(event: gr.EventData | None) -> dict[str, Any]:
    data = getattr(event, "_data", None)
    return data if isinstance(data, dict) else {}
