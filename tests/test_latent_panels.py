"""The latent stage without a browser: where codes lie, what lies near them, and what is refused."""

from __future__ import annotations

import base64
import copy
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground import load, tasks
from playground.app.page import Page
from playground.app.panels.latent.loss import Loss
from playground.app.panels.latent.maps import LatentMap
from playground.app.panels.latent.numbers import LatentCode
from playground.app.panels.latent.walk import STEPS, LatentWalk
from playground.app.panels.player import Tabs
from playground.app.visit import FIRST, Visit, start
from playground.errors import InputError
from playground.inference import latent, variational
from playground.tasks import Code, HeldOut
from playground.views.figures import latent_map
from tests.pages import ADA, answered, new_page

VAE = start("vae", "strokes", "cpu")


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def drawn(visit: Visit) -> Visit:
    """A copy of a test picture that nobody told to be one."""
    return visit.with_input(visit.task.drawn(visit.task.pictures("test")[0][3].reshape(28, 28).numpy()))


@pytest.mark.parametrize("architecture", ["autoencoder", "vae", "conv_autoencoder"])
def test_the_map_has_one_scale_and_all_of_the_test_set(architecture: str) -> None:
    info = latent_map.extract(load(architecture, "strokes").projections["code"], None)
    (left, right), (low, high) = latent_map.reach(info)
    assert (right - left) / latent_map.ACROSS == pytest.approx((high - low) / latent_map.UP)
    assert (info.cloud > (left, low)).all() and (info.cloud < (right, high)).all()


def test_neighbours_are_those_at_the_least_distance() -> None:
    run = load("vae", "strokes")
    model: Any = run.model
    known = latent.known(model, run.task)
    pictures, labels = run.task.pictures("test")
    codes = latent.encoded(model, pictures[:40], labels[:40])
    for code, near in zip(codes, known.near(codes), strict=True):
        order = np.argsort(np.square(known.codes - code).sum(1), kind="stable")[: latent.NEAR]
        assert sorted(near) == sorted(known.labels[order])
    assert known.codes.shape == (6700, 2) and known.errors.shape == (1192,) and (np.diff(known.errors) >= 0).all()
    assert known.errors.mean() == pytest.approx(run.metrics["mse"], rel=0.01)
    assert 0.5 < known.right < 0.6, "two numbers must hold slant, size and place too"
    assert known.stranger(0) == 0 and known.stranger(1) == 1 and known.stranger(float(np.median(known.errors))) == pytest.approx(0.5)


def test_factors_are_those_that_drew_the_pictures() -> None:
    from playground.tasks.strokes import draw

    task = tasks.get("strokes")()
    factors, (pictures, labels) = task.factors("test"), task.pictures("test")
    assert list(factors)[:3] == ["slant", "thickness", "size"] and all(values.shape == (1192,) for values in factors.values())
    assert torch.equal(draw(labels[:10], torch.stack([values[:10] for values in factors.values()], 1)), pictures[:10])
    assert tasks.get("digits")().factors("test") == {}


def test_a_drawing_lands_where_its_picture_does_and_stays(page: Page) -> None:
    panel, given = page[LatentMap], drawn(VAE)
    later = given.with_input(HeldOut(5))
    value = panel.value(page.library.stage(later))
    assert value["own"]["place"] == pytest.approx(page.library.stage(VAE.with_input(HeldOut(3))).code_place.tolist())
    landed = panel.landed(given, {})
    assert len(landed["near"]) == latent.NEAR and landed["of"] == 1192 and 0 <= landed["stranger"] <= 1
    assert landed["mse"] == pytest.approx(page.library.stage(given).scene["mse"])
    assert answered(page, later, panel.own, {})["visit"].given == given.given


@pytest.mark.parametrize("place", [None, [1], [1, 2, 3], ["a", 0], [math.nan, 0], [1e9, 0]])
def test_no_place_but_two_numbers_is_taken(page: Page, place: Any) -> None:
    with pytest.raises(InputError, match="The code is"):
        page[LatentMap].set_code(VAE, {"place": place}, ADA)


def test_what_is_not_there_is_refused(page: Page) -> None:
    panel = page[LatentMap]
    with pytest.raises(InputError, match="draw something first"):
        panel.own(VAE, {}, ADA)
    with pytest.raises(InputError, match="draw something first"):
        panel.landed(VAE, {})
    with pytest.raises(InputError, match="The test set has pictures"):
        panel.point(VAE, {"index": "3"}, ADA)
    with pytest.raises(InputError, match="only pictures have a code"):
        panel.set_code(start("seq2seq", "copy", "cpu"), {"place": [0, 0]}, ADA)


def test_a_place_of_the_map_is_the_code_that_is_set(page: Page) -> None:
    given = page[LatentMap].set_code(VAE, {"place": [0.25, -1.5]}, ADA).given
    assert given == Code((0.25, -1.5), None, VAE.given)


def test_a_round_walk_keeps_its_angle_and_grows_evenly() -> None:
    first, last = np.array([3, 0, 0], dtype=np.float32), np.array([0, 0, 1], dtype=np.float32)
    walk = latent.around(first, last, 5)
    np.testing.assert_allclose(walk[[0, -1]], [first, last], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(walk, axis=1), [3, 2.5, 2, 1.5, 1], rtol=1e-5)
    turned = np.degrees(np.arctan2(walk[:, 2], walk[:, 0]))
    np.testing.assert_allclose(turned, [0, 22.5, 45, 67.5, 90], atol=1e-3)
    for end in (-first, 2 * first, 0 * first):  # opposite, alike, and nowhere: there is no one arc
        np.testing.assert_allclose(latent.around(first, end, 5), latent.between(first, end, 5), atol=1e-6)


def test_a_walk_begins_at_the_picture_and_goes_either_way(page: Page) -> None:
    panel = page[LatentWalk]
    stepped = panel.step(VAE, {"step": 5, "way": "round"}, ADA)
    value = panel.value(page.library.stage(stepped))
    codes = np.frombuffer(base64.b64decode(value["ways"]["round"]["codes"]["f32"]), "<f4").reshape(STEPS, 2)
    assert isinstance(stepped.given, Code) and np.allclose(stepped.given.numbers, codes[5], atol=0.001)
    assert panel.step(stepped, {"step": 0, "way": "straight"}, ADA).given == VAE.given
    assert panel.step(stepped, {"step": 5, "way": "straight"}, ADA).given != stepped.given
    for step, way in [(None, "round"), (True, "round"), (STEPS, "round"), (-1, "straight"), (2.5, "straight"), (1, "up"), (1, ["round"])]:
        with pytest.raises(InputError, match=r"The walk has steps|One walks straight or round"):
            panel.step(VAE, {"step": step, "way": way}, ADA)


def test_numbers_stand_in_the_order_of_what_the_error_grows_by_without_them(page: Page) -> None:
    given = start("autoencoder", "strokes", "cpu")
    value = page[LatentCode].value(page.library.stage(given))
    model: Any = load("autoencoder", "strokes").model
    pictures, labels = (part[:128] for part in given.task.pictures("test"))
    with torch.no_grad():
        codes = model.encode(pictures, labels)
        codes[:, value["units"][0]] = codes[:, value["units"][0]].mean()
        without = (model.decode(codes) - pictures).square().mean()
    assert value["without"][0] == pytest.approx(float(without), rel=1e-4) and value["without"][0] > 2 * value["error"]
    assert value["without"] == sorted(value["without"], reverse=True) and sorted(value["units"]) == list(range(16))
    assert len(value["mean"]) == 16 and all(low < high for low, high in zip(value["low"], value["high"], strict=True))


@pytest.mark.parametrize("architecture", ["vae", "cvae"])
def test_the_loss_taken_apart_is_the_one_that_the_run_reports(page: Page, architecture: str) -> None:
    given = start(architecture, "strokes", "cpu")
    told, metrics = page[Loss].loss(given, {}), load(architecture, "strokes").metrics
    assert told["reconstruction"] == pytest.approx(metrics["reconstruction"], rel=1e-4)
    assert sum(told["kl"]) == pytest.approx(metrics["kl"], rel=1e-4)
    assert told["reconstruction"] + told["beta"] * sum(told["kl"]) == pytest.approx(metrics["loss"], rel=1e-4)
    assert told["used"] == [True, True] and 0 < told["floor"] < told["reconstruction"] and min(told["moves"]) > 0.05
    assert ["loss", "Loss"] in page[Tabs].value(page.library.stage(given))["tabs"]


def test_what_says_nothing_has_collapsed(page: Page) -> None:
    """A number whose cloud is N(0, 1) whatever the picture, and that the decoder does not look at."""
    model: Any = load("vae", "strokes").model
    model = copy.deepcopy(model)
    with torch.no_grad():
        for half in (model.encoder.linear_mean, model.encoder.linear_log_variance):
            half.weight[1], half.bias[1] = 0, 0
        model.decoder.linear1.weight[:, 1] = 0
    found = variational.apart(model, tasks.get("strokes")(), 100)
    assert found.used.tolist() == [True, False] and found.kl[1] == 0 and found.moves[1] == 0 and found.examples == 100
    assert [tab for tab in page[Tabs].value(page.library.stage(start("autoencoder", "strokes", "cpu")))["tabs"] if tab[0] == "loss"] == []
    first = page.library.stage(replace(VAE, shown=FIRST))
    assert page[Loss].suits(first) and page[Loss].value(first)["here"]["kl"] > 0
