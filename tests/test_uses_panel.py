"""Uses on the page: what is asked of the run on the stage, what trains beside it and for whom, and that nothing odd gets through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from playground.app import visit as visits
from playground.app.page import Page
from playground.app.panels.latent.uses.panel import USES, Uses
from playground.app.panels.player import Tabs
from playground.app.visit import Slot, Visit
from playground.errors import InputError
from playground.experiments.uses.rivals import rivals
from playground.tasks import Code, Drawn, HeldOut
from playground.training import recipes
from tests.pages import ADA, BEN, answered, new_page
from tests.test_pause import until

ALL = ("compress", "denoise", "noisy", "detect", "features", "dead")
ASKED = {"noisy": {"level": "0.3"}, "detect": {"odd": "strokes"}}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    page = new_page()
    yield page
    page.book.drain(5)


def start(architecture: str = "conv_autoencoder", task: str = "digits") -> Visit:
    return visits.start(architecture, task, device="cpu")


def tiny(page: Page, steps: int = 4, **options: Any) -> Visit:
    """A visit with a run on its stage that was trained for a moment, so that those beside it are too."""
    recipe = recipes.make(
        "autoencoder", "digits", device="cpu", model_options={"code": 16, "hidden": 16} | options, training_options={"steps": steps}
    )
    log = page.book.get(page.book.start(recipe, "somebody"))
    list(log.read())
    return replace(start("autoencoder"), recipe=log.started.recipe, shown=log.id)


@pytest.mark.parametrize("use", ALL)
@pytest.mark.parametrize("architecture", ["conv_autoencoder", "cvae"])
def test_every_use_is_told_of_the_run_on_the_stage_alone(page: Page, architecture: str, use: str) -> None:
    found = getattr(page[Uses], use)(start(architecture), ASKED.get(use, {}))
    if use != "noisy":
        told = "".join(text for _, text in found["reading"])
        assert told.endswith(".") and "nan" not in told


def test_only_models_of_pictures_have_uses(page: Page) -> None:
    stage = page.library.stage(start())
    assert ["uses", "Uses"] in page[Tabs].value(stage)["tabs"] and page[Uses].suits(stage)
    assert [use for use, _ in USES] == [use for use, _ in page[Uses].value(stage)["uses"]]
    other = page.library.stage(start("seq2seq", "reverse"))
    assert ["uses", "Uses"] not in page[Tabs].value(other)["tabs"] and not page[Uses].suits(other)


def test_rivals_differ_in_one_thing() -> None:
    recipe = recipes.make("autoencoder", "digits", model_options={"code": 16}, device="cpu")
    for key, rival in rivals(recipe).items():
        kind, _, value = key.partition("-")
        ours, theirs = dict(recipe.model_options), dict(rival.model_options)
        differs = {name for name in ours if ours[name] != theirs[name]}
        allowed = {"size": {"code"}, "linear": {"code", "activation"}, "noise": {"noise"}, "without": {"code"}, "documents": {"documents"}}
        assert differs <= allowed[kind], key
        assert (rival.training_options, rival.seed) == (recipe.training_options, recipe.seed)
        if kind == "without":
            assert dict(rival.task_options)["without"] == value and theirs["code"] == 8
    assert {"size-8", "linear-16", "noise", "without-0", "documents"} <= set(rivals(recipe)) and "size-16" not in rivals(recipe)
    noisy = recipes.make("autoencoder", "digits", model_options={"noise": 0.3, "documents": True}, device="cpu")
    assert {"plain", "default"} <= set(rivals(noisy)) and dict(rivals(noisy)["linear-8"].model_options)["documents"] is False
    assert set(rivals(recipes.make("vae", "digits"))) >= {"size-8", "size-64"} and "size-128" not in rivals(recipes.make("vae", "digits"))


def test_what_is_trained_beside_is_told_by_the_series_and_found_again(page: Page) -> None:
    visit = tiny(page)
    told = answered(page, visit, page[Uses].train, {"runs": ["size-8", "linear-8", "noise", "without-3", "documents"]}, always=page[Uses])[
        "Uses"
    ]
    assert told["error"] is None and told["series"]
    until(lambda: page[Uses].trained(visit, {"series": told["series"]})["over"])
    found = page[Uses].trained(visit, {"series": told["series"]})
    assert (found["done"], found["of"], found["failed"]) == (5, 5, 0) and list(found["runs"]) == found["keys"]
    assert page[Uses].value(page.library.stage(visit, ADA))["runs"] == found["runs"], "after a reload they are there"
    assert page[Uses].value(page.library.stage(visit, BEN))["runs"] == {}
    runs = ",".join(f"{key}:{id}" for key, id in found["runs"].items())
    columns = {column["size"]: column for column in page[Uses].compress(visit, {"runs": runs})["columns"]}
    assert columns[8]["kept"] and columns[8]["linear"] and columns[16]["kept"] and columns[32]["kept"] is None
    assert page[Uses].denoise(visit, {"runs": runs})["noise"] is not None
    assert set(page[Uses].noisy(visit, {"runs": runs, "level": "0.5", "draw": "3"})["rows"]) == {"noisy", "plain", "noise"}
    detected = page[Uses].detect(visit, {"runs": runs, "digit": "3"})
    assert detected["strange"].startswith("‘3’") and [area[0] for area in detected["areas"]] == [3]
    assert page[Uses].dead(visit, {"runs": runs})["other"]["numbers"]
    trained = page.library.run(Slot(visit.recipe, found["runs"]["without-3"]))
    assert trained.task.left_out == 3


def test_a_run_that_has_seen_noise_or_left_a_class_out_is_the_other_side(page: Page) -> None:
    noisy = tiny(page, noise=0.2)
    found = page[Uses].denoise(noisy, {})
    assert found["noise"] and found["plain"] == [] and found["level"] == 0.2
    left = recipes.make("autoencoder", "digits", task_options={"without": "5"}, training_options={"steps": 3}, device="cpu")
    log = page.book.get(page.book.start(left, "somebody"))
    list(log.read())
    visit = replace(start("autoencoder"), recipe=log.started.recipe, shown=log.id)
    assert page[Uses].value(page.library.stage(visit))["left_out"] == 5
    assert page[Uses].detect(visit, {"digit": "5"})["counts"][1] < 100


def test_a_series_is_stopped_by_its_owner(page: Page) -> None:
    visit = tiny(page)
    told = answered(page, visit, page[Uses].train, {"runs": ["size-2", "size-4"]}, BEN)["Uses"]
    with pytest.raises(InputError, match="A comparison of yours is under way"):
        while True:
            page[Uses].train(visit, {"runs": ["size-8"]}, BEN)
            assert not page[Uses].trained(visit, {"series": told["series"]})["over"]
    page[Uses].cancel(visit, {}, BEN)
    until(lambda: page[Uses].trained(visit, {"series": told["series"]})["over"])


def test_what_was_drawn_and_a_code_by_hand_are_measured_too(page: Page) -> None:
    visit = start()
    drawn = visit.with_input(Drawn(tuple(visit.task.pictures("test")[0][3].tolist())))
    by_hand, at_first = drawn.with_input(Code((0.0,) * 16, before=drawn.given)), visit.with_input(Code((0.0,) * 16))
    whose = [page[Uses].value(page.library.stage(shown))["whose"] for shown in (drawn, visit, by_hand, at_first)]
    assert whose == ["Your drawing", "The picture on the stage", "The picture from before the code was set", "The first test picture"]
    same = visit.with_input(HeldOut(3))
    assert page[Uses].detect(drawn, {"odd": "strokes"})["here"] == pytest.approx(page[Uses].detect(same, {"odd": "strokes"})["here"])
    for before in (HeldOut(3), None):
        assert page[Uses].compress(visit.with_input(Code((0.0,) * 16, before=before)), {})["columns"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"runs": []}, "names no runs"),
        ({"runs": "size-8"}, "names no runs"),
        ({"runs": ["size-8"] * 25}, "names no runs"),
        ({"runs": ["size-9"]}, "names no runs to train beside this one; there are: size-2, "),
        ({"runs": [["size-8"]]}, "names no runs"),
        ({}, "names no runs"),
    ],
)
def test_what_cannot_be_trained_is_said_in_the_panel(page: Page, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        page[Uses].train(start(), asked, ADA)
    assert answered(page, start(), page[Uses].train, asked, teller=page[Uses])["Uses"]["error"]


@pytest.mark.parametrize(
    ("use", "asked", "message"),
    [
        ("compress", {"runs": "size-8:nobody"}, "no longer|not found|There is no"),
        ("compress", {"runs": "size-8"}, "no longer|not found|There is no"),
        ("compress", {"runs": "size-7:x"}, "is nothing that this run is held against"),
        ("noisy", {"level": "2"}, "from 0 to 1"),
        ("noisy", {"level": "nan"}, "from 0 to 1"),
        ("noisy", {}, "from 0 to 1"),
        ("noisy", {"level": "0.1", "draw": "-1"}, "no whole number"),
        ("detect", {"digit": "4"}, "No run that was trained without 4"),
        ("detect", {}, "no whole number"),
        ("detect", {"odd": "reverse"}, "."),
        ("trained", {"series": "x"}, "no longer kept"),
    ],
)
def test_odd_questions_get_a_sentence(page: Page, use: str, asked: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        getattr(page[Uses], use)(start(), asked)


def test_a_run_of_another_recipe_is_not_taken_for_the_one_it_is_named(page: Page) -> None:
    other = tiny(page, code=4)
    with pytest.raises(InputError, match="trained by another recipe"):
        page[Uses].compress(tiny(page), {"runs": f"size-8:{other.shown}"})
