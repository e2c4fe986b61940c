"""The trade: runs that differ in β alone, whose they are, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest

from playground.app import visit as visits
from playground.app.page import Page
from playground.app.panels.latent.trade import Trade
from playground.app.panels.latent.uses.panel import Uses
from playground.app.visit import SHIPPED, Visit
from playground.errors import InputError
from playground.experiments.uses.trading import BETAS, others
from playground.training import recipes
from tests.pages import ADA, BEN, answered, new_page
from tests.test_pause import until


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    page = new_page()
    yield page
    page.book.drain(5)


def tiny(page: Page) -> Visit:
    """A visit with a run on its stage that was trained for a moment, so that those beside it are too."""
    options = {"code": 3, "hidden": 16, "beta": 2.0}
    recipe = recipes.make("vae", "digits", device="cpu", model_options=options, training_options={"steps": 4})
    log = page.book.get(page.book.start(recipe, "somebody"))
    list(log.read())
    return replace(visits.start("vae", "digits", device="cpu"), recipe=log.started.recipe, shown=log.id)


def test_the_others_differ_in_beta_alone() -> None:
    recipe = recipes.make("vae", "strokes", device="cpu")
    there = others(recipe)
    assert [float(key) for key in there] == [beta for beta in BETAS if beta != 1]
    for key, other in there.items():
        assert dict(other.model_options) == dict(recipe.model_options) | {"beta": float(key)}
        assert (other.training_options, other.seed, other.task_options) == (recipe.training_options, recipe.seed, recipe.task_options)


def test_a_press_trains_them_and_they_are_found_again(page: Page) -> None:
    visit = tiny(page)
    told = answered(page, visit, page[Trade].train, {}, always=page[Trade])["Trade"]
    assert told["error"] is None and told["series"] and told["missing"] == 6
    until(lambda: page[Trade].traded(visit, {"series": told["series"]})["over"])
    found = page[Trade].traded(visit, {"series": told["series"]})
    assert (found["done"], found["failed"]) == (6, 0) and set(found["runs"]) == {f"{beta:g}" for beta in BETAS if beta != 2}
    again = page[Trade].value(page.library.stage(visit, ADA))
    assert again["runs"] == found["runs"] and again["missing"] == 0
    assert page[Trade].value(page.library.stage(visit, BEN))["runs"] == {}
    trade = page[Trade].trade(visit, {"runs": ",".join(f"{key}:{id}" for key, id in found["runs"].items())})
    assert [point["beta"] for point in trade["points"]] == list(BETAS) and trade["here"] == "2"
    assert all(point["kl"] > 0 and point["size"] == 3 and point["kept"] != point["dreamt"] for point in trade["points"])
    opened = page[Trade].open(visit, {"run": found["runs"]["8"]}, ADA)
    assert dict(opened.recipe.model_options)["beta"] == 8 and opened.given == visit.given
    assert set(page[Trade].value(page.library.stage(opened, ADA))["runs"]) == set(found["runs"]) - {"8"}, "the first was not Ada's"
    with pytest.raises(InputError, match="trained already"):
        page[Trade].train(visit, {}, ADA)


def test_the_shipped_run_is_one_of_them(page: Page) -> None:
    visit = visits.start("vae", "digits", device="cpu")
    shipped = page.library.run(visit.slot).recipe
    log = page.book.get(page.book.start(replace(others(shipped)["4"], clock_s=None, training_options=short(shipped)), ADA.tab))
    list(log.read())
    assert page[Trade].value(page.library.stage(visit, ADA))["runs"] == {}, "fewer updates are another recipe"
    assert page[Trade].open(replace(visit, shown=log.id), {"run": SHIPPED}, ADA).shown == SHIPPED
    beside = replace(visit, recipe=others(shipped)["4"], shown=visits.FIRST)
    stage = page.library.stage(beside, ADA)
    assert page[Trade].suits(stage) and "error" in page[Trade].refused(beside, InputError("No."))


def short(recipe: Any) -> Any:
    return tuple((name, 3 if name == "steps" else value) for name, value in recipe.training_options)


@pytest.mark.parametrize("runs", ["x", "3:shipped", "4", "4:nothing", "__proto__:a", "2:shipped"])
def test_runs_that_are_none_of_them_are_refused(page: Page, runs: str) -> None:
    with pytest.raises(InputError):
        page[Trade].trade(visits.start("vae", "digits", device="cpu"), {"runs": runs})


@pytest.mark.parametrize("task", ["digits", "strokes"])
def test_what_other_values_make_of_the_shipped_run_is_known_at_once(page: Page, task: str) -> None:
    visit = visits.start("vae", task, device="cpu")
    points = page[Trade].trade(visit, {})["points"]
    assert [point["beta"] for point in points] == list(BETAS) and [not point["kept_only"] for point in points] == [b == 1 for b in BETAS]
    terms = [(point["reconstruction"], point["kl"]) for point in points]
    assert all(a[0] <= b[0] + 1 and a[1] > b[1] for a, b in pairwise(terms)), "what a cheaper code saves is paid in pixels"
    for point, other in combinations(points, 2):
        by_own = point["reconstruction"] + point["beta"] * point["kl"]
        assert by_own <= 1.01 * (other["reconstruction"] + point["beta"] * other["kl"]), "each is the best at its own β"
    assert len({point["kept"] for point in points}) == len(points) and all(point["size"] == 2 for point in points)
    assert [one["run"] for one in points] == [""] * 7


def test_no_other_recipe_gets_their_points(page: Page) -> None:
    visit = tiny(page)
    assert [point["beta"] for point in page[Trade].trade(visit, {})["points"]] == [2.0]
    first = replace(visits.start("vae", "digits", device="cpu"), shown=visits.FIRST)
    assert [point["beta"] for point in page[Trade].trade(first, {})["points"]] == [1.0], "before any training"


def test_what_weighs_no_code_is_refused(page: Page) -> None:
    with pytest.raises(InputError, match="of variational autoencoders alone; choose one"):
        page[Trade].train(visits.start("autoencoder", "digits", device="cpu"), {}, ADA)
    with pytest.raises(InputError, match="no longer kept"):
        page[Trade].traded(visits.start("vae", "digits", device="cpu"), {"series": "x"})
    assert page[Trade].cancel(visits.start("vae", "digits", device="cpu"), {}, BEN)


@pytest.mark.parametrize("architecture", ["vae", "conv_autoencoder"])
def test_a_model_before_its_first_step_is_held_against_what_its_preset_trains(page: Page, architecture: str) -> None:
    visit = replace(visits.start(architecture, "digits", device="cpu"), shown=visits.FIRST)
    stage = page.library.stage(visit, ADA)
    assert page[Uses].value(stage)["wanted"] and page[Uses].depends(stage)
    if page[Trade].suits(stage):
        assert page[Trade].value(stage)["missing"] + len(page[Trade].value(stage)["runs"]) == 6
        assert [point["beta"] for point in page[Trade].trade(visit, {})["points"]] == [1.0]
