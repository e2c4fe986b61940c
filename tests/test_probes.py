"""Probes: a unit planted in a model built by hand is found, and what is not there is not found."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from playground import api, models, tasks
from playground.errors import InputError
from playground.experiments.held_out_states import gather_at
from playground.experiments.lab.asked import AskedRun
from playground.experiments.lab.probes import WHAT, askable, probe
from playground.storage.checkpoints import Checkpoint
from playground.tasks.parts import interval
from tests import small
from tests.scripted import Words, scripted

WIDTH, PLANTED = 12, 7
NOISE = torch.Generator().manual_seed(3)


untrained = cache(small.tiny_run)


def noise(tokens: Tensor, place: int) -> Tensor:
    return torch.randn(len(tokens), WIDTH, generator=NOISE)


def counts(tokens: Tensor, place: int) -> Tensor:
    """One unit counts places; all others are noise."""
    return _planted(tokens, place, torch.full((len(tokens),), place / 10))


def reads(tokens: Tensor, place: int) -> Tensor:
    """One unit says whether a token is a 7; all others are noise."""
    return _planted(tokens, place, (tokens[:, place] == tasks.get("copy").source_vocabulary.ids["7"]).float())


def _planted(tokens: Tensor, place: int, values: Tensor) -> Tensor:
    rows = noise(tokens, place)
    rows[:, PLANTED] = values
    return rows


def same(source: Words) -> Words:
    return source


def test_a_planted_unit_is_found_and_named() -> None:
    found = scripted("copy", same, counts).probe("position")
    assert found.site == "decoder.hidden" and found.measure == "R²" and found.chance == 0
    assert found.unit.index == PLANTED and found.score > 0.999 and found.unit.score > 0.999 and found.found
    assert abs(found.shuffled) < 0.1
    assert f"Unit {PLANTED} alone gets 1.00." in found.sentence and "decoder.hidden tells at which place a state stands" in found.sentence
    assert [row[0] for row in found.table()] == ["fitted on", "all units", f"unit {PLANTED}", "shuffled labels", "chance"]
    assert "position at decoder.hidden: R² 1.00" in repr(found)


def test_a_planted_unit_tells_a_token_and_nothing_of_the_others() -> None:
    found = scripted("copy", same, reads).probe("token", "encoder.states")
    assert found.unit.index == PLANTED and found.measure == "accuracy"
    assert found.score < 0.35, "one token in ten is told, the others are not"
    assert found.score > max(found.shuffled, found.chance) + 0.03


@pytest.mark.parametrize("what", WHAT[:3])
def test_where_nothing_is_nothing_is_found(what: str) -> None:
    found = scripted("copy", same, noise).probe(what)
    assert not found.found and found.score < max(found.chance, 0.0) + 0.05
    assert "Nothing linear in decoder.hidden tells" in found.sentence


def test_a_rule_of_the_task_is_asked_by_its_name() -> None:
    """A unit that says at every place whether the source has a digit twice."""

    def told(tokens: Tensor, place: int) -> Tensor:
        words = tasks.get("copy").source_vocabulary.decode
        return _planted(tokens, place, torch.tensor([float(len(set(words(row))) < len(words(row))) for row in tokens.tolist()]))

    found = scripted("copy", same, told).probe("a digit more than once", "encoder.states")
    assert found.unit.index == PLANTED and found.score == found.unit.score == 1 and found.found
    assert "whether the input needs ‘a digit more than once’" in found.sentence


def test_it_is_scored_on_other_inputs_than_it_was_fitted_on() -> None:
    """More units than states fit anything, and tell nothing of others."""

    def wide(tokens: Tensor, place: int) -> Tensor:
        return torch.randn(len(tokens), 600, generator=NOISE)

    found = probe(scripted("copy", same, wide), "position", count=40)
    states = gather_at(scripted("copy", same, wide), "decoder.hidden", 40)
    assert states is not None and found.n == int((states.of % 2 == 1).sum()) and found.inputs == 20
    assert found.score < 0.2


SHIPPED = [
    ("attention_seq2seq", "translation"),
    ("transformer", "reverse"),
    ("pooled_classifier", "sentiment"),
    ("attention_seq2seq", "addition"),
]


@pytest.mark.parametrize("pair", SHIPPED, ids="-".join)
def test_the_shuffled_control_finds_nothing(pair: tuple[str, str]) -> None:
    run = api.load(*pair)
    all_ = {what: run.probe(what) for what in askable(run.task)}
    for what, found in all_.items():
        spread = interval(found.chance, found.inputs)[1] - found.chance if found.measure == "accuracy" else 0.05
        assert found.shuffled <= found.chance + spread, what
    for what in ("position", "remaining", "token"):
        assert all_[what].found, what


def test_a_class_is_told_by_what_was_trained_to_tell_it() -> None:
    trained, start = api.load("pooled_classifier", "sentiment"), untrained("pooled_classifier", "sentiment")
    assert trained.probe("class").score > start.probe("class").score and trained.probe("class").found
    assert "class" in askable(trained.task) and "class" not in askable(api.load("seq2seq", "reverse").task)


def test_the_carry_of_a_sum_is_known_where_the_sum_is_written() -> None:
    run = api.load("attention_seq2seq", "addition")
    found = run.probe("no carry")
    assert found.found and found.score > 0.9 > found.chance + 0.05


@pytest.mark.parametrize("pair", small.ONE_EACH, ids="-".join)
def test_every_model_is_asked_or_refuses_in_a_sentence(pair: tuple[str, str]) -> None:
    run = untrained(*pair)
    for what in WHAT:
        try:
            found = probe(run, what, count=64)
        except InputError as error:
            assert str(error).endswith((".", "has")) and (
                what == "class" or pair[0] == "ngram" or models.get(pair[0]).kind == "autoencoder"
            )
        else:
            assert np.isfinite([found.score, found.shuffled, found.chance, found.unit.score]).all() and found.n > 0
            assert found.unit.index < gather_at(run, found.site, 64).states.shape[1]


def test_the_same_seed_shuffles_alike() -> None:
    run = untrained("seq2seq", "reverse")
    assert probe(run, "remaining", count=64) == probe(run, "remaining", count=64) != probe(run, "remaining", count=64, seed=1)


def test_a_prompt_is_asked_too() -> None:
    run = api.load("transformer_decoder", "reverse")
    found = run.probe("token", "prompt.embedded")
    assert found.score == 1 and found.found
    begun = gather_at(untrained("transformer_decoder", "completion"), "prompt.embedded", 32)
    assert begun is not None
    lengths = [len(read) - 1 for read in begun.read]  # the last token is read by the first step
    assert np.bincount(begun.of).tolist() == lengths


def test_what_cannot_be_asked_is_refused_in_a_sentence() -> None:
    run = api.load("seq2seq", "reverse")
    for what in ("class", "colour", None, 3):
        with pytest.raises(InputError, match="cannot be asked of reverse; there are: position, remaining, token, every digit once"):
            run.probe(what)
    for site in ("encoder", "decoder.context", 5):
        with pytest.raises(InputError, match="has no state for each token at"):
            run.probe("position", site)
    fixed = AskedRun(Checkpoint(small.tiny_recipe("seq2seq", "reverse", task_options={"min_length": 3, "max_length": 3}), {}, {}, 0.0))
    fixed.__dict__["model"] = untrained("seq2seq", "reverse").model
    with pytest.raises(InputError, match="nothing to tell apart"):
        probe(fixed, "a digit more than once", count=2)
