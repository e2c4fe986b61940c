"""Every event of the page, sent by hand: whatever its data, it is answered or refused in a sentence, and never meets a defect."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import playground.app
from playground.app import visit as visits
from playground.app.page import Handler, Page
from playground.app.sessions import Session
from playground.errors import InputError
from tests.pages import ADA, new_page

PAIRS = [("attention_seq2seq", "reverse"), ("cvae", "digits"), ("captioner", "scenes"), ("recognizer", "dialing"), ("seq2seq", "pairs")]
ROOM = Path(playground.app.__file__).parent
READ = re.compile(r'data(?:\.get\(|\[)"(\w+)"|"(\w+)" in data')
KEYS = {name for path in ROOM.rglob("*.py") for found in READ.findall(path.read_text(encoding="utf-8")) for name in found if name}
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2.5, 1e9, 10**4_000, math.nan, math.inf, "", " ", "x", "reverse", "\0", "\ud800", "9" * 5_000, "../../x",
    "<script>", [], [None], [[]], [1e9] * 784, ["a"], {}, {"model": None}, {"a": {"b": []}},
    {"task": 5, "model": [], "training": {"steps": {}}},
)  # fmt: skip


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    yield (page := new_page())
    page.book.drain(5)


@pytest.fixture(scope="module")
def events(page: Page) -> dict[str, Handler]:
    """What every event of every panel is answered by."""
    found: dict[str, Handler] = {}

    def note(listen: Callable[..., Any], handler: Handler, endpoint: str, **how: Any) -> None:
        found[endpoint] = handler

    def note_plain(handler: Handler, endpoint: str, **how: Any) -> None:
        found[endpoint] = handler

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "on", note)
        patch.setattr(page, "on_plainly", note_plain)
        for panel in page.panels:
            panel.wire()
    return found


@pytest.mark.fault(9)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_any_data_is_answered_or_refused(
    pair: tuple[str, str], page: Page, events: dict[str, Handler], caplog: pytest.LogCaptureFixture
) -> None:
    """One of the settings of the rail may be right and another one not; a training begins with what `options` takes."""
    assert {"typed", "train", "choose", "pairs", "stop", "picture", "set_code"} <= events.keys() and {"input", "options", "run"} <= KEYS
    visit = visits.start(*pair, device="cpu")
    rail = {"architecture": pair[0], "task": pair[1], "options": {}, "budget": "preset"}
    given: list[dict[str, Any]] = [{}, *(dict.fromkeys(KEYS, value) for value in ODD)]
    given += [rail | {name: value} for name in ("architecture", "task", "options", "budget", "seed", "preset") for value in ODD]
    with caplog.at_level(logging.ERROR):
        for endpoint, handler in events.items():
            for data in given[: None if endpoint in ("choose", "options") else len(ODD) + 1]:
                page.answer(handler, data, Session(ADA, visit, page.keys(page.first)))
                assert not caplog.records, f"{endpoint} met a defect with {str(data)[:300]}:\n{caplog.text}"


@pytest.mark.fault(9)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_what_a_panel_fetches_is_told_or_refused_on_every_stage(pair: tuple[str, str], page: Page, events: dict[str, Handler]) -> None:
    """An address says which panel's answer is asked for, whatever is on the stage."""
    assert {"compress.json", "loss.json", "patch.json"} <= page.desk.answers.keys() and events
    visit = visits.start(*pair, device="cpu")
    names = ("runs", "series", "with", "site", "place", "level", "digit", "odd")
    odd: list[dict[str, str]] = [{}, dict.fromkeys(names, "x"), dict.fromkeys(names, "0")]
    for answer in page.desk.answers.values():
        for asked in odd:
            with suppress(InputError):
                answer(visit, asked)
