"""`tap`: watching and intervening by one mechanism, and nothing at all when nobody looks."""

from __future__ import annotations

import json
import threading
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from playground.errors import InputError
from playground.inference.decoding import decode
from playground.inference.explore import explore
from playground.models.layers.recurrent import Recurrent
from playground.tasks import get
from playground.tracing import OPS, Edit, Recording, Trace, explicit, tap
from playground.tracing.edit import BY_THEMSELVES
from tests.small import EACH_KIND, build, some_input


class Inner(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return tap(self, "doubled", 2 * x)


class Outer(nn.Module):
    """y = 2x + 1, with a site on each of two paths."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Inner()])

    def forward(self, x: Tensor) -> Tensor:
        return tap(self, "out", self.blocks[0](x) + 1)


X = torch.tensor([[1.0, 2.0, 3.0]])
SITE = "blocks.0.doubled"


def run(*edits: Edit, steps: int = 1, sites: str = "*") -> dict[str, np.ndarray]:
    model = Outer()
    recording = Recording(model, edits, sites)
    for step in range(steps):
        with recording.open(step if steps > 1 else None):
            model(X)
    return recording.finish()


def test_a_closed_tap_returns_its_very_argument() -> None:
    value = torch.ones(2)
    assert tap(Outer(), "anything", value) is value
    assert not explicit()


def test_sites_are_module_paths_and_have_no_batch_axis() -> None:
    sites = run()
    assert set(sites) == {SITE, "out"}
    np.testing.assert_array_equal(sites[SITE], [2, 4, 6])
    assert run(steps=4)["out"].shape == (4, 3), "tapped once per step: time comes first"


def test_only_matching_sites_are_kept() -> None:
    assert set(run(sites="*.doubled")) == {SITE}


def test_what_is_recorded_is_a_copy() -> None:
    model = Outer()
    recording = Recording(model)
    with recording.open():
        model(X).mul_(0)
    np.testing.assert_array_equal(recording.finish()["out"], [3, 5, 7])


def test_rows_of_growing_length_are_padded_with_nan() -> None:
    model = Outer()
    recording = Recording(model)
    for step in range(3):
        with recording.open(step):
            tap(model, "grows", torch.ones(1, step + 1))
    grown = recording.finish()["grows"]
    np.testing.assert_array_equal(np.isnan(grown), [[False, True, True], [False, False, True], [False, False, False]])


@torch.no_grad()
def test_backward_direction_is_in_source_order() -> None:
    """Compared with the loop written out: the backward layer reads the last input first."""
    torch.manual_seed(0)
    model, inputs = Recurrent("rnn", 3, 8, bidirectional=True), torch.randn(1, 5, 3)
    recording = Recording(model)
    with recording.open():
        outputs, _ = model(inputs)
    h, wanted = torch.zeros(4), [torch.zeros(4)] * 5
    for t in (4, 3, 2, 1, 0):
        h = torch.tanh(
            model.rnn.weight_ih_l0_reverse @ inputs[0, t]
            + model.rnn.bias_ih_l0_reverse
            + model.rnn.weight_hh_l0_reverse @ h
            + model.rnn.bias_hh_l0_reverse
        )
        wanted[t] = h
    backward = recording.finish()["layers.0.reverse.hidden"]
    np.testing.assert_allclose(backward, torch.stack(wanted).numpy(), atol=1e-6)
    np.testing.assert_array_equal(backward, outputs[0, :, 4:].numpy())


@torch.no_grad()
def test_one_token_still_has_a_time_axis() -> None:
    model = Recurrent("gru", 3, 4)
    recording = Recording(model)
    with recording.open():
        model(torch.randn(1, 1, 3))
    assert recording.finish()["layers.0.hidden"].shape == (1, 4)


@pytest.mark.parametrize(
    ("edit", "doubled"),
    [
        (Edit(SITE, "set", 0), [0, 0, 0]),
        (Edit(SITE, "set", (7, 8, 9)), [7, 8, 9]),
        (Edit(SITE, "scale", 0.5), [1, 2, 3]),
        (Edit(SITE, "add", (1, 0, -1)), [3, 4, 5]),
        (Edit(SITE, "mask", (0, 1, 0)), [0, 4, 0]),
        (Edit(SITE, "patch", (5, 5, 6)), [5, 5, 6]),
        (Edit("*.doub*", "scale", 0), [0, 0, 0]),
    ],
)
def test_edits_change_the_value_and_all_that_follows(edit: Edit, doubled: list[float]) -> None:
    sites = run(edit)
    np.testing.assert_array_equal(sites[SITE], doubled)
    np.testing.assert_array_equal(sites["out"], np.add(doubled, 1))


def test_edits_apply_in_order() -> None:
    assert run(Edit(SITE, "set", 3), Edit(SITE, "scale", 2))[SITE].tolist() == [6, 6, 6]


def test_edits_of_single_steps() -> None:
    rows = run(Edit(SITE, "set", 0, steps=(1, 2)), steps=4)[SITE]
    assert rows.any(axis=1).tolist() == [True, False, False, True]


def test_a_patch_takes_the_row_of_its_step() -> None:
    """And steps after the end of the recording are left alone."""
    rows = run(Edit(SITE, "patch", ((1, 1, 1), (8, 8, 8))), steps=3)[SITE]
    assert rows.tolist() == [[1, 1, 1], [8, 8, 8], [2, 4, 6]]


@pytest.mark.fault(51)
def test_rows_of_growing_length_are_patched_as_a_trace_has_them() -> None:
    model = Outer()

    def grow(factor: float, *edits: Edit) -> np.ndarray:
        recording = Recording(model, edits)
        for step in range(3):
            with recording.open(step):
                tap(model, "grows", factor * torch.arange(1.0, 2 * step + 3).view(1, 2, step + 1))
        return recording.finish()["grows"]

    patch = Edit("grows", "patch", grow(1))
    np.testing.assert_array_equal(grow(5, patch), grow(1))
    assert patch == Edit(**patch.json()) and hash(patch) == hash(Edit(**json.loads(json.dumps(patch.json()))))
    with pytest.raises(InputError, match="finite numbers"):
        Edit("grows", "patch", np.where(np.isnan(grow(1)), 0, np.nan))


def test_rows_of_growing_length_fit_nothing_that_is_looked_at_once() -> None:
    with pytest.raises(InputError, match=r"rows of growing length; here the quantity has shape \(3, 3\)"):
        Edit(SITE, "patch", ((1.0,), (1.0, 2.0), (1.0, 2.0, 3.0))).apply(torch.ones(1, 3, 3), 0)


@pytest.mark.fault(51)
@pytest.mark.parametrize("pair", EACH_KIND, ids="-".join)
def test_a_site_patched_with_itself_changes_no_bit(pair: tuple[str, str]) -> None:
    """All decoders of captions too."""
    task = get(pair[1])()
    for wanted in [{"decoder": d} for d in ("transformer", "lstm", "prefix")] if pair[0] == "captioner" else [{}]:
        model = build(pair[0], task, **wanted)
        plain = explore(model, task, some_input(task))
        for site in plain.sites:
            again = explore(model, task, some_input(task), edits=(Edit(site, "patch", plain[site]),))
            for other in plain.sites:
                np.testing.assert_array_equal(again[other], plain[other], err_msg=f"{other}, where {site} was patched with itself")


def test_an_edit_that_matches_nothing_lists_what_there_is() -> None:
    with pytest.raises(InputError, match=rf"'heads\.\*'.*{SITE}, out"):
        run(Edit("heads.*", "set", 0))


def test_a_place_limits_an_edit_to_a_part() -> None:
    np.testing.assert_array_equal(run(Edit(SITE, "set", 9, at=((-1, 1),)))[SITE], [2, 9, 6])
    np.testing.assert_array_equal(run(Edit(SITE, "scale", 0, at=[(0, 2)]))[SITE], [2, 4, 0])
    assert hash(Edit(SITE, "set", 9, at=[[0, 2]])) and Edit(SITE, "set", 9, at=[[0, 2]]).at == ((0, 2),)
    value = torch.arange(12.0).view(1, 2, 3, 2)
    second_head = Edit("heads", "add", (1, 2), at=((0, 1),)).apply(value, 0)
    assert torch.equal(second_head[:, 0], value[:, 0]) and torch.equal(second_head[:, 1], value[:, 1] + torch.tensor([1.0, 2.0]))
    for place in [((-1, 3),), ((1, 0),), ((-2, 0),)]:
        with pytest.raises(InputError, match="has shape"):
            run(Edit(SITE, "set", 0, at=place))


@pytest.mark.parametrize("place", [5, "ab", (1,), ((1, 2, 3),), ((0, -1),), ((0, 1.0),), ((True, 0),), None, {0: 1}])
def test_bad_places_are_refused_at_once(place: Any) -> None:
    with pytest.raises(InputError, match="pairs of an axis and an index"):
        Edit(SITE, "set", 0, at=place)


def test_what_is_there_is_spread_evenly_over_where_it_is() -> None:
    weights = torch.tensor([[0.7, 0.2, 0.1, 0.0], [0.0, 1.0, 0.0, 0.0]])
    even = Edit("weights", "even").apply(weights, 0)
    torch.testing.assert_close(even, torch.tensor([[1 / 3, 1 / 3, 1 / 3, 0], [0, 1, 0, 0]]))
    assert torch.equal(Edit("weights", "even").apply(torch.zeros(1, 3), 0), torch.zeros(1, 3)), "nothing is nothing"
    with pytest.raises(InputError, match="takes no value"):
        Edit("weights", "even", 0.5)


def test_a_share_of_what_is_put_leaves_the_rest() -> None:
    plain = run()[SITE]
    assert run(Edit(SITE, "set", 10, share=0.5))[SITE].tolist() == [(one + 10) / 2 for one in plain]
    assert np.array_equal(run(Edit(SITE, "patch", (7, 8, 9), share=0))[SITE], plain)
    assert run(Edit(SITE, "patch", (7, 8, 9), share=1))[SITE].tolist() == [7, 8, 9]


def test_noise_is_the_same_for_the_same_seed_and_for_every_row() -> None:
    value = torch.zeros(2, 4, 500)
    drawn = Edit(SITE, "noise", 2, seed=5).apply(value, 1)
    assert torch.equal(drawn[0], drawn[1]) and abs(float(drawn.std()) - 2) < 0.1 and abs(float(drawn.mean())) < 0.15
    assert torch.equal(drawn, Edit(SITE, "noise", 2, seed=5).apply(value, 1))
    assert not torch.equal(drawn, Edit(SITE, "noise", 2, seed=5).apply(value, 2)), "drawn anew at every step"
    assert not torch.equal(drawn, Edit(SITE, "noise", 2, seed=6).apply(value, 1))
    assert torch.equal(drawn[:, :3], Edit(SITE, "noise", 2, seed=5).apply(value[:, :3], 1)), "also where rows are padded"


def test_a_freeze_holds_what_passed_at_its_step() -> None:
    model = Outer()
    for rows in ((), [[], [Edit(SITE, "freeze", steps=(1,))]]):
        edits = () if rows else (Edit(SITE, "freeze", steps=(1,)),)
        recording = Recording(model, edits, edits_by_row=rows)
        for step, factor in enumerate((1, 2, 3, 4)):
            with recording.open(step):
                model(torch.cat([X, X]) * factor)
        first, second = (recording.finish(row)[SITE] for row in (0, 1))
        assert second.tolist() == [(X[0] * 2 * factor).tolist() for factor in (1, 2, 2, 2)]
        assert np.array_equal(first, second) is not bool(rows), "only the rows that are asked for"


def test_acts_that_differ_by_row_are_one_batch() -> None:
    """Each row comes out as it does alone, and a row without an edit as it was."""
    model, x = Outer(), torch.arange(12.0).view(4, 3)
    changes = [Edit(SITE, "set", 0), Edit("out", "add", 10), Edit(SITE, "scale", 2, at=((-1, 0),))]
    rows = [[changes[0]], [], [changes[1], changes[2]], [changes[0]]]
    recording = Recording(model, edits_by_row=rows)
    with recording.open():
        together = model(x)
    for row, own in enumerate(rows):
        alone = Recording(model, own)
        with alone.open():
            assert torch.equal(model(x[row : row + 1])[0], together[row])
        assert all(np.array_equal(recording.finish(row)[site], alone.finish()[site]) for site in ("out", SITE))
    with pytest.raises(InputError, match="matched no site"):
        lost = Recording(model, edits_by_row=[[Edit("nowhere", "set", 0)]])
        with lost.open():
            model(X)
        lost.finish()


@pytest.mark.parametrize("op", [op for op in OPS if op not in BY_THEMSELVES])
def test_values_must_fit_the_quantity(op: str) -> None:
    for value in [(1, 2), ((1, 2, 3),) * 2, (((1,),),)]:
        with pytest.raises(InputError, match="shape"):
            run(Edit(SITE, op, (value,) if op == "patch" else value))


BAD_VALUES = [None, float("nan"), float("inf"), (1, float("-inf")), ((1, 2), (3,)), "5", {"a": 1}, object(), 10**400, 1e300, 1j, (1, "2")]


@pytest.mark.parametrize("value", BAD_VALUES, ids=lambda v: "object" if type(v) is object else repr(v)[:20])
def test_bad_values_are_refused_at_once(value: Any) -> None:
    with pytest.raises(InputError, match="finite numbers"):
        Edit(SITE, "set", value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", "set", 0), "name of a site"),
        ((None, "set", 0), "name of a site"),
        ((SITE, "explode", 0), "set, scale, add, mask, patch"),
        ((SITE, None, 0), "is not an edit"),
        ((SITE, "patch", 1.0), "needs a recording"),
        ((SITE, "set", 0, 5), "steps"),
        ((SITE, "set", 0, ("a",)), "steps"),
        ((SITE, "set", 0, (0.5,)), "steps"),
        ((SITE, "set", 0, None, (), 1.5), "share"),
        ((SITE, "set", 0, None, (), True), "share"),
        ((SITE, "scale", 0, None, (), 0.5), "Only set and patch take a share"),
        ((SITE, "noise", 1, None, (), 1.0, -1), "seed"),
        ((SITE, "noise", 1, None, (), 1.0, 1.5), "seed"),
        ((SITE, "noise", -1), "size of noise"),
        ((SITE, "freeze"), "one step"),
        ((SITE, "freeze", None, (1, 2)), "one step"),
        ((SITE, "freeze", 1, (1,)), "takes no value"),
    ],
)
def test_bad_edits_are_refused_at_once(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Edit(*arguments)


def test_edits_are_data() -> None:
    edit = Edit(SITE, "set", np.array([[1.0, 2.0]]), [0, 3])
    assert edit.value == ((1.0, 2.0),) and edit.steps == (0, 3)
    assert Edit(**edit.json()) == edit and hash(Edit(**edit.json())) == hash(edit)
    assert Edit(SITE, "set", torch.ones(2)) == Edit(SITE, "set", [1.0, 1.0])


def test_two_visitors_in_one_model_do_not_mix() -> None:
    """Each thread watches the same model with an edit of its own, both inside at the same time."""
    model, meet = Outer(), threading.Barrier(2)
    results: dict[int, list[list[float]]] = {}

    def visit(number: int) -> None:
        recording = Recording(model, [Edit(SITE, "set", number)])
        for step in range(50):
            with recording.open(step):
                meet.wait(10)
                model(X)
                meet.wait(10)
        results[number] = recording.finish()[SITE].tolist()

    threads = [threading.Thread(target=visit, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    outside = model(X)
    for thread in threads:
        thread.join()
    assert results == {number: [[number] * 3] * 50 for number in (1, 2)}
    assert outside.tolist() == [[3, 5, 7]]


def test_a_recording_is_not_open_between_steps() -> None:
    """Whoever holds a half-drained generator of steps sees nothing of it, and adds nothing to it."""
    task = get("reverse")()
    model = build("attention_seq2seq", task)
    recording = Recording(model)
    for count, _ in enumerate(decode(model, torch.tensor([[3, 4, 5]]), max_steps=3, recording=recording), start=1):
        assert not explicit()
        model(torch.tensor([[6, 7]]), torch.tensor([[1, 6]]))
        assert len(recording.taps["decoder.logits"]) == count
        assert len(recording.taps["encoder.states"]) == 1


def test_the_trace_names_its_sites_when_asked_for_another() -> None:
    trace = Trace({"b.weights": np.ones(2), "a.weights": np.zeros(2)})
    with pytest.raises(KeyError, match=r"'c' is not a site.*a\.weights, b\.weights"):
        trace["c"]
    assert list(trace) == ["a.weights", "b.weights"] and len(trace) == 2
    assert trace.find("*weights") is trace["a.weights"] and trace.find("gates") is None
