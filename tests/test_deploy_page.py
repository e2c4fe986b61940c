"""The commands of docs/deploy.md as they stand there; only ports and addresses are others, and what pip would install is there already."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.driving import end, free_port, wait_until_served
from tests.elsewhere import ROOT
from tests.ray_head import LOCAL, Head

PAGE = (ROOT / "docs" / "deploy.md").read_text()


def lines(what: str) -> list[str]:
    (block,) = re.findall(rf"```sh {what}\n(.*?)```", PAGE, re.S)
    return block.splitlines()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy with the environment that the page has one make; of its own packages it has those of the tests."""
    folder = tmp_path_factory.mktemp("checkout") / "here"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "node_modules", "__pycache__", "tests", "benchmarks"))
    subprocess.run(lines("laptop")[0], shell=True, check=True, cwd=folder, env=environment(), timeout=240)
    (site,) = (folder / ".venv").rglob("site-packages")
    (site / "of_the_tests.pth").write_text(sysconfig.get_path("purelib"))
    yield folder
    shutil.rmtree(folder)


def environment(**variables: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "GRADIO_ANALYTICS_ENABLED": "False", **variables}


def run(line: str, checkout: Path) -> str:
    """Of a command that ends."""
    return subprocess.run(line, shell=True, check=True, cwd=checkout, env=environment(), timeout=240, capture_output=True, text=True).stdout


def installed(told: str) -> set[str]:
    """Packages that pip says it has brought."""
    return {name.rsplit("-", 1)[0] for line in re.findall(r"^Successfully installed (.*)$", told, re.M) for name in line.split()}


def serves(line: str, checkout: Path, folder: Path, port: int, **variables: str) -> None:
    log = folder / "log"
    own = environment(PLAYGROUND_RUNS=str(folder / "runs"), **variables)
    with log.open("wb") as sink:
        process = subprocess.Popen(f"exec env {line}", shell=True, cwd=checkout, env=own, stdout=sink, stderr=subprocess.STDOUT)
    try:
        wait_until_served(f"http://127.0.0.1:{port}", process, log)
        assert "Encoder–Decoder Playground" in httpx.get(f"http://127.0.0.1:{port}").text
    finally:
        end(process)
    assert "Traceback" not in log.read_text()


def test_on_a_laptop(checkout: Path, tmp_path: Path) -> None:
    _, install, start = lines("laptop")
    assert installed(run(install, checkout)) <= {"pip", "setuptools"}, "which a new environment has of its own"
    port = free_port()
    serves(start, checkout, tmp_path, port, GRADIO_SERVER_PORT=str(port))


def test_in_a_classroom(checkout: Path, tmp_path: Path) -> None:
    (start,) = lines("classroom")
    port = free_port()
    serves(start.replace("0.0.0.0", "127.0.0.1").replace("8000", str(port)), checkout, tmp_path, port)


def test_with_ray(checkout: Path, tmp_path: Path) -> None:
    install, head_line, start = lines("ray")
    assert not installed(run(install, checkout))
    knows_options(head_line, f"{Path(sys.executable).parent}/ray start --help")
    with tempfile.TemporaryDirectory(prefix="ray") as folder:  # sockets need a short path
        head = Head(Path(folder))
        head.start()
        port = free_port()
        try:
            line = start.replace("6379", str(head.port))
            serves(line, checkout, tmp_path, port, GRADIO_SERVER_PORT=str(port), **LOCAL)
        finally:
            head.kill()


def test_hugging_faces_tool_knows_what_it_is_asked() -> None:
    (line,) = lines("space")
    knows_options(line, f"{Path(sys.executable).parent}/hf upload --help")


def knows_options(line: str, asked_for_help: str) -> None:
    known = run(asked_for_help, ROOT)
    options = set(re.findall(r"--[a-z-]+", line))
    assert options and all(option in known for option in options), options


def test_the_container_is_run_as_its_file_says() -> None:
    """There is no daemon here; its steps are done by `test_container`."""
    build, start = lines("container")
    told = (ROOT / "Containerfile").read_text()
    assert "-f Containerfile ." in build and "-t playground" in build
    assert f"-p {re.findall(r'EXPOSE (.*)', told)[0]}:" in start and f":{re.findall(r'VOLUME (.*)', told)[0]} " in start


def test_what_is_not_run_is_marked() -> None:
    """Every box is asked for by a test; those that none can run have the words before or after them."""
    boxes = re.findall(r"^```(.+)$", PAGE, re.M)
    run_here = {"sh laptop", "sh classroom", "sh ray", "nginx root", "nginx path", "caddy root", "caddy path"}
    assert set(boxes) == run_here | {"sh space", "sh container"}
    for box in ("sh space", "sh container"):
        section = PAGE[PAGE.rindex("\n## ", 0, PAGE.index(f"```{box}")) : PAGE.index(f"```{box}")]
        assert "**Not run**" in section
