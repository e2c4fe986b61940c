// What several parts of a class are made of.
import { h, rich } from '../core/dom.js';
import { share } from '../core/numbers.js';
import { crowd } from './curve_chart.js';

/** @import { AskedOfClass, Attending } from '../core/classroom.d.ts' */
/** @import { Rich } from '../core/types.d.ts' */

export const VOTES = ['first vote', 'second vote'];

/** A solid, B dashed; a model alone has no letter. @param {string} letter */
export const letterBox = (letter) => (letter ? h(`b.slot-letter.of-${letter.toLowerCase()}`, {}, letter) : '');

/** @param {number} n @param {string} one @param {string} many */
export const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/** What lets other machines reach the page. */
export const sharing = () => h('span.m.class-whole', {}, '--host 0.0.0.0');

/** A measured value in its unit. @param {number} value @param {string} unit */
export const inUnit = (value, unit) => (unit === '%' ? share(value) : `${Number(value.toPrecision(3))} ${unit}`.trim());

/** @param {Rich} parts */
export const textOf = (parts) => parts.map(([, text]) => text).join('');

/** The token of an option such as state 6, ‘9’. @param {Rich} option */
export function tokenOf(option) {
  const styled = option.filter(([style]) => style);
  return textOf(styled.length ? styled.slice(-1) : option).replace(/^‘(.*)’$/, '$1');
}

/** What one answered, in words. @param {AskedOfClass} asked @param {number | number[]} answer */
export function inWords({ options, scale, curve }, answer) {
  if (Array.isArray(answer)) return answer.map((v) => `${v}${curve?.[5] === '%' ? '\u00a0%' : ''}`).join(', ');
  if (!scale) return rich(options[answer] ?? []);
  const [, , , unit] = scale;
  return [`${Number(answer.toFixed(2))}${unit === '%' ? '\u00a0%' : ` ${unit}`}`.trim()];
}

/** One's answer in the vote that is on, else in the one before. @param {Attending} attending */
export function own({ told: { question }, answers }) {
  const mine = question && answers[question.number];
  return question && mine ? (mine[question.round] ?? (question.phase === 'revealed' ? mine[0] : null)) : null;
}

/**
 * What was said, column by column: the vote that counts solid, an earlier one as a dashed outline.
 * @param {AskedOfClass} asked @param {number} joined @param {number | number[] | null} [mine] the column of one's own
 *   answer, or one's own curve
 */
export function bars(asked, joined, mine = null) {
  const { columns, counts, right, options, scale, points } = asked;
  if (!counts) return [];
  if (asked.curve) return [crowd(asked.curve, asked, Array.isArray(mine) ? mine : null)];
  if (points) return [overTokens(asked, joined, mine)];
  const latest = counts[counts.length - 1];
  const most = Math.max(joined, ...counts.flat(), 1);
  const wide = (/** @type {number} */ n) => ({ width: `${(100 * n) / most}%` });
  return columns.map((name, at) =>
    h(
      `div.class-bar${right === at ? '.right' : ''}`,
      {},
      h(
        'span.class-option',
        {},
        right === at && h('b', { 'aria-label': 'right', role: 'img' }, '✓ '),
        scale ? name : rich(options[at]),
        mine === at && h('span.class-you', {}, 'you'),
      ),
      h(
        'i.class-track',
        { 'aria-hidden': true },
        h('i.class-now', { style: wide(latest[at]) }),
        counts.length > 1 && counts[0][at] > 0 && h('i.class-before', { style: wide(counts[0][at]) }),
      ),
      h('b.class-count', {}, latest[at], counts.length > 1 && h('span.sr-only', {}, ` now, ${counts[0][at]} at first`)),
    ),
  );
}

/**
 * The same for tokens that were pointed at: how many did stands over each.
 * @param {AskedOfClass} asked @param {number} joined @param {number | number[] | null} mine
 */
function overTokens({ options, counts, right, points }, joined, mine) {
  const all = counts ?? [];
  const latest = all[all.length - 1] ?? [];
  const most = Math.max(joined, ...all.flat(), 1);
  const tall = (/** @type {number} */ n) => ({ height: `${(100 * n) / most}%` });
  return h(
    `div.class-over-tokens.of-${points}`,
    { style: { '--n': options.length } },
    options.map((option, at) =>
      h(
        `div.class-over-token${right === at ? '.right' : ''}`,
        { title: textOf(option) },
        h('b.class-count', {}, latest[at], all.length > 1 && h('span.sr-only', {}, ` now, ${all[0][at]} at first`)),
        h(
          'i.class-track',
          { 'aria-hidden': true },
          h('i.class-now', { style: tall(latest[at]) }),
          all.length > 1 && all[0][at] > 0 && h('i.class-before', { style: tall(all[0][at]) }),
        ),
        h('span.class-token', {}, tokenOf(option)),
        h(
          'span.class-mark',
          {},
          right === at ? h('b', { role: 'img', 'aria-label': 'right' }, '✓') : at + 1,
          mine === at && h('span.class-you', {}, 'you'),
        ),
      ),
    ),
  );
}
