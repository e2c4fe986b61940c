// Panel: the inputs on which two models differ most, and on which both fail, each to be opened on the stage.
import { h } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';
import { createPanel } from '../shell/panel.js';

/** @import { Child, Table } from '../core/types.d.ts' */
/** @import { Apart, Comparison } from './types.d.ts' */

/** @param {(given: string) => void} open */
export function apartPanel(open) {
  /** @type {Apart[]} */
  let list = [];
  const figure = h('div.apart-list');
  const panel = createPanel({
    title: 'Worst inputs',
    subtitle: 'one of both is wrong, the widest gap first; then both',
    className: 'apart-panel',
    table: () => table(list),
    image: false,
    data: () => list,
  });
  panel.figure.append(figure);
  return {
    node: panel.node,
    empty: panel.empty,
    /** @param {Comparison} found */
    show(found) {
      list = found.apart;
      figure.replaceChildren(...list.map((one) => row(one, open)));
      panel.read(found.apart_reading);
      panel.refresh();
    },
  };
}

/** @param {Apart} one @param {(given: string) => void} open */
function row({ given, right, answers: [a, b], steps: [at, bt], doubt }, open) {
  return h(
    'div.apart-row',
    {},
    h('span.m.e', { title: doubt ?? '' }, given, doubt ? h('sup', { 'aria-hidden': true }, '*') : null),
    line('right', right, null),
    line('A', a, at),
    line('B', b, bt),
    h('button.plain', { type: 'button', 'aria-label': `Open ${given}`, onclick: () => open(given) }, 'open'),
  );
}

/** @param {string} name @param {string[]} tokens @param {number | null} wrong the first wrong one */
function line(name, tokens, wrong) {
  /** @type {Child[]} */
  const told = tokens.map((token, i) => [h(i === wrong ? 'span.apart-wrong' : 'span', {}, spelled(token)), ' ']);
  if (wrong !== null && wrong >= tokens.length) told.push(h('span.apart-wrong', {}, 'nothing more'));
  const mark = name === 'right' ? '' : wrong === null ? '✓' : '✗';
  return h(
    'span.apart-line',
    {},
    h('b', {}, name),
    h('span.apart-mark', {}, mark),
    h(name === 'right' ? 'span.m.dim' : 'span.m', {}, told),
  );
}

/** @param {Apart[]} list @returns {Table} */
const table = (list) => ({
  columns: ['input', 'right', 'A', 'A first wrong', 'B', 'B first wrong'],
  rows: list.map(({ given, right, answers: [a, b], steps: [at, bt] }) => [
    given,
    right.map(spelled).join(' '),
    a.map(spelled).join(' '),
    at === null ? '' : at + 1,
    b.map(spelled).join(' '),
    bt === null ? '' : bt + 1,
  ]),
  caption: 'Inputs on which they differ, or both fail',
});
