// A row of numbers as upright bars: the features of an input, those that came back, and what lies between the two.

import { h } from '../../core/dom.js';

const NAMED = 8; // so many bars have room for their numbers
const FULL = 0.6; // an error that fills its half

/**
 * @param {ArrayLike<number>} values 0…1
 * @param {string} label empty where words beside it say the same
 */
export function numberBars(values, label) {
  const told = label ? { role: 'img', 'aria-label': `${label}: ${Array.from(values, short).join(', ')}` } : hidden;
  const bars = Array.from(values, (v) =>
    h('span.fbar', {}, h('i', { style: { height: percent(v, 1) }, title: short(v) })),
  );
  return h('span.fbars', told, bars);
}

/** The same with the number of each feature below it. @param {ArrayLike<number>} values */
export function namedBars(values) {
  return named(numberBars(values, ''), values.length);
}

/**
 * Above the line in orange what was not there, below it in blue what was lost.
 * @param {ArrayLike<number>} input @param {ArrayLike<number>} output
 */
export function errorBars(input, output) {
  const bars = Array.from(input, (v, i) => {
    const difference = output[i] - v;
    const kind = difference > 0 ? 'added' : 'lost';
    return h(
      'span.fbar',
      {},
      h(`i.${kind}`, { style: { height: percent(Math.abs(difference), 2 * FULL) }, title: short(difference) }),
    );
  });
  return named(h('span.fbars.apart', hidden, bars), input.length);
}

const hidden = { 'aria-hidden': 'true' };

/** @param {HTMLElement} bars @param {number} count */
function named(bars, count) {
  const numbers = count > NAMED ? null : Array.from({ length: count }, (_, i) => h('span.m', {}, i + 1));
  return h('div.fnamed', hidden, bars, numbers && h('span.fnumbers', {}, numbers));
}

/** @param {number} value @param {number} most */
const percent = (value, most) => `${(100 * Math.max(0, Math.min(1, value / most))).toFixed(1)}%`;

/** @param {number} value */
const short = (value) => value.toFixed(2).replace('-', '−');
