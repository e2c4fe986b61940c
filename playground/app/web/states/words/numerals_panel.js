// Island: whether a table of words knows the order of its numerals. A bar for each frequency of their rows, hatched
// what it was before training, and as a line what the strongest part stays below where the order is shuffled.
import { h, onWidth, s } from '../../core/dom.js';
import { percent } from '../../core/numbers.js';
import { Signal } from '../../core/signal.js';
import { createPanel } from '../../shell/panel.js';
import { fetching, fill, onRun } from '../answers.js';
import { tableChoice } from './table_choice.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { Answer } from '../answers.js' */
/** @import { NumeralTable, Numerals } from '../types.d.ts' */

const HEIGHT = 210;
const TOP = 26;

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Signal<Answer<Numerals>>} */
  const answer = new Signal();
  /** @type {Numerals | null} */
  let numerals = null;
  /** @type {NumeralTable | null} */
  let table = null;
  let width = 0;
  const which = /** @type {ReturnType<typeof tableChoice<NumeralTable>>} */ (
    tableChoice('Which table of numerals', (next) => {
      table = next;
      draw();
      panel.refresh();
    })
  );
  const panel = createPanel({
    title: 'Numerals in order',
    controls: [which.node],
    className: 'numerals-panel',
    table: () => tableOf(table),
    data: () => numerals,
  });
  const ask = fetching(answer, 'numerals.json');
  onRun('numerals', () => ask({}));
  onWidth(panel.figure, (next) => {
    width = next;
    draw();
  });
  fill(
    root,
    panel,
    'numerals',
    answer,
    () => ask({}),
    (data) => {
      numerals = data;
      which.offer(data.tables);
    },
  );

  function draw() {
    if (!table || !width) return;
    panel.subtitle(`of the ${table.title}, by how often they turn`);
    panel.figure.replaceChildren(legend(table), spectrum(table, width));
    panel.read(table.reading);
  }
}

/** @param {NumeralTable} table */
const legend = ({ hue }) =>
  h(
    'div.legend.numerals-legend',
    {},
    h('span', {}, h(`i.now.${hue}`), 'trained'),
    h('span', {}, h('i.was'), 'before training'),
    h('span', {}, h('i.bound'), 'shuffled orders stay below'),
  );

/** @param {NumeralTable} table @param {number} width */
function spectrum({ hue, title, numerals, shares, before, shuffled, strongest }, width) {
  const font = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--fs-xs')) || 12;
  const bottom = HEIGHT - 2.9 * font;
  const most = 1.08 * Math.max(shuffled, ...shares, ...before);
  const slot = width / shares.length;
  const bar = Math.min(34, slot * 0.34);
  const y = (/** @type {number} */ share) => bottom - (share / most) * (bottom - TOP);
  return s(
    'svg',
    { class: `spectrum ${hue}`, width, height: HEIGHT, role: 'img', 'aria-label': `Spectrum of the ${title}` },
    s(
      'defs',
      {},
      s(
        'pattern',
        { id: 'numerals-was', width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
        s('path', { class: 'hatch', d: 'M0 0V5' }),
      ),
    ),
    shares.map((share, i) => {
      const middle = (i + 0.5) * slot;
      return [
        s('rect', { class: 'now', x: middle - bar - 1, y: y(share), width: bar, height: bottom - y(share) }),
        s('rect', { class: 'was', x: middle + 1, y: y(before[i]), width: bar, height: bottom - y(before[i]) }),
        i + 1 === strongest &&
          s('text', { class: 'b', x: middle - bar / 2 - 1, y: y(share) - 6, 'text-anchor': 'middle' }, percent(share)),
        s('text', { x: middle, y: bottom + 1.3 * font, 'text-anchor': 'middle' }, `${i + 1}×`),
      ];
    }),
    s('path', { class: 'floor', d: `M0 ${bottom}H${width}` }),
    s('path', { class: 'bound', d: `M0 ${y(shuffled)}H${width}` }),
    s(
      'text',
      { x: width / 2, y: bottom + 2.7 * font, 'text-anchor': 'middle' },
      `turns from ${numerals[0]} to ${numerals.at(-1)}`,
    ),
  );
}

/** @param {NumeralTable | null} table @returns {Table} */
function tableOf(table) {
  if (!table) return { columns: [], rows: [] };
  return {
    columns: ['turns', 'share', 'before training', 'shuffled orders stay below'],
    rows: table.shares.map((share, i) => [i + 1, ...[share, table.before[i], table.shuffled].map((v) => percent(v))]),
    caption: `Spectrum of the numerals in the ${table.title}`,
  };
}
