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
        self.http = httpx.Client(base_url=f"{url}/gradio_api", timeout=PATIENCE_S)
        self.events, self.session = events, secrets.token_hex(8)
        self.told = json.dumps([secrets.token_hex(16), secrets.token_hex(16), f"?{PLACE}"])
        self.run = ""  # that it follows
        self.say("open")

    def say(self, name: str, *values: Any, event: Any = None) -> str:
        """Send an event and wait for its answer: the new values, as text."""
        return self.send(name, *values, event=event)[-1]

    def send(self, name: str, *values: Any, event: Any = None, count: int = 1) -> list[str]:
        """Send an event several times, then wait until all are answered."""
        body = {"data": [self.told, *values], "event_data": event, "fn_index": self.events[name], "session_hash": self.session}
        waiting = {self.http.post(f"/queue/join?{PLACE}", json=body).raise_for_status().json()["event_id"] for _ in range(count)}
        answers = []
        with self.http.stream("GET", "/queue/data", params={"session_hash": self.session}) as messages:
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
