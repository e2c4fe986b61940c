// Island: what attention weighs at this step, beside what the tokens measurably did. Fetched once somebody looks; steps
// ask for nothing.
import { h } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import { asking } from '../core/island.js';
import { signed, weight } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { attended } from './serving.js';

/** @import { Island, Table } from '../core/types.d.ts' */
/** @import { Importance, ImportanceRow } from './types.d.ts' */
/** @import { Place } from './serving.js' */

/** @param {HTMLElement} root @param {Island<Place, never>} island */
export function mount(root, island) {
  /** @type {Place | null} */
  let place = null;
  /** @type {Importance | null} */
  let found = null;
  let asked = '';
  let turn = 0;
  const panel = createPanel({
    title: 'Is attention explanation?',
    subtitle: 'every row from 0 to its largest; τ: how far it orders the tokens as attention does',
    present: true,
    className: 'explain-panel',
    table: () => tableOf(found),
    data: () => found,
  });

  // Wider than a phone, so that it is scrolled, by keyboard too.
  for (const [name, told] of [
    ['tabindex', '0'],
    ['role', 'group'],
    ['aria-label', 'What each source token did'],
  ])
    panel.figure.setAttribute(name, told);

  island.onValue((next) => {
    place = next;
    attended.value = next;
    if (!next.suits) panel.node.remove();
    else if (!panel.node.isConnected) root.append(panel.node);
    ask();
  });
  for (const signal of [state.tab, state.part]) signal.on(() => ask());
  state.step.on(draw);

  /** Nothing is asked for before somebody looks. */
  async function ask(again = false) {
    if (!place?.suits || state.tab.value !== 'lab' || state.part.value !== 'attention') return;
    if (place.address === asked && !again) return;
    asked = place.address;
    const mine = ++turn;
    if (!found) panel.empty({ title: 'Leaving out one token after the other', text: 'This takes a moment.' });
    const answer = await asking(place.address, 'explain.json', {});
    if (mine !== turn) return;
    if ('failed' in answer) {
      found = null;
      panel.empty({
        title: 'Nothing was measured',
        text: answer.failed,
        action: 'Try again',
        onaction: () => ask(true),
      });
      return;
    }
    found = /** @type {Importance} */ (answer.data);
    panel.empty(null);
    draw();
  }

  function draw() {
    if (!found) return;
    const step = Math.max(0, Math.min(state.step.value ?? 0, found.written.length - 1));
    const { source, written, rows } = found;
    panel.figure.replaceChildren(
      h(
        'div.importance',
        { style: { '--columns': source.length } },
        h('span.told', {}, 'for ', h('b.m.d', {}, quoted(written[step]))),
        source.map((token) => h('b.m.token', {}, spelled(token))),
        h('span.told', {}, 'τ'),
        rows.map((row) => line(row, step, source)),
      ),
    );
    panel.read(found.readings[step]);
    panel.refresh();
  }
}

/** @param {ImportanceRow} row @param {number} step @param {string[]} source */
function line({ id, name, about, values, tau }, step, source) {
  const most = Math.max(...values[step], 1e-12);
  const agrees = tau?.[step];
  return [
    h('div.name', {}, h('b', {}, name), h('span.dim', {}, about)),
    values[step].map((value, i) =>
      h(
        `div.share.${id === 'attention' ? 'c' : 'k'}`,
        { title: `${name} of ${source[i]}: ${value.toPrecision(3)}` },
        h('i', { style: { height: `${(74 * value) / most}%` } }),
        h('span.m', {}, value >= 0.995 * most ? weight(value) : ''),
      ),
    ),
    h('span.m.tau', {}, tau ? (agrees === null || agrees === undefined ? '–' : signed(agrees)) : ''),
  ];
}

/** @param {Importance | null} found @returns {Table} */
function tableOf(found) {
  if (!found) return { columns: [], rows: [] };
  const step = Math.max(0, Math.min(state.step.value ?? 0, found.written.length - 1));
  return {
    columns: ['token', ...found.rows.map(({ name }) => name)],
    rows: found.source.map((token, i) => [token, ...found.rows.map(({ values }) => values[step][i].toPrecision(3))]),
    caption: `What each source token did for ${found.written[step]}`,
  };
}
