"""The page's modules: rooms that import downwards only, checked types, one writer for whatever is shared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WEB = ROOT / "playground" / "app" / "web"
ORDER = ("core", "shell", "charts", "picture")  # from the ground up; every other room stands on all of them, beside the rest
SIBLINGS, LINES = 12, 300

MODULES = {path.relative_to(WEB).as_posix(): path.read_text() for path in sorted(WEB.rglob("*.js"))}


def imports(name: str) -> list[str]:
    found = re.findall(r"^(?:import|export) (?:[^;'\"]*? from )?'([^']+)';", MODULES[name], re.MULTILINE)
    return [os.path.normpath(f"{Path(name).parent}/{to}") for to in found]


def room(name: str) -> str:
    return name.partition("/")[0]


def test_every_import_leads_to_a_module() -> None:
    assert all(to in MODULES for name in MODULES for to in imports(name))
    assert sum(len(imports(name)) for name in MODULES) > 200  # they were found at all


def test_no_modules_import_each_other() -> None:
    list(TopologicalSorter({name: imports(name) for name in MODULES}).static_order())


@pytest.mark.parametrize("name", MODULES)
def test_a_room_imports_only_what_lies_below_it(name: str) -> None:
    own = room(name)
    below = ORDER[: ORDER.index(own)] if own in ORDER else ORDER
    assert {room(to) for to in imports(name)} <= {own, *below}


def test_rooms_and_files_are_small() -> None:
    for folder in (path for path in WEB.rglob("*") if path.is_dir()):
        assert len(list(folder.glob("*.js"))) <= SIBLINGS, folder
    for path in WEB.rglob("*.*"):
        assert len(path.read_text().splitlines()) <= LINES, path


def test_every_signal_has_the_one_writer_that_it_names() -> None:
    named = re.findall(r"Written by (\S+?)\.(?:(?!\*/).)*\*/\s*export const (\w+) = new Signal", MODULES["core/state.js"], re.DOTALL)
    signals = re.findall(r"export const (\w+) = new Signal", MODULES["core/state.js"])
    writers = {signal: [name for name, text in MODULES.items() if re.search(rf"\bstate\.{signal}\.value = ", text)] for signal in signals}
    assert writers == {signal: [f"{writer}.js"] for writer, signal in named}


def test_every_command_is_handled_once() -> None:
    commands = re.findall(r"export const (\w+) = new Command", MODULES["core/state.js"])
    text = "\n".join(MODULES.values())
    assert [len(re.findall(rf"\bstate\.{command}\.handle\(", text)) for command in commands] == [1] * len(commands)


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """What `make check` runs on the page's modules, with the tools that `make test` brings."""
    path = f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}"
    return subprocess.run(["npm", "run", "--silent", "check"], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("export const wrong = signed('a number');\n", "TS2345"),
        (f"// {'a comment that goes on and on, ' * 5}and on\n", "a comment that goes on"),
    ],
    ids=["type", "line"],
)
def test_what_is_wrong_fails_the_check(tmp_path: Path, planted: str, told: str) -> None:
    for name in ("package.json", "tsconfig.json", "biome.json"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(WEB, tmp_path / "playground" / "app" / "web")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    module = tmp_path / "playground" / "app" / "web" / "core" / "numbers.js"
    module.write_text(f"{module.read_text()}\n{planted}")
    checked = check(tmp_path)
    assert checked.returncode != 0
    assert told in checked.stdout + checked.stderr
