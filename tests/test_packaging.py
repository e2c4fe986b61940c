"""`pip install .` brings everything: the package, what the page is made of, the shipped runs, and a command that serves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
NEEDED = ("playground", "checkpoints", "app.py", "setup.py", "pyproject.toml", "requirements.txt", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with what a wheel of this checkout would install."""
    folder = tmp_path_factory.mktemp("wheel")
    source, site = folder / "source", folder / "site"
    source.mkdir()
    for name in NEEDED:
        if (HERE / name).is_dir():
            shutil.copytree(HERE / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(HERE / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(source)], check=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    yield site
    shutil.rmtree(folder)


def python(site: Path, *arguments: str) -> str:
    """Run in another folder, where nothing but the wheel's content is found."""
    away = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=site.parent, env=away, capture_output=True, text=True, timeout=120, check=True
    ).stdout


def files(folder: Path, *patterns: str) -> set[str]:
    return {path.relative_to(folder).as_posix() for pattern in patterns for path in folder.rglob(pattern)}


def test_the_wheel_holds_the_package_and_the_shipped_runs(site: Path) -> None:
    code = files(HERE / "playground", "*.py", "*.js", "*.css")
    assert files(site / "playground", "*.py", "*.js", "*.css") == code
    assert files(site / "playground" / "checkpoints", "*.safetensors") == files(HERE / "checkpoints", "*.safetensors")
    assert (site / "playground" / "checkpoints" / "cards.json").exists(), "what the gallery shows"
    assert {path.name for path in site.iterdir() if path.suffix != ".dist-info"} == {"playground", "encoder_decoder_playground"}
    assert files(site / "encoder_decoder_playground", "*") == {"app.py"}
    others = {path.suffix for path in (site / "playground").rglob("*") if path.is_file()} - {".py", ".js", ".css", ".safetensors", ".json"}
    assert not others


def test_an_installed_playground_has_its_runs_from_any_folder(site: Path) -> None:
    script = "import playground as p; print(p.__file__, p.load('attention_seq2seq', 'reverse').explore('314').output); "
    script += "print(len(p.api.load_film('attention_seq2seq', 'reverse')) > 2)"
    assert python(site, "-c", script).splitlines() == [f"{site / 'playground' / '__init__.py'} 4 1 3", "True"]


def test_the_command_serves(site: Path) -> None:
    (told,) = site.glob("*.dist-info/entry_points.txt")
    assert "encoder-decoder-playground = encoder_decoder_playground.app:main" in told.read_text()
    script = "from encoder_decoder_playground.app import main; import sys; sys.argv = ['encoder-decoder-playground', '--help']; main()"
    assert python(site, "-c", script).startswith("usage: encoder-decoder-playground ")
