"""On the narrowest windows every control can be reached, and the link can be copied."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import hooks
from tests.browser.conftest import Visit
from tests.browser.driving import wait_drawn

pytestmark = pytest.mark.browser

# Controls that reach over the edge of their panel, or of the bar at the top; rows that scroll show a part of theirs only.
OUTSIDE = """() => [...document.querySelectorAll('.topbar, section.panel')].flatMap((area) => {
  const edge = area.getBoundingClientRect();
  return [...area.querySelectorAll('button, input, select, summary')]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }))
    .filter((node) => !node.closest('.film, .switch, .tablewrap, .examples, .lensgrid, .beamtree'))
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.left < edge.left - 1 || box.right > edge.right + 1))
    .map(([node]) => `${node.getAttribute('aria-label') ?? node.textContent} in ${area.querySelector('h3, h1')?.textContent}`);
})"""


@pytest.mark.parametrize("width", [320, 400])
@pytest.mark.parametrize("query", ["?", "?architecture=transformer&task=reverse", "?architecture=vae&task=strokes"])
def test_no_control_is_out_of_reach(visit: Visit, width: int, query: str) -> None:
    page = visit(query, viewport={"width": width, "height": 800})
    tabs: list[Any] = [tab.inner_text() for tab in page.get_by_role("tab").all()]
    for tab in tabs:
        hooks.open_tab(page, tab)
        wait_drawn(page)
        assert page.evaluate(OUTSIDE) == [], f"{tab} at {width} px"
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, f"{tab} at {width} px"


def test_the_link_is_shared_from_a_phone(visit: Visit) -> None:
    page = visit("?task=copy", viewport={"width": 320, "height": 700}, permissions=["clipboard-read", "clipboard-write"])
    share = page.get_by_role("button", name="Share")
    share.click()
    told = page.get_by_text("Link copied")
    expect(told).to_be_in_viewport(ratio=1)
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url
    expect(share).to_be_visible()  # and goes back to its own name
