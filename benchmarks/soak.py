"""Half an hour of visitors who type, choose, train, watch and upload: what the server holds must not grow.

Finished runs are kept up to a bound, here a low one that is soon reached: else half an hour would show how 256 MB fill.

`python -m benchmarks.soak 30` (minutes), or `make soak`. Prints the server's memory, descriptors and threads every minute, then the table.
"""

from __future__ import annotations

import base64
import io
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from random import Random
from typing import NamedTuple

import httpx
from PIL import Image

from playground.runs.book import cores
from tests.browser.driving import App, serving

from .crowd import rss_mb, train
from .measure import HEADER, Row, machine
from .visitors import Visitor, events

MINUTES = 30.0
VISITORS = 20
SERVER = ("tests.patient_app", "10", "30", str(cores()), "16")  # seconds without followers, places to train, MB for finished runs
WARM_UP = 1 / 6  # of the time: the caches fill
EVERY_S = 10.0
FOLLOWED_S = 20.0
PAUSE_S = (1.0, 4.0)
NAMES = {"rss_mb": "memory in MB", "descriptors": "descriptors", "threads": "threads"}
PAIRS = (("attention_seq2seq", "reverse"), ("transformer", "copy"), ("vae", "digits"), ("captioner", "scenes"), ("ngram", "completion"))


class Held(NamedTuple):
    """What the server's process holds."""

    rss_mb: float
    descriptors: int
    threads: int


def rows(minutes: float = MINUTES) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, serving(program=SERVER, PLAYGROUND_PAIRS=folder) as app:
        samples: list[Held] = []
        did: Counter[str] = Counter()
        errors: list[str] = []
        known, ends = events(app.url), time.monotonic() + 60 * minutes
        with ThreadPoolExecutor(VISITORS) as pool:
            visits = [pool.submit(visit, app, known, ends, Random(n), did, errors) for n in range(VISITORS)]
            while wait(visits, EVERY_S).not_done:
                samples.append(held(app))
                if len(samples) % round(60 / EVERY_S) == 0:
                    now = samples[-1]
                    told = f"{now.rss_mb:.0f} MB, {now.descriptors} descriptors, {now.threads} threads; {sum(did.values()):,} answers"
                    print(f"  minute {len(samples) * EVERY_S / 60:.0f}: {told}", file=sys.stderr, flush=True)
        for error in errors[:5]:
            print(f"  {error}", file=sys.stderr)
        done = ", ".join(f"{name} {count:,}" for name, count in sorted(did.items()))
        yield Row(f"{VISITORS} visitors for {minutes:g} minutes: {done}", f"{len(errors)} errors", "0", not errors)
        yield from grown(samples[round(WARM_UP * len(samples)) :])


def grown(samples: list[Held]) -> Iterator[Row]:
    """The first fifth of what was held once the caches were full, against the last. Descriptors and threads come and go with requests:
    at the end there are usually no more of them than there were at most in the beginning."""
    part = max(1, len(samples) // 5)
    for name in Held._fields:
        values = [getattr(sample, name) for sample in samples]
        first, last = values[:part], statistics.median(values[-part:])
        before, most = statistics.median(first), 1.05 * statistics.median(first) if name == "rss_mb" else max(first)
        told = f"{before:.0f} → {last:.0f} ({last / before - 1:+.1%}), most {max(values):.0f}, n = {len(values)}"
        yield Row(f"the server's {NAMES[name]}, after the first sixth", told, f"≤ {most:.0f}", last <= most)


def held(app: App) -> Held:
    process = Path(f"/proc/{app.process.pid}")
    return Held(rss_mb(app), len(list((process / "fd").iterdir())), len(list((process / "task").iterdir())))


def visit(app: App, known: dict[str, int], ends: float, draw: Random, did: Counter[str], errors: list[str]) -> None:
    """One visitor after the other, each for some dozen events."""
    me = Visitor(app.url, known)
    while time.monotonic() < ends:
        act = draw.choice(ACTS)
        try:
            act(app, me, draw)
            did[act.__name__] += 1
            if draw.random() < 0.03:
                me.http.close()
                me = Visitor(app.url, known)
        except Exception as error:  # noqa: BLE001  counted, and told
            errors.append(f"{act.__name__}: {error!r}"[:300])
        time.sleep(draw.uniform(*PAUSE_S))
    me.http.close()


def types(app: App, me: Visitor, draw: Random) -> None:
    me.types(str(draw.randrange(10**9)))


def chooses(app: App, me: Visitor, draw: Random) -> None:
    architecture, task = draw.choice(PAIRS)
    me.say("choose", event={"architecture": architecture, "task": task})


def trains(app: App, me: Visitor, draw: Random) -> None:
    """A short run, watched to its end or for a while."""
    me.say("train", event=train(seed=draw.randrange(10**6), steps=40, batch_size=8))
    address, leaves = f"{app.url}/runs/{me.run}/events?name=page-{draw.randrange(10**9):09}", time.monotonic() + FOLLOWED_S
    with httpx.stream("GET", address, timeout=60) as answer:
        for _ in answer.iter_lines():
            if time.monotonic() > leaves:
                break
    me.say("leave", event={})


def draws(app: App, me: Visitor, draw: Random) -> None:
    """A picture from a file."""
    file = io.BytesIO()
    Image.frombytes("RGB", (64, 48), draw.randbytes(64 * 48 * 3)).save(file, "PNG")
    me.say("choose", event={"architecture": "captioner", "task": "scenes"})
    me.say("picture", event={"file": base64.b64encode(file.getvalue()).decode()})


def brings_pairs(app: App, me: Visitor, draw: Random) -> None:
    words = [f"{draw.randrange(10**6)}" for _ in range(40)]
    lines = "\n".join(f"{word}\t{word[::-1]}" for word in dict.fromkeys(words))
    me.say("choose", event={"architecture": "attention_seq2seq", "task": "pairs"})
    me.say("pairs", event={"pairs_file": base64.b64encode(lines.encode()).decode(), "source_unit": "characters"})


ACTS: tuple[Callable[[App, Visitor, Random], None], ...] = (types, types, types, types, chooses, chooses, trains, draws, brings_pairs)


if __name__ == "__main__":
    print(f"Machine: {machine()}\n\n{HEADER}", flush=True)
    for row in rows(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES):
        print(row.markdown(), flush=True)
