"""Attention and layers agree with torch's own, and rotary positions know distances only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from playground.models.layers.positions import Rotary, turned
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
