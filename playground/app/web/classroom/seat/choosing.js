// What a question is answered with: options, tokens to point at, a number on a scale, or a curve.
import { h, rich, setText } from '../../core/dom.js';
import { vote } from '../attending.js';
import { inWords, textOf, tokenOf } from '../pieces.js';
import { drawing } from './drawing.js';

/** @import { AskedOfClass } from '../../core/classroom.d.ts' */

/** @param {AskedOfClass} asked @param {number | number[] | null} mine */
export function choosing(asked, mine) {
  if (asked.curve) return drawing(asked, Array.isArray(mine) ? mine : null);
  if (asked.scale) return onScale(asked, typeof mine === 'number' ? mine : null);
  return asked.points ? h('div.class-pointing', {}, among(asked), h('p.small.class-committed', {})) : among(asked);
}

/**
 * What was answered, and whether more is taken. The fields stay where they are: whoever answers by keyboard keeps the
 * focus.
 * @param {Element} fields @param {AskedOfClass} asked @param {number | number[] | null} mine
 */
export function keepUp(fields, asked, mine) {
  const closed = asked.phase !== 'open';
  for (const label of fields.querySelectorAll('label')) {
    const input = /** @type {HTMLInputElement} */ (label.querySelector('input'));
    const chosen = mine !== null && Number(input.value) === mine;
    input.disabled = closed;
    input.checked = chosen;
    label.classList.toggle('on', chosen);
    const tag = /** @type {HTMLElement | null} */ (label.querySelector('.class-tag'));
    if (tag) tag.hidden = !chosen;
  }
  const committed = fields.querySelector('.class-committed');
  if (committed) setText(committed, mine === null ? 'Nothing committed yet' : 'Committed: ');
  if (committed && mine !== null) committed.append(h('b', {}, inWords(asked, mine)));
  fields.toggleAttribute('data-closed', closed);
  const commit = fields.querySelector('button');
  commit?.toggleAttribute('disabled', closed || commit.dataset.untouched !== undefined);
}

/** Tokens that are pointed at stand side by side, in their order. @param {AskedOfClass} asked */
const among = ({ options, number, round, points }) =>
  h(
    points ? `fieldset.class-points.of-${points}` : 'fieldset.class-options',
    {},
    h('legend.sr-only', {}, 'Your answer'),
    options.map((option, i) =>
      points
        ? h(
            'label.class-point',
            { title: textOf(option) },
            h('input.sr-only', {
              type: 'radio',
              name: `class-${number}-${round}`,
              value: i,
              'aria-label': textOf(option),
              onchange: () => vote(i),
            }),
            h('span.class-token', { 'aria-hidden': true }, tokenOf(option)),
            h('span.small', { 'aria-hidden': true }, i + 1),
          )
        : h(
            'label.class-option-row',
            {},
            h('input.dot', { type: 'radio', name: `class-${number}-${round}`, value: i, onchange: () => vote(i) }),
            h('span', {}, rich(option)),
            h('span.class-tag', { hidden: true }, 'committed'),
            i < 9 && h('kbd', { 'aria-hidden': true }, i + 1),
          ),
    ),
  );

/** @param {AskedOfClass} asked @param {number | null} mine */
function onScale(asked, mine) {
  const [low, high, step] = asked.scale ?? [0, 1, 1];
  const middle = low + Math.round((high - low) / 2 / step) * step;
  const shown = h('output.class-number', {}, mine === null ? '?' : inWords(asked, mine));
  const slider = h('input', {
    type: 'range',
    min: low,
    max: high,
    step,
    value: mine ?? middle,
    'aria-label': 'Your answer',
    oninput: follow,
  });
  /** @param {Event} event */
  function follow({ target }) {
    shown.replaceChildren(...inWords(asked, Number(/** @type {HTMLInputElement} */ (target).value)));
    commit.disabled = false;
    delete commit.dataset.untouched;
  }
  const commit = h('button.btn.on', { type: 'button', onclick: () => vote(Number(slider.value)) }, 'Commit');
  // Where the slider stands is no answer yet.
  if (mine === null) [commit.disabled, commit.dataset.untouched] = [true, ''];
  return h(
    'div.class-scale',
    {},
    shown,
    slider,
    h('div.class-ends', {}, h('span', {}, inWords(asked, low)), h('span', {}, inWords(asked, high))),
    commit,
    h('p.small.class-committed', {}),
  );
}
