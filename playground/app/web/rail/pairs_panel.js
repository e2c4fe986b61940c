// Island: the visitor's own pairs. Paste or upload; the server says what it read, and which lines it left out and why.

import { h } from '../core/dom.js';
import { grouped, tooLarge } from '../core/numbers.js';
import { segmented } from '../shell/fields.js';
import { drawTable } from '../shell/panel.js';

/** @import { Island } from '../core/types.d.ts' */
/** @import { Pairs, ShownPairs } from './types.d.ts' */

/** @type {[string, string][]} */
const UNITS = [
  ['words', 'words'],
  ['characters', 'characters'],
];
const HINT = 'a red car ⇥ une voiture rouge\none pair a line, a tab between its sides';

/** @param {HTMLElement} root @param {Island<Pairs, 'pairs'>} island */
export function mount(root, island) {
  /** @type {ShownPairs | null} */
  let value = null;
  /** @type {Record<string, string>} */
  let units = {};
  const told = h('span.told');
  const summary = h('summary', {}, h('b', {}, 'Your pairs'), told);
  const text = h('textarea', {
    rows: 7,
    id: 'edp-pairs',
    placeholder: HINT,
    spellcheck: 'false',
    'aria-label': 'One pair a line: source, a tab, target',
    oninput: count,
    onkeydown: tab,
  });
  const file = h('input.sr-only', {
    type: 'file',
    id: 'edp-pairs-file',
    accept: '.txt,.tsv,.csv,text/plain',
    onchange: load,
  });
  const counted = h('span.told.num', {});
  const trouble = h('p.trouble', { role: 'alert', hidden: true });
  const sides = ['source', 'target'].map((side) =>
    segmented(`edp-${side}-unit`, `Tokens of the ${side}`, UNITS, (unit) => {
      units[`${side}_unit`] = unit;
    }),
  );
  const use = h('button.btn.on', { type: 'button', id: 'use-pairs', onclick: send }, 'Use these pairs');
  const preview = h('div.tablewrap', { tabindex: 0, role: 'region', 'aria-label': 'The first pairs' });
  const left = h('div.left-out', {});
  const details = h(
    'details.pairs',
    {},
    summary,
    h(
      'div.pairs-body',
      {},
      h(
        'div.pairs-in',
        {},
        text,
        h(
          'div.pairs-tools',
          {},
          h('label.btn.box', { for: 'edp-pairs-file' }, 'Upload a file', file),
          counted,
          h('span.room'),
          use,
        ),
        trouble,
      ),
      h(
        'div.pairs-out',
        {},
        h(
          'div.units',
          {},
          ['source', 'target'].map((side, i) => h('div', {}, h('span.told', {}, `${side} tokens`), sides[i].node)),
        ),
        preview,
        left,
      ),
    ),
  );
  root.append(details);
  root.hidden = true;

  island.onValue((next) => {
    root.hidden = !next.shown;
    const opened = next.shown && !value && !next.own;
    value = next.shown ? next : null;
    if (!value) return;
    if (opened) details.open = true;
    units = { source_unit: value.source_unit, target_unit: value.target_unit };
    sides.forEach((side, i) => side.set(Object.values(units)[i]));
    const [from, to] = value.known.map(grouped);
    told.textContent =
      `${value.own ? '' : 'an example: '}${grouped(value.learned)} to learn from, ` +
      `${grouped(value.held_out)} held out, ${from} → ${to} different tokens`;
    preview.replaceChildren(
      drawTable({ columns: ['source', 'target'], rows: value.preview, caption: 'The first pairs' }, 'The first pairs'),
    );
    drawProblems(value);
    trouble.hidden = !value.error;
    trouble.textContent = value.error ?? '';
    use.disabled = false;
  });

  /** @param {ShownPairs} value */
  function drawProblems({ problems, more_problems: more }) {
    left.hidden = !problems.length;
    left.replaceChildren(
      h(
        'p',
        {},
        h('b', {}, `${grouped(problems.length + more)} line${problems.length + more > 1 ? 's' : ''} left out`),
      ),
      h(
        'ul',
        {},
        problems.map(([line, why]) => h('li', {}, h('span.num', {}, `line ${grouped(line)}: `), why)),
        more ? h('li', {}, `and ${grouped(more)} more`) : null,
      ),
    );
  }

  function count() {
    const lines = text.value.split('\n').filter((line) => line.trim()).length;
    counted.textContent = lines ? `${grouped(lines)} lines` : '';
  }

  /** In this box the Tab key writes a tab; Escape, then Tab, leaves it. */
  let leaving = false;
  /** @param {KeyboardEvent} event */
  function tab(event) {
    if (event.key === 'Escape') leaving = true;
    else if (event.key === 'Tab' && !leaving && !event.shiftKey) {
      event.preventDefault();
      text.setRangeText('\t', text.selectionStart, text.selectionEnd, 'end');
    } else leaving = false;
  }

  async function load() {
    const chosen = file.files?.[0];
    if (!chosen || !value) return;
    file.value = '';
    if (chosen.size > value.limits[2]) {
      complain(tooLarge(chosen, value.limits[2], 'MB of lines'));
      return;
    }
    text.value = await chosen.text();
    count();
  }

  /** @param {string} message */
  function complain(message) {
    trouble.textContent = message;
    trouble.hidden = false;
  }

  function send() {
    if (!value) return;
    if (!text.value.trim()) {
      complain(`Paste at least ${value.limits[0]} lines first: a source, a tab, a target.`);
      return;
    }
    use.disabled = true;
    island.send('pairs', { pairs_text: text.value, ...units });
  }
}
