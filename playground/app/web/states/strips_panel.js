// Island: gates, cell and state of a recurrent layer as signed strips. A bar opens its unit; so do the arrow keys.
import { unpack } from '../core/arrays.js';
import { h, onWidth } from '../core/dom.js';
import { quoted } from '../core/glyphs.js';
import { signed } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import { again, fill, states, stepOf, unit } from './answers.js';
import { drawStrips } from './strips.js';

/** @import { Table } from '../core/types.d.ts' */
/** @import { Pointed, Strips } from './strips.js' */
/** @import { Layer, States } from './types.d.ts' */

const SKIPPED = 8; // units between those that the keys up and down lead to

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Layer[]} */
  let layers = [];
  /** @type {Layer | null} */
  let layer = null;
  let steps = 0;
  /** @type {Strips | null} */
  let drawing = null;
  /** @type {Pointed | null} */
  let pointed = null;
  let width = 0;
  const which = h('span');
  /** @type {{path: string, number: number | null} | null} what another room wants opened */
  let asked = null;
  /** @type {((path: string) => void) | null} */
  let pick = null;
  const panel = createPanel({
    title: 'Gates and cell',
    controls: [which],
    present: true,
    className: 'strips-panel',
    table: () => tableOf(layer, at()),
    data: () =>
      layers.map((one) => ({ ...one, rows: one.rows.map((row) => ({ ...row, values: rowsOf(row.values) })) })),
  });
  const holder = h('div.stripholder', {
    tabindex: 0,
    role: 'slider',
    'aria-label': 'The open unit; arrow keys open its neighbours',
    'aria-valuemin': 0,
    onkeydown,
  });
  panel.figure.append(holder);
  // The width is asked here only. Out of sight it is 0, and nothing is drawn.
  onWidth(panel.figure, (next) => {
    width = next;
    draw();
  });
  fill(root, panel, 'strips', states, again, take);
  unit.on(() => {
    ink();
    panel.refresh();
  });
  state.step.on(() => {
    show();
    panel.refresh();
  });
  state.present.on(draw);
  state.openUnit.handle((next) => {
    asked = next;
    pick?.(next.path);
    state.openTab.send('states');
  });

  /** @param {States} data */
  function take({ strips }) {
    if (!strips) return;
    ({ layers, steps } = strips);
    const before = asked?.path ?? layer?.path;
    const known = layers.find(({ path }) => path === before);
    const options = layers.map(({ path, short }) => /** @type {[string, string]} */ ([path, short]));
    const choice = segments('Which layer', options, choose);
    which.replaceChildren(...(layers.length > 1 ? [choice.node] : []));
    pick = choose;
    choose((known ?? layers[layers.length - 1]).path);

    /** @param {string} path */
    function choose(path) {
      layer = layers.find((one) => one.path === path) ?? null;
      choice.show(path);
      if (!layer) return;
      panel.subtitle(`${layer.name}, ${layer.units} units side by side; bars down, paler: negative`);
      const open = asked ?? unit.value;
      asked = null;
      draw();
      if (open?.path !== path || (open.number ?? 0) >= layer.units) unit.value = { path, number: null };
      else unit.value = open;
    }
  }

  function draw() {
    if (!layer || !width) return;
    const side = layer.side;
    const font = state.present.value ? 24 : 13;
    drawing = drawStrips(layer, width, font, open, hover, (at) => {
      if (side === 'decoder') state.goto.send(at);
    });
    holder.replaceChildren(drawing.node);
    ink();
    show();
  }

  /** Where the step stands in this layer. */
  function at() {
    return layer ? (layer.places[stepOf(steps)] ?? null) : null;
  }

  function show() {
    drawing?.frame(at());
    read();
  }

  function ink() {
    const number = unit.value && unit.value.path === layer?.path ? unit.value.number : null;
    drawing?.ink(number);
    holder.setAttribute('aria-valuemax', String((layer?.units ?? 1) - 1));
    holder.setAttribute('aria-valuenow', String(number ?? 0));
    holder.setAttribute('aria-valuetext', `unit ${number ?? 0}`);
    read();
  }

  function read() {
    if (!layer) return;
    if (pointed) {
      const row = layer.rows[pointed.row];
      const value = unpack(row.values).row(pointed.at)[pointed.unit];
      panel.read([
        ['', 'Unit '],
        ['b', String(pointed.unit)],
        ['', `, ${row.name} at `],
        [layer.side === 'encoder' ? 'e' : 'd', quoted(layer.tokens[pointed.at])],
        ['', ': '],
        ['b', signed(value)],
        ['', '. A click opens it.'],
      ]);
      return;
    }
    const place = at() ?? layer.tokens.length - 1;
    const number = unit.value?.path === layer.path ? unit.value.number : null;
    panel.read([
      ...(layer.readings[place] ?? []),
      ['', number === null ? ' Click any bar to open its unit.' : ' Ink marks '],
      ...(number === null
        ? []
        : /** @type {[string, string][]} */ ([
            ['b', `unit ${number}`],
            ['', '; click any bar to open another.'],
          ])),
    ]);
  }

  /** @param {Pointed} at */
  function open(at) {
    if (layer) unit.value = { path: layer.path, number: at.unit };
  }

  /** @param {Pointed | null} next */
  function hover(next) {
    if (next?.row === pointed?.row && next?.at === pointed?.at && next?.unit === pointed?.unit) return;
    pointed = next;
    read();
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (!layer) return;
    const now = unit.value?.number ?? 0;
    const last = layer.units - 1;
    const next = {
      ArrowRight: now + 1,
      ArrowLeft: now - 1,
      ArrowUp: now + SKIPPED,
      ArrowDown: now - SKIPPED,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    unit.value = { path: layer.path, number: Math.max(0, Math.min(last, next)) };
  }
}

/** @param {Layer['rows'][number]['values']} packed */
function rowsOf(packed) {
  const { shape, row } = unpack(packed);
  return Array.from({ length: shape[0] }, (_, i) => Array.from(row(i), (v) => Number(v.toFixed(4))));
}

/** All units at the place of the step. @param {Layer | null} layer @param {number | null} at @returns {Table} */
function tableOf(layer, at) {
  if (!layer) return { columns: [], rows: [] };
  const place = at ?? layer.tokens.length - 1;
  const rows = layer.rows.map(({ values }) => unpack(values).row(place));
  return {
    columns: ['unit', ...layer.rows.map(({ name }) => name)],
    rows: Array.from({ length: layer.units }, (_, u) => [u, ...rows.map((row) => signed(row[u], 3))]),
    caption: `All units of the ${layer.name} at ${quoted(layer.tokens[place])}`,
  };
}
