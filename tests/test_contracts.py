"""What every architecture promises on every task it fits; what is dearer to ask, on one task of each kind."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from playground import models, tasks
from playground.inference.decoding import decode_batch
from playground.inference.explore import explore
from playground.models import Autoencoder, EncoderDecoder, Reader
from playground.tasks import NO_ANSWER, Batch, SensedTask, SequenceTask, TextTask
from playground.tracing import Edit, Recording, Trace
from playground.training.trainer import new_model
from playground.vocabulary import BOS, EOS, PAD
from tests.small import (
    CLOSE,
    EACH_KIND,
    LEARNING,
    PAIRS,
    answers,
    build,
    call,
    held_out,
    looked_at,
    looped,
    padded,
    some_input,
    tiny_recipe,
    watched,
    without_padding,
)


@pytest.mark.parametrize(("architecture", "task_id"), PAIRS)
def test_shapes(architecture: str, task_id: str) -> None:
    task, batch = held_out(task_id)
    model = build(architecture, task)
    out = call(model, batch)
    if isinstance(model, EncoderDecoder):
        assert out.shape == (*batch.target.shape, len(task.target_vocabulary))
        encoded = model.encode(batch.source, batch.mask)
        assert encoded.states.shape[:2] == batch.source.shape or isinstance(task, SensedTask)
    elif isinstance(model, Reader):
        each = batch.source.shape if task.kind in ("tags", "infill") else (len(batch),)
        assert out.shape == each if task.kind == "number" else (*each, len(task.classes))
    else:
        assert out.shape == batch.target.shape
    assert model.loss(batch).shape == ()
    assert bool(torch.isfinite(out).all())


@pytest.mark.parametrize(("architecture", "task_id"), [(a, t) for a, t in PAIRS if tasks.get(t).kind != "picture"])
@torch.no_grad()
def test_text_contracts(architecture: str, task_id: str) -> None:
    """Padding changes no answer, teacher forcing agrees with single steps, and both ways of computing agree, whatever the task."""
    task, batch = held_out(task_id)
    model = build(architecture, task)
    plain = answers(model, batch)
    for looking in (False, True):
        with looked_at(model, looking):
            torch.testing.assert_close(answers(model, padded(batch)), plain, **CLOSE, msg="padding changed an output")
        for row in range(len(batch)):
            with looked_at(model, looking):
                alone = answers(model, without_padding(batch, row))
            torch.testing.assert_close(alone, plain[row : row + 1, : alone.shape[1]], **CLOSE)
        if isinstance(model, EncoderDecoder):
            with looked_at(model, looking):
                torch.testing.assert_close(looped(model, batch), plain, **CLOSE, msg="forward and decode_step differ")


@pytest.mark.parametrize(("architecture", "task_id"), EACH_KIND)
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
        steps = task.max_steps(8)
        unseen = decode_batch(model, batch.source, batch.mask, max_steps=steps)
        assert torch.equal(unseen, decode_batch(model, batch.source, batch.mask, max_steps=steps, recording=Recording(model)))


DEAD_ENDS = {  # places that nothing reads, by architecture and kind of task
    "seq2seq/*": ("encoder.states",),  # only the final state crosses over
    "sequence_vae/*": ("encoder.states", "encoder.kl"),  # only the code crosses over; what it costs is told, and paid in training alone
    "*vae/*": ("encoder.log_variance", "encoder.linear_log_variance.sum"),  # it scales the noise, which is 0 while nothing trains
    "transformer_encoder/label": ("encoder.states",),  # only the summary is read
    "transformer_encoder/number": ("encoder.states",),
    "transformer_decoder/*": tuple(  # of the prompt's last layer only keys and values
        f"prompt.layers.0.{name}" for name in ("self_attention.[!kv]*", "residual?", "norm2", "linear?", "activation")
    ),
}


@pytest.mark.parametrize(("architecture", "task_id"), EACH_KIND)
def test_every_site_can_be_patched(architecture: str, task_id: str) -> None:
    """A site set to its own values changes nothing; set to others it changes what comes after."""
    task = tasks.get(task_id)()
    model = build(architecture, task, layers=1)
    end = {"sequence decoder": "decoder.logits", "reader": "head.logits", "autoencoder": "decoder.reconstruction"}[
        models.get(architecture).kind
    ]

    forced = {0: task.target_vocabulary.words[0], 1: task.target_vocabulary.words[1], 2: "end"} if end == "decoder.logits" else None

    def look(*edits: Edit) -> Trace:
        return explore(model, task, some_input(task), edits=edits, forced=forced)

    plain = look()
    dead = [end for pairs, ends in DEAD_ENDS.items() if fnmatchcase(f"{architecture}/{task.kind}", pairs) for end in ends]
    for site in plain.sites:
        again = look(Edit(site, "patch", plain[site]))
        np.testing.assert_allclose(again[end], plain[end], atol=1e-6, err_msg=f"{site} set to itself")
        if any(fnmatchcase(site, glob) for glob in dead):
            continue
        shift = np.cos(np.arange(plain[site].size)).reshape(plain[site].shape)  # not the same everywhere: a softmax would not notice that
        changed = look(Edit(site, "patch", plain[site] + shift))
        assert np.abs(changed[end] - plain[end]).max() > 1e-6, f"{site} does not reach {end}"


@pytest.mark.parametrize(("architecture", "task_id"), LEARNING)
def test_a_handful_of_examples_is_learned_by_heart(architecture: str, task_id: str) -> None:
    task, batch = held_out(task_id, 4)
    model = build(architecture, task, seed=1, hidden=48, width=48, embedding=16, code=16).train()
    before = float(model.loss(batch).detach())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(200):
        optimizer.zero_grad()
        model.loss(batch).backward()
        optimizer.step()
        if not isinstance(model, Autoencoder) and model.score(batch) == 1:
            break
    model.eval()
    assert model.score(batch) < 0.1 * before if isinstance(model, Autoencoder) else model.score(batch) == 1


@pytest.mark.parametrize("task_id", tasks.tasks())
def test_training_never_sees_what_is_held_out(task_id: str) -> None:
    task = tasks.get(task_id)()
    seen = rows(task.sample(3000, torch.Generator().manual_seed(0)))
    steering, judging = task.held_out("validation", 512), task.held_out("test", 1024)
    assert len(seen) > 500 and not seen & rows(judging)
    assert len(rows(judging)) == len(judging) >= (100 if task_id in ("pairs", "pictures") else 500), "no two are alike, and they are enough"
    if task_id != "pairs":  # of own lines the learned ones steer
        assert not seen & rows(steering) and not rows(steering) & rows(judging) and len(steering) > 90
    corners = task.corners()
    if corners is not None:
        assert rows(corners) & rows(task.sample(20_000, torch.Generator().manual_seed(0))), "corners are taught"
        assert not rows(corners) & (rows(steering) | rows(judging))


def rows(batch: Batch) -> set[bytes]:
    """Sources without what fills them up."""
    if batch.mask is None:
        return {row.numpy().tobytes() for row in batch.source}
    return {row[real].numpy().tobytes() for row, real in zip(batch.source, batch.mask, strict=True)}


RIGHT = {"reverse": lambda digits: digits[::-1], "copy": lambda digits: digits, "sort": sorted}


@pytest.mark.parametrize("task_id", [id for id, t in tasks.tasks().items() if issubclass(t, TextTask)])
def test_targets_are_right(task_id: str) -> None:
    """What is trained on is what the task itself answers; for digits checked in plain Python, token by token."""
    task = tasks.get(task_id)()
    for batch in (task.sample(200, torch.Generator().manual_seed(0)), task.held_out("test", 200)):
        real = batch.source != PAD
        assert real.all() if batch.mask is None else torch.equal(batch.mask, real)
        for source, target in zip(batch.source, batch.target, strict=True):
            words = task.source_vocabulary.decode(source.tolist())
            assert len(words) == int((source != PAD).sum())
            assert task.trained_lengths[0] <= len(words) <= task.trained_lengths[1]
            wanted = task.answer(words)
            if wanted is not None:
                assert written(task, target) == wanted
            if task_id in RIGHT:
                assert list(wanted) == RIGHT[task_id](list(words))


def written(task: Any, target: Tensor) -> tuple[str, ...]:
    """A target in words."""
    if isinstance(task, SequenceTask):
        ids = target[target != PAD].tolist()
        assert ids[-1] == EOS and EOS not in ids[:-1]
        return task.target_vocabulary.decode(ids)
    if task.kind == "number":
        return (str(round(float(target))),)
    return tuple(task.classes[i] for i in target.reshape(-1).tolist() if i != NO_ANSWER)


def test_the_decoder_reads_the_target_one_step_late() -> None:
    _, batch = held_out("reverse")
    assert batch.target_in[:, 0].tolist() == [BOS] * len(batch)
    assert torch.equal(batch.target_in[:, 1:], batch.target[:, :-1])


@pytest.mark.parametrize(("architecture", "task_id"), LEARNING)
def test_the_same_seed_gives_the_same_start(architecture: str, task_id: str) -> None:
    """And another seed another one; every weight is drawn, none is left as it came."""
    recipe = tiny_recipe(architecture, task_id)
    first = new_model(recipe).state_dict()
    torch.manual_seed(123)
    again = new_model(recipe).state_dict()
    other = dict(new_model(tiny_recipe(architecture, task_id, seed=1)).named_parameters())
    for name, value in first.items():
        assert torch.equal(value, again[name]), name
        assert value.dim() == 1 or name not in other or not torch.equal(value, other[name]), name  # some biases start at fixed values


def test_every_architecture_fits_some_task_and_says_what_it_needs() -> None:
    for id, architecture in models.architectures().items():
        assert any(pair[0] == id for pair in PAIRS)
        assert architecture.paper and architecture.title
