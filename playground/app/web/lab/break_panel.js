// Island: the shortest inputs on which this model fails, found by trying; who survives them; how many of each length.

import { progressLine } from '../charts/progress_line.js';
import { h } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';
import { asking, growing } from '../core/island.js';
import { grouped, percent } from '../core/numbers.js';
import { createPanel } from '../shell/panel.js';

/** @import { Island, Table } from '../core/types.d.ts' */
/** @import { Broken, Failure } from './types.d.ts' */

/** @param {HTMLElement} root @param {Island<{address: string, typed: boolean}, 'open'>} island */
export function mount(root, island) {
  /** @type {{address: string} | null} */
  let value = null;
  /** @type {Broken | null} */
  let broken = null;
  let turn = 0;
  const progress = progressLine({ stop, goOn: () => search(8) });
  const panel = createPanel({
    title: 'Break it for me',
    subtitle: 'the shortest inputs on which this model fails',
    className: 'break-panel',
    table: () => tableOf(broken),
    data: () => broken,
  });
  const list = h('div.break-list');
  const side = h('div.break-side');
  panel.figure.append(progress.node, h('div.break-both', {}, list, side));

  island.onValue((next) => {
    if (!next.typed) panel.node.remove();
    else if (!panel.node.isConnected) root.append(panel.node);
    value = next;
    turn += 1;
    offer();
  });

  function offer() {
    broken = null;
    panel.subtitle('the shortest inputs on which this model fails');
    panel.empty({
      title: 'Where does it break?',
      text: 'All short inputs are tried, then repeats, rare tokens, near-duplicates, longer ones, until you stop it.',
      action: 'Break it for me',
      onaction: () => search(2),
    });
  }

  /** Search for so many seconds more. @param {number} seconds */
  async function search(seconds) {
    if (!value) return;
    const { address } = value;
    const mine = ++turn;
    /** @type {number | null} */
    let begun = null;
    panel.empty(null);
    progress.at(0, 'Trying inputs, shortest first …');
    await growing(address, 'broken.json', {}, (answer) => {
      if (mine !== turn) return false;
      if ('failed' in answer) {
        fail(answer.failed, seconds);
        return false;
      }
      const found = /** @type {Broken} */ (answer.data);
      begun ??= found.spent;
      draw(found);
      progress.at(Math.min(1, (found.spent - begun) / seconds), said(found));
      return found.spent - begun < seconds;
    });
    if (mine === turn && broken) await settle(address);
  }

  /** What was found up to now stands, and others are asked whether they survive it. @param {string} address */
  async function settle(address) {
    const mine = ++turn;
    const answer = await asking(address, 'survived.json', {});
    if (mine !== turn) return;
    if ('data' in answer) draw(/** @type {Broken} */ (answer.data));
    if (!broken || broken.over) progress.over();
    else progress.stopped(said(broken), 'Try 8 seconds more');
  }

  /** The server is asked for no more: it works no longer. */
  function stop() {
    turn += 1;
    if (value && broken) settle(value.address);
    else offer();
  }

  /** @param {string} text @param {number} seconds */
  function fail(text, seconds) {
    progress.over();
    panel.empty({ title: 'Nothing was tried', text, action: 'Try again', onaction: () => search(seconds) });
  }

  /** @param {Broken} found */
  function draw(found) {
    broken = found;
    const first = found.rows.length < found.failing ? `, the first ${found.rows.length} listed` : '';
    panel.subtitle(`${grouped(found.failing)} of ${grouped(found.tried)} inputs fail${first}; shortest first`);
    list.replaceChildren(found.rows.length ? tableNode(found) : h('p', {}, 'Nothing that was tried broke it.'));
    side.replaceChildren(...sideNodes(found));
    panel.read(found.reading);
    panel.refresh();
  }

  /** @param {Broken} found */
  function tableNode({ rows, others }) {
    return h(
      'table.break-table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['input', 'this model writes', 'right', 'first wrong', ...others.map(([name]) => name), 'on the stage'].map(
            (text) => h('th', { scope: 'col' }, text),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) =>
          line(
            row,
            others.map(([name]) => name),
          ),
        ),
      ),
    );
  }

  /** @param {Failure} failure @param {string[]} others */
  function line({ given, answer, right, step, sure, doubt, survives }, others) {
    return h(
      'tr',
      {},
      h('th.m.e', { scope: 'row', title: doubt ?? '' }, given, doubt ? h('sup', { 'aria-hidden': true }, '*') : null),
      h(
        'td.m',
        {},
        answer.map((token, i) => [h(i === step ? 'span.bad' : 'span.d', {}, spelled(token)), ' ']),
      ),
      h('td.m', {}, right.map(spelled).join(' ')),
      h('td', { title: `${percent(sure)} sure of what it wrote there` }, `output ${step + 1}`),
      others.map((name) => h(survives[name] ? 'td.good' : 'td.bad', {}, survives[name] ? '✓' : '✗')),
      h(
        'td',
        {},
        h(
          'button.plain',
          { type: 'button', 'aria-label': `Open ${given}`, onclick: () => island.send('open', { given }) },
          'open',
        ),
      ),
    );
  }
}

/** @param {Broken} found */
const said = ({ tried, lengths, unit }) => `${grouped(tried)} tried, up to ${lengths.at(-1)?.[0] ?? 0} ${unit}s`;

/** @param {Broken} found */
function sideNodes({ lengths, others, unit }) {
  return [
    others.length && [
      h('h4', {}, 'Who survives these'),
      others.map(([name, told, of]) => h('div.survivor', {}, h('span', {}, name), h('b', {}, `${told} of ${of}`))),
    ],
    h('h4', {}, `Where it fails, by length in ${unit}s`),
    h(
      'div.by-length',
      {},
      lengths.map(([length, tried, failing, every, trained]) => [
        h('span', {}, `${length}${trained ? '' : ' *'}`),
        h('b', {}, grouped(failing)),
        h('span', {}, `wrong of ${every ? 'all ' : ''}${grouped(tried)}`),
      ]),
    ),
    h('p.dim', {}, '* outside of what was taught'),
  ]
    .flat(2)
    .filter((node) => node instanceof Node);
}

/** @param {Broken | null} broken @returns {Table} */
function tableOf(broken) {
  if (!broken) return { columns: [], rows: [] };
  const names = broken.others.map(([name]) => name);
  return {
    columns: ['input', 'answer', 'right', 'first wrong output', 'sure', ...names],
    rows: broken.rows.map(({ given, answer, right, step, sure, survives }) => [
      given,
      answer.join(' '),
      right.join(' '),
      step + 1,
      percent(sure),
      ...names.map((name) => (survives[name] ? 'right' : 'wrong')),
    ]),
    caption: 'The shortest failures found',
  };
}
