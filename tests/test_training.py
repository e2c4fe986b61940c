"""`train` tells everything in order, draws nothing from anybody else's generator, and ends honestly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load

from playground import tasks
from playground.runs.events import Done, Event, Failed, PictureSample, Progress, Snapshot, Started, wire
from playground.runs.executors.inline import InlineExecutor
from playground.tasks import Batch
from playground.training import evaluation as watching
from playground.training import recipes, reporter, stepper
from playground.training import trainer as training
from playground.training.recipes import Recipe
from playground.training.reporter import between_evaluations, film_steps
from playground.training.stepper import schedule
from playground.training.trainer import new_model, pick_device, train
from tests.small import DECODER_PAIRS, EACH_KIND, LEARNING, ONE_EACH, tiny_recipe


def losses(events: list[Event]) -> list[tuple[int, float]]:
    return [(step, loss) for event in events if isinstance(event, Progress) for step, _, loss in event.losses]


def snapshots(events: list[Event]) -> list[Snapshot]:
    return [event for event in events if isinstance(event, Snapshot)]


@pytest.fixture(scope="module", params=EACH_KIND, ids="-".join)
def trained(request: pytest.FixtureRequest) -> tuple[Recipe, list[Event]]:
    """A short run of every architecture on every kind of task, and all that it told."""
    recipe = tiny_recipe(*request.param, steps=30)
    return recipe, list(train(recipe))


def test_events_come_in_order(trained: tuple[Recipe, list[Event]]) -> None:
    recipe, events = trained
    started, *middle, done = events
    assert isinstance(started, Started) and started.steps == 30
    chosen = dict(started.recipe.training_options)
    left_open = {k: chosen[k] for k, v in recipe.training_options if v == "auto"}  # decided here, and stored
    assert "auto" not in chosen.values()
    assert started.recipe == replace(recipe, training_options=tuple(sorted((dict(recipe.training_options) | left_open).items())))
    assert started.parameters == sum(p.numel() for p in recipe.build_model().parameters())
    assert all(isinstance(event, Progress | Snapshot) for event in middle)
    assert isinstance(done, Done) and (done.step, done.reason) == (30, "finished")
    steps = [event.step for event in middle]
    assert steps == sorted(steps)
    assert all(0 <= value < float("inf") for value in done.metrics.values()) and done.train_s > 0


def test_every_step_is_told_once(trained: tuple[Recipe, list[Event]]) -> None:
    _, events = trained
    assert [step for step, _ in losses(events)] == list(range(1, 31))
    seconds = [s for event in events if isinstance(event, Progress) for _, s, _ in event.losses]
    assert seconds == sorted(seconds)
    last = [event for event in events if isinstance(event, Progress)][-1]
    assert last.step == 30 and last.score is not None and last.pinned is not None and len(last.samples) == watching.SAMPLES


def test_what_is_told_of_a_step_is_of_that_very_step(trained: tuple[Recipe, list[Event]]) -> None:
    """A score stands at the step at which it was measured, samples have one beside them, and all of a frame is of its weights."""
    recipe, events = trained
    scores = {event.step: event.score for event in events if isinstance(event, Progress) and event.score is not None}
    assert list(scores) == list(range(1, 31))
    assert all(event.score is not None for event in events if isinstance(event, Progress) and event.samples)
    *frames, best = snapshots(events)
    assert all(frame.score == scores[frame.step] for frame in frames if frame.step)
    assert all(len(frame.samples) == watching.SAMPLES for frame in (*frames, best))
    model = recipe.build_model()
    model.load_state_dict(load(best.weights))
    watcher = watching.Watcher(model.eval(), recipe.build_task(), torch.device("cpu"), events[0].recipe.training.precision)
    assert watcher.score() == pytest.approx(best.score)
    for seen, told in zip(watcher.look(), (best.pinned, *best.samples), strict=True):
        if isinstance(seen, PictureSample):
            np.testing.assert_allclose(seen.reconstruction, told.reconstruction, atol=1e-5)
        else:
            assert seen.output == told.output


def test_looking_has_a_share_of_the_time_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock of our own: a look that takes a second rests for as many as its share says, and the end is always looked at."""
    recipe = tiny_recipe("attention_seq2seq", "reverse")
    watcher = watching.Watcher(recipe.build_model(), recipe.build_task(), torch.device("cpu"))
    now, seen = [100.0], watcher.look()

    def slow_look() -> list[Any]:
        now[0] += 1
        return seen

    monkeypatch.setattr(watcher, "look", slow_look)
    monkeypatch.setattr(watching, "time", SimpleNamespace(monotonic=lambda: now[0]))
    looked = 0
    for _ in range(1000):
        looked += watcher.glance() == seen
        now[0] += 0.5
    rest = 1 / watching.LOOKING
    assert looked == pytest.approx((now[0] - 100) / (1 + rest), rel=0.1)
    assert watcher.glance() in (seen, []) and watcher.look() == seen


def test_the_film_has_its_frames_and_ends_with_the_best(trained: tuple[Recipe, list[Event]]) -> None:
    recipe, events = trained
    *frames, best = snapshots(events)
    assert [frame.step for frame in frames] == list(film_steps(30)) == list(events[0].film_steps)
    assert best.best and not any(frame.best for frame in frames)
    start, shapes = new_model(recipe).state_dict(), {k: v.shape for k, v in recipe.build_model().state_dict().items()}
    for frame in (*frames, best):
        weights = load(frame.weights)
        assert {k: v.shape for k, v in weights.items()} == shapes
        assert {v.dtype for v in weights.values()} == {torch.float32 if frame.best else torch.float16}
    assert all(torch.equal(value, start[name].half()) for name, value in load(frames[0].weights).items()), "not the start"
    model = recipe.build_model()
    model.load_state_dict(load(best.weights))
    precision = events[0].recipe.training.precision  # half the digits answer a close call otherwise
    assert watching.Watcher(model, recipe.build_task(), torch.device("cpu"), precision).score() == best.score


def test_events_are_fit_to_be_sent(trained: tuple[Recipe, list[Event]]) -> None:
    _, events = trained
    for event in events:
        text = json.dumps(wire(event), allow_nan=False)
        assert json.loads(text)["type"] == type(event).__name__.lower()
        assert "weights" not in wire(event) and len(text) < 200_000


@pytest.mark.parametrize("pair", ONE_EACH, ids="-".join)
def test_the_same_recipe_gives_the_same_losses_whatever_else_computes(pair: tuple[str, str]) -> None:
    """Bit for bit, with the global generator disturbed and another computation between the steps; and leaves no mark itself."""
    recipe = tiny_recipe(*pair, steps=12)
    first = list(train(recipe))
    disturbed: list[Event] = []
    for event in train(recipe):
        disturbed.append(event)
        torch.manual_seed(len(disturbed))
        torch.randn(20, 20) @ torch.randn(20, 20)
    assert losses(disturbed) == losses(first)
    assert snapshots(disturbed)[-1].weights == snapshots(first)[-1].weights
    before = torch.get_rng_state()
    list(train(recipe))
    assert torch.equal(torch.get_rng_state(), before)
    assert losses(list(train(replace(recipe, seed=1)))) != losses(first)


@pytest.mark.parametrize("pair", ONE_EACH, ids="-".join)
def test_seconds_become_steps_once(pair: tuple[str, str]) -> None:
    """The trial steps are rolled back, so that the stored recipe alone gives the same run again."""
    asked = replace(tiny_recipe(*pair), seconds=0.1)
    events = list(train(asked))
    stored = events[0].recipe
    assert stored.seconds is None and stored.training.steps == events[0].steps >= 2
    again = list(train(stored))
    assert again[0].recipe == stored
    assert losses(again) == losses(events)
    assert snapshots(again)[-1].weights == snapshots(events)[-1].weights


def test_training_ends_early_when_all_is_right_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.models.EncoderDecoder.score", lambda self, batch: 1.0)
    events = list(train(tiny_recipe(*DECODER_PAIRS[0], steps=100)))
    done = events[-1]
    assert isinstance(done, Done) and (done.reason, done.step) == ("early", 2 * (100 // reporter.EVALUATIONS))
    assert losses(events)[-1][0] == done.step and snapshots(events)[-1].best


def test_who_stops_early_may_be_told_not_to_and_then_does_the_same_and_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.models.EncoderDecoder.score", lambda self, batch: 1.0)
    early, whole = (list(train(tiny_recipe(*DECODER_PAIRS[0], steps=40, training_options={"early_stop": stop}))) for stop in (True, False))
    done = whole[-1]
    assert isinstance(done, Done) and (done.reason, done.step) == ("finished", 40)
    assert losses(whole)[: len(losses(early))] == losses(early)


def test_clearly_better_weights_from_before_the_end_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = iter([0.1, 0.6, 0.2, 0.3])
    recipe = tiny_recipe(*DECODER_PAIRS[0], steps=4)
    seen: list[dict[str, Any]] = []

    def offer(self: Any, score: float, model: torch.nn.Module, higher: bool) -> None:
        seen.append({k: v.clone() for k, v in model.state_dict().items()})
        original(self, next(scores), model, higher)

    original = reporter.Best.offer
    monkeypatch.setattr(reporter.Best, "offer", offer)
    best = load(snapshots(list(train(recipe)))[-1].weights)
    assert all(torch.equal(best[name], value) for name, value in seen[1].items())
    assert not all(torch.equal(best[name], value) for name, value in seen[3].items())


@pytest.mark.parametrize("after", [0, 5])
def test_stop(after: int) -> None:
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    events = list(train(tiny_recipe(*EACH_KIND[0], steps=100), should_stop=should_stop))
    done, last = events[-1], snapshots(events)[-1]
    assert isinstance(done, Done) and (done.reason, done.step) == ("stopped", after)
    assert last.best and last.step == after and len(losses(events)) == after


@pytest.mark.fault(12)
@pytest.mark.parametrize("pair", [pair for pair in ONE_EACH if pair in LEARNING], ids="-".join)
@pytest.mark.parametrize("broken", ["loss", "gradient"])
def test_a_loss_that_is_no_number_ends_the_run_and_spoils_nothing(
    pair: tuple[str, str], broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The weights kept are those of the same run without the fault, at the step before."""
    recipe = tiny_recipe(*pair, steps=20)
    kind = type(new_model(recipe))
    name = "loss_at" if hasattr(kind, "loss_at") else "loss"
    calls, right = 0, getattr(kind, name)

    def loss(self: torch.nn.Module, *given: Any) -> torch.Tensor:
        nonlocal calls
        calls += torch.is_grad_enabled()
        value = right(self, *given)
        if calls <= 4 or not torch.is_grad_enabled():
            return value
        return value * float("nan") if broken == "loss" else value + (next(self.parameters()) * 0).abs().sum().sqrt()

    monkeypatch.setattr(kind, name, loss)
    events = list(train(recipe))
    failed, kept = events[-1], snapshots(events)[-1]
    assert isinstance(failed, Failed)
    assert (failed.step, failed.cause) == (4, "the loss was no longer a number at step 5")
    assert "step 4" in failed.kept and failed.advice
    assert kept.step == 4 and all(bool(torch.isfinite(v).all()) for v in load(kept.weights).values())

    calls, stop_after = -(10**9), iter(range(5))
    healthy = list(train(recipe, should_stop=lambda: next(stop_after) == 4))
    assert snapshots(healthy)[-1].weights == kept.weights


def test_a_task_that_yields_no_numbers_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    def sample(self: Any, count: int, generator: torch.Generator) -> Batch:
        pictures = torch.full((count, 784), float("nan"))
        return Batch(pictures, pictures)

    recipe = tiny_recipe("autoencoder", "strokes")
    monkeypatch.setattr(tasks.get("strokes"), "sample", sample)
    *_, kept, failed = train(recipe)
    assert isinstance(failed, Failed) and failed.step == 0
    assert isinstance(kept, Snapshot)
    start = new_model(recipe).state_dict()
    assert all(torch.equal(value, start[name]) for name, value in load(kept.weights).items())


@pytest.fixture
def three_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three_threads")
def test_the_callers_threads_are_restored_between_events() -> None:
    seen: set[int] = set()

    def spying(recipe: Recipe, **more: Any) -> Iterator[Event]:
        for event in train(recipe, **more):
            seen.add(torch.get_num_threads())
            yield event

    training.spying = spying  # type: ignore[attr-defined]
    try:
        for _ in InlineExecutor("playground.training.trainer:spying").submit(tiny_recipe(*EACH_KIND[0], steps=3)).events():
            assert torch.get_num_threads() == 3
    finally:
        del training.spying  # type: ignore[attr-defined]
    assert seen == {1} and torch.get_num_threads() == 3


def test_two_trainings_in_two_threads_do_not_mix() -> None:
    recipes = [tiny_recipe(*DECODER_PAIRS[0], steps=12, seed=seed) for seed in (0, 1)]
    alone = [losses(list(train(recipe))) for recipe in recipes]
    together: dict[int, list[tuple[int, float]]] = {}
    threads = [threading.Thread(target=lambda r=r: together.update({r.seed: losses(list(train(r)))})) for r in recipes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[0], together[1]] == alone


def test_schedule() -> None:
    """A tenth of the way up, then a cosine down to nothing."""
    assert [schedule(s) for s in (0, 0.05, 0.1, 0.55, 1)] == pytest.approx([0, 0.5, 1, 0.5, 0])


@pytest.mark.parametrize("steps", [1, 2, 5, 11, 12, 100, 20_000])
def test_film_steps(steps: int) -> None:
    frames = film_steps(steps)
    assert frames[0] == 0 and frames[-1] == steps
    assert len(frames) == 12 or steps < 100
    assert list(frames) == sorted(set(frames))
    assert all(step % between_evaluations(steps) == 0 for step in frames[:-1]), "the score is measured there anyway"


def test_devices() -> None:
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu")


@pytest.mark.gpu
@pytest.mark.parametrize("pair", EACH_KIND, ids="-".join)
def test_on_cuda(pair: tuple[str, str]) -> None:
    """The same start as on the CPU, seconds measured with the queue drained, weights handed over on the CPU."""
    recipe = tiny_recipe(*pair, steps=5)
    on_cpu, on_cuda = list(train(recipe)), list(train(replace(recipe, device="cuda")))
    assert on_cuda[0].device.startswith("cuda") and pick_device().type == "cuda"
    assert snapshots(on_cuda)[0].weights == snapshots(on_cpu)[0].weights
    assert [loss for _, loss in losses(on_cuda)] == pytest.approx([loss for _, loss in losses(on_cpu)], rel=1e-2)
    assert on_cuda[-1].train_s > 0 and isinstance(on_cuda[-1], Done)


@pytest.mark.gpu
def test_the_cuda_clock_waits_for_the_device() -> None:
    device = torch.device("cuda")
    big = torch.randn(4096, 4096, device=device)
    start = stepper.clock(device)
    for _ in range(20):
        big @ big
    waited = stepper.clock(device) - start
    assert torch.cuda.current_stream().query(), "work is still under way"
    assert waited > 0


def test_few_examples_are_learned_from_again_and_again() -> None:
    recipe = recipes.make("seq2seq", "copy", training_options={"examples": 100, "batch_size": 64}, device="cpu")
    stepping = stepper.Stepper(new_model(recipe), recipe.build_task(), recipe.training, 3, torch.device("cpu"))
    drawn = [tuple(row) for _ in range(25) for row in next(stepping.batches).source.tolist()]
    assert len(set(drawn)) <= 100 and len({drawn.count(row) for row in set(drawn)}) == 1, "sixteen epochs of a hundred"
    assert drawn[:100] != drawn[100:200] and sorted(drawn[:100]) == sorted(drawn[100:200]), "each in an order of its own"
