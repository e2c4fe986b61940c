// A model's decoder, run in the browser: what lies under a pointer is drawn in the same frame.
import { unpack } from '../core/arrays.js';
import { asking } from '../core/island.js';

/** @import { Dense, Layers, Stamp } from './types.d.ts' */

/** @typedef {Float32Array<ArrayBuffer>} Numbers */
/** @typedef {(code: ArrayLike<number>, condition: number | null) => Numbers} Decoder 784 of ink, 0…1 */
/** @typedef {(numbers: Numbers) => Numbers} Step */

const KEPT = 3;
const WINDOW = 4; // of a stamp, which is pressed every 2 pixels, 1 beyond the edge
const SIZE = WINDOW ** 2;
const EPSILON = 1e-5; // under the root of a normalisation

/** By where they came from, the newest last. @type {Map<string, Promise<Decoder | null>>} */
const kept = new Map();

/**
 * The decoder of the model at an address of the server; null where it is not made of layers that are known here.
 * @param {string} address @returns {Promise<Decoder | null>}
 */
export function decoderAt(address) {
  const coming = kept.get(address) ?? fetched(address);
  kept.delete(address);
  kept.set(address, coming);
  for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old);
  return coming;
}

/** @param {string} address */
async function fetched(address) {
  const answer = await asking(address, 'decoder.json', {});
  if ('failed' in answer) kept.delete(address); // it may be asked again
  return 'failed' in answer ? null : decoderOf(/** @type {Layers} */ (answer.data));
}

/** @param {Layers} sent @returns {Decoder | null} */
export function decoderOf({ layers, conditions }) {
  if (!layers) return null;
  const steps = layers.map((layer) => (layer.kind === 'dense' ? dense(layer) : stamp(layer)));
  return (code, condition) => {
    const row = new Float32Array(code.length + conditions);
    row.set(code);
    if (conditions && condition !== null) row[code.length + condition] = 1;
    let numbers = row;
    for (const step of steps) numbers = step(numbers);
    return numbers;
  };
}

/** φ(W x + b) @param {Dense} layer @returns {Step} */
function dense({ weight, bias, activation }) {
  const rows = unpack(weight);
  const offset = unpack(bias).data;
  const bend = BENDS[activation];
  return (x) => {
    const sums = Float32Array.from(offset);
    for (let o = 0; o < sums.length; o++) {
      const row = rows.row(o);
      let sum = sums[o];
      for (let i = 0; i < x.length; i++) sum += row[i] * x[i];
      sums[o] = bend(sum);
    }
    return sums;
  };
}

/**
 * Every number of a map presses a stamp of 4 × 4 onto one of twice its side; where they overlap they add up.
 * @param {Stamp} layer @returns {Step}
 */
function stamp({ kernel, bias, side, activation, groups, scale, shift }) {
  const { shape, data } = unpack(kernel);
  const [inputs, outputs] = shape;
  const offset = unpack(bias).data;
  const norm = scale && shift ? { scale: unpack(scale).data, shift: unpack(shift).data } : null;
  const bend = BENDS[activation];
  const wide = 2 * side;
  const area = wide * wide;
  /**
   * @param {Numbers} map @param {number} from where it begins @param {number} value @param {number} at whose place
   * @param {number} k where the stamp begins
   */
  const press = (map, from, value, at, k) => {
    const top = 2 * Math.floor(at / side) - 1;
    const left = 2 * (at % side) - 1;
    const first = Math.max(0, -left);
    const last = Math.min(WINDOW, wide - left);
    for (let row = Math.max(0, -top); row < Math.min(WINDOW, wide - top); row++) {
      const to = from + (top + row) * wide + left;
      for (let column = first; column < last; column++) map[to + column] += value * data[k + row * WINDOW + column];
    }
  };
  return (x) => {
    const sum = new Float32Array(outputs * area);
    for (let o = 0; o < outputs; o++) sum.fill(offset[o], o * area, (o + 1) * area);
    for (let c = 0; c < inputs; c++)
      for (let at = 0; at < side * side; at++)
        for (let o = 0; o < outputs; o++) press(sum, o * area, x[c * side * side + at], at, (c * outputs + o) * SIZE);
    if (norm) normalise(sum, groups, norm);
    return sum.map(bend);
  };
}

/**
 * Each group of channels gets mean 0 and variance 1, then each channel its own scale and shift.
 * @param {Float32Array} maps @param {number} groups @param {{scale: Float32Array, shift: Float32Array}} own
 */
function normalise(maps, groups, { scale, shift }) {
  const size = maps.length / groups;
  const area = maps.length / scale.length;
  for (let g = 0; g < groups; g++) {
    const part = maps.subarray(g * size, (g + 1) * size);
    const mean = part.reduce((sum, v) => sum + v, 0) / size;
    const variance = part.reduce((sum, v) => sum + (v - mean) ** 2, 0) / size;
    const unit = 1 / Math.sqrt(variance + EPSILON);
    for (let i = 0; i < size; i++) {
      const channel = Math.floor((g * size + i) / area);
      part[i] = (part[i] - mean) * unit * scale[channel] + shift[channel];
    }
  }
}

/** @type {Record<string, (x: number) => number>} */
const BENDS = {
  none: (x) => x,
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  gelu: (x) => (x * (1 + erf(x * Math.SQRT1_2))) / 2,
};

/** To 1.5e-7: Abramowitz & Stegun, 7.1.26. @param {number} x */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}
