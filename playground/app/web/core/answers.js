// Comparing what a model wrote with what was right, and saying scores.
import { percent } from './dom.js';

/**
 * Token by token. Where only one of the two lists names the end token, writing it or not counts as well.
 * @param {string[]} output @param {string[] | null | undefined} target
 * @returns {{wrong: boolean[], hits: number, total: number, right: boolean | null}} right is null when no answer is
 * known
 */
export function compare(output, target) {
  if (!target) return { wrong: output.map(() => false), hits: 0, total: 0, right: null };
  const wanted = output.includes('end') && target.at(-1) !== 'end' ? [...target, 'end'] : target;
  const wrong = output.map((token, i) => token !== wanted[i]);
  const hits = wrong.filter((bad, i) => !bad && i < wanted.length).length;
  return { wrong, hits, total: wanted.length, right: hits === wanted.length && output.length === wanted.length };
}

/** @param {number | null} value @param {string} name what is scored */
export function scoreText(value, name) {
  if (!Number.isFinite(value)) return '–';
  if (name.includes('error')) return value.toPrecision(3);
  return value >= 0 && value <= 1 ? percent(value) : value.toPrecision(3);
}

/** Mean squared error of two pictures. @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function pictureError(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}

/** Seconds for people: 2.7 s, 14 s, 3 min. @param {number} s */
export const seconds = (s) =>
  s >= 120 ? `${Math.round(s / 60)} min` : s >= 10 ? `${Math.round(s)} s` : `${s.toFixed(1)} s`;

/** @param {number} n */
export const grouped = (n) => Math.round(n).toLocaleString('en');
