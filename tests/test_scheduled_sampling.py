"""Scheduled sampling: a decoder that reads its own guesses while it trains."""

from __future__ import annotations

import pytest
import torch

from playground import models, tasks
from playground.api import collect
from playground.errors import InputError
from playground.runs.events import Progress
from playground.training import recipes, stepper
from playground.training.scheduled_sampling import guessed
from playground.training.trainer import train
from tests import small

WRITERS = [(a, t) for a, t in small.EACH_KIND if models.get(a).kind == "sequence decoder" and a not in small.COUNTING]


def losses(recipe: recipes.Recipe) -> list[float]:
    return [loss for event in train(recipe) if isinstance(event, Progress) for _, _, loss in event.losses]


@pytest.mark.parametrize("pair", WRITERS, ids="-".join)
def test_a_guess_is_what_decoding_would_write_after_what_was_read(pair: tuple[str, str]) -> None:
    task = tasks.get(pair[1])()
    model, batch = small.build(pair[0], task), task.held_out("test", 6)
    none, every = (guessed(model, batch, share, torch.Generator().manual_seed(0)) for share in (0.0, 1.0))
    assert torch.equal(none.target_in, batch.target_in) and torch.equal(every.target, batch.target)
    with torch.no_grad():
        assert torch.allclose(model.loss(none), model.loss(batch), atol=1e-6)
        state, token = model.decoder.init_state(model.encode(batch.source, batch.mask)), every.target_in[:, 0]
        for t in range(1, batch.target.shape[1]):
            logits, state = model.decode_step(token, state)
            token = models.base.writable(logits).argmax(-1)
            assert torch.equal(token, every.target_in[:, t]), t


def test_about_the_share_of_the_tokens_is_guessed_and_never_the_first() -> None:
    task = tasks.get("reverse")()
    model, batch = small.build("seq2seq", task), task.held_out("test", 512)
    some, every = (guessed(model, batch, share, torch.Generator().manual_seed(1)) for share in (0.3, 1.0))
    assert torch.equal(some.target_in[:, 0], batch.target_in[:, 0])
    changed = (some.target_in != batch.target_in)[:, 1:].float().mean() / (every.target_in != batch.target_in)[:, 1:].float().mean()
    assert 0.25 < float(changed) < 0.35


def test_it_is_off_by_default_and_then_nothing_is_drawn_or_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = small.tiny_recipe("attention_seq2seq", "reverse")
    assert plain.training.scheduled_sampling == 0 and "scheduled" not in plain.to_query()
    before = losses(plain)
    monkeypatch.setattr(stepper, "guessed", lambda *_: pytest.fail("it guessed"))
    assert losses(plain) == before


def test_it_changes_the_training_and_is_the_same_every_time() -> None:
    pair = ("attention_seq2seq", "reverse")
    plain, mixed = small.tiny_recipe(*pair), small.tiny_recipe(*pair, training_options={"scheduled_sampling": 0.9})
    once, again, without = losses(mixed), losses(mixed), losses(plain)
    assert once == again and once[0] == without[0], "it begins with teacher forcing"
    assert once[1:] != without[1:]
    assert recipes.from_query(mixed.to_query()).training == mixed.training and "scheduled_sampling=0.9" in mixed.to_query()


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_it_learns_with_dropout_and_in_half_precision(precision: str) -> None:
    options = {"scheduled_sampling": 0.5, "precision": precision, "steps": 60, "batch_size": 32}
    run = collect(
        train(recipes.make("transformer", "copy", model_options={"dropout": 0.1, "width": 32}, training_options=options, device="cpu"))
    )
    assert run.history["losses"][-1][2] < run.history["losses"][0][2]


@pytest.mark.parametrize("pair", [("autoencoder", "strokes"), ("transformer_encoder", "sentiment")])
def test_what_writes_nothing_refuses_it(pair: tuple[str, str]) -> None:
    with pytest.raises(InputError, match=f"scheduled_sampling is for decoders that learn to write; {pair[0]} has none"):
        recipes.make(*pair, training_options={"scheduled_sampling": 0.1})
    with pytest.raises(InputError, match=r"scheduled_sampling is 1\.5; allowed is"):
        recipes.make("seq2seq", "copy", training_options={"scheduled_sampling": 1.5})
