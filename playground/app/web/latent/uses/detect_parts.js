// What the anomaly view is drawn with: the scale, the ROC curve, bars of all classes, groups of pictures, tables.
import { unpack } from '../../core/arrays.js';
import { h, s } from '../../core/dom.js';
import { fixed } from '../../core/numbers.js';
import { inkPicture, unpackBytes } from '../../picture/pixels.js';
import { letters, long, path, scale } from './axes.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { Detected, Row } from './types.d.ts' */

export const BINS = 40;
const ROC = 200;
const GOOD = 0.95;

/** Where the scale ends: nearly all lie within. @param {Detected} found */
export function end(found) {
  const [a, b] = [unpack(found.ordinary).data, unpack(found.odd).data];
  return Math.max(a[Math.floor(0.995 * (a.length - 1))], b[Math.floor(0.98 * (b.length - 1))], found.threshold * 1.5);
}

/** @param {Float32Array} values @param {number} last */
export function binned(values, last) {
  const counts = Array(BINS).fill(0);
  for (const v of values) counts[Math.min(BINS - 1, Math.floor((v / last) * BINS))] += 1;
  return /** @type {number[]} */ (counts);
}

/** @param {Detected} found @param {number} threshold */
export function judged(found, threshold) {
  /** @param {Float32Array} values */
  const above = (values) => values.reduce((n, v) => n + (v > threshold ? 1 : 0), 0) / values.length;
  return { caught: above(unpack(found.odd).data), false: above(unpack(found.ordinary).data) };
}

export const hatch = () =>
  s(
    'pattern',
    { id: 'use-hatch', width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    s('path', { class: 'hatching', d: 'M0 0V5' }),
  );

/** @param {Detected} found @param {{caught: number, false: number}} now */
export function curve(found, now) {
  const font = letters();
  const [ordinary, odd] = [unpack(found.ordinary).data, unpack(found.odd).data];
  const x = scale([0, 1], [1, ROC]);
  const y = scale([0, 1], [ROC, 1]);
  /** @type {[number, number][]} */
  const points = [[x(0), y(0)]];
  let [i, k] = [ordinary.length - 1, odd.length - 1];
  while (i >= 0 || k >= 0) {
    const v = Math.max(i >= 0 ? ordinary[i] : -1, k >= 0 ? odd[k] : -1);
    while (i >= 0 && ordinary[i] === v) i -= 1;
    while (k >= 0 && odd[k] === v) k -= 1;
    points.push([x(1 - (i + 1) / ordinary.length), y(1 - (k + 1) / odd.length)]);
  }
  return s(
    'svg',
    {
      class: 'use-chart',
      width: ROC + 2,
      height: ROC + 1.8 * font,
      role: 'img',
      'aria-label': 'Caught against false alarms',
    },
    s('path', { class: 'axis-line', d: `M1 1V${ROC}H${ROC}` }),
    s('path', { class: 'dotted', d: `M1 ${ROC}L${ROC} 1` }),
    s('path', { class: 'solid', d: path(points) }),
    s('circle', { class: 'ringed', cx: x(now.false), cy: y(now.caught), r: 7 }),
    s('text', { x: ROC, y: ROC + 1.4 * font, 'text-anchor': 'end' }, 'false alarms →'),
  );
}

/** @param {Detected} found @param {number} width @param {string} chosen */
export function areaBars(found, width, chosen) {
  const font = letters();
  const by = new Map(found.areas.map(([digit, area]) => [digit, area]));
  const step = width / 10;
  const stagger = step < 2.8 * font ? 1.25 * font : 0; // numerals that would touch stand in two rows
  const top = 1.6 * font + stagger;
  const foot = top + 96;
  const y = scale([0.5, 1], [foot, top]);
  return s(
    'svg',
    { class: 'use-chart', width, height: foot + 1.8 * font, role: 'img', 'aria-label': 'Area for each digit left out' },
    s('defs', {}, hatch()),
    Array.from({ length: 10 }, (_, digit) => {
      const area = by.get(digit);
      const left = digit * step + step * 0.18;
      const wide = step * 0.64;
      const middle = digit * step + step / 2;
      return [
        s('rect', {
          class: area === undefined ? 'none-yet' : 'track',
          x: left,
          y: top,
          width: wide,
          height: foot - top,
        }),
        area !== undefined && [
          s('rect', {
            class: area < GOOD ? 'odd' : String(digit) === chosen ? 'chosen' : 'known',
            x: left,
            y: y(Math.max(area, 0.5)),
            width: wide,
            height: foot - y(Math.max(area, 0.5)),
          }),
          s(
            'text',
            { class: 'm', x: middle, y: top - 4 - (digit % 2) * stagger, 'text-anchor': 'middle' },
            fixed(area).replace(/^(>?)0/, '$1'),
          ),
        ],
        s(
          'text',
          {
            class: String(digit) === chosen ? 'm strong' : 'm',
            x: middle,
            y: foot + 1.3 * font,
            'text-anchor': 'middle',
          },
          digit,
        ),
      ];
    }),
    s('path', { class: 'guide-strong', d: `M0 ${y(GOOD)}H${width}` }),
  );
}

/** @param {Detected | null} found @returns {Table} */
export function tableOf(found) {
  if (!found) return { columns: [], rows: [] };
  const last = end(found);
  const [known, odd] = [found.ordinary, found.odd].map((packed) => binned(unpack(packed).data, last));
  return {
    columns: ['error from', 'known', 'strange'],
    rows: known.map((n, i) => [((i * last) / BINS).toFixed(4), n, odd[i]]),
    caption: 'How many pictures have which error',
  };
}

/** @param {Detected | null} found @returns {Table} */
export function areasTable(found) {
  return {
    columns: ['left out', 'area', 'from', 'to'],
    rows: (found?.areas ?? []).map(([digit, ...numbers]) => [digit, ...numbers.map((v) => fixed(v, 3))]),
    caption: 'Area under the curve for each digit left out',
  };
}

/**
 * The pictures at the ends, and those on the wrong side of the threshold.
 * @param {Detected} one @param {number} threshold
 */
export function groups(one, threshold) {
  const { strangest, plainest, missed } = one.groups;
  const alarms = one.groups.false;
  /** @param {Row} row @param {(error: number) => boolean} keep */
  const some = (row, keep) =>
    unpackBytes(row.pictures)
      .map((picture, i) => ({ picture, error: row.errors[i] }))
      .filter(({ error }) => keep(error));
  /** @param {string} title @param {{picture: Float32Array, error: number}[]} few @param {boolean} wrong */
  const group = (title, few, wrong) =>
    h(
      `div.use-group${wrong ? '.wrong' : ''}`,
      {},
      h('h4', {}, wrong ? h('span.w', {}, '✗ ') : '', title),
      h(
        'div',
        {},
        few.map(({ picture, error }) =>
          h(
            `figure.use-picture${wrong ? '.worse' : ''}`,
            {},
            inkPicture(picture, ''),
            h('figcaption', {}, long(error)),
          ),
        ),
        few.length ? '' : h('p', {}, 'none'),
      ),
    );
  return h(
    'div.use-groups',
    {},
    group(
      'Strangest',
      some(strangest, () => true),
      false,
    ),
    group(
      'Plainest',
      some(plainest, () => true),
      false,
    ),
    group(
      'Missed',
      some(missed, (error) => error <= threshold),
      true,
    ),
    group(
      'False alarm',
      some(alarms, (error) => error > threshold),
      true,
    ),
  );
}
