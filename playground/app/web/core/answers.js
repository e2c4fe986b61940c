// Comparing what a model wrote with what was right, and saying scores.
import { grouped, percent } from './numbers.js';

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

/** @param {number | null | undefined} value @param {string} name what is scored */
export function scoreText(value, name) {
  if (!known(value)) return '–';
  if (name.includes('error')) return value.toPrecision(3);
  return value >= 0 && value <= 1 ? percent(value) : value.toPrecision(3);
}

const MOST = 0.9;
const HALF = 0.5;

/**
 * What a model learned by heart and what it makes of lines that it never saw; nothing where nobody counted.
 * @param {Record<string, number>} metrics
 */
export function byHeart(metrics) {
  const what = ['lines', 'sources'].find((name) => metrics[`known_${name}`] && metrics[`new_${name}`]);
  if (!what) return '';
  const [old, novel] = ['known', 'new'].map((part) => {
    const [right, all] = [metrics[`${part}_${what}_right`], metrics[`${part}_${what}`]];
    return { share: right / all, text: `${grouped(right)} of ${grouped(all)}` };
  });
  let meaning = '';
  if (old.share >= MOST && novel.share < HALF) meaning = ': it learned them by heart';
  else if (novel.share >= MOST) meaning = ': it found what they have in common';
  else if (old.share < HALF) meaning = ': it has not learned them yet';
  return `${old.text} known ${what} right, ${novel.text} new ones${meaning}`;
}

/** @param {unknown} value @returns {value is number} */
export const known = (value) => Number.isFinite(value);

/** Mean squared error of two pictures. @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function pictureError(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}
