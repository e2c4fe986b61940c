"""Every recurrent model with all its cells, layers, directions and scores; torch's own modules are the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from playground.errors import InputError
from playground.inference.decoding import Beam
from playground.inference.explore import explore
from playground.models.layers.recurrent import CELLS, Recurrent, RecurrentEncoder
from playground.tasks import get
from playground.training.recipes import make
from playground.views.figures import trajectory
from playground.views.scene import sequence as scene
from tests.small import CLOSE, DECODER_PAIRS, build, call, held_out, looked_at, looped, padded, recurrent_options, without_padding

RECURRENT = [
    pytest.param(a, t, o, id="-".join([a, t, *(str(o[k]) for k in ("cell", "layers", "bidirectional", "backwards", "score") if k in o)]))
    for a, t in DECODER_PAIRS
    if t == "reverse"  # one task is enough for every combination
    for o in recurrent_options(a)
]


def test_the_documented_encoder_has_the_documented_shapes() -> None:
    encoded = RecurrentEncoder(vocabulary=10, embedding=8, hidden=16, layers=2, cell="gru")(torch.randint(10, (4, 9)))
    assert encoded.states.shape == (4, 9, 16)
    assert encoded.final.shape == (2, 4, 16)


@pytest.mark.parametrize(("architecture", "task_id", "options"), RECURRENT)
@torch.no_grad()
def test_recurrent_contracts(architecture: str, task_id: str, options: dict[str, Any]) -> None:
    """Shapes, padding, teacher forcing against single steps, and both ways of computing, on the same model."""
    task, batch = held_out(task_id)
    model = build(architecture, task, **options)
    plain = call(model, batch)

    final = model.encode(batch.source, batch.mask).final
    for part in final if isinstance(final, tuple) else (final,):
        assert part.shape == (options["layers"], len(batch), options["hidden"])

    for looking in (False, True):
        with looked_at(model, looking):
            torch.testing.assert_close(call(model, batch), plain, **CLOSE, msg="fused and explicit differ")
            torch.testing.assert_close(call(model, padded(batch)), plain, **CLOSE, msg="padding changed an output")
        with looked_at(model, looking):
            torch.testing.assert_close(looped(model, batch), plain, **CLOSE, msg="forward and decode_step differ")
        for row in range(len(batch)):
            alone = without_padding(batch, row)
            with looked_at(model, looking):
                torch.testing.assert_close(call(model, alone), plain[row : row + 1, : alone.target.shape[1]], **CLOSE)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("reads", ["forwards", "backwards", "both"])
@pytest.mark.parametrize("looking", [False, True], ids=["fused", "explicit"])
@pytest.mark.parametrize("masked", [False, True], ids=["full", "padded"])
@torch.no_grad()
def test_recurrent_agrees_with_torch(cell: str, layers: int, reads: str, looking: bool, masked: bool) -> None:
    """The reference is torch's own module with the same weights, over packed rows where there is padding, each turned round by hand
    where we read backwards."""
    torch.manual_seed(1)
    bidirectional, backwards = reads == "both", reads == "backwards"
    ours = Recurrent(cell, inputs=5, hidden=8, layers=layers, bidirectional=bidirectional, backwards=backwards)
    theirs = CELLS[cell](5, 4 if bidirectional else 8, layers, batch_first=True, bidirectional=bidirectional)
    theirs.load_state_dict(ours.rnn.state_dict())
    inputs, lengths = torch.randn(4, 7, 5), torch.tensor([7, 1, 4, 6])
    mask = torch.arange(7) < lengths[:, None] if masked else None
    given, inputs = inputs, by_hand(inputs, lengths if masked else torch.full((4,), 7)) if backwards else inputs
    if masked:
        packed = nn.utils.rnn.pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
        packed_states, final = theirs(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(packed_states, batch_first=True, total_length=7)
    else:
        states, final = theirs(inputs)
    with looked_at(ours, looking):
        our_states, our_final = ours(given, mask=mask)
    states = by_hand(states, lengths if masked else torch.full((4,), 7)) if backwards else states
    torch.testing.assert_close(our_states, states, **CLOSE)
    parts = zip(our_final, final, strict=True) if cell == "lstm" else [(our_final, final)]
    for mine, reference in parts:
        torch.testing.assert_close(mine, joined(reference, bidirectional), **CLOSE)


def by_hand(rows: Tensor, lengths: Tensor) -> Tensor:
    """Each row (T, …) from its end to its start, padding left where it is."""
    return torch.stack([torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(rows, lengths.tolist(), strict=True)])


def test_both_ways_and_backwards_are_one_choice() -> None:
    with pytest.raises(InputError, match="reads backwards too; choose bidirectional or backwards, not both"):
        make("seq2seq", "copy", model_options={"bidirectional": True, "backwards": True})


def test_read_backwards_the_first_token_is_the_last_to_be_read() -> None:
    """A trace keeps the order of the source: its first state is handed over, and knows every token; the last knows its own only."""
    task = get("copy")()
    model = build("seq2seq", task, backwards=True)
    trace, other = explore(model, task, "3141"), explore(model, task, "9141")
    np.testing.assert_allclose(trace["decoder.context"][-1], trace["encoder.states"][0], atol=1e-6)
    np.testing.assert_allclose(trace["encoder.states"][1:], other["encoder.states"][1:], atol=1e-6)
    assert np.abs(trace["encoder.states"][0] - other["encoder.states"][0]).max() > 1e-3
    drawn = scene.sequence(trace, model, task, key="k", run_label="")
    assert drawn["code"]["at"] == 0 and drawn["encoder"]["name"] == "LSTM, read backwards"
    assert trajectory.extract(trace, {}).read_last == 0
    deep = build("seq2seq", task, layers=2, backwards=True)
    assert trajectory.extract(explore(deep, task, "3141", strategy=Beam()), {}).read_last == 0
    forwards = build("seq2seq", task)
    trace = explore(forwards, task, "3141")
    assert scene.sequence(trace, forwards, task, key="k", run_label="")["code"]["at"] == 3
    assert trajectory.extract(trace, {}).read_last == 3


def joined(state: Tensor, bidirectional: bool) -> Tensor:
    """torch's (layers · directions, B, H) as (layers, B, directions · H), written out."""
    if not bidirectional:
        return state
    return torch.stack([torch.cat([state[2 * layer], state[2 * layer + 1]], dim=1) for layer in range(len(state) // 2)])


@pytest.mark.parametrize("hidden", [9, 15])
def test_odd_widths_cannot_be_halved(hidden: int) -> None:
    for architecture in {a for a, task in DECODER_PAIRS if task == "reverse" and recurrent_options(a)}:
        with pytest.raises(InputError, match="even"):
            make(architecture, "reverse", model_options={"hidden": hidden, "bidirectional": True})
        assert (
            dict(make(architecture, "reverse", model_options={"hidden": hidden, "bidirectional": False}).model_options)["hidden"] == hidden
        )
