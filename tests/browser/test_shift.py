"""Nothing moves that nobody moved: the layout shifts that Chromium counts, over a journey through the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import DESKTOP, wait_drawn

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
MOST = 0.02  # of unasked shift over a whole journey
STILL = 0.004  # of any shift while nothing but the step changes

# Each shift as (how much, whether a press or a key came less than half a second before, who moved and by how much).
COLLECTED = """() => {  // those before it too
  window.shifts = [];
  const named = ({ node, previousRect: a, currentRect: b }) => {
    const at = node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement;
    return `${at?.id || at?.className} from ${[a.x, a.y, a.width, a.height]} to ${[b.x, b.y, b.width, b.height]}`;
  };
  const note = (entries) => entries.forEach(({ value, hadRecentInput, sources }) =>
    shifts.push([value, hadRecentInput, sources.map(named).join('; ')]));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  window.allShifts = () => (note(observer.takeRecords()), shifts);
}"""

QUIET = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"


def shifts(page: Page) -> list[Any]:
    page.evaluate(QUIET)
    return page.evaluate("() => allShifts()")  # type: ignore[no-any-return]


@contextmanager
def still(page: Page) -> Iterator[None]:
    before = len(shifts(page))
    yield
    moved = shifts(page)[before:]
    assert sum(value for value, _, _ in moved) <= STILL, moved


@pytest.mark.parametrize(
    ("query", "viewport"),
    [("", DESKTOP), ("?architecture=transformer&task=reverse", PHONE)],
    ids=["desktop", "phone by a link"],
)
def test_a_journey_shifts_nothing_that_was_not_asked_for(visit: Visit, query: str, viewport: dict[str, int]) -> None:
    page = visit(query, viewport=viewport)
    page.evaluate(COLLECTED)
    wait_drawn(page)
    before = len(shifts(page))
    hooks.type_source(page, "the red car sleeps" if not query else "27182")
    hooks.expect_output(page, "la voiture rouge dort" if not query else "2 8 1 7 2")
    wait_drawn(page)
    typed = range(before, len(shifts(page)))  # another input has other columns, however late its answer comes
    page.locator("#player").focus()
    page.keyboard.press("Home")
    with still(page):
        for step in range(1, hooks.steps(page)):
            page.keyboard.press("ArrowRight")
            hooks.expect_step(page, step)
    for tab in page.get_by_role("tab").all_inner_texts():
        hooks.open_tab(page, tab)
        wait_drawn(page)
    found = [(value, who) for i, (value, asked, who) in enumerate(shifts(page)) if not asked and i not in typed]
    assert sum(value for value, _ in found) <= MOST, found
