// Island: whether attention explains, over many held-out inputs: agreement with each measure beside permuted weights,
// and how many answers stay the same under other weights. Asked for once somebody looks, a few inputs at a time.

import { progressLine } from '../charts/progress_line.js';
import { h } from '../core/dom.js';
import { growing } from '../core/island.js';
import { percent, signed } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { scaledBars } from './bars.js';
import { attended } from './serving.js';

/** @import { Table } from '../core/types.d.ts' */
/** @import { Faithful } from './types.d.ts' */

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Faithful | null} */
  let found = null;
  let asked = '';
  let turn = 0;
  const progress = progressLine({ stop, goOn: () => ask(true) });
  const body = h('div.faithful', {});
  const panel = createPanel({
    title: 'Over held-out inputs',
    subtitle: 'hatched: with the weights of each output permuted among its tokens',
    present: true,
    className: 'faithful-panel',
    table: () => tableOf(found),
    data: () => found,
  });
  panel.figure.append(progress.node, body);

  attended.on(({ suits }) => {
    if (!suits) panel.node.remove();
    else if (!panel.node.isConnected) root.append(panel.node);
    ask();
  });
  for (const signal of [state.tab, state.part]) signal.on(() => ask());

  /** Nothing is asked for before somebody looks. */
  async function ask(again = false) {
    const place = attended.value;
    if (!place?.suits || state.tab.value !== 'lab' || state.part.value !== 'attention') return;
    if (place.address === asked && !again) return;
    asked = place.address;
    const mine = ++turn;
    if (!found) progress.at(0, 'Leaving out tokens …');
    await growing(place.address, 'faithful.json', {}, (answer) => {
      if (mine !== turn) return false;
      if ('failed' in answer) fail(answer.failed);
      else draw(/** @type {Faithful} */ (answer.data));
      return true;
    });
  }

  function stop() {
    turn += 1;
    progress.stopped(found ? `Stopped after ${found.inputs} inputs.` : 'Stopped.');
  }

  /** @param {string} text */
  function fail(text) {
    found = null;
    progress.over();
    body.replaceChildren();
    panel.empty({ title: 'Nothing was measured', text, action: 'Try again', onaction: () => ask(true) });
  }

  /** @param {Faithful} now */
  function draw(now) {
    found = now;
    panel.empty(null);
    if (now.over) progress.over();
    else progress.at(now.inputs / now.of, `${now.inputs} of ${now.of} inputs`);
    body.replaceChildren(...nodes(now));
    panel.read(now.reading);
    panel.refresh();
  }
}

/** @param {Faithful} found */
function nodes({ agreements, muted, chance, inputs }) {
  const low = Math.min(-0.1, ...agreements.flatMap(([, , [from], shuffled]) => [from, shuffled]));
  return [
    h('h4', {}, `Kendall’s τ with attention, ${inputs} inputs [95 %]`),
    agreements.map(([name, tau, interval, shuffled]) =>
      row(name, signed(tau), interval.map((bound) => signed(bound)).join(', '), {
        low,
        high: 1,
        value: tau,
        interval,
        control: shuffled,
      }),
    ),
    muted.length > 0 && h('h4', {}, `Answers that stay the same, of ${muted[0][3]}; dashed: by chance`),
    muted.map(([how, share, interval]) =>
      row(`weights ${how}`, percent(share), interval.map(percent).join(', '), {
        low: 0,
        high: 1,
        value: share,
        interval,
        mark: chance,
      }),
    ),
  ]
    .flat()
    .filter((node) => node instanceof Node);
}

/** @param {string} name @param {string} value @param {string} bounds @param {Parameters<typeof scaledBars>[0]} bar */
const row = (name, value, bounds, bar) =>
  h(
    'div.faithful-row',
    {},
    h('span', {}, name),
    scaledBars(bar),
    h('span.m.numbers', {}, h('b', {}, value), h('span.dim', {}, `[${bounds}]`)),
  );

/** @param {Faithful | null} found @returns {Table} */
function tableOf(found) {
  if (!found) return { columns: [], rows: [] };
  return {
    columns: ['measured', 'value', 'from', 'to', 'control', 'inputs'],
    rows: [
      ...found.agreements.map(([name, tau, [from, to], shuffled]) => [
        `τ with ${name}`,
        ...[tau, from, to, shuffled].map((number) => signed(number)),
        found.inputs,
      ]),
      ...found.muted.map(([how, share, [from, to], n]) => [
        `unchanged, ${how}`,
        ...[share, from, to, found.chance].map(percent),
        n,
      ]),
    ],
    caption: 'Whether attention explains, over held-out inputs',
  };
}
