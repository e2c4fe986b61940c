"""Train every pair's first preset and write it to checkpoints/: `make checkpoints`.

A shipped checkpoint is a finished run on disk, written by the same code that saves a visitor's run. The table in
checkpoints/README.md is written along with them. `python -m playground.tools.shipping vae-digits …` makes only those anew, and
leaves the table as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from safetensors.torch import load as load_tensors

from .. import api
from ..experiments.pca_baseline import pca_error
from ..models import Autoencoder
from ..runs.events import Snapshot
from ..storage.checkpoints import save_film
from ..tasks import HeldOut
from ..training.presets import PRESETS
from . import cards

SAID = ("loss", "inputs", "low", "high")  # otherwise, or not at all
FILM_BYTES = 0.85e6
FILMED = {  # a film each, of the smallest models: the folder stays within its 25 MB
    ("attention_seq2seq", "reverse"),
    ("transformer", "reverse"),
    ("transformer_decoder", "reverse"),
    ("transformer_encoder", "pronouns"),
    ("pooled_classifier", "sentiment"),
}

TABLE = """# Shipped runs

Written by `make checkpoints`: each is the first preset of its pair, trained with seed 0 by the code in this repository.
Data: digit strings and strokes are generated; `digits` are scikit-learn's (E. Alpaydin and C. Kaynak, UCI, CC BY 4.0).
Weights: Apache-2.0, like the code. Seconds are CPU seconds of training on the machine they were made on.

| architecture | task | preset | seed | steps | CPU s | test score (95 %), on how many inputs | best cheap rule | size |
|---|---|---|---|---|---|---|---|---|
"""


def main(chosen: Collection[str] = ()) -> None:
    """All pairs that are shipped, or those named as their files are; the rows of the others stay in the table."""
    api.SHIPPED.mkdir(exist_ok=True)
    shipped = {pair: presets for pair, presets in PRESETS.items() if presets[0].shipped}
    pairs = {pair: presets for pair, presets in shipped.items() if not chosen or "-".join(pair) in chosen}
    rows = _written()
    for (architecture, task), presets in pairs.items():
        events = list(api.stream(architecture, task, preset=presets[0].name, device="cpu"))
        run = api.collect(events)
        metrics = {**run.metrics, **_pca(run)}
        history = {**run.history, **({"baseline": list(run.task.baseline)} if run.task.baseline else {})}
        checkpoint = replace(run.checkpoint, metrics=metrics, projections=run.projections, history=history)
        path = api.Run(checkpoint).save(api.shipped_path(architecture, task))
        if (architecture, task) in FILMED:
            _save_film(path, [event for event in events if isinstance(event, Snapshot)])
        size = f"{path.stat().st_size / 1e3:,.0f} kB"
        guess, floor = run.task.floor
        row = (
            f"| {architecture} | {task} | {presets[0].name} | {run.recipe.seed} | {run.recipe.training.steps} "
            f"| {run.train_seconds:.1f} | {_scores(metrics)} | {guess}, {next(iter(metrics)).replace('_', ' ')} {floor:.4f} | {size} |"
        )
        print(row, file=sys.stderr)
        rows[architecture, task] = row
    (api.SHIPPED / "README.md").write_text(TABLE + "\n".join(rows[pair] for pair in shipped if pair in rows) + "\n")
    cards.write()


def _scores(metrics: dict[str, float]) -> str:
    """What was measured, with its 95 % interval where it has one, and on how many inputs."""
    told = {name: f"{name.replace('_', ' ')} {value:.4f}" for name, value in metrics.items() if name not in SAID}
    if "low" in metrics:
        told["exact_match"] += f" ({metrics['low']:.3f}–{metrics['high']:.3f})"
    return f"{', '.join(told.values())}; on {metrics['inputs']:,.0f}"


def _written() -> dict[tuple[str, str], str]:
    """The rows of the table as it is, by pair."""
    path = api.SHIPPED / "README.md"
    lines = path.read_text().splitlines() if path.exists() else []
    cells = [(line, [cell.strip() for cell in line.split("|")]) for line in lines if line.startswith("| ")]
    return {(row[1], row[2]): line for line, row in cells if row[1] != "architecture"}


def _save_film(path: Path, snapshots: list[Snapshot]) -> None:
    """As many moments of the training as fit, evenly spread, the first and the last among them."""
    size = len(snapshots[0].weights)  # float16
    count = min(len(snapshots), int(FILM_BYTES // size))
    chosen = {round(i * (len(snapshots) - 1) / (count - 1)) for i in range(count)}
    folder = path.parent / "film"
    folder.mkdir(exist_ok=True)
    save_film(folder / path.name, {snapshots[i].step: load_tensors(snapshots[i].weights) for i in sorted(chosen)})


def _pca(run: api.Run) -> dict[str, float]:
    if not isinstance(run.model, Autoencoder) or HeldOut not in run.task.reads:
        return {}
    return {"pca_mse": pca_error(run.recipe.task, run.model.code_size)}


if __name__ == "__main__":
    main(sys.argv[1:])
