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
from playground.experiments.lab.acts import BY_SOURCE, BY_STEP, KINDS, ONCE, SEEDS, Act, Offer, elsewhere, forms, offers
from playground.experiments.lab.acts.taken import MEANT, Taken, width
from playground.experiments.lab.effect import effect, interval, judged
from playground.inference.decoding import Beam, Sample, begin, following
from playground.models import Counted, EncoderDecoder
from playground.storage.run import Run
from playground.tracing import Edit, Recording, Trace
from playground.vocabulary import BOS, EOS, PAD
from tests.small import EACH_KIND, some_input, tiny_run

HOLD = Act("hold", "decoder.attention.weights", 2)
TAKING = (Act("swap", "decoder.hidden", amount=0.5, given="1 2"), Act("noise", "encoder.code", amount=2, given=7))
MADE = ("swap", "mean", "freeze", "noise")
TRANSLATION = ("attention_seq2seq", "translation")


def made(offer: Offer) -> Act:
    """An act as offered, at its first place, by its usual amount."""
    kind = KINDS[offer.kind]
    steps = (0,) if kind.since else None
    return Act(offer.kind, offer.site, 0 if kind.placed else None, kind.usual, steps, given=None if kind.takes is None else 1)


def done(run: Run, taken: Taken, act: Act) -> Trace:
    """An input under an act."""
    plain = run.explore(some_input(run.task))
    return run.explore(some_input(run.task), edits=taken.edits(act, len(plain.source)))


def alike(run: Run, taken: Taken, act: Act) -> Act:
    """The act, taking from an input of the very length of the small one."""
    positions = len(run.explore(some_input(run.task)).source)
    if act.kind != "swap" or taken.reaches(act, positions):
        return act
    return replace(act, given=next(i for i in range(200) if taken.reaches(replace(act, given=i), positions)))


@pytest.mark.parametrize("pair", EACH_KIND, ids=lambda pair: "-".join(pair))
def test_every_act_is_done_wherever_it_is_offered(pair: tuple[str, str]) -> None:
    """On one input and on many: with it the site holds what the act says, and elsewhere of it what the model computes."""
    run = tiny_run(*pair)
    taken = Taken(run)
    offered = offers(taken.found)
    assert offered or isinstance(run.model, Counted)
    plain, measured = run.explore(some_input(run.task)), set[str]()
    for act in map(made, offered):
        act = alike(run, taken, act)
        assert taken.fits(act)
        after, before = done(run, taken, act)[act.site], plain[act.site]
        place = 0 if act.place is None else act.place
        match act.kind:
            case "hold":
                assert (after[..., place] == 1).all() and np.nansum(np.delete(after, place, -1)) == 0
            case "even":
                shares = np.where(after > 0, after, np.nan)
                assert np.nanmax(np.nanmax(shares, -1) - np.nanmin(shares, -1)) < 1e-6
            case "off":
                axis = 1 if taken.found[act.site].by == BY_STEP else 0
                assert not np.take(after, place, axis).any() and np.take(before, place, axis).any()
            case "blank":
                assert not after[place].any() and np.array_equal(after[1:], before[1:])
            case "clamp":
                assert (after[..., place] == 0).all()
            case "scale":
                assert not after.any()
            case "swap":
                other = taken.other(act.site, act.given).sites[act.site]
                both = min(len(after), len(other))
                assert np.array_equal(after[:both], other[:both])
            case "mean":
                mean = taken.mean(act.site)[..., place]
                assert np.array_equal(after[..., place], np.broadcast_to(mean, after[..., place].shape))
            case "freeze":
                assert all(np.array_equal(row, after[0], equal_nan=True) for row in after)
            case "noise":
                assert not np.array_equal(after, before) and np.array_equal(done(run, taken, act)[act.site], after)
        edits = taken.edits(act, width(run, run.task.held_out("test", 4)))
        assert len(judged(run, run.task.held_out("test", 4), Recording(run.model, edits, sites=""))) == 4
        if act.kind in MADE and act.kind not in measured:
            of_first = replace(act, given=0) if act.kind == "swap" else act
            assert effect(run, [of_first], 16, taken).inputs > 0
        measured.add(act.kind)


@pytest.mark.parametrize("pair", EACH_KIND, ids=lambda pair: "-".join(pair))
def test_acts_that_change_nothing_change_no_bit(pair: tuple[str, str]) -> None:
    """By whatever strategy: scaled by 1, nothing taken of another input, noise of no size, frozen at the last step, put back as it was."""
    run = tiny_run(*pair)
    taken = Taken(run)
    given, writes = some_input(run.task), isinstance(run.model, EncoderDecoder)
    for strategy in ({}, *({"strategy": one} for one in (Sample(seed=3), Beam(2)) if writes)):
        plain = run.explore(given, **strategy)
        last = max((len(plain.tokens), *(len(one.tokens) for one in plain.search.hypotheses)) if plain.search else (len(plain.tokens),)) - 1
        every = offers(taken.found)
        for offer in {offer.kind: offer for offer in every}.values() if strategy else every:
            act = alike(run, taken, made(offer))
            match offer.kind:
                case "scale":
                    act = replace(act, amount=1)
                case "swap" | "noise":
                    act = replace(act, amount=0)
                case "freeze":
                    act = replace(act, steps=(max(last, 0),))
                case _:
                    continue
            same = run.explore(given, edits=taken.edits(act, len(plain.source)), **strategy)
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
        (("explode", "decoder.hidden"), "hold, even, off, blank, clamp, scale, swap, mean, freeze, noise"),
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
        (("scale", "decoder.hidden", None, 0.5, None, True, 3), "takes nothing besides"),
        (("swap", "decoder.hidden", None, 1), "another input"),
        (("swap", "decoder.hidden", None, 1, None, True, ""), "another input"),
        (("swap", "decoder.hidden", None, 1, None, True, "a" * 1001), "another input"),
        (("swap", "decoder.hidden", None, 1, None, True, 1024), "from 0 to 1,023"),
        (("swap", "decoder.hidden", None, 1.5, None, True, "a"), "from 0 to 1"),
        (("noise", "decoder.hidden", None, 1, None, True, "a"), "needs a seed"),
        (("noise", "decoder.hidden", None, 1, None, True, True), "needs a seed"),
        (("noise", "decoder.hidden", None, -1, None, True, 1), "from 0 to 100"),
        (("freeze", "decoder.attention.weights"), "one step"),
        (("freeze", "decoder.attention.weights", None, None, [1, 2]), "one step"),
        (("mean", "decoder.hidden", -1), "place"),
    ],
)
def test_what_is_no_act_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Act(*arguments)


def test_an_act_is_made_again_by_what_it_tells() -> None:
    for act in (HOLD, Act("scale", "decoder.hidden", amount=0.5, steps=(1, 2), on=False), Act("clamp", "decoder.hidden", 3, -1), *TAKING):
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


@pytest.mark.parametrize("pair", [("seq2seq", "copy"), ("seq2seq", "reverse")])
def test_swapped_contexts_decode_the_words_of_the_other_input(pair: tuple[str, str]) -> None:
    """Nothing but the final state crosses over: the decoder of one input writes what the other is answered with."""
    run = playground.load(*pair)
    taken = Taken(run)
    for one, other in (("31415", "92653"), ("27182", "81"), ("66", "7171")):
        act = Act("swap", "decoder.context", amount=1, given=other)
        swapped = run.explore(one, edits=taken.edits(act, len(one)))
        assert swapped.output == run.explore(other).output != run.explore(one).output
    half = run.explore("31415", edits=taken.edits(replace(act, amount=0.5, given="92653"), 5))
    own, put = (run.explore(text)["decoder.context"] for text in ("31415", "92653"))
    np.testing.assert_allclose(half["decoder.context"], (own + put) / 2, atol=1e-6)


def test_taking_from_another_input_leaves_what_that_input_is_answered_with() -> None:
    """States of another sentence of the same length are all that attention looks at; longer ones are refused."""
    run = playground.load(*TRANSLATION)
    taken = Taken(run)
    act = Act("swap", "encoder.states", amount=1, given="the small dog sleeps")
    positions = len(run.explore("the small dog sleeps").source)
    assert taken.reaches(act, positions) and not taken.reaches(act, positions + 1)
    found = effect(run, [act], 200, taken)
    assert found.inputs < 200 and found.score < 0.2 < found.before and found.control is not None
    assert isinstance(found.control.where, Act) and isinstance(found.control.where.given, int)
    with pytest.raises(InputError, match="zebra"):
        taken.check(replace(act, given="the zebra"))
    with pytest.raises(InputError, match="nothing that is typed"):
        Taken(tiny_run("vae", "strokes")).check(Act("swap", "encoder.code", amount=1, given="3"))


def test_a_mean_is_that_of_every_held_out_input_by_itself() -> None:
    run = tiny_run("attention_seq2seq", "reverse")
    taken, batch = Taken(run), run.task.held_out("test", MEANT)
    model, rows = run.model, []
    assert isinstance(model, EncoderDecoder)
    for row in range(len(batch)):
        one = batch[row : row + 1]
        recording = Recording(model, sites="*")
        state = begin(model, one.source[one.source != PAD][None], None, recording)
        for step, token in enumerate(one.target_in[one.target != PAD][:, None]):
            _, state = following(model, token, state, step, recording)
        rows.append(recording.finish())
    for site in ("encoder.states", "decoder.hidden", "encoder.recurrent.layers.0.reverse.hidden"):
        np.testing.assert_allclose(taken.mean(site), np.concatenate([one[site] for one in rows]).mean(0), atol=1e-5)


def test_attention_stays_where_it_was_at_the_step_it_is_frozen() -> None:
    """Where all weight lay on one state then, the model reads that state ever after; other hypotheses keep weights of their own."""
    run = playground.load(*TRANSLATION)
    act = Act("freeze", HOLD.site, steps=(1,))
    trace = run.explore("the beautiful tree is green", edits=act.edits)
    weights = trace[HOLD.site]
    assert np.array_equal(weights[2:], np.broadcast_to(weights[1], weights[2:].shape)) and not np.array_equal(weights[0], weights[1])
    searched = run.explore("the beautiful tree is green", strategy=Beam(3), edits=act.edits)
    frozen = np.asarray(searched[HOLD.site])
    for hypothesis in frozen:
        real = hypothesis[~np.isnan(hypothesis).any(-1)]
        assert np.array_equal(real[2:], np.broadcast_to(real[1], real[2:].shape))
    found = effect(run, [act], 64)
    assert found.score < found.before and found.control is not None
    assert isinstance(found.control.where, Act) and found.control.where.steps != (1,), "the same from other steps on"


def test_noise_has_a_control_of_its_size() -> None:
    """At other sites that are as wide; where there are none, other seeds."""
    act = Act("noise", "encoder.code", amount=1, given=3)
    wide, alone = (effect(tiny_run(name, "strokes"), [act], 32).control for name in ("autoencoder", "conv_autoencoder"))
    assert wide is not None and isinstance(wide.where, Act) and wide.where.given == 3 and wide.where.site != act.site
    assert alone is not None and isinstance(alone.where, Act) and alone.where.given != 3 and alone.places == SEEDS


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
