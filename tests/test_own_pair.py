"""A task and an architecture written by the README alone: found, trained, drawn, stepped, opened, scripted, like all others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

import playground
from playground import Edit, InputError, Run, tasks
from playground.app.links import from_query, to_query
from playground.app.page import Page
from playground.app.panels.rail.rail import choose
from playground.app.stage import Stage
from playground.app.visit import Visit
from playground.inference.decoding import Beam, Sample
from playground.tasks import Typed
from playground.tasks.digit_strings import DigitStrings
from playground.training import recipes
from playground.views.blocks import opened as blocks
from tests import small
from tests.own import registered
from tests.pages import answered, new_page

HERE = Path(__file__).parent
INNER = ("list", "sequential")


@pytest.fixture(scope="module", autouse=True)
def own() -> Iterator[None]:
    with registered():
        yield


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    return {inner: small_run(inner) for inner in INNER}


def small_run(inner: str) -> Run:
    training = {"steps": 60, "batch_size": 32, "learning_rate": 0.02}
    options = {"width": 16, "inner": inner}
    return playground.train(
        "conv_seq2seq", "double", model_options=options, task_options={"longest": 4}, training_options=training, device="cpu"
    )


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def test_they_are_short() -> None:
    assert len((HERE / "own_task.py").read_text().splitlines()) <= 50
    assert len((HERE / "own_architecture.py").read_text().splitlines()) <= 90


def test_they_are_found() -> None:
    assert "conv_seq2seq" in playground.list_tasks()["double"]["compatible"]
    assert "double" in playground.list_architectures()["conv_seq2seq"]["compatible"]
    assert playground.list_tasks()["double"]["compatible"] != ["conv_seq2seq"], "others learn it too"


@pytest.mark.parametrize("inner", INNER)
def test_it_learns_and_is_stepped(runs: dict[str, Run], inner: str) -> None:
    run = runs[inner]
    losses = [loss for _, _, loss in run.history["losses"]]
    assert losses[-1] < 0.8 * losses[0]
    trace = run.explore("3 1")
    assert trace["decoder.attention.weights"].shape == (len(trace.tokens), 2) and trace["encoder.states"].shape == (2, 16)
    for strategy in (Sample(temperature=2.0, seed=1), Beam(3)):
        assert run.explore("31", strategy=strategy).tokens
    held = run.explore("31", edits=[Edit("decoder.attention.weights", "set", (1, 0))])
    assert (held["decoder.attention.weights"][:, 0] == 1).all()


@pytest.mark.parametrize("inner", INNER)
def test_it_is_drawn_and_opened(runs: dict[str, Run], inner: str) -> None:
    """Every convolution is a block of its own, whatever holds them; the bare table is one too."""
    run = runs[inner]
    trace = run.explore("3141")
    scene = Stage(Visit(run.recipe, given=Typed("3141")), run, trace).scene
    (column,) = scene["encoder"]["blocks"]
    assert [block["label"] for block in column["blocks"]] == ["places", "embedding", "convolution 1", "convolution 2"]
    assert [block["label"] for block in scene["decoder"]["blocks"][0]["blocks"]] == ["embedding", "cell", "attention", "output"]
    assert scene["code"]["block"] == "decoder.attention" and scene["maps"][0]["columns"] == list("3141")
    for path in (*blocks.known(run.model), *blocks.tables(run.model), *trace.sites):
        opened = blocks.detail(run, trace, path)
        assert json.dumps(opened) and opened["title"] and opened["code"], path
    looked = blocks.detail(run, trace, "decoder.attention")
    assert looked["attention"] is None, "without scores and queries it is a module like others"
    assert {"weights", "context"} <= {quantity["symbol"] for quantity in looked["parts"][0]["quantities"]}
    (table,) = blocks.detail(run, trace, "encoder.places")["matrices"]
    assert table["shape"] == [24, 16]
    for name in ("attention", "trajectory", "next_token", "learning"):
        assert run.figure(name, "31").data


def test_it_is_chosen_on_the_page(page: Page) -> None:
    values = answered(page, page.first.visit, choose, {"task": "double", "architecture": "conv_seq2seq"})
    assert values["Rail"]["architecture"] == "conv_seq2seq" and values["Player"]["source"] == list("314159")
    assert values["visit"].notice is None
    again = from_query(dict(pair.split("=") for pair in to_query(values["visit"]).split("&")), "cpu")
    assert again.pair == ("conv_seq2seq", "double")


@pytest.mark.parametrize("inner", INNER)
def test_its_script_runs_alone(runs: dict[str, Run], inner: str, tmp_path: Path) -> None:
    run = runs[inner]
    (tmp_path / "script.py").write_text(run.script("31"))
    run.save(tmp_path / "weights.safetensors")
    told = subprocess.run([sys.executable, "-I", "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stderr
    assert run.explore("31").output in told.stdout


@pytest.mark.parametrize("architecture", ["seq2seq", "attention_seq2seq", "transformer", "transformer_decoder"])
def test_the_task_is_learned_by_the_others(architecture: str) -> None:
    task = tasks.get("double")()
    model, batch = small.build(architecture, task), task.held_out("test", 5)
    assert model.loss(batch).isfinite()
    recipe = recipes.make(architecture, "double", device="cpu")
    assert recipe.build_task().parse("3 1") == ("3", "1")


def test_a_task_on_the_wrong_base_ends_in_a_sentence() -> None:
    class Doubled(DigitStrings):
        id = title = description = example = "doubled"

        def rearrange(self, digits: Tensor, lengths: Tensor) -> Tensor:
            return digits.repeat_interleave(2, dim=1)

    for use in (
        lambda task: task.sample(4, torch.Generator()),
        lambda task: task.held_out("test", 4),
        lambda task: task.answer(("3", "1")),
    ):
        with pytest.raises(InputError, match=r"it must keep their number. For answers that are shorter or longer build on PooledSequence"):
            use(Doubled())
