// What the panels of attention share: how a head is named, coloured and read, and which of its rows belongs to a step.
import { argmax, unpack } from '../core/arrays.js';
import * as state from '../core/state.js';

/** @import { AttentionMap, Choice, Scene, SequenceScene, Side } from '../core/scene.d.ts' */
/** @import { Hue, Rows } from '../core/types.d.ts' */

/**
 * Rows and columns of a map are words of the source or of the output, and have their hues.
 * @type {Record<Side, Record<'hue' | 'rows' | 'columns', Hue> & Record<'name' | 'long' | 'rowName' | 'columnName',
 *   string>>}
 */
export const SIDES = {
  encoder: {
    name: 'encoder self',
    long: 'Encoder self-attention',
    hue: 'enc',
    rows: 'enc',
    columns: 'enc',
    rowName: 'state',
    columnName: 'source',
  },
  prompt: {
    name: 'prompt',
    long: 'Attention within the prompt',
    hue: 'dec',
    rows: 'dec',
    columns: 'dec',
    rowName: 'state',
    columnName: 'prompt',
  },
  cross: {
    name: 'cross',
    long: 'Cross-attention',
    hue: 'code',
    rows: 'dec',
    columns: 'enc',
    rowName: 'output',
    columnName: 'source',
  },
  pooling: {
    name: 'pooling',
    long: 'Attention pooling',
    hue: 'code',
    rows: 'dec',
    columns: 'enc',
    rowName: 'answer',
    columnName: 'source',
  },
  decoder: {
    name: 'decoder self',
    long: 'Decoder self-attention',
    hue: 'dec',
    rows: 'dec',
    columns: 'dec',
    rowName: 'output',
    columnName: 'read',
  },
};

/** The letter of a hue in rich text. */
export const LETTERS = { enc: 'e', code: 'c', dec: 'd' };

/** The maps of a scene, unpacked. @param {Scene | null | undefined} scene @returns {AttentionMap[]} */
export function mapsOf(scene) {
  if (scene?.kind !== 'sequence') return [];
  return scene.maps.map((map) => {
    const {
      shape: [heads, rows, columns],
      data,
    } = unpack(map.weights);
    /** @param {number} k @returns {Rows} */
    const head = (k) => ({ row: (i) => data.subarray((k * rows + i) * columns, (k * rows + i + 1) * columns) });
    return { ...map, heads, head };
  });
}

/**
 * The head that the visitor chose, or else the one that the picture draws.
 * @param {Scene | null} scene @param {AttentionMap[]} maps @returns {Choice | null}
 */
export function chosenHead(scene, maps) {
  const choice = state.head.value ?? (scene?.kind === 'sequence' ? scene.main : null);
  return choice && maps[choice.map] && choice.head < maps[choice.map].heads ? choice : null;
}

/**
 * The row that a step lights: its own where rows are outputs, else where the answer is read off, or where the picture
 * looks.
 * @param {SequenceScene} scene @param {AttentionMap[]} maps @param {Pick<AttentionMap, 'side' | 'rows'>} map
 * @param {number} step @returns {number | null}
 */
export function rowOf(scene, maps, map, step) {
  if (map.side === 'cross' || map.side === 'decoder') return Math.min(step, map.rows.length - 1);
  if (map.side === 'pooling') return 0;
  if (scene.decoder.ghost)
    return scene.positions.length ? map.rows.length - scene.source.length + scene.positions[step] : 0;
  const drawn = scene.main && maps[scene.main.map];
  if (!drawn || drawn.side === 'encoder' || drawn.side === 'prompt') return null;
  const looked = drawn
    .head(scene.main?.head ?? 0)
    .row(rowOf(scene, maps, drawn, step) ?? 0)
    .subarray(0, scene.source.length);
  return Math.min(
    argmax(looked) + map.rows.length - Math.min(map.rows.length, scene.source.length),
    map.rows.length - 1,
  );
}

/** Whether a click on a row can lead to its step. @param {Pick<AttentionMap, 'side'>} map */
export const rowsAreSteps = (map) => map.side === 'cross' || map.side === 'decoder';

/** Over how many positions a row of weights is spread: 2 to the power of its entropy. @param {ArrayLike<number>} row */
export function spread(row) {
  let entropy = 0;
  for (let i = 0; i < row.length; i++) if (row[i] > 0) entropy -= row[i] * Math.log2(row[i]);
  return 2 ** entropy;
}

/** Spread and largest weight of a head, on average over its rows. @param {AttentionMap} map @param {number} head */
export function habits(map, head) {
  const rows = map.rows.map((_, i) => map.head(head).row(i));
  /** @param {(row: Float32Array) => number} of */
  const mean = (of) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return { spread: mean(spread), sharpest: mean((row) => row[argmax(row)]) };
}

/** @param {AttentionMap} map */
export const layered = (map) => map.site.includes('.layers.');

/** `Cross-attention, layer 2, head 3` @param {AttentionMap} map @param {number} head */
export function nameOf(map, head) {
  const { long } = SIDES[map.side];
  const whose = map.side === 'cross' && !layered(map) ? 'Attention of the decoder' : long;
  const place = layered(map) ? `, layer ${map.layer + 1}` : '';
  return `${whose}${place}${map.heads > 1 ? `, head ${head + 1}` : ''}`;
}

/**
 * Attention rollout: how much of each source state is left in each state after these layers, if half of every layer is
 * kept by its residual connection. S. Abnar & W. Zuidema, "Quantifying Attention Flow in Transformers", 2020.
 * @param {AttentionMap[]} layers of one stack, from the first one on
 * @returns {Rows}
 */
export function rollout(layers) {
  const size = layers[0].rows.length;
  let flow = identity(size);
  for (const layer of layers) {
    const mixed = identity(size).map((kept, i) =>
      kept.map((own, j) => {
        let seen = 0;
        for (let k = 0; k < layer.heads; k++) seen += layer.head(k).row(i)[j];
        return own / 2 + seen / layer.heads / 2;
      }),
    );
    flow = mixed.map((row) =>
      Float32Array.from(row, (_, j) => row.reduce((sum, share, k) => sum + share * flow[k][j], 0)),
    );
  }
  return { row: (i) => flow[i] };
}

/** @param {number} size */
const identity = (size) =>
  Array.from({ length: size }, (_, i) => Float32Array.from({ length: size }, (_, j) => Number(i === j)));

export const NO_ATTENTION = 'This model has no attention';

/** The step that is shown, as far as the scene goes. @param {Scene} scene @param {number} [step] */
export const within = (scene, step = 0) =>
  scene.kind === 'sequence' ? Math.max(0, Math.min(step, scene.output.length - 1)) : 0;

/** All weights of a head, to be saved. @param {AttentionMap} map @param {Rows} values */
export const rounded = (map, values) => map.rows.map((_, i) => Array.from(values.row(i), (v) => Number(v.toFixed(4))));
