"""Attention and layers agree with torch's own, and rotary positions and ALiBi know distances only."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from playground.models.layers.positions import Alibi, Rotary, turned
from playground.models.layers.stack import causal
from playground.models.layers.transformer import DecoderLayer, EncoderLayer, MultiHeadAttention, TransformerOptions
from tests.transformers import CLOSE, drawn, looked_at, some, watched

NORMS = [("pre", True), ("post", False)]


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


def real(lengths: list[int]) -> Tensor:
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


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
def test_without_feed_forward_attention_is_all_there_is() -> None:
    chosen = TransformerOptions(heads=2, width=12, feed_forward=0)
    encoder, decoder = drawn(EncoderLayer(chosen)), drawn(DecoderLayer(chosen))
    assert {name for name, _ in encoder.named_children()} == {"self_attention", "norm1", "dropout"}
    assert {name for name, _ in decoder.named_children()} == {"self_attention", "norm1", "cross_attention", "norm2", "dropout"}
    x, states = some(3, 6, 12), some(3, 5, 12, seed=1)
    read = encoder.norm1(x)
    torch.testing.assert_close(encoder(x, None)[0], x + encoder.self_attention(read, encoder.self_attention.remember(read)), **CLOSE)
    memory = decoder.cross_attention.remember(states)
    once, _ = EncoderLayer.forward(decoder, x, None)
    torch.testing.assert_close(
        decoder(x, None, None, None, memory, None)[0], once + decoder.cross_attention(decoder.norm2(once), memory), **CLOSE
    )
    assert "FeedForward" not in encoder.block.equation + decoder.block.equation and "CrossAttention" in decoder.block.equation


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
    ones = turned(torch.tensor([1.0, 0.0]).repeat(1, 1, 1, 4), rotary.turn(torch.tensor([[3]])))
    angles = 3 * 10_000.0 ** (-torch.arange(4) / 4)
    torch.testing.assert_close(ones.flatten(), torch.stack([angles.cos(), angles.sin()], dim=-1).flatten())


@torch.no_grad()
def test_alibi_costs_as_its_paper_says() -> None:
    """Slopes 2^−1 … 2^−8 of eight heads; the i-th key before a query costs i slopes, whatever the two positions are."""
    alibi, at = Alibi(8), torch.arange(5)[None]
    lean = alibi.lean(causal(None, 5, None, at.device), at, at, batch=1)
    assert lean is not None
    for head, slope in enumerate(0.5**n for n in range(1, 9)):
        for t, s in itertools.product(range(5), range(5)):
            assert float(lean[0, head, t, s]) == (-slope * (t - s) if s <= t else float("-inf"))
    step = alibi.lean(None, torch.tensor([4]), at, batch=2)
    assert step is not None and torch.equal(step, lean[:, :, 4].expand(2, -1, -1))
    far = alibi.lean(causal(None, 5, None, at.device), at + 30, at + 30, batch=1)
    assert far is not None and torch.equal(far, lean)


@torch.no_grad()
def test_read_both_ways_the_heads_of_a_pair_hear_one_side_each() -> None:
    at = torch.arange(4)[None]
    shown = real([4, 2])[:, None, None]
    lean = Alibi(2, both_ways=True).lean(shown, at, at, batch=2)
    assert lean is not None
    heard = lean.isfinite()
    assert torch.equal(heard[0, 0], torch.ones(4, 4).tril().bool()) and torch.equal(heard[0, 1], heard[0, 0].T)
    assert torch.equal(lean[0, 0][heard[0, 0]].sort().values, lean[0, 1][heard[0, 1]].sort().values)
    assert not heard[1, :, :2, 2:].any() and heard[1].diagonal(dim1=-2, dim2=-1).all(), "padding hears itself alone, and nobody hears it"
    alone = Alibi(1, both_ways=True).lean(None, at, at, batch=1)
    assert alone is not None and alone.isfinite().all(), "a single head hears both sides"
