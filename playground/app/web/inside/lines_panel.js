// Island: the chosen head as lines from who looks to what is looked at, as wide as the weight; or as a heatmap.

import { createHeatmap } from '../charts/heatmap.js';
import { argmax } from '../core/arrays.js';
import { h, onWidth, setText } from '../core/dom.js';
import { quoted } from '../core/glyphs.js';
import { fixed, weight } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import {
  chosenHead,
  LETTERS,
  mapsOf,
  NO_ATTENTION,
  nameOf,
  rollout,
  rounded,
  rowOf,
  rowsAreSteps,
  SIDES,
  spread,
  within,
} from './heads.js';
import { createLines } from './lines.js';

/** @import { AttentionMap, SequenceScene } from '../core/scene.d.ts' */
/** @import { Rich, Rows, Table } from '../core/types.d.ts' */
/** @import { Pointed } from './lines.js' */

/** @typedef {{scene: SequenceScene, map: AttentionMap, name: string, values: Rows, rolled: boolean}} Shown */
/** @typedef {{svg: SVGElement | HTMLElement, show: (at: Pointed, current: number | null) => void}} Drawing */

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {AttentionMap[]} */
  let maps = [];
  /** @type {Shown | null} */
  let shown = null;
  /** @type {Drawing | null} */
  let drawing = null;
  /** @type {Pointed | null} */
  let pointed = null;
  let step = 0;
  let way = 'lines';
  let of = 'head';
  let width = 0;
  const ways = segments(
    'How the head is drawn',
    [
      ['lines', 'lines'],
      ['heatmap', 'heatmap'],
    ],
    (value) => {
      way = value;
      draw();
    },
  );
  const whats = segments(
    'What is drawn',
    [
      ['head', 'head'],
      ['rollout', 'rollout'],
    ],
    (value) => {
      of = value;
      choose();
    },
  );
  whats.node.title =
    'Rollout: all heads and layers up to this one together, with half of each layer kept by its residual connection';
  const open = h('button.btn.box', { type: 'button', onclick: inspect }, 'Open this attention');
  open.title = 'Shows how its weights come about, number by number';
  const panel = createPanel({
    title: 'The chosen head',
    present: true,
    className: 'lines',
    controls: [ways.node],
    foot: h('div.openblock', {}, open, whats.node),
    table: () => tableOf(shown),
    data: () => dataOf(shown),
  });
  const title = panel.node.querySelector('h3');
  root.append(panel.node);

  // The width is asked here only: elsewhere it would make the browser lay out. Out of sight it is 0, and nothing is
  // drawn.
  onWidth(panel.figure, (next) => {
    width = next;
    draw();
  });
  state.scene.on((scene) => {
    maps = mapsOf(scene);
    step = within(scene, state.step.value);
    choose();
  });
  state.head.on(choose);
  state.step.on((next) => {
    step = next;
    if (!shown) return;
    show();
    panel.refresh();
  });

  function inspect() {
    if (shown) state.openBlock.send(shown.map.site.replace(/\.weights$/, ''));
  }

  function choose() {
    const scene = state.scene.value;
    if (!scene) return;
    const choice = chosenHead(scene, maps);
    const map = choice && maps[choice.map];
    panel.empty(map ? null : { title: NO_ATTENTION, text: 'There is no head to draw.' });
    shown = null;
    if (scene.kind !== 'sequence' || !map) return;
    const before = maps.filter(({ side, layer }) => side === 'encoder' && layer <= map.layer);
    const stack = map.side === 'encoder' ? before : [];
    whats.node.hidden = !stack.length;
    const rolled = of === 'rollout' && stack.length > 0;
    whats.show(rolled ? 'rollout' : 'head');
    const layers = stack.length > 1 ? `s 1–${stack.length}` : ' 1';
    const name = rolled ? `Attention rollout, layer${layers}` : nameOf(map, choice.head);
    shown = { scene, map, name, values: rolled ? rollout(stack) : map.head(choice.head), rolled };
    pointed = null;
    if (title) setText(title, name);
    draw();
    panel.refresh();
  }

  function draw() {
    ways.show(way);
    panel.subtitle(way === 'lines' ? 'lines as wide as the weight' : '');
    if (!shown || !width) return;
    const { map, values } = shown;
    const pick = (/** @type {number} */ row) => {
      if (rowsAreSteps(map)) state.goto.send(row);
    };
    const hover = (/** @type {Pointed | null} */ at) => {
      pointed = at;
      if (way === 'lines') show();
      else read();
    };
    drawing = way === 'lines' ? createLines(map, values, width, pick, hover) : heatmap(map, values, width, pick, hover);
    panel.figure.replaceChildren(drawing.svg);
    show();
  }

  function show() {
    if (!shown || !drawing) return;
    drawing.show(pointed ?? {}, rowOf(shown.scene, maps, shown.map, step));
    read();
  }

  function read() {
    if (shown) panel.read(reading(shown, pointed ?? {}, rowOf(shown.scene, maps, shown.map, step)));
  }
}

/**
 * @param {AttentionMap} map @param {Rows} values @param {number} width
 * @param {(row: number) => void} onpick @param {(at: Pointed | null) => void} hover @returns {Drawing}
 */
function heatmap(map, values, width, onpick, hover) {
  const { hue, rows: rowHue, columns: columnHue, rowName, columnName } = SIDES[map.side];
  const { rows, columns } = map;
  /** @param {[row: number, column: number] | null} at */
  const onhover = (at) => hover(at && { row: at[0], column: at[1] });
  const looks = { width, rowName, columnName, hue, rowHue, columnHue };
  const { node, show } = createHeatmap({ rows, columns, values, ...looks, onpick, onhover });
  return { svg: node, show: (_, current) => show(current) };
}

/** @param {Shown} shown @param {Pointed} pointed @param {number | null} current @returns {Rich} */
function reading({ map, values, rolled }, pointed, current) {
  const side = SIDES[map.side];
  /** @param {number} i @returns {Rich[0]} */
  const who = (i) => [LETTERS[side.rows], quoted(map.rows[i])];
  /** @param {number} j @returns {Rich[0]} */
  const what = (j) => [LETTERS[side.columns], quoted(map.columns[j])];
  const row = pointed.row ?? current;
  if (pointed.row === undefined && pointed.column !== undefined) {
    const at = pointed.column;
    const weightOf = (/** @type {number} */ i) => values.row(i)[at];
    const looking = Array.from(map.rows.keys()).filter((i) => weightOf(i) >= 0.05);
    const order = looking.sort((a, b) => weightOf(b) - weightOf(a)).slice(0, 4);
    const by = order.length ? ' is looked at by ' : ' is looked at by nobody with a weight of .05 or more.';
    /** @param {number} i @param {number} k @returns {Rich} */
    const one = (i, k) => [['', k ? ', ' : ''], who(i), ['', ' '], ['b', weight(weightOf(i))]];
    return [what(at), ['', by], ...order.flatMap(one)];
  }
  if (row === null) return [['', 'Point at a word to see its lines alone.']];
  const weights = values.row(row);
  const at = pointed.column ?? argmax(weights);
  const over = spread(weights).toFixed(1);
  const told = rolled
    ? ': that much of it is left after these layers (Abnar & Zuidema, 2020).'
    : `; spread over ${over} position${over === '1.0' ? '' : 's'}.`;
  return [who(row), ['', ' ← '], what(at), ['', ' '], ['b', fixed(weights[at])], ['', told]];
}

/** @param {Shown | null} shown @returns {Table} */
function tableOf(shown) {
  if (!shown) return { columns: [], rows: [] };
  const { map, name, values } = shown;
  const { rowName } = SIDES[map.side];
  return {
    columns: [rowName, ...map.columns.map((token, j) => `${j + 1}: ${token}`)],
    rows: map.rows.map((token, i) => [`${i + 1}: ${token}`, ...Array.from(values.row(i), (v) => fixed(v, 3))]),
    caption: `${name}: a row per ${rowName}, a column per position`,
  };
}

/** @param {Shown | null} shown */
function dataOf(shown) {
  if (!shown) return null;
  const { map, name, values } = shown;
  return { name, site: map.site, rows: map.rows, columns: map.columns, weights: rounded(map, values) };
}
