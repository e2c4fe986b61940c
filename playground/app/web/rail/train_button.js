// The Train button, which says how far the training is, training by hand, and what went wrong.
import { h, setText } from '../core/dom.js';
import { busy, fraction, over } from '../core/run_fold.js';
import * as state from '../core/state.js';

/** @import { Run } from '../core/run.d.ts' */
/** @import { Choices } from './choices.js' */
/** @import { Rail } from './types.d.ts' */

const STARTED_MS = 15000; // a click that led to no run frees the button again

/** @param {Choices} choices */
export function trainButton(choices) {
  /** @type {Run | null} */
  let run = null;
  /** @type {{id: string | null} | null} the run that was there when Train was pressed */
  let pressed = null;
  const train = h('button.train', { type: 'button', id: 'train', onclick: start }, 'Train');
  const once = h(
    'button.plain',
    { type: 'button', id: 'one-step', onclick: () => choices.send('once'), title: 'Do one step of training and hold' },
    'One step',
  );
  const initial = 'Back to the initial weights: the same for the same seed';
  const reset = h(
    'button.plain',
    { type: 'button', id: 'reset', onclick: () => choices.send('reset'), title: initial },
    'Reset',
  );
  const trouble = h('p.trouble', { role: 'alert', hidden: true });

  state.train.handle(start);

  function start() {
    if (train.disabled) return;
    pressed = { id: run?.id ?? null };
    setTimeout(free, STARTED_MS);
    choices.forgetError();
    draw();
    choices.send('train');
  }

  function free() {
    pressed = null;
    draw();
  }

  function draw() {
    const { value, mine } = choices;
    if (!value) return;
    if (value.error) pressed = null;
    if (state.starting.value !== Boolean(pressed)) state.starting.value = Boolean(pressed);
    const { error, locked } = value;
    const training = (run && busy(run)) || pressed || (value.training && !(run && over(run)));
    const waits = Boolean(pressed || locked);
    train.disabled = Boolean(training || locked);
    once.disabled = waits || run?.state === 'queued';
    reset.disabled = waits || !run || !(busy(run) || over(run));
    // Rewriting equal text would make screen readers repeat it.
    setText(train, training ? progress(run) : `Train${budgetText(value, String(mine.budget ?? value.budget))}`);
    trouble.hidden = !locked && !error;
    trouble.classList.toggle('calm', !error);
    setText(trouble, locked || error || '');
  }

  return {
    nodes: [train, h('div.byhand', {}, once, reset), trouble],
    draw,
    /** What was pressed will not be done. */
    lost() {
      pressed = null;
    },
    /** @param {Run} next */
    follow(next) {
      run = next;
      if (pressed && (busy(next) || next.id !== pressed.id)) pressed = null;
      draw();
    },
  };
}

/** @param {Run | null} run */
function progress(run) {
  if (run?.state === 'queued') return run.position ? `Waiting, place ${run.position} of ${run.of}` : 'Waiting';
  if (run?.state === 'paused') return `Paused at step ${run.step}`;
  return run && busy(run) ? `Training, ${Math.floor(fraction(run) * 100)} %` : 'Starting …';
}

/** @param {Rail} value @param {string} chosen */
function budgetText({ budgets }, chosen) {
  const label = budgets.find(([id]) => id === chosen)?.[1];
  const time = label?.split(',').pop()?.trim();
  return time && /\d/.test(time) ? ` for ${time}` : '';
}
