"""Classes over HTTP: small posts that change one, a stream that tells it, the counts as a file, and the code as a picture.

None of it goes through Gradio's queue: thirty answers of one second are told to thirty-one screens at once.
"""

from __future__ import annotations

import io
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import anyio
import orjson
import segno
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...classroom.book import TEACHER, ClassBook, digest
from ...classroom.plan import Plan
from ...classroom.room import Room
from ...classroom.watch import Watch
from ...errors import InputError
from .streams import EventStream, Streams

MOST_BYTES = 32 * 2**10  # of a post: a link, at most
LONGEST = 300  # characters of an address
AT_ONCE = 48  # posts that are answered at the same time: most of them wait for one writing, which is all of theirs
LOCAL = ("localhost", "127.0.0.1", "::1")
NOT_KEPT = "The server's disk is full, so this could not be kept. Tell whoever runs it, and try again."

T = TypeVar("T")


@dataclass(frozen=True)
class Classes:
    """What the routes need. `prepare` makes a plan of a link, with all its questions, those that are named, or none; `own` is the link to
    what was trained for the seat of a number, by the row it was measured for; `beyond`: whether others reach the server."""

    book: ClassBook
    prepare: Callable[[Any, Any], Plan]
    own: Callable[[Room, int, int], str]
    beyond: bool = False


@dataclass(frozen=True)
class _Following:
    """A class as an event stream follows it."""

    book: ClassBook
    watch: Watch
    who: str
    telling: str

    @property
    def id(self) -> str:
        return f"class {self.watch.code}"

    def follow(self, after: int = 0, *, beat_s: float | None = None, name: str = "") -> AsyncGenerator[bytes | None, None]:
        return self.watch.follow(self.who, partial(self.book.told, self.watch, self.who), beat_s or 10.0)


def routes(
    classes: Classes, may_enter: Callable[[Request], Awaitable[bool]], streams: Streams, beat_s: float, stall_s: float
) -> list[Route]:
    """Under /classes; `may_enter` as for all routes beside Gradio's."""
    book, places = classes.book, anyio.CapacityLimiter(AT_ONCE)

    def guarded(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guard(request: Request) -> Response:
            if not await may_enter(request):
                return JSONResponse({"error": "Log in first."}, 401)
            try:
                return await answer(request)
            except InputError as error:
                return JSONResponse({"error": str(error)})  # an answer like another: a page that expects it need not log a failure
            except OSError:
                return JSONResponse({"error": NOT_KEPT})

        return guard

    def post(path: str, act: Callable[[str, dict[str, Any], str], Any]) -> Route:
        async def answer(request: Request) -> Response:
            told, code = await _body(request), request.path_params.get("code", "")
            found = await run_sync(act, code, told, _address(request), limiter=places)
            return JSONResponse(found or {})

        return Route(path, guarded(answer), methods=["POST"])

    def open_one(code: str, told: dict[str, Any], address: str) -> dict[str, Any]:
        code, key = book.open(classes.prepare(told.get("place"), told.get("questions", True)), address)
        return {"code": code, "key": key}

    def look(code: str, told: dict[str, Any], address: str) -> dict[str, Any]:
        """What a class opened here would be, and whether what the link prepares can be had."""
        place, asked = told.get("place"), told.get("questions", True)
        plan = classes.prepare(place, True)
        known = {"questions": [question.text for question in plan.questions], "trains": plan.trial is not None}
        try:
            classes.prepare(place, asked)
        except InputError as error:
            known["refused"] = str(error)
        return known

    def join(code: str, told: dict[str, Any], address: str) -> dict[str, Any]:
        seat, known = book.join(code, told.get("seat"))
        return {"seat": seat, **known}

    def vote(code: str, told: dict[str, Any], address: str) -> None:
        book.sit(code, told.get("seat"), lambda room, seat: room.commit(seat, told.get("answer")))

    def away(code: str, told: dict[str, Any], address: str) -> None:
        def go(room: Room, seat: str) -> None:
            room.seats[seat].away = told.get("away") is True

        book.sit(code, told.get("seat"), go)

    def leave(code: str, told: dict[str, Any], address: str) -> None:
        def go(room: Room, seat: str) -> None:
            room.seats[seat].left = True

        book.sit(code, told.get("seat"), go)

    def where(code: str, told: dict[str, Any], address: str) -> None:
        book.stray(code, told.get("seat"), told.get("astray") is True)

    def run(code: str, told: dict[str, Any], address: str) -> dict[str, Any]:
        room, row = book.room(code), told.get("row")
        number = room.seat(digest(told.get("seat"))).number
        return {"place": classes.own(room, number, row if isinstance(row, int) else -1)}

    def teach(code: str, told: dict[str, Any], address: str) -> None:
        book.steer(code, told.get("key"), told.get("do"), told)

    def take(code: str, told: dict[str, Any], address: str) -> dict[str, Any]:
        return {"key": book.take_over(code, told.get("word"))}

    async def events(request: Request) -> Response:
        key, seat = request.query_params.get("key"), request.query_params.get("seat")
        try:
            watch = book.watch(request.path_params["code"], key=key, seat=seat)
        except InputError as error:
            return JSONResponse({"error": str(error)}, 404)  # a stream that is refused for good must not be asked for again
        who, name, address = (TEACHER if key else digest(seat)), digest(key or seat), _address(request)
        if not streams.has_room(address, name):
            return JSONResponse({"error": "Too many are watching right now. Try again in a minute."}, 503)
        following = _Following(book, watch, who, secrets.token_hex(4))
        return EventStream(following, 0, beat_s, stall_s, name, streams.held(address, name))

    async def counts(request: Request) -> Response:
        code = request.path_params["code"]
        table = await run_sync(book.table, code, request.query_params.get("key"), limiter=places)
        headers = {"Content-Disposition": f'attachment; filename="class-{book.room(code).code.lower()}.csv"', "Cache-Control": "no-store"}
        return Response(table, headers=headers, media_type="text/csv; charset=utf-8")

    async def reached(request: Request) -> Response:
        address, shared = _reached(request, classes.beyond)
        return JSONResponse({"address": address, "shared": shared})

    async def picture(request: Request) -> Response:
        address, _ = _reached(request, classes.beyond)
        svg = qr_code(f"{address}?class={book.room(request.path_params['code']).code}")
        return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    return [
        post("/classes", open_one),
        post("/classes/look", look),
        Route("/classes/reached", guarded(reached)),
        *(post(f"/classes/{{code}}/{act.__name__}", act) for act in (join, vote, away, leave, where, run, teach, take)),
        Route("/classes/{code}/events", guarded(events)),
        Route("/classes/{code}/counts.csv", guarded(counts)),
        Route("/classes/{code}/code.svg", guarded(picture)),
    ]


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was posted. Raises InputError for anything else, and for too much of it before it is read whole."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise InputError(f"A class takes posts of at most {MOST_BYTES // 2**10} kB. Use the page itself.")
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise InputError("A class takes JSON objects. Use the page itself.")
    return told


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _reached(request: Request, beyond: bool) -> tuple[str, bool]:
    """The address that students open, with its final slash, and whether another machine reaches it. The page says as `at` under which it
    was opened; what is not ours is replaced by how it was asked for."""
    host, public = request.headers.get("host", ""), urlsplit(os.environ.get("GRADIO_ROOT_PATH", "")).netloc
    at = urlsplit(request.query_params.get("at", "")[:LONGEST])
    if at.scheme not in ("http", "https") or at.netloc not in {host, public} - {""}:
        at = urlsplit(f"{request.url.scheme}://{host}")
    home = at._replace(path=f"{at.path.rstrip('/')}/", query="", fragment="")
    if at.hostname not in LOCAL:
        return home.geturl(), True
    if beyond and (near := _own_address()):
        return home._replace(netloc=at.netloc.replace(at.hostname or "", near)).geturl(), True
    return home.geturl(), False


def _own_address() -> str | None:
    """This machine's address in its network; asking which way a packet would leave sends none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a net that is there for examples
        except OSError:
            return None
        return str(probe.getsockname()[0])


@lru_cache(maxsize=64)
def qr_code(text: str) -> bytes:
    """The QR code of an address, dark on white in both themes."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=3, light="#fff", omitsize=True, xmldecl=False)
    return out.getvalue()
