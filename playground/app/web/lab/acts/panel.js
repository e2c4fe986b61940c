// Island: acts on the model. Each is a row with a switch; what it does to this input and to held-out inputs is asked
// for while the tab is open.
import { h } from '../../core/dom.js';
import { icon } from '../../core/glyphs.js';
import { grouped, signed } from '../../core/numbers.js';
import * as state from '../../core/state.js';
import { createPanel } from '../../shell/panel.js';
import { createEffects } from './effects.js';
import { actForm } from './form.js';
import { createHistory } from './history.js';
import { holdByHand } from './hold.js';
import { maskByHand } from './mask.js';
import { actRow, togetherRow } from './row.js';
import { unitsByHand } from './unit.js';

/** @import { Island, Table } from '../../core/types.d.ts' */
/** @import { Act, Acts, Row } from '../types.d.ts' */

/** @param {HTMLElement} root @param {Island<Acts, 'acts'>} island */
export function mount(root, island) {
  /** @type {Acts | null} */
  let value = null;
  let looked = 0; // the row whose sentence is read
  const effects = createEffects(draw);
  const history = createHistory((acts) => island.send('acts', { acts }));
  const undo = step('undo', 'Undo', () => history.undo());
  const redo = step('redo', 'Redo', () => history.redo());
  const asCode = h(
    'button.btn.box',
    { type: 'button', hidden: true, onclick: () => state.openCode.send('acts') },
    'As code',
  );
  const form = actForm((act) => change((acts) => [...acts, act]));
  const list = h('ul.acts', {});
  const panel = createPanel({
    title: 'Acts',
    subtitle: 'each alone, on this input and on held-out ones; hatched: the same act at all other places',
    controls: [undo, redo, asCode, form.button],
    present: true,
    className: 'acts-panel',
    table: () => tableOf(value?.rows ?? [], effects),
  });
  const head = h(
    'div.act.head',
    { 'aria-hidden': true },
    ['on', 'what · where', 'steps', 'this input writes'].map((text) => h('span', {}, text)),
    h('span.scale'),
    h('span', {}, 'change [95 %]'),
    h('span'),
  );
  panel.figure.append(form.node, head, list);
  root.append(panel.node);

  /** @param {string} kind */
  const offers = (kind) => (value?.menu ?? []).filter((offer) => offer.kind === kind);
  /** Where an act of a kind is offered. @param {string} kind */
  const sites = (kind) => offers(kind).map(({ site }) => site);
  const byHand = [
    holdByHand(
      (site) => sites('hold').includes(site),
      () => history.acts,
      change,
    ),
    maskByHand(sites, () => history.acts, change),
    unitsByHand(offers),
  ];

  island.onValue((next) => {
    value = next;
    history.told(next.rows.map(({ act }) => act));
    form.show(next);
    ask();
    draw();
    state.acts.value = next.menu;
    for (const place of byHand) place();
  });
  state.tab.on(ask);
  state.act.handle((act) => {
    change((acts) => [...acts, act]);
    state.openTab.send('lab');
    state.openPart.send('act');
  });
  state.actOn.handle((preset) => {
    state.openTab.send('lab');
    state.openPart.send('act');
    form.open(preset);
  });
  document.addEventListener('keydown', (event) => {
    if (state.tab.value !== 'lab' || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
    if (event.target instanceof Element && event.target.closest('input, textarea, select')) return;
    event.preventDefault();
    if (event.shiftKey) history.redo();
    else history.undo();
  });

  /** @param {(acts: Act[]) => Act[]} made @param {string} [what] */
  function change(made, what = '') {
    history.change(made(history.acts), what);
  }

  /** @param {number} i @param {boolean} on */
  function set(i, on) {
    change((acts) => acts.map((act, at) => (at === i ? /** @type {Act} */ (act.with(5, on)) : act)));
  }

  function ask() {
    if (!value || state.tab.value !== 'lab') return;
    const on = value.rows.filter((row) => row.on).map(({ act }) => act);
    effects.want(value.address, [...value.rows.map(({ act }) => [act]), ...(on.length > 1 ? [on] : [])]);
  }

  function draw() {
    if (!value) return;
    const { rows, steps } = value;
    undo.disabled = !history.undone;
    redo.disabled = !history.redone;
    asCode.hidden = !steps.length || !rows.some((row) => row.on);
    panel.empty(null);
    head.hidden = !rows.length;
    const scale = scaleOf(rows);
    const on = rows.filter((row) => row.on).map(({ act }) => act);
    head.querySelector('.scale')?.replaceChildren(...labels(scale, value));
    const focused = focusAt();
    list.replaceChildren(
      ...(rows.length ? [] : [nothing()]),
      ...rows.map((row, i) =>
        actRow(row, effects.of([row.act]), scale, steps.length > 0, {
          share: history.acts[i]?.[3] ?? null, // newer than the server's while that is on its way
          toggle: () => set(i, !row.on),
          remove: () => change((acts) => acts.filter((_, at) => at !== i)),
          look: () => read(i),
          take: (share) =>
            change(
              (acts) => acts.map((act, at) => (at === i ? /** @type {Act} */ (act.with(3, share)) : act)),
              `share ${i}`,
            ),
        }),
      ),
      ...(on.length > 1 ? [togetherRow(effects.of(on), scale, on.length)] : []),
    );
    if (focused) focusOn(focused);
    read(Math.min(looked, rows.length - 1));
    panel.refresh();
  }

  /** @param {number} i */
  function read(i) {
    looked = Math.max(0, i);
    const answer = value?.rows[looked] && effects.of([value.rows[looked].act]);
    panel.read(answer && 'told' in answer ? answer.told.reading : [['', ' ']]);
  }

  /** Rows are drawn anew while somebody may stand on one. @returns {[row: number, control: number] | null} */
  function focusAt() {
    const row = document.activeElement?.closest('.act');
    if (!row || !list.contains(row)) return null;
    const controls = [.../** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll('button, input'))];
    return [[...list.children].indexOf(row), controls.indexOf(/** @type {HTMLElement} */ (document.activeElement))];
  }

  /** @param {[row: number, control: number]} at */
  function focusOn([row, control]) {
    const controls = (list.children[row] ?? list.lastElementChild)?.querySelectorAll('button, input');
    const found = /** @type {HTMLElement} */ (controls?.[control] ?? form.button);
    found.focus({ preventScroll: true });
  }

  /** The scale stays from −100 to 0 points; above 0 it has room where something gains. @param {Row[]} rows */
  function scaleOf(rows) {
    const told = rows
      .map(({ act }) => effects.of([act]))
      .flatMap((answer) => (answer && 'told' in answer ? [answer.told] : []));
    const values = told.flatMap(({ interval, control }) => [...interval, control?.change ?? 0]);
    if (value?.better === 'lower') return { low: 0, high: Math.max(1, ...values) };
    return { low: -100, high: Math.max(0.001, ...values.map((one) => (one > 1 ? one : 0))) };
  }
}

/** @param {'undo' | 'redo'} name @param {string} label @param {() => void} onclick */
const step = (name, label, onclick) =>
  h('button.ib.history', { type: 'button', 'aria-label': label, title: label, disabled: true, onclick }, icon(name));

const nothing = () =>
  h(
    'li.nothing',
    {},
    h('b', {}, 'Nothing is changed yet. '),
    h(
      'span.nopres',
      {},
      'Where attention crosses over, a ring stands at the foot of its ribbon: drag it to another state. ',
      'Or add an act: switch a head off, clamp a unit. ',
    ),
    h('span.onlypres', {}, 'Leave with Esc, add an act, and come back: it stands here. '),
    'The whole page follows, and 512 held-out inputs say what it proves.',
  );

/** @param {{low: number, high: number}} scale @param {Acts} acts */
function labels({ low, high }, { better, score }) {
  const texts =
    better === 'higher'
      ? [signed(low, 0), `points of ${score}`, '0']
      : ['0', `thousandths of ${score}`, grouped(Math.round(high))];
  return texts.map((text) => h('span', {}, text));
}

/** @param {Row[]} rows @param {ReturnType<typeof createEffects>} effects @returns {Table} */
function tableOf(rows, effects) {
  return {
    columns: [
      'act',
      'site',
      'steps',
      'on',
      'this input writes',
      'change',
      'from',
      'to',
      'elsewhere, median',
      'worst',
      'inputs',
    ],
    rows: rows.map(({ act, title, steps, on }) => {
      const answer = effects.of([act]);
      const told = answer && 'told' in answer ? answer.told : null;
      const control = told?.control;
      return [
        title,
        act[1],
        steps ? steps.join(' ') : 'all',
        on ? 'on' : 'off',
        told?.tokens?.join(' ') ?? '',
        ...[told?.change, told?.interval[0], told?.interval[1], control?.change, control?.worst].map((number) =>
          number === undefined ? '' : signed(number, 1),
        ),
        told ? String(told.inputs) : '',
      ];
    }),
    caption: 'Acts: what each changes alone',
  };
}
