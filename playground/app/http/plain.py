"""Events that are answered past Gradio's queue: what is typed, which follows the keys.

There an answer takes two requests, the second a stream that is opened anew for each; here it takes one. Several of a page may be on
their way at once and overtake each other, there and back. So a page numbers what it sends, and an input that comes after one that was
given later counts no more; answers are numbered too, and each island keeps its newest, whichever way it came.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..islands import UNCHANGED
from ..sessions import Session, Told
from .lanes import LOOK, Crowded

if TYPE_CHECKING:
    from ..page import Handler, Page
    from ..panel import Panel

NOT_OURS = "An event is a JSON object, with what its page says of itself as “told”. Use the page itself."


async def answer(page: Page, handler: Handler, endpoint: str, quiet: Panel | None, request: Request) -> Response:
    """The new values of the islands, by their modules, to the event that the request brings."""
    try:
        data = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        data = None
    told = data.pop("told", None) if isinstance(data, dict) else None
    if not Told.read(told).page:
        return JSONResponse({"error": NOT_OURS}, 400)
    session, said = page.session(request, told)
    try:
        values = await page.lanes.run(LOOK, session.who, partial(_answered, page, handler, data, session, said, quiet), endpoint)
    except Crowded as error:
        values = await run_sync(page.told_at_once, session, error)
    islands = zip(page.answering, values, strict=True)
    body = ",".join(f'"{panel.module}":{value}' for panel, value in islands if value is not UNCHANGED and panel is not quiet)
    return Response(f"{{{body}}}", media_type="application/json", headers={"Cache-Control": "no-store"})


def _answered(page: Page, handler: Handler, data: dict[str, Any], session: Session, said: Told, quiet: Panel | None) -> list[Any]:
    if said.number < session.given_by:
        return page.told_values({})
    session.given_by = said.number  # also where it is refused: what was given before it counts no more
    return page.answer(handler, data, session, said, quiet=quiet)
