"""Papers on the page: the gallery, the card of every paper, its arms through the run book, the verdict, and what a link holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from playground.app import visit as visits
from playground.app.library.trials import in_order
from playground.app.links import from_query, to_query
from playground.app.page import Page
from playground.app.panels.compare import Compare
from playground.app.panels.papers import card
from playground.app.panels.papers.card import Card, told
from playground.app.panels.papers.gallery import Shelf
from playground.app.panels.papers.verdict import spec
from playground.app.visit import FIRST, FIRST_SEED, Trial, Visit
from playground.errors import InputError
from playground.papers import papers
from playground.papers.paper import JUDGES, Paper
from playground.papers.parts import Arm, Line, Measured
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from tests.pages import ADA, answered, new_page

FAST = "jelassi_2024"
NAMES = ("a" * 22, "b" * 22)


@pytest.fixture(scope="module")
def page() -> Page:
    """Its runs wait for a follower as long as they must: here they are read one after the other."""
    return new_page(RunBook(InlineExecutor(), slots=2, share=3, grace_s=600.0))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    """A paper of four arms that train in no time: its criterion is missed, its act is one that a stage can have."""
    paper = papers[FAST]
    tiny = {"hidden": 8, "embedding": 4}
    training = {"batch_size": 4}
    arms = tuple(Arm(letter, letter, "attention_seq2seq", "reverse", 2 + at, tiny, training=training) for at, letter in enumerate("ABCD"))
    made = replace(paper, arms=arms, input="314", measure=measure, tries=(*paper.tries[:2],))
    monkeypatch.setattr(papers, "_things", {**papers._things, FAST: made})
    told.cache_clear()
    yield made
    told.cache_clear()


def measure(runs: Any, acts: Any) -> Measured:
    """Nothing but what the contract needs: C and D as foretold, A not."""
    return Measured({"A": 0.2, "B": 0.1, "C": 1.0, "D": 1.0, "A even": 0.3}, (Line("A", (0.0,), (0.2,), 4),))


def at_their_end(page: Page, visit: Visit) -> None:
    assert visit.trial is not None
    for run in visit.trial.runs:
        list(page.book.get(run).read())


def opened(page: Page, id: str, visit: Visit | None = None) -> dict[str, Any]:
    return answered(page, visit or visits.home("cpu"), page[Card].open, {"paper": id}, teller=page[Card], always=page[Card])


def test_the_gallery_comes_with_the_page_and_names_every_paper(page: Page) -> None:
    shelf = page[Shelf].value(page.first)["papers"]
    assert [one["id"] for one in shelf] == list(papers)
    for one in shelf:
        paper = papers[one["id"]]
        assert one["verdict"] == paper.verdict and one["held"][1] == len(paper.judged)
        assert one["authors"].endswith(str(paper.source.year)) and (one["seconds"] is None) == (not paper.judged)
        assert one["room"] in ("sequences", "transformers", "codes") and bool(one["thumb"]["lines"]) == bool(paper.judged)
        assert len(json.dumps(one)) < 600


@pytest.mark.parametrize("id", papers)
def test_every_paper_opens_with_its_first_side_untrained_and_its_input(page: Page, id: str) -> None:
    shown, paper = opened(page, id), papers[id]
    value, visit = shown["Card"], shown["visit"]
    side = paper.arm(paper.sides[0])
    assert (visit.shown, visit.trial) == (FIRST, Trial(id, FIRST_SEED))
    assert visit.recipe == side.recipe(FIRST_SEED) and FIRST_SEED not in JUDGES and FIRST_SEED > 9
    assert paper.input in ("", visit.given.text)
    assert value["phase"] == "ask" and [arm[0] for arm in value["arms"]] == [arm.letter for arm in in_order(paper)]
    assert len(value["paper"]["question"][1]) == len(value["paper"]["guess"]["edges"]) + 1
    assert [needs for _, _, needs in value["paper"]["criterion"]] == [bar.needs for bar in paper.criterion]
    assert value["paper"]["figure"]["layout"]["meta"]["title"] and (value["paper"]["seconds"] is None) == (not paper.judged)
    assert shown["Tabs"]["tabs"][0] == ["paper", "Result"] and shown["Player"]["untrained"]
    assert {key for key, _ in parse_qsl(to_query(visit), keep_blank_values=True)} >= {"paper", "paper_seed", "arms", "architecture"}


@pytest.mark.parametrize("id", papers)
def test_a_link_opens_a_paper_by_its_name_alone_and_leads_back_to_its_runs(id: str) -> None:
    visit = from_query({"paper": id}, "cpu")
    assert visit == visits.of_paper(id, FIRST_SEED, "cpu")
    there = from_query(dict(parse_qsl(to_query(visit), keep_blank_values=True)), "cpu")
    assert (there.trial, there.shown, there.recipe) == (visit.trial, FIRST, visit.recipe)
    runs = replace(visit, trial=Trial(id, 12, NAMES))
    assert from_query(dict(parse_qsl(to_query(runs), keep_blank_values=True)), "cpu").trial == Trial(id, 12, NAMES)


@pytest.mark.parametrize(
    "params",
    [
        {"paper": "nobody_1900"},
        {"paper": FAST, "paper_seed": "-1"},
        {"paper": FAST, "paper_seed": "ten", "architecture": "seq2seq"},
        {"paper": FAST, "arms": "../../etc", "architecture": "seq2seq"},
        {"paper": FAST, "arms": ",".join(NAMES * 9), "architecture": "seq2seq"},
    ],
    ids=str,
)
def test_garbage_in_a_link_is_told_and_opens_the_start_page(params: dict[str, str]) -> None:
    visit = from_query(params, "cpu")
    assert visit.trial is None and visit.notice is not None and "start page" in visit.notice


@pytest.mark.parametrize("wrong", [{}, {"paper": "nobody_1900"}, {"paper": ["x"]}, {"paper": None}], ids=str)
def test_what_is_no_paper_is_refused_on_the_card(page: Page, wrong: dict[str, Any]) -> None:
    shown = answered(page, visits.home("cpu"), page[Card].open, wrong, teller=page[Card])
    assert "is no paper here" in shown["Card"]["error"] and shown["Card"]["paper"] is None


def test_nothing_is_run_or_tried_where_no_paper_is_open(page: Page) -> None:
    for handler in (page[Card].commit, page[Card].further, page[Card].attempt):
        with pytest.raises(InputError, match="No paper is open"):
            handler(visits.home("cpu"), {"row": 0}, ADA)


def test_arms_train_two_at_a_time_and_are_judged_at_their_end(page: Page, small: Paper) -> None:
    visit = answered(page, opened(page, FAST)["visit"], page[Card].commit, {}, always=page[Card])["visit"]
    logs = [page.book.get(run) for run in visit.trial.runs]
    assert [log.recipe for log in logs] == [arm.recipe(FIRST_SEED) for arm in small.arms[:2]]
    assert (logs[0].beside, logs[1].beside) == (logs[1].id, logs[0].id) and visit.live
    with pytest.raises(InputError, match="2 of 4 arms have a run"):
        page[Card].judge.result(visit.trial)
    at_their_end(page, visit)
    visit = answered(page, visit, page[Card].further, {}, always=page[Card])["visit"]
    assert len(visit.trial.runs) == 4 and not visit.live, "the stage keeps the first side"
    at_their_end(page, visit)
    ended = answered(page, visit, page[Card].further, {}, always=page[Card])
    assert ended["Card"]["phase"] == "done"
    assert (ended["visit"].shown, ended["visit"].beside) == visit.trial.runs[:2]
    found = page[Card].verdict(ended["visit"], dict(parse_qsl(to_query(ended["visit"]))))
    kind, *_, reached = found["checks"][0]
    assert (kind, reached, found["holds"]) == ("criterion", False, False)
    assert re.match(r"Of \d+ inputs A answers \d+ wrongly: .*(too early|too late|do not end within|other tokens)", found["wrong"])
    assert (found["right"], found["truth"]) == (small.question.right(0.1), "10 %")
    again = answered(page, ended["visit"], page[Card].commit, {}, always=page[Card])["visit"]
    assert again.trial.seed == FIRST_SEED + 1 and len(again.trial.runs) == 2
    at_their_end(page, again)


def test_a_stopped_arm_gets_no_verdict_and_says_so(page: Page, small: Paper) -> None:
    long = replace(small, arms=tuple(replace(arm, updates=20_000) for arm in small.arms))
    papers._things[FAST] = long
    told.cache_clear()
    visit = answered(page, opened(page, FAST)["visit"], page[Card].commit, {}, always=page[Card])["visit"]
    for run in visit.trial.runs:
        page.book.stop(run, ADA.tab)
    at_their_end(page, visit)
    ended = answered(page, visit, page[Card].further, {}, always=page[Card])
    assert ended["Card"]["phase"] == "broken" and ended["visit"].trial == visit.trial, "no further arm is trained"
    whole = replace(visit.trial, runs=visit.trial.runs * 2)
    with pytest.raises(InputError, match="has not come to its end"):
        page[Card].judge.result(Trial(FAST, FIRST_SEED, (*whole.runs[:2], *whole.runs[:2])))


def test_runs_of_another_seed_or_arm_are_not_judged(page: Page, small: Paper) -> None:
    visit = answered(page, opened(page, FAST)["visit"], page[Card].commit, {}, always=page[Card])["visit"]
    at_their_end(page, visit)
    a, b = visit.trial.runs
    for wrong in (Trial(FAST, FIRST_SEED, (b, a, b, a)), Trial(FAST, FIRST_SEED + 1, (a, b, a, b))):
        with pytest.raises(InputError, match="is no training of it with seed"):
            page[Card].judge.result(wrong)
    with pytest.raises(InputError, match="no longer kept"):
        page[Card].judge.result(Trial(FAST, FIRST_SEED, (a, b, *NAMES)))
    assert page[Card].judge.statuses(Trial(FAST, FIRST_SEED, NAMES)) == ("gone", "gone")


def test_acts_of_a_row_go_onto_the_stage_and_off_again(page: Page, small: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    even = papers["bahdanau_2015"].acts["even"]
    papers._things[FAST] = replace(small, acts={"even": even})
    told.cache_clear()
    visit = answered(page, opened(page, FAST)["visit"], page[Card].commit, {}, always=page[Card])["visit"]
    at_their_end(page, visit)
    on = answered(page, visit, page[Card].attempt, {"row": 1, "on": True}, always=page[Card])
    assert (on["visit"].shown, on["visit"].acts) == (visit.trial.runs[0], even) and on["Card"]["acting"] == 1
    off = answered(page, on["visit"], page[Card].attempt, {"row": 1, "on": False}, always=page[Card])
    assert off["visit"].acts == () and off["Card"]["acting"] is None
    for row in (0, 9, -1, True, None, "1"):
        with pytest.raises(InputError, match="is no row whose acts"):
            page[Card].attempt(visit, {"row": row}, ADA)


def test_the_other_side_stands_beside_the_one_on_the_stage(page: Page, small: Paper) -> None:
    """Its first weights before it trains, its own once it has; of another side on the stage it is the first one."""
    shown = opened(page, FAST)
    side, player = shown["Compare"]["side"], shown["Player"]
    assert (side["scene"]["untrained"], side["scene"]["given"], side["scene"]["source"]) == (True, player["given"], player["source"])
    assert side["scene"]["key"].startswith(f"{FIRST}|") and len(side["parameters"]) == 2
    visit = answered(page, shown["visit"], page[Card].commit, {}, always=page[Card])["visit"]
    at_their_end(page, visit)
    visit = answered(page, visit, page[Card].further, {}, always=page[Card])["visit"]
    at_their_end(page, visit)
    ended = answered(page, visit, page[Card].further, {}, always=page[Card])
    a, b = ended["visit"].trial.runs[:2]
    assert ended["Player"]["key"].split("|")[0] == a and ended["Compare"]["side"]["scene"]["key"].split("|")[0] == b
    assert not ended["Compare"]["side"]["scene"]["untrained"]
    assert Trial(FAST, FIRST_SEED, (a, b)).beside(b) == a and Trial(FAST, FIRST_SEED, (a, b)).beside("another's") == b
    assert Trial(FAST, FIRST_SEED).beside(a) is None
    assert page[Compare].value(page.library.stage(replace(ended["visit"], shown=b)))["side"]["scene"]["key"].split("|")[0] == a
    shut = answered(page, ended["visit"], page[Card].shut, {}, always=page[Card])
    assert shut["Compare"]["side"] is None


@pytest.mark.parametrize(("id", "both"), [("hinton_2006", True), ("elhage_2022", True), ("bowman_2016", True), ("jain_2019", False)])
def test_sides_that_read_the_same_are_drawn_both_whatever_they_are(page: Page, id: str, both: bool) -> None:
    shown = opened(page, id)
    side = shown["Compare"]["side"]
    assert (side is not None) == both
    if both:
        assert (side["scene"]["kind"], side["scene"]["given"]) == (shown["Player"]["kind"], shown["Player"]["given"])


def test_closing_leaves_the_stage_as_it_is(page: Page) -> None:
    visit = opened(page, "bahdanau_2015")["visit"]
    shut = answered(page, visit, page[Card].shut, {}, always=page[Card])
    assert shut["visit"] == replace(visit, trial=None) and shut["Card"]["paper"] is None
    assert ["paper", "Result"] not in shut["Tabs"]["tabs"]


@pytest.mark.parametrize("id", [id for id, paper in papers.items() if paper.judged])
def test_what_is_shipped_is_told_as_it_came_out(id: str) -> None:
    for result in papers[id].judged:
        found = spec(result)
        assert found["holds"] == (result.holds and result.control_holds) and len(found["checks"]) == len(papers[id].bars)
        assert found["figure"]["data"] and f'["{id}"].run(seed={result.seed})' in found["python"]
        assert len(found["tries"]) == len(papers[id].tries)


def test_seeds_that_judge_are_never_drawn_for_a_visitor() -> None:
    seeds, seed = [], FIRST_SEED
    for _ in range(100):
        seeds.append(seed)
        seed = card._next(seed)
    assert not set(seeds) & set(JUDGES) and len(set(seeds)) == 100 and card._next(card.LAST_SEED) == FIRST_SEED
