"""Questions put to models, each with an answer that is known from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from playground import api, models
from playground.errors import InputError
from playground.experiments import exposure_bias, logit_lens, memory, neighbours
from playground.storage.run import Run
from tests import small

WRITERS = [(a, t) for a, t in small.EACH_KIND if models.get(a).kind == "sequence decoder"]


@cache
def shipped(architecture: str, task: str) -> Run:
    return api.load(architecture, task)


untrained = cache(small.tiny_run)


# --- teacher forcing and free running ----------------------------------------------------------------------------


@pytest.mark.parametrize("pair", WRITERS, ids="-".join)
def test_an_error_is_born_where_both_ways_still_agree(pair: tuple[str, str]) -> None:
    found = exposure_bias.exposure(untrained(*pair), 64)
    batch = untrained(*pair).task.held_out("test", 64)
    assert found.inputs.tolist() == (batch.target != 0).sum(0).tolist()
    assert found.forced[0] == found.free[0] == pytest.approx(1 - found.first_error[0])
    assert found.right + found.first_error.sum() == pytest.approx(1)
    assert found.right == pytest.approx(untrained(*pair).model.score(batch))


def test_behind_its_first_error_a_model_loses_what_the_right_prefix_keeps() -> None:
    """Exposure bias, in the moments of a shipped training in which some inputs are right and some are not."""
    run, seen = shipped("attention_seq2seq", "reverse"), 0
    for weights in api.load_film("attention_seq2seq", "reverse").values():
        found = exposure_bias.exposure(Run(replace(run.checkpoint, weights=weights)), 256)
        if 0.1 < found.right < 0.9:
            seen += 1
            assert found.free_after < found.forced_after - 0.05 and found.free.mean() < found.forced.mean()
            assert np.average(np.arange(len(found.first_error)), weights=found.first_error) > 0
    assert seen


@pytest.mark.parametrize("architecture", ["transformer", "transformer_decoder"])
def test_a_model_that_counts_places_loses_next_to_nothing(architecture: str) -> None:
    """Positions from both ends say where to look, whatever was written before."""
    run = shipped(architecture, "reverse")
    moments = [Run(replace(run.checkpoint, weights=weights)) for weights in api.load_film(architecture, "reverse").values()]
    found = [exposure for run in moments if 0.1 < (exposure := exposure_bias.exposure(run, 256)).right < 0.95]
    assert found and all(exposure.free_after >= exposure.forced_after - 0.1 for exposure in found)


def test_a_model_that_makes_no_errors_has_nothing_behind_them() -> None:
    found = exposure_bias.exposure(shipped("attention_seq2seq", "copy"), 64)
    if found.right == 1:
        assert np.isnan(found.forced_after) and np.isnan(found.free_after)
    assert found.right > 0.98
    with pytest.raises(InputError, match="writes no tokens"):
        exposure_bias.exposure(untrained("autoencoder", "strokes"))


# --- neighbours --------------------------------------------------------------------------------------------------


def test_training_puts_words_together_that_are_used_alike() -> None:
    """Praise with praise and blame with blame, and each away from the other; before, all of them stand anyhow."""
    run = shipped("pooled_classifier", "sentiment")
    table = neighbours.tables(run)["source"]
    blame, praise = (
        [table.words.index(word) for word in words.split()]
        for words in ("bad dull slow boring poor weak", "good great clever moving funny")
    )
    for rows, least, most in ((table.before, -0.1, 0.1), (table.after, 0.2, 1.0)):
        cosines = neighbours.cosines(rows)
        alike = np.mean([cosines[i, j] for group in (blame, praise) for i in group for j in group if i != j])
        assert least < alike - cosines[np.ix_(blame, praise)].mean() < most
    found = neighbours.neighbours(run, "bad", 3)
    assert [word for word, _ in found.after][:2] == ["dull", "slow"]
    cosines = [cosine for _, cosine in found.after]
    assert cosines == sorted(cosines, reverse=True) and all(-1.001 <= cosine <= 1.001 for cosine in cosines)


@pytest.mark.parametrize(
    "pair", [p for p in small.EACH_KIND if p[0] in ("transformer_decoder", "transformer_encoder", "pooled_classifier")]
)
def test_neighbours_are_those_of_the_rows_that_the_model_looks_up(pair: tuple[str, str]) -> None:
    run = untrained(*pair)
    vocabulary = run.task.source_vocabulary
    found = neighbours.neighbours(run, vocabulary.words[0], 4)
    assert found.before == found.after, "it was not trained"
    with torch.no_grad():
        side = run.model.decoder if pair[0] == "transformer_decoder" else run.model.encoder
        ids = torch.tensor([vocabulary.ids[word] for word in (vocabulary.words[0], found.after[0][0])])
        every = torch.tensor([vocabulary.ids[word] for word in vocabulary.words])
        looked_up, all_rows = (side.embed(of[None])[0] if pair[0] == "transformer_decoder" else side.embedding(of) for of in (ids, every))
        looked_up = looked_up - all_rows.mean(0)
    assert torch.cosine_similarity(looked_up[0], looked_up[1], dim=0).item() == pytest.approx(found.after[0][1], abs=1e-5)


def test_what_is_no_token_has_no_neighbours() -> None:
    for token in ("x", "<pad>", 3, None):
        with pytest.raises(InputError, match="no token of reverse; there are: 0 1 2"):
            neighbours.neighbours(untrained("seq2seq", "reverse"), token)
    for pair in (("autoencoder", "strokes"), ("captioner", "scenes")):
        with pytest.raises(InputError, match="embeds no tokens"):
            neighbours.neighbours(untrained(*pair), "red")


# --- logit lens --------------------------------------------------------------------------------------------------


def test_the_answer_of_a_trained_model_grows_with_depth() -> None:
    found = logit_lens.lens(shipped("transformer_decoder", "reverse"), "3 1 4 1 5")
    assert found.probabilities[-1].mean() > 0.9 > found.probabilities[0].mean()
    with pytest.raises(InputError, match="no Transformer decoder"):
        logit_lens.lens(untrained("seq2seq", "reverse"), "3 1")


# --- what an n-gram cannot know ----------------------------------------------------------------------------------


def test_an_n_gram_knows_what_is_decided_within_its_reach_and_no_more() -> None:
    runs = {"n-gram": shipped("ngram", "completion"), "GPT": shipped("transformer_decoder", "completion")}
    n = runs["n-gram"].model.decoder.options.n
    found = memory.remembered(runs)
    near = [k for k, distance in enumerate(found.distances) if distance < n]
    far = [k for k, distance in enumerate(found.distances) if distance >= n]
    assert near and far and sum(found.words) == int((runs["GPT"].task.held_out("test", 256).target != 0).sum())

    def share(name: str, places: list[int]) -> float:
        return float(np.average([found.accuracy[name][k] for k in places], weights=[found.words[k] for k in places]))

    assert share("n-gram", near) > 0.97 and share("GPT", near) > 0.97
    assert share("n-gram", far) < 0.75 and share("GPT", far) > 0.97


def test_the_deciding_word_of_known_texts() -> None:
    """`They` follows from who it is about, far back; `in` from `call her dogs`, and the full stop from the word before it."""
    task = shipped("ngram", "completion").task
    batch = task.held_out("test", 64)
    distance = memory.deciding(task, batch)
    assert ((distance > 0) == (batch.target != 0).numpy()).all()
    words = task.target_vocabulary.tokens
    for row, target in zip(distance, batch.target.tolist(), strict=True):
        for place, token in zip(row, target, strict=True):
            if words[token] in ("She", "He", "They"):
                assert place > 5
            if words[token] == "and":
                assert place == 1


def test_runs_that_cannot_be_compared_are_told() -> None:
    with pytest.raises(InputError, match="runs are of copy, reverse"):
        memory.remembered({"a": untrained("seq2seq", "reverse"), "b": untrained("seq2seq", "copy")})
    with pytest.raises(InputError, match="runs are of nothing"):
        memory.remembered({})
