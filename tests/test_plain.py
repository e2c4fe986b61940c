"""What is typed goes past Gradio's queue: it is answered as by an event, in the order in which it was sent, and refused like any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground.app.http.security import MAX_BODY_BYTES
from playground.app.http.server import app_kwargs
from playground.app.islands import dump
from playground.app.page import Page
from playground.app.panels.source import Box, example, typed
from playground.app.sessions import Session, Told
from playground.app.visit import Visit
from playground.tasks import Typed
from tests.pages import answered, new_page

REVERSE = "?architecture=attention_seq2seq&task=reverse"
NAMES = iter(range(10**6))


@pytest.fixture(scope="module")
def page() -> Page:
    made = new_page()
    made.on_plainly(typed, "typed", quiet=made[Box])
    return made


@pytest.fixture(scope="module")
def client(page: Page) -> Iterator[TestClient]:
    with TestClient(Starlette(**app_kwargs(page.book, page.desk, plain=page.plain)), base_url="http://localhost") as client:
        yield client


class Tab:
    """One page, as far as the server can tell."""

    def __init__(self, page: Page, client: TestClient, place: str = REVERSE) -> None:
        self.page, self.client, self.place, self.name = page, client, place, f"{next(NAMES):032}"

    def says(self, number: int) -> str:
        return dump(["", "", self.place, self.name, number])

    def types(self, text: Any, number: int) -> dict[str, Any]:
        answer = self.client.post("/events/typed", json={"input": text, "told": self.says(number)})
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        return dict(answer.json())

    def picks(self, text: str, number: int) -> list[Any]:
        """An example, which goes through Gradio."""
        return self.page.answer(example, {"text": text}, self.session, Told.read(self.says(number)))

    @property
    def session(self) -> Session:
        return self.page.sessions.of(self.name, Told(), "")

    @property
    def visit(self) -> Visit:
        assert self.session.visit is not None
        return self.session.visit


def test_the_answer_is_that_of_an_event(page: Page, client: TestClient) -> None:
    tab = Tab(page, client)
    assert tab.types("31415", 1)["stage/step_player"]["answer"] == "5 1 4 1 3" and tab.visit.pair == ("attention_seq2seq", "reverse")
    before = tab.visit
    by_route, by_event = tab.types("27", 2), answered(page, before, typed, {"input": "27"}, tab.session.visitor, quiet=page[Box])
    by_event = {p.module: by_event[p.name] for p in page.answering if p.name in by_event and p is not page[Box]}
    assert by_route.keys() == by_event.keys() and by_route["stage/step_player"]["answer"] == "7 2"
    for module, value in by_route.items():
        assert value["nth"] < by_event[module]["nth"] and {**value, "nth": 0} == {**by_event[module], "nth": 0}, module
    assert len({value["nth"] for value in by_route.values()}) == 1
    bad = tab.types("2x", 3)
    assert bad.keys() == {"stage/source_row"} and "‘x’" in bad["stage/source_row"]["error"]["text"] and tab.visit.given == Typed("27")
    assert "10,000 characters" in tab.types("1" * 10_000, 4)["stage/source_row"]["error"]["text"]
    assert "as text, not 7" in tab.types(7, 5)["stage/source_row"]["error"]["text"]


def test_what_was_sent_last_counts(page: Page, client: TestClient) -> None:
    """Whichever comes first, also where the later one was refused, and where one of them went through Gradio's queue."""
    tab = Tab(page, client)
    assert tab.types("22", 2) and tab.types("11", 1) == {} and tab.visit.given == Typed("22")
    assert tab.types("4x", 4) and tab.types("33", 3) == {} and tab.visit.given == Typed("22")
    assert tab.picks("66", 6) and tab.types("55", 5) == {} and tab.visit.given == Typed("66")
    assert tab.types("88", 8) and tab.picks("77", 7) and tab.visit.given == Typed("88")
    assert tab.picks("88", 10) and tab.types("99", 9) == {} and tab.visit.given == Typed("88")
    other = Tab(page, client)
    assert other.types("11", 1) and other.visit.given == Typed("11"), "each page counts for itself"


def test_what_is_no_event_of_ours_is_refused(page: Page, client: TestClient) -> None:
    tab, kept = Tab(page, client), len(page.sessions)
    right = {"input": "27", "told": tab.says(1)}

    def post(path: str = "/events/typed", **how: Any) -> Response:
        return client.post(path, **how)

    for body in (b"", b"\xff", b"27", b"[]", b"{", b"[" * 100_000, b'{"input": "27"}', b'{"input": "27", "told": "[]"}'):
        answer = post(content=body)
        assert answer.status_code == 400 and "JSON object" in answer.json()["error"], body[:40]
    assert post(content=b" " * (MAX_BODY_BYTES + 1)).status_code == 413
    for foreign in ({"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert post(json=right, headers=foreign).status_code == 403
    assert post("/events/train", json=right).status_code == 404 and client.get("/events/typed").status_code == 405
    assert post(json=right, headers={"Origin": "http://localhost"}).status_code == 200
    assert len(page.sessions) == kept + 1, "who is refused is not remembered"
