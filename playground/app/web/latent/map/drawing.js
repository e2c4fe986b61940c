// What stands on the maps: the test set as glyphs, the manifold's pictures, the ring of the stage, the walk's path.
import { unpack } from '../../core/arrays.js';
import { h, s } from '../../core/dom.js';
import { inkOf, penOf } from '../../picture/pixels.js';

/** @import { Walked } from '../../core/scene.d.ts' */
/** @import { Unpacked } from '../../core/types.d.ts' */
/** @import { LatentMap } from '../types.d.ts' */
/** @import { Place, Plot } from './board.js' */

/** @typedef {[lean: number, long: number, width: number | null]} Stroke */

const TALL = 11; // of a stroke, in pixels
const APART = 25; // between the names of two kinds

/** @param {Unpacked} cloud @param {number} i @returns {Place} */
export const placeOf = (cloud, i) => [cloud.row(i)[0], cloud.row(i)[1]];

const DOT = 3.5; // of a picture that nobody has named, in pixels

/**
 * Every picture of the test set: its digit, a dot where nobody has named it, or a stroke that leans, is thick or long
 * as it is.
 * @param {Plot} plot @param {LatentMap} value @param {Unpacked} cloud @param {string} glyph
 */
export function marks({ at, big }, { labels, named, factors }, cloud, glyph) {
  const factor = factors[glyph] && unpack(factors[glyph]).data;
  const low = factor ? Math.min(...factor) : 0;
  const high = factor ? Math.max(...factor) : 1;
  return s(
    'g',
    { class: 'digits' },
    labels.map((label, i) => {
      const [x, y] = at(placeOf(cloud, i));
      const told = { class: 'digit m', 'data-label': label };
      if (!named) return s('circle', { ...told, cx: x.toFixed(1), cy: y.toFixed(1), r: DOT * big });
      if (!factor)
        return s('text', { ...told, x: x.toFixed(1), y: (y + 4).toFixed(1), 'text-anchor': 'middle' }, label);
      const share = (factor[i] - low) / (high - low || 1);
      const [lean, long, width] = /** @type {Record<string, Stroke>} */ ({
        slant: [factor[i], TALL, null],
        thickness: [0, TALL, 1 + 4 * share],
      })[glyph] ?? [0, 4 + 12 * share, null];
      const [dx, dy] = [big * long * Math.sin(lean), big * long * Math.cos(lean)];
      const d = `M${(x - dx / 2).toFixed(1)} ${(y + dy / 2).toFixed(1)}l${dx.toFixed(1)} ${(-dy).toFixed(1)}`;
      return s('path', { ...told, d, 'stroke-width': width && width * big });
    }),
  );
}

/**
 * The clouds that codes are drawn from, two deviations wide.
 * @param {Plot} plot @param {LatentMap} value @param {Unpacked} cloud
 */
export function clouds(plot, { spread }, cloud) {
  if (!spread) return null;
  const wide = unpack(spread);
  return s(
    'g',
    { class: 'clouds' },
    Array.from({ length: cloud.shape[0] }, (_, i) => ellipse(plot, placeOf(cloud, i), wide.row(i))),
  );
}

/** @param {Plot} plot @param {Place} place @param {ArrayLike<number>} deviation */
function ellipse({ at }, place, deviation, name = 'cloud') {
  const [cx, cy] = at(place);
  const [x, y] = at([place[0] + 2 * deviation[0], place[1] + 2 * (deviation[1] ?? 0)]);
  const [rx, ry] = [Math.max(2, x - cx), Math.max(2, cy - y)];
  return s('ellipse', { cx: cx.toFixed(1), cy: cy.toFixed(1), rx: rx.toFixed(1), ry: ry.toFixed(1), class: name });
}

/**
 * Each kind's numeral at the middle of its codes, pushed aside where two would touch.
 * @param {Plot} plot @param {LatentMap} value @param {Unpacked} cloud
 */
export function names({ at, left, top, w, tall, big }, { labels }, cloud) {
  const apart = APART * big;
  /** @type {{label: string, x: number, y: number}[]} */
  const found = [...new Set(labels)].sort().map((label) => {
    const own = labels.flatMap((one, i) => (one === label ? [at(placeOf(cloud, i))] : []));
    return { label, x: median(own.map(([x]) => x)), y: median(own.map(([, y]) => y)) };
  });
  for (let round = 0; round < 60; round++)
    for (const [i, one] of found.entries())
      for (const other of found.slice(i + 1)) {
        const [dx, dy] = [other.x - one.x || 0.1 * (i + 1), other.y - one.y || 0.1];
        const push = (apart / Math.hypot(dx, dy) - 1) / 2;
        if (push <= 0.001) continue;
        one.x -= dx * push;
        one.y -= dy * push;
        other.x += dx * push;
        other.y += dy * push;
      }
  /** @param {number} v @param {number} from @param {number} size */
  const inside = (v, from, size) => Math.max(from + apart / 2, Math.min(from + size - apart / 2, v));
  return s(
    'g',
    { class: 'kinds', 'aria-hidden': 'true' },
    found.map(({ label, x, y }) =>
      s(
        'text',
        { x: inside(x, left, w), y: inside(y, top, tall) + 7 * big, 'text-anchor': 'middle', class: 'digit-name m' },
        label,
      ),
    ),
  );
}

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const GAP = 3; // around a picture, or those that fill it would run into one another

/**
 * All pictures of the manifold as one image.
 * @param {Plot} plot @param {LatentMap} value @param {Float32Array[]} all
 */
export function tiles({ left, top, w, tall }, { manifold: { across, up } }, all) {
  const tile = 28 + 2 * GAP;
  const canvas = h('canvas', { width: across * tile, height: up * tile });
  const pen = penOf(canvas);
  const [r, g, b] = inkOf(new Float32Array(28 * 28), 28).data; // paper
  pen.fillStyle = `rgb(${r} ${g} ${b})`;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  all.forEach((one, k) =>
    pen.putImageData(inkOf(one, 28), (k % across) * tile + GAP, Math.floor(k / across) * tile + GAP),
  );
  return s('image', { href: canvas.toDataURL(), x: left, y: top, width: w, height: tall, class: 'manifold' });
}

/**
 * The code on the stage: a ring, and the cloud that it was drawn from.
 * @param {Plot} plot @param {Place | null} place @param {ArrayLike<number> | null} deviation
 */
export function here(plot, place, deviation) {
  if (!place) return [];
  const [cx, cy] = plot.at(plot.within(place));
  const cloud = deviation ? [ellipse(plot, place, deviation, 'cloud own')] : [];
  return [...cloud, s('circle', { cx, cy, r: 13 * plot.big, class: 'ring' })];
}

/**
 * The walk: the way that is taken with its steps, the other one dotted.
 * @param {Plot} plot @param {Walked} walked
 */
export function path({ at, within, big }, { ways, way }) {
  /** @param {Place[]} places */
  const line = (places) => `M${places.map((place) => at(within(place)).map((v) => v.toFixed(1))).join('L')}`;
  return [
    ...Object.entries(ways).map(([name, places]) =>
      s('path', { d: line(places), class: name === way ? 'way' : 'way other' }),
    ),
    ...ways[way].map((place) => {
      const [cx, cy] = at(within(place));
      return s('circle', { cx, cy, r: 4 * big, class: 'way-step' });
    }),
  ];
}

/** Where a drawing of one's own landed: dashed, as it is everywhere. @param {Plot} plot @param {Place} place */
export function landed(plot, place) {
  const [cx, cy] = plot.at(plot.within(place));
  const { big, left, w } = plot;
  const near = cx + 60 * big > left + w;
  return [
    s('circle', { cx, cy, r: 9 * big, class: 'ring dashed' }),
    s(
      'text',
      { x: cx + (near ? -14 : 14) * big, y: cy + 4, 'text-anchor': near ? 'end' : 'start', class: 'digit own-name' },
      'yours',
    ),
  ];
}

/** Dotted lines through what is looked at. @param {Plot} plot @param {Place} place */
export function crosshair({ at, left, top, w, tall, big }, place) {
  const [x, y] = at(place);
  return [
    s('path', { d: `M${left} ${y}h${w}M${x} ${top}v${tall}`, class: 'cross' }),
    s('circle', { cx: x, cy: y, r: 2.5 * big, class: 'point' }),
  ];
}

/** The cell of the manifold that is looked at. @param {Plot} plot @param {number} index @param {number} across */
export function outlined({ left, top, cell }, index, across) {
  const [x, y] = [left + (index % across) * cell, top + Math.floor(index / across) * cell];
  return [s('rect', { x, y, width: cell, height: cell, class: 'lit-cell' })];
}
