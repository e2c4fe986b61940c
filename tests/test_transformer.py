"""The Transformers never look ahead, lose nothing between two steps, and do not depend on how they are looked at."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from playground import tasks
from playground.errors import InputError
from playground.inference.explore import explore
from playground.models import Block, architectures
from playground.models.layers.positions import POSITIONS
from playground.models.layers.transformer import PLACEMENTS
from playground.runs.events import Event, Progress
from playground.training import recipes
from playground.training.evaluation import Watcher
from playground.training.stepper import Stepper
from playground.training.trainer import new_model, train
from playground.vocabulary import PAD
from tests.small import build
from tests.transformers import CLOSE, WRITERS, looked_at, model_of, stepped, watched


@pytest.mark.parametrize("looking", [False, True], ids=["fused", "explicit"])
@pytest.mark.parametrize("positions", POSITIONS)
@pytest.mark.parametrize("architecture", WRITERS)
@torch.no_grad()
def test_no_logit_knows_a_later_target(architecture: str, positions: str, looking: bool) -> None:
    model, task = model_of(architecture, positions=positions)
    batch = task.held_out("test", 3)
    target_in = batch.target_in
    with looked_at(model, looking):
        plain = model(batch.source, target_in, batch.mask)
    for at in range(1, target_in.shape[1]):
        other = target_in.clone()
        other[:, at:] = 3 + (other[:, at:] + 1) % 10
        with looked_at(model, looking):
            changed = model(batch.source, other, batch.mask)
        assert torch.equal(changed[:, :at], plain[:, :at])
        assert (changed[:, at] - plain[:, at]).abs().max() > 1e-4


@torch.no_grad()
def test_an_encoder_looks_both_ways() -> None:
    model, task = model_of("transformer")
    source = task.held_out("test", 1).source[:, :6].clamp(min=3)
    other = source.clone()
    other[:, 3] = 3 + (other[:, 3] - 2) % 10
    difference = (model.encode(source).states - model.encode(other).states).abs().amax(-1)[0]
    assert (difference > 1e-5).all()


@pytest.mark.parametrize(("norm", "positions"), list(product(PLACEMENTS, POSITIONS)))
@pytest.mark.parametrize("architecture", WRITERS)
def test_every_norm_and_position_keeps_the_contracts(architecture: str, norm: str, positions: str) -> None:
    """Fused and explicit agree, steps agree with teacher forcing, padding and company change nothing; and the loss falls."""
    model, task = model_of(architecture, norm=norm, positions=positions, activation="gelu")
    batch = task.held_out("test", 5)
    with torch.no_grad():
        plain = model(batch.source, batch.target_in, batch.mask)
        for looking in (False, True):
            with looked_at(model, looking):
                torch.testing.assert_close(model(batch.source, batch.target_in, batch.mask), plain, **CLOSE)
                wide = F.pad(batch.source, (0, 4), value=PAD), F.pad(batch.mask, (0, 4), value=False)
                torch.testing.assert_close(model(wide[0], batch.target_in, wide[1]), plain, **CLOSE)
                torch.testing.assert_close(stepped(model, batch), plain, **CLOSE)
                for row in range(len(batch)):
                    source, target = batch.source[row], batch.target_in[row : row + 1]
                    torch.testing.assert_close(model(source[source != PAD][None], target), plain[row : row + 1], **CLOSE)
    assert falls(architecture, "reverse", {"norm": norm, "positions": positions})


def falls(architecture: str, task: str, chosen: dict[str, Any]) -> bool:
    small = {"width": 16, "heads": 2, "feed_forward": 32} | chosen
    recipe = recipes.make(architecture, task, model_options=small, training_options={"steps": 40, "batch_size": 16}, device="cpu")
    stepper = Stepper(new_model(recipe), recipe.build_task(), recipe.training, recipe.seed, torch.device("cpu"))
    losses = [stepper.step() for _ in range(40)]
    return sum(losses[-5:]) < 0.95 * sum(losses[:5])


@torch.no_grad()
def test_teacher_forcing_can_go_on_where_steps_ended() -> None:
    for architecture in WRITERS:
        model, task = model_of(architecture)
        batch = task.held_out("test", 4)
        whole = model(batch.source, batch.target_in, batch.mask)
        state = model.decoder.init_state(model.encode(batch.source, batch.mask))
        first, state = model.decoder(batch.target_in[:, :3], state)
        second, state = model.decode_step(batch.target_in[:, 3], state)
        third, _ = model.decoder(batch.target_in[:, 4:], state)
        torch.testing.assert_close(torch.cat([first, second[:, None], third], dim=1), whole, **CLOSE)


def test_sites_have_the_shapes_that_views_expect() -> None:
    n, d, h, f = 2, 8, 16, 16
    model, task = model_of("transformer")
    seen = explore(model, task, "31415")
    s, t = 5, len(seen.tokens)
    encoder = {"embedded": (s, h), "positions": (s, h), "states": (s, h)}
    parts = {"query": (n, s, d), "key": (n, s, d), "value": (n, s, d), "scores": (n, s, s), "weights": (n, s, s), "heads": (n, s, d)}
    layer = {"norm1": h, "residual1": h, "linear1": f, "activation": f, "linear2": h, "norm2": h, "residual2": h}
    assert {name: seen[f"encoder.{name}"].shape for name in encoder} == encoder
    assert {name: seen[f"encoder.layers.1.self_attention.{name}"].shape for name in parts} == parts
    assert {name: seen[f"encoder.layers.0.{name}"].shape for name in layer} == {name: (s, width) for name, width in layer.items()}
    assert seen["encoder.layers.0.self_attention.output"].shape == (s, h)
    cross = {"query": (t, n, d), "key": (n, s, d), "value": (n, s, d), "scores": (t, n, s), "weights": (t, n, s), "heads": (t, n, d)}
    own = {"query": (t, n, d), "key": (t, n, d), "value": (t, n, d), "scores": (t, n, t), "weights": (t, n, t), "heads": (t, n, d)}
    assert {name: seen[f"decoder.layers.0.cross_attention.{name}"].shape for name in cross} == cross
    assert {name: seen[f"decoder.layers.1.self_attention.{name}"].shape for name in own} == own
    layer |= {"norm3": h, "residual3": h, "self_attention.output": h, "cross_attention.output": h}
    assert {name: seen[f"decoder.layers.1.{name}"].shape for name in layer} == {name: (t, width) for name, width in layer.items()}
    assert seen["decoder.embedded"].shape == seen["decoder.positions"].shape == seen["decoder.hidden"].shape == (t, h)
    assert np.isnan(seen["decoder.layers.0.self_attention.weights"][0, :, 1:]).all()


@pytest.mark.parametrize("task_id", [id for id, t in tasks.tasks().items() if architectures()["transformer_encoder"].fits(t)])
def test_a_reader_reads_the_whole_off_a_summary_token(task_id: str) -> None:
    """A label and a number have a row and a column more in their maps; tags and hidden words are read off the states."""
    model, task = model_of("transformer_encoder", task_id)
    seen = explore(model, task, task.pinned)
    s, whole = len(seen.source), task.kind in ("label", "number")
    assert seen["encoder.states"].shape == (s, 16)
    assert seen["encoder.layers.1.self_attention.weights"].shape == (2, s + whole, s + whole)
    assert ("encoder.summary" in seen.sites) == whole
    classes = 1 if task.kind == "number" else len(task.classes)
    assert seen["head.logits"].shape == ((classes,) if whole else (s, classes))
    if whole:
        expected = model.head(torch.from_numpy(seen["encoder.summary"])).detach().numpy()
        np.testing.assert_allclose(expected, seen["head.logits"], atol=1e-5)


def test_a_reader_cannot_fill_blanks_of_several_words() -> None:
    with pytest.raises(InputError, match="single words"):
        recipes.make("transformer_encoder", "infill", task_options={"blanks": "spans"})


@pytest.mark.parametrize("architecture", WRITERS)
def test_dropout_is_off_while_looking(architecture: str) -> None:
    recipe = recipes.make(architecture, "reverse", model_options={"dropout": 0.5}, training_options={"steps": 4}, device="cpu")
    task, model = recipe.build_task(), new_model(recipe)
    stepper = Stepper(model, task, recipe.training, 0, torch.device("cpu"))
    watcher = Watcher(model, task, torch.device("cpu"))
    for _ in range(2):
        stepper.step()
        assert watcher.score() == watcher.score()
        first, second = watcher.metrics(), watcher.metrics()
        assert first == second
        a, b = watcher.pinned(), watcher.pinned()
        assert a.output == b.output and np.array_equal(a.attention, b.attention)


def test_dropout_is_reproducible_and_leaves_no_mark() -> None:
    def losses(seed: int, dropout: float) -> list[float]:
        recipe = recipes.make(
            "transformer",
            "reverse",
            seed=seed,
            model_options={"dropout": dropout, "width": 16, "feed_forward": 16},
            training_options={"steps": 6, "batch_size": 8},
            device="cpu",
        )
        events: list[Event] = list(train(recipe))
        return [loss for event in events if isinstance(event, Progress) for _, _, loss in event.losses]

    torch.manual_seed(11)
    before = torch.get_rng_state()
    first = losses(0, 0.3)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(12)
    assert losses(0, 0.3) == first
    assert losses(0, 0.0) != first and losses(1, 0.3) != first


@pytest.mark.parametrize(
    ("chosen", "match"),
    [({"width": 24, "heads": 5}, "Choose 1, 2, 3, 4, 6, 8 heads"), ({"width": 24, "heads": 8, "positions": "rotary"}, "multiple of 16")],
)
def test_widths_that_cannot_be_shared_are_refused(chosen: dict[str, Any], match: str) -> None:
    for architecture in WRITERS:
        with pytest.raises(InputError, match=match):
            recipes.make(architecture, "reverse", model_options=chosen)


@pytest.mark.parametrize("pair", [("transformer", "reverse"), ("transformer_decoder", "reverse"), ("transformer_encoder", "sentiment")])
def test_every_block_says_what_it_is(pair: tuple[str, str]) -> None:
    model, task = model_of(*pair)
    seen = explore(model, task, task.pinned)
    blocks = {path: module.block for path, module in model.named_modules() if isinstance(getattr(module, "block", None), Block)}
    assert {path.rpartition(".")[2] for path in blocks} >= {"self_attention", "0", "embedding", "positions"}
    assert "head" in blocks or "decoder.output" in blocks
    for path, block in blocks.items():
        assert block.title and block.equation and block.about
        for _, name in block.symbols:
            around = [f"{path}.{name}", f"{path.rpartition('.')[0]}.{name}"]
            assert any(site in seen.sites for site in around), f"{path} has no {name}"


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@torch.no_grad()
def test_input_feeding(cell: str) -> None:
    """What a step found is read by the next: steps, teacher forcing and the watched run agree, and it makes a difference."""
    task = tasks.get("reverse")()
    fed = build("attention_seq2seq", task, cell=cell, input_feeding=True)
    plain = build("attention_seq2seq", task, cell=cell, input_feeding=False)
    batch = task.held_out("test", 4)
    logits = fed(batch.source, batch.target_in, batch.mask)
    torch.testing.assert_close(stepped(fed, batch), logits, **CLOSE)
    with watched(fed) as recording:
        torch.testing.assert_close(fed(batch.source, batch.target_in, batch.mask), logits, **CLOSE)
    with watched(plain) as other:
        plain(batch.source, batch.target_in, batch.mask)
    assert recording.taps.keys() == other.taps.keys()
    assert {k: v[0][1].shape for k, v in recording.taps.items()} == {k: v[0][1].shape for k, v in other.taps.items()}
    wider = {k for k, v in fed.state_dict().items() if v.shape != plain.state_dict()[k].shape}
    assert wider == {"decoder.recurrent.rnn.weight_ih_l0"}
    state = fed.decoder.init_state(fed.encode(batch.source, batch.mask))
    _, state = fed.decode_step(batch.target_in[:, 0], state)
    unfed = type(state)(state.recurrent, state.encoded, torch.zeros_like(state.attentional))
    token = batch.target_in[:, 1]
    assert (fed.decode_step(token, state)[0] - fed.decode_step(token, unfed)[0]).abs().max() > 1e-4
    fresh = plain.decoder.init_state(plain.encode(batch.source, batch.mask))
    assert fresh.attentional is None
