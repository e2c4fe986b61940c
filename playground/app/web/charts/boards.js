// Attention over the regions of a picture: one small board for each who looks, the current one outlined.

import { placeIn, s } from '../core/dom.js';
import { ramp, spelled } from '../core/glyphs.js';

/** @import { Hue, Rows } from '../core/types.d.ts' */
/** @import { Pick, Point } from './heatmap.js' */

const ALONE = 1400; // wide: they have a slide of their own
const CHARS = 9; // of a label that fit under a board

/**
 * @param {object} options
 * @param {string[]} options.rows who looks
 * @param {[down: number, across: number]} options.grid how the regions lie
 * @param {Rows} options.values rows × regions, 0…1
 * @param {number} options.width CSS pixels available
 * @param {Hue} [options.hue]
 * @param {Pick} options.onpick a board was clicked
 * @param {Point} options.onhover
 * @returns {{node: SVGElement, show: (row: number | null, veil?: number | null) => void}}
 * boards from `veil` on are hidden
 */
export function createBoards({ rows, grid, values, width, hue = 'code', onpick, onhover }) {
  const g = geometry(rows.length, grid, width);
  const svg = s('svg', {
    class: 'heat boards',
    width: g.width,
    height: g.height,
    role: 'img',
    'aria-label': `Attention as ${rows.length} boards of ${grid[0]} by ${grid[1]} regions, one for each output`,
  });
  const labels = rows.map((token, i) =>
    s(
      'text',
      {
        class: 'm rowname',
        x: g.x(i) + g.side / 2,
        y: g.y(i) + g.side + g.label * 0.75,
        'text-anchor': 'middle',
      },
      token.length > CHARS ? `${token.slice(0, CHARS - 1)}…` : spelled(token),
    ),
  );
  const marker = s('rect', { class: 'lit', x: -2, y: -2, width: g.side + 4, height: g.side + 4, rx: 2 });
  const boards = rows.map((_, i) => board(g, values.row(i), i, hue));
  svg.append(...boards, ...labels, s('g', { class: 'mk' }, marker));

  /** @param {MouseEvent} event @returns {[row: number, column: number] | null} */
  const cell = (event) => {
    const [x, y] = placeIn(svg, event);
    const row = rows.findIndex((_, i) => x >= g.x(i) && x < g.x(i) + g.side && y >= g.y(i) && y < g.y(i) + g.side);
    if (row < 0) return null;
    const at = (/** @type {number} */ offset) => Math.floor(offset / g.cell);
    return [row, at(y - g.y(row)) * g.across + at(x - g.x(row))];
  };
  svg.addEventListener('pointermove', (event) => onhover(cell(event)));
  svg.addEventListener('pointerleave', () => onhover(null));
  svg.addEventListener('click', (event) => {
    const at = cell(event);
    if (at) onpick(at[0]);
  });

  return {
    node: svg,
    show(row, from = null) {
      labels.forEach((label, i) => {
        label.classList.toggle('cur', i === row);
        const veiled = from !== null && i >= from;
        for (const part of [label, boards[i]]) part.style.visibility = veiled ? 'hidden' : '';
      });
      marker.style.display = row === null ? 'none' : '';
      if (row !== null) marker.setAttribute('transform', `translate(${g.x(row)} ${g.y(row)})`);
    },
  };
}

/** @typedef {ReturnType<typeof geometry>} Geometry */

/** @param {number} count @param {[down: number, across: number]} grid @param {number} width */
function geometry(count, [down, across], width) {
  const big = document.documentElement.classList.contains('present');
  const [wish, gap, label] = big ? [width > ALONE ? 200 : 112, 24, 34] : [64, 12, 20];
  const fit = Math.max(2, Math.floor((width - 4 + gap) / (wish + gap)));
  const cell = Math.max(4, Math.floor(((width - 4 + gap) / fit - gap) / across));
  const [side, high] = [cell * across, cell * down];
  const columns = Math.min(fit, count);
  return {
    across,
    down,
    cell,
    side,
    label,
    width: columns * (side + gap) - gap + 4,
    height: Math.ceil(count / columns) * (high + label) + 4,
    x: (/** @type {number} */ i) => 2 + (i % columns) * (side + gap),
    y: (/** @type {number} */ i) => 2 + Math.floor(i / columns) * (high + label),
  };
}

/** @param {Geometry} g @param {Float32Array} row @param {number} i @param {Hue} hue */
function board(g, row, i, hue) {
  const cells = Array.from(row.subarray(0, g.across * g.down), (value, k) =>
    s('rect', {
      x: g.x(i) + (k % g.across) * g.cell,
      y: g.y(i) + Math.floor(k / g.across) * g.cell,
      width: g.cell - 0.5,
      height: g.cell - 0.5,
      style: `fill:${ramp(value, hue)}`,
    }),
  );
  return s('g', {}, cells);
}
