// Who looks at what: the chosen head of the chosen map at one step, as links between chips and as a clause.
import { argmax, unpack } from '../core/arrays.js';
import { quoted } from '../core/glyphs.js';
import { fixed } from '../core/numbers.js';

/** @import { Choice, SentMap, SequenceScene } from '../core/scene.d.ts' */
/** @import { Hue, Rich, Unpacked } from '../core/types.d.ts' */

/** @typedef {{from: 'source' | 'output' | 'start', index: number, weight: number}} Link */
/** @typedef {{side: 'source' | 'output', index: number}} Target the chip that looks */
/** @typedef {(choice: Choice | null | undefined, step: number) => Look | null} Looker null where nothing attends */
/** @typedef {SentMap & {values: Unpacked, read: Unpacked | null}} Map */
/** @typedef {{chips: number, start: 0 | 1}} Columns */
/**
 * @typedef {object} Look
 * @property {Hue} hue of whoever attends
 * @property {Link[]} links
 * @property {Target} target
 * @property {boolean} through whether what is looked at passes the code
 * @property {Float32Array} source weight per source chip
 * @property {Float32Array} output weight per output chip
 * @property {Float32Array | undefined} context what was read, for the pill
 * @property {string | null} block path of the module that attends
 * @property {Rich} clause
 */

/** @param {SequenceScene} scene @returns {Looker} */
export function looker(scene) {
  /** @type {Map[]} */
  const maps = scene.maps.map((map) => ({ ...map, values: unpack(map.weights), read: unpack(map.context) }));
  const many = maps.reduce((sum, { values }) => sum + values.shape[0], 0) > 1;
  const crossed = maps.some(({ side }) => side === 'cross');
  const before = scene.summary ? 1 : 0;

  /**
   * The source chip that a map of the source at itself is asked about: where the answer is read off, else where the
   * picture looks.
   * @param {number} step @returns {number}
   */
  const place = (step) => {
    if (scene.decoder.ghost) return scene.positions.length ? before + scene.positions[step] : 0;
    const drawn = scene.main && maps[scene.main.map];
    return drawn
      ? argmax(weights(drawn, scene.main?.head ?? 0, step).subarray(0, scene.source.length))
      : scene.source.length - 1;
  };
  /** @param {Map} map @param {number} step */
  const row = ({ side }, step) =>
    side === 'pooling' ? 0 : side === 'encoder' || side === 'prompt' ? place(step) : step;
  /** @param {Map} map @param {number} head @param {number} step @returns {Float32Array} */
  const weights = (map, head, step) => {
    const [, rows, columns] = map.values.shape;
    const at = Math.min(row(map, step), rows - 1);
    return map.values.data.subarray((head * rows + at) * columns, (head * rows + at + 1) * columns);
  };

  return (choice, step) => {
    const chosen = choice ?? scene.main;
    const map = chosen && maps[chosen.map];
    if (!map) return null;
    const values = weights(map, chosen.head, step);
    const at = row(map, step);
    const within = map.side === 'encoder' || map.side === 'prompt';
    const columns = columnsOf(scene, map, values);
    const { chips, start } = columns;
    const links = Array.from(values, (weight, j) => linkOf(j, columns, weight));
    return {
      hue: map.side === 'cross' || map.side === 'pooling' ? 'code' : map.side === 'encoder' ? 'enc' : 'dec',
      links,
      target: within ? { side: 'source', index: at } : { side: 'output', index: map.side === 'pooling' ? 0 : step },
      through: map.side === 'cross' || map.side === 'pooling',
      source: values.subarray(0, chips),
      output: Float32Array.from(scene.output, (_, k) =>
        map.side === 'decoder' ? (values[chips + k + start] ?? 0) : 0,
      ),
      context: map.read?.data
        .subarray((chosen.head * map.read.shape[1] + Math.min(at, map.read.shape[1] - 1)) * map.read.shape[2])
        .subarray(0, map.read.shape[2]),
      block: map.site.replace(/\.weights$/, ''),
      clause: clause(scene, map, chosen.head, values, { many, crossed, before, at, columns }),
    };
  };
}

/**
 * How the columns of a map are read: first `chips` of the source, then `start`, 1 or 0, for the start token, then the
 * output. A decoder has one own state per step. The first has read the start token; where a text just goes on there is
 * none, and the first step is taken from the state of the last word of the prompt.
 * @param {SequenceScene} scene @param {Map} map @param {Float32Array} values @returns {Columns}
 */
function columnsOf(scene, map, values) {
  if (map.side !== 'decoder') return { chips: values.length, start: 0 };
  const before = values.length - scene.output.length;
  const start = scene.encoder.ghost && before < scene.source.length ? 0 : 1;
  return { chips: before + 1 - start, start };
}

/** The start token has no chip. @param {number} j @param {Columns} columns @param {number} weight @returns {Link} */
function linkOf(j, { chips, start }, weight) {
  if (j < chips) return { from: 'source', index: j, weight };
  return j < chips + start ? { from: 'start', index: 0, weight } : { from: 'output', index: j - chips - start, weight };
}

/**
 * `head 2.3 looks mostly at state 4, ‘red’ — weight 0.87`
 * @param {SequenceScene} scene @param {Map} map @param {number} head @param {Float32Array} values
 * @param {{many: boolean, crossed: boolean, before: number, at: number, columns: Columns}} about @returns {Rich}
 */
function clause(scene, map, head, values, { many, crossed, before, at, columns }) {
  const most = argmax(values);
  /** @type {Rich} */
  const named = [
    ['', 'head\u00a0'],
    ['b', `${map.layer + 1}.${head + 1}`],
  ];
  const kind =
    scene.decoder.ghost || !crossed || map.side === 'cross' ? '' : map.side === 'encoder' ? 'encoder ' : 'decoder ';
  /** @type {Rich} */
  const who = many ? [['', kind], ...named] : [['', map.side === 'pooling' ? 'the pooling' : 'the decoder']];
  /** @type {Rich} */
  const here =
    map.side === 'prompt' || (map.side === 'encoder' && !scene.decoder.ghost)
      ? [
          ['', ' at state '],
          ['b', String(at - before + 1)],
          ['', ', '],
          ['e', quoted(scene.source[at - before])],
          ['', ','],
        ]
      : [];
  /** @type {Rich} */
  const weight = [
    ['', ' — weight '],
    [`b ${HUES[map.side]}`, fixed(values[most])],
  ];
  const held = scene.plain && values[most] === 1; // a softmax that nobody touches gives less
  const how = held ? ' must look at ' : values[most] >= 0.5 ? ' looks mostly at ' : ' looks most at ';
  return [...who, ...here, ['', how], ...stateName(scene, map, most, before, columns), ...weight];
}

const HUES = { cross: 'c', pooling: 'c', encoder: 'e', prompt: 'd', decoder: 'd' };

/**
 * @param {SequenceScene} scene @param {Map} map @param {number} j @param {number} before @param {Columns} columns
 * @returns {Rich}
 */
function stateName(scene, map, j, before, { chips, start }) {
  if (j >= chips) {
    /** @type {Rich} */
    const read = j < chips + start ? [['', 'the start token']] : [['d', quoted(scene.output[j - chips - start])]];
    return [['', 'its own state '], ['b', String(j - chips + 2 - start)], ['', ', which has read '], ...read];
  }
  const offset = map.side === 'encoder' ? before : 0;
  if (j < offset) return [['', 'the summary state']];
  return [
    ['', 'state '],
    ['b', String(j - offset + 1)],
    ['', ', '],
    [scene.encoder.ghost ? 'd' : 'e', quoted(scene.source[j - offset])],
  ];
}
