"""Side by side: what is locked is equal, what differs is told, equal batches are equal, and the clock ends what it is to end."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
import torch

from playground import models, tasks
from playground.errors import InputError
from playground.runs.events import Done, Started
from playground.training import recipes
from playground.training.locks import LOCKS, matched, rows
from playground.training.recipes import Recipe, from_json, from_query, work
from playground.training.stepper import Stepper
from playground.training.trainer import new_model, train
from tests.small import tiny_recipe

PAIRS = [("seq2seq", "reverse"), ("transformer", "reverse"), ("transformer_decoder", "reverse"), ("attention_seq2seq", "sort")]


def recipe(architecture: str, task: str = "reverse", **more: Any) -> Recipe:
    return recipes.make(architecture, task, device="cpu", **more)


def stepper(of: Recipe) -> Stepper:
    return Stepper(new_model(of), of.build_task(), of.training, of.seed, torch.device("cpu"))


@pytest.mark.parametrize("architecture", ["seq2seq", "transformer", "transformer_decoder"])
def test_equal_task_seed_and_batch_size_give_equal_batches_to_whatever_learns(architecture: str) -> None:
    a, b = matched(recipe("attention_seq2seq", seed=4), recipe(architecture), ("batches",))
    mine, others = stepper(a), stepper(b)
    assert mine.fingerprint() == others.fingerprint()
    for one, other in islice(zip(mine.batches, others.batches, strict=False), 3):
        assert one.source.equal(other.source) and one.target.equal(other.target)


@pytest.mark.parametrize("other", [{"seed": 5}, {"training_options": {"batch_size": 32}}, {"task_options": {"max_length": 9}}])
def test_any_other_batches_have_another_hash(other: dict[str, Any]) -> None:
    assert stepper(recipe("seq2seq")).fingerprint() != stepper(recipe("seq2seq", **other)).fingerprint()


@pytest.mark.parametrize("pair", [("seq2seq", "reverse"), ("vae", "strokes"), ("transformer_encoder", "sentiment")], ids="-".join)
def test_a_hash_is_told_when_training_starts_and_changes_no_batch(pair: tuple[str, str]) -> None:
    asked = tiny_recipe(*pair, steps=2)
    started = next(train(asked))
    assert isinstance(started, Started) and len(started.batches) == 8
    looked, plain = stepper(asked), stepper(asked)
    assert looked.fingerprint() == started.batches
    assert [looked.step() for _ in range(40)] == [plain.step() for _ in range(40)]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_locks_take_from_a_what_they_hold(pair: tuple[str, str]) -> None:
    a = recipe("attention_seq2seq", pair[1], seed=3)
    for lock in LOCKS:
        mine, other = matched(a, recipe(*pair, seed=7), (lock,))
        assert (other.task_options, other.device) == (a.task_options, a.device)
        assert (other.seed == 3) == (lock == "batches")
        assert (mine.seconds == other.seconds == mine.clock_s == other.clock_s != None) == (lock == "seconds")  # noqa: E711
        assert lock != "updates" or mine.training.steps == other.training.steps
        width = dict(other.model_options).get("hidden") or dict(other.model_options)["width"]
        assert lock != "width" or width == dict(a.model_options)["hidden"]
        assert lock != "parameters" or abs(work(mine)[0] / work(other)[0] - 1) < 0.05
        assert {row.name for row in rows(mine, other) if row.same} >= {"Task", *(["Seed", "Batch"] if lock == "batches" else [])}


def test_what_differs_is_computed_and_the_rest_is_the_same() -> None:
    a = recipe("attention_seq2seq")
    assert all(row.same for row in rows(a, a))
    differing = [row for row in rows(a, recipe("attention_seq2seq", model_options={"score": "dot", "hidden": 64})) if not row.same]
    assert ("Attention score", "additive", "dot product") in [(row.name, row.a, row.b) for row in differing]
    other = {row.name: row for row in rows(a, recipe("seq2seq"))}
    assert (other["Attention score"].b, other["Read backwards"].a, other["Cell"].same) == (None, None, True)
    assert other["Parameters"].a == "51,629"


@pytest.mark.parametrize("locks", [("seconds", "updates"), ("width", "parameters"), ("height",), ([],), "seed", None, {"seed": 1}, (1,)])
def test_what_is_no_set_of_locks_is_refused(locks: Any) -> None:
    a = recipe("seq2seq")
    with pytest.raises(InputError, match="The locks"):
        matched(a, a, locks)


def test_a_lock_that_cannot_hold_says_so() -> None:
    a = recipes.make("seq2seq", "completion", device="cpu")
    for lock in ("width", "parameters"):
        with pytest.raises(InputError, match="has no width that could be chosen; release that lock"):
            matched(a, recipes.make("ngram", "completion", device="cpu"), (lock,))
    with pytest.raises(InputError, match="heads must divide the width"):
        matched(recipe("seq2seq", model_options={"hidden": 10}), recipe("transformer", model_options={"heads": 4}), ("width",))


def test_every_pair_of_the_registry_can_stand_beside_another_of_its_task() -> None:
    for task in tasks.tasks():
        fitting = [id for id, entry in models.architectures().items() if entry.fits(tasks.get(task))]
        for other in fitting[1:]:
            a, b = matched(recipe(fitting[0], task), recipe(other, task), ("batches", "seconds"))
            assert a.seconds == b.seconds and any(not row.same for row in rows(a, b))


def test_the_clock_ends_it_where_it_is() -> None:
    whole = tiny_recipe("seq2seq", "reverse", steps=20_000)
    *_, done = train(replace(whole, clock_s=0.2))
    assert isinstance(done, Done) and done.reason == "finished" and done.train_s >= 0.2 and done.step < 20_000


def test_a_clock_is_part_of_a_recipe_and_none_was_before() -> None:
    timed = replace(recipe("seq2seq"), clock_s=2.0)
    assert from_query(timed.to_query()) == replace(timed, device="auto") and from_json(timed.to_json()) == timed
    stored = recipe("seq2seq").to_json()
    del stored["clock_s"]
    assert from_json(stored) == recipe("seq2seq") and "clock" not in recipe("seq2seq").to_query()
    with pytest.raises(InputError, match="clock_s is 0; allowed is a number"):
        recipe("seq2seq", clock_s=0)
