"""What a wheel holds besides what pyproject.toml says: the shipped runs and `app.py`, which lie beside the package here."""

from __future__ import annotations

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

COMMAND, RUNS = "encoder_decoder_playground", "playground.checkpoints"


class Build(build_py):
    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Of the modules in this folder, `app` alone."""
        return [found for found in super().find_package_modules(package, package_dir) if package != COMMAND or found[1] == "app"]


setup(
    cmdclass={"build_py": Build},
    packages=[*find_packages(include=["playground*"]), RUNS, COMMAND],
    package_dir={RUNS: "checkpoints", COMMAND: "."},
    package_data={
        "playground": ["**/*.js", "**/*.css", "papers/kept/*.json"],
        RUNS: ["*.safetensors", "cards.json", "trade.json", "film/*.safetensors"],
    },
    exclude_package_data={"": ["*.pyi"]},
    include_package_data=False,
)
