"""Sparse features and the model that packs them: inputs as they are typed, the equations, and which features share a code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import api, models, tasks
from playground.errors import InputError
from playground.experiments.uses.denoising import denoise
from playground.inference.explore import explore
from playground.inference.superposition import superposition
from playground.tasks.features import GRAIN, FeatureOptions, Features
from playground.tracing import Edit
from playground.views.figures import feature_arrows, feature_overlap
from tests.small import build

PENTAGON = np.array([[np.cos(turn), np.sin(turn)] for turn in 2 * np.pi * np.arange(5) / 5], dtype=np.float32)


@pytest.fixture(scope="module")
def shipped() -> api.Run:
    return api.load("feature_autoencoder", "features")


@pytest.mark.parametrize(
    ("text", "read", "read_as"),
    [
        ("0.8 0 0 0.6 0", [0.8, 0, 0, 0.6, 0], None),
        (" 1,0;0\t.5, 0 ", [1, 0, 0, 0.5, 0], None),
        ("0.25", [0.25, 0, 0, 0, 0], "0.25 0 0 0 0"),
        ("1 1 1 1 1 1", [1, 1, 1, 1, 1], "1 1 1 1 1"),
        ([0.1, 0.2], [0.1, 0.2, 0, 0, 0], "0.1 0.2 0 0 0"),
    ],
)
def test_numbers_are_read_as_they_are_typed(text: Any, read: list[float], read_as: str | None) -> None:
    reading = Features().perceive(text)
    np.testing.assert_allclose(reading.source[0].numpy(), read, rtol=1e-6)
    assert reading.read_as == read_as and (reading.doubt is not None) == (text == "1 1 1 1 1 1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no numbers; give up to 5 numbers"),
        ("0.5 x", "'x' is no number"),
        ("1.5", "the number 1.5; a feature is from 0 .not there. to 1"),
        ("-0.1", "the number -0.1"),
        ("nan", "the number nan"),
        ("inf 0", "the number inf"),
        ("0 " * 300, "600 characters; at most 400"),
        ([[0.1, 0.2]], "in one row"),
        (None, "in one row"),
        ("0.1 0.2j", "'0.2j' is no number"),
        ([1j], "give up to 5"),
    ],
)
def test_what_is_no_input_is_refused(text: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Features().perceive(text)


@given(text=st.text(max_size=60) | st.text("0123456789.,; -e", max_size=60))
@settings(max_examples=150)
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        read = Features().perceive(text).source
    except InputError as error:
        assert str(error).endswith(".") and str(error).isprintable()
    else:
        assert read.shape == (1, 5) and bool(((read >= 0) & (read <= 1)).all())


@pytest.mark.parametrize("density", [0.01, 0.3, 1.0])
def test_features_are_there_as_often_as_is_asked(density: float) -> None:
    task = Features(FeatureOptions(features=4, density=density))
    drawn = task.sample(4000, torch.Generator().manual_seed(3)).source
    assert float((drawn > 0).float().mean()) == pytest.approx(density, abs=0.02)
    assert torch.equal((drawn * GRAIN).round() / GRAIN, drawn) and float(drawn.max()) <= 1
    held = task.held_out("test", 64).source
    assert bool((held > 0).any(1).all()), "nothing is no question"
    assert len({tuple(row) for row in held.tolist()}) == len(held)


def test_the_equations() -> None:
    task = Features()
    model: Any = build("feature_autoencoder", task, seed=2)
    batch, weight, bias = task.held_out("test", 8), model.encoder.weight, model.decoder.bias
    code = batch.source @ weight.T
    torch.testing.assert_close(model.encode(batch.source), code)
    made = torch.relu(code @ weight + bias)
    torch.testing.assert_close(model(batch.source), made)
    importance = torch.tensor([0.9**i for i in range(5)])
    torch.testing.assert_close(model.loss(batch), (importance * (made - batch.target) ** 2).mean())
    trace = explore(model, task, "0.8 0 0 0.6 0")
    np.testing.assert_allclose(trace["encoder.parts"].sum(0), trace["encoder.code"], rtol=1e-5)
    assert trace.source == ("1", "2", "3", "4", "5")
    linear: Any = models.get("feature_autoencoder").build(task, models.get("feature_autoencoder").Options(output="none"))
    assert bool((linear.decode(torch.tensor([[-9.0, 3.0]])) == linear.decoder.bias).all()), "W is still 0"


def test_a_feature_that_is_taken_out_is_heard_by_those_that_share_its_numbers(shipped: api.Run) -> None:
    plain = shipped.explore("1 0 0 0 0")
    without = shipped.explore("1 0 0 0 0", edits=[Edit("encoder.parts", "set", 0, at=((0, 0),))])
    heard = shipped.model.directions().numpy() @ shipped.model.directions().numpy()[0]
    np.testing.assert_allclose(plain["decoder.readings"] - without["decoder.readings"], heard, atol=1e-5)


def test_superposition_of_known_directions() -> None:
    found = superposition(PENTAGON)
    assert found.kept.all() and found.shared.all()
    overlap = 2 * np.cos(2 * np.pi / 5) ** 2 + 2 * np.cos(4 * np.pi / 5) ** 2
    np.testing.assert_allclose(found.overlap, overlap, rtol=1e-5)
    alone = superposition(np.array([[1, 0], [0, 0.9], [0.1, 0.1], [0, 0]], dtype=np.float32))
    assert alone.kept.tolist() == [True, True, False, False] and not alone.shared.any() and not alone.overlap.any()


def test_the_shipped_run_keeps_five_in_two(shipped: api.Run) -> None:
    info = feature_arrows.extract(shipped, shipped.explore("0.8 0 0 0.6 0"))
    assert info.found.kept.all() and info.found.shared.all()
    spec = feature_arrows.spec(info)
    assert [trace["name"] for trace in spec["data"] if "name" in trace] == ["in superposition"]
    assert "5 of 5" in "".join(text for _, text in spec["layout"]["meta"]["reading"])
    heard = feature_overlap.extract(shipped).heard
    np.testing.assert_allclose(heard, heard.T)
    assert bool((np.diag(heard) > 0.9).all()) and "is there" in str(feature_overlap.spec(feature_overlap.extract(shipped)))


def test_what_asks_for_pictures_is_refused(shipped: api.Run) -> None:
    with pytest.raises(InputError, match="draws no pictures again"):
        denoise(shipped)
    with pytest.raises(InputError, match="no directions of their own"):
        feature_arrows.extract(api.load("vae", "strokes"))


def test_the_floor_is_that_of_inputs_that_are_not_empty() -> None:
    density, count = 0.05, 5
    there = 1 - (1 - density) ** count
    mean, square = density / 2 / there, density / 3 / there
    assert tasks.get("features")().floor[1] == pytest.approx(square - density * mean + density**2 / 4, abs=0.004)
