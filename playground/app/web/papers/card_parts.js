// What the card of a paper is made of.
import { h } from '../core/dom.js';

/** @import { Paper, Verdict } from '../core/trial.d.ts' */

/** A bound stays on the line of its sign. @param {string} needs */
const whole = (needs) => needs.replaceAll(/([≥≤]) /g, '$1\u00a0').replaceAll(' %', '\u00a0%');

const STEPS = ['claim', 'guess', 'run', 'verdict'];

/** A solid, B dashed. @param {string} letter */
export const letterBox = (letter) => h(`b.slot-letter.of-${letter.toLowerCase()}`, {}, letter);

/** How far one is. @param {number} at */
export const steps = (at) =>
  h(
    'div.paper-steps',
    { role: 'img', 'aria-label': `Step ${at + 1} of ${STEPS.length}: ${STEPS[at]}` },
    STEPS.map((_, i) => h(i === at ? 'i.now' : i < at ? 'i.past' : 'i', {})),
  );

/** @param {Paper} paper */
export function theirs({ theirs: { words, bars, axis, to }, source: [, , , where] }) {
  return text(
    'What they measured',
    h('p', {}, words),
    bars.map(([letter, figure]) =>
      h(
        'div.paper-bar',
        {},
        letterBox(letter),
        h(
          'i.rail',
          { 'aria-hidden': true },
          h(letter === 'A' ? 'i' : 'i.striped', { style: { width: `${(100 * figure) / to}%` } }),
        ),
        h('span.m', {}, figure),
      ),
    ),
    h('p.small', {}, bars.length ? `${axis}; axis to ${to}` : where),
  );
}

/** @param {string} title @param {...(Node | Node[])} children */
export const part = (title, ...children) => h('section.paper-part', {}, h('h3', {}, title), children);

const small = matchMedia('(max-width: 1000px)');

/**
 * What is read once: folded where the card stands above the stage.
 * @param {string} title @param {...(Node | Node[])} children
 */
const text = (title, ...children) =>
  h('details.paper-part', { open: !small.matches }, h('summary', {}, h('h3', {}, title)), children);

/** @param {string} title @param {string} words */
export const words = (title, words) => text(title, h('p', {}, words));

/** @param {Paper} paper */
export const criterion = ({ criterion: rows }) =>
  h(
    'section.paper-needs',
    {},
    h('h3', {}, 'Counts as reproduced if'),
    rows.map(([arm, words, needs]) =>
      h('p.paper-check', {}, arm ? letterBox(arm) : h('span'), h('span', {}, words), h('b', {}, needs)),
    ),
    h('p.small', {}, 'and the control comes out as foretold, in 9 of 10 judge seeds. Fixed before they ran.'),
  );

/** @param {Paper} paper @param {number | null} guess @param {boolean} locked @param {(guess: number) => void} choose */
export function question({ question: [text, options] }, guess, locked, choose) {
  return h(
    'fieldset.paper-guess',
    {},
    h('legend', {}, `Your guess: ${text}`),
    options.map((option, i) =>
      h(
        guess === i ? 'label.on' : 'label',
        {},
        h('input', {
          type: 'radio',
          name: 'paper-guess',
          value: i,
          checked: guess === i,
          disabled: locked,
          onchange: () => choose(i),
        }),
        h('span', {}, option),
        h('kbd', { 'aria-hidden': true }, i + 1),
      ),
    ),
  );
}

/** In what way the answers of the side that fell short are wrong, if one did. @param {Verdict} verdict */
export const wrong = (verdict) => (verdict.wrong ? [words('What went wrong', verdict.wrong)] : []);

/** @param {Verdict} verdict @param {Paper} paper */
export function verdictBox({ holds, seed, checks }, { judged }) {
  const held = judged.filter(([, one]) => one).length;
  return h(
    holds ? 'section.paper-verdict' : 'section.paper-verdict.missed',
    {},
    h(
      'h3',
      { tabindex: -1 },
      h('span', { 'aria-hidden': true }, holds ? '✓ ' : '✗ '),
      holds ? 'Reproduced with this seed' : `Not reproduced, seed ${seed}`,
    ),
    checks.map(([kind, arm, words, needs, got, reached]) =>
      h(
        `p.paper-check${kind === 'criterion' ? '.claimed' : ''}${reached ? '' : '.w'}`,
        {},
        arm ? letterBox(arm) : h('span'),
        h(
          'span',
          {},
          kind === 'criterion' ? '' : `${kind}: `,
          words,
          h('span.small', {}, ` needs\u00a0${whole(needs)}`),
        ),
        h('b', {}, got),
        h('span', { 'aria-label': reached ? 'reached' : 'missed', role: 'img' }, reached ? '✓' : '✗'),
      ),
    ),
    judged.length
      ? h(
          'p.paper-seeds',
          {},
          h(
            'span.squares',
            { 'aria-hidden': true },
            judged.map(([, one]) => h(one ? 'i' : 'i.not', {}, one ? '✓' : '✗')),
          ),
          h('b', {}, `${held} of ${judged.length} judge seeds`),
        )
      : h('p.small', {}, 'No judge seeds have been run yet: one seed is one seed.'),
    !holds && h('p.small', {}, 'A miss is kept and counted like a hit; the threshold does not move.'),
  );
}

/**
 * What was guessed and what came, in one list.
 * @param {Verdict} verdict @param {Paper} paper @param {number | null} guess
 */
export function guessAndTruth({ right, truth }, { question: [text, options] }, guess) {
  const wrong = guess !== null && guess !== right;
  return part(
    guess === null ? `Asked: ${text}` : `You said, to “${text}”`,
    h(
      'ul.paper-truth',
      {},
      wrong && h('li', {}, '✗ ', options[guess], h('span.tag', {}, 'your guess')),
      h('li.right', {}, '✓ ', options[right], h('span.tag', {}, guess === right ? `your guess, ${truth}` : truth)),
    ),
  );
}
