// Island: the visitor's own pairs. Paste or upload; the server says what it took them for and what became of each line.

import { base64Of } from '../../core/arrays.js';
import { h } from '../../core/dom.js';
import { grouped, tooLarge } from '../../core/numbers.js';
import { segmented } from '../../shell/fields.js';
import { fold } from './folding.js';
import { drawFound, drawListed, drawPreview } from './pairs_read.js';
import { sharing } from './sharing.js';

/** @import { Island } from '../../core/types.d.ts' */
/** @import { Found, Pairs, ShownPairs } from '../types.d.ts' */
/** @typedef {{pairs_text: string} | {pairs_file: string}} Brought */

/** @type {[string, string][]} */
const UNITS = [
  ['words', 'words'],
  ['characters', 'characters'],
];
const HINT = 'a red car ⇥ une voiture rouge\none pair a line, a tab between its sides';

/** @param {HTMLElement} root @param {Island<Pairs, 'pairs' | 'let_see'>} island */
export function mount(root, island) {
  /** @type {ShownPairs | null} */
  let value = null;
  /** @type {Record<string, string>} */
  let units = {};
  /** What was sent last, so that it can be read otherwise. @type {Brought | null} */
  let sent = null;
  /** What of it was taken last. @type {Brought | null} */
  let taken = null;
  /**
   * What the visitor chose to read otherwise than it was detected.
   * @type {Partial<Record<Found['name'], string | boolean>>}
   */
  let chosen = {};
  let good = chosen;
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
    accept: '.txt,.tsv,.csv,.tab,text/plain,text/csv',
    onchange: upload,
  });
  const counted = h('span.told.num', {});
  const limits = h('p.told.limits');
  const trouble = h('p.trouble', { role: 'alert', hidden: true });
  const sides = ['source', 'target'].map((side) =>
    segmented(`edp-${side}-unit`, `Tokens of the ${side}`, UNITS, (unit) => {
      units[`${side}_unit`] = unit;
      if (sent && value?.own) send(sent);
    }),
  );
  const use = h('button.btn.on', { type: 'button', id: 'use-pairs', onclick: paste }, 'Use these pairs');
  const found = h('div.found', { role: 'group', 'aria-label': 'What the lines were taken for' });
  const preview = h('div.tablewrap', { tabindex: 0, role: 'region', 'aria-label': 'The first pairs' });
  const listed = h('details.left-out');
  const seen = sharing('pairs', (shared) => island.send('let_see', { shared }));
  const tools = h(
    'div.own-tools.pairs-tools',
    {},
    h('label.btn.box', { for: 'edp-pairs-file' }, 'Upload a file', file),
    counted,
  );
  tools.append(h('span.room'), use);
  const unitsRow = ['source', 'target'].map((side, i) =>
    h('div', {}, h('span.told', {}, `${side} tokens`), sides[i].node),
  );
  const details = h(
    'details.own-data.pairs',
    {},
    summary,
    h(
      'div.own-body',
      {},
      h('div', {}, text, tools, limits, trouble),
      h('div', {}, h('div.units', {}, unitsRow), found, preview, listed, seen.node),
    ),
  );
  root.append(details);
  root.hidden = true;

  island.onValue((next) => {
    const before = value;
    value = next.shown ? next : null;
    fold(root, details, value, before);
    if (!value) {
      sent = taken = null;
      return;
    }
    if (value.error) [sent, chosen] = [taken, good];
    else [taken, good] = [sent, chosen];
    units = { source_unit: value.source_unit, target_unit: value.target_unit };
    sides.forEach((side, i) => side.set(Object.values(units)[i]));
    const [from, to] = value.known.map(grouped);
    const left = value.lines - value.learned - value.held_out;
    const parts = [
      `${value.own ? '' : 'an example: '}${grouped(value.learned)} to learn from`,
      `${grouped(value.held_out)} held out`,
      ...(left ? [`${grouped(left)} left out`] : []),
      `${from} → ${to} different tokens`,
    ];
    told.textContent = parts.join(', ');
    const most = value.limits;
    limits.textContent =
      `${most.fewest} lines or more. At most ${grouped(most.lines)} lines, ${most.tokens} tokens a side, ` +
      `${most.bytes / 2 ** 20} MB. Tabs, commas or semicolons between; any usual encoding.`;
    drawFound(found, value, sent ? choose : null);
    drawPreview(preview, value);
    drawListed(listed, value);
    if (value.sharing !== undefined) seen.set(value.sharing);
    trouble.hidden = !value.error;
    trouble.textContent = value.error ?? '';
    file.disabled = false;
    use.disabled = !text.value.trim();
  });

  /** @param {Found['name']} name @param {string | boolean} as */
  function choose(name, as) {
    if (!sent) return;
    chosen = { ...good, [name]: as };
    send(sent);
  }

  function count() {
    const lines = text.value.split('\n').filter((line) => line.trim()).length;
    counted.textContent = lines ? `${grouped(lines)} line${lines > 1 ? 's' : ''}` : '';
    use.disabled = !lines;
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

  /** The bytes go as they are: what they mean is found out by the server. */
  async function upload() {
    const picked = file.files?.[0];
    if (!picked || !value) return;
    file.value = '';
    if (picked.size > value.limits.bytes) {
      complain(tooLarge(picked, value.limits.bytes, 'MB of lines'));
      return;
    }
    const data = base64Of(new Uint8Array(await picked.arrayBuffer()));
    text.value = '';
    counted.textContent = picked.name;
    chosen = {};
    send({ pairs_file: data });
  }

  /** @param {string} message */
  function complain(message) {
    trouble.textContent = message;
    trouble.hidden = false;
  }

  function paste() {
    if (!value) return;
    chosen = {};
    send({ pairs_text: text.value });
  }

  /** @param {Brought} source */
  function send(source) {
    sent = source;
    use.disabled = file.disabled = true;
    island.send('pairs', { ...source, ...units, ...chosen });
  }
}
