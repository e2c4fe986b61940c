"""Where the page finds its server, and which requests may change something."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from playground.app.http.assets.pages import HERE, mended
from playground.app.http.hosts import OwnHosts
from playground.app.http.security import middleware

CONFIG = {"components": [{"root": "http://inside:1"}], "typed": '"root":"http://typed"', "root": "http://inside:7860/deep"}


def page() -> bytes:
    text = json.dumps(CONFIG, separators=(",", ":"))
    return f'<script>window.gradio_config = {text};</script><script>const root = "http://inside:7860/deep";</script>'.encode()


def test_every_address_that_the_server_believes_in_becomes_that_of_the_browser() -> None:
    found = mended(page())
    assert found.count(HERE) == 3 and b"http://inside" not in found
    assert json.dumps(CONFIG["typed"]).encode() in found, "what somebody typed is text and stays it"
    assert mended(b"no page of Gradio's") == b"no page of Gradio's"


def client() -> TestClient:
    from starlette.applications import Starlette

    async def events(_: object) -> StreamingResponse:
        async def three() -> object:
            for n in range(3):
                yield f"data: {n}\n\n"
                await asyncio.sleep(0)

        return StreamingResponse(three(), media_type="text/event-stream")

    async def streamed(_: object) -> StreamingResponse:
        async def halves() -> object:
            yield page()[:90]
            yield page()[90:]

        return StreamingResponse(halves(), media_type="text/html")

    routes = [
        Route("/", lambda _: HTMLResponse(page())),
        Route("/streamed", streamed),
        Route("/json", lambda _: JSONResponse(CONFIG)),
        Route("/gone", lambda _: HTMLResponse(page(), 404)),
        Route("/events", events),
        Route("/write", lambda _: Response(), methods=["POST"]),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(one.cls, *one.args, **one.kwargs) for one in middleware()]))


@pytest.mark.parametrize("path", ["/", "/streamed"])
def test_pages_are_mended_whole_and_as_long_as_they_say(path: str) -> None:
    answer = client().get(path, headers={"Accept-Encoding": "identity"})
    assert answer.content == mended(page()) and int(answer.headers["content-length"]) == len(answer.content)


def test_nothing_else_is_touched() -> None:
    assert client().get("/json").json() == CONFIG
    assert client().get("/gone").content == page()
    assert client().head("/").status_code == 200


def test_streams_are_not_collected_on_their_way() -> None:
    answer = client().get("/events")
    assert answer.headers["x-accel-buffering"] == "no" and answer.text.count("data: ") == 3
    assert "x-accel-buffering" not in client().get("/").headers


PROXIED = {"Host": "127.0.0.1:7860", "Origin": "http://www.example.org"}


@pytest.mark.parametrize(
    ("root_path", "headers", "status"),
    [
        ("", PROXIED, 403),
        ("/play", PROXIED, 403),
        ("http://www.example.org/play", PROXIED, 200),
        ("http://WWW.example.org", PROXIED, 200),
        ("http://www.example.org/play", PROXIED | {"Origin": "http://example.org"}, 403),
        ("http://www.example.org/play", PROXIED | {"Sec-Fetch-Site": "cross-site"}, 403),
        ("", PROXIED | {"Sec-Fetch-Site": "same-origin"}, 200),
        ("", {"Host": "", "Origin": "null"}, 403),
    ],
)
def test_a_page_of_the_address_that_was_set_may_write(
    root_path: str, headers: dict[str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_ROOT_PATH", root_path)
    assert client().post("/write", headers=headers).status_code == status


def test_a_refusal_says_what_a_proxy_must_pass_on_and_strangers_learn_nothing_of_it() -> None:
    told = client().post("/write", headers=PROXIED).json()["error"]
    for part in ("http://www.example.org", "asked as 127.0.0.1:7860", "proxy_set_header Host $http_host", "GRADIO_ROOT_PATH"):
        assert part in told
    for other in ({"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert "GRADIO" not in client().post("/write", headers=PROXIED | other).json()["error"]


@pytest.mark.fault(62)
@pytest.mark.parametrize(
    ("server", "host", "status"),
    [
        (("127.0.0.1", 7860), "evil.example.org:7860", 421),
        (("127.0.0.1", 7860), "EVIL.example.org.:7860", 421),
        (("127.0.0.1", 7860), "localhost.example.org:7860", 421),
        (("127.0.0.1", 7860), "evil.example.org:x", 421),
        (("::1", 7860), "evil.example.org:7860", 421),
        (("127.0.0.1", 80), "evil.example.org", 421),
        (("127.0.0.1", 7860), "mine.example.org:7860", 200),  # allowed by name
        (("127.0.0.1", 7860), "public.example.org:7860", 200),  # GRADIO_ROOT_PATH
        (("127.0.0.1", 7860), "127.0.0.1:7860", 200),  # also what nginx sends by itself
        (("127.0.0.1", 7860), "LOCALHOST:7860", 200),
        (("127.0.0.1", 7860), "localhost.:7860", 200),
        (("127.0.0.1", 7860), "play.localhost:7860", 200),
        (("::1", 7860), "[::1]:7860", 200),
        (("127.0.1.1", 7860), f"{socket.gethostname()}:7860", 200),
        (("127.0.0.1", 7860), "playground.example.org", 200),  # a proxy that passes Host on
        (("127.0.0.1", 7860), "playground.example.org:8443", 200),
        (("192.168.1.5", 7860), "teacher.example.org:7860", 200),  # served to a room
        (None, "evil.example.org:7860", 200),  # a socket of the file system
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_on_loopback_no_other_site_s_name_is_answered_to(
    method: str, server: tuple[str, int] | None, host: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_ROOT_PATH", "https://public.example.org/play")

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse({})(scope, receive, send)

    async def asked() -> int:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "method": method, "path": "/", "headers": [(b"host", host.encode())], "server": server}
        await OwnHosts(whole, ["mine.example.org"])(scope, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(asked()) == status
