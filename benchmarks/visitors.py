"""Visitors without a browser: what a page sends and hears, over real sockets."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import httpx

PATIENCE_S = 120
PLACE = "architecture=attention_seq2seq&task=reverse"  # where they open the page
FOLLOWED = re.compile(r"runs/([\w-]{22})/events")


def events(url: str) -> dict[str, int]:
    """The number under which Gradio knows each event."""
    config = httpx.get(f"{url}/config", timeout=PATIENCE_S).json()
    return {one["api_name"]: one["id"] for one in config["dependencies"]}


class Visitor:
    """One browser tab, as far as the server can tell. `events`: from `events(url)`."""

    def __init__(self, url: str, events: dict[str, int]) -> None:
        self.http = httpx.Client(base_url=url, timeout=PATIENCE_S)
        self.events, self.session = events, secrets.token_hex(8)
        self.names = [secrets.token_hex(16) for _ in range(3)]  # of the tab, the browser and the page
        self.sent = 0
        self.run = ""  # that it follows
        self.say("open")

    def told(self) -> str:
        """What the page says of itself with its next event."""
        self.sent += 1
        tab, browser, page = self.names
        return json.dumps([tab, browser, f"?{PLACE}", page, self.sent])

    def types(self, text: str) -> str:
        """The answer to what is typed, which goes past Gradio's queue."""
        return self.http.post("/events/typed", json={"input": text, "told": self.told()}).raise_for_status().text

    def say(self, name: str, *values: Any, event: Any = None) -> str:
        """Send an event and wait for its answer: the new values, as text."""
        return self.send(name, *values, event=event)[-1]

    def send(self, name: str, *values: Any, event: Any = None, count: int = 1) -> list[str]:
        """Send an event several times, then wait until all are answered."""
        body = {"data": [self.told(), *values], "event_data": event, "fn_index": self.events[name], "session_hash": self.session}
        waiting = {self.http.post(f"/gradio_api/queue/join?{PLACE}", json=body).raise_for_status().json()["event_id"] for _ in range(count)}
        answers = []
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as messages:
            for line in messages.iter_lines():
                told = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if told.get("msg") == "process_completed":
                    assert told["success"], told
                    waiting.discard(told["event_id"])
                    answers.append(json.dumps(told["output"]["data"]))
                    if found := FOLLOWED.search(answers[-1]):
                        self.run = found[1]
                if not waiting:
                    break
        return answers
