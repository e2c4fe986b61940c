"""The Transformers agree with torch's own layers, never look ahead, and lose nothing between two steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from playground import options, recipes, tasks
from playground.errors import InputError
from playground.events import Event, Progress
from playground.explore import explore
from playground.models import Block, EncoderDecoder, architectures, initialise
from playground.models.positions import POSITIONS, Rotary, turned
from playground.models.transformer_decoder import PromptDecoder
from playground.models.transformer_layers import PLACEMENTS, DecoderLayer, EncoderLayer, MultiHeadAttention, TransformerOptions
from playground.models.transformer_stack import causal
from playground.tasks import Batch, SequenceTask
from playground.tracing import Recording
from playground.training import Stepper, Watcher, new_model, train
from playground.vocabulary import BOS, EOS, PAD, Vocabulary
from tests.small import build

CLOSE = {"atol": 1e-5, "rtol": 0}
WRITERS = ["transformer", "transformer_decoder"]
NORMS = [("pre", True), ("post", False)]


@contextmanager
def watched(model: nn.Module) -> Iterator[Recording]:
    recording = Recording(model)
    with recording.open(), torch.no_grad():
        yield recording


def looked_at(model: nn.Module, looking: bool) -> Any:
    return watched(model) if looking else nullcontext()


def drawn(module: nn.Module) -> Any:
    """The module with parameters of its own; norms are no longer the identity."""
    initialise(module, generator := torch.Generator().manual_seed(3))
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.LayerNorm):
                part.weight.uniform_(0.5, 1.5, generator=generator)
                part.bias.uniform_(-0.5, 0.5, generator=generator)
    return module.eval()


def copy_attention(theirs: nn.MultiheadAttention, ours: MultiHeadAttention) -> None:
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key.weight, ours.value.weight]))
        theirs.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.key.bias, ours.value.bias]))
        theirs.out_proj.load_state_dict(ours.output.state_dict())


def copy_layer(theirs: Any, ours: EncoderLayer) -> None:
    copy_attention(theirs.self_attn, ours.self_attention)
    for name in ("linear1", "linear2", "norm1", "norm2", *(["norm3"] if isinstance(ours, DecoderLayer) else [])):
        getattr(theirs, name).load_state_dict(getattr(ours, name).state_dict())
    if isinstance(ours, DecoderLayer):
        copy_attention(theirs.multihead_attn, ours.cross_attention)


def some(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def real(lengths: list[int]) -> Tensor:
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


def model_of(architecture: str, task: str = "reverse", seed: int = 0, **chosen: Any) -> tuple[Any, Any]:
    """A small untrained model of a task, with every parameter at random, and the task."""
    entry, built = architectures()[architecture], tasks.get(task)()
    small = {"width": 16, "heads": 2, "layers": 2, "feed_forward": 16}
    return drawn(entry.build(built, options.parse(entry.Options, small | chosen))), built


@pytest.mark.parametrize("looking", [False, True], ids=["fused", "explicit"])
@pytest.mark.parametrize("masked", [False, True], ids=["full", "padded"])
@torch.no_grad()
def test_attention_agrees_with_torch(looking: bool, masked: bool) -> None:
    ours = drawn(MultiHeadAttention(12, 3))
    theirs = nn.MultiheadAttention(12, 3, batch_first=True)
    copy_attention(theirs, ours)
    x, states = some(4, 5, 12), some(4, 7, 12, seed=1)
    mask = real([7, 3, 1, 6]) if masked else None
    output, weights = theirs(x, states, states, key_padding_mask=None if mask is None else ~mask, average_attn_weights=False)
    shown = None if mask is None else mask[:, None, None]
    with looked_at(ours, looking):
        torch.testing.assert_close(ours(x, ours.remember(states), shown), output, **CLOSE)
    with watched(ours) as recording:
        ours(x, ours.remember(states), shown)
        for step in range(5):  # one query alone is the same query
            alone = ours(x[:, step], ours.remember(states), None if mask is None else mask[:, None])
            torch.testing.assert_close(alone, output[:, step], **CLOSE)
    together, *alone = [value for _, value in recording.taps["weights"]]
    torch.testing.assert_close(together, weights, **CLOSE)
    torch.testing.assert_close(torch.stack(alone, dim=2), weights, **CLOSE)


@pytest.mark.parametrize("looking", [False, True], ids=["fused", "explicit"])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize(("placement", "norm_first"), NORMS, ids=["pre", "post"])
@torch.no_grad()
def test_layers_agree_with_torch(placement: str, norm_first: bool, activation: str, looking: bool) -> None:
    chosen = TransformerOptions(heads=2, width=12, feed_forward=20, norm=placement, activation=activation)
    same: dict[str, Any] = {"activation": activation, "norm_first": norm_first, "batch_first": True, "dropout": 0.0}
    x, states, mask = some(3, 6, 12), some(3, 5, 12, seed=1), real([5, 2, 4])

    encoder, reference = drawn(EncoderLayer(chosen)), nn.TransformerEncoderLayer(12, 2, 20, **same)
    copy_layer(reference, encoder)
    with looked_at(encoder, looking):
        torch.testing.assert_close(encoder(states, mask[:, None, None])[0], reference(states, src_key_padding_mask=~mask), **CLOSE)

    decoder, reference = drawn(DecoderLayer(chosen)), nn.TransformerDecoderLayer(12, 2, 20, **same)
    copy_layer(reference, decoder)
    ahead = nn.Transformer.generate_square_subsequent_mask(6)
    with looked_at(decoder, looking):
        shown, memory = causal(None, 6, None, x.device), decoder.cross_attention.remember(states)
        output, _ = decoder(x, shown, None, None, memory, mask[:, None, None])
    torch.testing.assert_close(output, reference(x, states, tgt_mask=ahead, memory_key_padding_mask=~mask), **CLOSE)


@torch.no_grad()
def test_a_norm_on_the_branch_leaves_the_sum_alone() -> None:
    layer = drawn(EncoderLayer(TransformerOptions(heads=2, width=12, feed_forward=20, norm="res_post")))
    x = some(1, 4, 12)
    with watched(layer) as recording:
        output, _ = layer(x, None)
    seen = recording.finish()
    np.testing.assert_allclose(seen["residual1"], x[0].numpy() + seen["norm1"], atol=1e-6)
    np.testing.assert_allclose(seen["residual2"], seen["residual1"] + seen["norm2"], atol=1e-6)
    np.testing.assert_allclose(seen["norm2"], layer.norm2(torch.from_numpy(seen["linear2"])), atol=1e-5)
    np.testing.assert_allclose(output[0], seen["residual2"], atol=1e-6)


@pytest.mark.parametrize("looking", [False, True], ids=["fused", "explicit"])
@pytest.mark.parametrize("positions", POSITIONS)
@pytest.mark.parametrize("architecture", WRITERS)
@torch.no_grad()
def test_no_logit_knows_a_later_target(architecture: str, positions: str, looking: bool) -> None:
    model, task = model_of(architecture, positions=positions)
    batch = task.held_out(3)
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
def test_a_prompt_is_read_in_one_direction() -> None:
    model, task = model_of("transformer_decoder")
    source = task.held_out(1).source[:, :8].clamp(min=3)
    with watched(model) as recording:
        model(source, source)
    plain = recording.finish()
    other = source.clone()
    other[:, 5] = 3 + (other[:, 5] - 2) % 10
    with watched(model) as recording:
        model(other, source)
    changed = recording.finish()
    weights = plain["prompt.layers.0.self_attention.weights"]
    assert weights.shape == (2, 8, 8) and not np.triu(weights, 1).any()
    for name in ("residual1", "residual2", "self_attention.output"):
        site = f"prompt.layers.1.{name}"
        np.testing.assert_array_equal(changed[site][:5], plain[site][:5])
        assert (np.abs(changed[site][5:] - plain[site][5:]).max(-1) > 1e-5).all()


@torch.no_grad()
def test_an_encoder_looks_both_ways() -> None:
    model, task = model_of("transformer")
    source = task.held_out(1).source[:, :6].clamp(min=3)
    other = source.clone()
    other[:, 3] = 3 + (other[:, 3] - 2) % 10
    difference = (model.encode(source).states - model.encode(other).states).abs().amax(-1)[0]
    assert (difference > 1e-5).all()


@torch.no_grad()
def test_rotary_scores_know_the_distance_only() -> None:
    rotary = Rotary(64, 8)
    query, key = some(1, 1, 1, 8), some(1, 1, 1, 8, seed=1)

    def score(t: int, s: int) -> float:
        q, k = (turned(x, rotary.turn(torch.tensor([[at]]))) for x, at in ((query, t), (key, s)))
        return float((q * k).sum())

    for distance in (-7, 0, 1, 5):
        scores = [score(t, t - distance) for t in (8, 20, 40)]
        assert max(scores) - min(scores) < 1e-5
    assert abs(score(8, 8) - score(8, 3)) > 1e-2
    turned_back = turned(query, rotary.turn(torch.tensor([[0]])))
    assert torch.equal(turned_back, query)


@pytest.mark.parametrize(("norm", "positions"), list(product(PLACEMENTS, POSITIONS)))
@pytest.mark.parametrize("architecture", WRITERS)
def test_every_norm_and_position_keeps_the_contracts(architecture: str, norm: str, positions: str) -> None:
    """Fused and explicit agree, steps agree with teacher forcing, padding and company change nothing; and the loss falls."""
    model, task = model_of(architecture, norm=norm, positions=positions, activation="gelu")
    batch = task.held_out(5)
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


def stepped(model: EncoderDecoder, batch: Batch) -> Tensor:
    state, logits = model.decoder.init_state(model.encode(batch.source, batch.mask)), []
    for token in batch.target_in.T:
        step, state = model.decode_step(token, state)
        logits.append(step)
    return torch.stack(logits, dim=1)


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
        batch = task.held_out(4)
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


def test_prompt_sites_are_those_of_an_encoder() -> None:
    model, task = model_of("transformer_decoder")
    seen = explore(model, task, "31415")
    s, t = 5, len(seen.tokens)
    assert not any(site.startswith("encoder.") for site in seen.sites)
    assert seen["prompt.embedded"].shape == seen["prompt.positions"].shape == seen["prompt.layers.1.residual2"].shape == (s, 16)
    assert seen["prompt.layers.1.self_attention.weights"].shape == (2, s, s)
    weights = seen["decoder.layers.0.self_attention.weights"]
    assert weights.shape == (t, 2, s + t)
    np.testing.assert_allclose(np.nansum(weights, -1), 1, atol=1e-5)
    assert [int(np.isfinite(row[0]).sum()) for row in weights] == [s + 1 + i for i in range(t)]
    np.testing.assert_allclose(seen["decoder.positions"][0], model.decoder.positions.table.weight[s].detach())


class Onward(SequenceTask):
    """Counts on to nine: 3 4 5 → 6 7 8 9. Nothing but the text itself says where the prompt ended."""

    id, title, description, example, kind = "onward", "Count on", "Counts on to nine.", "5 6 → 7 8 9", "completion"
    source_vocabulary = target_vocabulary = tasks.get("reverse").source_vocabulary
    max_source, trained_lengths, examples, pinned = 8, (1, 4), ("34",), "34"
    Options = tasks.get("reverse").Options

    def parse(self, text: str) -> tuple[str, ...]:
        return tuple(text)

    def answer(self, source: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(digit) for digit in range(int(source[-1]) + 1, 10))

    def random_text(self, generator: torch.Generator) -> str:
        return "34"

    def sample(self, count: int, generator: torch.Generator) -> Batch:
        first = torch.randint(5, (count, 1), generator=generator)
        lengths = torch.randint(1, 5, (count, 1), generator=generator)
        shown, rest = torch.arange(4) < lengths, first + lengths + torch.arange(10)
        source = torch.where(shown, 3 + first + torch.arange(4), PAD)
        return Batch(source, torch.where(rest < 10, 3 + rest, torch.where(rest == 10, EOS, PAD)), shown)

    def held_out(self, count: int, seed: int = 0) -> Batch:
        return self.sample(count, torch.Generator().manual_seed(seed))


def begun_text(**chosen: Any) -> tuple[Any, Onward]:
    task, entry = Onward(), architectures()["transformer_decoder"]
    return drawn(entry.build(task, entry.Options(**({"width": 16, "heads": 2, "layers": 2, "feed_forward": 16} | chosen)))), task


@torch.no_grad()
def test_a_begun_text_goes_on_without_a_separator() -> None:
    """The first logits are those of the prompt's own last token, as if the whole text were one."""
    model, task = begun_text()
    batch = task.held_out(4)
    plain = model(batch.source, batch.target_in, batch.mask)
    torch.testing.assert_close(stepped(model, batch), plain, **CLOSE)
    with watched(model):
        torch.testing.assert_close(model(batch.source, batch.target_in, batch.mask), plain, **CLOSE)
    for row in range(len(batch)):
        source, target = batch.source[row], batch.target[row]
        prompt, written = source[source != PAD], target[target != PAD]
        expected = plain[row : row + 1, : len(written)]
        text = torch.cat([prompt, written[:-1]])
        for end in range(1, len(prompt) + 1):  # wherever prompt ends and answer begins, the text is the same
            rest = F.pad(text[end:], (1, 0), value=BOS)
            for looking in (False, True):
                with looked_at(model, looking):
                    logits = model(text[None, :end], rest[None])
                torch.testing.assert_close(logits[:, -len(written) :], expected, **CLOSE)


def test_a_begun_text_of_one_token_can_be_looked_at() -> None:
    model, task = begun_text()
    seen = explore(model, task, "3")
    assert seen["decoder.layers.0.self_attention.weights"].shape == (len(seen.tokens), 2, len(seen.tokens))
    assert seen["decoder.embedded"].shape[0] == len(seen.tokens)


def test_counting_on_is_learned() -> None:
    model, task = begun_text(layers=1, positions="rotary")
    stepper = Stepper(model, task, recipes.Training(steps=80, batch_size=32), 0, torch.device("cpu"))
    for _ in range(80):
        stepper.step()
    assert model.score(task.held_out(64, seed=5)) == 1


def test_prompt_and_answer_share_the_words_they_have_in_common() -> None:
    model, task = model_of("transformer_decoder")
    assert model.decoder.embedding.num_embeddings == len(task.target_vocabulary)
    source, target = Vocabulary(["a", "b", "c"]), Vocabulary(["c", "d"])
    decoder = PromptDecoder(source, target, 9, False, TransformerOptions(width=8, heads=2, feed_forward=8))
    assert decoder.embedding.num_embeddings == 3 + 4
    shared = decoder.embed(torch.tensor([source.encode(["c"])]))
    assert torch.equal(shared, decoder.embedding(torch.tensor([target.encode(["c"])])))


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


def test_every_block_says_what_it_is() -> None:
    for architecture in WRITERS:
        model, task = model_of(architecture)
        seen = explore(model, task, "314")
        blocks = {path: module.block for path, module in model.named_modules() if isinstance(getattr(module, "block", None), Block)}
        assert "decoder.layers.0.self_attention" in blocks and "decoder.embedding" in blocks and "decoder.output" in blocks
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
    batch = task.held_out(4)
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
