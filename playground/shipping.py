"""Train every pair's first preset and write it to checkpoints/: `make checkpoints`.

A shipped checkpoint is a finished run on disk, written by the same code that saves a visitor's run. The table in
checkpoints/README.md is written along with them. `python -m playground.shipping vae-digits …` makes only those anew, and
leaves the table as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import replace

from . import api, tasks
from .experiments.pca_baseline import pca_error
from .presets import PRESETS

TABLE = """# Shipped runs

Written by `make checkpoints`: each is the first preset of its pair, trained with seed 0 by the code in this repository.
Data: digit strings and strokes are generated; `digits` are scikit-learn's (E. Alpaydin and C. Kaynak, UCI, CC BY 4.0).
Weights: Apache-2.0, like the code. Seconds are CPU seconds of training on the machine they were made on.

| architecture | task | preset | seed | steps | CPU s | held-out score | trivial baseline | size |
|---|---|---|---|---|---|---|---|---|
"""


def main(chosen: Collection[str] = ()) -> None:
    """All pairs, or those named as their files are."""
    api.SHIPPED.mkdir(exist_ok=True)
    pairs = {pair: presets for pair, presets in PRESETS.items() if not chosen or "-".join(pair) in chosen}
    rows = []
    for (architecture, task), presets in pairs.items():
        run = api.train(architecture, task, preset=presets[0].name, device="cpu")
        metrics = {**run.metrics, **_pca(run)}
        checkpoint = replace(run.checkpoint, metrics=metrics, projections=run.projections)
        path = api.Run(checkpoint).save(api.shipped_path(architecture, task))
        score = ", ".join(f"{name} {value:.4f}" for name, value in metrics.items() if name != "loss")
        size = f"{path.stat().st_size / 1e3:,.0f} kB"
        baseline = _baseline(run.task)
        rows.append(
            f"| {architecture} | {task} | {presets[0].name} | {run.recipe.seed} | {run.recipe.training.steps} "
            f"| {run.train_seconds:.1f} | {score} | {baseline} | {size} |"
        )
        print(rows[-1], file=sys.stderr)
    if len(pairs) == len(PRESETS):
        (api.SHIPPED / "README.md").write_text(TABLE + "\n".join(rows) + "\n")


def _pca(run: api.Run) -> dict[str, float]:
    if run.task.kind != "picture":
        return {}
    return {"pca_mse": pca_error(run.recipe.task, int(dict(run.recipe.model_options)["code"]))}


def _baseline(task: tasks.Task) -> str:
    """What guessing without looking scores."""
    if isinstance(task, tasks.PictureTask):
        mean = task.pictures("train")[0].mean(0)
        return f"mean picture, mse {float((task.pictures('held_out')[0] - mean).square().mean()):.4f}"
    if isinstance(task, tasks.TextTask) and task.baseline is not None:
        return f"{task.baseline[0]}, exact match {task.baseline[1]:.4f}"
    return "guessing evenly, exact match 0.0000"


if __name__ == "__main__":
    main(sys.argv[1:])
