// Island: the shortest inputs on which this model fails, found by trying; who survives them; how many of each length.
import { h } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';
import { asking } from '../core/island.js';
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
  const more = h(
    'button.btn.box',
    { type: 'button', hidden: true, onclick: () => search({ more: '1' }) },
    'Try 8 seconds',
  );
  const panel = createPanel({
    title: 'Break it for me',
    subtitle: 'the shortest inputs on which this model fails',
    controls: [more],
    className: 'break-panel',
    table: () => tableOf(broken),
    data: () => broken,
  });
  const list = h('div.break-list');
  const side = h('div.break-side');
  panel.figure.append(h('div.break-both', {}, list, side));

  island.onValue((next) => {
    if (!next.typed) panel.node.remove();
    else if (!panel.node.isConnected) root.append(panel.node);
    value = next;
    turn += 1;
    offer();
  });

  function offer() {
    broken = null;
    more.hidden = true;
    panel.subtitle('the shortest inputs on which this model fails');
    panel.empty({
      title: 'Where does it break?',
      text: 'All short inputs are tried, then repeats, rare tokens, near-duplicates and longer ones, for two seconds.',
      action: 'Break it for me',
      onaction: () => search({}),
    });
  }

  /** @param {Record<string, string>} asked */
  async function search(asked) {
    if (!value) return;
    const mine = ++turn;
    panel.empty({
      title: 'Trying inputs, shortest first',
      text: `This takes ${'more' in asked ? 'eight' : 'two'} seconds.`,
    });
    const answer = await asking(value.address, 'broken.json', asked);
    if (mine !== turn) return;
    if ('failed' in answer) {
      panel.empty({
        title: 'Nothing was tried',
        text: answer.failed,
        action: 'Try again',
        onaction: () => search(asked),
      });
      return;
    }
    broken = /** @type {Broken} */ (answer.data);
    panel.empty(null);
    more.hidden = 'more' in asked || broken.over;
    const first = broken.rows.length < broken.failing ? `, the first ${broken.rows.length} listed` : '';
    panel.subtitle(`${grouped(broken.failing)} of ${grouped(broken.tried)} inputs fail${first}; shortest first`);
    list.replaceChildren(broken.rows.length ? tableNode(broken) : h('p', {}, 'Nothing that was tried broke it.'));
    side.replaceChildren(...sideNodes(broken));
    panel.read(broken.reading);
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
function sideNodes({ lengths, others, unit }) {
  return [
    others.length && [
      h('h4', {}, 'Who survives these'),
      others.map(([name, told, of]) => h('div.survivor', {}, h('span', {}, name), h('b', {}, `${told} of ${of}`))),
    ],
    h('h4', {}, `This model, by length in ${unit}s`),
    h(
      'div.by-length',
      {},
      lengths.map(([length, tried, failing, every, trained]) => [
        h('span', {}, `${length}${trained ? '' : ' *'}`),
        h('b', {}, grouped(failing)),
        h('span', {}, `of ${every ? 'all ' : ''}${grouped(tried)}`),
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
