// Numbers of an opened block as figures: bars for vectors, heat cells for matrices and feature maps, a numeral for one.

import { unpack } from '../../core/arrays.js';
import { h, s } from '../../core/dom.js';
import { ramp, span, vector } from '../../core/glyphs.js';
import { signed } from '../../core/numbers.js';

const LEVELS = 8;
const MAPS = 16;
const MOST = 8192;

/** @import { Hue } from '../../core/types.d.ts' */
/** @import { Redrawn } from '../../core/glyphs.js' */
/** @import { Matrix } from '../types.d.ts' */

/** @typedef {(text: string | null) => void} Hover says the number under the pointer */
/** @typedef {{hue: Hue, max: number, symbol: string, hover: Hover}} Look max: the common scale of all rows */
/** @typedef {{node: HTMLElement, show: (values: Float32Array) => void}} Figure */

/**
 * Heat cells: positive in the hue, negative grey, so that the sign is read without the hue too. Quantised, one path per
 * level.
 * @param {ArrayLike<number>} values rows × columns @param {number} rows @param {number} columns @param {Hue} hue
 * @returns {SVGSVGElement & Redrawn}
 */
export function cells(values, rows, columns, hue, most = span(values)) {
  const svg = s('svg', {
    class: 'cells',
    viewBox: `0 0 ${columns} ${rows}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  /** @type {Redrawn['show']} */
  const show = (next, scale = span(next)) => {
    const paths = Array.from({ length: 2 * LEVELS }, () => '');
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const value = next[i * columns + j];
        const level = Math.min(LEVELS - 1, Math.floor((Math.abs(value) / scale) * LEVELS));
        paths[value < 0 ? LEVELS + level : level] += `M${j} ${i}h1v1h-1z`;
      }
    svg.replaceChildren(...paths.flatMap((d, k) => (d ? [s('path', { d, style: `fill:${colour(k, hue)}` })] : [])));
  };
  show(values, most);
  return Object.assign(svg, { show });
}

/** @param {number} k @param {Hue} hue */
const colour = (k, hue) =>
  k < LEVELS
    ? ramp((k + 0.3) / LEVELS, hue)
    : `color-mix(in oklab, var(--ink2) ${Math.round(((k - LEVELS + 0.3) / LEVELS) * 100)}%, var(--r0))`;

/**
 * One quantity of a block. `show(values)` redraws it for another row.
 * @param {number[]} shape of one row @param {Float32Array} values of one row @param {Look} look @returns {Figure}
 */
export function figure(shape, values, look) {
  const count = shape.reduce((a, b) => a * b, 1);
  if (count === 1) return numeral(values);
  if (shape.length === 3) return featureMaps(shape, values, look);
  if (shape.length === 2 && shape[0] > 1) return matrixFigure(shape, values, look);
  if (count === 784) return matrixFigure([28, 28], values, look, '.square');
  return bars(values, look);
}

/** @param {Float32Array} values @returns {Figure} */
function numeral(values) {
  const node = h('span.m.b', {}, signed(values[0], 3));
  return {
    node,
    show(next) {
      node.textContent = signed(next[0], 3);
    },
  };
}

/** @param {Float32Array} values @param {Look} look @returns {Figure} */
function bars(values, { hue, max, symbol, hover }) {
  let now = values;
  const drawn = vector(values, { across: true, hue, max });
  const node = h('div.bars', {}, drawn);
  point(node, hover, (x) => {
    const unit = Math.min(now.length - 1, Math.floor(x * now.length));
    return `${symbol}, unit ${unit + 1} of ${now.length}: ${signed(now[unit], 3)}`;
  });
  return {
    node,
    show(next) {
      now = next;
      drawn.show(next, max);
    },
  };
}

/** @param {number[]} shape @param {Float32Array} values @param {Look} look @returns {Figure} */
function matrixFigure([rows, columns], values, { hue, max, symbol, hover }, kind = '') {
  if (rows * columns > MOST) return { node: h('span.dim', {}, `${rows} × ${columns} numbers`), show() {} };
  let now = values;
  const drawn = cells(values, rows, columns, hue, max);
  const node = h(`div.matrix${kind}`, { style: { '--rows': rows, '--columns': columns } }, drawn);
  point(node, hover, (x, y) => {
    const i = Math.min(rows - 1, Math.floor(y * rows));
    const j = Math.min(columns - 1, Math.floor(x * columns));
    return `${symbol}, row ${i + 1}, column ${j + 1}: ${signed(now[i * columns + j], 3)}`;
  });
  return {
    node,
    show(next) {
      now = next;
      drawn.show(next, max);
    },
  };
}

/** @param {number[]} shape @param {Float32Array} values @param {Look} look @returns {Figure} */
function featureMaps([channels, rows, columns], values, look) {
  const count = Math.min(channels, MAPS);
  /** @param {Float32Array} all @param {number} k */
  const of = (all, k) => all.subarray(k * rows * columns, (k + 1) * rows * columns);
  const maps = Array.from({ length: count }, (_, k) =>
    matrixFigure([rows, columns], of(values, k), { ...look, symbol: `${look.symbol}, channel ${k + 1}` }, '.map'),
  );
  const node = h(
    'div.maps',
    {},
    maps.map((map) => map.node),
    channels > count && h('span.dim', {}, `${channels - count} more`),
  );
  return {
    node,
    show(next) {
      maps.forEach((map, k) => map.show(of(next, k)));
    },
  };
}

/**
 * A parameter: its name, its shape, its cells with the values on hover.
 * @param {Matrix} matrix @param {Hue} hue @param {Hover} hover
 */
export function matrix({ symbol, shape, values: packed }, hue, hover) {
  const values = unpack(packed);
  const name = h('div.what', {}, h('b.m', {}, symbol), ` ${shape.join(' × ')}`);
  if (!values) return h('div.parameter', {}, name, h('p.dim', {}, 'too large to be drawn'));
  return h(
    'div.parameter',
    {},
    name,
    matrixFigure(shape, values.data, { hue, max: span(values.data), symbol, hover }).node,
  );
}

/**
 * Follow the pointer over a figure in shares of its width and height.
 * @param {HTMLElement} node @param {Hover} hover @param {(x: number, y: number) => string} tell
 */
function point(node, hover, tell) {
  node.addEventListener('pointermove', (event) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    hover(
      tell(
        Math.max(0, Math.min(0.9999, (event.clientX - left) / width)),
        Math.max(0, Math.min(0.9999, (event.clientY - top) / height)),
      ),
    );
  });
  node.addEventListener('pointerleave', () => hover(null));
}
