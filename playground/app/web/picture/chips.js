// The columns of the picture: a chip per token, its state above it where states are drawn, and a numeral.
import { h, setText } from '../core/dom.js';
import { spelled, vector } from '../core/glyphs.js';
import { SURE, weight } from '../core/numbers.js';

/**
 * @typedef {object} PictureColumn one token of the source or the output, or what stands in its place
 * @property {string} token
 * @property {HTMLElement} node
 * @property {HTMLElement} state where ribbons leave and arrive
 * @property {boolean} [thin] it shrinks with its half
 */
/**
 * @typedef {PictureColumn & {attend: (value: number, attends: boolean, most: boolean) => void,
 *   mute: (muted: boolean) => void}} SourceColumn
 */
/**
 * @typedef {PictureColumn & {place: (distance: number, probability: number | undefined) => void,
 *   attend: (value: number) => void, mute: (muted: boolean) => void}} OutputColumn distance: steps ahead of the current
 *   one
 */

/** The distance of a token that is to be foreseen: not yet written, and next. */
export const ASKED = 0.5;
const LEAST = 0.05; // the smallest weight that gets a numeral

/**
 * @param {string} token
 * @param {ArrayLike<number> | null | undefined} values the state, if it is drawn
 * @param {{max?: number, className?: string, title?: string}} [options]
 * @returns {SourceColumn}
 */
export function sourceColumn(token, values, { max, className = '', title = token } = {}) {
  const numeral = h('div.wt');
  const fill = h('i.sh');
  const chip = h(`span.chip.enc${className}`, { title }, fill, h('span', {}, spelled(token)));
  const state = values ? h('div.st', {}, vector(values, { hue: 'enc', max })) : null;
  const node = h('div.col', {}, state, numeral, chip);
  return {
    token,
    node,
    state: state ?? chip,
    attend(value, attends, most) {
      node.classList.toggle('most', most);
      setText(numeral, attends && value >= LEAST ? weight(value) : '');
      fill.style.transform = `scaleY(${(attends ? value : 0).toFixed(3)})`;
    },
    mute(muted) {
      node.classList.toggle('muted', muted);
    },
  };
}

/**
 * @param {string} token
 * @param {ArrayLike<number> | null | undefined} values
 * @param {{max?: number, className?: string, wrong?: boolean, first?: boolean, forced?: boolean,
 *   note?: HTMLElement | null, plain?: string | null, differs?: boolean}} [options] first of all that are wrong; note
 *   stands where the probability would: what an answer was read off; plain: what is written without the acts that are
 *   on, which differs here first
 * @returns {OutputColumn}
 */
export function outputColumn(
  token,
  values,
  { max, className = '', wrong, first, forced, note, plain = null, differs } = {},
) {
  const numeral = h(`div.wt.${note ? 'off' : 'd'}`, {}, note);
  const fill = h('i.sh');
  const chip = h(
    `span.chip.dec${className}`,
    { title: `${token}${forced ? ', forced' : ''}${first ? ', the first difference from what is right' : ''}` },
    fill,
    h('span', {}, spelled(token)),
  );
  chip.classList.toggle('end', token === 'end');
  const state = values ? h('div.st', {}, vector(values, { hue: 'dec', max })) : null;
  const without =
    plain !== null &&
    h('span.plain', { title: `without the act: ${plain || 'nothing, it has ended'}` }, spelled(plain));
  const node = h('div.col', {}, state, numeral, chip, without);
  node.classList.toggle('differs', Boolean(differs));
  return {
    token,
    node,
    state: state ?? chip,
    place(distance, probability) {
      node.classList.toggle('cur', distance === 0);
      node.classList.toggle('fut', distance > 0);
      chip.classList.toggle('cur', distance === 0);
      chip.classList.toggle('fut', distance > 0);
      chip.classList.toggle('asked', distance === ASKED);
      chip.classList.toggle('bad', Boolean(wrong) && distance <= 0);
      chip.classList.toggle('first', Boolean(first) && distance <= 0);
      chip.classList.toggle('forced', Boolean(forced) && distance <= 0);
      const sure = distance <= 0 && probability !== undefined ? weight(Math.min(probability, SURE)) : '';
      if (!note) setText(numeral, sure);
    },
    attend(value) {
      fill.style.transform = `scaleY(${value.toFixed(3)})`;
    },
    mute(muted) {
      node.classList.toggle('muted', muted);
    },
  };
}
