// The Train button, which says how far the training is, training by hand, and what went wrong.
import { h, setText } from '../core/dom.js';
import { busy, fraction, over } from '../core/run_fold.js';
import * as state from '../core/state.js';

/** @import { Run } from '../core/run.d.ts' */
/** @import { Choices } from './choices.js' */

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
    {
      type: 'button',
      id: 'one-update',
      onclick: () => choices.send('once'),
      title: 'Do one update of training and hold',
    },
    'One update',
  );
  const reset = h('button.plain', { type: 'button', id: 'reset', onclick: () => choices.send('reset') }, 'Reset');
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
    const { error, facts } = value;
    const budget = String(mine.budget ?? value.budget);
    const training = (run && busy(run)) || pressed;
    train.disabled = Boolean(training);
    once.disabled = Boolean(pressed) || run?.state === 'queued';
    reset.disabled = Boolean(pressed) || !run || !(busy(run) || over(run));
    const time = budget === 'preset' ? `, ${facts.time}` : ` for ${budget} s`;
    // Rewriting equal text would make screen readers repeat it.
    setText(train, training ? progress(run) : `Train${time}`);
    trouble.hidden = !error;
    setText(trouble, error ?? '');
  }

  return {
    button: train,
    once,
    reset,
    trouble,
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
  if (run?.state === 'paused') return `Paused at update ${run.step}`;
  return run && busy(run) ? `Training, ${Math.floor(fraction(run) * 100)} %` : 'Starting …';
}
