"""The routes beside Gradio, on a real Gradio server in a process of its own, over real sockets."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from anyio.abc import ObjectReceiveStream
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.app.http.assets import shelves as assets
from playground.app.http.security import BodyLimit

ROOT = Path(__file__).parent.parent
MB = 2**20


@dataclass
class Server:
    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=30, **kwargs)

    def call(self, name: str, *data: Any) -> Any:
        """A named Gradio endpoint, through Gradio's queue."""
        event = httpx.post(f"{self.url}/gradio_api/call/{name}", json={"data": list(data)}, timeout=30).json()["event_id"]
        answer = self.get(f"/gradio_api/call/{name}/{event}").text
        assert "event: complete" in answer, answer
        return json.loads(answer.split("data: ")[-1])[0]

    def start(self, name: str, behaviour: str = "train", steps: int = 5, pause_s: float = 0.0, size: int = 1) -> str:
        run: str = self.call("start", name, behaviour, steps, pause_s, size)
        return run

    @property
    def version(self) -> str:
        """Of the web files, when the server was started."""
        return (self.folder / "version").read_text()

    def followers(self) -> int:
        count: int = self.get("/healthz").json()["followers"]
        return count

    @contextmanager
    def events(self, run: str, query: str = "", **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
        with httpx.stream("GET", f"{self.url}/runs/{run}/events{query}", headers=headers, timeout=30) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield messages(response)


def messages(response: httpx.Response) -> Iterator[dict[str, Any]]:
    number = None
    for line in response.iter_lines():
        if line.startswith("id: "):
            number = int(line.rpartition("-")[2])
        if line.startswith("data: "):
            message = json.loads(line[6:])
            assert message["id"] == number
            yield message


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.fake_app", str(port), *flags, str(folder)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        server = Server(f"http://127.0.0.1:{port}" + ("/here" if "--mount" in flags else ""), process, folder)
        try:
            assert wait_until(lambda: is_up(server), 60), (folder / "log").read_text()
            yield server
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


def test_gradio_itself_is_untouched(server: Server) -> None:
    assert "gradio" in server.get("/").text
    assert server.get("/config").status_code == 200
    assert server.call("hello", "ada") == "hello ada"


@pytest.mark.fault(62)
def test_a_page_of_another_site_cannot_take_the_server_for_its_own(server: Server) -> None:
    """DNS rebinding, as it reaches the server: the site's name, our port."""
    port = httpx.URL(server.url).port
    for path in ("/", "/config", "/healthz"):
        answer = httpx.get(server.url + path, headers={"Host": f"evil.example.org:{port}"})
        assert answer.status_code == 421 and "--allow-host" in answer.text
        assert httpx.get(server.url + path, headers={"Host": "playground.example.org"}).status_code == 200, "a proxy passes its own name on"


def test_a_run_is_streamed_to_its_end(server: Server) -> None:
    with server.events(server.start("whole", pause_s=0.05)) as events:
        seen = list(events)
    assert [message["id"] for message in seen] == list(range(1, len(seen) + 1))
    assert [seen[0]["type"], seen[-1]["type"]] == ["started", "done"]
    assert {"progress", "snapshot"} <= {message["type"] for message in seen}


def test_resuming_gives_exactly_the_rest(server: Server) -> None:
    run = server.start("resumed")
    with server.events(run) as events:
        everything = list(events)
    for headers, query in (
        ({}, "?after=3"),
        ({"Last-Event-ID": "3"}, "?after=0"),
        ({"Last-Event-ID": "3"}, "?after=1"),
    ):
        with server.events(run, query, **headers) as events:
            assert list(events) == everything[3:]
    with server.events(run, "?after=garbage") as events:
        assert list(events) == everything


def test_a_client_that_has_seen_all_is_told_not_to_come_back(server: Server) -> None:
    run = server.start("seen")
    with server.events(run) as events:
        last = list(events)[-1]["id"]
    assert server.get(f"/runs/{run}/events?after={last}").status_code == 204


def test_an_unknown_run_is_a_sentence(server: Server) -> None:
    answer = server.get("/runs/unknown/events")
    assert answer.status_code == 404
    assert "no longer kept" in answer.json()["error"]


def test_head_does_not_follow(server: Server) -> None:
    run = server.start("head", "endless")
    assert httpx.head(f"{server.url}/runs/{run}/events").status_code == 200
    server.call("stop", run)


def test_a_client_that_leaves_mid_silence_is_released(server: Server) -> None:
    run = server.start("left", "deaf")
    with server.events(run) as events:
        next(events)
        assert server.followers() == 1
    assert wait_until(lambda: server.followers() == 0)
    server.call("stop", run)


def test_silence_is_filled_with_heartbeats(server: Server) -> None:
    run = server.start("quiet", "deaf")
    with httpx.stream("GET", f"{server.url}/runs/{run}/events", timeout=30) as response:
        lines = response.iter_lines()
        assert next(line for line in lines if line.startswith(": "))
    server.call("stop", run)


def test_fifty_followers_do_not_hold_up_gradio(server: Server) -> None:
    run = server.start("followed", "endless", pause_s=0.05)

    def follow(_: int) -> str:
        with server.events(run) as events:
            return str(next(event for event in events if event["type"] == "done")["reason"])

    with ThreadPoolExecutor(50) as pool:
        reasons = pool.map(follow, range(50))
        assert wait_until(lambda: server.followers() == 50)
        assert server.call("hello", "bob") == "hello bob"
        server.call("stop", run)
        assert set(reasons) == {"stopped"}
    assert wait_until(lambda: server.followers() == 0)


@pytest.mark.fault(25)
def test_clients_that_never_read_are_dropped_and_cost_little(server: Server) -> None:
    run = server.start("ignored", "train", steps=10, pause_s=0.05)
    with server.events(run) as events:
        list(events)
    before = resident(server.process.pid)
    run = server.start("unread", "train", steps=800, pause_s=0.005, size=50_000)  # 40 MB and more
    host, port = server.url.removeprefix("http://").split(":")
    sockets = []
    for _ in range(20):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((host, int(port)))
        client.sendall(f"GET /runs/{run}/events HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        sockets.append(client)
    with server.events(run) as events:  # one that does read sees everything all the same
        assert list(events)[-1]["type"] == "done"
    assert wait_until(lambda: server.followers() == 0)
    assert resident(server.process.pid) - before < 250 * MB  # twenty backlogs would be 1.6 GB
    for client in sockets:
        client.close()
    assert server.call("hello", "ada") == "hello ada"


def test_web_files(server: Server) -> None:
    web = ROOT / "playground" / "app" / "web"
    for name, kind in (("core/dom.js", "text/javascript"), ("core/tokens.css", "text/css")):
        address = f"/assets/{server.version}/{name}"
        answer = server.get(address, headers={"Accept-Encoding": "gzip, deflate"})
        assert answer.headers["content-encoding"] == "gzip"
        smaller = server.get(address, headers={"Accept-Encoding": "gzip, deflate, br"})
        assert smaller.headers["content-encoding"] == "br"
        assert smaller.content == answer.content
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == (web / name).read_bytes()
        plain = server.get(address, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("gzip;q=0.5, br;q=0", "gzip"), ("gzip;q=0, br;q=0", None), ("identity", None)],
)
def test_what_a_browser_refuses_is_not_sent(accepted: str, encoding: str | None) -> None:
    assert assets._encoding([accepted]) == encoding


@pytest.mark.parametrize(
    "path",
    ["{v}/../../../server.py", "{v}/..%2f..%2f..%2fserver.py", "{v}/%2e%2e/__init__.py", "{v}/", "{v}/nothing.js",
     "{v}/core", "{v}/core/", "{v}/core/../core/dom.js",
     "{v}/..%5c..%5cserver.py", "{v}/%00", "0123456789ab/core/dom.js", "{v}//etc/passwd"],
)  # fmt: skip
def test_no_way_out_of_the_web_folder(server: Server, path: str) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:  # a client library would tidy the path up
        request = f"GET /assets/{path.format(v=server.version)} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        client.sendall(request.encode())
        status = client.makefile("rb").readline().split()[1]
    assert status in (b"404", b"403", b"400")


def test_gradios_own_assets_are_still_served(server: Server) -> None:
    import re

    script = re.search(r"assets/[\w-]+\.js", server.get("/").text)
    assert script is not None
    assert server.get(f"/{script[0]}").status_code == 200


def test_plotly_comes_from_the_installed_package_compressed_once(server: Server) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: server.get("/assets/plotly.js"), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    first = answers[0]
    assert int(first.headers["content-length"]) < 2 * MB < len(first.content)
    assert b"plotly" in first.content[:200]
    again = server.get("/assets/plotly.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_security_headers_are_on_every_answer(server: Server) -> None:
    for path in ("/", "/config", "/healthz", "/assets/plotly.js", "/runs/unknown/events"):
        headers = server.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors *" in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "{own}"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "{own}"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_other_sites_cannot_write(server: Server, headers: dict[str, str], status: int) -> None:
    headers = {name: value.format(own=server.url) for name, value in headers.items()}
    upload = httpx.post(f"{server.url}/gradio_api/upload", files={"files": b"hello"}, headers=headers)
    call = httpx.post(f"{server.url}/gradio_api/call/hello", json={"data": ["x"]}, headers=headers)
    assert (upload.status_code, call.status_code) == (404 if status == 200 else status, status)


@pytest.mark.fault(3)
def test_a_body_of_over_20_mb_is_refused_before_it_is_read(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        head = f"POST /gradio_api/upload HTTP/1.1\r\nHost: {host}\r\nContent-Length: {21 * MB}\r\n\r\n"
        client.sendall(head.encode())  # and not one byte more
        assert client.makefile("rb").readline().split()[1] == b"413"


@pytest.mark.fault(3)
@pytest.mark.parametrize("path", ["call/hello", "queue/join"])
def test_a_body_that_hides_its_length_is_refused_too(server: Server, path: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(f"{server.url}/gradio_api/{path}", content=iter([b"1" * MB] * 25), headers=headers, timeout=60)
    assert answer.status_code == 413
    assert answer.json()["error"] == "Too large: at most 20 MB can be sent."
    assert server.call("hello", "ada") == "hello ada"


def test_a_body_of_19_mb_passes(server: Server) -> None:
    answer = httpx.post(f"{server.url}/gradio_api/call/hello", json={"data": ["1" * (19 * MB)]}, timeout=60)
    assert answer.status_code == 200


@pytest.mark.fault(60)
def test_all_bodies_on_their_way_are_bounded_and_a_click_is_always_taken() -> None:
    """One who sends and never ends is held; a second large body is refused, a small one passes; then there is room again."""
    limits = BodyLimit(swallow, limit=100, total=150, small=10)

    async def story() -> list[int]:
        stalled, parts = anyio.create_memory_object_stream[bytes](10)
        async with parts, anyio.create_task_group() as tasks:
            tasks.start_soon(posted, limits, parts)
            await stalled.send(b"1" * 100)
            await anyio.wait_all_tasks_blocked()
            while_held = [await posted(limits, body) for body in (b"1" * 60, b"1" * 10)]
            await stalled.aclose()
        return [*while_held, await posted(limits, b"1" * 60), await posted(limits, b"1" * 101)]

    assert anyio.run(story) == [503, 200, 200, 413] and limits.held == 0


async def swallow(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await Response()(scope, receive, send)


async def posted(app: ASGIApp, body: bytes | ObjectReceiveStream[bytes]) -> int:
    """The status of the answer to a body, or to one that comes in parts."""
    status: list[int] = []

    async def receive() -> Message:
        if isinstance(body, bytes):
            return {"type": "http.request", "body": body, "more_body": False}
        try:
            return {"type": "http.request", "body": await body.receive(), "more_body": True}
        except anyio.EndOfStream:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        status.extend([message["status"]] if "status" in message else [])

    await app({"type": "http", "method": "POST", "headers": []}, receive, send)
    return status[0]


@pytest.mark.fault(60)
@pytest.mark.parametrize("path", ["upload", "upload/", "upload?upload_id=a", "process_recording"])
def test_gradios_own_upload_is_closed(server: Server, path: str) -> None:
    """It would write 20 MB to the disk for anybody who asks, and say where."""
    for _ in range(3):
        answer = httpx.post(f"{server.url}/gradio_api/{path}", files={"files": b"1" * MB}, timeout=60)
        assert answer.status_code == 404 and answer.json() == {"error": "Nothing is uploaded here. Use the page's own buttons."}
    assert server.call("hello", "ada") == "hello ada"


def test_the_login_covers_event_streams(tmp_path: Path) -> None:
    with serving(tmp_path, "--auth") as server:
        assert server.get("/runs/unknown/events").status_code == 401
        with httpx.Client(base_url=server.url) as client:
            assert client.post("/login", data={"username": "ada", "password": "lovelace"}).status_code == 200
            assert client.get("/runs/unknown/events").status_code == 404
        server.process.send_signal(signal.SIGINT)  # Ctrl-C in a terminal
        assert server.process.wait(timeout=15) == 0


def test_everything_works_under_a_mount_path(tmp_path: Path) -> None:
    with serving(tmp_path, "--mount") as server:
        run = server.start("mounted")
        with server.events(run) as events:
            assert list(events)[-1]["type"] == "done"
        assert server.get("/assets/plotly.js").status_code == 200


@pytest.mark.fault(27)
def test_sigterm_mid_training_tells_all_saves_and_exits(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        runs = [server.start("polite", "endless"), server.start("deaf", "deaf")]
        heartbeat = httpx.stream("GET", f"{server.url}/gradio_api/heartbeat/tab")  # what an open page holds
        with heartbeat, server.events(runs[0]) as polite, server.events(runs[1]) as deaf:
            next(deaf)
            assert wait_for_type(polite, "snapshot")
            server.process.send_signal(signal.SIGTERM)
            told = time.monotonic()
            for events in (polite, deaf):
                kinds = [event["type"] for event in events]
                assert "closing" in kinds
                assert kinds[-1] == "done"
            assert server.process.wait(timeout=15) == 0
        assert time.monotonic() - told < 12
        assert (tmp_path / "kept").read_bytes() == b"w" * 100
        assert "Traceback" not in (tmp_path / "log").read_text()


def wait_for_type(events: Iterator[dict[str, Any]], kind: str) -> bool:
    return any(event["type"] == kind for event in events)


def is_up(server: Server) -> bool:
    try:
        return bool(server.get("/healthz").json()["status"] == "ok")
    except httpx.TransportError:
        return False


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def wait_until(condition: Callable[[], bool], timeout_s: float = 20.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
