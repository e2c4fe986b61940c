"""The house: which rooms there are, who may import whom, and that README's map tells the same.

A room is a folder or a module at the top of the package. Imports go to the left in `ORDER`, and only along the edges of `EDGES`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import playground

PACKAGE = Path(playground.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
ORDER = (
    "errors", "glossary", "options", "catalogue",
    "vocabulary", "disk", "wire", "tracing", "processes", "runs", "classroom", "tasks", "models", "inference",
    "training", "storage", "experiments", "codegen", "views", "papers", "api", "lessons", "__init__", "tools", "app",
)  # fmt: skip
GROUND = {"errors", "glossary", "options", "catalogue", "vocabulary", "disk", "wire", "tracing", "processes"}  # anybody may stand on it
EDGES = {
    "classroom": {"runs"},
    "models": {"tasks"},
    "inference": {"models", "tasks"},
    "training": {"inference", "models", "runs", "tasks"},
    "storage": {"inference", "runs", "tasks", "training"},
    "experiments": {"inference", "models", "storage", "tasks", "training"},
    "codegen": {"inference", "models", "tasks", "training"},
    "views": {"codegen", "experiments", "inference", "models", "tasks"},
    "papers": {"experiments", "inference", "models", "runs", "storage", "tasks", "training", "views"},
    "api": {"codegen", "experiments", "models", "runs", "storage", "tasks", "training", "views"},
    "lessons": {"api", "classroom", "experiments", "models", "papers", "storage"},
    "__init__": {"api", "experiments", "inference", "lessons", "papers", "tasks"},
    "tools": {"api", "experiments", "lessons", "models", "papers", "runs", "storage", "tasks", "training"},
    "app": {
        "api",
        "classroom",
        "codegen",
        "experiments",
        "inference",
        "lessons",
        "models",
        "papers",
        "runs",
        "storage",
        "tasks",
        "training",
        "views",
    },
}
LAZY = {"views", "codegen"}  # `api` reaches them when a figure or a script is asked for
ALONE = {"gradio": ("app",), "plotly": ("views", "app")}  # who may import what is slow to load
LONGEST = 300  # lines; what is longer is two things
DATA = {"training/presets.py", "glossary.py"}
SIBLINGS = 12
WIDE = {"tasks", "models"}  # rooms of one kind of thing, a file each


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Modules of this package that a file imports at run time, inside functions too, dotted from the package; packages' own names last."""
    return tuple(dict.fromkeys(_imported(path)))


def _imported(path: Path) -> Iterator[str]:
    tree, here = ast.parse(path.read_text()), path.relative_to(PACKAGE.parent).parts[:-1]
    for_checkers = {
        id(n) for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test) for n in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_checkers:
            continue
        if isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level + 1], *(node.module or "").split(".")] if node.level else (node.module or "").split(".")
            whole = ".".join(part for part in base if part)
            for alias in node.names:
                yield from _inside(f"{whole}.{alias.name}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _inside(alias.name)


def _inside(dotted: str) -> Iterator[str]:
    """The module of this package that a dotted name stands for or in, from the package on."""
    parts = dotted.split(".")
    if parts[0] != PACKAGE.name:
        return
    for end in range(len(parts), 1, -1):
        place = PACKAGE.joinpath(*parts[1:end])
        if place.with_suffix(".py").is_file():
            yield ".".join(parts[1:end])
            return
        if (place / "__init__.py").is_file():
            yield ".".join([*parts[1:end], "__init__"])
            return


def room(module: str) -> str:
    return module.split(".")[0]


def name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_imports_go_down_along_listed_edges(path: Path) -> None:
    here = room(name(path))
    assert here in ORDER, f"{here} has no place in the house yet: give it one here and in README's map"
    for there in {room(module) for module in imported(path)} - {here} - (GROUND if here not in GROUND else set()):
        assert ORDER.index(there) < ORDER.index(here), f"{name(path)} imports {there}, which is above it"
        assert here in GROUND or there in EDGES.get(here, ()), f"{here} → {there} is a new edge: think, then list it here"


def test_no_listed_edge_is_unused() -> None:
    used = {(room(name(path)), room(module)) for path in FILES for module in imported(path)}
    assert not {(here, there) for here, those in EDGES.items() for there in those} - used


def test_no_module_imports_itself_round_about() -> None:
    """Packages' `__init__` list what is in them, so a module that takes a name from its own package is no circle."""
    graph = {name(path): {m for m in imported(path) if m != name(path) and not _own_package(m, name(path))} for path in FILES}
    for module in [m for m in graph if m.endswith("__init__")]:
        graph[module] = (
            {m for m in graph[module] if not m.startswith(module.removesuffix("__init__"))} if module != "__init__" else graph[module]
        )
    try:
        TopologicalSorter(
            {m: those - ({"views.__init__", "codegen.__init__"} if m == "api" else set()) for m, those in graph.items()}
        ).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' → '.join(error.args[1])}")


def _own_package(module: str, of: str) -> bool:
    return module.endswith("__init__") and of.startswith(module.removesuffix("__init__"))


def test_slow_libraries_stay_in_their_rooms() -> None:
    for path in FILES:
        for node in ast.parse(path.read_text()).body:
            asked = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for library, rooms in ALONE.items():
                assert room(name(path)) in rooms or not any(a.split(".")[0] == library for a in asked), f"{name(path)} imports {library}"


def test_rooms_and_files_stay_small() -> None:
    for path in FILES:
        lines = len(path.read_text().splitlines())
        assert lines <= LONGEST or path.relative_to(PACKAGE).as_posix() in DATA, f"{name(path)} has {lines} lines: what is two things?"
    for folder in {path.parent for path in FILES} - {PACKAGE}:
        here = folder.relative_to(PACKAGE).as_posix()
        count = sum(path.parent == folder and path.stem != "__init__" for path in FILES) + sum(
            (p / "__init__.py").is_file() for p in folder.iterdir()
        )
        assert count <= SIBLINGS or here in WIDE, f"{here}/ has {count} siblings: does it want rooms?"


def test_the_map_of_the_readme_is_the_house() -> None:
    text = (PACKAGE.parent / "README.md").read_text()
    block = re.search(r"## Map\n+```\n(.*?)```", text, re.S)
    assert block, "README has no map"
    told = set(re.findall(r"\b([a-z_]+(?:\.py|/))", block[1]))
    there = {p.name if p.is_file() else f"{p.name}/" for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()}
    assert not there - {"__init__.py"} - told, "not on the map"
    paths = [
        p for pattern in ("*.py", "*/") for p in PACKAGE.parent.rglob(pattern) if ".venv" not in p.parts and "node_modules" not in p.parts
    ]
    names = {p.name if p.is_file() else f"{p.name}/" for p in paths}
    assert not told - names, "on the map and nowhere else"


def test_no_two_test_files_are_called_alike() -> None:
    """pytest takes them for one module, whichever folders they stand in."""
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert len(set(names)) == len(names), sorted(name for name in set(names) if names.count(name) > 1)
