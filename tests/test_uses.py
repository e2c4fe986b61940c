"""What autoencoders are for, in numbers: each beside an answer that is known from elsewhere, and beside its control."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.neighbors import KNeighborsClassifier

import playground
from playground import InputError, Run, tasks
from playground.experiments.pca_baseline import components, pca_error
from playground.experiments.uses import features
from playground.experiments.uses.pictures import area, interval
from playground.tasks.pictures import PictureOptions
from tests.small import tiny_run

QUICK = {"steps": 120, "batch_size": 32}


@cache
def shipped(architecture: str, task: str) -> Run:
    return playground.load(architecture, task)


@cache
def quick(**options: Any) -> Run:
    """Of an autoencoder on digits, trained for less than a second."""
    task = {"without": options.pop("without", "none")}
    chosen = {"code": 8, "hidden": 64} | options
    return playground.train("autoencoder", "digits", model_options=chosen, task_options=task, training_options=QUICK, device="cpu")


# --- what is left out, and what is known -------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["digits", "strokes"])
def test_a_class_that_is_left_out_is_never_trained_on_and_stays_in_the_test_part(task: str) -> None:
    whole, without = tasks.get(task)(), tasks.get(task)(PictureOptions("3"))
    assert without.left_out == 3 and whole.left_out is None
    for part in ("train", "validation"):
        (pictures, labels), (kept, left) = whole.pictures(part), without.pictures(part)
        assert (left != 3).all() and torch.equal(kept, pictures[labels != 3]) and torch.equal(left, labels[labels != 3])
        assert all(torch.equal(values[labels != 3], without.factors(part)[name]) for name, values in whole.factors(part).items())
    assert all(torch.equal(a, b) for a, b in zip(whole.pictures("test"), without.pictures("test"), strict=True))
    drawn = without.sample(2_000, torch.Generator().manual_seed(0))
    assert set(drawn.condition.tolist()) == set(range(10)) - {3}


def test_a_script_leaves_the_same_class_out() -> None:
    assert "without: str = '3'" in (text := quick(without="3").script().replace('"', "'")) and "def but(" in text


def test_known_factors_draw_the_picture_again() -> None:
    from playground.tasks.strokes import draw

    task = tasks.get("strokes")()
    pictures, labels = (part[:8] for part in task.pictures("test"))
    factors = torch.stack([values[:8] for values in task.factors("test").values()], 1)
    assert torch.allclose(draw(labels, factors), pictures)
    assert tasks.get("digits")().factors("test") == {}


# --- compress ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7])
def test_components_are_those_of_scikit_learn(size: int) -> None:
    task = tasks.get("digits")()
    train, test = (task.pictures(part)[0].numpy() for part in ("train", "test"))
    theirs = PCA(size, svd_solver="full").fit(train)
    made = theirs.inverse_transform(theirs.transform(test))
    found = components(task)
    np.testing.assert_allclose(found.drawn(test, size), made, atol=1e-4)
    assert pca_error("digits", size) == pytest.approx(float(np.square(made - test).mean()), rel=1e-4)
    assert found.needed(found.errors[size]) == size and found.needed(1.0) == 0
    assert components(tasks.get("digits")()) is found, "it is computed once"
    assert components(tasks.get("digits")(PictureOptions("0"))) is not found


def test_a_run_stands_beside_components_and_other_sizes() -> None:
    run, others = shipped("conv_autoencoder", "digits"), [quick(), quick(activation="none"), shipped("autoencoder", "digits")]
    found = run.compress(others)
    assert found.n == 500 and found.score == pytest.approx(run.metrics["mse"], rel=1e-4)
    assert found.interval[0] < found.score < found.interval[1]
    assert [(point.size, point.linear) for point in found.points] == [(16, False), (8, False), (8, True), (128, False)]
    assert found.pca[15] == pca_error("digits", 16) and found.pca[found.components - 1] <= found.score < found.pca[found.components - 2]
    assert f"16 numbers stand for 784 pixels, 49 to 1; the error of {found.score:.4f} is that of {found.components} " in found.sentence
    assert run.compress([run]).points == found.points[:1], "the same run is not told twice"
    for other in ([1], shipped("vae", "strokes"), [tiny_run("seq2seq", "reverse")], "x", [shipped("vae", "strokes")]):
        with pytest.raises(InputError, match="allowed are runs of autoencoders on digits"):
            run.compress(other)


# --- denoise -----------------------------------------------------------------------------------------------------


def test_denoising_is_measured_against_the_clean_picture() -> None:
    run = shipped("autoencoder", "digits")
    found = run.denoise(levels=(0.0, 0.3))
    assert found.left[0] == 0 < found.left[1] and found.n == 500
    assert found.model[0] == pytest.approx(run.metrics["mse"], rel=1e-4)
    assert found.pca[0] == pytest.approx(pca_error("digits", 128), abs=1e-6)
    assert found.score == found.model[1] and found.interval[0] < found.score < found.interval[1]
    assert found.ratio == pytest.approx(found.model[1] / found.left[1])
    for levels in ((), (2.0,), (float("nan"),), ("x",), None):
        with pytest.raises(InputError, match="levels of noise"):
            run.denoise(levels=levels)
    for plain in (1, run.checkpoint, shipped("vae", "strokes")):
        with pytest.raises(InputError, match="allowed is a run of an autoencoder on digits"):
            run.denoise(plain)


def test_training_with_noise_pays_where_there_is_noise() -> None:
    found = quick(noise=0.4).denoise(quick(), (0.4,))
    assert found.level == 0.4 and found.score < found.plain[0] and found.ratio < 1 and found.closer > found.n / 2
    assert "of what a plain autoencoder leaves" in found.sentence
    same = quick().denoise(quick(), (0.3,))
    assert same.ratio == 1 and same.closer == 0


# --- detect ------------------------------------------------------------------------------------------------------


def test_strokes_among_digits_are_odd() -> None:
    run = shipped("autoencoder", "digits")
    found = run.detect("strokes")
    is_odd = np.arange(found.n) >= len(found.ordinary)
    every = np.r_[found.ordinary, found.odd]
    assert found.score == pytest.approx(roc_auc_score(is_odd, every)) and found.score > 0.9 and 0 <= found.pca <= 1
    false, true, _ = roc_curve(is_odd, every, drop_intermediate=False)
    np.testing.assert_allclose(found.curve, np.stack([false, true], 1))
    same = run.detect("digits")
    assert same.score == pytest.approx(0.5), "the same pictures twice are told apart by chance"
    assert same.interval[0] < 0.5 < same.interval[1]


def test_a_class_that_was_never_shown_is_odd() -> None:
    run = quick(without="0")
    found = run.detect()
    labels = run.task.pictures("test")[1]
    assert len(found.odd) == int((labels == 0).sum()) and found.n == len(labels) and found.likelihood is None
    assert found.score > 0.75 and found.odd.mean() > found.ordinary.mean() and "‘0’, never seen" in found.sentence
    with torch.no_grad():
        passing = np.quantile([float((run.model(x[None]) - x).square().mean()) for x in run.task.pictures("validation")[0]], 0.95)
    assert found.threshold == pytest.approx(passing, rel=1e-4)
    assert found.caught == np.mean(found.odd > found.threshold) and found.false == np.mean(found.ordinary > found.threshold)
    with pytest.raises(InputError, match="trained on every class"):
        quick().detect()
    with pytest.raises(InputError, match="not a task"):
        quick().detect("nothing")


def test_a_variational_model_is_judged_by_its_bound_too() -> None:
    found = shipped("vae", "digits").detect("strokes")
    assert found.likelihood is not None and 0 <= found.likelihood <= 1


def test_areas_and_means_hold_what_their_intervals_say() -> None:
    """Of 60 samples whose truth is known, about 57 intervals hold it."""
    random = np.random.default_rng(3)
    held = {"area": 0, "mean": 0}
    for _ in range(60):
        ordinary, odd = random.normal(0, 1, 60), random.normal(1, 1, 40)
        _, (low, high) = area(ordinary, odd)
        held["area"] += low <= 0.7602 <= high  # Φ(1 / √2)
        low, high = interval(odd)
        held["mean"] += low <= 1 <= high
    assert all(50 <= count <= 60 for count in held.values()), held
    assert area(np.zeros(3), np.zeros(2))[0] == 0.5


# --- features ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strokes() -> features.Features:
    return shipped("autoencoder", "strokes").features()


def test_the_nearest_is_the_nearest_and_controls_are_at_chance(strokes: features.Features) -> None:
    run = shipped("autoencoder", "strokes")
    (train, labels), (test, right) = run.task.pictures("train"), run.task.pictures("test")
    with torch.no_grad():
        codes, asked = run.model.encode(train).numpy(), run.model.encode(test).numpy()
    theirs = KNeighborsClassifier(1).fit(codes, labels).score(asked, right)
    assert strokes.code[-1].mean == pytest.approx(theirs, abs=0.002) and strokes.labels[-1] == len(train)
    assert all(0.06 < line.mean < 0.14 for line in strokes.control[2:])
    assert all(line.low <= line.mean <= line.high for line in strokes.code)
    assert strokes.score > 0.75 > strokes.pixels[strokes.labels.index(100)].mean, "a code learned without labels needs fewer of them"
    means = [line.mean for line in strokes.code]
    assert means == sorted(means)


def test_labels_are_drawn_evenly() -> None:
    labels = np.repeat(np.arange(10), 30)
    rows = features._balanced(labels, 25, np.random.default_rng(0))
    assert len(set(rows.tolist())) == 25 and set(np.bincount(labels[rows]).tolist()) == {2, 3}


def test_which_number_knows_what_is_a_regression(strokes: features.Features) -> None:
    run = shipped("autoencoder", "strokes")
    codes = [torch.as_tensor(run.model.encode(run.task.pictures(part)[0]).detach()).numpy() for part in ("train", "test")]
    wanted = [run.task.factors(part)["slant"].numpy() for part in ("train", "test")]
    slant = strokes.factors[0]
    assert slant.name == "slant" and slant.all == pytest.approx(
        LinearRegression().fit(codes[0], wanted[0]).score(codes[1], wanted[1]), abs=1e-3
    )
    best = slant.best
    alone = LinearRegression().fit(codes[0][:, [best]], wanted[0]).score(codes[1][:, [best]], wanted[1])
    assert slant.alone[best] == pytest.approx(alone, abs=1e-3) == max(slant.alone)
    assert all(abs(factor.control) < 0.1 < factor.all for factor in strokes.factors)
    assert sorted(strokes.explains) == list(range(16))


def test_what_has_no_factors_has_no_table_of_them() -> None:
    found = shipped("conv_autoencoder", "digits").features()
    assert found.factors == () and "R²" not in found.sentence and found.labels[-1] == 1200


# --- dead --------------------------------------------------------------------------------------------------------


def test_with_relu_on_code_and_output_pixels_and_numbers_die() -> None:
    living, dying = quick().dead(), quick(documents=True).dead()
    assert not living.pixels.any() and not living.numbers.any() and living.share == 0 and "Nothing is dead" in living.sentence
    assert dying.wrong > 20 and dying.share > 0.1 and dying.score > living.score
    run = quick(documents=True)
    pictures, labels = run.task.pictures("train")
    with torch.no_grad():
        assert not run.model(pictures, labels)[:, dying.pixels].any() and not run.model.encode(pictures, labels)[:, dying.numbers].any()
    assert dying.n == 1797 and dying.table()[1][1:] == [int(dying.pixels.sum()), 784]


@pytest.mark.parametrize("use", ["compress", "denoise", "detect", "features", "dead"])
def test_what_draws_no_pictures_is_refused(use: str) -> None:
    for pair in (("seq2seq", "reverse"), ("captioner", "scenes")):
        with pytest.raises(InputError, match="draws no pictures again"):
            getattr(Run(tiny_run(*pair).checkpoint), use)()
