// Texts as they change from one to the next.
import { h } from '../../core/dom.js';
import { spelled } from '../../core/glyphs.js';

/** @import { Written } from './types.d.ts' */

/**
 * Which tokens are not in the other text in this order: those beside its longest common part.
 * @param {string[]} tokens @param {string[]} other @returns {boolean[]}
 */
export function differing(tokens, other) {
  const [n, m] = [tokens.length, other.length];
  const long = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--)
    for (let j = m - 1; j >= 0; j--)
      long[i][j] = tokens[i] === other[j] ? long[i + 1][j + 1] + 1 : Math.max(long[i + 1][j], long[i][j + 1]);
  const found = new Array(n).fill(true);
  for (let i = 0, j = 0; i < n && j < m; ) {
    if (tokens[i] === other[j]) {
      found[i++] = false;
      j++;
    } else if (long[i + 1][j] >= long[i][j + 1]) i++;
    else j++;
  }
  return found;
}

/**
 * A text, what is new in it set off; an empty one says so.
 * @param {Written} text @param {string[] | null} before
 */
export function changed({ tokens, ended }, before) {
  const fresh = before ? differing(tokens, before) : [];
  const apart = tokens.every((token) => token.length === 1) ? '' : ' ';
  return h(
    'span.m.words',
    {},
    tokens.length ? null : h('i', {}, 'nothing'),
    tokens.map((token, i) => [i ? apart : '', fresh[i] ? h('b.d', {}, spelled(token)) : spelled(token)]),
    ended ? null : h('span.dim', { title: 'it did not come to an end' }, ' …'),
  );
}
