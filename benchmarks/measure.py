"""What all benchmarks share: a row of the table, one thread, the machine's name, and honest statistics."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import torch

from playground.training.recipes import Recipe
from playground.training.stepper import Stepper
from playground.training.trainer import new_model, pick_precision


@dataclass(frozen=True)
class Row:
    """One line of the table. `holds` is None where there is no bar, only a figure."""

    what: str
    measured: str
    bar: str = ""
    holds: bool | None = None

    def markdown(self) -> str:
        verdict = {None: "", True: "✓", False: "✗"}[self.holds]
        return f"| {self.what} | {self.measured} | {self.bar} | {verdict} |"


HEADER = "| what | measured | bar | holds |\n|---|---|---|---|"


def machine() -> str:
    """CPU model, cores, load, date and versions: a figure without its machine says nothing."""
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{cpu()}, {os.cpu_count()} cores{load}, {date.today():%d %B %Y}, Python {platform.python_version()}, torch {torch.__version__}"


def cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def bare_stepper(recipe: Recipe, steps: int) -> Stepper:
    """The training steps of a recipe and nothing else, in the precision that `train` would take on this CPU."""
    device = torch.device("cpu")
    settled = recipe.settled(steps=steps, precision=pick_precision(recipe.training.precision, device))
    return Stepper(new_model(settled), settled.build_task(), settled.training, settled.seed, device)


def spread(values: Sequence[float], unit: str = "s", digits: int = 2) -> str:
    """Smallest, median and largest."""
    low, middle, high = min(values), statistics.median(values), max(values)
    after = f" {unit}" if unit else ""
    return f"{middle:.{digits}f}{after} (min {low:.{digits}f}, max {high:.{digits}f}, n = {len(values)})"


def quantile(values: Iterable[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
