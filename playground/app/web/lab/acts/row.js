// A row of the list: switch, what and where, at which steps, what this input is answered with, and what it costs.
import { h } from '../../core/dom.js';
import { icon, spelled } from '../../core/glyphs.js';
import { grouped, signed } from '../../core/numbers.js';

/** @import { Answer } from './effects.js' */
/** @import { Effect, Row } from '../types.d.ts' */

/**
 * @param {Row} row @param {Answer} answer @param {{low: number, high: number}} scale
 * @param {boolean} stepwise whether the answer has steps
 * @param {{share: number | null, toggle: () => void, remove: () => void, look: () => void,
 *   take: (share: number) => void}} acts
 */
export function actRow(row, answer, scale, stepwise, { share, toggle, remove, look, take }) {
  const told = answer && 'told' in answer ? answer.told : null;
  const [, site] = row.act;
  return h(
    'li.act',
    { onmouseenter: look, onfocusin: look },
    h('button.switch-knob', {
      type: 'button',
      role: 'switch',
      'aria-checked': String(row.on),
      'aria-label': row.title,
      onclick: toggle,
    }),
    h(
      'div.what',
      {},
      h('b', {}, row.title),
      h('span.m', {}, site),
      row.act[0] === 'swap' && blend(row.title, share, take),
    ),
    h('div.steps', {}, row.steps ? (row.since ? 'from ' : '') + row.steps.join(' · ') : stepwise ? 'all' : ''),
    h('div.writes.m', {}, row.missed ? h('span.dim', {}, row.missed) : writes(told)),
    bar(told, scale),
    h('div.numbers', {}, numbers(answer)),
    h('button.ib', { type: 'button', 'aria-label': `Remove: ${row.title}`, onclick: remove }, icon('close')),
  );
}

/**
 * How much of the other input is taken.
 * @param {string} title @param {number | null} share @param {(share: number) => void} take
 */
function blend(title, share, take) {
  /** @type {HTMLInputElement} */
  const slider = h('input.blend', {
    type: 'range',
    min: 0,
    max: 1,
    step: 0.05,
    'aria-label': `Share of the other: ${title}`,
    onchange: () => take(Number(slider.value)),
  });
  slider.value = String(share);
  return h('span.blended', {}, 'own', slider, 'other');
}

/** All that are on, at once. @param {Answer} answer @param {{low: number, high: number}} scale @param {number} count */
export function togetherRow(answer, scale, count) {
  const told = answer && 'told' in answer ? answer.told : null;
  return h(
    'li.act.together',
    {},
    h('span'),
    h('div.what', {}, h('b', {}, `All ${count} at once`)),
    h('div.steps', {}),
    h('div.writes.m', {}, writes(told)),
    bar(told, scale),
    h('div.numbers', {}, numbers(answer)),
    h('span'),
  );
}

/**
 * What the input on the stage is answered with; the first token that the act changed is framed.
 * @param {Effect?} told
 */
function writes(told) {
  if (!told) return h('span.dim', {}, '…');
  if (!told.tokens) return h('span.dim', {}, told.same ? 'the same picture' : 'another picture');
  if (told.same) return h('span.dim', {}, told.tokens.map(spelled).join(' '));
  return told.tokens.map((token, i) => [h(i === told.first ? 'span.first' : 'span', {}, spelled(token)), ' ']);
}

/**
 * From nothing to its change, with its interval; hatched beneath it the control.
 * @param {Effect?} told @param {{low: number, high: number}} scale
 */
function bar(told, { low, high }) {
  /** @param {number} value */
  const x = (value) => (100 * (Math.max(low, Math.min(high, value)) - low)) / (high - low);
  /** @param {string} name @param {number} from @param {number} to */
  const span = (name, from, to) =>
    h(`i.${name}`, { style: { left: `${x(Math.min(from, to))}%`, width: `${Math.abs(x(to) - x(from))}%` } });
  return h(
    'div.bar',
    { 'aria-hidden': true },
    h('i.zero', { style: { left: `${x(0)}%` } }),
    told && [
      span('change', 0, told.change),
      span('whisker', ...told.interval),
      told.control && span('control', 0, told.control.change),
    ],
  );
}

/** @param {Answer} answer */
function numbers(answer) {
  if (!answer) return h('span.dim', {}, 'measuring …');
  if ('failed' in answer) return h('span.bad', {}, answer.failed);
  const { change, interval, control, inputs } = answer.told;
  const elsewhere = control
    ? control.places > 1
      ? `${grouped(control.places)} others: median ${signed(control.change, 1)}`
      : `the other one: ${signed(control.change, 1)}`
    : `${grouped(inputs)} inputs`;
  return [
    h('span.m', {}, h('b', {}, signed(change, 1)), ` [${interval.map((bound) => signed(bound, 1)).join(', ')}]`),
    h('span.dim', { title: control ? `worst: ${signed(control.worst, 1)}, ${control.where}` : '' }, elsewhere),
  ];
}
