"""What the lab asks of a model: an act to its answer, its effect beside the control, a patch map, two models by length."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from playground import api, compare, models, tasks
from playground.errors import InputError
from playground.experiments.lab.acts import KINDS, Act, offers
from playground.experiments.lab.acts.taken import Taken
from playground.experiments.lab.corrupting import corrupt
from playground.experiments.lab.effect import effect
from playground.runs.executors.inline import one_thread
from playground.storage.run import Run
from playground.tracing import Trace

from .measure import Row, quantile

ROUNDS = 3
EFFECT_MS, ANSWER_MS, MAP_MS = 500.0, 100.0, 1000.0


def rows() -> Iterator[Row]:
    effects, answers, maps, cells = [], [], [], 0
    with one_thread():
        runs = list(_written())
        for run in runs:
            given = run.task.first().model_input(run.task)
            taken, positions = Taken(run), len(run.explore(given).source)
            for act in _acts(taken, positions):
                effects.append(_ms(partial(effect, run, [act], taken=taken)))
                answers.append(_ms(partial(_answer, run, given, act, taken, positions)))
            try:
                other = corrupt(run, run.explore(given).source)
            except InputError:
                continue  # no token of this input is noticed when it changes
            maps.append(_ms(partial(run.patch, given, other)))
            cells = max(cells, run.patch(given, other).recovered.size)
        both = [api.load(architecture, "reverse") for architecture in ("attention_seq2seq", "seq2seq")]
        side_by_side = _ms(partial(compare, *both), rounds=1)
    late = quantile(effects, 0.95)
    yield Row(
        f"an act on 512 held-out inputs beside its control: {len(effects)} acts of {len(runs)} shipped pairs",
        f"{quantile(effects, 0.5):.0f} ms, p95 {late:.0f} ms",
        f"p95 ≤ {EFFECT_MS:g} ms",
        late <= EFFECT_MS,
    )
    late = quantile(answers, 0.95)
    yield Row(
        "an act to its answer, everything traced",
        f"{quantile(answers, 0.5):.1f} ms, p95 {late:.0f} ms",
        f"p95 ≤ {ANSWER_MS:g} ms",
        late <= ANSWER_MS,
    )
    yield Row(
        f"a patch map of up to {cells} cells: {len(maps)} pairs",
        f"{quantile(maps, 0.5):.0f} ms, worst {max(maps):.0f} ms",
        f"≤ {MAP_MS:g} ms",
        max(maps) <= MAP_MS,
    )
    yield Row("two models by length and by heart", f"{side_by_side / 1000:.1f} s")


def _written() -> Iterator[Run]:
    """The shipped runs that write to what is typed."""
    for entry in models.ordered():
        for task in tasks.tasks().values():
            typed = isinstance(tasks.get(task.id)(), tasks.TextTask)
            if typed and entry.kind == "sequence decoder" and api.shipped_path(entry.id, task.id).exists():
                yield api.load(entry.id, task.id)


def _acts(taken: Taken, positions: int) -> Iterator[Act]:
    """One of each kind, at the middle one of the sites that it is offered for."""
    for name, kind in KINDS.items():
        sites = [offer.site for offer in offers(taken.found) if offer.kind == name]
        given = {None: None, "input": taken.another(positions, 0), "seed": 0}[kind.takes]
        if sites:
            place, steps = 0 if kind.placed else None, (0,) if kind.since else None
            yield Act(name, sites[len(sites) // 2], place, kind.usual, steps, given=given)


def _answer(run: Run, given: Any, act: Act, taken: Taken, positions: int) -> Trace:
    return run.explore(given, edits=taken.edits(act, positions))


def _ms(do: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The best of a few: the first one warms up."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        do()
        times.append(1000 * (time.perf_counter() - start))
    return min(times)
