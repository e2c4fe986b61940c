// Encoder and decoder of an autoencoder: a trapezoid that narrows or widens, with what each layer computes inside it.

import { unpack } from '../../core/arrays.js';
import { h, s } from '../../core/dom.js';
import { glyph, span, vector } from '../../core/glyphs.js';
import { paint, watchTheme } from '../pixels.js';

/** @import { Layer } from '../../core/scene.d.ts' */
/** @import { Child, Hue, Unpacked } from '../../core/types.d.ts' */

/**
 * Of feature maps that are drawn, by their own height: the narrow end has room for fewer.
 * @type {Record<number, number>}
 */
const ROWS = { 7: 3, 14: 4, 28: 1 };
const ACROSS = 2;
const GAP = 1; // between them, in their own pixels
const PICTURE = [28, 28];
const FEW = 12; // numbers that are drawn as high as any layer; fewer keep within the slanted sides
const ROOM = 150; // of the widest row of layers, in pixels

/**
 * @param {'enc' | 'dec'} hue @param {string} title
 * @param {Layer[] | null} layers in the order of computing; null if it is not used
 * @param {(path: string) => void} pick
 */
export function funnel(hue, title, layers, pick) {
  const wide = hue === 'enc';
  const side = wide ? 'encoder' : 'decoder';
  /** @type {(() => void)[]} */
  const stops = [];
  /** @type {[path: string, node: HTMLElement][]} */
  const buttons = [];
  const drawn = (layers ?? []).map((layer) => ({ ...layer, data: unpack(layer.values) }));
  const most = Math.max(FEW, ...drawn.map(({ data }) => data.data.length));
  /** @param {string} path @param {string} name @param {Child[]} children */
  const button = (path, name, ...children) => {
    const node = h(
      'button',
      { type: 'button', 'aria-pressed': 'false', 'aria-label': name, onclick: () => pick(path) },
      children,
    );
    buttons.push([path, node]);
    return node;
  };
  /** @param {Layer & {data: Unpacked}} layer */
  const layerNode = ({ name, path, shape, data }) => {
    const maps =
      name === 'reconstruction' && data.data.length === PICTURE[0] * PICTURE[1]
        ? { shape: [1, ...PICTURE], data: data.data }
        : data.shape.length === 3
          ? data
          : null;
    const image = maps ? featureMaps(maps, hue, stops) : strip(data, hue, most);
    const node = button(
      path,
      `${side}: ${name}, ${shape} numbers, open ${path.split('.').at(-1)}`,
      image,
      h('span.m', {}, brief(shape)),
    );
    node.className = maps ? 'aelayer maps' : 'aelayer';
    return node;
  };
  const head = button(side, `${side}: open`, glyph(hue, !layers), h('b', {}, title));
  head.className = 'bh';
  const node = h(
    `div.funnel.${hue}${layers ? '' : '.ghost'}`,
    {},
    head,
    outline(hue, wide, !layers),
    h('div.layers', {}, layers ? drawn.map(layerNode) : h('span.why', {}, 'not used')),
  );
  node.style.setProperty('--gap', `${Math.max(4, Math.min(18, ROOM / (drawn.length * 4)))}px`);
  return {
    node,
    stop() {
      for (const stop of stops) stop();
    },
    /** @param {string | null} open path of the open block */
    mark(open) {
      for (const [path, one] of buttons) {
        one.classList.toggle('open', path === open);
        one.setAttribute('aria-pressed', String(path === open));
      }
    },
  };
}

/** 8 × 14 × 14 as 8×14² @param {string} shape */
const brief = (shape) => shape.replaceAll(' ', '').replace(/(\d+)×\1$/, '$1²');

/** @param {Hue} hue @param {boolean} wide @param {boolean} ghost */
function outline(hue, wide, ghost) {
  const line = ghost
    ? { stroke: 'var(--line-strong)', 'stroke-dasharray': '4 3', fill: 'none' }
    : { stroke: `var(--${hue})`, fill: `var(--${hue}-tint)` };
  return s(
    'svg',
    { viewBox: '0 0 100 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    s('path', {
      d: wide ? 'M1 1L99 28V72L1 99z' : 'M1 28L99 1V99L1 72z',
      'stroke-width': 1.75,
      'vector-effect': 'non-scaling-stroke',
      ...line,
    }),
    ghost
      ? null
      : s('path', {
          d: wide ? 'M1 1V99' : 'M99 1V99',
          fill: 'none',
          stroke: `var(--${hue})`,
          'stroke-width': 6,
          'vector-effect': 'non-scaling-stroke',
        }),
  );
}

/** @param {Unpacked} values @param {Hue} hue @param {number} most */
function strip({ data }, hue, most) {
  const tall = 0.3 + 0.7 * Math.sqrt(data.length / most);
  return h('span.strip', { style: { '--hue': `var(--${hue})`, '--tall': tall.toFixed(2) } }, vector(data, { hue }));
}

/**
 * The first maps of a layer, darker where the window matched better; one common scale.
 * @param {Pick<Unpacked, 'shape' | 'data'>} maps @param {Hue} hue @param {(() => void)[]} stops
 */
function featureMaps({ shape: [channels, rows, columns], data }, hue, stops) {
  const across = Math.min(ACROSS, channels);
  const shown = Math.min(across * ROWS[rows], channels);
  const down = Math.ceil(shown / across);
  const most = span(data);
  const canvas = h('canvas.mapgrid', {
    width: across * (columns + GAP) - GAP,
    height: down * (rows + GAP) - GAP,
    'aria-hidden': 'true',
    title: `${shown} of ${channels} maps`,
  });
  stops.push(
    watchTheme(() =>
      paint(canvas, (colour) => {
        const mark = colour(`--${hue}`);
        return (i) => {
          const [x, y] = [i % canvas.width, Math.floor(i / canvas.width)];
          const map = Math.floor(y / (rows + GAP)) * across + Math.floor(x / (columns + GAP));
          const [column, row] = [x % (columns + GAP), y % (rows + GAP)];
          if (column >= columns || row >= rows || map >= shown) return [mark, 0];
          const value = data[(map * rows + row) * columns + column];
          return [mark, 0.06 + 0.94 * (Math.max(0, value) / most) ** 0.7];
        };
      }),
    ),
  );
  return canvas;
}
