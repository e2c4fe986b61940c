// The small drawings that every figure shares: ■ ● ▲, icons, vector glyphs and the heat ramp.
import { h, s } from './dom.js';

/** @import { Hue } from './types.d.ts' */

const SHAPES = { enc: 'M1 1h10v10H1z', code: 'M6 .8a5.2 5.2 0 1 0 .01 0z', dec: 'M6 1l5.5 10H.5z' };

/** ■ encoder, ● code or ▲ decoder; a ghost is the outline of a part that a model lacks. @param {Hue} kind */
export function glyph(kind, ghost = false) {
  const path = ghost
    ? { fill: 'none', stroke: 'var(--line-strong)', 'stroke-dasharray': '2 1.5' }
    : { fill: `var(--${kind})`, stroke: `var(--${kind})` };
  return h(
    'span.gl',
    { 'aria-hidden': 'true' },
    s('svg', { viewBox: '0 0 12 12' }, s('path', { d: SHAPES[kind], ...path })),
  );
}

// Drawn on a 16 × 16 grid, because the characters for media symbols are missing in many fonts.
const LINES = {
  table: 'M2 3h12v10H2zM2 7h12M2 10h12M7 3v10',
  save: 'M8 2v8M5 7l3 3 3-3M3 13h10',
  more: 'M3 8h.1M8 8h.1M13 8h.1',
  dice: 'M2.5 2.5h11v11h-11zM5.5 5.5h.1M10.5 10.5h.1M8 8h.1',
  menu: 'M2 4h12M2 8h12M2 12h12',
  screen: 'M2 3h12v8H2zM6 14h4',
  sun: 'M8 5.2a2.8 2.8 0 1 0 .01 0zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z',
  close: 'M4 4l8 8M12 4l-8 8',
  undo: 'M5.5 2.5L2.5 5.5l3 3M2.5 5.5H10a3.5 3.5 0 0 1 0 7H6',
  redo: 'M10.5 2.5l3 3-3 3M13.5 5.5H6a3.5 3.5 0 0 0 0 7h4',
  bolt: 'M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z',
  picture: 'M2 3h12v10H2zM2 11l3.5-3.5L9 11l2-2 3 3M10.5 6h.1',
  warn: 'M8 2v8M8 13.4v.1',
  share: 'M6 8l4.5-3.5M6 8l4.5 3.5M4 9.8a1.8 1.8 0 1 0-.01 0zM12 6a1.8 1.8 0 1 0-.01 0zM12 14a1.8 1.8 0 1 0-.01 0z',
};
const SOLIDS = {
  first: 'M4 3v10M13 3L6 8l7 5z',
  prev: 'M11 3L4 8l7 5z',
  play: 'M4 2.5L13 8l-9 5.5z',
  pause: 'M4.5 3h1.6v10H4.5zM9.9 3h1.6v10H9.9z',
  next: 'M5 3l7 5-7 5z',
};

/** @typedef {keyof typeof LINES | keyof typeof SOLIDS} Icon */

/** @param {Icon} name */
export function icon(name) {
  const solid = name in SOLIDS;
  return s(
    'svg',
    {
      viewBox: '0 0 16 16',
      width: 16,
      height: 16,
      fill: solid ? 'currentColor' : 'none',
      stroke: 'currentColor',
      'stroke-width': 1.5,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
      'aria-hidden': 'true',
      class: 'icon',
    },
    s('path', { d: { ...LINES, ...SOLIDS }[name] }),
  );
}

/**
 * At most `limit` bars: neighbours share one, which shows the strongest of them with its sign.
 * @param {ArrayLike<number>} values
 */
export function grouped(values, limit = 40) {
  const size = Math.ceil(values.length / limit);
  if (size <= 1) return values;
  const bars = new Float32Array(Math.ceil(values.length / size));
  for (let i = 0; i < values.length; i++) {
    const bar = Math.floor(i / size);
    if (Math.abs(values[i]) > Math.abs(bars[bar])) bars[bar] = values[i];
  }
  return bars;
}

/** The largest absolute value, never 0: the common scale of a row of glyphs. @param {ArrayLike<number>} values */
export function span(values) {
  let most = 1e-6;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** @typedef {{show: (values: ArrayLike<number>, max?: number) => void}} Redrawn */

/**
 * One bar per unit from a centre line, negatives paler; `show` redraws it in place.
 * @param {ArrayLike<number>} values
 * @param {{across?: boolean, hue?: Hue, max?: number}} [options] across: units run from left to right
 * @returns {SVGSVGElement & Redrawn}
 */
export function vector(values, { across = false, hue = 'enc', max } = {}) {
  const axis = s('path', { stroke: 'var(--line-strong)', 'stroke-width': 1, 'vector-effect': 'non-scaling-stroke' });
  const above = s('path', { fill: `var(--${hue})` });
  const below = s('path', { fill: `var(--${hue})`, opacity: 0.55 });
  const node = s('svg', { class: 'vector', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, axis, above, below);
  /** @type {Redrawn['show']} */
  const show = (next, scale) => {
    const bars = grouped(next);
    const most = scale ?? span(bars);
    node.setAttribute('viewBox', across ? `0 0 ${bars.length} 100` : `0 0 100 ${bars.length}`);
    axis.setAttribute('d', across ? `M0 50H${bars.length}` : `M50 0V${bars.length}`);
    const paths = barPaths(bars, most, across);
    above.setAttribute('d', paths[0]);
    below.setAttribute('d', paths[1]);
  };
  show(values, max);
  return Object.assign(node, { show });
}

/** @param {ArrayLike<number>} bars @param {number} most @param {boolean} across */
function barPaths(bars, most, across) {
  let positive = '';
  let negative = '';
  for (let i = 0; i < bars.length; i++) {
    const length = Math.min(1, Math.abs(bars[i]) / most) * 48;
    const start = (i + 0.12).toFixed(2);
    const size = length.toFixed(1);
    if (bars[i] < 0)
      negative += across ? `M${start} 50v${size}h.76v-${size}z` : `M${50 - length} ${start}h${size}v.76h-${size}z`;
    else positive += across ? `M${start} ${50 - length}v${size}h.76v-${size}z` : `M50 ${start}h${size}v.76h-${size}z`;
  }
  return [positive, negative];
}

/** Heat colour of 0…1, lightness monotone: r0 → mark at 0.6 → r1. @param {number} value @param {Hue} hue */
export function ramp(value, hue = 'code') {
  const v = Math.max(0, Math.min(1, value));
  return v < 0.6
    ? `color-mix(in oklab, var(--${hue}) ${((v / 0.6) * 100).toFixed(1)}%, var(--r0))`
    : `color-mix(in oklab, var(--${hue}-r1) ${(((v - 0.6) / 0.4) * 100).toFixed(1)}%, var(--${hue}))`;
}

/** Text colour that reads on `ramp(value)`. @param {number} value */
export const onRamp = (value) => (value > 0.34 ? 'var(--surface)' : 'var(--ink)');

/** A token as drawn: a space must be seen. @param {string} token */
export const spelled = (token) => (token === ' ' ? '␣' : token);

/** How a token is named in a sentence: end stands bare, the rest in quotes. @param {string} token */
export const quoted = (token) => (token === 'end' ? 'end' : `‘${spelled(token)}’`);
