"""CPU seconds of training until the exact match that steers is 99 %, and against plain baselines: what is shipped over five seeds, other
presets over three. `make bench` runs all and writes docs/scores.md; `python -m benchmarks.time_to_accuracy seq2seq·copy infill` runs only
the presets of pairs so named, by architecture, task or both, and replaces their rows."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from playground import tasks
from playground.api import Run, collect
from playground.runs.events import Done, Event, Progress, Started
from playground.runs.executors.inline import one_thread
from playground.tasks import TextTask
from playground.tasks.rules import by_rule
from playground.training import recipes
from playground.training.presets import PRESETS
from playground.training.reporter import EVALUATIONS
from playground.training.trainer import train

from . import baselines
from .measure import HEADER, Row, spread
from .scores import FILE, WANTED, Ruled, Scored, machine, written

SEEDS, FEWER_SEEDS = range(5), range(3)
HERO = ("attention_seq2seq", "reverse", "ten")
CAP_S = 90.0
LOOKED_AT = 100  # inputs whose attention is read


@dataclass(frozen=True)
class Trained:
    reached_s: float | None  # until the held-out score was high enough, None if it never was
    train_s: float
    metrics: dict[str, float]  # on test inputs, which steered nothing
    run: Run


def trained(architecture: str, task: str, preset: str, seed: int) -> Trained:
    """One run of a preset; the time is read from the events that the page reads."""
    recipe = recipes.make(architecture, task, preset=preset, seed=seed, device="cpu")
    seconds: dict[int, float] = {}
    reached: list[float] = []
    events: list[Event] = []
    every = 1
    for event in train(recipe):
        events.append(event)
        if isinstance(event, Started):
            every = max(1, event.steps // EVALUATIONS)
        if isinstance(event, Progress):
            seconds |= {step: s for step, s, _ in event.losses}
            if event.score is not None and event.score >= WANTED:
                scored_at = event.step if event.step == event.steps else event.step - event.step % every
                reached.append(seconds.get(scored_at, event.train_s))
    end = events[-1]
    assert isinstance(end, Done), end
    return Trained(reached[0] if reached else None, end.train_s, end.metrics, collect(events))


def rows() -> Iterator[Row]:
    with one_thread():
        yield from against_baselines()
        yield from presets()


def against_baselines() -> Iterator[Row]:
    """The pairs of ours and theirs run in turns, so that both meet the same machine."""
    ten, many = baselines.of_one_length, baselines.of_many_lengths
    pairs = (
        ("attention_seq2seq", "ten", "Bahdanau loop, length 10", baselines.BahdanauSeq2Seq, ten, 64, 4.0, SEEDS),
        ("seq2seq", "ten", "2 × 128 LSTM loop, length 10", baselines.LSTMSeq2Seq, ten, 64, 15.0, range(2)),
        ("transformer_decoder", "both_ends", "decoder-only loop, lengths 3–12", baselines.PromptedGPT, many, 32, 4.0, SEEDS),
    )
    for architecture, preset, their_title, their_model, examples, batch, bar, seeds in pairs:
        rate = baselines.best_rate(their_model, CAP_S, examples, batch)
        ours, theirs = [], []
        for seed in seeds:
            ours.append(trained(architecture, "reverse", preset, seed).reached_s)
            theirs.append(baselines.seconds_until_right(their_model, seed, CAP_S, examples, batch, rate))
        yield _ratio(f"reverse: {architecture} · {preset} against a plain {their_title}, rate {rate:g}", ours, theirs, bar)


def _ratio(what: str, ours: list[float | None], theirs: list[float | None], bar: float) -> Row:
    reached = [s for s in ours if s is not None]
    if len(reached) < len(ours):
        return Row(what, f"ours reached 99 % in {len(reached)} of {len(ours)} seeds", f"≥ {bar:g}×", False)
    mine, other = statistics.median(reached), statistics.median(CAP_S if s is None else s for s in theirs)
    late = sum(s is None for s in theirs)
    more = "" if not late else f"; the baseline was not there within {CAP_S:g} s in {late} of {len(theirs)} seeds"
    sign = "> " if late else ""
    return Row(what, f"{sign}{other / mine:.1f}× ({mine:.2f} s against {sign}{other:.1f} s{more})", f"≥ {bar:g}×", other / mine >= bar)


def presets(only: Collection[str] = ()) -> Iterator[Row]:
    """The preset that is shipped of every pair, over all seeds; then each other one, over three. Of all, or of the pairs that
    `only` names by architecture, task, or both as `architecture·task`. Writes docs/scores.md."""
    listed = _listed()
    chosen = [row for row in listed if not only or {row[0], row[1], f"{row[0]}·{row[1]}"} & {*only}]
    if not chosen:
        raise ValueError(f"No pair is named {' or '.join(only)}; they are named as in {listed[0][0]}·{listed[0][1]}.")
    measured: list[Scored | Ruled] = []
    for done, (architecture, task, name, bar, seeds) in enumerate(chosen, 1):
        runs = [trained(architecture, task, name, seed) for seed in seeds]
        scored = Scored(
            (architecture, task, name),
            int(runs[0].metrics["inputs"]),
            tuple(run.metrics["exact_match"] for run in runs),
            tuple(run.metrics["corners"] for run in runs if "corners" in run.metrics),
            tuple(run.reached_s for run in runs),
            tuple(run.train_s for run in runs),
            bar,
            _trivial(task),
        )
        yield from _told(scored)
        measured += [scored, *_ruled(scored.name, [run.run for run in runs], listed)]
        if only or done == len(chosen):  # all of them replace even another machine's, but only at their end
            before = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
            names = [(row[0], row[1], row[2]) for row in listed]
            FILE.write_text(written(before, measured, names, machine(), date.today()), encoding="utf-8")
        if (architecture, task, name) == HERO:
            shares = [anti_diagonal(run.run) for run in runs]
            what = f"{architecture} · {task} · {name}: steps that look at the anti-diagonal"
            yield Row(what, spread(shares, "", 3), "≥ 0.90", min(shares) >= 0.9)


def _ruled(name: tuple[str, str, str], runs: list[Run], listed: list[tuple[str, str, str, float, range]]) -> Iterator[Ruled]:
    """Rule by rule, of the first preset of a task that is listed."""
    architecture, task, preset = name
    built = tasks.get(task)()
    if name != next(row[:3] for row in listed if row[1] == task) or not isinstance(built, TextTask):
        return
    for rule, needed in by_rule(built).items():
        scores = tuple(run.model.score(needed.examples) for run in runs) if len(needed.examples) else ()
        yield Ruled((task, rule, f"{architecture} · {preset}"), needed.share, len(needed.examples), scores)


def _listed() -> list[tuple[str, str, str, float, range]]:
    """Architecture, task, preset, bar and seeds of all presets that can be exactly right, those that are shipped first."""
    every = [
        (architecture, task, preset.name, preset is offered[0] and preset.shipped)
        for (architecture, task), offered in PRESETS.items()
        if tasks.get(task).kind != "picture" and architecture != "ngram"  # no exact match (codes.py); no hope of it
        for preset in offered
    ]
    listed = []
    for architecture, task, name, leads in sorted(every, key=lambda row: not row[3]):
        hero = name == "ten" and architecture != "seq2seq"
        slow = tasks.get(task).kind in ("completion", "caption", "sound")
        listed.append((architecture, task, name, 1.0 if hero else 15.0 if slow else 5.0, SEEDS if leads or hero else FEWER_SEEDS))
    return listed


def _told(scored: Scored) -> Iterator[Row]:
    what, count, scores = " · ".join(scored.name), len(scored.scores), scored.scores
    times = spread(scored.times) if len(scored.times) == count else f"reached in {len(scored.times)} of {count} seeds"
    total = statistics.median(scored.train_s)
    yield Row(
        f"{what}: CPU seconds to 99 %", f"{times}; whole run {total:.2f} s", f"≤ {scored.bar_s:g} s, {count} of {count}", scored.in_time
    )
    middle = f"worst {min(scores):.3f}, median {statistics.median(scores):.3f}; ≥ .99 in {scored.good} of {count}"
    measured = f"{what}: exact match on {scored.inputs:,} test inputs"
    yield Row(measured, f"{middle}; {scored.trivial}", f"{count} of {count}", scored.good == count)


def _trivial(task: str) -> str:
    """What a guess without a model scores."""
    baseline = getattr(tasks.get(task)(), "baseline", None)
    return "guessing evenly 0.000" if baseline is None else f"{baseline[0]} {baseline[1]:.3f}"


def anti_diagonal(run: Run) -> float:
    """Share of steps whose highest attention weight is on the position that is to be written."""
    hits: list[bool] = []
    generator = np.random.default_rng(0)
    for _ in range(LOOKED_AT):
        weights = run.explore("".join(map(str, generator.integers(10, size=10))))["decoder.attention.weights"]
        hits += [int(row.argmax()) == 9 - step for step, row in enumerate(weights[:10])]
    return float(np.mean(hits))


if __name__ == "__main__":
    with one_thread():
        print(HEADER, flush=True)
        for row in presets(sys.argv[1:]):
            print(row.markdown(), flush=True)
