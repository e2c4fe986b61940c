// Comparing what a model wrote with what was right, and saying scores.
import { grouped, percent } from './numbers.js';

/**
 * Token by token, the end token too, which the counts leave out: an answer of nine digits has nine tokens. The stage's
 * own answer is judged in the same words by `views/scene/verdict.py`.
 * @param {string[]} output @param {string[] | null | undefined} target
 * @returns {{wrong: boolean[], hits: number, total: number, right: boolean | null, cause: string}} right is null when
 * no answer is known; the cause is read after the word "wrong"
 */
export function compare(output, target) {
  if (!target) return { wrong: output.map(() => false), hits: 0, total: 0, right: null, cause: '' };
  const written = withoutEnd(output);
  const answer = withoutEnd(target);
  const ended = written.length < output.length || (answer.length === target.length && output.length <= target.length);
  const wanted = ended && written.length < output.length ? [...answer, 'end'] : target;
  const wrong = output.map((token, i) => token !== wanted[i]);
  const hits = answer.filter((token, i) => token === written[i]).length;
  const right = ended && hits === answer.length && written.length === answer.length;
  return { wrong, hits, total: answer.length, right, cause: right ? '' : causeOf(written, answer, ended) };
}

/** @param {string[]} tokens */
const withoutEnd = (tokens) => (tokens.at(-1) === 'end' ? tokens.slice(0, -1) : tokens);

/** @param {string[]} written @param {string[]} answer @param {boolean} ended */
function causeOf(written, answer, ended) {
  const both = Math.min(written.length, answer.length);
  const first = written.findIndex((token, i) => i >= both || token !== answer[i]);
  const same = first < 0 ? both : first;
  if (same === answer.length)
    return ended ? `: ${tokens(written.length - same)} too many before the end` : ': it did not end';
  if (same === written.length) return `: it ended ${tokens(answer.length - same)} too early`;
  const rest = Math.max(written.length, answer.length) - same - 1;
  let later = rest;
  for (let i = same + 1; i < both; i++) if (written[i] === answer[i]) later -= 1;
  if (!later) return ` at token ${same + 1}`;
  return later === rest ? ` from token ${same + 1} on` : ` at token ${same + 1} and ${later} later`;
}

/** @param {number} count */
const tokens = (count) => (count === 1 ? 'one token' : `${count} tokens`);

/** @param {number | null | undefined} value @param {string} name what is scored */
export function scoreText(value, name) {
  if (!known(value)) return '–';
  if (name.includes('error')) return value.toPrecision(3);
  if (value === 1) return '100 %'; // all of those that were counted
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
