"""What `explore` is asked from Python: inputs, edits, forced tokens, strategies, conditions, one or several of them odd."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from playground import api
from playground.inference.decoding import Beam, Greedy, Sample
from playground.storage.run import Run
from playground.tracing import OPS, Edit

from . import RUNS, Case, mutations


def explored(draw: Random) -> Iterator[Case]:
    """What `explore` is asked from Python: inputs, edits, forced tokens, strategies, conditions, one or several of them odd."""
    every = [(run := api.load(*pair), run.task.first().model_input(run.task)) for pair in RUNS]
    sites = {run: list(run.explore(given)) for run, given in every}
    while True:
        run, given = draw.choice(every)
        asked: dict[str, Any] = {}
        if draw.random() < 0.6:
            seed = draw.random()
            asked["edits"] = lambda run=run, seed=seed: [_edit(Random(seed), sites[run]) for _ in range(1 + (seed < 0.2))]
        if draw.random() < 0.3:
            asked["forced"] = _mapping(draw, run)
        if draw.random() < 0.3:
            kind, seed = draw.choice((Greedy, Sample, Beam)), draw.random()
            asked["strategy"] = lambda kind=kind, seed=seed: kind(**_changes(Random(seed), kind))
        if draw.random() < 0.1:
            asked["condition"] = mutations.changed(draw, 3)
        read = mutations.changed(draw, given) if isinstance(given, str) and draw.random() < 0.3 else given
        about = f"{run.recipe.architecture}·{run.recipe.task} {read if isinstance(read, str) else ''!r:.60} {asked!r:.160}"
        yield Case(about, lambda run=run, read=read, asked=asked: _explore(run, read, asked))


def _explore(run: Run, given: Any, asked: dict[str, Any]) -> None:
    """Edits and strategies are made within the case: to refuse them is half of it."""
    run.explore(given, **{name: part() if callable(part) else part for name, part in asked.items()})


def _edit(draw: Random, sites: list[str]) -> Edit:
    site = draw.choice([*sites, "*", "decoder.*", "encoder.*"]) if draw.random() < 0.9 else mutations.value(draw)
    op = draw.choice(OPS[:4]) if draw.random() < 0.9 else draw.choice((OPS[4], mutations.value(draw)))
    number = draw.choice((0, 1, -1, 0.5, 1e38, 3e38)) if draw.random() < 0.8 else draw.choice(([0.1] * 8, mutations.value(draw)))
    return Edit(site, op, number, None if draw.random() < 0.7 else draw.choice(((0,), (0, 1), [2], mutations.value(draw))))


def _mapping(draw: Random, run: Run) -> Any:
    if draw.random() < 0.2:
        return mutations.value(draw)
    words = [*getattr(run.task, "classes", ()), "end"]
    return {draw.choice((0, 1, 2, 5, -1, 99)): draw.choice(words) if draw.random() < 0.8 else mutations.value(draw) for _ in range(2)}


def _changes(draw: Random, kind: Any) -> dict[str, Any]:
    """Arguments of a strategy, odd or not."""
    usual: dict[Any, dict[str, Any]] = {Greedy: {}, Sample: {"temperature": 0.8, "top_k": 3, "seed": 1}, Beam: {"width": 3}}
    return {name: mutations.changed(draw, one) if draw.random() < 0.4 else one for name, one in usual[kind].items()}
