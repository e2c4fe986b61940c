"""What many visitors at once, and a greedy one, cost the others; and what is there after the server was killed. Without a browser.

Visitors are threads of one program on the same machine, so that their work is in the figures too.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from tests.browser.driving import App, serving

from .measure import Row, quantile
from .visitors import Visitor, events

PRESSES = 100
STREAMS, EAGER = 1_000, 34
WATCHERS = 10
STUDENTS, JOIN_S, STAY_S = 100, 60.0, 120.0
LONG = {"steps": 20_000, "batch_size": 256}


def rows() -> Iterator[Row]:
    with serving() as app:
        yield from pressing(app)
    with serving() as app:
        yield from hogging(app)
    yield from killed()
    with serving() as app:
        yield from staying(app)


def pressing(app: App) -> Iterator[Row]:
    """A hundred different trainings asked for at the same moment."""
    known = events(app.url)
    with ThreadPoolExecutor(PRESSES) as pool:
        visitors = list(pool.map(lambda n: Visitor(app.url, known), range(PRESSES)))
        together = threading.Barrier(PRESSES)

        def press(n: int) -> tuple[float, bool]:
            together.wait()
            start = time.perf_counter()
            refused = "Try again in about" in visitors[n].say("train", event=train(seed=n))
            return time.perf_counter() - start, refused

        answers = list(pool.map(press, range(PRESSES)))
    times, refused = [s for s, _ in answers], sum(no for _, no in answers)
    counts = app.health()
    there = counts["training"] + counts["waiting"] + counts["finished"]
    yield Row(
        f"{PRESSES} distinct presses of Train at once, each until it is answered",
        f"p50 {statistics.median(times):.2f} s, p95 {quantile(times, 0.95):.2f} s, slowest {max(times):.2f} s",
        "all ≤ 2 s",
        max(times) <= 2,
    )
    yield Row("of them there, and refused with a time", f"{there} and {refused}", f"{PRESSES} in all", there + refused == PRESSES)


def hogging(app: App) -> Iterator[Row]:
    """One address presses, opens streams and holds them; another visitor trains."""
    known = events(app.url)
    eve, bob = Visitor(app.url, known), Visitor(app.url, known)
    refused = sum("Try again in about" in eve.say("train", event=train(seed=n)) for n in range(EAGER))
    got, run = EAGER - refused, eve.run
    yield Row(f"runs that one tab gets by {EAGER} presses", f"{got}", "≤ 3", got <= 3)
    with ExitStack() as open_:
        client = open_.enter_context(httpx.Client(limits=httpx.Limits(max_connections=None), timeout=60))
        answers = [open_.enter_context(client.stream("GET", f"{app.url}/runs/{run}/events")) for _ in range(STREAMS)]
        taken = sum(answer.status_code == 200 for answer in answers)
        start = time.perf_counter()
        bob.say("train", event=train(seed=99))
        first = time_to_first(f"{app.url}/runs/{bob.run}/events?name=bobs-own-page")
        yield Row(f"of {STREAMS} streams of one, without a name, those that are opened", f"{taken}", "≤ 100", taken <= 100)
        yield Row("another's run beside them, from the press to its first event", f"{first - start:.2f} s", "", None)


def killed() -> Iterator[Row]:
    """SIGKILL while as many train as there are places, four wait and ten watch; then the next server over the same folder."""
    with tempfile.TemporaryDirectory() as folder:
        with serving(PLAYGROUND_RUNS=folder) as first:
            known = events(first.url)
            visitors = [Visitor(first.url, known) for _ in range(4 + (os.cpu_count() or 1))]
            for n, visitor in enumerate(visitors):
                visitor.say("train", event=train(seed=n))
            runs = [visitor.run for visitor in visitors]
            seated = first.health()["training"]
            until(lambda: all(Path(folder, f"run-{run}.safetensors").exists() for run in runs[:seated]))
            followers = [Follower(first.url, runs[n % len(runs)]) for n in range(WATCHERS)]
            until(lambda: all(follower.heard for follower in followers))
            first.process.kill()
            first.process.wait()
        for follower in followers:
            follower.heard = 0
        start = time.monotonic()
        with serving(port=int(first.url.rpartition(":")[2]), PLAYGROUND_RUNS=folder) as second:
            yield Row("after SIGKILL: until the page is served again", f"{second.served_s:.1f} s", "≤ 10 s", second.served_s <= 10)
            until(lambda: all(follower.heard for follower in followers))
            yield Row("until all watchers hear of their run again", f"{time.monotonic() - start:.1f} s", "", None)
            back = sum(httpx.head(f"{second.url}/runs/{run}/events").status_code in (200, 204) for run in runs)
            yield Row("runs and places that are there", f"{back} of {len(runs)}", "all", back == len(runs))
            for follower in followers:
                follower.over = True


def staying(app: App) -> Iterator[Row]:
    """A class: a hundred join within a minute, stay for two, type, choose, step; every fifth trains; all follow one run."""
    known, answered, heard = events(app.url), [], []
    train_s: list[float] = []
    errors: list[str] = []
    memory = [rss_mb(app)]
    teacher = Visitor(app.url, known)
    teacher.say("train", event=train(seed=1_000, **LONG))
    time_to_first(f"{app.url}/runs/{teacher.run}/events?name=the-teachers-page")

    def student(n: int) -> None:
        draw = random.Random(n)
        time.sleep(JOIN_S * n / STUDENTS)
        ends = time.monotonic() + STAY_S
        try:
            me = Visitor(app.url, known)
            start = time.perf_counter()
            heard.append(time_to_first(f"{app.url}/runs/{teacher.run}/events?name=student-page-{n}") - start)
            if n % 5 == 0:
                start = time.perf_counter()
                me.say("train", event=train(seed=n))
                train_s.append(time.perf_counter() - start)
            while time.monotonic() < ends:
                time.sleep(draw.uniform(2, 8))
                start = time.perf_counter()
                me.types(str(draw.randrange(10**9)))
                answered.append(time.perf_counter() - start)
        except Exception as error:  # noqa: BLE001  counted, and told
            errors.append(repr(error)[:200])

    with ThreadPoolExecutor(STUDENTS) as pool:
        done = [pool.submit(student, n) for n in range(STUDENTS)]
        while not all(one.done() for one in done):
            time.sleep(10)
            memory.append(rss_mb(app))
    late, later = quantile(answered, 0.95), quantile(answered, 0.99)
    told = f"p50 {statistics.median(answered):.3f} s, p95 {late:.3f} s, p99 {later:.3f} s, n = {len(answered):,}; {len(errors)} errors"
    yield Row(f"{STUDENTS} visitors: typed input", told, "p95 ≤ .3 s, p99 ≤ .6 s, no error", late <= 0.3 and later <= 0.6 and not errors)
    follow = quantile(heard, 0.95)
    yield Row("their first event of one run", f"p95 {follow:.2f} s, n = {len(heard)}", "≤ .5 s", follow <= 0.5)
    yield Row("Train until it is answered", f"p95 {quantile(train_s, 0.95):.2f} s, n = {len(train_s)}", "", None)
    minute = memory[7] if len(memory) > 7 else memory[-1]
    growth = f"{memory[0]:.0f} → {minute:.0f} MB in the first minute, {memory[-1]:.0f} at the end"
    yield Row("the server's memory", growth, "flat after it (≤ 5 %)", memory[-1] <= 1.05 * minute)


class Follower:
    """Follows a run as a page does: tries again when its connection ends."""

    def __init__(self, url: str, run: str) -> None:
        self.heard, self.over = 0, False
        threading.Thread(
            target=self._follow, args=(f"{url}/runs/{run}/events?name=follower-{random.randrange(10**9)}",), daemon=True
        ).start()

    def _follow(self, address: str) -> None:
        while not self.over:
            try:
                with httpx.stream("GET", address, timeout=20) as answer:
                    for line in answer.iter_lines():
                        self.heard += line.startswith("data: ")
                        if self.over:
                            return
            except httpx.HTTPError:
                pass
            time.sleep(1)


def train(seed: int, **training: Any) -> dict[str, Any]:
    """What the rail sends with a press on Train."""
    settings = {"architecture": "attention_seq2seq", "task": "reverse", "preset": None, "budget": "preset", "seed": seed}
    return {**settings, "options": {"model": {}, "task": {}, "training": training or LONG}}


def time_to_first(address: str) -> float:
    """When the first event of a stream had come."""
    with httpx.stream("GET", address, timeout=60) as answer:
        next(line for line in answer.iter_lines() if line.startswith("data: "))
        return time.perf_counter()


def rss_mb(app: App) -> float:
    status = Path(f"/proc/{app.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def until(holds: Callable[[], bool], limit_s: float = 120.0) -> None:
    deadline = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for did not come")
        time.sleep(0.1)
