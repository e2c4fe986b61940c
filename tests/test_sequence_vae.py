"""The variational sequence model against its equations: both terms, β as it rises, words that are hidden; and what is told of its code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from playground import api, models, tasks
from playground.errors import InputError
from playground.inference.explore import explore
from playground.models import Variational
from playground.models.sequence_vae import SequenceVAE
from playground.runs.events import Progress
from playground.storage.collected import collected
from playground.tracing import Edit, Trace
from playground.training import recipes
from playground.training.stepper import Stepper
from playground.training.trainer import new_model, train
from playground.views.scene.sequence import sequence
from playground.vocabulary import PAD
from tests.small import build, tiny_recipe

TASK = tasks.get("sentences")()


def small(**options: Any) -> SequenceVAE:
    model = build("sequence_vae", TASK)
    assert isinstance(model, SequenceVAE) and isinstance(model, Variational)
    model.options = replace(model.options, **options)
    return model


def drawn(model: SequenceVAE, count: int = 6) -> tasks.Batch:
    return model.corrupt(TASK.held_out("test", count), torch.Generator().manual_seed(1))


@torch.no_grad()
def test_both_terms_are_those_of_torch() -> None:
    model = small()
    batch = drawn(model)
    last = model.encoder(batch.source, batch.mask).states[torch.arange(len(batch)), (batch.source != PAD).sum(1) - 1]
    mean, spread = model.encoder.linear_mean(last), (model.encoder.linear_log_variance(last) / 2).exp()
    reconstruction, kl = model.terms(batch)
    torch.testing.assert_close(kl, kl_divergence(Normal(mean, spread), Normal(0.0, 1.0)).sum(1))
    encoded, each = model.encoder.draw(batch.source, batch.mask, batch.noise)
    torch.testing.assert_close(encoded.final, mean + spread * batch.noise)
    torch.testing.assert_close(each.sum(1), kl)
    logits, _ = model.decoder(batch.target_in, model.decoder.init_state(encoded))
    costs = [F.cross_entropy(row, target, ignore_index=PAD, reduction="sum") for row, target in zip(logits, batch.target, strict=True)]
    torch.testing.assert_close(reconstruction, torch.stack(costs))


@torch.no_grad()
@pytest.mark.parametrize(("annealing", "done", "risen"), [(0, 0, 1.0), (40, 0, 0.0), (40, 10, 0.25), (40, 40, 1.0), (40, 400, 1.0)])
def test_beta_rises_in_a_straight_line(annealing: int, done: int, risen: float) -> None:
    model = small(beta=2.0, annealing=annealing)
    batch = drawn(model)
    reconstruction, kl = model.terms(batch)
    tokens = (batch.target != PAD).sum()
    torch.testing.assert_close(model.loss_at(batch, done), (reconstruction + 2 * risen * kl).sum() / tokens)
    torch.testing.assert_close(model.loss(batch), (reconstruction + 2 * kl).sum() / tokens)


def test_training_asks_for_the_loss_of_its_update() -> None:
    recipe = tiny_recipe("sequence_vae", "sentences")
    model, asked = new_model(recipe), list[int]()
    assert isinstance(model, SequenceVAE)
    model.loss_at = lambda batch, done: (asked.append(done), SequenceVAE.loss(model, batch))[1]  # type: ignore[method-assign]
    stepper = Stepper(model, recipe.build_task(), recipe.training, 0, torch.device("cpu"))
    assert all(stepper.step() is not None for _ in range(3)) and asked == [0, 1, 2]


@torch.no_grad()
def test_hidden_words_are_not_read() -> None:
    """Of the words that are dropped the decoder sees as much whatever they are; of the others, and with none dropped, it sees them."""
    model = small(word_dropout=0.5)
    batch = drawn(model, 200)
    assert batch.dropped is not None and not batch.dropped[:, 0].any()
    assert 0.45 < float(batch.dropped[:, 1:].float().mean()) < 0.55
    read = batch.target_in.masked_fill(batch.dropped, PAD)
    encoded, _ = model.encoder.draw(batch.source, batch.mask, batch.noise)
    logits, _ = model.decoder(read, model.decoder.init_state(encoded))
    cost = F.cross_entropy(logits.flatten(0, 1), batch.target.flatten(), ignore_index=PAD, reduction="none").view_as(batch.target).sum(1)
    torch.testing.assert_close(model.terms(batch)[0], cost)
    assert not torch.allclose(model.terms(replace(batch, dropped=None))[0], cost)
    assert small().corrupt(batch, torch.Generator()).dropped is not None and not drawn(small()).dropped.any()  # type: ignore[union-attr]
    half = batch[slice(10)]
    assert half.dropped is not None and half.dropped.shape == half.target.shape


def test_the_code_is_the_mean_until_noise_is_set() -> None:
    model = small()
    plain = explore(model, TASK, TASK.pinned)
    np.testing.assert_array_equal(plain["encoder.code"], plain["encoder.mean"])
    assert plain["encoder.kl"].shape == plain["encoder.code"].shape and (plain["encoder.kl"] >= 0).all()
    noisy = explore(model, TASK, TASK.pinned, edits=[Edit("encoder.noise", "set", 1.0)])
    deviation = np.exp(plain["encoder.log_variance"] / 2)
    np.testing.assert_allclose(noisy["encoder.code"], plain["encoder.mean"] + deviation, atol=1e-6)
    assert np.abs(noisy["decoder.logits"][0] - plain["decoder.logits"][0]).max() > 1e-6


def scene(model: SequenceVAE, trace: Trace) -> dict[str, Any]:
    return sequence(trace, model, TASK, key="", run_label="")


def test_an_empty_code_is_told_in_words() -> None:
    model = small()
    trace = explore(model, TASK, TASK.pinned)
    told = scene(model, trace)
    assert told["code"]["note"] == f"costs {trace['encoder.kl'].sum():.1f} nats (KL)"
    assert (told["code"]["kind"], told["code"]["at"], told["code"]["block"]) == ("code", len(trace.source) - 1, "encoder")
    assert "its own state and the code" in str(told["say"][0])
    with torch.no_grad():
        for layer in (model.encoder.linear_mean, model.encoder.linear_log_variance):
            layer.weight.zero_()
            layer.bias.zero_()
    empty = scene(model, explore(model, TASK, TASK.pinned))
    assert empty["code"]["note"] == "0.00 nats (KL): the decoder does not look at it"
    assert "the code is empty" in str(empty["say"][0])


def test_progress_tells_what_a_code_costs_and_runs_keep_it() -> None:
    events = list(train(tiny_recipe("sequence_vae", "sentences", steps=20)))
    told = [event for event in events if isinstance(event, Progress) and event.score is not None]
    assert told and all(event.kl is not None and event.kl > 0 for event in told)
    run = api.Run(collected(events))
    assert [step for step, _, _ in run.history["kl"]] == [event.step for event in told]
    assert {"exact_match", "reconstruction", "kl", "loss"} <= run.metrics.keys()
    plain = [event for event in train(tiny_recipe("seq2seq", "copy", steps=4)) if isinstance(event, Progress)]
    assert plain and all(event.kl is None for event in plain)


def test_what_it_learns_and_what_not() -> None:
    for wrong in ("copy", "translation", "digits"):
        with pytest.raises(InputError, match=r"it can learn: sentences\."):
            recipes.make("sequence_vae", wrong)
    with pytest.raises(InputError, match="turns one text into another, so it cannot learn sentences"):
        recipes.make("attention_seq2seq", "sentences")
    assert models.get("ngram").why_not(tasks.get("copy")).startswith("goes on with")
    assert TASK.answer(("the", "car", "sleeps")) == ("the", "car", "sleeps") and TASK.answer(("car", "the")) is None


def test_the_shipped_one_writes_sentences_again() -> None:
    run = api.load("sequence_vae", "sentences")
    assert run.metrics["exact_match"] > 0.9 and run.metrics["kl"] > 10
    assert run.explore(TASK.pinned).output == TASK.pinned
