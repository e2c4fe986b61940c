// What a head does on this input, in three numbers that the field has names for.
import { fixed, percent } from '../core/numbers.js';
import { habits, nameOf } from './heads.js';

/** @import { AttentionMap } from '../core/scene.d.ts' */
/** @import { Rich } from '../core/types.d.ts' */

/** @typedef {{previous: number | null, diagonal: number | null, induction: number | null}} Scores shares of a row */

/**
 * Mean weights, where the head can look there at all. `previous`: on the token before its own (a previous-token head).
 * `diagonal`: on its own place; of outputs that look at a source, on the state of the same number. `induction`: on what
 * followed the same token where it was read before (C. Olsson et al., "In-context Learning and Induction Heads", 2022).
 * @param {AttentionMap} map @param {number} head @returns {Scores}
 */
export function scoresOf(map, head) {
  const weights = map.head(head);
  const within = map.side !== 'cross' && map.side !== 'pooling'; // at what it belongs to itself
  const ahead = within ? map.columns.length - map.rows.length : 0; // columns before those of the rows' own
  /** @param {(row: number, own: number) => number[]} where @returns {number | null} */
  const mean = (where) => {
    const found = map.rows.flatMap((_, i) => {
      const places = where(i, i + ahead).filter((j) => j >= 0 && j < map.columns.length);
      return places.length ? [places.reduce((sum, j) => sum + weights.row(i)[j], 0)] : [];
    });
    return found.length ? found.reduce((sum, share) => sum + share, 0) / found.length : null;
  };
  /** @param {number} own */
  const followers = (own) =>
    map.columns.flatMap((token, j) => (j < own && token === map.columns[own] && j + 1 < own ? [j + 1] : []));
  return {
    previous: within ? mean((_, own) => [own - 1]) : null,
    diagonal: map.side === 'pooling' ? null : mean((_, own) => [own]),
    induction: within ? mean((_, own) => followers(own)) : null,
  };
}

/** @param {number | null} score */
export const told = (score) => (score === null ? '–' : percent(score));

/** @param {AttentionMap} map @param {number} head @returns {Rich} */
export function about(map, head) {
  const { spread, sharpest } = habits(map, head);
  const { previous, diagonal, induction } = scoresOf(map, head);
  const own = map.side === 'cross' ? 'the state of its own number' : 'its own place';
  const parts = /** @type {[number | null, string][]} */ ([
    [previous, 'the token before'],
    [diagonal, own],
    [induction, 'what followed the same token before'],
  ]).filter(([score]) => score !== null);
  return [
    ['b', nameOf(map, head)],
    ['', ': spread over '],
    ['b', spread.toFixed(1)],
    ['', ` position${spread.toFixed(1) === '1.0' ? '' : 's'}, largest weight `],
    ['b', fixed(sharpest)],
    ['', `, on average${parts.length ? '; of its weight ' : '.'}`],
    ...parts.flatMap(
      ([score, what], i) =>
        /** @type {Rich} */ ([
          ['', i ? ', ' : ''],
          ['b', told(score)],
          ['', ` on ${what}`],
        ]),
    ),
    ['', parts.length ? '.' : ''],
  ];
}
