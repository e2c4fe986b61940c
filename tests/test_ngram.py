"""The n-gram model against counting in plain Python."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import options, tasks
from playground.inference.explore import explore
from playground.models.ngram import BACKOFF, SMALLEST, NGram, Options, contexts
from playground.tasks import Batch, pad
from playground.tracing import Edit
from playground.training.recipes import make
from playground.training.trainer import train
from playground.vocabulary import BOS, EOS, PAD

V = 12  # three special tokens and nine words
words = st.integers(3, V - 1)
texts = st.lists(st.tuples(st.lists(words, min_size=1, max_size=6), st.lists(words, max_size=4)), min_size=1, max_size=8)
Text = tuple[list[int], list[int]]


def batch(pairs: list[Text]) -> Batch:
    source, mask = pad([source for source, _ in pairs])
    return Batch(source, pad([[*target, EOS] for _, target in pairs])[0], mask)


def counted(pairs: list[Text], k: int) -> Counter[tuple[int, ...]]:
    """All n-grams of k tokens, source and target read as one text that begins after k − 1 start tokens."""
    found: Counter[tuple[int, ...]] = Counter()
    for source, target in pairs:
        text = [BOS] * (k - 1) + source + target + [EOS]
        found.update(tuple(text[i : i + k]) for i in range(len(text) - k + 1))
    return found


def distribution(pairs: list[Text], context: tuple[int, ...], chosen: Options) -> list[float]:
    """The equations of the docstring, one word at a time."""
    shorter = distribution(pairs, context[1:], chosen) if context else [1 / V] * V
    table = counted(pairs, len(context) + 1)
    row = [table[(*context, word)] for word in range(V)]
    if not sum(row):
        return shorter
    share = [count / sum(row) for count in row]
    if chosen.smoothing == "interpolation":
        return [chosen.weight * p + (1 - chosen.weight) * q for p, q in zip(share, shorter, strict=True)]
    weights = [p or BACKOFF * q for p, q in zip(share, shorter, strict=True)]
    return [weight / sum(weights) for weight in weights]


@given(pairs=texts, n=st.integers(2, 6), smoothing=st.sampled_from(["interpolation", "backoff"]), weight=st.sampled_from([0.5, 0.9, 1.0]))
@settings(max_examples=15)
@torch.no_grad()
def test_probabilities_are_those_of_the_equations_and_sum_to_1(pairs: list[Text], n: int, smoothing: str, weight: float) -> None:
    chosen = Options(n, smoothing, weight, 512)
    model = NGram(V, chosen)
    for row in pairs:  # counted in several batches, as in training
        model.count(batch([row]))
    examples = batch(pairs)
    probabilities = model(examples.source, examples.target_in, examples.mask).exp()
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(examples.target.shape), atol=1e-5, rtol=0)
    source, target = pairs[0]
    for step, word in enumerate([*target, EOS]):
        context = tuple(([BOS] * (n - 1) + source + target[:step])[-(n - 1) :])
        wanted = max(distribution(pairs, context, chosen)[word], SMALLEST)
        assert float(probabilities[0, step, word]) == pytest.approx(wanted, rel=1e-4)


@given(pairs=texts, n=st.integers(2, 6))
@settings(max_examples=15)
@torch.no_grad()
def test_unsmoothed_it_says_what_was_counted(pairs: list[Text], n: int) -> None:
    model = NGram(V, Options(n, "interpolation", 1.0, 512))
    model.count(batch(pairs))
    table = counted(pairs, n)
    for (*context, _), _ in list(table.items())[:6]:
        state = model.decoder.init_state(model.encode(torch.tensor([context])))
        given_ = torch.tensor([[table[(*context, w)] for w in range(V)]], dtype=torch.float32)
        recent = torch.tensor([[BOS] * (n - 1 - len(context)) + context])
        torch.testing.assert_close(model.decoder._row(recent, state.orders[-1]), given_)
        shares = (given_ / given_.sum()).clamp_min(SMALLEST)
        torch.testing.assert_close(model.decoder.step(torch.tensor([BOS]), state)[0].exp(), shares, atol=1e-6, rtol=1e-5)


def trained(n: int, **more: Any) -> tuple[NGram, Any]:
    task = tasks.get("completion")()
    model = NGram(len(task.target_vocabulary), options.parse(Options, {"n": n, **more}))
    for seed in range(4):
        model.count(task.sample(256, torch.Generator().manual_seed(seed)))
    return model, task


@pytest.mark.parametrize("n", range(2, 7))
def test_it_sees_the_last_words_only(n: int) -> None:
    """Whatever stands before the last n − 1 tokens changes nothing; the last of them does."""
    model, task = trained(n)
    text = task.source_vocabulary.encode(task.parse(task.pinned))
    other = [text[7]] * (len(text) - n + 1) + text[len(text) - n + 1 :]
    nearer = [*text[: len(text) - n + 1], text[0], *text[len(text) - n + 2 :]]

    def first(ids: list[int]) -> torch.Tensor:
        return model(torch.tensor([ids]), torch.tensor([[BOS]]))

    assert torch.equal(first(text), first(other)) and not torch.equal(first(text), first(nearer))


def test_a_trace_shows_the_row_that_was_used() -> None:
    model, task = trained(3)
    trace = explore(model, task, task.pinned)
    assert trace["decoder.order"].tolist() == [[3.0]] * len(trace.tokens)
    looked = contexts(trace)
    assert looked[0] == ("sea", ".") and looked[1] == (".", trace.tokens[0]) and looked[2] == trace.tokens[:2]
    for step, token in enumerate(trace.tokens):
        row = trace["decoder.counts"][step]
        assert row.argmax() == EOS if token == "end" else task.target_vocabulary.tokens[int(row.argmax())] == token
    np.testing.assert_allclose(np.exp(trace["decoder.logits"]).sum(-1), 1, atol=1e-5)
    assert "decoder.hidden" not in trace


def test_an_unseen_context_is_looked_up_shorter_and_an_edit_shortens_it() -> None:
    model, task = trained(6)
    unseen = explore(model, task, "dogs hills Tom many sea .")
    assert unseen["decoder.order"][0, 0] == 3 and contexts(unseen)[0] == ("sea", ".")
    plain, short = explore(model, task, task.pinned), explore(model, task, task.pinned, edits=[Edit("decoder.order", "set", (2.0,))])
    assert plain["decoder.order"][0, 0] == 6 and short["decoder.order"][0, 0] == 2
    assert short["decoder.counts"][0].sum() > plain["decoder.counts"][0].sum(), "a shorter context was seen more often"


def test_a_full_table_keeps_the_commonest() -> None:
    model = NGram(V, Options(2, entries=512))
    decoder = model.decoder
    decoder.register_buffer("ngrams", torch.zeros(3, 2))
    decoder.register_buffer("counts", torch.zeros(3))
    decoder.add(torch.tensor([[3, 4]] * 5 + [[4, 5]] * 3 + [[5, 6]] * 4 + [[6, 7]] * 2))
    assert decoder.ngrams.tolist() == [[3, 4], [4, 5], [5, 6]] and decoder.counts.tolist() == [5, 3, 4]


def test_nothing_counted_yet_means_all_words_alike() -> None:
    logits = NGram(V, Options())(torch.tensor([[3, 4]]), torch.tensor([[BOS, 3]]))
    torch.testing.assert_close(logits, torch.full((1, 2, V), -math.log(V)))


def test_padding_is_never_counted_and_shapes_do_not_depend_on_what_was() -> None:
    model, _ = trained(3)
    filled = model.decoder.counts > 0
    assert not bool((model.decoder.ngrams[filled] == PAD).any()) and not list(model.parameters())
    fresh = NGram(model.decoder.vocabulary, model.decoder.options)
    assert {k: v.shape for k, v in model.state_dict().items()} == {k: v.shape for k, v in fresh.state_dict().items()}


def test_five_words_are_not_enough_for_a_story() -> None:
    """What the task claims: the longest n-gram here fails where its context ends; its table stays small."""
    recipe = make("ngram", "completion", model_options={"n": 6}, training_options={"steps": 10, "batch_size": 256}, device="cpu")
    *_, last, done = train(recipe)
    assert done.metrics["exact_match"] < 0.2  # type: ignore[union-attr]
    assert len(last.weights) < 500_000  # type: ignore[union-attr]
