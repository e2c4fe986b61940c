// What is said of the maps, and their numbers.
import { unpack } from '../../core/arrays.js';
import { grouped, signed } from '../../core/numbers.js';

/** @import { PictureScene } from '../../core/scene.d.ts' */
/** @import { Rich, Table, Unpacked } from '../../core/types.d.ts' */
/** @import { LatentMap, Worth } from '../types.d.ts' */

/** @param {PictureScene} scene @returns {Rich} */
export function whereOf({ place, input }) {
  if (!place) return [];
  const numbers = `(${place.map((v) => signed(v)).join(', ')})`;
  return [
    ['', `The ring is ${input ? 'our picture' : 'the code set by hand'}, at `],
    ['b', numbers],
    ['', '. '],
  ];
}

/** @type {Record<string, [doing: string, rest: string]>} */
const DOES = {
  slant: ['leans as it does', ''],
  thickness: ['is as thick as its pen', ', up to scale'],
  size: ['is as long as it is tall', ', up to scale'],
};

/** @param {LatentMap} value @param {string} glyph @returns {Rich} */
export function readingOf({ reading, spread }, glyph) {
  const clouds = spread ? ' Green: the cloud of its code, 2 σ.' : '';
  if (glyph === 'digit') return clouds ? [...reading, ['', clouds]] : reading;
  const [does, scale] = DOES[glyph] ?? [`shows its ${glyph}`, ''];
  return [
    ['', 'Each stroke is a test digit and '],
    ['b', does],
    ['', `${scale}; bold, the stage’s own kind.${clouds} Numerals: the middle of a kind.`],
  ];
}

const PIXELS = 784;

/** How much smaller the code is and what that costs, and how well neighbours tell a digit. @param {Worth} worth */
export function knows({ size, components, right, of, among, near }) {
  const times = PIXELS / size;
  const ratio = times < 10 ? times.toFixed(1) : String(Math.round(times));
  const worth = `784 numbers → ${size}, ${ratio} to 1: the error of ${components} principal components.`;
  if (right === null) return worth;
  return (
    `${worth} Its ${near} nearest of ${grouped(among)} training codes tell the digit of ` +
    `${Math.floor(100 * right)} % of ${grouped(of)} test pictures.`
  );
}

/** @param {LatentMap} value @param {Unpacked} cloud @returns {Table} */
export function mapTable({ axes, labels, named: told, factors }, cloud) {
  const known = Object.entries(factors).map(([name, packed]) => ({ name, values: unpack(packed).data }));
  return {
    columns: [told ? 'digit' : 'picture', ...axesOf(axes), ...known.map(({ name }) => name)],
    rows: labels.map((label, i) => [
      told ? label : i,
      ...Array.from(cloud.row(i), (v) => signed(v, 3)),
      ...known.map(({ values }) => signed(values[i])),
    ]),
  };
}

/** @param {LatentMap} value @param {Float32Array[]} pictures @returns {Table} */
export function manifoldTable({ axes, reach: [[left, right], [low, high]], manifold: { across, up } }, pictures) {
  return {
    columns: [...axesOf(axes), 'mean ink'],
    rows: pictures.map((picture, k) => [
      signed(left + (((k % across) + 0.5) / across) * (right - left)),
      signed(high - ((Math.floor(k / across) + 0.5) / up) * (high - low)),
      (picture.reduce((a, b) => a + b, 0) / picture.length).toFixed(3),
    ]),
  };
}

/** @param {string[]} axes */
const axesOf = (axes) => axes.map((name, i) => name || `axis ${i + 1}`);
