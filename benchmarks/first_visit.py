"""A first visit as Chromium makes it, then thirty times over without it: requests, bytes, CPU of the server; and how soon it serves."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.sync_api import Browser

from playground.app.islands import address
from tests.browser.driving import DESKTOP, App, chromium, serving, wait_drawn, wait_ready

from .measure import Row, spread

STARTS, VISITS = 3, 30
CONNECTIONS = 6  # of a browser to one host
CALM_S = 3.0  # for the trainers' warm-up, which is no part of a visit
QUEUE = "/gradio_api/queue/"
SESSION = "a-session-of-its-own"  # stands for the name that a page gives itself


@dataclass(frozen=True)
class Asked:
    """One request of a visit; `size` in bytes over the wire, headers included, where the answer has an end."""

    method: str
    path: str
    body: str
    size: float

    @property
    def ours(self) -> bool:
        """What this project makes: the page, its modules, plotly.js and the answer to `open`. The rest is Gradio's own."""
        mine = ("/assets/plotly.js", f"/{address()}/", QUEUE, "/runs/", "/code/")
        return self.path == "/" or self.path.startswith(mine)


def rows() -> Iterator[Row]:
    served = []
    for _ in range(STARTS - 1):
        with serving() as app:
            served.append(app.served_s)
    with serving() as app:
        served.append(app.served_s)
        ready = statistics.median(served)
        yield Row("`python app.py` until it serves", spread(served), "≤ 4 s", ready <= 4)
        time.sleep(CALM_S)
        idle = _cpu_s(app)
        time.sleep(CALM_S)
        yield Row("the server's CPU while nobody asks", f"{1000 * (_cpu_s(app) - idle) / CALM_S:.0f} ms a second")
        with chromium() as browser:
            visit = _seen(browser, app.url)
        ours, gradios = [one for one in visit if one.ours], [one for one in visit if not one.ours]
        yield Row("requests of a first visit that are ours", f"{len(ours)}, {_kb(ours)}", "≤ 15", len(ours) <= 15)
        yield Row("requests of a first visit that are Gradio's own", f"{len(gradios)}, {_kb(gradios)}")
        yield from _costs(app, visit)


def _costs(app: App, visit: list[Asked]) -> Iterator[Row]:
    """CPU of the server per visit, the mean: whole visits, then parts of them. What it spends while nobody asks is in it."""
    mean = _cost_ms(app, visit)
    yield Row("the server's CPU for a first visit", f"{mean:.0f} ms, mean of {VISITS}", "≤ 60 ms", mean <= 60)
    for what, part in (
        ("the page", [one for one in visit if one.path == "/"]),
        ("our files", [one for one in visit if one.ours and one.path.startswith("/assets/")]),
        ("Gradio's files", [one for one in visit if not one.ours]),
        ("`open`, through Gradio's queue", [one for one in visit if one.path.startswith(QUEUE)]),
    ):
        yield Row(f"of it {what}", f"{_cost_ms(app, part):.1f} ms")


def _seen(browser: Browser, url: str) -> list[Asked]:
    """What a browser with an empty cache asks for, until every chart is drawn."""
    page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
    wire = page.context.new_cdp_session(page)
    requests: dict[str, dict[str, str]] = {}
    sizes: dict[str, float] = {}
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", lambda event: requests.update({event["requestId"]: event["request"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(url)
    wait_ready(page)
    wait_drawn(page)
    page.wait_for_timeout(1000)
    itself = page.evaluate("() => JSON.parse(edpTells())[3]")  # what the page calls itself
    page.context.close()
    name = next(parse_qs(urlsplit(one["url"]).query)["session_hash"][0] for one in requests.values() if "session_hash=" in one["url"])
    return [
        Asked(
            one["method"],
            one["url"].removeprefix(url).replace(name, SESSION),
            one.get("postData", "").replace(name, SESSION).replace(itself, SESSION),
            sizes.get(id, 0),
        )
        for id, one in requests.items()
        if one["url"].startswith(url)
    ]


def _cost_ms(app: App, visit: list[Asked]) -> float:
    """Milliseconds of the server's CPU for one such visit; the first ones, which compress what all later ones get, are left out."""
    for number in range(2):
        _repeat(app, visit, f"first{number}")
    before = _cpu_s(app)
    for number in range(VISITS):
        _repeat(app, visit, f"visit{number}")
    return 1000 * (_cpu_s(app) - before) / VISITS


def _repeat(app: App, visit: list[Asked], name: str) -> None:
    """The same requests over as many connections as a browser has, in a session of their own; what was asked is answered after it."""
    headers = {"Accept-Encoding": "gzip, deflate, br", "Origin": app.url}
    with httpx.Client(base_url=app.url, headers=headers, limits=httpx.Limits(max_connections=CONNECTIONS), timeout=60) as client:

        def ask(one: Asked) -> None:
            kind = {"Content-Type": "application/json"} if one.body else {}
            path, body = one.path.replace(SESSION, name), one.body.replace(SESSION, name)
            with client.stream(one.method, path, content=body, headers=kind) as answer:
                answer.raise_for_status()
                if not path.startswith("/gradio_api/heartbeat/"):  # which has no end: the page's life
                    for _ in answer.iter_raw():
                        pass

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(ask, [one for one in visit if not one.path.startswith(QUEUE)]))
        for one in visit:
            if one.path.startswith(QUEUE):
                ask(one)


def _cpu_s(app: App) -> float:
    """CPU seconds of the server's process, its trainers aside."""
    fields = Path(f"/proc/{app.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _kb(asked: list[Asked]) -> str:
    plotly = sum(one.size for one in asked if one.path == "/assets/plotly.js")
    rest = sum(one.size for one in asked) - plotly
    return f"{rest / 1000:.0f} kB" + (f" and plotly.js, {plotly / 1000:,.0f} kB" if plotly else "")
