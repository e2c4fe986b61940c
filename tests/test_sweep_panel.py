"""A sweep on the page: what can be swept, what becomes of it, who may see and cancel it, and that a dot opens its run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from playground.app import visit as visits
from playground.app.page import Page
from playground.app.panels.training.monitor import Monitor
from playground.app.panels.training.sweep import Sweeping
from playground.app.visit import Visit
from playground.errors import InputError
from playground.experiments.sweep import plan, sweepable
from playground.options import check
from playground.training.recipes import make
from playground.views.sweeps import offered
from tests import small
from tests.pages import ADA, BEN, answered, new_page
from tests.test_pause import until


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    page = new_page()
    yield page
    page.book.drain(5)


def quick(steps: int = 4) -> Visit:
    return replace(visits.start("seq2seq", "reverse", device="cpu"), recipe=small.tiny_recipe("seq2seq", "reverse", steps))


ASKED: dict[str, Any] = {"option": "model.hidden", "values": [8, 16], "seeds": 2}


def test_a_sweep_trains_every_value_and_seed_and_its_dots_open_their_runs(page: Page) -> None:
    visit = quick()
    told = answered(page, visit, page[Sweeping].start, ASKED)["Sweeping"]
    assert told["sweep"] and told["error"] is None
    series = page[Sweeping].every.get(told["sweep"])
    assert series.wait(60)
    found = page[Sweeping].found(visit, {"sweep": told["sweep"]})
    assert (found["done"], found["of"], found["over"], found["failed"], found["eta_s"]) == (4, 4, True, 0, 0.0)
    assert (found["values"], found["numbers"], found["label"], found["measure"]) == (
        ["8", "16"],
        [8.0, 16.0],
        "Hidden units",
        "exact match",
    )
    assert [point[:2] for point in found["points"]] == [[0, 0], [0, 1], [1, 0], [1, 1]] and len(found["reading"]) == 1
    assert [one[3] for one in found["spread"]] == [2, 2]
    planned = list(plan(visit.recipe, "hidden", [8, 16], 2).values())
    for point, recipe in zip(found["points"], planned, strict=True):
        opened = page[Monitor].show(visit, {"run": point[5]}, ADA)
        run = page.library.run(opened.slot)
        assert run.recipe == recipe.settled(precision=dict(run.recipe.training_options)["precision"])
        assert opened.shown == point[5] and run.metrics["exact_match"] == point[2]
    assert page[Sweeping].value(page.library.stage(visit, ADA))["sweep"] == told["sweep"], "after a reload it is there"
    assert page[Sweeping].value(page.library.stage(visit, BEN))["sweep"] is None


def test_a_sweep_is_cancelled_by_its_owner_and_what_has_ended_stays(page: Page) -> None:
    visit = quick(20_000)
    told = answered(page, visit, page[Sweeping].start, ASKED, BEN)["Sweeping"]
    series = page[Sweeping].every.get(told["sweep"])
    until(lambda: bool(series.runs))
    page[Sweeping].cancel(visit, {}, ADA)
    assert not series.stopped
    under_way = page[Sweeping].found(visit, {"sweep": told["sweep"]})
    assert under_way["points"] == [] and under_way["spread"] == [None, None] and under_way["eta_s"] > 0
    with pytest.raises(InputError, match="A sweep of yours is under way"):
        page[Sweeping].start(visit, ASKED, BEN)
    page[Sweeping].cancel(visit, {}, BEN)
    assert series.wait(60) and len(series.runs) == 1
    found = page[Sweeping].found(visit, {"sweep": told["sweep"]})
    assert found["stopped"] and found["points"] == [], "a run that was stopped is no result"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"values": [8]}, "name 2 to 6 of them"),
        ({"values": list(range(8, 72, 8))}, "name 2 to 6 of them"),
        ({"values": "8, 16"}, "name 2 to 6 of them"),
        ({"values": [8, 9_999]}, "hidden is 9999; allowed is a whole number from 8 to 256"),
        ({"values": [8, [16]]}, "hidden is"),
        ({"values": [8, 8]}, "each value of hidden is trained once"),
        ({"seeds": 6}, "seeds is 6"),
        ({"seeds": True}, "seeds is True"),
        ({"option": "model.nothing"}, "'model.nothing' is not an option"),
        ({"option": None}, "None is not an option"),
        ({"option": ["model.hidden"]}, "is not an option"),
    ],
)
def test_what_cannot_be_swept_is_said_in_the_panel(page: Page, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        page[Sweeping].start(quick(), {**ASKED, **asked}, ADA)
    told = answered(page, quick(), page[Sweeping].start, {**ASKED, **asked}, teller=page[Sweeping])
    assert told["Sweeping"]["error"]


@pytest.mark.parametrize("asked", [{}, {"sweep": "x"}, {"sweep": ""}])
def test_a_sweep_is_found_by_its_name_alone(page: Page, asked: dict[str, str]) -> None:
    with pytest.raises(InputError, match="no longer kept"):
        page[Sweeping].found(quick(), asked)


@pytest.mark.parametrize("pair", small.ONE_EACH, ids="-".join)
def test_what_is_proposed_is_allowed(pair: tuple[str, str]) -> None:
    recipe = make(*pair)
    for name, limit, value in sweepable(recipe):
        proposed = offered(name, limit, value)["proposed"]
        assert len(set(proposed)) == len(proposed) >= 1
        assert all(check(name, one, limit) == one for one in proposed), (name, proposed)
