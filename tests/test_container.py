"""The Containerfile, step by step without a container: its lines are read out of it and done in a clean folder.

The image's packages are those of this environment: pip says whether they are what is asked for, and installs nothing.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import httpx
import pytest

from tests.browser.driving import end, free_port, wait_until_served
from tests.elsewhere import ROOT, enterable, own_folder, python_of_theirs, read_only, without_rights, writable

LINES = [line for line in (ROOT / "Containerfile").read_text().splitlines() if line and not line.startswith("#")]
STEPS = [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in LINES]
IGNORED = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line]


@dataclass
class Image:
    """A folder that stands for the root of a container."""

    root: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0"
    volume: str = ""

    def path(self, name: str) -> Path:
        return self.root / (name if name.startswith("/") else f"{self.workdir}/{name}").lstrip("/")

    def inside(self, text: str) -> str:
        """With this folder for the root, a free port of loopback, and without installing."""
        text = (
            re.sub(r"(?<![\w./])(/app|/data|/tmp)\b", rf"{self.root}\1", text)
            .replace("7860", str(self.port))
            .replace("0.0.0.0", "127.0.0.1")
        )
        return text.replace("pip install", "pip install --dry-run --no-index --quiet")

    def run(self, command: str | list[str], user: str = "0", **options: object) -> subprocess.Popen[bytes]:
        words = ["/bin/sh", "-c", self.inside(command)] if isinstance(command, str) else [self.inside(word) for word in command]
        uid = int(user.split(":")[0])
        python, packages = python_of_theirs() if uid else (sys.executable, {})
        (commands := self.root / f"bin-{uid}").mkdir(exist_ok=True)
        if not (commands / "python").exists():
            (commands / "python").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
            (commands / "python").chmod(0o755)
        path = f"{commands}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, **packages, **{name: self.inside(value) for name, value in self.environment.items()}}
        prefix = without_rights(user=uid) if uid else []
        return subprocess.Popen([*prefix, *words], cwd=self.path("."), env=environment, **options)  # type: ignore[call-overload,no-any-return]


def arguments(what: str) -> list[str]:
    return [rest for step, rest in STEPS if step == what]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    image = Image(enterable(tmp_path_factory.mktemp("image")), free_port())
    own_folder(image.root / "tmp")
    for step, rest in STEPS:
        match step:
            case "ARG" | "ENV":
                image.environment |= dict(word.split("=", 1) for word in shlex.split(rest))
            case "WORKDIR":
                image.workdir = rest
                image.path(".").mkdir(parents=True, exist_ok=True)
            case "COPY":
                *sources, to = rest.split()
                for source in sources:
                    copy(source, image.path(to))
            case "RUN":
                assert image.run(rest, image.user).wait(240) == 0, rest
            case "USER":
                image.user = rest
            case "VOLUME":
                image.volume = rest
    read_only(image.root / "app")
    yield image
    writable(image.root / "app")
    shutil.rmtree(image.root)


def copy(source: str, to: Path) -> None:
    here = ROOT / source
    assert f"!{source.rstrip('/')}" in IGNORED, f"{source} is not sent to the builder"
    if here.is_dir():
        patterns = [pattern.removeprefix("**/") for pattern in IGNORED if pattern.startswith("**/")]
        shutil.copytree(here, to, ignore=lambda folder, names: [n for n in names if any(fnmatch(n, p) for p in patterns)])
    else:
        shutil.copy(here, to / here.name)


def test_only_what_runs_is_in_it(image: Image) -> None:
    app = image.root / "app"
    assert {path.name for path in app.iterdir()} - {"__pycache__"} == {pattern[1:] for pattern in IGNORED if pattern.startswith("!")}
    mine = {path.relative_to(ROOT) for path in (ROOT / "playground").rglob("*") if path.suffix in (".py", ".js", ".css")}
    assert mine == {path.relative_to(app) for path in (app / "playground").rglob("*") if path.suffix in (".py", ".js", ".css")}
    assert sum(path.stat().st_size for path in app.rglob("*") if path.is_file()) < 40e6, "beside Python and its packages"


def test_it_starts_from_the_python_that_is_named(image: Image) -> None:
    assert arguments("FROM") == ["python:3.11-slim"]
    assert (image.user, image.volume, arguments("EXPOSE")) == ("1000:1000", "/data", ["7860"])
    kept = {image.environment[name] for name in ("PLAYGROUND_RUNS", "PLAYGROUND_PAIRS")}
    assert all(folder.startswith(f"{image.volume}/") for folder in kept) and len(kept) == 2


def test_it_serves_without_rights_from_files_that_nobody_writes_and_its_health_is_seen(image: Image, tmp_path: Path) -> None:
    (start,), (check,) = (arguments(what) for what in ("CMD", "HEALTHCHECK"))
    health = json.loads(check.split("CMD", 1)[1])
    assert image.run(health, image.user, stderr=subprocess.DEVNULL).wait(60) != 0, "nothing serves yet"
    before = {path: path.stat().st_mtime_ns for path in (image.root / "app").rglob("*")}
    log = tmp_path / "log"
    with log.open("wb") as sink:
        process = image.run(json.loads(start), image.user, stdout=sink, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{image.port}"
        wait_until_served(url, process, log)
        assert image.run(health, image.user).wait(60) == 0
        assert "Encoder–Decoder Playground" in httpx.get(url).text
        if without_rights():
            assert f"Uid:\t{image.user.split(':')[0]}\t" in Path(f"/proc/{process.pid}/status").read_text()
        assert (image.root / "data" / "runs").is_dir(), "on the volume"
    finally:
        end(process)
    assert process.returncode == 0 and "Traceback" not in log.read_text()
    assert before == {path: path.stat().st_mtime_ns for path in (image.root / "app").rglob("*")}
