"""Files to take away: script, weights and trace of what is on a visitor's stage, and the code that its tab shows.

An address holds a ticket, not a name: a keyed hash of the stage that only this server can make, and only for somebody who
saw that stage. So no path is made of what was asked, and nobody finds another visitor's run.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..errors import InputError
from ..runs.log import RunLog
from ..storage.checkpoints import dumps
from ..storage.run import Run
from ..tracing import Trace
from ..training.recipes import Recipe
from ..views.lab import acts
from .http.lanes import DEAR, Lanes, Who
from .islands import dump
from .library import Library
from .visit import SHIPPED, Slot, Visit

if TYPE_CHECKING:
    from ..codegen.scripts import Script

TICKETS = 5_000
SCRIPTS = 16
PARTS = (("model", "Model"), ("encoder", "Encoder"), ("attention", "Attention"), ("decoder", "Decoder"), ("script", "Script"))


class Desk:
    """Hands out tickets for stages and keeps the latest of them, and of the code made for them."""

    def __init__(self, library: Library, lanes: Lanes) -> None:
        self.library, self.lanes = library, lanes
        self.answers: dict[str, Callable[[Visit, QueryParams], Any]] = {}  # what panels fetch themselves, by its name
        self._secret = secrets.token_bytes(32)
        self._lock = Lock()
        self._visits: LRUCache[str, Visit] = LRUCache(TICKETS)
        self._scripts: LRUCache[Slot, Script] = LRUCache(SCRIPTS)

    def ticket(self, visit: Visit) -> str:
        """The same stage has the same ticket, so that many who look at a shipped run share one."""
        ticket = hmac.digest(self._secret, repr(visit.place).encode(), "sha256").hex()[:32]
        with self._lock:
            self._visits[ticket] = visit
        return ticket

    def shown(self, visit: Visit) -> dict[str, str]:
        """What the page needs to know: where the files of a stage are, and what they are called."""
        return {"address": f"code/{self.ticket(visit)}", "name": "-".join(visit.pair)}

    def visit(self, ticket: str) -> Visit:
        """The stage of a ticket. Raises InputError."""
        with self._lock:
            visit = self._visits.get(ticket)
        if visit is None:
            raise InputError("This stage is no longer kept. Reload the page, then take its files.")
        return visit

    def follow(self, log: RunLog[Recipe]) -> str:
        """Where the events of a run are, for somebody who may see it. What private pairs make of it is in them."""
        address = f"runs/{log.id}/events"
        return f"{address}?ticket={_pass(log)}" if _private(log) else address

    def may_follow(self, log: RunLog[Recipe], ticket: str) -> bool:
        """Whether whoever has this ticket, or none, may follow it. Of a run that is nobody's, no ticket is a secret."""
        return not _private(log) or (bool(log.owner) and hmac.compare_digest(ticket.encode(), _pass(log).encode()))

    def script(self, visit: Visit) -> Script:
        from ..codegen.scripts import Script  # imported when first needed: LibCST and Black cost half a second

        run = self.library.run(visit.slot)
        with self._lock:  # the first one writes it, others wait for it
            if (script := self._scripts.get(visit.slot)) is None:
                script = self._scripts[visit.slot] = Script(run.recipe, run.task, run.model, run.metrics)
        return script

    def code(self, visit: Visit) -> list[list[str]]:
        """What the tab shows: [id, title, text] for every part that this model has, the whole script last."""
        script = self.script(visit)
        texts = {**script.sections, "script": script.whole(_given(visit))}
        parts = [[id, title, texts[id]] for id, title in PARTS if id in texts]
        return [*parts, ["acts", "Acts", self._acts(visit)]] if visit.acting and visit.given.text else parts

    def _acts(self, visit: Visit) -> str:
        """The acts that are on as Python: a script of its own has the model as it is."""
        stage = self.library.stage(visit)
        positions, taken = len((stage.plain or stage.trace).source), self.library.taken(visit.slot)
        chosen = [act for act in stage.visit.acting if taken.reaches(act, positions)]
        shipped = visit.shown == SHIPPED and visit.frame is None
        load = "playground.load({!r}, {!r})".format(*visit.pair).replace("'", '"') if shipped else 'playground.load("weights.safetensors")'
        return acts.code(load, visit.given.text, chosen, positions, stage.trace.output)


def _private(log: RunLog[Recipe]) -> bool:
    """Whether strangers may not see what it is trained on; of what is no longer there nothing can be seen."""
    try:
        return not log.recipe.build_task().seen_by("")
    except InputError:
        return False


def _pass(log: RunLog[Recipe]) -> str:
    """Made of what only this server and the starter's tab know, so that it holds when the server is started anew."""
    return hmac.digest(log.owner.encode(), f"follow {log.id}".encode(), "sha256").hex()[:32]


def trace_json(run: Run, trace: Trace) -> dict[str, Any]:
    """Everything one decode computed, as plain numbers; NaN, which fills short rows up, becomes null."""
    return {
        "recipe": run.recipe.to_json(),
        "source": trace.source,
        "tokens": trace.tokens,
        "output": trace.output,
        "sites": {site: {"shape": trace[site].shape, "values": _numbers(trace[site].tolist())} for site in trace.sites},
    }


def routes(desk: Desk, may_enter: Callable[[Request], Awaitable[bool]]) -> list[Route]:
    """Five files for every ticket, what a shipped run's film shows, and a way to bring one of the files back."""

    def code(visit: Visit) -> Response:
        return JSONResponse({"parts": desk.code(visit)})

    def script(visit: Visit) -> Response:
        return _file(desk.script(visit).whole(_given(visit)).encode(), "text/x-python; charset=utf-8", _name(visit, "py"))

    def notebook(visit: Visit) -> Response:
        return _file(
            json.dumps(desk.script(visit).notebook(_given(visit)), indent=1).encode(), "application/x-ipynb+json", _name(visit, "ipynb")
        )

    def weights(visit: Visit) -> Response:
        return _file(dumps(desk.library.run(visit.slot).checkpoint), "application/octet-stream", "weights.safetensors")

    def trace(visit: Visit) -> Response:
        stage = desk.library.stage(visit)
        body = json.dumps(trace_json(stage.run, stage.trace), separators=(",", ":"))
        return _file(body.encode(), "application/json", _name(visit, "json"))

    def told(answer: Callable[[Visit, QueryParams], Any]) -> Callable[[Visit, QueryParams], Response]:
        """What cannot be answered is told in an answer like another: a page that expects it need not log a failure."""

        def make(visit: Visit, asked: QueryParams) -> Response:
            try:
                return Response(dump(answer(visit, asked)), media_type="application/json")
            except InputError as error:
                return JSONResponse({"error": str(error)})

        return make

    def route(name: str, make: Callable[[Visit, QueryParams], Response]) -> Route:
        async def answer(request: Request) -> Response:
            if not await may_enter(request):
                return JSONResponse({"error": "Log in first."}, 401)
            try:
                return await desk.lanes.run(
                    DEAR, _who(request), partial(make, desk.visit(request.path_params["ticket"]), request.query_params)
                )
            except InputError as error:
                return JSONResponse({"error": str(error)}, 404)

        return Route(f"/code/{{ticket}}/{name}", answer)

    async def upload(request: Request) -> Response:
        """Weights brought to a stage: kept under a name of our making, or refused with what differs from the model they should fit."""
        if not await may_enter(request):
            return JSONResponse({"error": "Log in first."}, 401)
        try:
            visit, data = desk.visit(request.path_params["ticket"]), await request.body()
            return JSONResponse({"run": await desk.lanes.run(DEAR, _who(request), partial(desk.library.take, data, visit.recipe))})
        except InputError as error:
            return JSONResponse({"error": str(error)})  # an answer like another: a page that expects it need not log a failure

    makers = {
        "parts.json": code,
        "script.py": script,
        "notebook.ipynb": notebook,
        "weights.safetensors": weights,
        "trace.json": trace,
    }
    files = {name: lambda visit, asked, make=make: make(visit) for name, make in makers.items()}
    answers = {name: told(answer) for name, answer in desk.answers.items()}
    return [*(route(name, make) for name, make in (files | answers).items()), Route("/code/{ticket}/upload", upload, methods=["POST"])]


def _who(request: Request) -> Who:
    """A ticket stands for whoever looks at its stage: requests name no session."""
    return Who(request.client.host if request.client else "", request.path_params["ticket"])


def _given(visit: Visit) -> Any:
    """The input that the script answers."""
    return visit.given.origin.model_input(visit.task)


def _file(body: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(body, headers=headers, media_type=media_type)


def _name(visit: Visit, ending: str) -> str:
    """Ids of registered things only: nothing a visitor typed."""
    return f"{visit.recipe.architecture}-{visit.recipe.task}.{ending}"


def _numbers(values: Any) -> Any:
    if isinstance(values, list):
        return [_numbers(v) for v in values]
    return None if values != values else values
