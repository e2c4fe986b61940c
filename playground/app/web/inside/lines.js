// A map as lines: columns above, rows below, a line for each weight, as wide as it.
import { s } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';
import { rowsAreSteps, SIDES } from './heads.js';

/** @import { AttentionMap } from '../core/scene.d.ts' */
/** @import { Hue, Rows } from '../core/types.d.ts' */

/** What is pointed at: a row, a column, or a cell. @typedef {{row?: number, column?: number}} Pointed */
/** @typedef {ReturnType<typeof band>} Band */

const WIDEST = 11;
const FAINTEST = 0.015;

/**
 * @param {AttentionMap} map @param {Rows} values @param {number} width
 * @param {(row: number) => void} pick @param {(at: Pointed | null) => void} hover
 */
export function createLines(map, values, width, pick, hover) {
  const { hue, rows, columns, rowName } = SIDES[map.side];
  const big = document.documentElement.classList.contains('present');
  const font = big ? 25 : 14;
  const top = band(map.columns, width, font);
  const bottom = band(map.rows, width, font);
  const height = big ? 260 : 150;
  const y0 = top.high;
  const y1 = y0 + height;
  const count = `${map.rows.length} ${rowName}s to ${map.columns.length} positions`;
  const svg = s('svg', {
    class: 'bipartite',
    width,
    height: y1 + bottom.high + 6,
    role: 'img',
    'aria-label': `Lines from ${count}, as wide as their weights`,
  });
  const above = s('g');
  const under = s('g');
  const lines = map.rows.flatMap((_, i) =>
    Array.from(values.row(i).entries()).flatMap(([j, weight]) => {
      if (weight < FAINTEST) return [];
      const [a, b] = [top.x(j), bottom.x(i)];
      const path = s('path', {
        d: `M${a} ${y0 + 4}C${a} ${y0 + height * 0.55} ${b} ${y0 + height * 0.45} ${b} ${y1 - 4}`,
        fill: 'none',
        'stroke-width': Math.max(0.75, weight * WIDEST * (big ? 1.6 : 1)).toFixed(2),
        'stroke-linecap': 'round',
      });
      return [{ i, j, path, base: 0.3 + 0.5 * weight }];
    }),
  );
  under.append(...lines.map(({ path }) => path));
  const leave = () => hover(null);
  const heads = map.columns.map((token, j) =>
    label(token, top, j, {
      y: y0 - 4,
      up: true,
      hue: columns,
      onpointerenter: () => hover({ column: j }),
      onpointerleave: leave,
    }),
  );
  const onclick = rowsAreSteps(map) ? pick : null;
  const feet = map.rows.map((token, i) =>
    label(token, bottom, i, {
      y: y1 + 4,
      up: false,
      hue: rows,
      onpointerenter: () => hover({ row: i }),
      onpointerleave: leave,
      onclick: onclick && (() => onclick(i)),
    }),
  );
  const mark = s('path', { class: 'underline' });
  svg.append(under, above, mark, ...heads, ...feet);

  return {
    svg,
    /**
     * Only the lines of what is pointed at; those of the current row in ink.
     * @param {Pointed} at @param {number | null} current
     */
    show({ row, column }, current) {
      const some = row !== undefined || column !== undefined;
      for (const { i, j, path, base } of lines) {
        const meant = some ? i === row || (row === undefined && j === column) : i === current;
        path.style.stroke = meant ? 'var(--ink)' : `var(--${hue})`;
        path.style.opacity = String(some && !meant ? 0.08 : meant ? 0.92 : base);
        if ((path.parentNode === above) !== meant) (meant ? above : under).append(path);
      }
      feet.forEach((node, i) => node.classList.toggle('cur', i === current));
      mark.setAttribute(
        'd',
        current === null || bottom.turned ? '' : underline(map.rows[current], bottom, current, y1),
      );
    },
  };
}

/** @param {string} token @param {Band} place @param {number} i @param {number} y */
function underline(token, place, i, y) {
  const half = Math.min(place.step / 2 - 2, (token.length * place.letter) / 2 + 6);
  return `M${place.x(i) - half} ${y + place.font + 11}h${2 * half}`;
}

/**
 * How a row of words is set: side by side, or turned where they are too wide.
 * @param {string[]} tokens @param {number} width @param {number} font
 */
function band(tokens, width, font) {
  const letter = font * 0.61;
  const step = width / Math.max(tokens.length, 1);
  const longest = Math.max(1, ...tokens.map((t) => t.length));
  const turned = longest * letter > step - 4;
  const chars = turned ? Math.min(longest, 10) : longest;
  return {
    step,
    turned,
    font,
    letter,
    chars,
    high: turned ? chars * letter + 12 : font + 14,
    skip: turned ? Math.ceil(font / step) : 1,
    x: (/** @type {number} */ i) => (i + 0.5) * step,
  };
}

/**
 * @param {string} token @param {Band} place @param {number} i
 * @param {{y: number, up: boolean, hue: Hue, onclick?: (() => void) | null} & Record<`onpointer${string}`, () => void>}
 *   options
 */
function label(token, place, i, { y, up, hue, ...listeners }) {
  const { font, step, turned, chars, skip, high } = place;
  const text = token.length > chars ? `${token.slice(0, chars - 1)}…` : spelled(token);
  const x = place.x(i);
  const flat = { x, y: up ? y - 2 : y + font, 'text-anchor': 'middle' };
  const upright = { transform: `translate(${x + font * 0.36} ${y}) rotate(-90)`, 'text-anchor': up ? 'start' : 'end' };
  const node = s('text', { class: 'm', ...(turned ? upright : flat) }, i % skip ? '' : text);
  node.style.fontSize = `${font}px`;
  node.style.fill = `var(--label, var(--${hue}-text))`;
  const area = s('rect', {
    class: 'area',
    x: x - step / 2,
    y: up ? 0 : y - 4,
    width: step,
    height: high,
    fill: 'transparent',
  });
  return s('g', { class: listeners.onclick ? 'word steps' : 'word', ...listeners }, area, node);
}
