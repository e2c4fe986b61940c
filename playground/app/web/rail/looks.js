// How a group of tasks looks, at 20 px: a hint beside its name, which says it all.
import { h, s } from '../core/dom.js';

const SIDE = 20;

/** Strokes on a 20 × 20 grid: a handwritten digit, a drawn one, a scene of two shapes. */
const PICTURES = [
  'M6.5 5.5c1-1.5 6-1.5 6 1.2c0 2-2 2.6-3.5 2.6c2 0 4.500 .7 4.500 3c0 3.200-6 3.400-7.500 1.200',
  'M10 9.500c-5-1.500-3.500-5.500 0-5.500s5 4 0 5.500c-5 2-4 6.500 0 6.500s5-4.500 0-6.500',
  'M10 4a2.700 2.700 0 1 0 .01 0zM6.500 11.500h7v5h-7z',
];

/** Two tones at a time, as a key of a telephone sounds: [time, low, high]. */
const KEYS = [
  [4, 14, 5],
  [19, 12, 8],
  [34, 15, 4],
  [49, 13, 6],
];

/** @type {Record<string, () => (Node | string)[]>} */
const LOOKS = {
  Digits: () => ['3 1 → 1 3'],
  'Words and sentences': () => ['Aa'],
  Pictures: () => PICTURES.map((d) => frame(SIDE, s('path', { d, fill: 'none' }))),
  Sounds: () => [
    frame(66, s('path', { d: KEYS.map(([x, ...y]) => y.map((at) => `M${x} ${at}h9`).join('')).join('') })),
  ],
  'Your own': () => ['bring yours'],
};

/** @param {string} group */
export const look = (group) => h('span.look', { 'aria-hidden': true }, LOOKS[group]?.() ?? []);

/** @param {number} width @param {SVGElement} drawing */
function frame(width, drawing) {
  const lines = { stroke: 'currentColor', 'stroke-width': 1.5, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return s('svg', { viewBox: `0 0 ${width} ${SIDE}`, width, height: SIDE, ...lines }, drawing);
}
