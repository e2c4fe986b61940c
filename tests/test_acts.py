"""Acts: what each kind of them does to a model, where else it could have been done, and what that costs on held-out inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

import playground
from playground.errors import InputError
from playground.experiments.lab import effect as effects
from playground.experiments.lab.acts import BY_SOURCE, BY_STEP, KINDS, ONCE, Act, Offer, elsewhere, forms, offers
from playground.experiments.lab.effect import effect, interval, judged
from playground.inference.decoding import Beam, Sample, begin, following
from playground.models import Counted, EncoderDecoder
from playground.tracing import Edit, Recording
from playground.vocabulary import BOS, EOS, PAD
from tests.small import EACH_KIND, some_input, tiny_run

HOLD = Act("hold", "decoder.attention.weights", 2)
TRANSLATION = ("attention_seq2seq", "translation")


def made(offer: Offer) -> Act:
    """An act as offered, at its first place, by its usual amount."""
    kind = KINDS[offer.kind]
    return Act(offer.kind, offer.site, 0 if kind.placed else None, kind.usual)


@pytest.mark.parametrize("pair", EACH_KIND, ids=lambda pair: "-".join(pair))
def test_every_act_is_done_wherever_it_is_offered(pair: tuple[str, str]) -> None:
    """On one input and on many: with it the site holds what the act says, and elsewhere of it what the model computes."""
    run = tiny_run(*pair)
    found = forms(run)
    offered = offers(found)
    assert offered or isinstance(run.model, Counted)
    plain = run.explore(some_input(run.task))
    for act in map(made, offered):
        trace = run.explore(some_input(run.task), edits=act.edits)
        done, before = trace[act.site], plain[act.site]
        place = 0 if act.place is None else act.place
        match act.kind:
            case "hold":
                assert (done[..., place] == 1).all() and np.nansum(np.delete(done, place, -1)) == 0
            case "even":
                shares = np.where(done > 0, done, np.nan)
                assert np.nanmax(np.nanmax(shares, -1) - np.nanmin(shares, -1)) < 1e-6
            case "off":
                axis = 1 if found[act.site].by == BY_STEP else 0
                assert not np.take(done, place, axis).any() and np.take(before, place, axis).any()
            case "blank":
                assert not done[place].any() and np.array_equal(done[1:], before[1:])
            case "clamp":
                assert (done[..., place] == 0).all()
            case "scale":
                assert not done.any()
        assert len(judged(run, run.task.held_out("test", 4), Recording(run.model, act.edits, sites=""))) == 4


@pytest.mark.parametrize("pair", EACH_KIND, ids=lambda pair: "-".join(pair))
def test_acts_that_change_nothing_change_no_bit(pair: tuple[str, str]) -> None:
    run = tiny_run(*pair)
    given, writes = some_input(run.task), isinstance(run.model, EncoderDecoder)
    for strategy in ({}, *({"strategy": one} for one in (Sample(seed=3), Beam(2)) if writes)):
        plain = run.explore(given, **strategy)
        for offer in offers(forms(run)):
            if offer.kind == "scale":
                same = run.explore(given, edits=replace(made(offer), amount=1).edits, **strategy)
                assert same.tokens == plain.tokens
                assert all(np.array_equal(same[site], plain[site], equal_nan=True) for site in plain)


def test_forms_say_how_a_site_passes_by() -> None:
    found = forms(tiny_run("attention_seq2seq", "reverse"))
    assert found["encoder.states"].by == ONCE and found["decoder.attention.weights"].by == BY_STEP
    assert found["encoder.recurrent.layers.0.hidden"].by == BY_SOURCE
    assert found["decoder.hidden"].shape == found["decoder.attention.context"].shape


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("explode", "decoder.hidden"), "hold, even, off, blank, clamp, scale"),
        ((None, "decoder.hidden"), "is not an act"),
        (("hold", "decoder.attention.weights"), "needs a place"),
        (("hold", "decoder.attention.weights", -1), "needs a place"),
        (("hold", "decoder.attention.weights", True), "needs a place"),
        (("hold", "decoder.attention.weights", 2, 1.0), "needs no number"),
        (("even", "decoder.attention.weights", 2), "needs no place"),
        (("clamp", "decoder.hidden", 2), "needs a number"),
        (("clamp", "decoder.hidden", 2, "0"), "needs a number"),
        (("clamp", "decoder.hidden", 2, float("nan")), "finite numbers"),
        (("clamp", "", 2, 0.0), "name of a site"),
        (("scale", "decoder.hidden", None, 0.5, [-1]), "steps of an edit"),
        (("scale", "decoder.hidden", None, 0.5, None, 1), "on or off"),
    ],
)
def test_what_is_no_act_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Act(*arguments)


def test_an_act_is_made_again_by_what_it_tells() -> None:
    for act in (HOLD, Act("scale", "decoder.hidden", amount=0.5, steps=(1, 2), on=False), Act("clamp", "decoder.hidden", 3, -1)):
        assert Act(*act.json) == act  # type: ignore[arg-type]


def test_a_control_is_the_same_act_everywhere_else() -> None:
    run = tiny_run("attention_seq2seq", "reverse")
    found = forms(run)
    held = list(elsewhere(HOLD, found, 6))
    assert [act.place for act in held] == [0, 1, 3, 4, 5] and {act.site for act in held} == {HOLD.site}
    size = found["decoder.hidden"].shape[-1]
    units = list(elsewhere(Act("clamp", "decoder.hidden", 1, 0), found, 6))
    assert len(units) == size - 1 and all(act.place != 1 and act.amount == 0 for act in units)
    sites = {act.site for act in elsewhere(Act("scale", "decoder.attention.context", amount=0.5), found, 6)}
    assert "decoder.hidden" in sites and "encoder.states" not in sites, "of its size, and told as often"


def test_an_effect_is_that_of_rerunning_the_model() -> None:
    """Counted by hand: every answer decoded under the edits, one input after the other."""
    run = playground.load(*TRANSLATION)
    act, batch = replace(HOLD, steps=(0,)), run.task.held_out("test", 40)
    found = effect(run, [act], 40)
    read, written = run.task.source_vocabulary, run.task.target_vocabulary
    assert read is not None and written is not None
    right = []
    for source, target in zip(batch.source, batch.target, strict=True):
        words = [read.tokens[i] for i in source if i != PAD]
        if len(words) > 2:
            due = tuple(written.tokens[i] for i in target if i not in (PAD, EOS))
            right.append(run.explore(" ".join(words), edits=act.edits).output == run.task.join(due))
    assert found.inputs == len(right) and found.score == pytest.approx(np.mean(right))
    assert found.before == pytest.approx(1.0, abs=0.06) and found.score < 0.6 < found.before
    assert found.interval[0] < found.change < found.interval[1] < 0


def test_a_planted_unit_matters_and_its_neighbours_do_not() -> None:
    """The output layer of a small model is made to read one unit alone: clamping it breaks the answer, its control breaks nothing."""
    run = tiny_run("attention_seq2seq", "reverse")
    batch = run.task.held_out("test", 64)
    model = run.model
    assert isinstance(model, EncoderDecoder)
    weight = next(layer.weight for name, layer in model.named_modules() if name == "decoder.output")
    bias = next(layer.bias for name, layer in model.named_modules() if name == "decoder.output")
    planted = 3
    with torch.no_grad():
        weight.zero_()
        weight[:, planted] = torch.linspace(-1, 1, len(weight))
        bias.zero_()

    def logits(*edits: Edit) -> torch.Tensor:
        recording, token = Recording(model, edits, sites=""), torch.full((64,), BOS)
        return following(model, token, begin(model, batch.source, batch.mask, recording), 0, recording)[0]

    before = logits()
    assert before.abs().sum() > 0 and not logits(*Act("clamp", "decoder.attentional", planted, 0).edits).any()
    for unit in (0, 1, 2, 4):
        torch.testing.assert_close(logits(*Act("clamp", "decoder.attentional", unit, 0).edits), before)


def test_a_control_in_one_batch_is_each_act_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    run = playground.load(*TRANSLATION)
    monkeypatch.setattr(effects, "CONTROLLED", 8)
    monkeypatch.setattr(effects, "ROWS", 13)  # so that several batches share the work
    act = Act("scale", "decoder.attention.context", amount=0.5)
    control = effect(run, [act], 8).control
    assert control is not None and control.inputs == 8
    batch, changes = run.task.held_out("test", 8), {}
    before = judged(run, batch, Recording(run.model, sites=""))
    for other in elsewhere(act, forms(run), 0):
        changes[other] = float((judged(run, batch, Recording(run.model, other.edits, sites="")) - before).mean())
    assert control.places == len(changes) and control.change == pytest.approx(np.median(list(changes.values())))
    assert changes[control.where] == control.worst == min(changes.values())


def test_heads_that_are_all_off_are_a_sublayer_that_adds_nothing_of_them() -> None:
    run = playground.load("transformer", "reverse")
    site = "decoder.layers.0.cross_attention"
    heads = [Act("off", f"{site}.heads", head) for head in range(forms(run)[f"{site}.heads"].shape[0])]
    bias = dict(run.model.named_modules())[site].output.bias
    off = run.explore("31415", edits=[edit for act in heads for edit in act.edits])
    np.testing.assert_allclose(off[f"{site}.output"], np.broadcast_to(bias.detach().numpy(), off[f"{site}.output"].shape), atol=1e-6)


def test_a_place_that_no_held_out_input_has_is_refused() -> None:
    with pytest.raises(InputError, match="No held-out input is long enough"):
        effect(playground.load(*TRANSLATION), [replace(HOLD, place=4000)], 16)


def test_where_nothing_changed_the_interval_is_that_of_a_share_never_seen() -> None:
    none, right = np.zeros(512), np.ones(512)
    assert interval(none, right) == (pytest.approx(-0.00718, abs=1e-4), 0.0)
    assert interval(none, none) == (0.0, pytest.approx(0.00718, abs=1e-4))
    low, high = interval(np.where(np.arange(512) < 64, -1.0, 0.0), right)
    assert low < -0.125 < high < 0 and high - low == pytest.approx(4 * (0.125 * 0.875 / 512) ** 0.5, rel=0.1)


def test_effects_are_asked_of_a_run() -> None:
    run = playground.load(*TRANSLATION)
    edit = playground.Edit("decoder.hidden", "set", 0, at=((-1, 3),))
    found = run.effect(edit, n=16)
    assert found.inputs == 16 and found.control is not None and found.control.places == forms(run)["decoder.hidden"].shape[-1] - 1
    assert run.effect([edit, HOLD], n=16).control is None
    assert run.effect(playground.Edit("decoder.attention.context", "scale", 1), n=16).change == 0
    for wrong, message in (
        ("hold", "acts is 'hold'"),
        ([], "acts is"),
        ([edit, 3], "acts is"),
        (playground.Edit("nowhere", "scale", 0), "matched no site"),
        (playground.Edit("decoder.hidden", "scale", 0, steps=(90,)), "names the step 90"),
    ):
        with pytest.raises(InputError, match=message):
            run.effect(wrong, n=4)  # type: ignore[arg-type]
    for many in (1, 1025, 4.0, True, None):
        with pytest.raises(InputError, match="n is"):
            run.effect(edit, n=many)  # type: ignore[arg-type]
