"""A page that is opened by harmed links, and whose every event comes with harmed data."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from random import Random
from typing import Any, NamedTuple
from unittest import mock
from urllib.parse import parse_qsl

from PIL import Image
from starlette.datastructures import QueryParams

from playground import models, options, tasks
from playground.app import visit as visits
from playground.app.library import shipped
from playground.app.links import PLACE, to_query
from playground.app.page import Handler, Page
from playground.app.panels.inside import Block
from playground.app.panels.source import dice
from playground.app.sessions import Session, Visitor
from playground.runs.book import RunBook
from playground.runs.events import Done, Event
from playground.runs.executors.inline import InlineExecutor
from playground.runs.pause import Gate
from playground.storage import run as finished
from playground.training import recipes
from tests.pages import new_page

from . import RUNS, Case, mutations

NOBODY_TRAINS = f"{__name__}:idle"
VISITORS = (Visitor("ada", "ada's"), Visitor("ben", "ben's"))


def warm_up() -> None:
    """Every pair is asked for another input, and those of each kind for the inside of a block."""
    page = _page()
    for visit in _visits():
        session = Session(VISITORS[0], visit)
        page.answer(dice, {}, session)
        if visit.pair in RUNS:
            page.answer(page[Block].inspect, {"block": "decoder"}, session)


def made() -> int:
    """How many tasks, initial models and backgrounds of states have been made so far."""
    return looked_at.count + sum(cache.cache_info().misses for cache in (shipped._untrained, recipes._task, recipes._work))


class Counting:
    """A function that counts its calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.count = function, 0

    def __call__(self, *given: Any) -> Any:
        self.count += 1
        return self.function(*given)


looked_at = finished.project = Counting(finished.project)


def idle(recipe: Any, *, should_stop: Callable[[], bool], gate: Gate) -> Iterator[Event]:
    """Trains nothing: what is tried here is the page."""
    yield Done(0, "stopped", {}, 0.0)


def links(draw: Random) -> Iterator[Case]:
    """The page opened by queries made of real links."""
    page, every = _page(), [dict(parse_qsl(to_query(visit))) for visit in _visits()]
    keys = (*PLACE, "architecture", "task", "seed", "seconds", "code", "decoding", "temperature", "draw", "device", "theme", "a.b")
    known = tuple(sorted({*keys, *(f"{group}.{name}" for group, names in _options().items() for name in names)}))
    while True:
        written = mutations.query(draw, draw.choice(every), known)
        asked = dict(QueryParams(written) if draw.random() < 0.9 else parse_qsl(written, errors="surrogateescape"))
        yield Case(written[:200], lambda asked=asked: page.opened(Session(draw.choice(VISITORS)), asked))


class Endpoint(NamedTuple):
    name: str
    handler: Handler
    how: dict[str, Any]


def endpoints(draw: Random) -> Iterator[Case]:
    """Every event of every panel with harmed data, in sessions that stand wherever the events before have led them."""
    page, every = _page(), _visits()
    known, examples = wired(page), _data(page)
    sessions: dict[tuple[Visitor, int], Session] = {}
    while True:
        endpoint, began = draw.choice(known), (draw.choice(VISITORS), draw.randrange(len(every)))
        if began not in sessions or draw.random() < 0.1:
            visit = every[began[1]]
            sessions[began] = Session(began[0], visit, page.keys(page.library.stage(visit)))
        session = sessions[began]
        data = draw.choice(examples.get(endpoint.name) or [{}])
        for _ in range(draw.randrange(3)):
            data = mutations.changed(draw, data)
        data = data if isinstance(data, dict) else {"input": data}
        about = f"{endpoint.name} {str(data)[:160]!r} at {'·'.join(session.visit.pair) if session.visit else 'nowhere'}"
        yield Case(about, lambda e=endpoint, d=data, s=session: page.answer(e.handler, d, s, **e.how))


def wired(page: Page) -> list[Endpoint]:
    """All events that a page answers, by the names of their endpoints."""
    found = []

    def on(listen: Any, handler: Handler, endpoint: str, *, again: str = "", dear: bool = False, **how: Any) -> None:
        found.append(Endpoint(endpoint, handler, how))

    def on_plainly(handler: Handler, endpoint: str, **how: Any) -> None:
        found.append(Endpoint(endpoint, handler, how))

    with mock.patch.multiple(page, on=on, on_plainly=on_plainly):
        for panel in page.panels:
            panel.wire()
    return found


def _data(page: Page) -> dict[str, list[dict[str, Any]]]:
    """What the page's own modules send with each event."""
    settings = {"preset": None, "budget": "preset", "seed": 0, "options": {"model": {"hidden": 32}, "task": {}, "training": {"steps": 9}}}
    trains = [{**settings, "architecture": a, "task": t, "options": {"model": {}, "task": {}, "training": {"steps": 5}}} for a, t in RUNS]
    trains.append({**settings, "architecture": "attention_seq2seq", "task": "reverse"})
    run = page.start(page.first.visit, VISITORS[0]).run
    blocks = ("decoder.attention", "encoder", "decoder.output", "encoder.layers.0", "decoder", "head", None)
    lines = "\n".join(f"a{n}\tb{n}" for n in range(25))
    sound = base64.b64encode(bytes(16_000)).decode()
    codes = [{"code": [0.5, 1.0]}, {"place": [0.1, 0.2]}, {"walk": 3}, {"code": [0.5] * 8, "condition": 3}]
    return {
        "typed": [{"input": text} for text in ("31415", "a red circle", "Anna lives in Oslo", "good", "3 1 4", "hello")],
        "example": [{"text": "31415"}, {"id": 3}],
        "picture": [{"values": [0.5] * 784}, {"values": [0.2] * 3072}, {"file": _picture()}],
        "sound": [{"rate": 8_000, "samples": sound}],
        "choose": [{"architecture": a, "task": t, "preset": None} for a, t in RUNS],
        **dict.fromkeys(("train", "options", "one_update", "reset"), trains),
        **{name: [{"run": run}] for name in ("stop", "pause", "resume", "step")},
        **{name: [{"run": run, "step": 0}] for name in ("explore_run", "show_run")},
        "train_again": [{"again": run}],
        "uploaded": [{"run": "uploaded-" + "0" * 32}],
        "strategy": [{"name": name, "temperature": 0.7} for name in ("greedy", "sample", "beam")],
        "force": [{"step": 1, "text": "5"}, {"step": 0, "text": "end"}],
        "inspect": [{"block": block} for block in blocks],
        **dict.fromkeys(("set_code", "move_code", "walk_code"), codes),
        "point": [{"index": 5}],
        "manifold": [{"on": True}, {"on": False}],
        "device": [{"device": "cpu"}],
        "cards": [{"group": group} for group in ("Digits", "Your own")],
        "pairs": [{"pairs_text": lines, "source_unit": "words"}, {"pairs_file": base64.b64encode(lines.encode()).decode()}],
        "share_pairs": [{"shared": True}],
    }


@cache
def _page() -> Page:
    return new_page(RunBook(InlineExecutor(NOBODY_TRAINS), line=8, share=3))


@cache
def _visits() -> list[visits.Visit]:
    return [visits.start(*pair, device="cpu") for pair in recipes.PRESETS]


def _options() -> dict[str, set[str]]:
    """The names of all options."""
    return {
        "model": {name for one in models.architectures().values() for name in options.limits(one.Options)},
        "task": {name for one in tasks.tasks().values() for name in options.limits(one.Options)},
        "training": set(options.limits(recipes.Training)),
    }


@cache
def _picture() -> str:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
