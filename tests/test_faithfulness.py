"""Whether attention explains: each measure is what it says, and other weights change what they change."""

from __future__ import annotations

from fnmatch import fnmatchcase

import numpy as np
import pytest
import torch

from playground import Edit, InputError, Run, api, models
from playground.app import visit as visits
from playground.app.page import Page
from playground.app.panels.lab.acting import Parts
from playground.app.panels.lab.evidence import Explaining
from playground.experiments.evidence.faithfulness import Permuted, answers_under, weighing
from playground.experiments.evidence.importance import Rooted, kendall, looks, measured, predicted, required
from playground.tasks import Batch, Typed
from playground.tracing import Recording
from playground.vocabulary import PAD
from tests import small
from tests.pages import new_page

SHIPPED = [("attention_seq2seq", "translation"), ("transformer", "reverse"), ("pooled_classifier", "sentiment")]


@pytest.fixture(scope="module", params=SHIPPED, ids="-".join)
def run(request: pytest.FixtureRequest) -> Run:
    return api.load(*request.param)


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def distance(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return (one.exp() - other.exp()).abs().sum(-1) / 2


@torch.no_grad()
def test_occlusion_equals_rerunning_without_the_token(run: Run) -> None:
    """Every token of every input, by itself and without padding, against the batch that left all of them out at once."""
    batch = run.task.held_out("test", 4)
    _, measures = measured(run, batch, required(run))
    for row in range(len(batch)):
        alone = small.without_padding(batch, row)
        plain = predicted(run.model, alone, Recording(run.model, sites=""))[0]
        for place in range(alone.source.shape[1]):
            shorter = torch.cat([alone.source[:, :place], alone.source[:, place + 1 :]], dim=1)
            rerun = predicted(run.model, Batch(shorter, alone.target), Recording(run.model, sites=""))[0]
            told = measures["occlusion"][row, : len(plain), place]
            np.testing.assert_allclose(told, distance(plain, rerun).numpy(), atol=1e-5)


def test_deletion_equals_a_model_that_cannot_look_there(run: Run) -> None:
    """All weight goes to the other states, in the same proportions, at every layer and head that looks at them."""
    batch, look = run.task.held_out("test", 3), required(run)
    _, measures = measured(run, batch, look)
    place = 1
    recording = Recording(run.model, (Edit(f"{look}.scores", "set", -1e9, at=((-1, place),)),))
    with torch.no_grad():
        plain = predicted(run.model, batch, Recording(run.model, sites=""))
        hidden = predicted(run.model, batch, recording)
    weights = [value for site, taps in recording.taps.items() if site.endswith(".weights") and "self" not in site for _, value in taps]
    assert weights and all(bool((value[..., place] == 0).all()) for value in weights)
    assert all(torch.allclose(value.sum(-1), torch.ones(value.shape[:-1]), atol=1e-5) for value in weights)
    told = measures["deletion"][:, :, place]
    np.testing.assert_allclose(np.nan_to_num(told), np.where(np.isnan(told), 0, distance(plain, hidden).numpy()), atol=1e-5)


def test_gradients_tell_what_a_small_change_does() -> None:
    run = api.load("attention_seq2seq", "translation")
    batch = run.task.held_out("test", 1)
    recording = Rooted(run.model, "*")
    plain = predicted(run.model, batch, recording)
    step, place, small_ = 0, 1, 1e-3
    chosen = int(plain[0, step].argmax())
    assert recording.root is not None
    (slope,) = torch.autograd.grad(plain[0, step, chosen], recording.root)
    shrunk = Edit("encoder.embedded", "scale", 1 - small_, at=((0, place),))
    with torch.no_grad():
        after = predicted(run.model, batch, Recording(run.model, (shrunk,), sites=""))
    expected = float((slope * recording.root).detach().sum(-1)[0, place])
    assert float(plain.detach()[0, step, chosen] - after[0, step, chosen]) / small_ == pytest.approx(expected, rel=0.05, abs=1e-3)
    _, measures = measured(run, batch, required(run))
    assert measures["gradient"][0, step, place] == pytest.approx(abs(expected), rel=1e-3)


def test_the_weights_are_those_of_the_trace() -> None:
    run = api.load("attention_seq2seq", "translation")
    trace, found = run.explore("the car is red"), run.importance("the car is red")
    np.testing.assert_allclose(found.weights, trace["decoder.attention.weights"], atol=1e-5)
    assert found.source == trace.source and found.written == trace.tokens
    assert run.importance("the car is red").measures["occlusion"].shape == (len(trace.tokens), 4)


def test_kendall_counts_pairs() -> None:
    assert kendall(np.array([1.0, 2, 3]), np.array([1.0, 2, 3])) == 1 and kendall(np.array([1.0, 2, 3]), np.array([3.0, 2, 1])) == -1
    assert kendall(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4])) == pytest.approx(4 / 6)
    assert kendall(np.array([1.0, 2, np.nan]), np.array([5.0, 6, np.nan])) == 1, "padding has no order"
    assert kendall(np.array([1.0, 1, 2]), np.array([1.0, 2, 3])) == pytest.approx(2 / np.sqrt(2 * 3)), "ties are counted out"
    assert np.isnan(kendall(np.array([1.0, 1]), np.array([1.0, 2])))


def test_weights_are_permuted_among_real_places_alone(run: Run) -> None:
    batch, look = run.task.held_out("test", 6), required(run)
    recording = Permuted(run.model, f"{look}.weights", torch.Generator().manual_seed(1))
    seen, change = list[torch.Tensor](), recording.record

    def watched(module: torch.nn.Module, name: str, value: torch.Tensor, at: int | None) -> torch.Tensor:
        after = change(module, name, value, at)
        if fnmatchcase(f"{recording.names[id(module)]}.{name}", recording.site):
            seen.append(after)
            assert torch.equal(after.sort(-1).values, value.sort(-1).values), "the same weights, elsewhere"
        return after

    recording.record = watched  # type: ignore[method-assign]
    with torch.no_grad():
        predicted(run.model, batch, recording)
    real = batch.source != PAD
    assert seen
    for value in seen:
        places = real.view(len(batch), *[1] * (value.dim() - 2), -1).expand_as(value)
        assert not bool(value[~places].any())


def test_what_changes_nothing_changes_no_answer_and_alignment_is_needed_where_it_is() -> None:
    for pair, low, high in ((("attention_seq2seq", "copy"), 0.0, 0.1), (("pooled_classifier", "sentiment"), 0.5, 0.9)):
        run = api.load(*pair)
        *_, found = weighing(run, 16)
        shares = {one.how: one.share for one in found.muted}
        assert low <= shares["permuted"] <= high and low <= shares["even"] <= high and found.muted[0].n == 256
        assert found.chance < 0.01 if pair[1] == "copy" else 0.45 < found.chance < 0.55
        for one in found.agreements:
            assert one.interval[0] <= one.tau <= one.interval[1] and abs(one.shuffled) < 0.2 < one.tau
    batch = run.task.held_out("test", 64)
    with torch.no_grad():
        answers = run.model(batch.source, batch.mask).argmax(-1)
        nothing = Recording(run.model, (Edit("pooling.weights", "scale", 1),), sites="")
        assert bool(answers_under(run, batch, answers, nothing).all())


@pytest.mark.parametrize("pair", small.ONE_EACH, ids="-".join)
def test_every_model_is_measured_or_refuses_in_a_sentence(pair: tuple[str, str], page: Page) -> None:
    run = small.tiny_run(*pair)
    parts = [id for id, _ in page[Parts].value(page.library.stage(visits.start(*pair, device="cpu")))["parts"]]
    if looks(run) is None:
        assert "attention" not in parts
        with pytest.raises(InputError, match="look at no states of source tokens"):
            run.faithfulness(4)
    else:
        assert "attention" in parts and models.get(pair[0]).kind != "autoencoder"
        found = run.faithfulness(4)
        assert found.inputs == 4 and all(np.isfinite([one.tau, one.shuffled]).all() for one in found.agreements)


def test_the_page_is_told_step_by_step(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.app.panels.lab.evidence.SLICE_S", 0.0)
    visit = visits.start("attention_seq2seq", "translation", device="cpu").with_input(Typed("the tree is green"))
    told = page[Explaining].explain(visit, {})
    assert [row["id"] for row in told["rows"]] == ["attention", "gradient", "occlusion", "deletion"]
    assert len(told["readings"]) == len(told["written"]) == len(told["rows"][0]["values"])
    assert len(told["rows"][0]["values"][0]) == len(told["source"]) == 4
    first = page[Explaining].weigh(visit, {})
    assert (first["inputs"], first["of"], first["muted"], first["over"]) == (16, 64, [], False)
    with pytest.raises(InputError, match="One token alone"):
        page[Explaining].explain(visit.with_input(Typed("the")), {})
