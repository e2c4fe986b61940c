"""A real server and a real browser, for the tests, the screenshots and the benchmarks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ROOT = Path(__file__).parent.parent.parent
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = '#player[data-ready="true"]'
DRAWN = """() => [...document.querySelectorAll('.plot')]
  .filter((plot) => plot.clientWidth && plot.checkVisibility()).every((plot) => plot.querySelector('.main-svg'))"""
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 400, "height": 860}
PATIENCE_S = 60  # for a server beside other work on the same cores


@dataclass
class App:
    """A running `python app.py`."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    served_s: float  # from the start of the process until it answered

    def health(self) -> dict[str, Any]:
        return httpx.get(f"{self.url}/healthz", timeout=10).raise_for_status().json()


@contextmanager
def serving(*flags: str, program: tuple[str, ...] = (), port: int | None = None, **variables: str) -> Iterator[App]:
    """A server on a port of 127.0.0.1, a free one unless it is named, with runs of its own; its log is shown if it does not start, and
    it must end by itself when asked to.

    `program`: a module of the tests in place of `app.py`, and what follows the port; `variables` of its environment.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "app.log"
        port = port or free_port()
        own = {"GRADIO_ANALYTICS_ENABLED": "False", "PYTHONUNBUFFERED": "1", "PLAYGROUND_RUNS": f"{folder}/runs"}
        environment = {**os.environ, **own, **variables}
        usual = ["app.py", "--host", "127.0.0.1", "--port", str(port)]
        command = [sys.executable, *(["-m", program[0], str(port), *program[1:]] if program else usual), *flags]
        start = time.monotonic()
        with log.open("wb") as sink:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_served(url, process, log)
            yield App(url, process, log, time.monotonic() - start)
        except BaseException as error:
            error.add_note(f"app.py said:\n{log.read_text()[-4000:]}")
            raise
        finally:
            end(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_served(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"app.py ended with {process.returncode}:\n{log.read_text()}")
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/healthz", timeout=5).status_code == 200:
                return
        time.sleep(0.02)
    raise RuntimeError(f"app.py did not serve within {PATIENCE_S} s:\n{log.read_text()}")


def end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, or the one that Playwright brought."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


def launch(playwright: Playwright) -> Browser:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


def wait_ready(page: Page) -> None:
    """Until the first live trace stands."""
    page.wait_for_selector(READY, state="attached")


def wait_drawn(page: Page) -> None:
    """Until every chart in sight is drawn too; the network never falls silent, since Gradio keeps a connection open."""
    page.wait_for_function(DRAWN)
