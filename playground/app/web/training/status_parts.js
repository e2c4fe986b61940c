// What the lines of the status are made of: buttons, texts and bars that are touched only when they change.

import { h, setText } from '../core/dom.js';
import { grouped, seconds } from '../core/numbers.js';
import { fraction, lettersOf, over, secondsLeft } from '../core/run_fold.js';
import * as state from '../core/state.js';

/** @import { Run } from '../core/run.d.ts' */

/** @param {string} text @param {() => void} onclick @param {string | null} id */
export const button = (text, onclick, kind = 'box', id = null) =>
  h(`button.btn.${kind}`, { type: 'button', id, onclick }, text);

/** An estimate claims no tenths. @param {number} s */
export const whole = (s) => (s < 120 ? `${Math.max(1, Math.round(s))} s` : seconds(s));

/** An element that is only touched when its text changes. */
export function text(name = 'span') {
  const node = h(name);
  return { node, set: (/** @type {string} */ value) => setText(node, value) };
}

/** @param {string} kind */
export function bar(kind) {
  const fill = h('i', {});
  const node = h(`div.bar${kind}`, { role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 }, fill);
  return {
    node,
    /** @param {number} part 0…1 @param {string} label */
    set: (part, label) => {
      const percent = Math.round(part * 1000) / 10;
      fill.style.width = `${percent}%`;
      node.setAttribute('aria-valuenow', String(Math.round(percent)));
      node.setAttribute('aria-label', label);
    },
  };
}

/** `update 40 of about 900` @param {Run} run */
export const stepOf = ({ step, steps }, about = 'about ') =>
  steps ? `update ${grouped(step)} of ${about}${grouped(steps)}` : `update ${grouped(step)}`;

/** `A update 40 of 300 · B update 52 of 410` @param {[Run, Run]} both */
export function stepsOf(both) {
  const letters = lettersOf(state.trial.value, both);
  return both.map((run, i) => `${letters[i]} ${farOf(run)}`).join(' · ');
}

/** @param {Run} run */
const farOf = (run) =>
  run.state === 'failed'
    ? '✗ stopped by itself'
    : over(run)
      ? run.state
      : run.state === 'queued'
        ? 'waits'
        : stepOf(run, '');

/** How much is done of all, 0…1. @param {Run[]} runs */
export const doneOf = (runs) => runs.reduce((sum, run) => sum + fraction(run), 0) / runs.length;

/** Seconds until all are over, or null while nothing is known. @param {Run[]} runs */
export function leftOf(runs) {
  const left = runs.filter((run) => !over(run)).map(secondsLeft);
  return left.some((s) => s === null) ? null : Math.max(0, ...left.map(Number));
}

/** @param {() => void} leave */
export function leaveButton(leave) {
  const node = button('Leave', leave);
  node.title = 'Somebody else started this run, and only they can pause or stop it. It goes on when you leave.';
  return node;
}

export const clock = () => h('span', { 'aria-hidden': true }, '◷');

/** Whether the stage follows the run. @param {() => void} toggle */
export function liveButton(toggle) {
  const node = button('Live', toggle);
  return {
    node,
    /** @param {boolean} on */
    set(on) {
      node.classList.toggle('on', on);
      node.setAttribute('aria-pressed', String(on));
      node.title = on
        ? 'The stage follows this run: it answers with the newest weights. Press to keep what it shows now.'
        : 'The stage keeps what it shows. Press to follow this run.';
    },
  };
}
