// A map on which one looks around: by hovering, by a finger, by arrow keys. To look changes nothing; a click, or Enter,
// chooses. Both maps of the latent stage are such boards, on one scale.
import { h, placeIn, s } from '../../core/dom.js';
import { signed } from '../../core/numbers.js';

/** @import { Child } from '../../core/types.d.ts' */
/** @import { Mapped } from '../types.d.ts' */

/** @typedef {[x: number, y: number]} Place in the numbers of the map, or in pixels */
/** @typedef {ReturnType<typeof layout>} Plot */

/**
 * @typedef {object} Acts
 * @property {(place: Place, how: 'mouse' | 'touch' | 'keys') => void} look
 * @property {(place: Place, near: boolean) => void} put near: a mark close by is meant, where there is one
 * @property {() => Place | null} at what is looked at
 * @property {(key: string) => boolean} key whether another key was used
 */

const PAD = { left: 34, right: 2, top: 22, bottom: 36 };
/** @type {Record<string, Place>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const MOVED = 4; // pixels from which on a press is a drag
const STEP = 1 / 40;
const FINE = 1 / 200; // of the map, an arrow key's

/** @param {string} label @param {Acts} acts */
export function createBoard(label, acts) {
  const ground = s('g');
  const over = s('g', { class: 'over' });
  // In a layer of its own: what is looked at moves without the map being painted again.
  const looking = s('svg', { class: 'looking', 'aria-hidden': 'true' });
  const svg = s(
    'svg',
    { class: 'latent-map', tabindex: 0, role: 'application', 'aria-roledescription': 'map', 'aria-label': label },
    ground,
    over,
  );
  const node = h('div.board', {}, svg, looking);
  /** @type {Plot | null} */
  let plot = null;
  /** @type {Mapped | null} */
  let value = null;
  /** @type {{x: number, y: number, moved: boolean} | null} */
  let press = null;

  svg.addEventListener('pointerdown', (event) => {
    if (!plot || event.button) return;
    svg.setPointerCapture(event.pointerId);
    svg.classList.add('by-pointer');
    press = { x: event.clientX, y: event.clientY, moved: false };
    acts.look(plot.place(event), event.pointerType === 'mouse' ? 'mouse' : 'touch');
  });
  svg.addEventListener('pointermove', (event) => {
    if (!plot) return;
    if (press) press.moved ||= Math.hypot(event.clientX - press.x, event.clientY - press.y) > MOVED;
    if (press || event.pointerType === 'mouse')
      acts.look(plot.place(event), event.pointerType === 'mouse' ? 'mouse' : 'touch');
  });
  svg.addEventListener('pointerup', (event) => {
    // A finger that was drawn over the map has only looked.
    if (press && plot && (!press.moved || event.pointerType === 'mouse')) acts.put(plot.place(event), !press.moved);
    press = null;
  });
  svg.addEventListener('pointercancel', () => {
    press = null;
  });
  svg.addEventListener('keydown', (event) => {
    svg.classList.remove('by-pointer');
    if (!plot || !value || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = KEYS[event.key];
    const at = acts.at();
    if (way && at) {
      const size = event.shiftKey ? FINE : STEP;
      const [x, y] = value.reach.map(([low, high], axis) => way[axis] * size * (high - low));
      acts.look(plot.within([at[0] + x, at[1] + y]), 'keys');
    } else if (event.key === 'Enter' && at) acts.put(at, false);
    else if (!acts.key(event.key)) return;
    event.preventDefault();
  });

  return {
    node,
    svg,
    plot: () => plot,
    /** @param {Mapped} next @param {number} width @param {number} tallest @param {(plot: Plot) => Child[]} marks */
    draw(next, width, tallest, marks) {
      value = next;
      plot = layout([svg, looking], next, width, tallest);
      ground.replaceChildren(frame(plot, next));
      for (const part of marks(plot)) if (part instanceof Node) ground.append(part);
    },
    /** What stands on the stage. @param {(plot: Plot) => Node[]} parts */
    lay(parts) {
      if (plot) over.replaceChildren(...parts(plot));
    },
    /** What is looked at. @param {(plot: Plot) => Node[]} parts */
    show(parts) {
      if (plot) looking.replaceChildren(...parts(plot));
    },
  };
}

/** @param {SVGElement[]} layers @param {Mapped} value @param {number} width @param {number} tallest */
function layout(layers, { reach, manifold: { across, up } }, width, tallest) {
  const big = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--fs-xs')) / 12 || 1;
  const left = PAD.left * big;
  const top = PAD.top * big;
  const cell = Math.max(1, Math.min((width - left - PAD.right) / across, tallest / up));
  const [w, tall] = [cell * across, cell * up];
  const height = top + tall + PAD.bottom * big;
  for (const svg of layers) {
    svg.setAttribute('width', String(width));
    svg.setAttribute('height', String(height));
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  }
  const [[x0, x1], [y0, y1]] = reach;
  /** @param {number} v @param {number} low @param {number} high */
  const clamp = (v, low, high) => Math.max(low, Math.min(high, v));
  return {
    left,
    top,
    w,
    tall,
    cell,
    big,
    /** @param {Place} place @returns {Place} in pixels */
    at: ([x, y]) => [left + ((x - x0) / (x1 - x0)) * w, top + ((y1 - y) / (y1 - y0)) * tall],
    /** @param {Place} place @returns {Place} */
    within: ([x, y]) => [clamp(x, x0, x1), clamp(y, y0, y1)],
    /** @param {MouseEvent} event @returns {Place} */
    place: (event) => {
      const [x, y] = placeIn(layers[0], event);
      return [x0 + clamp((x - left) / w, 0, 1) * (x1 - x0), y1 - clamp((y - top) / tall, 0, 1) * (y1 - y0)];
    },
    /** The cell of the manifold that a place is in, counted row by row. @param {Place} place */
    cellOf: ([x, y]) => {
      const column = clamp(Math.floor(((x - x0) / (x1 - x0)) * across), 0, across - 1);
      return clamp(Math.floor(((y1 - y) / (y1 - y0)) * up), 0, up - 1) * across + column;
    },
  };
}

/** @param {Plot} plot @param {Mapped} value */
function frame({ left, top, w, tall, big, at }, { reach, axes }) {
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

/** Whole numbers, at most seven of them. @param {[low: number, high: number]} reach */
function ticks([low, high]) {
  const step = [1, 2, 5, 10, 20, 50].find((size) => (high - low) / size <= 7) ?? 100;
  return Array.from(
    { length: Math.floor(high / step) - Math.ceil(low / step) + 1 },
    (_, i) => (Math.ceil(low / step) + i) * step,
  );
}
