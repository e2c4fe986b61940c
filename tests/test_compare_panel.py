"""Slot B: what may stand in it, what it answers, what a link holds of it, and what is measured of both."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from playground.app import visit as visits
from playground.app.links import from_query, to_query
from playground.app.page import Page
from playground.app.panels.compare import Compare, with_text
from playground.errors import InputError
from playground.tasks import Typed
from playground.views.style import plain
from tests import small
from tests.pages import ADA, BEN, answered, new_page

LONG = Typed("7182818284590452")


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


def test_a_shipped_run_stands_beside_and_answers_the_same_input(page: Page) -> None:
    visit = visits.start("attention_seq2seq", "reverse", device="cpu").with_input(LONG)
    told = answered(page, visit, page[Compare].choose, {"beside": "seq2seq"})
    beside, a, b = told["visit"], told["Compare"]["a"], told["Compare"]["b"]
    assert from_query(dict(parse_qsl(to_query(beside))), "cpu").beside == "seq2seq"
    assert a["tokens"] == list(page.library.stage(visit).trace.tokens) != b["tokens"]
    right = [*reversed(LONG.text), "end"]
    assert b["wrong"] == [token != due for token, due in zip(b["tokens"], right, strict=True)]
    assert a["parameters"] == 51_629 and b["parameters"] > a["parameters"]
    assert "beside=seq2seq" in told["Player"]["link"]
    assert "b" not in answered(page, beside, page[Compare].choose, {"beside": None})["Compare"]


def test_the_same_run_stands_beside_itself_as_it_was(page: Page) -> None:
    visit = visits.start("attention_seq2seq", "reverse", device="cpu")
    before = [name for name, _ in page[Compare].offered(visit, ADA) if name.startswith("@")]
    assert before[0] == "@0"
    first = answered(page, visit, page[Compare].choose, {"beside": "@0"})["Compare"]["b"]
    assert first["wrong"] is None and first["verdict"]["right"] is None, "first weights are neither right nor wrong"
    assert first["name"] == "this run at update 0"
    early = answered(page, visit, page[Compare].choose, {"beside": before[1]})["Compare"]["b"]
    assert early["verdict"]["right"] is False
    assert early["seconds"] is None, "the run took them for all its updates"
    assert answered(page, visit, page[Compare].choose, {"beside": "seq2seq"})["Compare"]["b"]["seconds"] > 0


def test_a_run_of_ones_own_is_offered_to_its_owner(page: Page) -> None:
    recipe = small.tiny_recipe("seq2seq", "reverse")
    own = page.start(replace(visits.start("seq2seq", "reverse", device="cpu"), recipe=recipe), ADA).run or ""
    assert list(page.book.get(own).read())
    visit = visits.start("attention_seq2seq", "reverse", device="cpu")
    assert own in dict(page[Compare].offered(visit, ADA)) and own not in dict(page[Compare].offered(visit, BEN))
    told = answered(page, visit, page[Compare].choose, {"beside": own})["Compare"]
    assert told["beside"] == own and "your run 1" in told["b"]["name"]
    with pytest.raises(InputError, match="choose one of the list"):
        page[Compare].choose(visit, {"beside": own}, BEN)
    linked = replace(visit, beside=own)
    assert page[Compare].value(page.library.stage(linked, BEN))["b"]["tokens"] == told["b"]["tokens"], "by its name everybody may see it"


@pytest.mark.parametrize("beside", ["nowhere", "@7", "@x", "captioner", "A" * 22, ""])
def test_what_is_not_there_leaves_slot_b_empty(page: Page, beside: str) -> None:
    visit = replace(visits.start("attention_seq2seq", "reverse", device="cpu"), beside=beside)
    assert "b" not in page[Compare].value(page.library.stage(visit))
    with pytest.raises(InputError, match="No run stands in slot B"):
        page[Compare].measured(visit, {"beside": beside})
    with pytest.raises(InputError):
        page[Compare].choose(visit, {"beside": beside}, ADA)


def test_both_are_measured_on_the_same_new_inputs(page: Page) -> None:
    visit = visits.start("pooled_classifier", "sentiment", device="cpu")
    (other, _), *_ = page[Compare].offered(visit, ADA)
    told = page[Compare].measured(visit, {"beside": other})
    assert told["lengths"] and all(0 <= a <= 1 and 0 <= b <= 1 and n > 0 for _, a, b, n in told["lengths"])
    assert all(low <= share <= high for share, _, low, high in (*told["known"], *told["new"]))
    assert told["length_reading"] and told["heart_reading"] and told["apart_reading"]
    assert told["places"] == [] and set(told["group_readings"]) == {name for name, _ in told["groups"]}


def test_inputs_that_part_both_are_listed_and_opened(page: Page) -> None:
    visit = visits.start("attention_seq2seq", "reverse", device="cpu")
    told = page[Compare].measured(visit, {"beside": "@0"})
    assert [place for place, *_ in told["places"]] == list(range(13))
    one = told["apart"][0]
    assert one["steps"][0] is None and one["answers"][0] == one["right"] and one["steps"][1] is not None
    assert "A alone is right on" in plain(told["apart_reading"]) and "They differ most at output" in plain(told["place_reading"])
    opened = answered(page, visit, with_text, {"given": one["given"]})
    assert opened["visit"].given == Typed(one["given"]) and "Compare" in opened
    for wrong in ({}, {"given": 5}, {"given": "no digits"}):
        with pytest.raises(InputError):
            with_text(visit, wrong, ADA)


@pytest.mark.parametrize("pair", ["vae digits", "captioner scenes", "recognizer dialing"])
def test_what_is_not_typed_has_no_lengths_to_compare(page: Page, pair: str) -> None:
    stage = page.library.stage(visits.start(*pair.split(), device="cpu"))
    assert page[Compare].value(stage) == {"suits": False, "side": None}
