"""Many visitors on one page, each with things of its own: no answer to one shows what is another's, or where on the disk anything lies.

Sessions are forgotten all the time, so that most steps begin with a page that goes on from its address.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from string import ascii_lowercase, digits
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import orjson

from playground.app.islands import dump
from playground.app.page import Handler, Page
from playground.app.panels.code import Code
from playground.app.panels.player import Player
from playground.app.panels.rail.pairs import share, use
from playground.app.panels.rail.rail import Rail, choose
from playground.app.panels.source import drawn, typed
from playground.app.panels.training.monitor import Monitor, leave, shipped
from playground.app.sessions import Session, Sessions, Told
from playground.runs.book import RunBook
from playground.runs.executors.inline import InlineExecutor
from playground.storage.checkpoints import Checkpoint, dumps
from playground.training.trainer import new_model
from playground.wire import pack
from tests.pages import new_page
from tests.small import tiny_recipe

from .fuzz import own_folders
from .measure import Row

VISITORS, REMEMBERED = 12, 5
STEPS, THREADS = 10_000, 6
RECIPE = tiny_recipe("attention_seq2seq", "reverse")
PLACES = (str(Path(__file__).parent.parent), tempfile.gettempdir(), str(Path.home()), "Traceback", "site-packages")
NUMBERS = re.compile(r"[A-Za-z0-9+/=]{60,}")  # in base64, where any four letters may stand


class Guest:
    """A browser tab that remembers its own address, and what only it may be shown."""

    def __init__(self, page: Page, number: int) -> None:
        draw = Random(number)
        self.page, self.number = page, number
        self.tab, self.browser = ("".join(draw.choices(ascii_lowercase, k=32)) for _ in range(2))
        self.visitor = Told(self.tab, self.browser).visitor("", "")
        self.word = "".join(draw.choices(ascii_lowercase, k=12))
        self.digits = f"{number:02}" + "".join(draw.choices(digits, k=7))
        self.ink = [round(draw.random(), 2) for _ in range(784)]
        self.weights = dumps(Checkpoint(RECIPE, new_model(replace(RECIPE, seed=number)).state_dict(), {}, 0.0))
        self.place = self.private = ""  # where it stands, and the link to its own pairs
        self.marks = {
            "a word of its pairs": self.word,
            "its input in a link": f"input={self.digits}",
            "its input in the box": f"'{self.digits}'",
            "its input in tokens": dump(list(self.digits))[1:-1],
            "its drawing": pack(np.array(self.ink, dtype=np.float32).reshape(28, 28))["f32"][:200],
        }
        self.may_see: set[str] = set()  # of others', since a link has told it

    def session(self) -> tuple[Session, Told]:
        told = Told.read(dump([self.tab, self.browser, self.place, "", 0]))
        return self.page.sessions.of(f"page{self.number}", told, f"10.0.0.{self.number}"), told

    def does(self, handler: Handler, data: dict[str, Any]) -> str:
        """One event, as the page sends and hears it."""
        session, told = self.session()
        return self._heard(self.page.answer(handler, data, session, told))

    def opens(self, link: str) -> str:
        session, _ = self.session()
        return self._heard(self.page.opened(session, dict(parse_qsl(link, keep_blank_values=True))))

    def _heard(self, values: list[Any]) -> str:
        scene = dict(zip((panel.name for panel in self.page.answering), values, strict=True))[Player.__name__]
        if isinstance(scene, str):
            self.place = str(orjson.loads(scene)["link"])
        return " ".join(map(str, values))


def rows() -> Iterator[Row]:
    with own_folders():
        walked = walk(STEPS, THREADS)
    for leak, times in Counter(walked.leaks).most_common(8):
        print(f"  leakage: {times} × {leak}", file=sys.stderr)
    what = f"{VISITORS} visitors, {REMEMBERED} remembered at a time, in {THREADS} threads: {sum(walked.steps.values()):,} random steps"
    yield Row(
        what, f"{len(walked.leaks)} answers with what is another's; {sum(walked.seen.values()):,} with one's own", "0", not walked.leaks
    )


@dataclass
class Walked:
    """What was shown to whom it should not have been; how often each kind of step was taken; how often what is one's own was seen."""

    leaks: list[str] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)


def walk(steps: int, threads: int = 1, seed: int = 0) -> Walked:
    """Random steps of all visitors; each belongs to one of the threads."""
    page = new_page(RunBook(InlineExecutor(), line=1_000))
    page.sessions = Sessions(most=REMEMBERED)
    guests = [Guest(page, number) for number in range(VISITORS)]
    walked = Walked()

    def turns(thread: int) -> None:
        draw = Random(f"{seed} {thread}")
        for _ in range(steps // threads):
            guest, step = draw.choice(guests[thread::threads]), draw.choice(STEPPING)
            answer = step(guest, guests, draw)
            walked.steps[step.__name__] += 1
            walked.leaks.extend(f"{step.__name__}: {leak}" for leak in leaks(guest, guests, answer))
            walked.seen.update(kind for kind, mark in guest.marks.items() if mark in answer)

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(turns, thread) for thread in range(threads)]:
            done.result()
    page.book.drain()
    return walked


def leaks(guest: Guest, guests: list[Guest], answer: str) -> Iterator[str]:
    """What is in an answer that must not be."""
    yield from (f"the place {place}" for place in PLACES if place in answer and place in NUMBERS.sub("", answer))
    for other in guests:
        if any(name in answer for name in (other.tab, other.browser, other.visitor.tab, other.visitor.browser)):
            yield "what a tab or a browser is called"
        if other is not guest:
            yield from (kind for kind, mark in other.marks.items() if mark in answer and mark not in guest.may_see)


def types(guest: Guest, guests: list[Guest], draw: Random) -> str:
    return guest.does(typed, {"input": guest.digits})


def chooses(guest: Guest, guests: list[Guest], draw: Random) -> str:
    architecture, task = draw.choice(PAIRS)
    return guest.does(choose, {"architecture": architecture, "task": task})


def draws(guest: Guest, guests: list[Guest], draw: Random) -> str:
    return guest.does(choose, {"architecture": "vae", "task": "strokes"}) + guest.does(drawn, {"values": guest.ink})


def brings_pairs(guest: Guest, guests: list[Guest], draw: Random) -> str:
    lines = "\n".join(f"{guest.word} {n}\t{n} {guest.word}" for n in range(25))
    before = guest.does(choose, {"architecture": "attention_seq2seq", "task": "pairs"})
    answer = guest.does(use, {"pairs_text": lines, "source_unit": "words", "target_unit": "words"})
    guest.private = guest.place if "task.pairs=" in guest.place else guest.private
    return before + answer


def trains(guest: Guest, guests: list[Guest], draw: Random) -> str:
    """A short run that nobody else joins, also of its own pairs."""
    session, told = guest.session()
    recipe = (session.visit or guest.page.asked(dict(parse_qsl(told.place)))).recipe
    options = {"model": dict(recipe.model_options), "task": {}, "training": {"steps": 2, "batch_size": 4}}
    seed = 10_000 * guest.number + draw.randrange(10_000)
    answer = guest.does(
        guest.page[Rail].train, {"architecture": recipe.architecture, "task": recipe.task, "options": options, "seed": seed}
    )
    if runs := guest.page.book.of(guest.visitor.tab):
        guest.marks = {**guest.marks, "its run": runs[0].id}
    return answer


def explores(guest: Guest, guests: list[Guest], draw: Random) -> str:
    return guest.does(guest.page[Monitor].explore, {"run": guest.marks.get("its run", "")})


def uploads(guest: Guest, guests: list[Guest], draw: Random) -> str:
    """Weights, as the desk takes them; their name is nobody else's."""
    guest.marks = {**guest.marks, "its weights": guest.page.library.take(guest.weights, RECIPE)}
    return guest.does(guest.page[Code].uploaded, {"run": guest.marks["its weights"]})


def goes_back(guest: Guest, guests: list[Guest], draw: Random) -> str:
    return guest.does(leave, {}) + guest.does(shipped, {})


def follows_a_link(guest: Guest, guests: list[Guest], draw: Random) -> str:
    """What a link itself says is no secret to whom it was sent; the pairs that it leads to are."""
    link = draw.choice(guests).place
    for other in guests:
        run, told = other.marks.get("its run", ""), f"input={other.digits}" in link
        guest.may_see |= {mark for kind, mark in other.marks.items() if (mark == run in link) or (told and kind.startswith("its input"))}
    return guest.opens(link)


def looks_at_private(guest: Guest, guests: list[Guest], draw: Random) -> str:
    """Somebody's own pairs, and to have them shared."""
    other = draw.choice([other for other in guests if other is not guest])
    return guest.opens(other.private) + guest.does(share, {"shared": True}) if other.private else guest.opens("")


def reloads(guest: Guest, guests: list[Guest], draw: Random) -> str:
    return guest.opens(guest.place)


PAIRS = (("attention_seq2seq", "reverse"), ("transformer", "copy"), ("vae", "strokes"), ("attention_seq2seq", "pairs"))
STEPPING: tuple[Callable[[Guest, list[Guest], Random], str], ...] = (
    types, types, types, chooses, chooses, draws, brings_pairs, trains, explores, uploads, goes_back, follows_a_link, looks_at_private,
    reloads,
)  # fmt: skip
