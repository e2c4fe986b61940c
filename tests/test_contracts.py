"""What every architecture promises on every task it fits, and every recurrent one for all its cells, layers and scores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from playground import models, tasks
from playground.decoding import decode_batch
from playground.errors import InputError
from playground.explore import explore
from playground.models import EncoderDecoder
from playground.models.recurrent import CELLS, Recurrent, RecurrentEncoder
from playground.recipes import make
from playground.tasks import Batch, SequenceTask
from playground.tracing import Edit, Recording
from playground.training import new_model
from playground.vocabulary import BOS, EOS, PAD
from tests.small import DECODER_PAIRS, PAIRS, build, call, recurrent_options, some_input, tiny_recipe

CLOSE = {"atol": 1e-5, "rtol": 0}
RECURRENT = [
    pytest.param(a, t, o, id="-".join([a, t, *(str(o[k]) for k in ("cell", "layers", "bidirectional", "score") if k in o)]))
    for a, t in dict(DECODER_PAIRS).items()  # one task is enough for every combination
    for o in recurrent_options(a)
]


@contextmanager
def watched(model: nn.Module, *edits: Edit) -> Iterator[Recording]:
    recording = Recording(model, edits)
    with recording.open(), torch.no_grad():
        yield recording


def looked_at(model: nn.Module, looking: bool) -> Any:
    """Both ways to compute: the fused kernels, and the explicit equations while a recording is open."""
    return watched(model) if looking else nullcontext()


def held_out(task_id: str, count: int = 5) -> tuple[Any, Batch]:
    task = tasks.get(task_id)()
    return task, task.held_out(count)


def padded(batch: Batch, columns: int = 3) -> Batch:
    """The same examples in a wider rectangle."""
    mask = batch.source != PAD
    return Batch(F.pad(batch.source, (0, columns), value=PAD), batch.target, F.pad(mask, (0, columns), value=False))


@pytest.mark.parametrize(("architecture", "task_id"), PAIRS)
def test_shapes(architecture: str, task_id: str) -> None:
    task, batch = held_out(task_id)
    model = build(architecture, task)
    out = call(model, batch)
    if isinstance(model, EncoderDecoder):
        assert out.shape == (*batch.target.shape, len(task.target_vocabulary))
        encoded = model.encode(batch.source, batch.mask)
        assert encoded.states.shape[:2] == batch.source.shape
    else:
        assert out.shape == batch.target.shape
    assert model.loss(batch).shape == ()
    assert bool(torch.isfinite(out).all())


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


def looped(model: EncoderDecoder, batch: Batch) -> Tensor:
    """Teacher forcing by the code that decoding uses."""
    state, logits = model.decoder.init_state(model.encode(batch.source, batch.mask)), []
    for token in batch.target_in.T:
        step, state = model.decode_step(token, state)
        logits.append(step)
    return torch.stack(logits, dim=1)


def without_padding(batch: Batch, row: int) -> Batch:
    source, target = batch.source[row], batch.target[row]
    return Batch(source[source != PAD][None], target[target != PAD][None])


@pytest.mark.parametrize(("architecture", "task_id"), PAIRS)
def test_looking_changes_nothing(architecture: str, task_id: str) -> None:
    """No greedy token, no number by more than 1e-5; and an edit that does nothing, not one bit."""
    task, batch = held_out(task_id)
    model = build(architecture, task)
    with watched(model) as recording:
        explicit = call(model, batch)
    assert recording.taps
    torch.testing.assert_close(explicit, call(model, batch), **CLOSE)
    with watched(model, Edit("*", "scale", 1)):
        assert torch.equal(call(model, batch), explicit)
    if isinstance(model, EncoderDecoder):
        unseen = decode_batch(model, batch.source, batch.mask, max_steps=20)
        assert torch.equal(unseen, decode_batch(model, batch.source, batch.mask, max_steps=20, recording=Recording(model)))


DEAD_ENDS = {"seq2seq": ("encoder.states",)}  # only the final state crosses over


@pytest.mark.parametrize(("architecture", "task_id"), PAIRS)
def test_every_site_can_be_patched(architecture: str, task_id: str) -> None:
    """A site set to its own values changes nothing; set to others it changes what comes after."""
    task = tasks.get(task_id)()
    model = build(architecture, task)
    plain = explore(model, task, some_input(task))
    end = "decoder.logits" if isinstance(task, SequenceTask) else "decoder.reconstruction"
    forced = dict(enumerate(plain.tokens))  # the same tokens whatever the edit does, so that shapes agree
    for site in plain.sites:
        kept = np.nan_to_num(plain[site])
        again = explore(model, task, some_input(task), edits=[Edit(site, "patch", kept)])
        np.testing.assert_allclose(again[end], plain[end], atol=1e-6, err_msg=f"{site} set to itself")
        shift = 0.5 * (-1.0) ** np.arange(kept.shape[-1])  # not the same everywhere: a softmax would not notice that
        if site in DEAD_ENDS.get(architecture, ()):
            continue
        changed = explore(model, task, some_input(task), edits=[Edit(site, "add", tuple(shift.tolist()))], forced=forced or None)
        assert np.abs(changed[end] - plain[end]).max() > 1e-6, f"{site} does not reach {end}"


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("looking", [False, True], ids=["fused", "explicit"])
@pytest.mark.parametrize("masked", [False, True], ids=["full", "padded"])
@torch.no_grad()
def test_recurrent_agrees_with_torch(cell: str, layers: int, bidirectional: bool, looking: bool, masked: bool) -> None:
    """The reference is torch's own module with the same weights, over packed rows where there is padding."""
    torch.manual_seed(1)
    ours = Recurrent(cell, inputs=5, hidden=8, layers=layers, bidirectional=bidirectional)
    theirs = CELLS[cell](5, 4 if bidirectional else 8, layers, batch_first=True, bidirectional=bidirectional)
    theirs.load_state_dict(ours.rnn.state_dict())
    inputs, lengths = torch.randn(4, 7, 5), torch.tensor([7, 1, 4, 6])
    mask = torch.arange(7) < lengths[:, None] if masked else None
    if masked:
        packed = nn.utils.rnn.pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
        packed_states, final = theirs(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(packed_states, batch_first=True, total_length=7)
    else:
        states, final = theirs(inputs)
    with looked_at(ours, looking):
        our_states, our_final = ours(inputs, mask=mask)
    torch.testing.assert_close(our_states, states, **CLOSE)
    parts = zip(our_final, final, strict=True) if cell == "lstm" else [(our_final, final)]
    for mine, reference in parts:
        torch.testing.assert_close(mine, joined(reference, bidirectional), **CLOSE)


def joined(state: Tensor, bidirectional: bool) -> Tensor:
    """torch's (layers · directions, B, H) as (layers, B, directions · H), written out."""
    if not bidirectional:
        return state
    return torch.stack([torch.cat([state[2 * layer], state[2 * layer + 1]], dim=1) for layer in range(len(state) // 2)])


@pytest.mark.parametrize("hidden", [9, 15])
def test_odd_widths_cannot_be_halved(hidden: int) -> None:
    for architecture in {a for a, _ in DECODER_PAIRS if recurrent_options(a)}:
        with pytest.raises(InputError, match="even"):
            make(architecture, "reverse", model_options={"hidden": hidden, "bidirectional": True})
        assert (
            dict(make(architecture, "reverse", model_options={"hidden": hidden, "bidirectional": False}).model_options)["hidden"] == hidden
        )


@pytest.mark.parametrize(("architecture", "task_id"), PAIRS)
def test_a_handful_of_examples_is_learned_by_heart(architecture: str, task_id: str) -> None:
    task, batch = held_out(task_id, 4)
    model = build(architecture, task, seed=1, hidden=48, embedding=16, code=16).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    before = float(model.loss(batch).detach())
    for _ in range(200):
        optimizer.zero_grad()
        loss = model.loss(batch)
        loss.backward()
        optimizer.step()
    if isinstance(model, EncoderDecoder):
        assert model.score(batch) == 1
    else:
        assert model.score(batch) < 0.1 * before


@pytest.mark.parametrize("task_id", tasks.tasks())
def test_training_never_sees_what_is_held_out(task_id: str) -> None:
    task = tasks.get(task_id)()
    seen = {row.numpy().tobytes() for row in task.sample(3000, torch.Generator().manual_seed(0)).source}
    unseen = {row.numpy().tobytes() for seed in range(4) for row in task.held_out(300, seed).source}
    assert len(seen) > 1000 and len(unseen) > 300
    assert not seen & unseen


RIGHT = {"reverse": lambda digits: digits[::-1], "copy": lambda digits: digits}


@pytest.mark.parametrize("task_id", [id for id, t in tasks.tasks().items() if t.kind == "sequence"])
def test_targets_are_right(task_id: str) -> None:
    """Checked in plain Python, token by token; a new sequence task needs its own line in RIGHT."""
    task = tasks.get(task_id)()
    for batch in (task.sample(200, torch.Generator().manual_seed(0)), task.held_out(200)):
        assert torch.equal(batch.mask, batch.source != PAD)
        for source, target, target_in in zip(batch.source.tolist(), batch.target.tolist(), batch.target_in.tolist(), strict=True):
            digits = [task.source_vocabulary.tokens[i] for i in source if i != PAD]
            wanted = RIGHT[task_id](digits)
            assert [task.target_vocabulary.tokens[i] for i in target if i not in (PAD, EOS)] == wanted
            assert target[len(wanted)] == EOS and target_in == [BOS, *target[:-1]]
            assert list(task.answer(tuple(digits))) == wanted
            assert task.trained_lengths[0] <= len(digits) <= task.trained_lengths[1]


@pytest.mark.parametrize(("architecture", "task_id"), PAIRS)
def test_the_same_seed_gives_the_same_start(architecture: str, task_id: str) -> None:
    """And another seed another one; every weight is drawn, none is left as it came."""
    recipe = tiny_recipe(architecture, task_id)
    first = new_model(recipe).state_dict()
    torch.manual_seed(123)
    again = new_model(recipe).state_dict()
    other = new_model(tiny_recipe(architecture, task_id, seed=1)).state_dict()
    for name, value in first.items():
        assert torch.equal(value, again[name]), name
        assert value.dim() == 1 or not torch.equal(value, other[name]), name  # some biases start at fixed values


def test_every_architecture_fits_some_task_and_says_what_it_needs() -> None:
    for id, architecture in models.architectures().items():
        assert any(pair[0] == id for pair in PAIRS)
        assert architecture.paper and architecture.title
