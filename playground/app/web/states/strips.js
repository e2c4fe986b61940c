// Gates, cell and state of one layer as signed strips: a row a quantity, a cell a token, a bar a unit.
import { unpack } from '../core/arrays.js';
import { h, placeIn, s } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';

/** @import { Unpacked } from '../core/types.d.ts' */
/** @import { Layer } from './types.d.ts' */

/** @typedef {{row: number, at: number, unit: number}} Pointed */
/**
 * @typedef {object} Strips
 * @property {HTMLElement} node
 * @property {(at: number | null) => void} frame
 * @property {(unit: number | null) => void} ink
 */

const HEAD = 26;
const GAP = 4; // between cells
const NARROWEST = 40;
const MONO = 0.61;

/**
 * @param {Layer} layer @param {number} width CSS pixels @param {number} font
 * @param {(at: Pointed) => void} pick @param {(at: Pointed | null) => void} hover @param {(at: number) => void} goto
 * @returns {Strips}
 */
export function drawStrips(layer, width, font, pick, hover, goto) {
  const g = geometry(layer, width, font);
  const values = layer.rows.map(({ values }) => unpack(values));
  const hue = layer.side === 'encoder' ? 'enc' : 'dec';
  const boxes = layer.tokens.map((_, at) => cells(g, layer, at));
  const frames = boxes.map((d) => s('path', { class: 'cell', d }));
  const bars = layer.rows.map((row, r) => rowOf(g, row, r, values[r], hue));
  const inked = s('path', { class: 'inked' });
  const names = layer.tokens.map((token, at) =>
    s(
      'text',
      {
        class: `m token ${hue}`,
        x: g.x(at) + g.cell / 2,
        y: 17 * g.scale,
        'text-anchor': 'middle',
        'font-size': g.letters,
        onclick: () => goto(at),
      },
      shortened(spelled(token), g),
    ),
  );
  const [wide, high] = [g.left + layer.tokens.length * g.pitch, g.top + layer.rows.length * g.tall];
  const svg = s(
    'svg',
    { class: 'strips', width: wide, height: high, 'aria-hidden': 'true' },
    names,
    frames,
    bars,
    inked,
  );
  const labels = s(
    'svg',
    { class: 'striplabels', width: g.label, height: high, 'aria-hidden': 'true' },
    layer.rows.map(({ name, gate, scale }, r) => [
      s('text', { class: 'name', x: g.label - 10, y: g.y(r) + g.high * 0.45, 'text-anchor': 'end' }, name),
      s(
        'text',
        { class: 'scale', x: g.label - 10, y: g.y(r) + g.high * 0.45 + font * 1.25, 'text-anchor': 'end' },
        gate ? '0 to 1' : `±${scale.toFixed(1)}`,
      ),
    ]),
  );
  const scroll = h('div.stripscroll', {}, svg);
  listen(svg, g, layer, pick, hover);
  /** @type {number | null} */
  let framed = null;

  return {
    node: h('div.stripgrid', {}, labels, scroll),
    frame(at) {
      framed = at;
      frames.forEach((frame, i) => frame.classList.toggle('cur', i === at));
      names.forEach((name, i) => name.classList.toggle('cur', i === at));
      if (at !== null && frames[at]) {
        svg.insertBefore(frames[at], inked); // above its neighbours
        svg.insertBefore(frames[at], bars[0]);
      }
      reveal(scroll, g, framed);
    },
    ink(unit) {
      inked.setAttribute(
        'd',
        unit === null ? '' : layer.rows.map((row, r) => unitPath(g, row, r, values[r], unit)).join(''),
      );
    },
  };
}

/** @typedef {ReturnType<typeof geometry>} Geometry */

/** @param {Layer} layer @param {number} width @param {number} font */
function geometry({ tokens, units, rows }, width, font) {
  const scale = font / 13;
  const longest = Math.max(...rows.map(({ name }) => name.length));
  const label = Math.ceil(longest * font * 0.53 + 14);
  const widest = Math.max(...tokens.map((token) => token.length));
  const least = Math.max(NARROWEST, Math.min(widest, 8) * font * MONO + 6);
  const pitch = Math.max(least, (width - label) / tokens.length);
  const tall = scale > 1 ? 62 : 54;
  const cell = pitch - GAP;
  return {
    scale,
    label,
    left: 0,
    top: HEAD * scale,
    pitch,
    cell,
    bar: cell / units,
    units,
    tall,
    high: tall - 8,
    letters: font,
    /** @param {number} at */
    x: (at) => at * pitch + GAP / 2,
    /** @param {number} row */
    y: (row) => HEAD * scale + row * tall,
  };
}

/** @param {string} token @param {Geometry} g */
function shortened(token, g) {
  const room = Math.max(1, Math.floor(g.pitch / (g.letters * MONO)));
  return token.length > room ? `${token.slice(0, Math.max(1, room - 1))}…` : token;
}

/** The cells of one token. @param {Geometry} g @param {Layer} layer @param {number} at */
const cells = (g, layer, at) =>
  layer.rows.map((_, r) => `M${g.x(at)} ${g.y(r)}h${g.cell}v${g.high}h${-g.cell}z`).join('');

/**
 * @param {Geometry} g @param {Layer['rows'][number]} row @param {number} r @param {Unpacked} values
 * @param {string} hue
 */
function rowOf(g, row, r, values, hue) {
  let up = '';
  let down = '';
  const floor = row.gate
    ? ''
    : Array.from({ length: values.shape[0] }, (_, at) => `M${g.x(at)} ${middle(g, row, r)}h${g.cell}`).join('');
  for (let at = 0; at < values.shape[0]; at++) {
    const of = values.row(at);
    for (let unit = 0; unit < of.length; unit++) {
      const d = barPath(g, row, r, at, unit, of[unit], g.bar * 0.85);
      if (of[unit] < 0) down += d;
      else up += d;
    }
  }
  return s(
    'g',
    { fill: `var(--${hue})` },
    s('path', { d: up }),
    s('path', { d: down, opacity: 0.5 }),
    s('path', { class: 'floor', d: floor }),
  );
}

/** @param {Geometry} g @param {{gate: boolean}} row @param {number} r */
const middle = (g, row, r) => g.y(r) + (row.gate ? g.high - 1 : g.high / 2);

/**
 * @param {Geometry} g @param {{gate: boolean, scale: number}} row @param {number} r @param {number} at
 * @param {number} unit @param {number} value @param {number} wide
 */
function barPath(g, row, r, at, unit, value, wide) {
  const long = (Math.min(1, Math.abs(value) / row.scale) * (row.gate ? g.high - 2 : g.high / 2 - 1)).toFixed(1);
  const start = (g.x(at) + unit * g.bar).toFixed(2);
  const size = wide.toFixed(2);
  const sign = value < 0 ? '' : '-';
  return `M${start} ${middle(g, row, r)}v${sign}${long}h${size}v${value < 0 ? '-' : ''}${long}z`;
}

/**
 * @param {Geometry} g @param {Layer['rows'][number]} row @param {number} r @param {Unpacked} values
 * @param {number} unit
 */
function unitPath(g, row, r, values, unit) {
  const wide = Math.max(2, g.bar * 0.85);
  return Array.from({ length: values.shape[0] }, (_, at) =>
    barPath(g, row, r, at, unit, values.row(at)[unit], wide),
  ).join('');
}

/**
 * Only the strips scroll: scrollIntoView would move the page too. @param {HTMLElement} box @param {Geometry} g
 * @param {number | null} at
 */
function reveal(box, g, at) {
  if (at === null || box.scrollWidth <= box.clientWidth) return;
  if (g.x(at) < box.scrollLeft) box.scrollLeft = g.x(at) - GAP;
  else if (g.x(at) + g.cell > box.scrollLeft + box.clientWidth)
    box.scrollLeft = g.x(at) + g.cell + GAP - box.clientWidth;
}

/**
 * @param {SVGElement} svg @param {Geometry} g @param {Layer} layer
 * @param {(at: Pointed) => void} pick @param {(at: Pointed | null) => void} hover
 */
function listen(svg, g, layer, pick, hover) {
  /** @param {MouseEvent} event @returns {Pointed | null} */
  const find = (event) => {
    const [x, down] = placeIn(svg, event);
    const y = down - g.top;
    const [at, row] = [Math.floor(x / g.pitch), Math.floor(y / g.tall)];
    if (y < 0 || at < 0 || at >= layer.tokens.length || row >= layer.rows.length) return null;
    const unit = Math.floor((x - g.x(at)) / g.bar);
    return { row, at, unit: Math.max(0, Math.min(g.units - 1, unit)) };
  };
  svg.addEventListener('pointermove', (event) => hover(find(event)));
  svg.addEventListener('pointerleave', () => hover(null));
  svg.addEventListener('click', (event) => {
    const at = find(event);
    if (at) pick(at);
  });
}
