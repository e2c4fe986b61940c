"""Files are read aside: what hangs, kills or bursts its process is told in a sentence, and the page goes on."""

from __future__ import annotations

import asyncio
import base64
import io
import threading
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import gradio as gr
import numpy as np
import orjson
import pytest
from PIL import Image
from starlette.datastructures import Address
from starlette.requests import Request

from playground.app import visit as visits
from playground.app.http import reading
from playground.app.http.reading import MODULES, Reading
from playground.app.islands import dump
from playground.app.links import from_query
from playground.app.page import Page
from playground.app.panels import source
from playground.app.panels.rail import pairs, rail
from playground.app.sessions import Session, Visitor
from playground.app.visit import Visit
from playground.errors import InputError
from playground.options import show
from playground.processes import Aside, starting
from playground.tasks.dialing import sound
from playground.tasks.pairs import read_pairs
from playground.tasks.pairs import store as pair_store
from playground.tasks.scenes.files import decoded
from tests.harmful import MB, burst, die, hang
from tests.pages import ADA, new_page

UNITS = {"source_unit": "characters", "target_unit": "words"}
LINES = "\n".join(f"wörd {n}\tno {n}" for n in range(40))


def png() -> bytes:
    sink = io.BytesIO()
    Image.effect_noise((60, 40), 90).save(sink, "PNG")
    return sink.getvalue()


PICTURE = png()


@pytest.fixture(scope="module")
def aside() -> Iterator[Reading]:
    starting.context(preload=["playground.api", "pytest"])
    made = Reading(Aside((*MODULES, "tests.harmful"), memory_bytes=256 * MB), within=12.0)
    yield made
    made.aside.close()


def test_what_is_read_aside_is_what_is_read_here(aside: Reading) -> None:
    np.testing.assert_array_equal(aside.picture(PICTURE), decoded(PICTURE))
    given = LINES.encode("cp1252")
    there, here = aside.pairs(given, UNITS), read_pairs(given, **UNITS)  # type: ignore[arg-type]
    assert (there.read.pairs, there.read.found, there.arranged.examples) == (here.read.pairs, here.read.found, here.arranged.examples)
    assert there.arranged.divided == here.arranged.divided and there.preview == here.preview
    samples = (np.sin(np.arange(44_100) / 44_100 * 2 * np.pi * 1_000) * 20_000).astype("<i2")
    heard = np.frombuffer(aside.sound(44_100, samples.tobytes()), "<i2") / 32_767
    np.testing.assert_allclose(heard, sound.hear((44_100, samples)).numpy(), atol=1e-4)


def test_what_was_read_aside_is_not_arranged_again(aside: Reading, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Else the server would do what it had done for it."""
    monkeypatch.setenv("PLAYGROUND_PAIRS", str(tmp_path))
    kept = aside.pairs(LINES, UNITS)
    monkeypatch.setattr("playground.tasks.pairs.arrangement.tokens", lambda *_: pytest.fail("it was arranged again"))
    assert pair_store.fetch(kept.key) is kept.read
    assert len(pairs.OwnPairs(pairs.OwnPairs.Options(**kept.options)).lines) == 40


def test_refusals_are_those_of_here(aside: Reading) -> None:
    with pytest.raises(InputError, match="is broken"):
        aside.picture(PICTURE[:1_000])
    with pytest.raises(InputError, match="This file is a PDF"):
        aside.pairs(b"%PDF-1.7", UNITS)


@pytest.mark.parametrize(
    ("function", "says"), [(hang, "more than the 10 seconds"), (die, "ended the process"), (burst, "more than the 256 MB")]
)
def test_what_harms_its_process_is_told_and_the_next_is_read(
    aside: Reading, function: Callable[..., Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "decoded", function)
    if function is hang:
        monkeypatch.setattr(aside, "within", 0.01)
    with pytest.raises(InputError, match=f"Reading this picture .*{says}.*: save it anew, or smaller"):
        aside.picture(PICTURE)
    monkeypatch.undo()
    np.testing.assert_array_equal(aside.picture(PICTURE), decoded(PICTURE))


# on the page


Events = dict[str, Callable[..., Any]]


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page()


@pytest.fixture(scope="module")
def events(page: Page) -> Events:
    """What Gradio is given to call, by endpoint."""
    found: Events = {}

    class Wired(Page):
        def on(self, listen: Callable[..., Any], handler: Any, endpoint: str, **how: Any) -> None:
            super().on(lambda function, *_, **__: found.setdefault(endpoint, function), handler, endpoint, **how)

    page.__class__ = Wired
    for panel in page.panels:
        panel.wire()
    return found


def sent(event: Callable[..., Any], session: str, data: dict[str, Any]) -> Any:
    """An event as Gradio hands it on, to be awaited."""
    return event(gr.EventData(None, data), gr.Request(session_hash=session, client=Address("127.0.0.1", 1)), None)


async def typed(page: Page, text: str, number: int) -> dict[str, Any]:
    """The answer by module to what is typed, which goes past Gradio."""
    body = orjson.dumps({"input": text, "told": dump(["", "", "", "e" * 32, number])})
    scope = {"type": "http", "method": "POST", "path": "/events/typed", "headers": [], "client": ("127.0.0.1", 1)}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    answer = await page.plain["typed"](Request(scope, receive))
    return dict(orjson.loads(answer.body))


def told(page: Page, answer: list[Any]) -> dict[str, Any]:
    values = dict(zip((panel.name for panel in page.answering), answer, strict=True))
    return {name: orjson.loads(value) for name, value in values.items() if isinstance(value, str)}


@pytest.mark.fault(57)
def test_typed_input_is_answered_while_pictures_are_read(page: Page, events: Events, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two greedy visitors hold the dear lane with files whose reading does not end; a third one types, and is answered."""
    go_on = threading.Event()

    def blocked(data: bytes, *_: Any) -> NoReturn:
        go_on.wait(60)
        raise InputError("It was let go.")

    monkeypatch.setattr(page.reading.aside, "call", lambda function, *args, deadline_s: blocked(*args))

    async def story() -> None:
        for greedy in ("ada", "bob"):
            await sent(events["choose"], greedy, {"architecture": "captioner", "task": "scenes"})
        event = {"file": base64.b64encode(PICTURE).decode()}
        dear = [asyncio.create_task(sent(events["picture"], greedy, event)) for greedy in ("ada", "bob") for _ in range(24)]
        answers = [await typed(page, f"the red {noun} sleeps", n) for n, noun in enumerate(("car", "cat", "dog", "bird", "tree"))]
        assert all("stage/step_player" in answer for answer in answers)
        refused = [task for task in dear if task.done()]
        assert len(refused) == 2 * (24 - 1 - 8)
        assert all("events are waiting" in told(page, task.result())["Source"]["error"]["text"] for task in refused)
        go_on.set()
        ended = await asyncio.gather(*dear)
        assert sum(told(page, answer)["Source"]["error"]["text"] == "It was let go." for answer in ended) == 2 * 9

    asyncio.run(story())


def test_an_error_told_beside_an_event_is_taken_back_by_the_next_answer(page: Page) -> None:
    """Also where it was told while that event was being answered: what it had sent before counts no more."""
    session, first = Session(ADA, page.first.visit, page.keys(page.first)), page.first.visit

    def crowded_meanwhile(visit: Visit, data: dict[str, Any], visitor: Visitor) -> Visit:
        assert "too many" in told(page, page.told_at_once(session, InputError("too many")))["Source"]["error"]["text"]
        return visit

    assert session.visit == first and told(page, page.answer(crowded_meanwhile, {}, session))["Source"]["error"] is None
    assert "Source" not in told(page, page.answer(lambda visit, data, visitor: visit, {}, session))


def test_lengths_come_before_base64_and_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base64, "b64decode", lambda *_, **__: pytest.fail("it was decoded"))
    scenes, dialing, own = (visits.start(*pair) for pair in (("captioner", "scenes"), ("recognizer", "dialing"), ("seq2seq", "pairs")))
    with pytest.raises(InputError, match=r"6\.0 MB"):
        source.drawn(scenes, {"file": "A" * (8 * MB)}, ADA)
    with pytest.raises(InputError, match=r"lasts 11\.\d seconds; at most 10"):
        source.recorded(dialing, {"rate": 8_000, "samples": "A" * (11 * 8_000 * 8 // 3)}, ADA)
    with pytest.raises(InputError, match="allowed are 8,000 to 192,000"):
        source.recorded(dialing, {"rate": 10**9, "samples": "A" * (20 * MB)}, ADA)
    with pytest.raises(InputError, match="at most 5 MB"):
        pairs.use(own, {"pairs_file": "A" * (8 * MB), **UNITS}, ADA)
    monkeypatch.setattr("playground.tasks.pairs.reading._joined", lambda *_: pytest.fail("it was looked at"))
    with pytest.raises(InputError, match="more than 5 MB"):
        pairs.use(own, {"pairs_text": "a" * (6 * MB), **UNITS}, ADA)


@pytest.mark.fault(55)
def test_lengths_come_before_anything_that_works_on_unicode(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is typed, named or forced: a million marks on one letter are counted, and looked at no further."""
    million = "e" + "\u0301" * 1_000_000

    def bounded(work: Callable[..., Any]) -> Callable[..., Any]:
        def within(*args: Any) -> Any:
            assert all(len(arg) <= 1_000 for arg in args if isinstance(arg, str))
            return work(*args)

        return within

    for name in ("normalize", "category"):
        monkeypatch.setattr(unicodedata, name, bounded(getattr(unicodedata, name)))
    first = page.first.visit
    for change in (
        lambda: source.typed(first, {"input": million}, ADA),
        lambda: source.example(first, {"text": million}, ADA),
        lambda: source.example(first, {"id": million}, ADA),
        lambda: first.force(0, million),
        lambda: first.decode_by(million),
        lambda: visits.start(million, "reverse"),
        lambda: rail.set_options(first, {"options": {million: million}}, ADA),
    ):
        with pytest.raises(InputError) as caught:
            change()
        assert len(str(caught.value)) < 1_000
    assert "Link not understood" in (from_query({"input": million, "task": "reverse"}).notice or "")
    assert len(show([million] * 1_000_000)) == len(show(million)) == 58
