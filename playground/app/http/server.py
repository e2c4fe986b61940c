"""What the server offers beside Gradio: event streams, files, health, and a tidy end.

    demo.launch(app_kwargs=app_kwargs(book), ...)

Gradio hands `app_kwargs` to its FastAPI application, so these routes stand before Gradio's own and under the same root
path. Events of runs do not go through Gradio's queue: a hundred followers of a queued generator were served in waves of
forty and blocked every click, while a plain stream holds them with a first event within 0.2 s.
"""

from __future__ import annotations

import inspect
import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.app import downloads as files
from playground.app.http import security as guard
from playground.app.http.classes import Classes
from playground.app.http.classes import routes as of_classes
from playground.app.http.streams import EventStream, Streams
from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.log import RunLog

BEAT_S = 10.0  # proxies cut connections that are silent for longer
STALL_S = 30.0  # a client that takes nothing for so long is dropped

RUN_STATES = ("training", "waiting", "paused", "finished")

_log = logging.getLogger(__name__)


class Closable(Protocol):
    """The part of `gr.Blocks` that is needed to end it."""

    def close(self, verbose: bool = True) -> None: ...


def app_kwargs(
    book: RunBook[Any],
    desk: files.Desk | None = None,
    *,
    hosts: Iterable[str] = (),
    dev: bool = False,
    counted: Callable[[], Mapping[str, float]] | None = None,
    plain: Mapping[str, Callable[[Request], Awaitable[Response]]] | None = None,
    classes: Classes | None = None,
    beat_s: float = BEAT_S,
    stall_s: float = STALL_S,
) -> dict[str, Any]:
    """For `demo.launch(app_kwargs=...)` or `gr.mount_gradio_app(..., app_kwargs=...)`.

    `hosts`: names that it may be asked under; `dev`: the page's modules come singly, as they are on the disk; `counted`: what else
    /metrics tells, by its names there; `plain`: what answers events past Gradio's queue, by their names; `classes`: what
    is taught here.
    """

    find = book.get if desk is None else desk.library.log  # also those that were read back from disk
    streams = Streams()

    async def events(request: Request) -> Response:
        if not await _may_enter(request):
            return JSONResponse({"error": "Log in first."}, 401)
        try:
            log = await run_in_threadpool(find, request.path_params["run_id"])
            if desk is not None and not await run_in_threadpool(desk.may_follow, log, request.query_params.get("ticket", "")):
                return JSONResponse({"error": "This run learns what somebody brought and does not share."}, 403)
            after = _resume_after(request, log)
        except InputError as error:
            return JSONResponse({"error": str(error)}, 404)
        if log.over and after >= len(log):
            return Response(status_code=204)  # tells EventSource not to come back
        address, name = request.client.host if request.client else "", _name_of(request)
        if not streams.has_room(address, name):
            log.touch(name)  # who is not let in is not away
            return JSONResponse({"error": "Too many are watching right now. Try again in a minute."}, 503)
        if request.method == "HEAD":
            return Response(media_type=EventStream.media_type)
        return EventStream(log, after, beat_s, stall_s, name, streams.held(address, name))

    async def goodbye(request: Request) -> Response:
        """A page that is closed, or that turns to something else, says so: its run need not wait for it."""
        if await _may_enter(request):
            with suppress(InputError):
                book.get(request.path_params["run_id"]).goodbye(_name_of(request))
        return Response(status_code=204)

    async def event(request: Request) -> Response:
        if not await _may_enter(request):
            return JSONResponse({"error": "Log in first."}, 401)
        answer = (plain or {}).get(request.path_params["name"])
        return JSONResponse({"error": "There is no such event."}, 404) if answer is None else await answer(request)

    def healthz(request: Request) -> Response:
        state = "closing" if book.closing else "ok"
        return JSONResponse({"status": state, **book.counts()}, 503 if book.closing else 200)

    def metrics(request: Request) -> Response:
        """For whoever watches over many servers: the text format of Prometheus. Nothing in it is about anybody."""
        return Response(_metrics(book, len(streams), {} if counted is None else counted()), media_type="text/plain; version=0.0.4")

    def closed(request: Request) -> Response:
        """No panel uses what Gradio itself offers for files: it writes what anybody sends, and answers with a path of this machine."""
        return JSONResponse({"error": "Nothing is uploaded here. Use the page's own buttons."}, 404)

    goodbyes = Route("/runs/{run_id}/goodbye", goodbye, methods=["POST"])
    routes = [Route("/runs/{run_id}/events", events), goodbyes, Route("/healthz", healthz), Route("/metrics", metrics)]
    routes += [Route(f"/gradio_api/{name}", closed, methods=["POST"]) for name in ("upload", "upload/", "process_recording")]
    routes += [Route("/events/{name}", event, methods=["POST"])]
    if classes is not None:
        routes += of_classes(classes, _may_enter, streams, beat_s, stall_s)
    if desk is not None:
        routes += files.routes(desk, _may_enter)
    return {"routes": routes, "middleware": guard.middleware(hosts, dev=dev)}


def install_drain(demo: Closable, book: RunBook[Any], *, limit_s: float = 10.0) -> None:
    """On SIGTERM or Ctrl-C tell every follower, stop all runs, save them, and exit within `limit_s`.

    Call it on the main thread before `launch`. A second signal exits at once.
    """
    leaving = threading.Event()

    def leave(signum: int, frame: FrameType | None) -> None:
        if leaving.is_set():
            os._exit(1)
        leaving.set()
        # not in the handler itself: it may have interrupted code that holds the very locks it needs
        threading.Thread(target=_leave, args=(demo, book, limit_s), name="drain").start()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)


def _leave(demo: Closable, book: RunBook[Any], limit_s: float) -> None:
    alarm = threading.Timer(0.9 * limit_s, os._exit, (1,))
    alarm.daemon = True
    alarm.start()
    try:
        book.drain(0.4 * limit_s)
        told_by = time.monotonic() + 0.1 * limit_s
        while book.counts()["followers"] and time.monotonic() < told_by:
            time.sleep(0.02)
        demo.close(verbose=False)
    except Exception:  # noqa: BLE001  the process ends in any case
        _log.exception("the server did not end tidily")
    finally:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _metrics(book: RunBook[Any], streams: int, counted: Mapping[str, float]) -> str:
    counts, used = book.counts(), os.times()
    values: dict[str, float] = {f'playground_runs{{state="{state}"}}': counts[state] for state in RUN_STATES}
    values |= {"playground_streams": streams, **counted, "process_cpu_seconds_total": used.user + used.system}
    return "".join(f"{name} {value:g}\n" for name, value in values.items())


async def _may_enter(request: Request) -> bool:
    """Gradio's own login does not cover added routes, so ask it."""
    app = request.app
    if (dependency := getattr(app, "auth_dependency", None)) is not None:
        user = dependency(request)
        return (await user if inspect.isawaitable(user) else user) is not None
    if getattr(app, "auth", None) is None:
        return True
    cookies = (request.cookies.get(f"{name}-{app.cookie_id}") for name in ("access-token", "access-token-unsecure"))
    return any(app.tokens.get(cookie) is not None for cookie in cookies if cookie)


def _resume_after(request: Request, log: RunLog[Any]) -> int:
    """A browser that reconnects by itself repeats the old address and puts its last id into a header. What it heard of an earlier telling
    of the run it hears again from the beginning."""
    given = (request.query_params.get("after"), request.headers.get("last-event-id"))
    known = (re.fullmatch(r"(?:([0-9a-f]{8})-)?([0-9]{1,9})", text) for text in given if text)
    return max((int(id[2]) for id in known if id and id[1] in (None, log.telling)), default=0)


def _name_of(request: Request) -> str:
    """What a page calls itself while it follows, drawn by itself; without one it is never waited for."""
    name = request.query_params.get("name", "")
    return name if re.fullmatch(r"[a-z0-9-]{8,40}", name) else ""
