"""What one visitor's dear work costs another's typed input: pictures and own pairs by the dozen, over real sockets, without a browser."""

from __future__ import annotations

import base64
import io
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from tests.browser.driving import serving

from .measure import Row, quantile
from .visitors import Visitor, events

SIDE, PICTURES = 4_096, 24
MARKS = [chr(code) for code in range(0x300, 0x370)]
TURNS, INPUTS = 4, 25  # typed by the other visitor, alone and beside dear work in turns
PAUSE_S = 0.1  # between two of them


def rows() -> Iterator[Row]:
    with serving() as app:
        known = events(app.url)
        other = Visitor(app.url, known)
        for n in range(5):
            other.types(str(n))
        alone: list[float] = []
        beside: list[float] = []
        for _ in range(TURNS):
            alone += typed(other)
            with greedy(app.url, known):
                beside += typed(other)
        (middle, late), (middle_beside, late_beside) = ((quantile(times, 0.5), quantile(times, 0.95)) for times in (alone, beside))
        yield Row("typed input until it is answered, nobody else there", f"{middle:.0f} ms, p95 {late:.0f} ms, n = {len(alone)}")
        what = f"the same beside {PICTURES} pictures of {SIDE:,} × {SIDE:,} and 1.9 MB of marks, again and again"
        change = late_beside - late
        measured = f"{middle_beside:.0f} ms, p95 {late_beside:.0f} ms: {change:+.0f} ms"
        yield Row(what, measured, "p95 ≤ 100 ms later", change <= 100)


def typed(visitor: Visitor) -> list[float]:
    """Milliseconds of each input, none of which was typed before."""
    times = []
    for _ in range(INPUTS):
        text = str(random.randrange(10**9))
        start = time.perf_counter()
        visitor.types(text)
        times.append(1000 * (time.perf_counter() - start))
        time.sleep(PAUSE_S)
    return times


@contextmanager
def greedy(url: str, known: dict[str, int]) -> Iterator[None]:
    """Two tabs that ask for more than they should, until it is over."""
    over = threading.Event()
    pictures, pairs = Visitor(url, known), Visitor(url, known)
    pictures.say("choose", event={"architecture": "captioner", "task": "scenes"})
    pairs.say("choose", event={"architecture": "attention_seq2seq", "task": "pairs"})
    units = {"source_unit": "characters", "target_unit": "characters"}

    def ask(visitor: Visitor, name: str, event: Any, count: int) -> None:
        while not over.is_set():
            visitor.send(name, event=event, count=count)

    threads = [
        threading.Thread(target=ask, args=(pictures, "picture", {"file": picture()}, PICTURES)),
        threading.Thread(target=ask, args=(pairs, "pairs", {"pairs_text": marks(), **units}, 1)),
    ]
    for thread in threads:
        thread.start()
    time.sleep(1)
    yield
    over.set()
    for thread in threads:
        thread.join()


def picture() -> str:
    """A PNG of 97 kB at most that is large once it is decoded."""
    sink = io.BytesIO()
    Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB").save(sink, "PNG")
    return base64.b64encode(sink.getvalue()).decode()


def marks() -> str:
    """Lines of letters with any marks on them, as many as are read."""
    draw = random.Random(1).choice
    return "\n".join(f"{n}{''.join('e' + draw(MARKS) for _ in range(15))}\t{'a' + draw(MARKS)}" for n in range(35_000))
