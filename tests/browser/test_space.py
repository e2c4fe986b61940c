"""The page as a Hugging Face Space builds and shows it: the README's head, packages, a start without rights, another site's frame."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from playground.runs.executors.zero import REFUSED
from tests.browser import hooks
from tests.browser.conftest import PATIENCE_MS, Watch
from tests.browser.driving import DESKTOP, READY, App, end, free_port, serving, wait_ready, wait_until_served
from tests.elsewhere import ROOT, enterable, own_folder, python_of_theirs, read_only, without_rights, writable

pytestmark = pytest.mark.browser

HEAD = dict(re.findall(r'^(\w+): "?([^"\n]*)"?$', (ROOT / "README.md").read_text().split("---")[1], re.M))
BESIDE = ("uvicorn>=0.14.0", "websockets>=10.4", "spaces")  # what a Space installs together with its own Gradio


def test_the_head_of_the_readme_says_what_the_tests_run_with() -> None:
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), re.M))
    assert HEAD["sdk"] == "gradio" and HEAD["sdk_version"] == pinned["gradio"]
    assert HEAD["python_version"] == "{}.{}".format(*sys.version_info)
    assert (ROOT / HEAD["app_file"]).is_file() and HEAD["suggested_hardware"] == "cpu-basic"


def test_its_packages_go_together(tmp_path: Path) -> None:
    """Resolved by pip from its index, without the constraints that a Space knows nothing of; nothing is installed."""
    report = tmp_path / "report.json"
    pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--disable-pip-version-check", "--report", str(report)]
    asked = ["-r", str(ROOT / "requirements.txt"), f"gradio[oauth,mcp]=={HEAD['sdk_version']}", *BESIDE]
    subprocess.run([*pip, *asked], check=True, timeout=240)
    missing = {item["metadata"]["name"] for item in json.loads(report.read_text())["install"]}
    named = {re.split(r"[<>=]", line)[0] for line in (ROOT / "requirements.txt").read_text().split()}
    assert "spaces" in missing and not missing & named, "of what is installed here nothing would become another version"


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """As a Space starts it, but on loopback and a free port: read only, fresh folders for home and temporary files, no rights."""
    folder = enterable(tmp_path_factory.mktemp("space"))
    shutil.copytree(ROOT, code := folder / "app", ignore=shutil.ignore_patterns(".*", "node_modules", "__pycache__", "*.pyi"))
    read_only(code)
    home, temporary = own_folder(folder / "home"), own_folder(folder / "tmp")
    python, packages = python_of_theirs()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "SPACE_ID": "somebody/playground",
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_SERVER_PORT": str(port := free_port()),
        "PYTHONDONTWRITEBYTECODE": "1",
        **packages,
    }
    log = folder / "log"
    with log.open("wb") as sink:
        command = [*without_rights(), python, HEAD["app_file"]]
        process = subprocess.Popen(command, cwd=code, env=environment, stdout=sink, stderr=subprocess.STDOUT)
    try:
        wait_until_served(f"http://127.0.0.1:{port}", process, log)
        yield App(f"http://127.0.0.1:{port}", process, log, 0.0)
    finally:
        end(process)
        writable(code)
    assert "Traceback" not in log.read_text()
    shutil.rmtree(folder)


@pytest.fixture
def frame(space: App) -> Iterator[str]:
    """A page of another site that shows the Space inside a frame."""

    class Outside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(f'<iframe src="{space.url}/{hooks.REVERSE}" width="1400" height="850"></iframe>'.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"  # another site than 127.0.0.1
    server.shutdown()
    server.server_close()


def test_inside_a_frame_of_another_site_it_answers_and_trains(space: App, frame: str, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(space.url)
    page = context.new_page()
    watch.over(page)
    page.goto(frame)
    page.frame_locator("iframe").locator(READY).wait_for(state="attached")
    inside: Any = page.frames[1]
    hooks.type_source(inside, "2 7 1")
    hooks.expect_output(inside, "1 7 2")
    inside.get_by_role("radio", name="60 s").check()  # a run that a busy machine does not see the end of before it is stopped
    inside.locator("#train").click()
    hooks.expect_state(inside, "training")
    inside.locator("#stop").click()
    hooks.expect_state(inside, "stopped")
    faults = [fault for fault in watch.faults if frame not in fault]
    assert not faults, "\n".join(faults)
    context.close()


def test_on_zero_gpu_a_refusal_is_told_and_the_run_goes_on(browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, extra_http_headers={"X-IP-Token": "ada"})  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    with serving(program=("tests.zero_app",)) as app:
        page = context.new_page()
        page.goto(f"{app.url}/?architecture=attention_seq2seq&task=copy&model.hidden=16&training.steps=40")
        wait_ready(page)
        told = page.locator("#training-monitor, .monitor").get_by_text(REFUSED)
        page.locator("#train").click()
        hooks.expect_state(page, "done")
        expect(told).to_be_visible()
        expect(page.locator(".toast-body")).to_have_count(0)
        page.locator("#train").click()
        hooks.expect_state(page, "done")
        expect(told).to_be_hidden()
        asked = re.findall(r"asked for (\d+) s by (\w+)", app.log.read_text())
        assert [who for _, who in asked] == ["ada", "ada"] and all(15 <= int(seconds) <= 120 for seconds, _ in asked)
    context.close()
