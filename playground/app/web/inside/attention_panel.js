// Island: the heatmap of the chosen head. Built once per scene, head and width; a step moves outline and numerals.

import { createBoards } from '../charts/boards.js';
import { createHeatmap } from '../charts/heatmap.js';
import { argmax } from '../core/arrays.js';
import { quoted } from '../core/glyphs.js';
import { fixed, weight } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import {
  chosenHead,
  LETTERS,
  layered,
  mapsOf,
  NO_ATTENTION,
  rounded,
  rowOf,
  rowsAreSteps,
  SIDES,
  spread,
  within,
} from './heads.js';

/** @import { AttentionMap, Scene, SequenceScene } from '../core/scene.d.ts' */
/** @import { Empty, Rich, Rows, Table } from '../core/types.d.ts' */

/** @typedef {{scene: SequenceScene, map: AttentionMap, head: number, values: Rows}} Shown */

const WITH_ATTENTION = '#architecture input[value="attention_seq2seq"]';

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {AttentionMap[]} */
  let maps = [];
  /** @type {Shown | null} */
  let shown = null;
  /** @type {ReturnType<typeof createHeatmap> | ReturnType<typeof createBoards> | null} */
  let heatmap = null;
  let step = 0;
  let pinned = false;
  let width = 0;
  const panel = createPanel({
    title: 'Attention',
    present: true,
    className: 'attention',
    table: () => tableOf(shown),
    data: () => dataOf(shown),
  });
  root.append(panel.node);
  new ResizeObserver(() => {
    width = panel.figure.clientWidth; // asked here only: elsewhere it would make the browser lay out
    draw();
  }).observe(panel.figure);

  state.scene.on((scene) => {
    maps = mapsOf(scene);
    step = within(scene, state.step.value);
    choose(scene);
  });
  state.head.on(() => {
    if (state.scene.value) choose(state.scene.value);
  });
  state.step.on((next) => {
    if (!shown) return;
    step = within(shown.scene, next);
    heatmap?.show(lit(shown), veiled(shown));
    if (!pinned) read();
  });
  state.prediction.on(() => {
    if (shown) heatmap?.show(lit(shown), veiled(shown));
  });

  /** @param {Scene} scene */
  function choose(scene) {
    const choice = chosenHead(scene, maps);
    const map = choice && maps[choice.map];
    shown = scene.kind === 'sequence' && map ? { scene, map, head: choice.head, values: map.head(choice.head) } : null;
    heatmap = null;
    pinned = false;
    panel.subtitle(shown ? titleOf(shown) : 'empty');
    panel.empty(shown ? null : nothing(scene));
    read();
    draw();
    panel.refresh();
  }

  /** @param {Shown} shown */
  function lit({ scene, map }) {
    return rowOf(scene, maps, map, step);
  }

  /** From which row on nothing may be seen, while it is to be foreseen. @param {Shown} shown */
  function veiled({ map }) {
    const asked = state.prediction.value;
    if (!asked || asked.guess !== null) return null;
    return rowsAreSteps(map) ? asked.step : 0;
  }

  function draw() {
    if (!shown || !width) return;
    const { scene, map, values } = shown;
    const { hue, rows, columns, rowName, columnName } = SIDES[map.side];
    const common = {
      rows: map.rows,
      values,
      width,
      hue,
      onpick: (/** @type {number} */ row) => {
        if (rowsAreSteps(map)) state.goto.send(row);
      },
      onhover: (/** @type {[row: number, column: number] | null} */ at) => {
        pinned = at !== null;
        if (at) panel.read(pointedAt(map, values, at));
        else read();
      },
    };
    const grid = gridOf(scene, map);
    const axes = { columns: map.columns, rowName, columnName, rowHue: rows, columnHue: columns };
    const drawn = grid ? createBoards({ ...common, grid }) : createHeatmap({ ...common, ...axes });
    heatmap = drawn;
    panel.figure.replaceChildren(drawn.node);
    drawn.show(lit(shown), veiled(shown));
  }

  function read() {
    const row = shown && lit(shown);
    if (!shown) return panel.read([]);
    const { scene, map, head, values } = shown;
    const main = scene.main && maps[scene.main.map] === map && scene.main.head === head;
    const own = main && scene.attention_reading?.[step];
    panel.read(own || (row === null ? [] : looksAt(map, values.row(row), row)));
  }
}

/**
 * How the columns lie on the picture that was read; null where they are no regions.
 * @param {SequenceScene} scene @param {AttentionMap} map
 */
function gridOf({ picture, grid }, { columns, side }) {
  return picture && grid && side === 'cross' && grid[0] * grid[1] === columns.length ? grid : null;
}

/** @param {Shown} shown */
function titleOf({ scene, map, head }) {
  if (map.heads === 1 && !layered(map)) return scene.attention_title;
  return `${SIDES[map.side].name}, layer ${map.layer + 1}, head ${head + 1}`;
}

/** @param {AttentionMap} map @param {Float32Array} values of a row @param {number} row @returns {Rich} */
function looksAt(map, values, row) {
  const at = argmax(values);
  const over = spread(values).toFixed(1);
  const { rows, columns } = SIDES[map.side];
  return [
    [LETTERS[rows], quoted(map.rows[row])],
    ['', ' looks at '],
    [LETTERS[columns], quoted(map.columns[at])],
    ['', ', weight '],
    ['b', fixed(values[at])],
    ['', '; spread over '],
    ['b', over],
    ['', over === '1.0' ? ' position.' : ' positions.'],
  ];
}

/** @param {AttentionMap} map @param {Rows} values @param {[row: number, column: number]} at @returns {Rich} */
function pointedAt(map, values, [row, column]) {
  const { rows, columns } = SIDES[map.side];
  const steps = rowsAreSteps(map);
  return [
    ['', steps ? 'Writing ' : 'At '],
    [LETTERS[rows], quoted(map.rows[row])],
    ['', `, the weight on position ${column + 1}, `],
    [LETTERS[columns], quoted(map.columns[column])],
    ['', ', is '],
    ['b c', weight(values.row(row)[column])],
    ['', steps ? '. Click to go to this step.' : '.'],
  ];
}

/** @param {Shown | null} shown @returns {Table} */
function tableOf(shown) {
  if (!shown) return { columns: [], rows: [] };
  const { map, values } = shown;
  const { rowName, columnName } = SIDES[map.side];
  return {
    columns: [rowName, ...map.columns.map((token, i) => `${token} (${i + 1})`)],
    rows: map.rows.map((token, i) => [token, ...Array.from(values.row(i), (v) => fixed(v, 3))]),
    caption: `Attention weights: a row per ${rowName}, a column per ${columnName} position`,
  };
}

/** @param {Shown | null} shown */
function dataOf(shown) {
  return shown && { rows: shown.map.rows, columns: shown.map.columns, weights: rounded(shown.map, shown.values) };
}

/** @param {Scene} scene @returns {Empty} */
function nothing(scene) {
  /** @type {HTMLInputElement | null} */
  const other = document.querySelector(WITH_ATTENTION);
  const counts = scene.kind === 'sequence' && scene.encoder.ghost;
  const coded = scene.kind === 'sequence' && scene.code.kind === 'code';
  const why = counts
    ? 'It looks up what followed the last words in training, and nothing weighs one word against another.'
    : `The encoder hands over ${coded ? 'one code' : 'its final state'} only.`;
  return {
    title: NO_ATTENTION,
    text: `${why} Choose an architecture with attention to see where each output looks.`,
    ...(other && !other.disabled ? { action: 'Switch to attention', onaction: () => other.click() } : {}),
  };
}
