"""Train both: what the rival is, what locks do to it, two runs that are one to Pause and Stop, and what a link holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from playground.app import visit as visits
from playground.app.links import from_query, to_query
from playground.app.page import Page
from playground.app.panels.compare import Compare
from playground.app.panels.rail.rail import choose as choose_pair
from playground.app.panels.training.monitor import Monitor
from playground.app.panels.training.race import Race, choose, rival
from playground.app.visit import Visit
from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.runs.log import RunLog
from tests.pages import ADA, BEN, answered, new_page
from tests.test_pause import until

TINY = {"model": {"hidden": 8, "embedding": 4}, "training": {"steps": 20, "batch_size": 4}}


@pytest.fixture
def page() -> Page:
    return new_page(RunBook(InlineExecutor(), slots=2, share=3, grace_s=600.0))


def visit(**changes: Any) -> Visit:
    return replace(visits.start("attention_seq2seq", "reverse", device="cpu"), **changes)


def small(steps: int = 20) -> Visit:
    tiny = visit()
    options = {**dict(tiny.recipe.model_options), "hidden": 8, "embedding": 4}
    training = {**dict(tiny.recipe.training_options), "steps": steps, "batch_size": 4}
    recipe = replace(tiny.recipe, model_options=tuple(sorted(options.items())), training_options=tuple(sorted(training.items())))
    return replace(tiny, recipe=recipe)


def asked(architecture: str = "seq2seq", **changes: Any) -> dict[str, Any]:
    return {"architecture": architecture, "seed": 0, "options": {}, "locks": ["batches", "updates"], **changes}


def logs(page: Page, of: Visit) -> tuple[RunLog, RunLog]:
    assert of.run is not None and of.beside is not None
    return page.book.get(of.run), page.book.get(of.beside)


def test_both_are_trained_on_the_same_batches_and_stand_in_both_slots(page: Page) -> None:
    told = answered(page, small(), page[Race].train, asked())
    a, b = logs(page, told["visit"])
    assert (a.beside, b.beside) == (b.id, a.id) and told["Monitor"]["rival"]["run"] == b.id
    assert told["Compare"]["trains"] and told["visit"].recipe == small().recipe, "the rail stays as it was"
    for log in (a, b):
        list(log.read())
    assert a.started is not None and b.started is not None
    assert a.started.batches == b.started.batches != "" and a.started.steps == b.started.steps == 20
    shown = answered(page, told["visit"], page[Monitor].explore, {"run": a.id})
    after = answered(page, shown["visit"], page[Compare].choose, {"beside": b.id})
    assert (after["visit"].shown, after["visit"].beside) == (a.id, b.id)
    value = page[Compare].value(page.library.stage(after["visit"], ADA))
    assert value["b"]["tokens"] and not value["trains"]


def test_pause_and_stop_act_on_both(page: Page) -> None:
    under_way = answered(page, small(20_000), page[Race].train, asked(options=TINY))["visit"]
    both = logs(page, under_way)
    until(lambda: all(log.status == "training" for log in both))
    order = page[Monitor].order
    for what, status in (("pause", "paused"), ("resume", "training"), ("stop", "stopped")):
        order(what, under_way, {"run": both[0].id}, ADA)
        until(lambda status=status: all(log.status == status for log in both))  # type: ignore[misc]
    with pytest.raises(InputError, match="Only the one who started this run can stop it"):
        order("stop", under_way, {"run": both[0].id}, BEN)


def test_what_is_left_goes_on_being_held_when_the_other_one_has_ended(page: Page) -> None:
    started = answered(page, small(1), page[Race].train, asked(options={"training": {"steps": 20_000}}, locks=["batches"]))["visit"]
    a, b = logs(page, started)
    until(lambda: a.over and b.status == "training")
    page[Monitor].order("stop", started, {"run": a.id}, ADA)
    until(lambda: b.status == "stopped")
    assert a.status == "done"


@pytest.mark.parametrize(
    "wrong",
    [
        {"architecture": "captioner"},
        {"architecture": None},
        {"seed": -1},
        {"seed": "x"},
        {"options": None},
        {"options": {"model": {"width": 3}}},
        {"options": {"model": {"hidden": 10_000}}},
        {"options": {"training": {"steps": 0}}},
        {"locks": None},
        {"locks": ["seconds", "updates"]},
        {"locks": ["everything"]},
        {"locks": [1]},
    ],
    ids=str,
)
def test_bad_words_are_refused_where_they_were_said(page: Page, wrong: dict[str, Any]) -> None:
    told = answered(page, visit(), choose, asked(**wrong), teller=page[Race])
    assert told["Race"]["error"] and told["visit"] == visit()
    with pytest.raises(InputError):
        page[Race].train(visit(), asked(**wrong), ADA)
    assert page.book.of("ada") == []


def test_a_rival_is_another_shipped_architecture_and_keeps_to_the_task(page: Page) -> None:
    assert rival(visit()).architecture == "seq2seq"
    chosen = choose(visit(), asked("transformer", seed=5, locks=["seconds", "width"]), ADA)
    assert (rival(chosen).architecture, rival(chosen).seed, chosen.locks) == ("transformer", 5, ("seconds", "width"))
    sort = choose_pair(chosen, {"task": "reverse", "architecture": "seq2seq"}, ADA)
    assert rival(sort).architecture == "transformer" and sort.locks == chosen.locks
    other = choose_pair(chosen, {"task": "sentiment", "architecture": "pooled_classifier"}, ADA)
    assert rival(other).architecture != "transformer", "it cannot learn that"
    alone = replace(visits.start("attention_seq2seq", "dates", device="cpu"), rival=None)
    assert page[Race].value(page.library.stage(alone))["rows"]


def test_the_form_leaves_out_what_a_lock_decides_and_says_what_cannot_hold(page: Page) -> None:
    def value(of: Visit) -> dict[str, Any]:
        told: dict[str, Any] = page[Race].value(page.library.stage(of))
        return told

    def names(of: Visit) -> set[str]:
        return {option["name"] for option in value(of)["options"]}

    assert not {"batch_size", "examples", "steps"} & names(visit())
    assert "hidden" in names(visit()) and "hidden" not in names(visit(locks=("parameters",)))
    assert {"batch_size", "steps"} <= names(visit(locks=()))
    ngram = replace(visits.start("seq2seq", "completion", device="cpu"), locks=("width",))
    counted = choose(ngram, asked("ngram", locks=["width"]), ADA)
    assert counted.locks == () and [lock for lock, _, _ in value(counted)["locks"]] == ["batches", "seconds", "updates"]
    heads = choose(visit(), asked("transformer", options={}, locks=[]), ADA)
    odd = replace(
        heads,
        rival=replace(rival(heads), model_options=tuple(sorted({**dict(rival(heads).model_options), "heads": 3, "width": 96}.items()))),
    )
    assert "heads must divide the width" in value(replace(odd, locks=("width",)))["error"]


def test_a_link_holds_the_rival_and_its_locks() -> None:
    chosen = choose(visit(), asked("transformer", seed=5, options={}, locks=["seconds", "parameters"]), ADA)
    again = from_query(dict(parse_qsl(to_query(chosen))), "cpu")
    assert (again.rival, again.locks) == (chosen.rival, chosen.locks)
    free = replace(chosen, locks=())
    assert from_query(dict(parse_qsl(to_query(free), keep_blank_values=True)), "cpu").locks == ()
    assert "rival" not in to_query(visit()) and "locks" not in to_query(visit())


@pytest.mark.parametrize(
    "query", [{"rival": "nothing"}, {"rival": "architecture=seq2seq&task=nope"}, {"locks": "all"}, {"locks": "width,parameters"}]
)
def test_a_link_that_says_it_badly_opens_the_start_page(query: dict[str, str]) -> None:
    found = from_query({"architecture": "seq2seq", "task": "reverse", **query}, "cpu")
    assert "Link not understood" in (found.notice or "") and found.rival is None


def test_who_has_too_many_under_way_is_told_and_nothing_starts(page: Page) -> None:
    for seed in range(2):
        page.start(replace(small(20_000), recipe=replace(small(20_000).recipe, seed=seed)), ADA)
    told = answered(page, small(), page[Race].train, asked(), teller=page[Race])
    assert "You have 2 runs under way" in told["Race"]["error"] and told["visit"].beside is None
    for log in page.book.of("ada"):
        page.book.stop(log.id, "ada")
