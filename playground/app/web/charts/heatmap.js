// A labelled heatmap with one lit row, drawn in CSS pixels.

import { argmax } from '../core/arrays.js';
import { h, placeIn, s, setText } from '../core/dom.js';
import { onRamp, ramp, spelled } from '../core/glyphs.js';
import { weight } from '../core/numbers.js';

/** @import { Hue, Rows } from '../core/types.d.ts' */

const MONO = 0.61;
const TALLEST = 290;
const ALONE = 1400; // wide: it has a slide of its own
const INK = 0.75; // of a line's height is inked: turned labels of a slide, which cannot scroll, may stand that close
const SMALL = 12; // of labels in narrow columns

/** @typedef {(row: number) => void} Pick a row was clicked */
/** @typedef {(at: [row: number, column: number] | null) => void} Point */

/**
 * @param {object} options
 * @param {string[]} options.rows @param {string[]} options.columns
 * @param {Rows} options.values rows × columns, 0…1
 * @param {number} options.width CSS pixels available
 * @param {string} options.rowName @param {string} options.columnName names of the axes
 * @param {Hue} [options.hue] of the cells @param {Hue} [options.rowHue] @param {Hue} [options.columnHue] of the tokens
 * @param {Pick} options.onpick
 * @param {Point} options.onhover
 * @returns {{node: HTMLElement, show: (row: number | null, veil?: number | null) => void}}
 * no label is left out, what does not fit scrolls; rows from `veil` on are hidden
 */
export function createHeatmap({
  rows,
  columns,
  values,
  width,
  rowName,
  columnName,
  hue = 'code',
  rowHue = 'dec',
  columnHue = 'enc',
  onpick,
  onhover,
}) {
  const g = geometry(rows, columns, width);
  const svg = s('svg', {
    class: 'heat',
    style: `--row-hue:var(--${rowHue}-text);--column-hue:var(--${columnHue}-text)`,
    width: g.width,
    height: g.height,
    role: 'img',
    'aria-label': `Heatmap of attention: ${rows.length} ${rowName}s by ${columns.length} ${columnName} positions`,
  });
  const [over, beside] = axisNames(g, rowName, columnName);
  svg.append(over, ...columns.map((token, j) => columnLabel(g, token, j)));
  const labels = rows.map((token, i) =>
    s(
      'text',
      { class: 'm rowname', x: g.left - 10, y: g.y(i) + g.high / 2 + g.font * 0.36, 'text-anchor': 'end' },
      clip(token, g.rowChars),
    ),
  );
  svg.append(cells(g, values, rows.length, columns.length, hue));
  const numerals = columns.map((_, j) =>
    s('text', { class: 'm numeral', x: g.x(j) + g.wide / 2, 'text-anchor': 'middle' }),
  );
  const outline = s('rect', {
    class: 'lit',
    x: g.left - 1,
    y: g.top - 1,
    width: g.wide * columns.length + 2,
    height: g.high + 2,
    rx: 2,
  });
  const pointer = s('path', { class: 'pointer', d: `M${g.left - 2} ${g.top + g.high / 2}l-6 -4v8z` });
  const marks = [outline, pointer].map((part) => s('g', { class: 'mk' }, part));
  // Columns scroll below the names of the rows.
  const behind = s('rect', { class: 'behind', width: g.left - 2, height: g.height });
  const names = s('g', {}, behind, beside, labels, marks[1]);
  const hover = s('path', { class: 'hovered' });
  const veil = s('rect', { class: 'veil', x: g.left, width: g.wide * columns.length });
  svg.append(marks[0], ...numerals, veil, hover, names);
  listen(svg, g, rows.length, columns.length, hover, onpick, onhover);

  const wider = g.width > width;
  const higher = g.height > g.tallest;
  const scrolls = wider || higher ? { tabindex: 0, role: 'group', 'aria-label': 'Heatmap, scrolls' } : {};
  const node = h('div.heatbox', { ...scrolls, style: { '--tallest': `${g.tallest}px` } }, svg);
  node.addEventListener('scroll', () => names.setAttribute('transform', `translate(${node.scrollLeft} 0)`));
  /** Bring what the row looks at into the box, and nothing else. @param {number} row */
  const reveal = (row) => {
    if (higher) node.scrollTop = g.y(row) + g.high / 2 - (g.top + g.tallest) / 2;
    if (wider) node.scrollLeft = g.x(argmax(values.row(row))) + g.wide / 2 - (g.left + width) / 2;
  };

  let lit = -1;
  return {
    node,
    show(row, from = null) {
      labels[lit]?.classList.remove('cur');
      labels.forEach((label, i) => {
        label.style.display = from === null || i < from ? '' : 'none';
      });
      const moved = row !== lit;
      lit = row ?? -1;
      labels[lit]?.classList.add('cur');
      const covered = row === null || (from !== null && row >= from);
      cover(veil, g, rows.length, from);
      for (const mark of marks) mark.style.display = covered ? 'none' : '';
      if (covered) {
        for (const text of numerals) setText(text, '');
        return;
      }
      if (moved) reveal(row);
      for (const mark of marks) mark.style.transform = `translateY(${row * g.high}px)`;
      writeNumerals(numerals, values.row(row), g, row);
    },
  };
}

/** @typedef {ReturnType<typeof geometry>} Geometry */

/** @param {string[]} rows @param {string[]} columns @param {number} width */
function geometry(rows, columns, width) {
  const big = document.documentElement.classList.contains('present');
  const alone = big && width > ALONE;
  const font = big ? 25 : 13;
  const char = font * MONO;
  /** @param {string[]} tokens */
  const longest = (tokens) => Math.max(...tokens.map((t) => t.length), 1);
  const rowChars = Math.min(longest(rows), 10);
  const left = (big ? 44 : 20) + rowChars * char + 14;
  const least = big ? Math.ceil(font * INK) : SMALL;
  const wide = Math.max(least, Math.min(alone ? 130 : big ? 66 : 40, Math.floor((width - left - 3) / columns.length)));
  const upright = longest(columns) * char <= wide - (longest(columns) > 1 ? 6 : -1);
  const columnChars = upright ? longest(columns) : Math.min(longest(columns), 8);
  const top = (big ? 34 : 18) + (upright ? font + 8 : columnChars * char + 8);
  const tall = alone ? 500 : big ? 340 : TALLEST;
  const high = Math.max(font + 1, Math.min(alone ? 54 : big ? 31 : 21, Math.floor(tall / rows.length)));
  return {
    big,
    font,
    left,
    top,
    wide,
    high,
    upright,
    rowChars,
    columnChars,
    tallest: top + tall + 3,
    width: left + wide * columns.length + 3,
    height: top + high * rows.length + 3,
    x: (/** @type {number} */ j) => left + j * wide,
    y: (/** @type {number} */ i) => top + i * high,
  };
}

/** @param {string} text @param {number} chars */
const clip = (text, chars) => (text.length > chars ? `${text.slice(0, chars - 1)}…` : spelled(text));

/** @param {Geometry} g @param {string} rowName @param {string} columnName */
function axisNames(g, rowName, columnName) {
  const small = g.big ? 24 : 12;
  const middle = (g.left + g.width) / 2;
  const lowest = g.height - rowName.length * small * 0.32; // a single row is lower than the word beside it is long
  return [
    s('text', { class: 'axis', x: middle, y: small, 'text-anchor': 'middle' }, columnName),
    s(
      'text',
      {
        class: 'axis',
        transform: `translate(${small} ${Math.min((g.top + g.height) / 2, lowest)}) rotate(-90)`,
        'text-anchor': 'middle',
      },
      rowName,
    ),
  ];
}

/** @param {Geometry} g @param {string} token @param {number} j */
function columnLabel(g, token, j) {
  const x = g.x(j) + g.wide / 2;
  const y = g.top - 8;
  const text = clip(token, g.columnChars);
  return g.upright
    ? s('text', { class: 'm colname', x, y, 'text-anchor': 'middle' }, text)
    : s(
        'text',
        {
          class: 'm colname',
          style: g.wide < g.font ? 'font-size:var(--fs-xs)' : '',
          transform: `translate(${x + g.font * 0.34} ${y + 2}) rotate(-90)`,
        },
        text,
      );
}

/** @param {Geometry} g @param {Rows} values @param {number} rows @param {number} columns @param {Hue} hue */
function cells(g, values, rows, columns, hue) {
  const group = s('g');
  const gap = g.wide > 10 && g.high > 10 ? 1 : 0.5;
  for (let i = 0; i < rows; i++) {
    const row = values.row(i);
    for (let j = 0; j < columns; j++)
      group.append(
        s('rect', {
          x: g.x(j) + gap / 2,
          y: g.y(i) + gap / 2,
          width: g.wide - gap,
          height: g.high - gap,
          rx: 1,
          style: `fill:${ramp(row[j], hue)}`,
        }),
      );
  }
  return group;
}

/** @param {SVGElement} veil @param {Geometry} g @param {number} rows @param {number | null} from */
function cover(veil, g, rows, from) {
  veil.style.display = from === null ? 'none' : 'block';
  if (from === null) return;
  veil.setAttribute('y', String(g.y(from)));
  veil.setAttribute('height', String(g.high * (rows - from) + 2));
}

/**
 * Numerals stand only in the lit row; narrow columns show the largest alone, on a halo.
 * @param {SVGTextElement[]} numerals @param {Float32Array} row @param {Geometry} g @param {number} at
 */
function writeNumerals(numerals, row, g, at) {
  const room = g.wide >= (g.big ? 44 : 22);
  const most = argmax(row);
  numerals.forEach((text, j) => {
    setText(text, row[j] >= 0.05 && (room || j === most) ? weight(row[j]) : '');
    const said = text.textContent ?? '';
    if (!said) return;
    const inside = said.length * (g.big ? 24 : SMALL) * MONO <= g.wide;
    text.setAttribute('y', String(g.y(at) + g.high / 2 + (g.big ? 9 : 4.2)));
    text.style.fill = inside ? onRamp(row[j]) : 'var(--ink)';
    text.classList.toggle('halo', !inside);
  });
}

/**
 * @param {SVGElement} svg @param {Geometry} g @param {number} rows @param {number} columns @param {SVGElement} hover
 * @param {(row: number) => void} onpick @param {(at: [row: number, column: number] | null) => void} onhover
 */
function listen(svg, g, rows, columns, hover, onpick, onhover) {
  /** @param {MouseEvent} event @returns {[row: number, column: number] | null} */
  const cell = (event) => {
    const [x, y] = placeIn(svg, event);
    const j = Math.floor((x - g.left) / g.wide);
    const i = Math.floor((y - g.top) / g.high);
    return i >= 0 && i < rows && j < columns ? [i, j] : null;
  };
  svg.addEventListener('pointermove', (event) => {
    const at = cell(event);
    const inside = at && at[1] >= 0 ? at : null;
    const [x, y] = inside ? [g.x(inside[1]), g.y(inside[0])] : [0, 0];
    hover.setAttribute('d', inside ? `M${x} ${y}h${g.wide}v${g.high}h${-g.wide}zM${x} ${g.top - 5}h${g.wide}` : '');
    onhover(inside);
  });
  svg.addEventListener('pointerleave', () => {
    hover.setAttribute('d', '');
    onhover(null);
  });
  svg.addEventListener('click', (event) => {
    const at = cell(event);
    if (at) onpick(at[0]);
  });
}
