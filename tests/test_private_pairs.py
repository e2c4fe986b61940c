"""Pairs that somebody brought are seen by their browser alone, however a stranger came by a name of them, until it shares them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import playground
from playground.app import visit as visits
from playground.app.http.server import app_kwargs
from playground.app.links import to_query
from playground.app.page import PRIVATE as UNNAMED
from playground.app.page import Page
from playground.app.panels.rail.brought import share
from playground.app.panels.rail.pairs import Pairs, use
from playground.app.panels.rail.rail import set_options
from playground.app.panels.training.monitor import Monitor
from playground.app.sessions import NOBODY, Session, Told, Visitor
from playground.app.visit import Visit
from playground.errors import InputError
from playground.runs.log import RunLog
from playground.tasks.brought import access
from tests.pages import ADA, BEN, answered, new_page

PRIVATE = UNNAMED.format(what="pairs")
WORDS = {"source_unit": "words", "target_unit": "words"}
LINES = "\n".join(f"secret{i}\tgeheim{i}" for i in range(40))
OTHER_TAB = replace(ADA, tab="another of ada's")
TRAINING = {"steps": 3, "batch_size": 4}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_RUNS", str(tmp_path / "runs"))
    return tmp_path


@pytest.fixture
def page() -> Page:
    return new_page()


@pytest.fixture
def brought(page: Page) -> Visit:
    """What Ada's page shows after she brought the lines."""
    opened = visits.start("attention_seq2seq", "pairs", device="cpu")
    visit: Visit = answered(page, opened, use, {"pairs_text": LINES, **WORDS})["visit"]
    return visit


def opened(page: Page, visitor: Visitor, link: str) -> tuple[Visit, list[Any]]:
    session = Session(visitor)
    values = page.opened(session, dict(parse_qsl(link, keep_blank_values=True)))
    assert session.visit is not None
    return session.visit, values


@pytest.mark.fault(61)
def test_a_link_opens_in_the_tabs_of_their_browser_alone(page: Page, brought: Visit) -> None:
    for visitor in (ADA, OTHER_TAB):
        visit, values = opened(page, visitor, to_query(brought))
        assert visit.recipe == brought.recipe and "geheim1" in str(values)
    for visitor in (BEN, NOBODY, Visitor(ADA.tab)):
        visit, values = opened(page, visitor, to_query(brought))
        assert visit.recipe == page.first.visit.recipe and (visit.notice or "").startswith(PRIVATE)
        assert not _words(values)


def test_sharing_is_the_choice_of_who_brought_them(page: Page, brought: Visit) -> None:
    told = answered(page, brought, lambda visit, data, visitor: visit, {}, always=page[Pairs])
    assert told["Pairs"]["sharing"] == {"mine": True, "shared": False}
    with pytest.raises(InputError, match="Only the browser that brought"):
        share(brought, {"shared": True}, BEN)
    assert not access.of(_key(brought)).shared
    assert answered(page, brought, share, {"shared": True}, OTHER_TAB)["Pairs"]["sharing"] == {"mine": True, "shared": True}
    visit, values = opened(page, BEN, to_query(brought))
    assert visit.recipe == brought.recipe and '"sharing":{"mine":false,"shared":true}' in str(values)
    answered(page, brought, share, {"shared": False})
    assert opened(page, BEN, to_query(brought))[0].recipe == page.first.visit.recipe


def test_who_brings_the_same_lines_sees_them_too(page: Page, brought: Visit) -> None:
    start = visits.start("attention_seq2seq", "pairs", device="cpu")
    again = answered(page, start, use, {"pairs_text": LINES, **WORDS}, BEN)["visit"]
    assert again.recipe == brought.recipe and opened(page, BEN, to_query(brought))[0].recipe == brought.recipe
    assert opened(page, ADA, to_query(brought))[0].recipe == brought.recipe


@pytest.mark.fault(61)
def test_no_event_of_a_stranger_shows_them_or_trains_on_them(page: Page, brought: Visit) -> None:
    settings = {"options": {"task": {"pairs": _key(brought)}, "training": TRAINING}, "budget": "preset"}
    settings |= {"architecture": "attention_seq2seq", "task": "pairs"}
    elsewhere = visits.start("attention_seq2seq", "pairs", device="cpu")
    with trained(page, brought) as run:
        for handler, data in (
            (page[Monitor].again, {"again": run}),
            (page[Monitor].show, {"run": run}),
            (lambda visit, data, visitor: replace(visit, run=run), {}),
            (lambda visit, data, visitor: page.start(brought, visitor), {}),
        ):
            told = answered(page, elsewhere, handler, data, BEN)
            assert told["visit"] == elsewhere and PRIVATE in str(told) and not _words(told)
        assert not page.book.of(BEN.tab)
        told = answered(page, elsewhere, set_options, settings, BEN)
        assert not _key(told["visit"]) and not _words(told), "no setting of the rail names them"


def test_a_page_of_a_stranger_that_is_not_remembered_does_not_come_by_them(page: Page, brought: Visit) -> None:
    session = Session(BEN)
    values = page.answer(lambda visit, data, visitor: visit, {}, session, Told(place=f"?{to_query(brought)}"))
    assert session.visit is not None and session.visit.recipe == page.first.visit.recipe and "secret" not in str(values)


@pytest.mark.fault(61)
def test_a_run_that_learns_them_is_followed_with_a_ticket_only(page: Page, brought: Visit) -> None:
    with trained(page, brought) as run:
        link = f"{to_query(brought)}&run={run}"
        assert opened(page, BEN, link)[0].run is None
        url = answered(page, brought, lambda visit, data, visitor: replace(visit, run=run), {})["Monitor"]["url"]
        with TestClient(Starlette(**app_kwargs(page.book, page.desk)), base_url="http://localhost") as client:
            for address in (f"runs/{run}/events", f"runs/{run}/events?ticket={'0' * 32}", f"runs/{run}/events?ticket=é"):
                assert client.get(address).status_code == 403
            assert "geheim" in client.get(url).text
            access.share(_key(brought), ADA.browser, True)
            assert client.get(f"runs/{run}/events").status_code == 200


def test_a_run_of_nobodys_is_followed_with_no_ticket(page: Page, brought: Visit) -> None:
    """Kept by an earlier version, without a name of its owner: whoever knows the run's name could work its ticket out."""
    log: RunLog = RunLog("A" * 22, brought.recipe, "")
    _, _, ticket = page.desk.follow(log).partition("ticket=")
    assert len(ticket) == 32 and not page.desk.may_follow(log, ticket) and not page.desk.may_follow(log, "")
    owned: RunLog = RunLog("A" * 22, brought.recipe, ADA.tab)
    assert page.desk.may_follow(owned, page.desk.follow(owned).partition("ticket=")[2]) and not page.desk.may_follow(owned, ticket)


def test_pairs_from_python_are_nobodys_on_the_page(page: Page) -> None:
    kept = playground.read_pairs(LINES.split("\n"))
    link = f"architecture=attention_seq2seq&task=pairs&task.pairs={kept.key}"
    assert opened(page, ADA, link)[0].recipe == page.first.visit.recipe
    with pytest.raises(InputError, match="Only the browser that brought"):
        access.share(kept.key, ADA.browser, True)


@contextmanager
def trained(page: Page, visit: Visit) -> Iterator[str]:
    """A run of Ada's that has learned them."""
    recipe = replace(visit.recipe, training_options=tuple(sorted({**dict(visit.recipe.training_options), **TRAINING}.items())))
    run = page.start(replace(visit, recipe=recipe), ADA).run
    assert run is not None
    for _ in page.book.get(run).read():
        pass
    yield run


def _words(told: object) -> bool:
    return any(word in str(told) for word in ("secret", "geheim"))


def _key(visit: Visit) -> str:
    return str(dict(visit.recipe.task_options)["pairs"])
