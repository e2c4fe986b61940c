"""Whether a page can be read: nothing is cut, nothing lies over a text, nothing is out of reach. One check for every screen."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.driving import wait_drawn

# What is wrong with what is on the page, in words. Boxes are those that are seen: what clips a text clips its box.
FAULTS = """() => {
  const NEAR = 1.5; // pixels that rounding and the leading of a line may take
  const found = new Set();
  const room = document.documentElement;
  if (room.scrollWidth > room.clientWidth) found.add(`the page is ${room.scrollWidth} px wide in ${room.clientWidth}`);
  const styles = new Map();
  const styleOf = (node) => styles.get(node) ?? (styles.set(node, getComputedStyle(node)), styles.get(node));
  const ancestors = function* (node) { for (; node && node !== document.body; node = node.parentElement) yield node; };
  const called = (node) => `${node.tagName.toLowerCase()}${node.classList.length ? '.' + [...node.classList].join('.') : ''}`;
  const unseen = (node) => [...ancestors(node)].some((a) => styleOf(a).clipPath === 'inset(50%)' || a.matches('.sr-only'));
  // the nearest thing that is laid over the page by itself
  const layerOf = (node) => [...ancestors(node)].find((a) =>
    ['fixed', 'sticky'].includes(styleOf(a).position) || a.matches('.menu, dialog, .below, [role=dialog], .pad-panel')) ?? null;
  const meet = (a, b) => ({ left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom) });
  const empty = (box) => box.right - box.left < 1 || box.bottom - box.top < 1;
  const inner = (node) => {
    const box = node.getBoundingClientRect(), more = parseFloat(styleOf(node).overflowClipMargin) || 0;
    const left = box.left + node.clientLeft, top = box.top + node.clientTop;
    return { left: left - more, top: top - more, right: left + node.clientWidth + more, bottom: top + node.clientHeight + more };
  };
  const outOf = (box, edge) => box.left < edge.left - NEAR || box.right > edge.right + NEAR
    || box.top < edge.top - 3 || box.bottom > edge.bottom + 3;

  // What of a box is seen; `cut` is told of who hides a part of it, `beyond` of a frame that it leaves sideways.
  const clipped = (from, box, cut = () => {}, beyond = () => {}) => {
    let seen = box, place = 'static';
    for (const node of ancestors(from)) {
      const style = styleOf(node);
      const held = place !== 'fixed' && !(place === 'absolute' && style.position === 'static');
      if (style.position !== 'static') place = style.position;
      if (!held || node.ownerSVGElement || style.display === 'inline' || style.display === 'contents') continue;
      const part = style.overflowX === 'visible' ? seen : meet(seen, inner(node));
      if (part !== seen && style.overflowX !== 'auto' && style.overflowX !== 'scroll' && !empty(part) && outOf(seen, inner(node)))
        cut(node, part, style);
      if (part !== seen && style.webkitLineClamp !== 'none' && empty(part) && !empty(seen)) cut(node, part, style);
      const edge = node.getBoundingClientRect();
      if (part === seen && parseFloat(style.borderLeftWidth) && parseFloat(style.borderRightWidth) && !empty(seen)
        && (seen.left < edge.left - NEAR || seen.right > edge.right + NEAR)) beyond(node);
      seen = part;
    }
    return seen;
  };

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const parent = text.parentElement, words = text.textContent.trim();
    if (!words || parent.closest('script, style, noscript, option, title, desc, defs, .digit, .scatterlayer')) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || unseen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const line of range.getClientRects()) {
      if (empty(line)) continue;
      const turn = parent.ownerSVGElement ? parent.getScreenCTM() : null;
      const upright = !turn || Math.abs(turn.a) > Math.abs(turn.b);
      const lead = 0.18 * (upright ? line.height : line.width);
      const ink = upright ? { left: line.left, right: line.right, top: line.top + lead, bottom: line.bottom - lead }
        : { left: line.left + lead, right: line.right - lead, top: line.top, bottom: line.bottom };
      const seen = clipped(parent, ink, (node, part, style) => {
        const named = style.textOverflow === 'ellipsis'
          && [...ancestors(node)].slice(0, 3).some((a) => a.hasAttribute('title') || a.hasAttribute('aria-label'));
        if (!named) found.add(`cut: “${words.slice(0, 60)}” in ${called(node)}`);
      }, (node) => found.add(`sticks out: “${words.slice(0, 60)}” of ${called(node)}`));
      if (empty(seen)) continue;
      const tilted = Boolean(turn && Math.abs(turn.b) > 0.01 && Math.abs(turn.a) > 0.01);
      texts.push({ words, parent, seen, layer: layerOf(parent), tilted });
    }
  }
  const over = (a, b, least) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > least
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > least;
  texts.forEach((one, i) => texts.slice(i + 1).forEach((other) => {
    if (one.layer !== other.layer || one.tilted || other.tilted || one.parent === other.parent) return;
    if (over(one.seen, other.seen, 2)) found.add(`“${one.words}” (${called(one.parent)}) lies over “${other.words}”`);
  }));
  // a text across the edge of a box that it does not belong to
  const framed = (style) => ['Top', 'Right', 'Bottom', 'Left'].every((side) =>
    parseFloat(style[`border${side}Width`]) && style[`border${side}Color`] !== 'rgba(0, 0, 0, 0)');
  const boxes = [...document.querySelectorAll('.edp *')].filter((node) =>
    node instanceof HTMLElement && node.checkVisibility({ visibilityProperty: true }) && framed(styleOf(node)));
  for (const node of boxes) {
    const edge = clipped(node.parentElement, node.getBoundingClientRect()), layer = layerOf(node);
    if (empty(edge)) continue;
    for (const { words, parent, seen, layer: own } of texts) {
      if (own !== layer || node.contains(parent) || !over(seen, edge, NEAR)) continue;
      if (outOf(seen, edge)) found.add(`“${words.slice(0, 30)}” (${called(parent)}) lies across the edge of ${called(node)}`);
    }
  }
  // controls beyond the edge of their panel, of the bar or of the window; rows that scroll show a part of theirs only
  for (const area of document.querySelectorAll('.topbar, section, #source-row')) {
    const edge = area.getBoundingClientRect();
    for (const node of area.querySelectorAll('button, input, select, summary')) {
      if (!node.checkVisibility({ visibilityProperty: true }) || unseen(node)) continue;
      if ([...ancestors(node)].some((a) => ['auto', 'scroll'].includes(styleOf(a).overflowX))) continue;
      const box = node.getBoundingClientRect();
      if (box.width && (box.left < edge.left - 1 || box.right > edge.right + 1))
        found.add(`out of reach: ${node.getAttribute('aria-label') ?? node.textContent} in ${called(area)}`);
    }
  }
  return [...found];
}"""


def faults(page: Page) -> list[str]:
    return page.evaluate(FAULTS)  # type: ignore[no-any-return]


def settle(page: Page) -> None:
    """Until what a new size of the window asks for is laid out and drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    wait_drawn(page)
