// What can be answered: options to choose from, or a number on a scale. Radios and sliders as browsers have them.
import { h, rich } from '../core/dom.js';
import { says } from './says.js';

/** @import { Rich } from '../core/types.d.ts' */
/** @import { Answer, Asked, Scale } from './types.d.ts' */

/**
 * @typedef {object} Choosing
 * @property {HTMLElement} node
 * @property {() => number | null} guess null as long as nothing is chosen
 * @property {(digit: number) => boolean} press choose by number; whether there is such an option
 */

let serial = 0;

/** @param {Asked} asked @param {() => void} changed @returns {Choosing} */
export const choosing = (asked, changed) =>
  asked.scale ? onScale(asked, asked.scale, changed) : among(asked, changed);

/**
 * Radios in a group, each in a row of its own.
 * @param {string} legend @param {string} className @param {(string | Node)[][]} texts @param {() => void} changed
 */
export function radios(legend, className, texts, changed) {
  const name = `lesson-${++serial}`;
  const inputs = texts.map((_, i) => h('input.dot', { type: 'radio', name, value: i, onchange: changed }));
  const labels = texts.map((text, i) => h('label.answer', {}, inputs[i], h('span', {}, text)));
  const node = h(`fieldset.${className}`, {}, h('legend', {}, legend), h('div.answers', {}, labels));
  return {
    node,
    labels,
    /** @returns {number | null} */
    chosen() {
      const at = inputs.findIndex((input) => input.checked);
      return at < 0 ? null : at;
    },
    /** @param {number} at */
    choose(at) {
      if (!inputs[at]) return false;
      inputs[at].checked = true;
      inputs[at].focus({ preventScroll: true });
      changed();
      return true;
    },
  };
}

/** @param {Asked} asked @param {() => void} changed @returns {Choosing} */
function among(asked, changed) {
  const group = radios(textOf(asked.title), 'guessing', asked.options.map(rich), changed);
  group.node.classList.toggle('many', asked.options.length > 5);
  return { node: group.node, guess: group.chosen, press: (digit) => group.choose(digit - 1) };
}

/** @param {Asked} asked @param {Scale} scale @param {() => void} changed @returns {Choosing} */
function onScale(asked, scale, changed) {
  let touched = false;
  const middle = scale.low + Math.round((scale.high - scale.low) / 2 / scale.step) * scale.step;
  const shown = h('output.number', {}, '?');
  const field = h('input', {
    type: 'range',
    min: scale.low,
    max: scale.high,
    step: scale.step,
    value: middle,
    'aria-label': textOf(asked.title),
    'aria-valuetext': says(asked.language).choose,
    oninput: () => {
      touched = true;
      const text = withUnit(Number(field.value), scale);
      shown.textContent = text;
      field.setAttribute('aria-valuetext', text);
      changed();
    },
  });
  const ends = h(
    'span.ends',
    {},
    h('span', {}, withUnit(scale.low, scale)),
    h('span', {}, withUnit(scale.high, scale)),
  );
  const node = h('div.onscale', {}, shown, field, ends);
  return { node, guess: () => (touched ? Number(field.value) : null), press: () => false };
}

/** What was guessed beside what is right, in one list. @param {Asked} asked @param {Answer} answer */
export function compared(asked, answer) {
  if (asked.scale) return onOneScale(asked, asked.scale, answer);
  const rows = asked.options.map((option, i) => {
    const right = i === asked.right;
    const mine = i === answer.guess;
    const few = asked.options.length <= 5 || right || mine;
    return few
      ? h(
          'li',
          { class: ['row', right && 'right', mine && 'mine'].filter(Boolean).join(' ') },
          h('i', { 'aria-hidden': true }, right ? '✓' : mine ? '✗' : ''),
          h('span', {}, rich(option)),
          mine ? h('b.tag', {}, says(asked.language).yours) : null,
          right ? h('span.sr-only', {}, '✓') : null,
        )
      : null;
  });
  return h('ul.compared', {}, rows);
}

/** @param {Asked} asked @param {Scale} scale @param {Answer} answer */
function onOneScale(asked, scale, { guess, hit }) {
  /** @param {number} value */
  const left = (value) => `${(100 * (value - scale.low)) / (scale.high - scale.low)}%`;
  const truth = h('li', { class: 'row right' }, h('i', { 'aria-hidden': true }, '✓'), withUnit(asked.right, scale));
  const mine =
    guess === null
      ? null
      : h(
          'li',
          { class: 'row mine' },
          h('i', { 'aria-hidden': true }, hit ? '✓' : '✗'),
          withUnit(guess, scale),
          h('b.tag', {}, says(asked.language).yours),
        );
  const line = h(
    'div.scaleline',
    { 'aria-hidden': true },
    h('span.truth', { style: { left: left(Math.min(scale.high, Math.max(scale.low, asked.right))) } }),
    guess === null ? null : h('span.guessed', { style: { left: left(guess) } }),
  );
  return h('div', {}, line, h('ul.compared', {}, truth, mine));
}

/** The answer in words. @param {Asked} asked @param {number | null} guess */
export function inWords(asked, guess) {
  if (guess === null) return '';
  return asked.scale ? withUnit(guess, asked.scale) : textOf(asked.options[guess] ?? []);
}

/** Whether a guess counts as right: the model decides. @param {Asked} asked @param {number | null} guess */
export function isRight(asked, guess) {
  if (guess === null) return false;
  return asked.scale ? Math.abs(guess - asked.right) <= asked.scale.near : guess === asked.right;
}

/** @param {number} value @param {Scale} scale */
function withUnit(value, { step, unit }) {
  const digits = Number.isInteger(value) || step >= 5 ? 0 : step < 0.1 ? 2 : 1;
  return `${value.toFixed(digits)}${unit ? `\u00a0${unit}` : ''}`;
}

/** @param {Rich} parts */
export const textOf = (parts) => parts.map(([, text]) => text).join('');
