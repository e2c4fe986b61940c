// Where the columns of the picture stand: how wide a chip may be, and, once drawn, where ribbons leave and arrive.
import { scaleOf } from '../core/dom.js';

/** @import { PictureColumn } from './chips.js' */
/** @import { Half } from './half.js' */

/**
 * @typedef {object} Parts
 * @property {HTMLElement} grid
 * @property {Half} encoder @property {Half} decoder @property {HTMLElement} pill
 * @property {PictureColumn[]} source @property {PictureColumn[]} output
 * @property {boolean} layered whether a half has layers to show
 * @property {boolean} flat whether chips alone are drawn
 * @property {boolean} pictured whether the source is a picture, which has its own size
 */
/** @typedef {[source: number, output: number]} Pair */
/** @typedef {ReturnType<typeof arrange>} Layout */

const MONO = 0.602;
const THINNER = 0.5; // ribbons between chips that lie close
let readable = 12; // the smallest size of text: larger when projected

/**
 * Choose chip size and the share of the two blocks, so that both fit if they can; otherwise their columns scroll.
 * Words get room by length, single characters stay near-square.
 * @param {Parts} parts
 */
export function fitColumns({ grid, encoder, decoder, source: columns, output, layered, pictured }) {
  const source = pictured ? [] : columns;
  // What scrolls has other room: measured alike each time, or the two would take turns.
  for (const part of [encoder, decoder]) part.columns.classList.remove('scrolls');
  const style = getComputedStyle(grid);
  const big = parseFloat(style.getPropertyValue('--chip-font')) || 16;
  readable = parseFloat(style.getPropertyValue('--fs-xs')) || 12;
  const numeral = parseFloat(style.getPropertyValue('--numeral')) || 12;
  const smallest = Math.max(readable, big * 0.7);
  const stacked = style.gridTemplateColumns.split(' ').length === 1;
  /** @type {Pair} */
  const wants = [needs(source, big), needs(output, big)];
  /** @type {Pair} */
  const least = [needs(source, smallest), needs(output, smallest)];
  const room = encoder.columns.clientWidth + decoder.columns.clientWidth;
  const shares = stacked
    ? [1, 1]
    : share(balance(wants, least, room), wants, room, {
        layered,
        ghosts: [encoder.ghost, decoder.ghost],
        layers: Math.max(encoder.layers, decoder.layers),
      });
  grid.style.setProperty('--source-share', `${shares[0]}fr`);
  grid.style.setProperty('--output-share', `${shares[1]}fr`);
  const rooms = [encoder, decoder].map((part) => part.columns.clientWidth); // both at once, before the next is written
  fill(encoder, source, rooms[0]);
  fill(decoder, output, rooms[1]);

  /** Characters of a numeral over a column: what is written may be surer than .99. @param {Half} part */
  function written(part) {
    return part === decoder ? '>.99'.length : '.99'.length;
  }

  /** @param {Half} part @param {PictureColumn[]} columns @param {number} room */
  function fill(part, columns, room) {
    const gap = gapFor(columns.length);
    let font = big;
    while (font > smallest && needs(columns, font) > room) font -= 1;
    part.scrolls = !(stacked && layered) && !columns[0]?.thin && needs(columns, font) > room; // there words wrap
    part.columns.style.setProperty('--gap', `${gap}px`);
    part.columns.style.setProperty('--font', `${font}px`);
    part.columns.classList.toggle('scrolls', part.scrolls);
    part.columns.classList.toggle(
      'tight',
      part.scrolls || (room - (columns.length - 1) * gap) / columns.length < written(part) * MONO * numeral + 1,
    );
    // Scrolled by keyboard too, but only a stop on the way when there is something to scroll.
    if (part.scrolls) part.columns.tabIndex = 0;
    else part.columns.removeAttribute('tabindex');
    if (columns[0]?.thin) return; // it shrinks with its block
    const widths = columns.map(({ token }) => chipWidth(token, font));
    const widest = Math.max(...widths);
    const alike = widest * columns.length + (columns.length - 1) * gap <= room;
    columns.forEach(({ node }, i) => node.style.setProperty('--w', `${(alike ? widest : widths[i]).toFixed(1)}px`));
  }
}

/** @param {number} count */
const gapFor = (count) => (count > 16 ? 2 : count > 12 ? 3 : 4);
const THIN = 4; // pixels that a state of a sound would like
/** @param {string} token @param {number} font */
const chipWidth = (token, font) =>
  Math.max(font * 1.3, token.length * (token === 'end' ? Math.max(readable, font * 0.7) : font) * MONO + 5);
/** @param {PictureColumn[]} columns @param {number} font */
const needs = (columns, font) =>
  columns[0]?.thin
    ? Math.min(THIN * columns.length, THIN * 90)
    : columns.reduce((sum, { token }) => sum + chipWidth(token, font), 0) +
      (columns.length - 1) * gapFor(columns.length);

/**
 * 9 : 10 while that does, else by need; never thinner than a third. If the smallest chips do not fit either,
 * the whole source stays in view before the output does: the step keeps the output in view anyway.
 * @param {Pair} wants @param {Pair} least @param {number} room @returns {Pair}
 */
function balance([source, output], [leastSource, leastOutput], room) {
  if (source < room * 0.47 && output < room * 0.52) return [9, 10];
  const fits = leastSource + leastOutput < room;
  const share = fits
    ? source + output < room
      ? source / (source + output)
      : leastSource / (leastSource + leastOutput)
    : (leastSource + 12) / room;
  const kept = Math.min(fits ? 0.66 : 0.58, Math.max(0.34, share));
  return [kept * 19, (1 - kept) * 19];
}

/**
 * Layers need their width: two halves with layers stay near each other; a missing half keeps room to say why.
 * @param {Pair} shares @param {Pair} wants @param {number} room
 * @param {{layered: boolean, ghosts: [boolean, boolean], layers: number}} halves @returns {Pair}
 */
function share([source, output], wants, room, { layered, ghosts: [before, after], layers }) {
  if (layered && wants[0] < room / 2 && wants[1] < room / 2) return [1, 1];
  if (layers > 2 && !before && !after) return [1, 1]; // many columns: numbers stay in all of them or in none
  const most = after ? 0.58 : layered && !before ? 0.56 : 0.66;
  const least = before ? 0.4 : layered && !after ? 0.44 : 0.34;
  const kept = Math.min(most, Math.max(least, source / (source + output)));
  return [kept * 19, (1 - kept) * 19];
}

/**
 * Positions in pixels of the grid, read in one go so that a step never makes the browser lay out again.
 * @param {Parts} parts
 */
export function arrange({ grid, encoder, decoder, pill, source, output, layered, flat, pictured }) {
  const scale = scaleOf(grid);
  /** @param {Element} node */
  const rect = (node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return new DOMRect(left / scale, top / scale, width / scale, height / scale);
  };
  const origin = rect(grid);
  /** @param {Element} node */
  const box = (node) => {
    const r = rect(node);
    return {
      left: r.left - origin.left,
      top: r.top - origin.top,
      width: r.width,
      height: r.height,
      right: r.right - origin.left,
      bottom: r.bottom - origin.top,
    };
  };
  const from = box(encoder.node);
  const to = box(decoder.node);
  const code = box(pill);
  /** @param {PictureColumn[]} columns @param {ReturnType<typeof box>} area */
  const ports = (columns, area) => {
    const states = columns.map((column) => box(column.state));
    const x = states.map((b) => Math.max(area.left + 8, Math.min(area.right - 8, b.left + b.width / 2)));
    const bottom = states.at(-1)?.bottom ?? 0;
    const above = pictured && layered && area === from; // a picture stands above the lane
    return { x, top: above ? bottom + 2 : (states[0]?.top ?? 0), bottom };
  };
  const lane = decoder.lane ? box(decoder.lane) : code;
  return {
    width: origin.width,
    height: origin.height,
    code,
    from,
    to,
    layered,
    flat,
    source: ports(source, from),
    output: ports(output, to),
    level: lane.top + lane.height / 2,
    stacked: to.top > code.bottom,
    scale: (document.documentElement.classList.contains('present') ? 1.7 : 1) * (flat ? THINNER : 1),
  };
}
