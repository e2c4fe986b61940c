// The shell of every panel: title, local switch, table, export; figure; reading sentence.
import { h, rich, setText } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { onEscape } from '../core/keys.js';
import { saveData, savePage, savePng, saveSvg } from './save_figure.js';

/** @import { Child, Empty, Rich, Table } from '../core/types.d.ts' */

/**
 * @typedef {object} Panel
 * @property {HTMLElement} node
 * @property {HTMLElement} figure where the drawing goes
 * @property {(text: string) => void} subtitle
 * @property {(parts: Rich) => void} read the one-sentence reading
 * @property {() => void} refresh call after a step: renews the table if it is open
 * @property {(state: Empty | null) => void} empty
 */

let serial = 0;

/**
 * @param {object} options
 * @param {string} options.title
 * @param {string} [options.subtitle]
 * @param {Node[]} [options.controls] local switches, at the right of the title
 * @param {Child} [options.foot] controls under the figure
 * @param {() => Table} [options.table] the figure's numbers
 * @param {boolean} [options.image] whether the figure is worth a picture
 * @param {() => unknown} [options.data] for export as JSON; the table if left out
 * @param {boolean} [options.present] shown in projection mode too
 * @param {string} [options.className]
 * @returns {Panel}
 */
export function createPanel({
  title,
  subtitle = '',
  controls = [],
  foot,
  table,
  image = true,
  data,
  present = false,
  className = '',
}) {
  const id = `panel-${++serial}`;
  const sub = h('span.sub', {}, subtitle);
  const figure = h('div.figure');
  const reading = h('p.read', { id: `${id}-read` });
  const grid = h('div.tablewrap', { tabindex: 0, role: 'region', 'aria-label': `${title}, as a table`, hidden: true });
  const asTable = table && tableButton();
  const save =
    (image || table || data) &&
    exportMenu(() =>
      figureChoices({ node: figure, title: textOf(heading), image, reading: textOf(reading), table, data }),
    );
  const heading = h('h3', { id: `${id}-title` }, title);
  const tools = h('span.tools.nopres', {}, asTable, save?.node);
  const nothing = h('div.void', { hidden: true });
  const node = h(
    'section.panel',
    { 'aria-labelledby': `${id}-title` },
    h(
      'div.ph',
      {},
      heading,
      sub,
      h('span.sp'),
      controls.map((c) => h('span.nopres.switch', {}, c)),
      tools,
    ),
    h('div.pb', {}, figure, grid, nothing, foot && h('div.foot.nopres', {}, foot)),
    reading,
  );
  if (className) node.classList.add(...className.split(' '));
  node.classList.toggle('show-present', present);

  const opened = () => !grid.hidden;
  const fillTable = () => {
    if (table) grid.replaceChildren(drawTable(table(), title));
  };
  asTable?.addEventListener('click', () => {
    const open = !opened();
    asTable.setAttribute('aria-pressed', String(open));
    grid.hidden = !open;
    figure.hidden = open;
    if (open) fillTable();
  });

  return {
    node,
    figure,
    subtitle(text) {
      setText(sub, text);
      sub.title = text; // whatever of it does not fit
    },
    read(parts) {
      reading.replaceChildren(...rich(parts));
    },
    refresh() {
      if (opened()) fillTable();
    },
    empty(state) {
      node.classList.toggle('empty', Boolean(state));
      nothing.hidden = !state;
      figure.hidden = Boolean(state) || opened();
      if (!state) return;
      const button = state.action && h('button.btn.box', { type: 'button', onclick: state.onaction }, state.action);
      nothing.replaceChildren(h('div.big', {}, state.title), h('p', {}, state.text), ...(button ? [button] : []));
    },
  };
}

/**
 * What a drawn view can be saved as. A drawing is taken as it stands, also while its numbers are shown in its place.
 * @param {{node: HTMLElement, title: string, reading: string, image?: boolean, table?: () => Table,
 *   data?: () => unknown}} view
 * @returns {[string, () => void][]}
 */
export function figureChoices({ node, title, reading, image = true, table, data }) {
  const name = title.toLowerCase().replace(/\W+/g, '-').replace(/^-|-$/g, '');
  const { hidden } = node;
  /** @param {() => void} act */
  const shown = (act) => () => {
    node.hidden = false;
    try {
      act();
    } finally {
      node.hidden = hidden;
    }
  };
  const numbers = () => (table ? drawTable(table(), title) : null);
  /** @type {[string, () => void][]} */
  const pictures = [
    ['PNG picture', shown(() => savePng(node, name))],
    ['SVG picture', shown(() => saveSvg(node, name))],
    ['Web page', shown(() => savePage(node, name, { title, reading, table: numbers() }))],
  ];
  const values = data ?? table;
  return [...(image ? pictures : []), ...(values ? [saving(values, name)] : [])];
}

/** @param {() => unknown} values @param {string} name @returns {[string, () => void]} */
export const saving = (values, name) => ['JSON data', () => saveData(values(), name)];

export const tableButton = (label = 'Show as table') =>
  h(
    'button.ib',
    { type: 'button', 'aria-label': label, 'aria-pressed': 'false', title: 'Show as table' },
    icon('table'),
  );

/** @param {Node} node */
const textOf = (node) => node.textContent ?? '';

/** @param {Table} table @param {string} title */
export function drawTable({ columns, rows, caption }, title) {
  return h(
    'table.data',
    {},
    h('caption.sr-only', {}, caption ?? title),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        columns.map((name) => h('th', { scope: 'col' }, name)),
      ),
    ),
    h(
      'tbody',
      {},
      rows.map((row) =>
        h(
          'tr',
          {},
          row.map((cell, i) => (i ? h('td', {}, cell) : h('th', { scope: 'row' }, cell))),
        ),
      ),
    ),
  );
}

/** A button that opens a short list; Escape or leaving closes it. @param {() => [string, () => void][]} choices */
export function exportMenu(choices, label = 'Export picture or data') {
  const list = h('span.menu', { hidden: true });
  const button = h(
    'button.ib',
    { type: 'button', 'aria-label': label, title: label, 'aria-expanded': 'false' },
    icon('save'),
  );
  const node = h('span.menuhold.exports', {}, button, list);
  /** @param {boolean} open */
  const toggle = (open) => {
    list.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open)
      list.replaceChildren(
        ...choices().map(([text, act]) => h('button', { type: 'button', onclick: done(act) }, text)),
      );
  };
  /** @param {() => void} act */
  const done = (act) => () => {
    act();
    toggle(false);
    button.focus();
  };
  const leave = onEscape(() => {
    toggle(false);
    button.focus();
  });
  button.addEventListener('click', () => toggle(Boolean(list.hidden)));
  list.addEventListener('keydown', leave);
  button.addEventListener('keydown', (event) => !list.hidden && leave(event));
  node.addEventListener('focusout', (event) => {
    if (!node.contains(/** @type {Node?} */ (event.relatedTarget))) toggle(false);
  });
  return { node };
}

/**
 * A segmented control. `show(value)` marks the choice without a callback.
 * @param {string} label @param {[string, string][]} options @param {(value: string) => void} choose
 */
export function segments(label, options, choose) {
  const buttons = options.map(([value, text]) =>
    h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => choose(value) }, text),
  );
  const node = h('span.seg.s', { role: 'group', 'aria-label': label }, buttons);
  /** @param {string | null | undefined} chosen */
  const show = (chosen) =>
    buttons.forEach((button, i) => {
      button.classList.toggle('on', options[i][0] === chosen);
      button.setAttribute('aria-pressed', String(options[i][0] === chosen));
    });
  return { node, show };
}
