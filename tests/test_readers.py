"""Models that read: attention pooling, and how every kind of answer comes out of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import models, tasks
from playground.inference.answers import read
from playground.inference.attention_maps import crossing
from playground.inference.explore import explore
from playground.inference.projection import project
from playground.models import Block, Reader
from playground.models.pooled_classifier import AttentionPooling
from playground.tasks import Batch
from playground.tracing import Edit, Recording
from playground.training.evaluation import Watcher
from tests.small import CLOSE, EACH_KIND, build, some_input

READERS = [(a, t) for a, t in EACH_KIND if models.get(a).kind == "reader"]
readers = pytest.mark.parametrize(("architecture", "task_id"), READERS)


@given(lengths=st.lists(st.integers(1, 7), min_size=1, max_size=5), seed=st.integers(0, 1000))
@settings(max_examples=40)
@torch.no_grad()
def test_pooling_weighs_real_states_only(lengths: list[int], seed: int) -> None:
    """The weights of real states sum to 1, the others get none, and the context is the weighted sum, written out."""
    torch.manual_seed(seed)
    pooling, states = AttentionPooling(6), torch.randn(len(lengths), 8, 6)
    mask = torch.arange(8) < torch.tensor(lengths)[:, None]
    recording = Recording(pooling)
    with recording.open():
        context = pooling(states, mask)
    weights = recording.taps["weights"][0][1]
    assert bool((weights[~mask] == 0).all())
    torch.testing.assert_close(weights.sum(1), torch.ones(len(lengths)), **CLOSE)
    for row, length in enumerate(lengths):
        scores = [float(pooling.query.weight[0] @ torch.tanh(pooling.key(h))) for h in states[row, :length]]
        shares = np.exp(scores) / np.exp(scores).sum()
        by_hand = sum(share * h for share, h in zip(shares.tolist(), states[row], strict=False))
        torch.testing.assert_close(context[row], by_hand, **CLOSE)


@pytest.mark.parametrize("task_id", ["sentiment", "total", "pronouns"])
def test_pooling_is_what_the_picture_draws(task_id: str) -> None:
    task: Any = tasks.get(task_id)()
    trace = explore(build("pooled_classifier", task), task, task.pinned)
    assert trace["pooling.weights"].shape == trace["pooling.scores"].shape == (len(trace.source),)
    assert trace["pooling.context"].shape == (16,) and trace["encoder.states"].shape == (len(trace.source), 16)
    assert trace["head.logits"].shape == (max(len(task.classes), 1),)
    np.testing.assert_array_equal(crossing(trace, len(trace.source)), trace["pooling.weights"][None])


def test_holding_the_weights_on_one_state_answers_from_it_alone() -> None:
    task: Any = tasks.get("sentiment")()
    model = build("pooled_classifier", task)
    place = tuple(float(i == 2) for i in range(len(task.parse(task.pinned))))
    trace = explore(model, task, task.pinned, edits=[Edit("pooling.weights", "set", place)])
    np.testing.assert_allclose(trace["pooling.context"], trace["encoder.states"][2], atol=1e-6)


@readers
def test_answers_have_names_places_and_probabilities(architecture: str, task_id: str) -> None:
    task: Any = tasks.get(task_id)()
    trace = explore(build(architecture, task), task, some_input(task))
    masks = tuple(i for i, word in enumerate(trace.source) if word == "[MASK]")
    places = {"tags": tuple(range(len(trace.source))), "infill": masks}.get(task.kind, ())
    assert trace.positions == places and len(trace.tokens) == max(len(places), 1)
    assert trace.output == task.join(trace.tokens)
    if task.kind == "number":
        assert trace.probabilities is None and trace.output == str(round(float(trace["head.logits"][0]) * task.scale))
        return
    assert set(trace.tokens) <= set(task.classes)
    assert trace.probabilities.shape == (len(trace.tokens), len(task.classes))
    np.testing.assert_allclose(trace.probabilities.sum(-1), 1, atol=1e-5)
    assert [task.classes[i] for i in trace.probabilities.argmax(-1)] == list(trace.tokens)


@readers
def test_what_is_watched_in_training_is_what_is_explored(architecture: str, task_id: str) -> None:
    task: Any = tasks.get(task_id)()
    model = build(architecture, task)
    watcher = Watcher(model, task, torch.device("cpu"))
    pinned, *samples = watcher.look()
    trace = explore(model, task, task.pinned)
    assert pinned.source == trace.source and pinned.output == trace.tokens and pinned.target == task.answer(trace.source)
    assert len(samples) == 6 and all(sample.target for sample in samples)
    attention = crossing(trace, len(trace.source), trace.positions)
    if attention is None:
        assert pinned.attention is None
    else:
        np.testing.assert_allclose(pinned.attention, attention, atol=1e-6)
        assert attention.shape == (len(trace.tokens), len(trace.source))
    assert set(watcher.metrics()) == {"exact_match", "accuracy", "loss", "inputs", "low", "high", "corners"}
    assert project(model, task)["encoder"].components.shape[0] == 2


@readers
@torch.no_grad()
def test_score_counts_what_is_read(architecture: str, task_id: str) -> None:
    """Exact match and accuracy, against reading the answers off one by one."""
    task: Any = tasks.get(task_id)()
    model = build(architecture, task)
    assert isinstance(model, Reader)
    batch = task.held_out("test", 40)
    sources = [task.source_vocabulary.decode(row) for row in batch.source.tolist()]
    logits = model(batch.source, batch.mask)
    given_ = [read(model, task, batch.source[i, : len(source)], logits[i]).words for i, source in enumerate(sources)]
    right = [task.answer(source) for source in sources]
    assert model.score(batch) == pytest.approx(sum(a == b for a, b in zip(given_, right, strict=True)) / 40)
    single = [a == b for mine, theirs in zip(given_, right, strict=True) for a, b in zip(mine, theirs, strict=True)]
    assert model.accuracy(batch) == pytest.approx(sum(single) / len(single))


def test_a_number_is_learned_in_units_of_its_scale() -> None:
    task: Any = tasks.get("total")()
    model = build("pooled_classifier", task)
    batch = task.held_out("test", 8)
    off = Batch(batch.source, (model(batch.source, batch.mask) + 0.1).detach() * task.scale, batch.mask)
    assert float(model.loss(off).detach()) == pytest.approx(0.01, rel=1e-3)


def test_blocks_name_taps_that_exist() -> None:
    """Each symbol of a part's equation has its numbers in a trace."""
    task: Any = tasks.get("sentiment")()
    model = build("pooled_classifier", task)
    trace = explore(model, task, task.pinned)
    blocks = {path: m.block for path, m in model.named_modules() if isinstance(getattr(m, "block", None), Block)}
    assert {"pooling", "head"} <= set(blocks)
    for path, block in blocks.items():
        assert block.title and block.equation and block.about
        assert all(f"{path}.{name}" in trace for _, name in block.symbols)
