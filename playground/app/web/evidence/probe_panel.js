// Island: who knows what. A linear probe reads one thing off the states of every site; hatched stands what the same
// probe reads off where its labels were shuffled. Asked for once somebody looks, site by site.

import { progressLine } from '../charts/progress_line.js';
import { h } from '../core/dom.js';
import { glyph } from '../core/glyphs.js';
import { growing } from '../core/island.js';
import { signed } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { scaledBars } from './bars.js';

/** @import { Island, Table } from '../core/types.d.ts' */
/** @import { ProbeRow, Probes } from './types.d.ts' */
/** @typedef {{address: string, questions: [what: string, name: string][]}} Value */

/** @param {HTMLElement} root @param {Island<Value, never>} island */
export function mount(root, island) {
  /** @type {Value | null} */
  let value = null;
  /** @type {Probes | null} */
  let probes = null;
  let asked = '';
  let turn = 0;
  const about = h('select', { onchange: () => ask(true) });
  const progress = progressLine({ stop, goOn: () => ask(true) });
  const list = h('ul.probes', {});
  const panel = createPanel({
    title: 'Who knows what',
    subtitle: 'what a line reads off states of held-out inputs; hatched: fitted on shuffled labels',
    controls: [h('label.about', {}, 'Asked for', about)],
    present: true,
    className: 'probe-panel',
    table: () => tableOf(probes),
    data: () => probes,
  });
  panel.figure.append(progress.node, list);
  root.append(panel.node);

  island.onValue((next) => {
    const same = String(next.questions) === String(value?.questions);
    if (!same) about.replaceChildren(...next.questions.map(([what, name]) => h('option', { value: what }, name)));
    value = next;
    ask();
  });
  for (const signal of [state.tab, state.part]) signal.on(() => ask());

  /** Nothing is asked for before somebody looks. */
  async function ask(again = false) {
    if (!value || state.tab.value !== 'lab' || state.part.value !== 'probe') return;
    const key = `${value.address} ${about.value}`;
    if (key === asked && !again) return;
    asked = key;
    const mine = ++turn;
    if (probes?.what !== about.value) progress.at(0, 'Reading held-out inputs …');
    await growing(value.address, 'probe.json', { what: about.value }, (answer) => {
      if (mine !== turn) return false;
      if ('failed' in answer) fail(answer.failed);
      else draw(/** @type {Probes} */ (answer.data));
      return true;
    });
  }

  function stop() {
    turn += 1;
    const [done, all] = [probes?.rows.length ?? 0, probes?.sites];
    progress.stopped(all ? `Stopped at site ${done} of ${all}.` : 'Stopped.');
  }

  /** @param {string} text */
  function fail(text) {
    probes = null;
    progress.over();
    list.replaceChildren();
    panel.empty({ title: 'Nothing was read', text, action: 'Try again', onaction: () => ask(true) });
  }

  /** @param {Probes} found */
  function draw(found) {
    probes = found;
    panel.subtitle(`${found.told}, read by a line off states of held-out inputs; hatched: fitted on shuffled labels`);
    panel.empty(null);
    if (found.over) progress.over();
    else progress.at(found.rows.length / found.sites, `site ${found.rows.length} of ${found.sites}`);
    const low = Math.max(-1, Math.min(0, ...found.rows.flatMap((row) => [row.shuffled, row.interval[0]])));
    const focused = document.activeElement?.getAttribute('data-at');
    list.replaceChildren(head(found, low), ...found.rows.map((row) => line(row, found.measure, low)));
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-at="${focused}"]`))?.focus();
    panel.read(found.reading);
    panel.refresh();
  }
}

/** @param {Probes} found @param {number} low */
function head({ measure }, low) {
  return h(
    'li.probe.head',
    { 'aria-hidden': true },
    h('span', {}, 'site'),
    h('span.scale', {}, h('span', {}, low < 0 ? signed(low) : '0'), h('span', {}, measure), h('span', {}, '1')),
    h('span', {}, 'score [95 %]'),
    h('span', {}, 'the unit that tells most'),
  );
}

/** @param {ProbeRow} row @param {string} measure @param {number} low */
function line(row, measure, low) {
  const { site, side, name, score, interval, shuffled, chance, unit, alone, path, clamped, found } = row;
  const hue = side === 'decoder' ? 'dec' : 'enc';
  return h(
    `li.probe.${hue}${found ? '' : '.idle'}`,
    {},
    h('div.where', {}, glyph(hue), h('div', {}, h('b', {}, name), h('span.m', {}, site))),
    scaledBars({ low, high: 1, value: score, interval, control: shuffled, mark: measure === 'R²' ? null : chance }),
    h(
      'div.numbers',
      {},
      h('span.m', {}, h('b', {}, signed(score)), ` [${interval.map((bound) => signed(bound)).join(', ')}]`),
      h('span.dim', {}, `shuffled ${signed(shuffled)}`, measure === 'R²' ? '' : `, chance ${signed(chance)}`),
    ),
    h(
      'div.unit-told',
      {},
      h('span', {}, 'unit ', h('b', {}, String(unit)), ` alone ${signed(alone)}`),
      h(
        'span.nopres',
        {},
        path &&
          h(
            'button.plain',
            {
              type: 'button',
              'data-at': `${site} open`,
              'aria-label': `Open unit ${unit} of the ${name}`,
              onclick: () => state.openUnit.send({ path, number: unit }),
            },
            'open',
          ),
        clamped &&
          h(
            'button.plain',
            {
              type: 'button',
              'data-at': `${site} hold`,
              'aria-label': `Hold unit ${unit} of the ${name} at 0`,
              onclick: () => state.act.send(['clamp', site, unit, 0, null, true]),
            },
            'hold at 0',
          ),
      ),
    ),
  );
}

/** @param {Probes | null} probes @returns {Table} */
function tableOf(probes) {
  if (!probes) return { columns: [], rows: [] };
  return {
    columns: ['site', probes.measure, 'from', 'to', 'shuffled', 'chance', 'best unit', 'alone', 'states', 'inputs'],
    rows: probes.rows.map(({ site, score, interval, shuffled, chance, unit, alone, n, inputs }) => [
      site,
      ...[score, ...interval, shuffled, chance].map((number) => signed(number)),
      unit,
      signed(alone),
      n,
      inputs,
    ]),
    caption: `What tells ${probes.told}`,
  };
}
