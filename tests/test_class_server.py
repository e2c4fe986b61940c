"""A class over HTTP: from opening to the counts, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground.app.http.classes import MOST_BYTES, Classes, qr_code
from playground.app.http.server import app_kwargs
from playground.classroom.book import ClassBook
from playground.classroom.room import Room
from playground.errors import InputError
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from tests.test_classroom import PLAN


class Client:
    """Posts as the page does."""

    def __init__(self, server: TestClient) -> None:
        self.server = server

    def post(self, path: str, **told: Any) -> dict[str, Any]:
        answer = self.server.post(f"/classes{path}", json=told)
        assert answer.status_code == 200
        return dict(answer.json())


@pytest.fixture
def client() -> Iterator[Client]:
    def prepare(place: Any, questions: Any) -> Any:
        if not isinstance(place, str):
            raise InputError("A class is opened at a link.")
        if questions == "loud":
            raise InputError("The link prepares nothing.")
        return PLAN

    def own(room: Room, number: int, row: int) -> str:
        if row < 0:
            raise InputError("Your run is not in yet.")
        return f"{room.code} {number} {row}"

    kwargs = app_kwargs(RunBook(InlineExecutor()), classes=Classes(ClassBook(), prepare, own), beat_s=0.05)
    with TestClient(Starlette(**kwargs), base_url="http://localhost:7860") as server:
        yield Client(server)


def test_a_class_from_opening_to_the_counts(client: Client) -> None:
    opened = client.post("", place="?paper=x")
    code, key = opened["code"], opened["key"]
    joined = [client.post(f"/{code.lower()}/join") for _ in range(2)]
    assert [one["seed"] for one in joined] == [10, 11]
    assert client.post(f"/{code}/teach", key=key, do="ask", question=0) == {}
    assert client.post(f"/{code}/vote", seat=joined[0]["seat"], answer=1) == {}
    assert client.post(f"/{code}/away", seat=joined[1]["seat"], away=True) == {}
    assert client.post(f"/{code}/where", seat=joined[1]["seat"], astray=True, place="https://x.example/ada") == {}
    assert client.post(f"/{code}/teach", key=key, do="gather") == {}
    assert client.post(f"/{code}/run", seat=joined[1]["seat"], row=1) == {"place": f"{code} 2 1"}
    assert "not in yet" in client.post(f"/{code}/run", seat=joined[1]["seat"], row="1")["error"]
    assert "not in this class" in client.post(f"/{code}/run", seat="x", row=1)["error"]
    again = client.post(f"/{code}/join", seat=joined[0]["seat"])
    assert (again["seat"], again["answers"]) == (joined[0]["seat"], {"0": [1, None]})
    assert client.post(f"/{code}/teach", key=key, do="reveal") == {}
    counts = client.server.get(f"/classes/{code}/counts.csv", params={"key": key})
    assert "1,How many?,first,few,1,no" in counts.text
    assert "attachment" in counts.headers["Content-Disposition"]
    assert client.post(f"/{code}/leave", seat=joined[1]["seat"]) == {}
    assert "not in this class" in client.post(f"/{code}/vote", seat=joined[1]["seat"], answer=1)["error"]
    assert client.post(f"/{code}/teach", key=key, do="end") == {}
    assert "no class" in client.post(f"/{code}/join")["error"]


def test_a_class_is_looked_at_before_it_is_opened(client: Client) -> None:
    told = client.post("/look", place="?paper=x", questions="2,1")
    assert told == {"questions": [[["", "How many?"]], [["", "How far?"]]], "trains": True}
    assert client.post("/look", place="?paper=x", questions="loud")["refused"] == "The link prepares nothing."
    assert "link" in client.post("/look", place=7)["error"]


def test_students_and_teacher_are_told_by_their_streams(client: Client) -> None:
    opened = client.post("", place="")
    code, key = opened["code"], opened["key"]
    seat = client.post(f"/{code}/join")["seat"]
    client.post(f"/{code}/teach", key=key, do="end")  # streams end with their class: the test client reads them whole
    assert client.server.get(f"/classes/{code}/events", params={"seat": seat}).status_code == 404
    opened = client.post("", place="")
    code, key = opened["code"], opened["key"]
    seat = client.post(f"/{code}/join")["seat"]
    for who in ({"seat": "x"}, {"key": "x"}, {}, {"key": seat}):
        assert client.server.get(f"/classes/{code}/events", params=who).status_code == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"null", b"\xff", b"{" * 10_000])
def test_what_is_no_object_is_refused(client: Client, body: bytes) -> None:
    assert "JSON object" in client.server.post("/classes", content=body).json()["error"]


def test_large_posts_and_posts_from_elsewhere_are_refused(client: Client) -> None:
    assert "at most" in client.server.post("/classes", content=b" " * (MOST_BYTES + 1)).json()["error"]
    elsewhere = client.server.post("/classes", json={"place": ""}, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403
    assert "link" in client.post("", place=7)["error"]


def test_the_address_is_the_one_that_students_can_open(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told = client.server.get("/classes/reached", params={"at": "http://evil.example/"}).json()
    assert told == {"address": "http://localhost:7860/", "shared": False}
    told = client.server.get("/classes/reached", params={"at": "http://school.example:7860/edp"}, headers={"Host": "school.example:7860"})
    assert told.json() == {"address": "http://school.example:7860/edp/", "shared": True}
    monkeypatch.setenv("GRADIO_ROOT_PATH", "https://school.example/edp")  # a proxy that rewrites Host
    told = client.server.get("/classes/reached", params={"at": "https://school.example/edp/?x=1#y"})
    assert told.json() == {"address": "https://school.example/edp/", "shared": True}


def test_on_this_machine_the_address_is_the_one_in_its_network() -> None:
    kwargs = app_kwargs(
        RunBook(InlineExecutor()), classes=Classes(ClassBook(), lambda place, questions: PLAN, lambda room, number, row: "", beyond=True)
    )
    with TestClient(Starlette(**kwargs), base_url="http://localhost:7860") as server:
        told = server.get("/classes/reached").json()
    assert told["shared"] == (told["address"] != "http://localhost:7860/")  # a machine without a network has no other
    assert told["address"].endswith(":7860/")


@pytest.mark.parametrize("home", ["http://localhost:7860/", "http://192.168.1.20:7860/", "https://a-school.example.org/the/playground/"])
def test_the_picture_of_the_code_says_the_address(client: Client, home: str) -> None:
    code = client.post("", place="")["code"]
    host = urlsplit(home).netloc
    picture = client.server.get(f"/classes/{code}/code.svg", params={"at": home}, headers={"Host": host})
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.content == qr_code(f"{home}?class={code}")


def test_a_class_that_is_none_has_no_picture(client: Client) -> None:
    assert client.server.get("/classes/NONE/code.svg").json()["error"].startswith("There is no class")
