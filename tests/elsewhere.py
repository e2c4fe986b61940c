"""This checkout as it stands on another machine: a copy that nobody may write, and somebody without rights who runs it."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
USER = 1000


def without_rights(*, user: int = USER) -> list[str]:
    """What a command begins with to run as this user; nothing where the tests themselves have no rights to give away."""
    if os.name == "nt" or os.getuid() != 0 or shutil.which("setpriv") is None or reachable_python() is None:
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]


def python_of_theirs() -> tuple[str, dict[str, str]]:
    """A Python that they can start, and what has to be in its environment to find the packages of this one."""
    python = reachable_python() if without_rights() else sys.executable
    return python or sys.executable, {} if python == sys.executable else {"PYTHONPATH": sysconfig.get_path("purelib")}


@cache
def reachable_python() -> str | None:
    """This Python, or another of its version where this one lies in a folder of root's."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return next((path for path in (sys.executable, f"/usr/local/bin/{name}", f"/usr/bin/{name}") if _reachable(Path(path))), None)


def _reachable(path: Path) -> bool:
    there = path.resolve()
    return there.exists() and all(step.stat().st_mode & 0o001 for step in [there, *there.parents])


def own_folder(path: Path) -> Path:
    """A new folder that is theirs."""
    path.mkdir(parents=True)
    if without_rights():
        os.chown(path, USER, USER)
    return path


def enterable(path: Path) -> Path:
    """Whoever has no rights may pass through the folders of pytest too."""
    for folder in [path, *path.parents]:
        if folder.stat().st_uid == os.getuid() and folder != folder.parent and not folder.stat().st_mode & 0o001:
            folder.chmod(0o711)
    return path


def read_only(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def writable(folder: Path) -> None:
    """So that it can be removed again."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
