"""A page that nobody touches stands still: nothing on it is changed by itself, on any tab, at any width, in any look."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.driving import wait_drawn

pytestmark = pytest.mark.browser

WATCHED_MS = 3000
SAMPLED = "?architecture=ngram&task=completion&decoding=sample&temperature=1&draw=1"
# Two scrollbars: the system's, and one that takes more of the window than any.
LOOKS = [("", 400, "dark", 15), ("", 768, "light", 30), ("", 1280, "dark", 0), (SAMPLED, 1440, "light", 30)]

SCROLLBAR = """(px) => document.head.append(Object.assign(document.createElement('style'),
  { textContent: `:root::-webkit-scrollbar, .edp *::-webkit-scrollbar { width: ${px}px; height: ${px}px; }` }))"""

# What is changed, by whom; settled is whoever has not been changed for half a second.
WATCH = """() => {
  window.changes = [];
  window.changed = performance.now();
  const named = (node) => { const at = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    return at ? `${at.tagName} ${at.id} ${at.getAttribute('class')}` : 'a text'; };
  new MutationObserver((records) => {
    changed = performance.now();
    for (const { type, target, attributeName, oldValue } of records)
      changes.push(`${type} of ${named(target)}: ${attributeName ?? ''} ${oldValue?.slice(0, 60) ?? ''}`);
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true,
    attributeOldValue: true });
}"""
SETTLED = """() => performance.now() - changed > 700 && [...document.querySelectorAll('section.code, section.words-panel')]
  .every((panel) => !panel.checkVisibility() || panel.querySelector('.read').textContent)"""  # what the server is asked for


def opened(visit: Visit) -> list[Page]:
    """A page of each look, side by side."""
    pages = []
    for query, width, theme, scrollbar in LOOKS:
        viewport: Any = {"width": width, "height": 900}
        page = visit(query, viewport=viewport, color_scheme=theme, reduced_motion="reduce")
        page.evaluate(SCROLLBAR, scrollbar)
        page.evaluate(WATCH)
        pages.append(page)
    return pages


def test_nothing_changes_by_itself(visit: Visit) -> None:
    pages = opened(visit)
    for tab in ("Decode", "Attention", "States", "Training", "Code"):
        for page in pages:
            choice = page.get_by_role("tab", name=tab, exact=True)
            if choice.count():  # what only counts has neither attention nor states
                choice.click()
        for page in pages:
            wait_drawn(page)
            page.wait_for_function(SETTLED)
        for page in pages:
            page.evaluate("() => { changes = []; }")
        pages[0].wait_for_timeout(WATCHED_MS)
        found = {look: page.evaluate("() => changes") for look, page in zip(LOOKS, pages, strict=True)}
        assert not any(found.values()), (tab, {look: changes[:10] for look, changes in found.items() if changes})
