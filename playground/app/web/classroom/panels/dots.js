// Dots of many runs along one axis, a row for each thing that is measured. Runs that are alike are piled up; a pile
// that has no room overlaps, and says how many it is.
import { h, s } from '../../core/dom.js';
import * as state from '../../core/state.js';
import { inUnit, letterBox } from '../pieces.js';

/** @import { ClassTrial } from '../../core/classroom.d.ts' */

const RADIUS = 5;
const RIGHT = 16;
const TOP = 8;
const ROW = 64;
const WIDE = 440; // from here on the names stand beside the rows

/** @param {ClassTrial} trial @param {number | null} own seed @param {number} width @param {number} font */
export function dotRows(trial, own, width, font) {
  const scale = font / 12;
  const rows = trial.rows
    .map((row, at) => ({ row, at }))
    .filter(({ at }) => trial.runs?.some(([, values]) => values[at] !== null));
  const beside = width / scale >= WIDE;
  const names = beside ? Math.min(0.36 * width, 240 * scale) : 0;
  const room = width - names - RIGHT * scale - 8;
  const [low, high, unit] = span(
    trial,
    rows.map(({ at }) => at),
  );
  const x = (/** @type {number} */ v) => 8 + ((v - low) / (high - low || 1)) * room;
  return h(
    `div.dot-rows${beside ? '.beside' : ''}`,
    { style: { '--names': `${names}px` } },
    rows.map(({ row: [arm, words, , least, most], at }) => {
      const dots = (trial.runs ?? []).flatMap(([seed, values]) =>
        values[at] === null ? [] : [{ seed, value: /** @type {number} */ (values[at]) }],
      );
      const mine = dots.find(({ seed }) => seed === own);
      return h(
        'div.dot-row',
        {},
        h(
          'p.dot-name',
          {},
          mine &&
            h(
              'button.dot-own',
              { type: 'button', title: 'Look into your own run', onclick: () => state.openOwnRun.send(at) },
              h('span.sr-only', {}, 'Look into your run: '),
              `you, ${inUnit(mine.value, unit)}`,
            ),
          mine && h('i.dot-break', {}),
          letterBox(arm),
          h('span', {}, words),
        ),
        drawn(dots, {
          x,
          own,
          arm,
          width: room + 8 + RIGHT * scale,
          scale,
          low,
          high,
          bound: bound(least, most, unit),
          unit,
          at,
        }),
      );
    }),
    axis(x, room + 8 + RIGHT * scale, scale, low, high, unit),
  );
}

/** @param {ClassTrial} trial @param {number[]} rows @returns {[number, number, string]} */
function span(trial, rows) {
  const unit = trial.rows[rows[0] ?? 0]?.[2] ?? '';
  if (unit === '%') return [0, 1, unit];
  const values = (trial.runs ?? []).flatMap(([, row]) => rows.map((at) => row[at] ?? 0));
  return [Math.min(0, ...values), Math.max(...values) || 1, unit];
}

/**
 * @param {number | null} least @param {number | null} most @param {string} unit
 * @returns {{from: number, to: number, needs: string} | null}
 */
function bound(least, most, unit) {
  if (least === null && most === null) return null;
  const needs = [least === null ? '' : `≥ ${inUnit(least, unit)}`, most === null ? '' : `≤ ${inUnit(most, unit)}`];
  return { from: least ?? -Infinity, to: most ?? Infinity, needs: `needs ${needs.filter(Boolean).join(', ')}` };
}

/**
 * @typedef {{x: (v: number) => number, own: number | null, arm: string, width: number, scale: number, low: number,
 *   high: number, bound: ReturnType<typeof bound>, unit: string, at: number}} How
 */

/** @param {{seed: number, value: number}[]} dots @param {How} how */
function drawn(dots, { x, own, arm, width, scale, low, high, bound: needs, unit, at: row }) {
  const height = ROW * (scale > 1 ? 1.3 : 1);
  const r = RADIUS * Math.min(scale, 1.5);
  const floor = height - r - 4;
  /** @type {Map<number, {seed: number, value: number}[]>} */
  const piles = new Map();
  for (const dot of dots) {
    const at = Math.round(x(dot.value) / (2 * r));
    piles.set(at, [...(piles.get(at) ?? []), dot]);
  }
  const fits = Math.floor((height - TOP * scale - 2) / (2 * r));
  const dim = own !== null && dots.some(({ seed }) => seed === own);
  const label = `${dots.length} runs: ${dots.map(({ value }) => inUnit(value, unit)).join(', ')}`;
  const from = needs && x(Math.max(low, needs.from));
  const to = needs && x(Math.min(high, needs.to));
  return s(
    'svg',
    {
      width,
      height,
      role: 'img',
      'aria-label': label,
      class: `dots of-${arm.toLowerCase() || 'a'}${dim ? ' dim' : ''}`,
    },
    needs && s('rect', { class: 'needed', x: from, y: 0, width: Math.max(1, (to ?? 0) - (from ?? 0)), height }),
    [low, (low + high) / 2, high].map((v) => s('path', { class: 'grid', d: `M${x(v)} 0V${height}` })),
    s('path', { class: 'grid', d: `M${x(low)} ${height - 0.5}H${x(high)}` }),
    [...piles].map(([at, pile]) => {
      const step = pile.length > fits ? (floor - TOP * scale - r) / (pile.length - 1) : 2 * r;
      const sorted = [...pile].sort((a, b) => Number(a.seed === own) - Number(b.seed === own));
      const cx = Math.max(x(low), Math.min(x(high), at * 2 * r));
      const full =
        pile.length > fits && s('text', { ...countAt(cx, r, width), y: floor - height / 3 }, `${pile.length} runs`);
      return [sorted.map(({ seed }, i) => dot(cx, floor - i * step, r, seed === own, row)), full];
    }),
    needs && s('text', { ...needsAt(from ?? 0, to ?? 0, width), y: 11 * scale }, needs.needs),
  );
}

/**
 * One's own opens that run; its name beside the row is the button that says so.
 * @param {number} cx @param {number} cy @param {number} r @param {boolean} mine @param {number} row
 */
const dot = (cx, cy, r, mine, row) => [
  s('circle', { class: mine ? 'dot mine' : 'dot', cx, cy, r: mine ? r * 0.7 : r - 0.75 }),
  mine && s('circle', { class: 'ring', cx, cy, r: r + 2, onclick: () => state.openOwnRun.send(row) }),
];

/** The side of a pile that has room. @param {number} cx @param {number} r @param {number} width */
const countAt = (cx, r, width) => (cx < width / 2 ? { x: cx + 2.5 * r } : { x: cx - 2.5 * r, 'text-anchor': 'end' });

/**
 * What is needed stands beside its ground where that is narrow.
 * @param {number} from @param {number} to @param {number} width
 */
function needsAt(from, to, width) {
  if (from > width / 2) return { x: from - 6, 'text-anchor': 'end' };
  return { x: to + 6 > width * 0.7 ? from + 6 : to + 6 };
}

/**
 * @param {(v: number) => number} x @param {number} width @param {number} scale @param {number} low
 * @param {number} high @param {string} unit
 */
const axis = (x, width, scale, low, high, unit) =>
  h(
    'div.dot-axis',
    {},
    s(
      'svg',
      { width, height: 18 * scale, 'aria-hidden': true },
      [low, (low + high) / 2, high].map((v, i) =>
        s(
          'text',
          { x: x(v), y: 13 * scale, 'text-anchor': ['start', 'middle', 'end'][i] },
          v === 1 && unit === '%' ? '100 %' : inUnit(v, unit),
        ),
      ),
    ),
  );
