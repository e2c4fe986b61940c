// A small chart of curves over a few places: what is drawn by hand, what the class has drawn, and what is so.
import { s } from '../core/dom.js';

/** @import { AskedOfClass } from '../core/classroom.d.ts' */

export const WIDTH = 480;
export const HEIGHT = 320;
const [LEFT, RIGHT, TOP, BOTTOM] = [62, 22, 34, 50];

/** @typedef {NonNullable<AskedOfClass['curve']>} Curve */

/** Where a place and a value lie. @param {Curve} curve */
export function scales([xs, , low, high]) {
  const first = xs[0];
  const span = xs[xs.length - 1] - first || 1;
  return {
    x: (/** @type {number} */ at) => LEFT + ((xs[at] - first) / span) * (WIDTH - LEFT - RIGHT),
    y: (/** @type {number} */ value) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM),
    value: (/** @type {number} */ y) => low + ((HEIGHT - BOTTOM - y) / (HEIGHT - TOP - BOTTOM)) * (high - low),
  };
}

/** Grid, numbers and names of the axes. @param {Curve} curve */
export function frame(curve) {
  const [xs, [across, up], low, high, , unit] = curve;
  const { x, y } = scales(curve);
  const levels = [low, (low + high) / 2, high];
  return s(
    'g',
    { 'aria-hidden': true },
    levels.map((v) => s('path', { class: 'grid', d: `M${LEFT} ${y(v)}H${WIDTH - RIGHT}` })),
    levels.map((v) =>
      s(
        'text',
        { x: LEFT - 8, y: y(v) + 4, 'text-anchor': 'end' },
        `${v}${unit === '%' ? '\u00a0%' : ` ${unit}`}`.trim(),
      ),
    ),
    xs.map((name, at) =>
      s('text', { x: x(at), y: HEIGHT - BOTTOM + 20, 'text-anchor': 'middle' }, Number(name.toPrecision(4))),
    ),
    s('text', { x: WIDTH - RIGHT, y: HEIGHT - 6, 'text-anchor': 'end' }, across),
    s('text', { x: LEFT, y: TOP - 16 }, up),
  );
}

/** @param {Curve} curve @param {number[]} values @param {string} className */
export function line(curve, values, className) {
  const { x, y } = scales(curve);
  return s('path', { class: className, d: values.map((v, at) => `${at ? 'L' : 'M'}${x(at)} ${y(v)}`).join('') });
}

/**
 * What everybody has drawn, thin over each other; an earlier vote dashed; one's own and what is so stand out.
 * @param {Curve} curve @param {AskedOfClass} asked @param {number[] | null} mine
 */
export function crowd(curve, { curves = [], line: so = null }, mine = null) {
  const latest = curves[curves.length - 1] ?? [];
  const before = curves.length > 1 ? curves[0] : [];
  const { x, y } = scales(curve);
  const [, , , , , unit] = curve;
  const told = so ? `; as it is: ${so.map((v) => `${v} ${unit}`).join(', ')}` : '';
  return s(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      class: 'class-curves',
      role: 'img',
      'aria-label': `${latest.length} curves${told}`,
    },
    frame(curve),
    before.map((values) => line(curve, values, 'one before')),
    latest.map((values) => line(curve, values, 'one')),
    mine && line(curve, mine, 'mine'),
    so && [line(curve, so, 'so'), so.map((v, at) => s('circle', { class: 'so', cx: x(at), cy: y(v), r: 4 }))],
  );
}

/** The middle of what was drawn at each place. @param {number[][]} curves */
export function middle(curves) {
  if (!curves.length) return [];
  return curves[0].map((_, at) => {
    const values = curves.map((one) => one[at]).sort((a, b) => a - b);
    return (values[(values.length - 1) >> 1] + values[values.length >> 1]) / 2;
  });
}
