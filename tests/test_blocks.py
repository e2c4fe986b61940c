"""An opened block: its numbers are those of the trace, whatever block of whatever model it is."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from playground import tasks
from playground.errors import InputError
from playground.inference.explore import explore
from playground.models.layers.attention import SCORES
from playground.tracing import Trace
from playground.views.blocks import opened as blocks
from playground.views.style import plain
from tests import small

TEXT_PAIRS = [("attention_seq2seq", "reverse"), ("seq2seq", "reverse"), ("transformer", "reverse"), ("transformer_decoder", "reverse")]


def opened(architecture: str, task_id: str, given: Any = None, **options: Any) -> tuple[Any, Trace]:
    """An untrained run and the trace of one input."""
    task = tasks.get(task_id)()
    model = small.build(architecture, task, **options)
    return SimpleNamespace(model=model, task=task), explore(model, task, small.some_input(task) if given is None else given)


def array(packed: dict[str, Any]) -> Any:
    return np.frombuffer(base64.b64decode(packed["f32"]), "<f4").reshape(packed["shape"])


def one_per_kind() -> list[tuple[str, str]]:
    """Each architecture with one task of every kind that it learns."""
    found: dict[tuple[str, str], str] = {}
    for architecture, task in small.PAIRS:
        found.setdefault((architecture, tasks.tasks()[task].kind), task)
    return [(architecture, task) for (architecture, _), task in found.items()]


@pytest.mark.parametrize(("architecture", "task"), one_per_kind())
def test_every_block_of_every_model_opens(architecture: str, task: str) -> None:
    run, trace = opened(architecture, task)
    for path in blocks.known(run.model):
        detail = blocks.detail(run, trace, path)
        json.dumps(detail)
        assert detail["title"] and detail["code"] and detail["path"] == path
        rows = {"step": len(trace.tokens), "position": len(detail["positions"]), "once": 1}
        for part in detail["parts"]:
            for quantity in part["quantities"]:
                values = array(quantity["values"])
                assert np.isfinite(values).all(), (path, quantity["symbol"])
                assert len(values) == rows[quantity["axis"]], (path, quantity["symbol"])
            if part["worked"]:
                assert len(part["worked"]["rows"]) == rows[part["worked"]["axis"]]
        assert detail["parts"] or detail["attention"], path
        assert detail["parameters"] == sum(p.numel() for p in run.model.get_submodule(path).parameters())


@pytest.mark.parametrize(("architecture", "task"), one_per_kind())
def test_looking_leaves_the_model_as_it_was(architecture: str, task: str) -> None:
    run, trace = opened(architecture, task)
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    for path in blocks.known(run.model):
        blocks.detail(run, trace, path)
    assert not any(module._forward_hooks for module in run.model.modules())
    assert all(torch.equal(value, before[name]) for name, value in run.model.state_dict().items())


def softmax(scores: Any) -> Any:
    shifted = np.exp(scores - scores.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


@pytest.mark.parametrize("path", ["encoder.layers.1.self_attention", "decoder.layers.1.self_attention", "decoder.layers.0.cross_attention"])
def test_heads_of_a_transformer_compute_as_the_table_says(path: str) -> None:
    run, trace = opened("transformer", "reverse", layers=2)
    shown = blocks.detail(run, trace, path)["attention"]
    numbers = {name: array(shown[name]) for name in ("queries", "keys", "values", "scores", "weights", "contexts")}
    heads, rows, columns = numbers["weights"].shape
    assert (shown["heads"], len(shown["rows"]), len(shown["columns"])) == (heads, rows, columns)
    for head in range(heads):
        for row in range(rows):
            seen = row + 1 if shown["side"] == "decoder" else columns
            products = numbers["keys"][head, :seen] @ numbers["queries"][head, row]
            np.testing.assert_allclose(products / shown["scale"], numbers["scores"][head, row, :seen], atol=1e-4)
            weights = softmax(products / shown["scale"])
            np.testing.assert_allclose(weights, numbers["weights"][head, row, :seen], atol=1e-5)
            np.testing.assert_allclose(weights @ numbers["values"][head, :seen], numbers["contexts"][head, row], atol=1e-4)
            assert not numbers["weights"][head, row, seen:].any()


@pytest.mark.parametrize("path", ["prompt.layers.0.self_attention", "decoder.layers.0.self_attention"])
def test_what_distance_costs_stands_beside_the_scores(path: str) -> None:
    run, trace = opened("transformer_decoder", "reverse", positions="alibi")
    shown = blocks.detail(run, trace, path)["attention"]
    scores, lean, weights = (array(shown[name]) for name in ("scores", "lean", "weights"))
    heads, rows, columns = weights.shape
    for head in range(heads):
        for row in range(rows):
            seen = row + 1 if shown["side"] == "prompt" else columns - rows + row + 1
            cost = -(2.0 ** (-8 * (head + 1) / heads)) * np.arange(seen)[::-1]
            np.testing.assert_allclose(lean[head, row, :seen], cost, atol=1e-6)
            np.testing.assert_allclose(softmax(scores[head, row, :seen] + cost), weights[head, row, :seen], atol=1e-5)
    assert blocks.detail(*opened("transformer", "reverse"), path="encoder.layers.0.self_attention")["attention"]["lean"] is None
    for part in ("encoder", "decoder"):
        symbols = [
            q["symbol"]
            for q in blocks.detail(*opened("transformer", "reverse", positions="alibi"), path=f"{part}.positions")["parts"][0]["quantities"]
        ]
        assert symbols == ["m", "−m|t−s|"]


def test_a_decoder_without_encoder_looks_at_its_prompt_and_at_what_it_wrote() -> None:
    run, trace = opened("transformer_decoder", "reverse", "314")
    shown = blocks.detail(run, trace, "decoder.layers.0.self_attention")["attention"]
    keys, queries, scores = array(shown["keys"]), array(shown["queries"]), array(shown["scores"])
    before = len(shown["columns"]) - len(shown["rows"])
    assert shown["columns"][: len(trace.source)] == list(trace.source)
    for row in range(len(shown["rows"])):
        seen = before + row + 1
        np.testing.assert_allclose(keys[0, :seen] @ queries[0, row] / shown["scale"], scores[0, row, :seen], atol=1e-4)
    prompt = blocks.detail(run, trace, "prompt.layers.0.self_attention")
    assert prompt["attention"]["side"] == "prompt" and prompt["attention"]["axis"] == "position"


def test_the_pass_over_a_prompt_opens_like_an_encoder() -> None:
    run, trace = opened("transformer_decoder", "completion")
    paths = {path for site in trace.sites if site.startswith("prompt.") and (path := site.rpartition(".")[0]) != "prompt"}
    for path in sorted(paths):
        detail = blocks.detail(run, trace, path)
        assert detail["hue"] == "dec" and (detail["attention"] or detail["parts"]), path
        for part in detail["parts"]:
            assert {len(array(q["values"])) for q in part["quantities"]} == {len(detail["positions"])}
    read = blocks.detail(run, trace, "decoder.embedding")["embedding"]
    assert [read["names"][i] for i in read["ids"]] == [trace.source[-1], *trace.tokens[:-1]], "the first step reads the prompt's last"


@pytest.mark.parametrize("score", SCORES)
def test_recurrent_attention_follows_its_score(score: str) -> None:
    run, trace = opened("attention_seq2seq", "reverse", "31415", score=score)
    detail = blocks.detail(run, trace, "decoder.attention")
    shown, attention = detail["attention"], run.model.decoder.attention
    queries, values = array(shown["queries"])[0], array(shown["values"])[0]
    keys = array(shown["keys"])[0] if shown["keys"] else None
    if score == "additive":
        v = attention.v.weight.detach().numpy()[0]
        scores = np.tanh(queries[:, None] + keys[None]) @ v
    elif score == "location":
        scores = (queries @ attention.position.weight.detach().numpy().T)[:, : len(values)]
    else:
        scores = queries @ keys.T / shown["scale"]
    np.testing.assert_allclose(scores, array(shown["scores"])[0], atol=1e-4)
    np.testing.assert_allclose(softmax(scores), trace["decoder.attention.weights"], atol=1e-5)
    np.testing.assert_allclose(softmax(scores) @ values, array(shown["contexts"])[0], atol=1e-5)
    assert "softmax" in detail["equation"] and "tap(" not in detail["code"]


def test_pooling_asks_one_learned_question() -> None:
    run, trace = opened("pooled_classifier", "sentiment")
    shown = blocks.detail(run, trace, "pooling")["attention"]
    scores = np.tanh(array(shown["keys"])[0]) @ array(shown["queries"])[0, 0]
    np.testing.assert_allclose(scores, trace["pooling.scores"], atol=1e-5)
    np.testing.assert_allclose(softmax(scores) @ array(shown["values"])[0], trace["pooling.context"], atol=1e-5)


@pytest.mark.parametrize(("architecture", "task"), TEXT_PAIRS)
def test_one_hot_times_linear_is_the_embedding(architecture: str, task: str) -> None:
    run, trace = opened(architecture, task)
    for path, module in run.model.named_modules():
        if not isinstance(module, nn.Embedding):
            continue
        detail = blocks.detail(run, trace, path)
        embedding, (part,) = detail["embedding"], detail["parts"]
        table = array(embedding["table"])
        np.testing.assert_array_equal(table, module.weight.detach().numpy())
        np.testing.assert_array_equal(
            np.eye(len(table), dtype=np.float32)[embedding["ids"]] @ table, array(part["quantities"][0]["values"])
        )
        assert embedding["difference"] == 0
        assert f"nn.Linear({len(table)}, {table.shape[1]}, bias=False)" in embedding["same"]


def test_the_rows_of_an_embedding_are_the_tokens_that_were_read() -> None:
    run, trace = opened("seq2seq", "reverse", "314")
    source = blocks.detail(run, trace, "encoder.embedding")["embedding"]
    assert [source["names"][i] for i in source["ids"]] == ["3", "1", "4"]
    target = blocks.detail(run, trace, "decoder.embedding")["embedding"]
    assert [target["names"][i] for i in target["ids"]] == ["start", *trace.tokens[:-1]]


def test_a_linear_layer_is_worked_out_with_its_own_weights() -> None:
    run, trace = opened("seq2seq", "reverse", "314")
    (part,) = blocks.detail(run, trace, "decoder.output")["parts"]
    x, y = (array(q["values"]) for q in part["quantities"])
    np.testing.assert_allclose(x, trace["decoder.hidden"], atol=1e-6)
    np.testing.assert_allclose(y, trace["decoder.logits"], atol=1e-5)
    for row, (line,) in enumerate(part["worked"]["rows"]):
        strongest = float(y[row][np.abs(y[row]).argmax()])
        assert plain(line).endswith(f"= {strongest:.2f}".replace("-", "−"))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("path", ["encoder.recurrent", "decoder.recurrent"])
def test_gates_make_the_new_state(cell: str, path: str) -> None:
    run, trace = opened("seq2seq", "reverse", "3141", cell=cell, layers=2, bidirectional=True)
    detail = blocks.detail(run, trace, path)
    assert len(detail["parts"]) == (4 if path.startswith("encoder") else 2)
    for part in detail["parts"]:
        q = {quantity["symbol"]: array(quantity["values"]) for quantity in part["quantities"]}
        if cell == "gru":
            np.testing.assert_allclose((1 - q["z"]) * q["n"] + q["z"] * q["h₋"], q["h"], atol=1e-5)
        elif cell == "lstm":
            np.testing.assert_allclose(q["o"] * np.tanh(q["c"]), q["h"], atol=1e-5)
        for line in part["worked"]["rows"][1]:
            assert plain(line)[0] in "ch"
        if cell == "rnn":  # tanh of the number that stands in the line is the state
            given = float(plain(part["worked"]["rows"][0][0]).split("(")[1].split(")")[0].replace("−", "-"))
            unit = np.abs(q["h"][0]).argmax()
            assert np.tanh(given) == pytest.approx(q["h"][0][unit], abs=0.01)


def test_a_norm_says_mean_and_spread_before_and_after() -> None:
    run, trace = opened("transformer", "reverse")
    (part,) = blocks.detail(run, trace, "encoder.layers.0.norm1")["parts"]
    x, y = (array(q["values"]) for q in part["quantities"])
    before, after, _ = map(plain, part["worked"]["rows"][0])
    assert before == f"before: mean {x[0].mean():.2f}, standard deviation {x[0].std():.2f}".replace("-", "−")
    assert "mean 0.00" in after and y[0].std() == pytest.approx(1, abs=0.01)


def test_dropout_is_off_while_somebody_looks() -> None:
    run, trace = opened("transformer", "reverse", dropout=0.3)
    detail = blocks.detail(run, trace, "encoder.layers.0.dropout")
    assert "off while you look" in plain(detail["parts"][0]["worked"]["rows"][0][0])
    assert "0.3" in detail["about"]


def test_a_quantity_without_a_module_opens_too() -> None:
    run, trace = opened("transformer", "reverse")
    detail = blocks.detail(run, trace, "decoder.layers.0.residual1")
    np.testing.assert_array_equal(array(detail["parts"][0]["quantities"][0]["values"]), trace["decoder.layers.0.residual1"])
    assert detail["equation"] == "x + sublayer(x)"


@pytest.mark.parametrize("path", ["decoder.nothing", "", "encoder.layers", None, 3, "decoder.attention.", "__class__"])
def test_an_unknown_block_is_refused_with_the_list_of_those_there_are(path: Any) -> None:
    run, trace = opened("attention_seq2seq", "reverse")
    with pytest.raises(InputError, match=r"is not a block of this model; there are: encoder, encoder.embedding"):
        blocks.detail(run, trace, path)


def test_paths_read_as_places() -> None:
    assert blocks.where("decoder.layers.0.cross_attention") == "decoder · layer 1 · cross-attention"
    assert [blocks.hue(p) for p in ("encoder.norm", "decoder.layers.1.cross_attention", "pooling", "decoder.output")] == [
        "enc", "code", "code", "dec",
    ]  # fmt: skip
