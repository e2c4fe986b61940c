"""Codes of texts: they go through and come back, a walk begins and ends at its texts, and what each number costs is the loss's own."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from playground import load, tasks
from playground.app.page import Page
from playground.app.panels.latent.loss import Loss
from playground.app.panels.latent.texts import TextCodes
from playground.app.panels.latent.trade import Trade
from playground.app.panels.player import Tabs
from playground.app.visit import start
from playground.errors import InputError
from playground.experiments import sentence_space
from playground.inference import sequence_codes, variational
from playground.inference.decoding import decode_batch
from playground.tasks import Typed
from playground.vocabulary import BOS, EOS, PAD
from tests import small
from tests.pages import new_page

FIRST, LAST = "the small car sleeps", "these birds do not see a tree"
PAIRS = [("sequence_vae", "sentences", FIRST, LAST), ("seq2seq", "reverse", "624917", "27"), ("seq2seq", "copy", "27", "91827364")]


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


@pytest.mark.parametrize(("architecture", "task", "first", "last"), PAIRS)
def test_a_walk_begins_and_ends_with_what_its_texts_are_answered(architecture: str, task: str, first: str, last: str) -> None:
    run = load(architecture, task)
    for way in sentence_space.ways(run):
        walked = sentence_space.walk(run, first, last, 7, way)
        assert len(walked.steps) == len(walked.codes) == 7
        for text, written in ((first, walked.steps[0]), (last, walked.steps[-1])):
            trace = run.explore(text)
            assert written.ended and (*written.tokens, "end") == trace.tokens and written.text == trace.output
            assert trace.probabilities is not None
            assert written.log_probability == pytest.approx(float(np.log(trace.probabilities.max(-1)).sum()), abs=1e-3)
        steps = np.diff(walked.codes, axis=0)
        assert way == "round" or np.allclose(steps, steps[0], atol=1e-5)


def test_between_two_sentences_lie_sentences() -> None:
    walked = sentence_space.walk(run := load("sequence_vae", "sentences"), FIRST, LAST)
    texts = [step.text for step in walked.steps]
    assert len(set(texts)) >= 4 and sum(run.task.answer(step.tokens) is not None for step in walked.steps) >= 9
    assert all(0 < step.probability < 1 for step in walked.steps)


@pytest.mark.parametrize("options", small.recurrent_options("seq2seq"), ids=str)
def test_a_context_of_any_form_is_one_row_and_comes_back(options: dict[str, Any]) -> None:
    task = tasks.get("reverse")()
    model = small.build("seq2seq", task, **options)
    assert sequence_codes.has_code(model)
    batch = task.held_out("test", 5)
    codes = sequence_codes.encoded(model, batch.source, batch.mask)
    assert codes.shape == (5, options["hidden"] * options["layers"] * (2 if options["cell"] == "lstm" else 1))
    written = sequence_codes.decoded(model, task, codes, 6)
    for text, ids in zip(written, decode_batch(model, batch.source, batch.mask, max_steps=6).tolist(), strict=True):
        assert text.tokens == tuple(task.classes[i] for i in ids if i not in (EOS, PAD)) and text.ended == (EOS in ids)


def test_what_a_text_costs_is_its_cross_entropy() -> None:
    run = load("sequence_vae", "sentences")
    model: Any = run.model
    words: Any = run.task.target_vocabulary
    reading = run.task.perceive(FIRST)
    target = torch.tensor([[*words.encode(tuple(FIRST.split())), EOS]])
    code = sentence_space.code_of(model, reading)
    with torch.no_grad():
        logits = model(reading.source, torch.cat([torch.tensor([[BOS]]), target[:, :-1]], 1), reading.mask)
    right = float(F.cross_entropy(logits[0], target[0], reduction="sum"))
    found = sequence_codes.costs(model, np.stack([code, -code]), target)
    assert found[0] == pytest.approx(right, rel=1e-3) and found[1] > found[0]


def test_neighbours_are_at_the_least_distance_and_share_words() -> None:
    run = load("sequence_vae", "sentences")
    space = sentence_space.space(run)
    at = 7
    near = sentence_space.near(space, space.codes[at], space.tokens[at])
    distances = np.linalg.norm(space.codes - space.codes[at], axis=1)
    assert at not in near.rows and near.rows == tuple(np.argsort(distances, kind="stable")[1 : 1 + sentence_space.NEAR])
    assert near.distances == tuple(sorted(near.distances))
    many = [sentence_space.near(space, space.codes[i], space.tokens[i]) for i in range(60)]
    assert np.mean([one.shared for one in many]) > 1.5 * np.mean([one.usual for one in many])
    assert sentence_space.common(("a", "b", "b"), ("b", "c", "b", "b")) == 2


def test_the_plane_is_the_principal_one_and_says_what_it_keeps() -> None:
    space = sentence_space.space(load("seq2seq", "reverse"), 200)
    assert space.kl is None and space.codes.shape == (200, 256)
    centred = space.codes - space.codes.mean(0)
    values = np.linalg.svd(centred.astype(np.float64), compute_uv=False) ** 2
    np.testing.assert_allclose(space.projection.explained, values[:2] / values.sum(), rtol=1e-3)
    np.testing.assert_allclose(space.projection.cloud, space.projection(space.codes), atol=1e-5)


def test_kl_per_number_is_the_kl_of_the_loss(page: Page) -> None:
    given = start("sequence_vae", "sentences", "cpu")
    told, metrics = page[Loss].loss(given, {}), load("sequence_vae", "sentences").metrics
    assert told["of"] == "text" and told["floor"] == 0 and len(told["kl"]) == len(told["moves"]) == 28
    assert sum(told["kl"]) == pytest.approx(metrics["kl"], rel=1e-4)
    assert told["reconstruction"] == pytest.approx(metrics["reconstruction"], rel=1e-3)
    most = int(np.argmax(told["kl"]))
    assert told["moves"][most] > 0.2 and all(0 <= share <= 1 for share in told["moves"])
    here = page[Loss].value(page.library.stage(given))["here"]
    assert 0 < here["reconstruction"] < 3 and here["kl"] > 10
    assert not page[Trade].suits(page.library.stage(given))


def test_a_number_that_says_nothing_is_told_collapsed() -> None:
    run = load("sequence_vae", "sentences")
    model: Any = copy.deepcopy(run.model)
    with torch.no_grad():
        for half in (model.encoder.linear_mean, model.encoder.linear_log_variance):
            half.weight[3], half.bias[3] = 0, 0
        model.decoder.start.weight[:, 3] = 0
        model.decoder.recurrent.rnn.weight_ih_l0[:, model.decoder.embedding.embedding_dim + 3] = 0
    found = variational.apart(model, run.task, 64)
    assert not found.used[3] and found.kl[3] == 0 and found.moves[3] == 0 and found.examples == 64


def test_a_number_is_moved_alone_and_what_is_needed_most_comes_first() -> None:
    run = load("sequence_vae", "sentences")
    space = sentence_space.space(run)
    moved = sentence_space.moved(run, space, FIRST)
    assert [one.worth for one in moved] == sorted((one.worth for one in moved), reverse=True) and len(moved) == sentence_space.NUMBERS
    first = moved[0]
    model: Any = run.model
    code = sentence_space.code_of(model, run.task.perceive(FIRST))
    assert first.at == pytest.approx((code[first.unit] - space.codes.mean(0)[first.unit]) / space.spread[first.unit], rel=1e-4)
    put = code.copy()
    put[first.unit] = space.codes.mean(0)[first.unit] - 2 * space.spread[first.unit]
    again = sequence_codes.decoded(model, run.task, put[None], 30)[0]
    assert first.texts[0].tokens == again.tokens and len({text.text for text in first.texts}) > 1


def test_what_has_no_code_is_refused() -> None:
    attention = load("attention_seq2seq", "reverse")
    with pytest.raises(InputError, match="no single code passes"):
        sentence_space.space(attention)
    run = load("seq2seq", "reverse")
    with pytest.raises(InputError, match="one walks straight"):
        sentence_space.walk(run, "27", "31", way="round")
    with pytest.raises(InputError, match="from 2 to 50"):
        sentence_space.walk(run, "27", "31", steps=1)
    with pytest.raises(InputError):
        sentence_space.walk(run, "27", "zebra")


@pytest.mark.parametrize(("architecture", "task", "first", "last"), PAIRS)
def test_the_panel_tells_all_of_it(page: Page, architecture: str, task: str, first: str, last: str) -> None:
    visit = start(architecture, task, "cpu").with_input(Typed(first))
    panel, stage = page[TextCodes], page.library.stage(visit)
    assert ["codes", "Latent"] in page[Tabs].value(stage)["tabs"] and panel.suits(stage)
    value, texts, near = panel.value(stage), panel.texts(visit, {}), panel.near(visit, {})
    assert ("round" in value["ways"]) == (architecture == "sequence_vae") and len(texts["manifold"]["texts"]) == 143
    assert len(near["near"]) == sentence_space.NEAR and near["usual"] < near["length"]
    walked = panel.walk(visit, {"to": last})
    assert (walked["ways"]["straight"]["sound"] or [None])[0] is (True if task == "sentences" else None)
    assert panel.walk(visit, {"to": walked["to"]})["to"] == walked["to"] and panel.walk(visit, {})["to"] == panel.walk(visit, {})["to"]
    assert panel.walk(visit, {"another": "1"})["to"] != walked["from"] == panel.walk(visit, {})["from"]
    numbers = panel.numbers(visit, {})["numbers"]
    assert len(numbers) == 12 and all(len(one["texts"]) == 9 for one in numbers)
    with pytest.raises(InputError):
        panel.walk(visit, {"to": "€"})
    with pytest.raises(InputError, match="characters; at most"):
        panel.walk(visit, {"to": "7" * 2_000})


def test_a_model_that_looks_at_all_states_has_no_such_tab(page: Page) -> None:
    stage = page.library.stage(start("attention_seq2seq", "reverse", "cpu"))
    assert all(tab[0] != "codes" for tab in page[Tabs].value(stage)["tabs"]) and not page[TextCodes].suits(stage)
    with pytest.raises(InputError, match="no single code"):
        page[TextCodes].near(stage.visit, {})


def test_an_arc_is_for_codes_that_are_drawn() -> None:
    assert sentence_space.ways(load("sequence_vae", "sentences")) == ("straight", "round")
    walked = sentence_space.walk(load("sequence_vae", "sentences"), FIRST, LAST, 11, "round")
    lengths = np.linalg.norm(walked.codes, axis=1)
    np.testing.assert_allclose(np.diff(lengths), np.diff(lengths)[0], atol=1e-4)
