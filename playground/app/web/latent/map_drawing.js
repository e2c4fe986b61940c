// The drawing of the latent map: its frame, the digits or the pictures on it, the ring of the code that is shown.
import { h, placeIn, s } from '../core/dom.js';
import { signed } from '../core/numbers.js';
import { inkOf, penOf, unpackBytes } from '../picture/pixels.js';

/** @import { Unpacked } from '../core/types.d.ts' */
/** @import { LatentMap } from './types.d.ts' */

/** @typedef {[x: number, y: number]} Place in the numbers of the map, or in pixels */
/** @typedef {ReturnType<typeof layout>} Plot */

const PAD = { left: 34, right: 10, top: 22, bottom: 36 };

/** @param {Unpacked} cloud @param {number} i @returns {Place} */
export const placeOf = (cloud, i) => [cloud.row(i)[0], cloud.row(i)[1]];

/** @param {SVGElement} svg @param {LatentMap} value @param {number} width */
export function layout(svg, { reach }, width) {
  const big = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--fs-xs')) / 12 || 1;
  const left = PAD.left * big;
  const top = PAD.top * big;
  const w = width - left - PAD.right;
  const tall = Math.min(w, big > 1 ? 290 : 400);
  const height = top + tall + PAD.bottom * big;
  svg.setAttribute('width', String(width));
  svg.setAttribute('height', String(height));
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const [[x0, x1], [y0, y1]] = reach;
  /** @param {number} v @param {number} low @param {number} high */
  const clamp = (v, low, high) => Math.max(low, Math.min(high, v));
  return {
    left,
    top,
    w,
    tall,
    big,
    /** @param {Place} place @returns {Place} in pixels */
    at: ([x, y]) => [left + ((x - x0) / (x1 - x0)) * w, top + ((y1 - y) / (y1 - y0)) * tall],
    /** @param {Place} place @returns {Place} */
    within: ([x, y]) => [clamp(x, x0, x1), clamp(y, y0, y1)],
    /** @param {MouseEvent} event @returns {Place} */
    place: (event) => {
      const [x, y] = placeIn(svg, event);
      return [x0 + clamp((x - left) / w, 0, 1) * (x1 - x0), y1 - clamp((y - top) / tall, 0, 1) * (y1 - y0)];
    },
  };
}

/** @param {Plot} plot @param {LatentMap} value */
export function frame({ left, top, w, tall, big, at }, { reach, axes }) {
  const [xs, ys] = reach.map(ticks);
  const right = left + w;
  const foot = top + tall;
  return s(
    'g',
    {},
    s('rect', { x: left, y: top, width: w, height: tall, class: 'map-area' }),
    xs.map((v) => s('text', { x: at([v, 0])[0], y: foot + 16 * big, 'text-anchor': 'middle' }, signed(v, 0))),
    ys.map((v) => s('text', { x: left - 6, y: at([0, v])[1] + 4, 'text-anchor': 'end' }, signed(v, 0))),
    s('text', { x: right, y: foot + 32 * big, 'text-anchor': 'end', class: 'axis-name' }, axes[0]),
    s('text', { x: 0, y: 12 * big, class: 'axis-name' }, axes[1]),
  );
}

/** Whole numbers, at most five of them. @param {[low: number, high: number]} reach */
function ticks([low, high]) {
  const step = [1, 2, 5, 10, 20, 50].find((size) => (high - low) / size <= 5) ?? 100;
  return Array.from(
    { length: Math.floor(high / step) - Math.ceil(low / step) + 1 },
    (_, i) => (Math.ceil(low / step) + i) * step,
  );
}

/** @param {Plot} plot @param {string[]} labels @param {Unpacked} cloud */
export function digits({ at }, labels, cloud) {
  return s(
    'g',
    { class: 'digits' },
    labels.map((label, i) => {
      const [x, y] = at(placeOf(cloud, i));
      return s('text', { x: x.toFixed(1), y: (y + 4).toFixed(1), 'text-anchor': 'middle', class: 'digit m' }, label);
    }),
  );
}

/**
 * All pictures of the manifold as one image.
 * @param {Plot} plot @param {NonNullable<LatentMap['manifold']>} manifold
 */
export function tiles({ left, top, w, tall }, { side, pictures }) {
  const canvas = h('canvas', { width: side * 28, height: side * 28 });
  const pen = penOf(canvas);
  unpackBytes(pictures).forEach((one, k) =>
    pen.putImageData(inkOf(one, 28), (k % side) * 28, Math.floor(k / side) * 28),
  );
  return s('image', {
    href: canvas.toDataURL(),
    x: left,
    y: top,
    width: w,
    height: tall,
    preserveAspectRatio: 'none',
    class: 'manifold',
  });
}

export const ring = () => s('g', { class: 'here', hidden: true });

/** @param {Plot} plot @param {number} x @param {number} y @param {Float32Array | null} spread */
export function ringParts({ left, top, w, tall, big, at }, x, y, spread) {
  const [ox, oy] = at([0, 0]);
  const [dx, dy] = spread ? [Math.abs(at([spread[0], 0])[0] - ox), Math.abs(at([0, spread[1] ?? 0])[1] - oy)] : [0, 0];
  return [
    s('path', { d: `M${left} ${y}h${w}M${x} ${top}v${tall}`, class: 'cross' }),
    ...(spread ? [s('ellipse', { cx: x, cy: y, rx: Math.max(2, dx), ry: Math.max(2, dy), class: 'cloud' })] : []),
    s('circle', { cx: x, cy: y, r: 13 * big, class: 'ring' }),
  ];
}
