// Who looks at what: the chosen head of the chosen map at one step, as links between chips and as a clause of the
// sentence.
import { argmax, unpack } from '../core/dom.js';
import { quoted } from '../core/glyphs.js';

/** @typedef {{from: 'source' | 'output' | 'start', index: number, weight: number}} Link */
/**
 * @typedef {object} Look
 * @property {'enc' | 'code' | 'dec'} hue of whoever attends
 * @property {Link[]} links
 * @property {{side: 'source' | 'output', index: number}} target the chip that looks
 * @property {boolean} through whether what is looked at passes the code
 * @property {ArrayLike<number>} source weight per source chip
 * @property {ArrayLike<number>} output weight per output chip
 * @property {ArrayLike<number> | undefined} context what was read, for the pill
 * @property {string | null} block path of the module that attends
 * @property {[string, string][]} clause
 */

/**
 * @param {any} scene a sequence scene
 * @returns {(choice: {map: number, head: number} | null | undefined, step: number) => Look | null} null where nothing
 * attends
 */
export function looker(scene) {
  const maps = (scene.maps ?? []).map((map) => ({ ...map, values: unpack(map.weights), read: unpack(map.context) }));
  const many = maps.reduce((sum, { values }) => sum + values.shape[0], 0) > 1;
  const crossed = maps.some(({ side }) => side === 'cross');
  const before = scene.summary ? 1 : 0;

  /**
   * The source chip that a map of the source at itself is asked about: where the answer is read off, else where the
   * picture looks.
   */
  const place = (step) => {
    if (scene.decoder.ghost) return scene.positions.length ? before + scene.positions[step] : 0;
    const drawn = scene.main && maps[scene.main.map];
    return drawn
      ? argmax(weights(drawn, scene.main.head, step).subarray(0, scene.source.length))
      : scene.source.length - 1;
  };
  const row = ({ side }, step) =>
    side === 'pooling' ? 0 : side === 'encoder' || side === 'prompt' ? place(step) : step;
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
 * output.
 * A decoder has one own state per step. The first has read the start token; where a text just goes on there is none,
 * and the
 * first step is taken from the state of the last word of the prompt.
 */
function columnsOf(scene, map, values) {
  if (map.side !== 'decoder') return { chips: values.length, start: 0 };
  const before = values.length - scene.output.length;
  const start = scene.encoder.ghost && before < scene.source.length ? 0 : 1;
  return { chips: before + 1 - start, start };
}

/** The start token has no chip. */
function linkOf(j, { chips, start }, weight) {
  if (j < chips) return { from: 'source', index: j, weight };
  return j < chips + start ? { from: 'start', index: 0, weight } : { from: 'output', index: j - chips - start, weight };
}

/** `head 2.3 looks mostly at state 4, ‘red’ — weight 0.87` */
function clause(scene, map, head, values, { many, crossed, before, at, columns }) {
  const most = argmax(values);
  const named = [
    ['', 'head\u00a0'],
    ['b', `${map.layer + 1}.${head + 1}`],
  ];
  const kind =
    scene.decoder.ghost || !crossed || map.side === 'cross' ? '' : map.side === 'encoder' ? 'encoder ' : 'decoder ';
  const who = many ? [['', kind], ...named] : [['', map.side === 'pooling' ? 'the pooling' : 'the decoder']];
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
  const weight = [
    ['', ' — weight '],
    [`b ${HUES[map.side]}`, values[most].toFixed(2)],
  ];
  return [...who, ...here, ['', ' looks mostly at '], ...stateName(scene, map, most, before, columns), ...weight];
}

const HUES = { cross: 'c', pooling: 'c', encoder: 'e', prompt: 'd', decoder: 'd' };

function stateName(scene, map, j, before, { chips, start }) {
  if (j >= chips) {
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
