// Island: what a first error costs. One wrong token is fed at every place, and what follows is counted by distance;
// beside it teacher forcing and free running by position, and a run that was trained on its own guesses.

import { progressLine } from '../charts/progress_line.js';
import { h, onWidth } from '../core/dom.js';
import { growing } from '../core/island.js';
import { fixed, percent } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { lineChart } from './line_chart.js';

/** @import { Island, Table } from '../core/types.d.ts' */
/** @import { Told } from '../core/island.js' */
/** @import { Errors, Series } from './types.d.ts' */
/** @typedef {{address: string, suits: boolean, guessed: number, recipe: string | null,
 *   beside: {address: string, name: string} | null}} Value */

const NARROW = 760;

/** @param {HTMLElement} root @param {Island<Value, never>} island */
export function mount(root, island) {
  /** @type {Value | null} */
  let value = null;
  /** @type {Errors | null} */
  let found = null;
  /** @type {Errors | null} */
  let other = null;
  let asked = '';
  let turn = 0;
  let width = 0;
  const progress = progressLine({ stop, goOn: () => ask(true) });
  const charts = h('div.error-charts', {});
  const beside = h('p.error-beside', {});
  const panel = createPanel({
    title: 'What a first error costs',
    subtitle: 'one wrong token, the likeliest that is not due, fed at every place; then the model goes on by itself',
    present: true,
    className: 'errors-panel',
    table: () => tableOf(found),
    data: () => ({ own: found, beside: other }),
  });
  panel.figure.append(progress.node, charts, beside);
  onWidth(panel.figure, (next) => {
    width = next;
    draw();
  });

  island.onValue((next) => {
    value = next;
    if (!next.suits) panel.node.remove();
    else if (!panel.node.isConnected) root.append(panel.node);
    ask();
  });
  for (const signal of [state.tab, state.part]) signal.on(() => ask());
  state.present.on(draw);

  /** Nothing is asked for before somebody looks. */
  async function ask(again = false) {
    if (!value?.suits || state.tab.value !== 'lab' || state.part.value !== 'errors') return;
    const { address, beside: second } = value;
    const key = `${address} ${second?.address}`;
    if (key === asked && !again) return;
    if (!asked.startsWith(address)) found = null;
    asked = key;
    other = null;
    const mine = ++turn;
    progress.at(0, 'Feeding wrong tokens …');
    const told = (/** @type {(data: Errors) => void} */ take) => (/** @type {Told<Errors>} */ answer) => {
      if (mine !== turn) return false;
      if ('failed' in answer) fail(answer.failed);
      else {
        take(answer.data);
        draw();
      }
      return true;
    };
    await growing(
      address,
      'errors.json',
      {},
      told((data) => {
        found = data;
      }),
    );
    if (second && mine === turn && found)
      await growing(
        second.address,
        'errors.json',
        {},
        told((data) => {
          other = data;
        }),
      );
    if (mine === turn) progress.over();
  }

  function stop() {
    turn += 1;
    progress.stopped(found ? `Stopped after ${found.places} of ${found.of} places.` : 'Stopped.');
  }

  /** @param {string} text */
  function fail(text) {
    found = null;
    progress.over();
    charts.replaceChildren();
    panel.empty({ title: 'Nothing was counted', text, action: 'Try again', onaction: () => ask(true) });
  }

  function draw() {
    if (!found || !width) return;
    panel.empty(null);
    if (!found.over) progress.at(found.places / found.of, `place ${found.places} of ${found.of}`);
    const each = width < NARROW ? width : (width - 32) / 2;
    charts.replaceChildren(byDistance(found, other, each), byPosition(found, other, each));
    beside.replaceChildren(...besideNodes());
    panel.read(found.reading);
    panel.refresh();
  }

  function besideNodes() {
    if (!value) return [];
    const { guessed, recipe, beside: second } = value;
    const how = guessed ? `scheduled sampling, up to ${percent(guessed)} of its own guesses` : 'teacher forcing';
    const own = [h('b', {}, 'This run '), `was trained by ${how}. `];
    if (second)
      return [...own, h('b', {}, `Dotted, ${second.name}: `), guessed ? 'teacher forcing.' : 'scheduled sampling.'];
    if (!recipe) return own;
    return [
      ...own,
      'No run of yours of this pair was trained by scheduled sampling, none is shipped: ',
      h('a', { href: recipe }, 'set its recipe in the rail'),
      ', train it, and it stands here beside this one.',
    ];
  }
}

/** @param {Errors} found @param {Errors | null} other @param {number} width */
function byDistance(found, other, width) {
  /** @type {Series[]} */
  const series = [
    {
      name: 'behind a wrong token [95 %]',
      values: found.after.map(([, share]) => share),
      intervals: found.after.map(([, , interval]) => interval),
      kind: 'own',
    },
    { name: 'behind the right one', values: found.after.map(([, , , control]) => control), kind: 'control' },
  ];
  if (other)
    series.push({
      name: 'the other run, behind a wrong token',
      values: other.after.map(([, share]) => share),
      kind: 'beside',
    });
  return lineChart({
    title: 'Right tokens behind one wrong token',
    axis: 'places behind it',
    labels: found.after.map(([distance]) => String(distance)),
    series,
    width,
    font: state.present.value ? 24 : 12,
  });
}

/** @param {Errors} found @param {Errors | null} other @param {number} width */
function byPosition(found, other, width) {
  /** @type {Series[]} */
  const series = [
    { name: 'free running: it reads what it wrote', values: found.positions.map(([, free]) => free), kind: 'own' },
    {
      name: 'teacher forcing: it reads the right ones',
      values: found.positions.map(([forced]) => forced),
      kind: 'control',
    },
  ];
  if (other)
    series.push({
      name: 'the other run, free running',
      values: other.positions.map(([, free]) => free),
      kind: 'beside',
    });
  return lineChart({
    title: `Right tokens by position, ${found.inputs} held-out inputs`,
    axis: 'position in the answer',
    labels: found.positions.map((_, i) => String(i + 1)),
    series,
    width,
    font: state.present.value ? 24 : 12,
  });
}

/** @param {Errors | null} found @returns {Table} */
function tableOf(found) {
  if (!found) return { columns: [], rows: [] };
  return {
    columns: ['places behind', 'after a wrong token', 'from', 'to', 'after the right one', 'tokens', 'inputs'],
    rows: found.after.map(([distance, share, [from, to], control, n, inputs]) => [
      distance,
      ...[share, from, to, control].map((number) => fixed(number, 3)),
      n,
      inputs,
    ]),
    caption: 'Right tokens behind one wrong token, by distance',
  };
}
