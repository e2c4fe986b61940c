"""Scores by length, and two runs side by side: models built by hand, and every model that reads text."""

from __future__ import annotations

from functools import cache

import pytest
import torch

import playground
from playground import api
from playground.errors import InputError
from playground.experiments.lab.by_length import Score, _inputs, by_length, compare
from playground.tasks import TextTask
from playground.tasks.parts import interval
from playground.training.drawn import drawn, replayed
from tests import small
from tests.scripted import Words, scripted

TYPED = [(a, t) for a, t in small.EACH_KIND if issubclass(playground.api.tasks.get(t), TextTask)]
OTHERS = [pair for pair in small.ONE_EACH if pair not in TYPED]


untrained = cache(small.tiny_run)


def short_only(source: Words) -> Words:
    return source if len(source) <= 6 else source[1:]


def same(source: Words) -> Words:
    return source


def test_a_model_that_fails_on_long_inputs_is_seen_to() -> None:
    found = scripted("copy", short_only).by_length(n=40)
    assert found.trained == (3, 12) and [*found.scores] == [*range(1, 16)]
    for length, score in found.scores.items():
        assert score.score == (length <= 6), length
        assert (score.low, score.high) == pytest.approx(interval(score.score, score.n)) and score.low <= score.score <= score.high
    assert [found.scores[length].n for length in (1, 2, 3, 12, 15)] == [10, 40, 40, 40, 40]
    assert found.sentence.startswith("Trained on 3 to 12 digits it scores 100 % at length 3 and 0 % at 7. Outside of that")
    assert found.table()[1][:3] == [1, False, 1.0]
    assert "15: 0.00, trained on 3 to 12 digits" in repr(found)


def test_inputs_are_as_long_as_is_told_and_new() -> None:
    run = api.load("attention_seq2seq", "sort")
    all_, steps = drawn(run.recipe), run.recipe.training.steps
    assert all_ is not None and bool(all_.knows(replayed(run.recipe, 1).source[0], steps))
    for length, batch in _inputs([run], range(1, 16), 60).items():
        rows = batch.source[:, :length]
        assert (rows != 0).all() and (batch.source[:, length:] == 0).all() and len(rows.unique(dim=0)) == len(rows)
        assert not any(all_.knows(row, steps) for row in rows)
        for source, target in zip(rows.tolist(), batch.target.tolist(), strict=True):
            words = run.task.source_vocabulary.decode(source)
            assert run.task.target_vocabulary.decode(target) == run.task.answer(words)


def test_what_one_of_two_was_trained_on_is_new_to_neither() -> None:
    """Longer than one was taught, so made by chance; but the other one was taught them."""
    short, long = scripted("copy", same, task_options={"max_length": 3}), scripted("copy", same, steps=2_000)
    all_ = drawn(long.recipe)
    assert all_ is not None
    some, fewer = (_inputs(runs, [5], 1_000)[5].source for runs in ([short], [short, long]))
    assert any(all_.knows(row, 2_000) for row in some) and not any(all_.knows(row, 2_000) for row in fewer)


def test_scores_inside_are_those_of_held_out_inputs() -> None:
    run = untrained("attention_seq2seq", "reverse")
    held = run.task.held_out("test", 400)
    rows = ((held.source != 0).sum(1) == 5).nonzero()[:20, 0]
    assert by_length(run, [5], 20).scores[5] == Score.of(round(run.model.score(held[rows]) * len(rows)), len(rows))


@pytest.mark.parametrize("pair", TYPED, ids="-".join)
def test_every_model_that_reads_text_is_scored(pair: tuple[str, str]) -> None:
    run = untrained(*pair)
    found = run.by_length(n=5)
    low, high = run.task.trained_lengths
    assert any(low <= length <= high for length in found.scores)
    assert all(1 <= length <= run.task.max_source and 1 <= score.n <= 5 for length, score in found.scores.items())
    assert all(0 <= score.low <= score.score <= score.high <= 1 for score in found.scores.values())
    assert f"Trained on {low} to {high} {run.task.unit}s it scores" in found.sentence and len(found.table()) == len(found.scores) + 1


@pytest.mark.parametrize("pair", OTHERS, ids="-".join)
def test_what_is_not_typed_has_no_length(pair: tuple[str, str]) -> None:
    run = untrained(*pair)
    with pytest.raises(InputError, match="is not typed"):
        run.by_length()
    with pytest.raises(InputError, match="is not typed"):
        playground.compare(run, run)


def test_lengths_and_numbers_that_cannot_be_are_refused() -> None:
    run = scripted("copy", same)
    assert [*run.by_length([7, 4, 7], n=2).scores] == [4, 7]
    for lengths in ([], [0], [25], [True], ["3"], "3", 3, [2.0]):
        with pytest.raises(InputError, match=r"lengths are .*; allowed are whole numbers from 1 to 24"):
            run.by_length(lengths)
    for n in (0, 2_001, True, 1.5, None):
        with pytest.raises(InputError, match=r"n is .*; allowed is a whole number from 1 to 2,000"):
            run.by_length(n=n)
        with pytest.raises(InputError, match="n is"):
            playground.compare(run, run, n=n)


def test_two_runs_are_compared_on_the_same_inputs() -> None:
    found = playground.compare(scripted("copy", same), scripted("copy", short_only), n=30)
    assert {length: row[:2] for length, row in found.by_length.items()} == {n: (1, float(n <= 6)) for n in range(1, 16)}
    assert all(n == 30 for length, (_, _, n) in found.by_length.items() if length > 1)
    assert found.known[0] == Score.of(found.known[0].n, found.known[0].n) and found.known[0].n > 200 and found.new[0] == Score.of(512, 512)
    held = scripted("copy", same).task.held_out("test", 512)
    assert found.new[1].score == float(((held.source != 0).sum(1) <= 6).float().mean())
    assert "They differ most at 15 digits: A gets 100 %, B 0 % of 30 new inputs." in found.sentence
    assert found.sentence.count("no sign of learning by heart") == 2
    assert found.table()[-1] == ["new", 1.0, found.new[1].score, 512, 512] and "lengths 1 to 15" in repr(found)
    both = compare(scripted("copy", same), scripted("copy", same), n=5)
    assert both.sentence.startswith("Both score the same at every length.")


def test_what_was_learned_by_heart_is_told_from_what_was_understood() -> None:
    options = {"task_options": {"max_length": 6}, "model_options": {"hidden": 64}, "device": "cpu"}
    heart = playground.train("seq2seq", "reverse", training_options={"examples": 40, "steps": 120}, **options)
    found = playground.compare(heart, scripted("reverse", lambda source: source[::-1]), n=20)
    assert found.known[0].n <= 40 and found.known[0].score > 0.9 > 0.3 > found.new[0].score
    assert "it has learned some by heart. B knows 100 %" in found.sentence and found.trained == (3, 6)


def test_what_was_trained_on_is_drawn_again() -> None:
    """The first examples of the recipe, each source once: every one is known to be trained on at its first updates."""
    for options in ({}, {"examples": 30}):
        recipe = small.tiny_recipe("seq2seq", "reverse", steps=200, training_options=options, task_options={"max_length": 3})
        batch, all_ = replayed(recipe, 100), drawn(recipe)
        sample = recipe.build_task().sample(30 if options else 32 * 8, torch.Generator().manual_seed(recipe.seed + 1))
        once = list(dict.fromkeys(map(tuple, sample.source.tolist())))
        assert 20 < len(once) < len(sample) and [tuple(row) for row in batch.source.tolist()] == once[:100]
        assert all_ is not None and all(all_.knows(row, 1 if options else 32) for row in batch.source)


def test_runs_of_different_tasks_are_not_compared() -> None:
    for a, b in [("copy", "reverse"), ("copy", "translation")]:
        with pytest.raises(InputError, match="do not learn the same; compare two runs of one task"):
            playground.compare(untrained("seq2seq", a), untrained("attention_seq2seq", b))
