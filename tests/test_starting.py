"""`python app.py` starts behind any proxy setting, or says in one sentence why not and ends with 2."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from playground.app.http import ports
from playground.app.http.ports import LOOPBACK, free_place
from playground.errors import InputError
from tests.browser.driving import end, serving, wait_until_served

ROOT = Path(__file__).parent.parent
NOBODY = "http://127.0.0.1:9"  # a proxy that does not answer


@contextmanager
def taken(host: str = LOOPBACK, port: int = 0) -> Iterator[int]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, port))
        listener.listen()
        yield listener.getsockname()[1]


def started(*flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", **variables}
    return subprocess.run([sys.executable, "app.py", *flags], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def told(ended: subprocess.CompletedProcess[str]) -> str:
    """The one sentence or two that a start which cannot be ends with."""
    assert (ended.returncode, ended.stdout) == (2, ""), ended.stderr
    assert "Traceback" not in ended.stderr and ended.stderr.count("\n") == 1 and ended.stderr.endswith(".\n"), ended.stderr
    return ended.stderr


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    "variables",
    [
        {"HTTP_PROXY": NOBODY, "http_proxy": NOBODY, "HTTPS_PROXY": NOBODY},
        {"ALL_PROXY": "socks5://127.0.0.1:9", "all_proxy": "socks5h://127.0.0.1:9", "NO_PROXY": "example.org", "no_proxy": ""},
        {"ALL_PROXY": "nonsense://here"},
    ],
    ids=["http", "socks", "nonsense"],
)
def test_it_starts_whatever_proxy_the_machine_has(variables: dict[str, str]) -> None:
    with serving(**variables) as app, httpx.Client(base_url=app.url, trust_env=False, timeout=30) as client:
        assert client.get("/").status_code == 200
        assert "Traceback" not in app.log.read_text()


@pytest.mark.fault(42)
def test_a_port_that_is_taken_is_told() -> None:
    with taken() as port:
        assert f"Port {port} is taken on 127.0.0.1. Choose another with --port" in told(started("--port", str(port)))
        assert f"Port {port} is taken" in told(started(GRADIO_SERVER_PORT=str(port)))


@pytest.mark.fault(42)
def test_an_address_that_is_not_ours_is_told() -> None:
    assert told(started("--host", "192.0.2.1")).startswith("192.0.2.1 is no address of this machine. Choose one with --host")
    assert "nowhere.invalid is no address of this machine" in told(started(GRADIO_SERVER_NAME="nowhere.invalid"))


def test_a_port_that_is_no_number_is_told_by_the_flags() -> None:
    for ended in (started("--port", "abc"), started(GRADIO_SERVER_PORT="abc")):
        assert ended.returncode == 2 and "--port: invalid int value: 'abc'" in ended.stderr and "Traceback" not in ended.stderr


def test_a_port_taken_between_the_look_and_the_start_is_told_too() -> None:
    """The look is skipped once, as if the port had been taken just after it."""
    script = """
import sys
import playground.app as app
real, looks = app.free_place, []
def look(host, port):
    looks.append(port)
    return (host, port) if len(looks) == 1 else real(host, port)
app.free_place = look
sys.argv = ["app.py", "--port", sys.argv[1]]
import runpy
runpy.run_path("app.py", run_name="__main__")
"""
    with taken() as port:
        ended = subprocess.run([sys.executable, "-c", script, str(port)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert f"Port {port} is taken" in told(ended)


@pytest.mark.fault(42)
def test_the_first_free_port_is_found_and_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with taken() as first, taken() as second:
        monkeypatch.setattr(ports, "PORTS", (first, second))
        with pytest.raises(InputError, match=f"No port from {first} to {second} is free on 127.0.0.1"):
            free_place(LOOPBACK, None)
        with taken() as third:
            free = third
        monkeypatch.setattr(ports, "PORTS", (first, free, second))
        assert free_place(LOOPBACK, None) == (LOOPBACK, free)


@pytest.mark.parametrize("port", [-1, 65_536, 10**9])
def test_ports_that_do_not_exist_are_told(port: int) -> None:
    with pytest.raises(InputError, match="does not exist; allowed are 1 to 65535"):
        free_place(LOOPBACK, port)


def test_a_port_that_needs_rights_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, place: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(InputError, match=r"Port 80 is not yours to take. Choose one from 1024 on"):
        free_place(LOOPBACK, 80)


def test_the_whole_address_is_looked_at_not_only_loopback() -> None:
    """Gradio looks for the port on 127.0.0.1 alone, and then tries a hundred of them, five seconds each."""
    with taken("127.0.0.2") as port, pytest.raises(InputError, match=f"Port {port} is taken on 127.0.0.2"):
        free_place("127.0.0.2", port)
    with taken() as port, pytest.raises(InputError, match=f"Port {port} is taken"):
        free_place("0.0.0.0", port)


def test_an_address_of_ipv6_is_served_or_told() -> None:
    """With brackets or without; a machine may have none."""
    try:
        with taken("::1") as port:
            pass
    except OSError:
        assert "is no address of this machine" in told(started("--host", "::1"))
        return
    assert free_place("[::1]", port) == free_place("::1", port) == ("[::1]", port)
    command = [sys.executable, "app.py", "--host", "::1", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_served(f"http://[::1]:{port}", process, Path(os.devnull))
        finally:
            end(process)


@pytest.mark.parametrize("first", ["playground.app", "gradio"])
def test_no_component_is_parsed_for_stubs_that_nobody_reads(first: str) -> None:
    """Gradio would parse 82 components at each start, and write a stub beside our own ones."""
    script = f"""
import ast, sys
parse, parsed = ast.parse, []
def counted(*given, **options):
    parsed.append(sys._getframe(1).f_globals["__name__"])
    return parse(*given, **options)
ast.parse = counted
import {first}
before = parsed.count("gradio.component_meta")
from playground.app.islands import Island, gr
class Own(Island): EVENTS = ["click"]
assert Own("rail/rail").click and gr.Textbox().change
print(before, parsed.count("gradio.component_meta") - before)
"""
    written = ROOT / "playground" / "app" / "islands.pyi"
    written.unlink(missing_ok=True)
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    before, after = map(int, ended.stdout.split())
    assert after == 0 and (before == 0 or first == "gradio") and not written.exists()


def test_nothing_slow_is_imported_that_the_first_page_does_not_need() -> None:
    script = """
import sys
from playground.app import create_app
create_app("cpu", object())
print([name for name in ("sklearn", "scipy.optimize", "libcst", "black", "matplotlib", "ray", "torch._dynamo") if name in sys.modules])
"""
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    "flags",
    [
        ("--auth", "ada"),
        ("--auth", ":x"),
        ("--max-training", "0"),
        ("--max-waiting", "many"),
        ("--max-each", "9" * 5_000),
        ("--max-each", "-1"),
    ],
)
def test_a_flag_that_means_nothing_is_told(flags: tuple[str, str]) -> None:
    ended = started(*flags)
    assert ended.returncode == 2 and "Traceback" not in ended.stderr and flags[0] in ended.stderr.splitlines()[-1]


def test_limits_a_login_and_figures_for_whoever_runs_it() -> None:
    flags = ("--max-training", "1", "--max-waiting", "1", "--max-each", "1", "--log")
    with serving(*flags, PLAYGROUND_AUTH="ada:lovelace") as app, httpx.Client(base_url=app.url, trust_env=False, timeout=30) as client:
        assert client.get("/config").status_code == 401 and client.get("/healthz").json()["status"] == "ok"
        assert client.post("/login", data={"username": "ada", "password": "wrong"}).status_code == 400
        assert client.post("/login", data={"username": "ada", "password": "lovelace"}).status_code == 200
        events = {one["api_name"]: one["id"] for one in client.get("/config").json()["dependencies"]}
        settings = {"architecture": "seq2seq", "task": "copy", "budget": "preset", "options": {"training": {"steps": 20_000}}}
        for n, session in enumerate(("first", "first", "second", "third")):
            body = {"data": [""], "event_data": {**settings, "seed": n}, "fn_index": events["train"], "session_hash": session}
            assert client.post("/gradio_api/queue/join", json=body).status_code == 200
            with client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as answer:
                assert any("process_completed" in line for line in answer.iter_lines())
        told = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines())
        assert (told['playground_runs{state="training"}'], told['playground_runs{state="waiting"}']) == ("1", "1")
        assert told['playground_events_total{endpoint="train"}'] == "4" and told["playground_sessions"] == "3"
        assert float(told['playground_event_seconds_total{endpoint="train"}']) > 0 and float(told["process_cpu_seconds_total"]) > 0
        assert app.log.read_text().count("level=INFO event=run_entered run=") == 2, (
            "one more of the same visitor, one more in line: refused"
        )
