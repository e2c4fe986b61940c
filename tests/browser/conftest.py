"""One server and one Chromium for all browser tests; every page is watched for errors and for requests to other hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser import hooks
from tests.browser.driving import DESKTOP, App, chromium, serving, wait_drawn, wait_ready

PATIENCE_MS = 45_000  # two cores also train, serve and draw

Visit = Callable[..., Page]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def app() -> Iterator[App]:
    with serving() as served:
        yield served
        log = served.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


class Watch:
    """What went wrong on any page of a test."""

    def __init__(self, home: str) -> None:
        self.home = urlsplit(home).netloc
        self.requests: list[str] = []
        self.faults: list[str] = []

    @contextmanager
    def unasked(self, page: Page) -> Iterator[None]:
        """Nothing inside asks the server. Files of the page may still come, and the answer to what was asked before."""
        wait_drawn(page)
        before = len(self.requests)
        yield
        asked = [url for url in self.requests[before:] if not urlsplit(url).path.startswith(("/assets/", "/gradio_api/queue/data"))]
        assert asked == [], "this must not ask the server"

    def over(self, page: Page) -> Page:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        page.on("request", lambda request: self._see(request.url))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _see(self, url: str) -> None:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.home:
            self.faults.append(f"request to another host: {url}")


@pytest.fixture
def watch(app: App) -> Iterator[Watch]:
    watching = Watch(app.url)
    yield watching
    assert not watching.faults, "\n".join(watching.faults)


@pytest.fixture
def visit(app: App, browser: Browser, watch: Watch) -> Iterator[Visit]:
    """`visit("?task=copy")` opens a page that a new visitor sees; `beside=page` opens another tab of the same visitor."""
    contexts: list[BrowserContext] = []

    def open_page(query: str = "", *, beside: Page | None = None, viewport: Any = DESKTOP, **options: Any) -> Page:
        context = browser.new_context(viewport=viewport, **options) if beside is None else beside.context
        if beside is None:
            context.set_default_timeout(PATIENCE_MS)
            contexts.append(context)
        page = watch.over(context.new_page())
        page.goto(f"{app.url}/{query}")
        wait_ready(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit: Visit) -> Page:
    """Digits reversed: short, sure, and known by heart."""
    return visit(hooks.REVERSE)
