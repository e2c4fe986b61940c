"""No label of a paper's figure is written over another, over a tick or out of the figure: every paper, every guess, wide and narrow."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page

from playground.app.panels.papers.card import told
from playground.papers import papers
from playground.views import claims
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

SIZES = ((640, 360), (330, 330))

DRAW = """async ([trial, width, height]) => {
  const { href } = document.getElementById('modules'), { take } = await import(href);
  const { resultFigure } = await take('papers/result_figure.js');
  document.getElementById('trying')?.remove();
  const room = document.createElement('div');
  room.id = 'trying';
  room.className = 'edp';
  room.style.cssText = `position:fixed;inset:0 auto auto 0;width:${width}px;height:${height}px;background:white;z-index:99`;
  const chart = resultFigure();
  chart.node.style.cssText = `width:${width}px;height:${height}px`;
  room.append(chart.node);
  document.body.append(room);
  chart.show(trial);
}"""

READ = """() => {
  const boxes = (selector) => [...document.querySelectorAll(`#trying ${selector}`)]
    .map((node) => [node.textContent, node.getBoundingClientRect()])
    .filter(([text, box]) => text.trim() && box.width)
    .map(([text, { left, top, right, bottom }]) => [text, left, top, right, bottom]);
  return { labels: boxes('.annotation-text'), ticks: boxes('.xtick, #trying .ytick') };
}"""

Box = tuple[str, float, float, float, float]


def test_no_label_lies_over_another(visit: Visit) -> None:
    page = visit("?task=reverse")
    found = []
    for id, paper in papers.items():
        seed, card = min(paper.judged, key=lambda result: result.seed), told(id)
        verdict = {"seed": seed.seed, "figure": claims.spec(seed)}
        guesses = [None, *range(len(card["question"][1]))] if card["guess"]["at"] is not None else [None]
        for guess, known, size in product(guesses, (None, verdict), SIZES):
            drawn = draw(page, {"paper": card, "verdict": known, "earlier": [], "guess": guess}, size)
            found += [(id, guess, bool(known), size, *words) for words in clashes(drawn["labels"], drawn["ticks"], size)]
    assert found == []


def draw(page: Page, trial: dict[str, Any], size: tuple[int, int]) -> dict[str, list[Box]]:
    page.evaluate(DRAW, [trial, *size])
    page.wait_for_function("() => document.querySelector('#trying .annotation-text') || document.querySelector('#trying .ytick')")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: dict[str, list[Box]] = page.evaluate(READ)
    return found


def clashes(labels: list[Box], ticks: list[Box], size: tuple[int, int]) -> list[tuple[str, str]]:
    """Pairs of words that share a pixel and more, and words that leave the figure."""
    over = [(one[0], other[0]) for at, one in enumerate(labels) for other in [*labels[at + 1 :], *ticks] if meet(one, other)]
    return over + [(one[0], "the edge") for one in labels if one[1] < -1 or one[3] > size[0] + 1 or one[2] < -1 or one[4] > size[1] + 1]


def meet(one: Box, other: Box) -> bool:
    (_, left, top, right, bottom), (_, from_, above, to, below) = one, other
    return min(right, to) - max(left, from_) > 1 and min(bottom, below) - max(top, above) > 2
