// Island: one unit opened. Its state at every step, and how that lies where the step's token is due and elsewhere.
import { unpack } from '../core/arrays.js';
import { h, onWidth, s } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import { grouped, signed } from '../core/numbers.js';
import { Signal } from '../core/signal.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { fetching, fill, shown, states, stepOf, unit } from './answers.js';

/** @import { Rich, Table } from '../core/types.d.ts' */
/** @import { Answer } from './answers.js' */
/** @import { Layer, Unit } from './types.d.ts' */

const AFTER_MS = 80; // units that are passed in haste are not asked for
const LEFT = 40;
const TOP = 34;
const BARS = 100; // pixels of height of the values of this input, and those of a histogram
const HISTOGRAM = 30;
const LABELS = 36;

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Signal<Answer<Unit>>} */
  const answer = new Signal();
  /** @type {Unit | null} */
  let opened = null;
  /** @type {Layer | null} */
  let layer = null;
  let steps = 0;
  let width = 0;
  const best = h('button.btn.box', { type: 'button', onclick: openBest });
  const clamp = h('button.btn.box', { type: 'button', onclick: hold }, 'Hold it at 0 in the lab');
  const panel = createPanel({
    title: 'Unit',
    subtitle: 'its state at every step',
    className: 'unit-panel',
    foot: [best, clamp],
    table: () => tableOf(opened, layer),
    data: () => ({ ...opened, values: values() }),
  });
  const title = panel.node.querySelector('h3');
  const ask = fetching(answer, 'unit.json');
  const look = () => {
    if (!unit.value) return;
    const { path, number } = unit.value;
    ask({ path, ...(number === null ? {} : { unit: String(number) }) });
  };
  onWidth(panel.figure, (next) => {
    width = next;
    draw();
  });
  fill(root, panel, 'strips', answer, look, (data) => {
    opened = data;
    draw();
    const now = unit.value;
    if (now?.path === data.path && now.number === null) unit.value = { path: data.path, number: data.unit };
  });
  let asked = '';
  let due = 0;
  unit.on(({ path, number }) => {
    const key = `${shown.value?.address} ${path} ${number ?? 'best'}`;
    const answered =
      opened?.path === path && opened.unit === number && asked.startsWith(`${shown.value?.address} ${path} best`);
    if (key === asked || answered) return;
    asked = key;
    clearTimeout(due);
    due = setTimeout(look, AFTER_MS);
  });
  states.on(draw);
  state.step.on(() => {
    draw();
    panel.refresh();
  });
  state.present.on(draw);

  function values() {
    const hidden = layer?.rows.find(({ tap }) => tap === 'hidden');
    const rows = hidden && unpack(hidden.values);
    return rows && opened ? Array.from({ length: rows.shape[0] }, (_, at) => rows.row(at)[opened?.unit ?? 0]) : [];
  }

  function place() {
    return layer ? (layer.places[stepOf(steps)] ?? layer.tokens.length - 1) : 0;
  }

  function dueToken() {
    return opened?.spelled ? (layer?.tokens[place()] ?? '') : '';
  }

  function hold() {
    if (opened) state.act.send(['clamp', `${opened.path}.hidden`, opened.unit, 0, null, true]);
  }

  function openBest() {
    const number = opened?.best[dueToken()];
    if (opened && number !== undefined) unit.value = { path: opened.path, number };
  }

  function draw() {
    const known = states.value && 'data' in states.value ? states.value.data.strips : null;
    layer = known?.layers.find(({ path }) => path === opened?.path) ?? null;
    steps = known?.steps ?? 0;
    if (!opened || !layer || !width || opened.unit >= layer.units) return;
    if (title) title.textContent = `Unit ${opened.unit}`;
    const token = dueToken();
    const number = opened.best[token];
    best.hidden = number === undefined || number === opened.unit;
    best.textContent = `Open unit ${number}, which tells ${quoted(token)} best`;
    panel.figure.replaceChildren(drawing(opened, layer, values(), place(), token, width));
    panel.read(opened.readings[token] ?? [['', ' ']]);
  }
}

/**
 * @param {Unit} opened @param {Layer} layer @param {number[]} values @param {number} at @param {string} token
 * @param {number} width
 */
function drawing(opened, layer, values, at, token, width) {
  const hue = layer.side === 'encoder' ? 'enc' : 'dec';
  const room = width - LEFT - 4;
  const pitch = room / values.length;
  const [high, low] = [Math.max(0, ...values, 0.1), Math.min(0, ...values, -0.1)];
  const y = (/** @type {number} */ v) => TOP + ((high - v) / (high - low)) * BARS;
  const ticks = [high, 0, low].filter((v, i, all) => i === 1 || Math.abs(y(v) - y(all[1])) > 12);
  const bottom = y(low) + 16;
  const counts = opened.tokens[token] ?? { here: [], others: [], n: [0, 0] };
  const word = layer.side === 'encoder' ? 'read' : 'due';
  const named = opened.spelled ? `where ${quoted(token)} is ${word}` : 'of held-out inputs';
  const parts = /** @type {[string, number[], number][]} */ ([
    [`its values, ${grouped(counts.n[0])} steps ${named}`, counts.here, counts.n[0]],
    ...(counts.n[1] ? [[`and the ${grouped(counts.n[1])} others`, counts.others, counts.n[1]]] : []),
  ]);
  const base = bottom + LABELS + 20;
  const tall = HISTOGRAM + 24;
  const wide = Math.max(1, ...layer.tokens.map((t) => t.length)) * 7.4;
  const rows = wide > pitch ? 2 : 1;
  const skip = Math.ceil(wide / (pitch * rows));
  return s(
    'svg',
    { class: `unit ${hue}`, width, height: base + parts.length * tall + 16, 'aria-hidden': 'true' },
    layer.tokens.map(
      (one, i) =>
        opened.spelled &&
        one === token &&
        s('rect', { class: 'due', x: LEFT + i * pitch, y: 12, width: pitch, height: bottom - 12 }),
    ),
    opened.spelled &&
      s(
        'text',
        {
          class: 'what',
          x: Math.max(LEFT + 40, Math.min(width - 44, LEFT + (at + 0.5) * pitch)),
          y: 9,
          'text-anchor': 'middle',
        },
        `${quoted(token)} is ${word}`,
      ),
    ticks.map((v) => [
      s('path', { class: v === 0 ? 'zero' : 'grid', d: `M${LEFT} ${y(v)}H${width}` }),
      s('text', { x: LEFT - 6, y: y(v) + 4, 'text-anchor': 'end' }, v === 0 ? '0' : signed(v)),
    ]),
    values.map((v, i) => [
      s('rect', {
        class: i === at ? 'value cur' : 'value',
        x: LEFT + i * pitch + pitch * 0.14,
        y: Math.min(y(v), y(0)),
        width: pitch * 0.72,
        height: Math.max(1.5, Math.abs(y(v) - y(0))),
      }),
      (i % skip === 0 || i === at) &&
        s(
          'text',
          {
            class: i === at ? 'm token cur' : 'm token',
            x: LEFT + (i + 0.5) * pitch,
            y: bottom + 14 + (Math.floor(i / skip) % rows) * 16,
            'text-anchor': 'middle',
          },
          spelled(layer.tokens[i]),
        ),
    ]),
    s(
      'text',
      {
        class: 'm b',
        x: LEFT + (at + 0.5) * pitch,
        y: values[at] < 0 ? y(values[at]) + 13 : y(values[at]) - 5,
        'text-anchor': 'middle',
      },
      signed(values[at]),
    ),
    parts.map(([text, bins, n], k) => histogram(text, bins, n, base + k * tall, room)),
    s('text', { x: LEFT, y: base + parts.length * tall + 8 }, signed(opened.edges[0])),
    s('text', { x: width - 4, y: base + parts.length * tall + 8, 'text-anchor': 'end' }, signed(opened.edges[1])),
  );
}

/** @param {string} text @param {number[]} bins @param {number} n @param {number} top @param {number} room */
function histogram(text, bins, n, top, room) {
  const most = Math.max(1, ...bins);
  const wide = room / Math.max(1, bins.length);
  const floor = top + HISTOGRAM + 8;
  return [
    s('text', { class: 'what', x: LEFT, y: top }, text),
    n > 0 &&
      bins.map(
        (count, i) =>
          count > 0 &&
          s('rect', {
            class: 'count',
            x: LEFT + i * wide,
            y: floor - Math.max(1, (count / most) * HISTOGRAM),
            width: Math.max(1, wide - 1.5),
            height: Math.max(1, (count / most) * HISTOGRAM),
          }),
      ),
    s('path', { class: 'zero', d: `M${LEFT} ${floor + 0.5}h${room}` }),
  ];
}

/**
 * The histograms of every token of this input. @param {Unit | null} opened @param {Layer | null} layer
 * @returns {Table}
 */
function tableOf(opened, layer) {
  if (!opened || !layer) return { columns: [], rows: [] };
  const [low, high] = opened.edges;
  const bins = Object.values(opened.tokens)[0]?.here.length ?? 1;
  const edge = (/** @type {number} */ i) => signed(low + ((high - low) * i) / bins);
  return {
    columns: ['token', 'steps', ...Array.from({ length: bins }, (_, i) => `${edge(i)} … ${edge(i + 1)}`)],
    rows: Object.entries(opened.tokens).map(([token, { here, n }]) => [token || 'all', n[0], ...here]),
    caption: `Values of unit ${opened.unit} over ${opened.inputs} held-out inputs, counted by token`,
  };
}
