// What became of the visitor's lines: what they were taken for, the first in tokens, and those that are not learned.

import { h } from '../../core/dom.js';
import { grouped } from '../../core/numbers.js';

/** @import { Found, ShownPairs } from '../types.d.ts' */

/**
 * One quiet line. Each finding can be taken otherwise with one press, as long as the page still has the lines.
 * @param {HTMLElement} node @param {ShownPairs} value
 * @param {((name: Found['name'], as: string | boolean) => void) | null} choose
 */
export function drawFound(node, { own, found, changed }, choose) {
  node.hidden = !own;
  const focused = node.contains(document.activeElement) ? document.activeElement?.id : null;
  node.replaceChildren(
    h('span.told', {}, 'Read as'),
    ...found.map((one) => finding(one, choose)),
    ...changed.map((text) => h('span.said', {}, text)),
  );
  if (focused) document.getElementById(focused)?.focus();
}

/** @param {Found} one @param {Parameters<typeof drawFound>[2]} choose */
function finding({ name, value, choices }, choose) {
  const id = `edp-found-${name}`;
  const label = choices.find(([each]) => each === value)?.[1] ?? String(value);
  const others = choices.filter(([each]) => each !== value);
  if (!choose || !others.length) return h('span.said', {}, label);
  if (others.length === 1) {
    const [other, instead] = others[0];
    return h(
      'button.said',
      { type: 'button', id, title: `Take it otherwise: ${instead}`, onclick: () => choose(name, other) },
      label,
      h('span', { 'aria-hidden': true }, ' ⇄'),
    );
  }
  const onchange = (/** @type {Event} */ event) =>
    choose(name, /** @type {HTMLSelectElement} */ (event.currentTarget).value);
  const options = choices.map(([each, text]) => h('option', { value: each, selected: each === value }, text));
  return h('select.said', { id, 'aria-label': name, onchange }, options);
}

/** The first pairs as the model sees them, each token by itself. @param {HTMLElement} node @param {ShownPairs} value */
export function drawPreview(node, { preview }) {
  const side = (/** @type {string[]} */ tokens) =>
    h('td', { dir: 'auto' }, ...tokens.map((token) => h('bdi.token', {}, token === ' ' ? '␣' : token)));
  node.replaceChildren(
    h(
      'table.data',
      {},
      h('caption.sr-only', {}, 'The first pairs, in tokens'),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'source'), h('th', { scope: 'col' }, 'target'))),
      h('tbody', {}, ...preview.map((pair) => h('tr', {}, ...pair.map(side)))),
    ),
  );
}

/** Folded: every line that is not learned, and why. @param {HTMLElement} node @param {ShownPairs} value */
export function drawListed(node, { listed, more_listed: more }) {
  const total = listed.length + more;
  node.hidden = !total;
  node.replaceChildren(
    h('summary', {}, `${grouped(total)} line${total > 1 ? 's' : ''} left out`),
    h(
      'ul',
      {},
      ...listed.map(([line, why]) => h('li', {}, h('span.num', {}, `line ${grouped(line)}: `), why)),
      more ? h('li', {}, `and ${grouped(more)} more`) : null,
    ),
  );
}
