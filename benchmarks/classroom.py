"""A class of a hundred without browsers: they fetch the page, join, keep their streams, follow, vote, reload, sleep, let go and leave,
while models train beside them, a seed each. Then the server is killed in the middle of a vote.

All of them are one program on the same machine, so that their work is in the figures too. `CLASS_STUDENTS` and `CLASS_SECONDS` make it
smaller or longer.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.browser.driving import App, serving

from .measure import Row, quantile

STUDENTS = int(os.environ.get("CLASS_STUDENTS", "100"))
JOIN_S, LESSON_S = 0.6 * STUDENTS, float(os.environ.get("CLASS_SECONDS", "600"))
STEP_S, VOTE_S = 2.0, 20.0  # a step of the teacher's, and a vote, every so many seconds
SMALL = "architecture=attention_seq2seq&task=reverse&training.steps=60"  # some seconds a seed
ASKED = "lesson=attention&question=2"  # questions whose answers are known
PATIENCE_S = 60.0
MODULES = re.compile(r"assets/[0-9a-f]{12}/modules\.js")


@dataclass
class Heard:
    """What was measured, of everybody together."""

    joins: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)  # from the teacher's post until a student's stream says it
    errors: list[str] = field(default_factory=list)
    sent: dict[str, float] = field(default_factory=dict)  # when a place was posted
    committed: int = 0


class Student:
    """One browser, as far as the server can tell."""

    def __init__(self, http: httpx.AsyncClient, code: str, number: int, heard: Heard) -> None:
        self.http, self.code, self.heard = http, code, heard
        self.draw = random.Random(number)
        self.seat: str | None = None
        self.told: dict[str, Any] = {}
        self.listening: asyncio.Task[None] | None = None
        self.voted = (-1, -1)

    async def post(self, what: str, **told: Any) -> dict[str, Any]:
        start = time.perf_counter()
        answer = (await self.http.post(f"/classes/{self.code}/{what}", json={"seat": self.seat, **told})).raise_for_status().json()
        self.heard.clicks.append(time.perf_counter() - start)
        if "error" in answer and "vote is closed" not in answer["error"]:
            self.heard.errors.append(answer["error"])
        return dict(answer)

    async def join(self) -> None:
        """The page and its modules, a seat, the first that the stream says."""
        start = time.perf_counter()
        page = (await self.http.get("/")).raise_for_status().text
        found = MODULES.search(page)
        assert found, "the page names no modules"
        (await self.http.get(f"/{found[0]}")).raise_for_status()
        self.seat = (await self.post("join"))["seat"]
        await self.listen()
        self.heard.joins.append(time.perf_counter() - start)

    async def listen(self) -> None:
        first = asyncio.Event()
        self.listening = asyncio.create_task(self._listen(first))
        await asyncio.wait_for(first.wait(), PATIENCE_S)

    async def _listen(self, first: asyncio.Event) -> None:
        async with self.http.stream("GET", f"/classes/{self.code}/events", params={"seat": self.seat}) as lines:
            async for line in lines.aiter_lines():
                if not line.startswith("data: "):
                    continue
                before, self.told = self.told.get("place"), orjson.loads(line[6:])
                sent = self.heard.sent.get(self.told.get("place", ""))
                if sent is not None and first.is_set() and before != self.told["place"]:
                    self.heard.steps.append(time.perf_counter() - sent)
                first.set()

    async def rest(self) -> None:
        if self.listening is not None:
            self.listening.cancel()
            with suppress(asyncio.CancelledError):
                await self.listening

    async def vote(self) -> None:
        asked = self.told.get("question")
        if asked is None or asked["phase"] != "open" or self.voted == (asked["number"], asked["round"]):
            return
        self.voted = (asked["number"], asked["round"])
        low, high, *_ = asked["scale"] or (0, len(asked["options"]) - 1)
        answer = self.draw.randint(int(low), int(high))
        clicks = 2 if self.draw.random() < 0.2 else 1  # some press twice
        answers = await asyncio.gather(*(self.post("vote", answer=answer) for _ in range(clicks)))
        self.heard.committed += any("error" not in one for one in answers)

    async def stay(self, ends: float) -> None:
        """Whatever students do, until the lesson is over."""
        try:
            await self.join()
            while time.monotonic() < ends:
                await asyncio.sleep(self.draw.uniform(1, 4))
                await self.vote()
                dice = self.draw.random()
                if dice < 0.03:  # reloads
                    await self.rest()
                    await self.join()
                elif dice < 0.05:  # sleeps and wakes
                    await self.rest()
                    await asyncio.sleep(self.draw.uniform(5, 15))
                    await self.listen()
                elif dice < 0.10:  # lets go and comes back
                    await self.post("away", away=True)
                    await asyncio.sleep(1)
                    await self.post("away", away=False)
                elif dice < 0.101:  # leaves, and thinks better of it
                    await self.post("leave")
                    await self.rest()
                    await self.join()
        except Exception as error:  # noqa: BLE001  counted, and told
            self.heard.errors.append(repr(error)[:200])
        finally:
            await self.rest()


class Teacher:
    """Who steers."""

    def __init__(self, http: httpx.AsyncClient, heard: Heard) -> None:
        self.http, self.heard = http, heard
        self.code = self.key = ""

    async def open(self, place: str) -> None:
        told = (await self.http.post("/classes", json={"place": place})).raise_for_status().json()
        self.code, self.key = told["code"], told["key"]

    async def steer(self, what: str, **told: Any) -> None:
        start = time.perf_counter()
        answer = await self.http.post(f"/classes/{self.code}/teach", json={"key": self.key, "do": what, **told})
        self.heard.clicks.append(time.perf_counter() - start)
        if "error" in answer.raise_for_status().json():
            self.heard.errors.append(answer.text)

    async def teach(self, ends: float) -> None:
        """Step, and in turns have all vote again and reveal."""
        turn, due = 0, time.monotonic() + VOTE_S
        while time.monotonic() < ends:
            await asyncio.sleep(STEP_S)
            place = f"{SMALL}&step={turn}"
            self.heard.sent[place] = time.perf_counter()
            await self.steer("place", place=place)
            turn += 1
            if time.monotonic() < due:
                continue
            due += VOTE_S
            await self.steer(("again", "reveal")[turn // int(VOTE_S / STEP_S) % 2])


def client(app: App) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=STUDENTS)
    return httpx.AsyncClient(base_url=app.url, timeout=PATIENCE_S, limits=limits)


async def lesson(app: App, heard: Heard) -> dict[str, Any]:
    async with client(app) as http:
        teacher, trains = Teacher(http, heard), Teacher(http, heard)
        await teacher.open(ASKED)
        await trains.open(SMALL)  # a class beside it, in which everybody's model trains
        students = [Student(http, teacher.code, n, heard) for n in range(STUDENTS)]
        began = time.monotonic()
        ends = began + JOIN_S + LESSON_S

        async def late(n: int) -> None:
            await asyncio.sleep(JOIN_S * n / STUDENTS)
            if n % 5 == 0:
                await http.post(f"/classes/{trains.code}/join", json={})
            await students[n].stay(ends)

        await teacher.steer("ask", question=0)
        await asyncio.gather(teacher.teach(ends), *(late(n) for n in range(STUDENTS)))
        counts = await http.get(f"/classes/{teacher.code}/counts.csv", params={"key": teacher.key})
        runs = await http.get(f"/classes/{trains.code}/counts.csv", params={"key": trains.key})
        return {"counts": counts.text, "runs": runs.text.strip().splitlines()}


async def killed() -> tuple[float, float, int, int]:
    """Seconds until it serves again and until all students hear of their class; votes that were answered, and that are there."""
    heard = Heard()
    with tempfile.TemporaryDirectory() as folder:
        with serving(PLAYGROUND_RUNS=folder) as first:
            async with client(first) as http:
                teacher = Teacher(http, heard)
                await teacher.open(ASKED)
                students = [Student(http, teacher.code, n, heard) for n in range(STUDENTS)]
                for at in range(0, STUDENTS, 10):
                    await asyncio.gather(*(student.join() for student in students[at : at + 10]))
                await teacher.steer("ask", question=0)

                async def vote(student: Student) -> bool:
                    with suppress(httpx.HTTPError):
                        await asyncio.sleep(student.draw.uniform(0, 2))
                        return "error" not in await student.post("vote", answer=1)
                    return False

                votes = [asyncio.create_task(vote(student)) for student in students]
                await asyncio.sleep(1)
                first.process.kill()
                first.process.wait()
                answered = sum(await asyncio.gather(*votes))
                for student in students:
                    with suppress(asyncio.CancelledError, httpx.HTTPError):
                        await student.rest()
        start = time.monotonic()
        with serving(port=int(first.url.rpartition(":")[2]), PLAYGROUND_RUNS=folder) as second:
            served = second.served_s
            async with client(second) as http:
                for student in students:
                    student.http = http
                await asyncio.gather(*(student.listen() for student in students))
                back = time.monotonic() - start
                counts = await http.get(f"/classes/{teacher.code}/counts.csv", params={"key": teacher.key})
                there = sum(int(line.split(",")[-2]) for line in counts.text.splitlines()[1:] if line)
                for student in students:
                    await student.rest()
    return served, back, answered, there


def rows() -> Iterator[Row]:
    heard, load = Heard(), os.getloadavg()[0]
    with serving() as app:
        told = asyncio.run(lesson(app, heard))
    who = f"{STUDENTS} students, {LESSON_S:.0f} s"
    assert heard.joins and heard.steps, heard.errors[:3]
    p95 = quantile(heard.joins, 0.95)
    yield Row(f"{who}, load {load:.1f} before: join, page and modules included", f"p95 {p95:.2f} s, n = {len(heard.joins)}", "", None)
    p95, p99 = quantile(heard.clicks, 0.95), quantile(heard.clicks, 0.99)
    told_ms = f"p95 {1000 * p95:.0f}, p99 {1000 * p99:.0f} ms, n = {len(heard.clicks):,}"
    yield Row("clicks of theirs until they are answered, on the disk", told_ms, "≤ 400, ≤ 1,000 ms", p95 <= 0.4 and p99 <= 1)
    p95 = quantile(heard.steps, 0.95)
    yield Row("a teacher's step, until a student hears of it", f"p95 {1000 * p95:.0f} ms, n = {len(heard.steps):,}", "≤ 300 ms", p95 <= 0.3)
    yield Row("errors but stated refusals", f"{len(heard.errors)} {heard.errors[:2] or ''}".strip(), "none", not heard.errors)
    runs = len(told["runs"]) - 1 - next(at for at, line in enumerate(told["runs"]) if line.startswith("seed,"))
    wanted = len(range(0, STUDENTS, 5))
    yield Row("seeds of a class beside it that were trained meanwhile", f"{runs} of {wanted}", "all", runs == wanted)
    served, back, answered, there = asyncio.run(killed())
    yield Row("kill −9 in the middle of a vote: served again; all students hear", f"{served:.1f} s; {back:.1f} s", "≤ 10 s", back <= 10)
    yield Row("votes that were answered, and that are there", f"{answered}, {there}", "none lost", there >= answered)
