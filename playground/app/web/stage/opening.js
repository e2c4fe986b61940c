// The opening: on a first visit the page shows once, slowly, how its model reads, passes and writes. Any touch ends it.

import { h, rich } from '../core/dom.js';

/** @import { Rich } from '../core/types.d.ts' */

const SEEN = 'edp-opened'; // in the browser's storage: it never comes twice
const LASTS_MS = [3000, 3000, 4000];
const VERBS = ['reads', 'passes', 'writes']; // on a phone, where one caption stands at a time
const TAKE = 'touch to take over';
const TOUCHES = /** @type {const} */ (['pointerdown', 'keydown', 'wheel', 'touchstart', 'focusin']);

/**
 * Captions in place of the sentence, one under each part of the picture.
 * @param {HTMLElement} stage wears `opens`, and `data-opening`, while it lasts
 * @param {Rich[]} captions @param {() => void} ended
 * @returns {HTMLElement}
 */
export function playOpening(stage, captions, ended) {
  const lines = captions.map((parts, i) =>
    h('li', { style: { '--lasts': `${LASTS_MS[i]}ms` } }, h('b', {}, `${i + 1} `), rich(parts)),
  );
  const names = h(
    'li.names',
    {},
    VERBS.map((verb, i) => h('span', {}, h('b', {}, `${i + 1} `), verb)),
    h('i', {}, TAKE),
  );
  const node = h('ol.opening', { 'aria-hidden': 'true' }, lines, names); // the sentence says more, and is read instead
  let timer = 0;

  /** @param {number} at */
  function play(at) {
    if (at === lines.length) return end();
    stage.dataset.opening = String(at);
    lines.forEach((line, i) => {
      line.classList.toggle('past', i < at);
      line.classList.toggle('now', i === at);
      names.children[i].classList.toggle('on', i === at);
    });
    timer = setTimeout(() => play(at + 1), LASTS_MS[at]);
  }

  function end() {
    clearTimeout(timer);
    for (const touch of TOUCHES) removeEventListener(touch, end, true);
    stage.classList.remove('opens');
    delete stage.dataset.opening;
    node.remove();
    remember();
    ended();
  }

  for (const touch of TOUCHES) addEventListener(touch, end, { capture: true, passive: true });
  stage.classList.add('opens');
  play(0);
  return node;
}

/** Whether this browser has not seen it yet, and does not mind motion. */
export function opensNow() {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return false;
  try {
    return localStorage.getItem(SEEN) === null;
  } catch {
    return false; // it could never be told that it was seen
  }
}

function remember() {
  try {
    localStorage.setItem(SEEN, '1');
  } catch {
    // storage is refused since: it may come once more
  }
}
