// The status line: one word, place or step, a bar, an honest time, what can be done. Quiet while nothing happens.

import { byHeart, scoreText } from '../core/answers.js';
import { h } from '../core/dom.js';
import { grouped } from '../core/numbers.js';
import { manyOf, score } from '../core/run_fold.js';
import * as state from '../core/state.js';
import {
  bar,
  button,
  clock,
  doneOf,
  leaveButton,
  leftOf,
  liveButton,
  stepOf,
  stepsOf,
  text,
  whole,
} from './status_parts.js';

/** @import { Run } from '../core/run.d.ts' */

/**
 * @typedef {Record<'stop' | 'pause' | 'resume' | 'step' | 'leave' | 'live' | 'explore' | 'again' | 'dismiss',
 *   () => void>} Acts
 *   stop, pause, resume and step belong to the one who started the run; everybody else may leave it
 * @typedef {object} Page
 * @property {boolean} mine
 * @property {boolean} elsewhere its end is not what is on the stage
 * @property {boolean} dismissed
 * @property {boolean} starting Train was pressed, and the run has not come yet
 * @property {boolean} live the stage follows the run
 * @property {[Run, Run] | null} [both] it trains side by side with another one
 * @typedef {{kind: string, parts: Node[], set: (run: Run, page: Page) => void}} Line
 */

/** @param {Acts} act */
export function statusLine(act) {
  const node = h('div.run-status.quiet', {
    id: 'run-status',
    'data-state': 'idle',
    role: 'group',
    'aria-label': 'Training',
  });
  /** @type {Record<Run['state'] | 'starting', Line>} */
  const lines = {
    starting: startingLine(),
    queued: queuedLine(act),
    training: trainingLine(act),
    paused: pausedLine(act),
    stopped: stoppedLine(act),
    failed: failedLine(act),
    done: doneLine(act),
    idle: idleText(),
  };
  /** @type {Line | null} */
  let shown = null;
  return {
    node,
    /** @param {Run} run @param {Page} page */
    show(run, page) {
      const dismissed = run.state === 'stopped' && page.dismissed;
      const line = page.starting ? lines.starting : dismissed ? lines.done : lines[run.state];
      if (line !== shown) {
        const focused = node.contains(document.activeElement);
        node.replaceChildren(...line.parts);
        node.className = `run-status ${line.kind}`;
        if (focused) (node.querySelector('button') ?? document.getElementById('train'))?.focus();
        shown = line;
      }
      node.dataset.state = run.state;
      line.set(run, page);
    },
  };
}

/** @param {Acts} act @returns {Line} */
function trainingLine({ stop, pause, live, leave }) {
  const step = text('span.num');
  const left = text('span.num.left');
  const speed = text('span.num.dim.speed');
  const progress = bar('');
  const follow = liveButton(live);
  const hold = button('Pause', pause);
  const end = button('Stop', stop, 'box', 'stop');
  const go = leaveButton(leave);
  const word = text('b');
  return {
    kind: 'line',
    parts: [
      h('i.live', { 'aria-hidden': true }),
      word.node,
      step.node,
      progress.node,
      left.node,
      speed.node,
      follow.node,
      hold,
      end,
      go,
    ],
    set(run, { mine, live: on, both }) {
      follow.set(on);
      step.set(both ? stepsOf(both) : stepOf(run));
      progress.set(doneOf(both ?? [run]), 'Training done so far');
      const rest = leftOf(both ?? [run]);
      left.set(rest === null ? '' : rest < 1 ? 'less than 1 s left' : `about ${whole(rest)} left`);
      speed.set(run.steps_per_s && !both ? `${grouped(run.steps_per_s)} updates/s` : '');
      const many = manyOf(state.trial.value);
      word.set(`${mine ? 'Training' : 'Watching'}${both || many !== 'both' ? ` ${many}` : ''}`);
      hold.hidden = end.hidden = !mine;
      go.hidden = mine;
    },
  };
}

/**
 * Paused: training time stands still; weights, curve and film are those of this step.
 * @param {Acts} act @returns {Line}
 */
function pausedLine({ stop, resume, step, live, leave }) {
  const at = text('span.num');
  const progress = bar('');
  const said = text('span.num.left');
  const follow = liveButton(live);
  const once = button('One update', step);
  const go = button('Go on', resume, 'on');
  const end = button('Stop', stop, 'box', 'stop');
  const away = leaveButton(leave);
  return {
    kind: 'line',
    parts: [
      h('i.square', { 'aria-hidden': true }),
      h('b', {}, 'Paused'),
      at.node,
      progress.node,
      said.node,
      follow.node,
      once,
      go,
      end,
      away,
    ],
    set(run, { mine, live: on, both }) {
      follow.set(on);
      at.set(both ? stepsOf(both) : `at ${stepOf(run, '')}`);
      progress.set(doneOf(both ?? [run]), 'Training done so far');
      const loss = run.losses.at(-1)?.[2];
      said.set(both ? '' : loss === undefined ? 'first weights' : `loss ${loss.toPrecision(3)}`);
      for (const one of [once, go, end]) one.hidden = !mine;
      away.hidden = mine;
    },
  };
}

/** @param {Acts} act @returns {Line} */
function queuedLine({ stop, leave }) {
  const place = text('b.num');
  const of = text();
  const when = text('span.num.left');
  const progress = bar('.striped');
  const end = button('Leave the line', stop, 'box', 'stop');
  const go = leaveButton(leave);
  return {
    kind: 'line',
    parts: [
      h('b', {}, clock(), ' Waiting'),
      h('span', {}, 'place ', place.node, of.node),
      progress.node,
      when.node,
      end,
      go,
    ],
    set(run, { mine }) {
      place.set(run.position ? String(run.position) : '…');
      of.set(run.of ? ` of ${run.of}` : '');
      progress.set(run.of ? Math.max(0, 1 - (run.position ?? 0) / run.of) : 0, 'Place in the line');
      when.set(run.eta_s === null ? '' : run.eta_s < 1 ? 'starts in a moment' : `starts in about ${whole(run.eta_s)}`);
      end.hidden = !mine;
      go.hidden = mine;
    },
  };
}

/** @param {Acts} act @returns {Line} */
function failedLine({ explore, again }) {
  const cause = text('span.cause');
  const visit = button('', explore);
  const retry = button('', again, 'on');
  return {
    kind: 'line failed',
    parts: [h('b.w', {}, '✗ Stopped by itself'), cause.node, visit, retry],
    set(run, { mine }) {
      cause.set([run.cause, run.kept].filter(Boolean).join('; '));
      const step = keptStep(run);
      visit.hidden = step === null;
      visit.textContent = `Explore step ${grouped(step ?? 0)}`;
      retry.hidden = !mine;
      retry.textContent = adviceText(run.advice);
    },
  };
}

/** The step whose weights survive a failure. @param {Run} run @returns {number | null} */
export function keptStep(run) {
  if (!run.kept) return null;
  const named = /step\s+([\d,]+)/.exec(run.kept)?.[1];
  return named ? Number(named.replaceAll(',', '')) : (run.frames.at(-1)?.step ?? null);
}

/** One remedy that fits on a button; longer advice belongs to the rail. @param {string | null} advice */
const adviceText = (advice) => (advice && advice.length <= 40 ? advice : 'Train again');

/** @param {Acts} act @returns {Line} */
function stoppedLine({ explore, again, dismiss }) {
  const step = text('span.num');
  const result = text('span.num.cause');
  const visit = button('Explore it', explore);
  const retry = button('Train again', again);
  const close = button('Dismiss', dismiss);
  return {
    kind: 'line',
    parts: [h('i.square', { 'aria-hidden': true }), h('b', {}, 'Stopped'), step.node, result.node, visit, retry, close],
    set(run, { mine, elsewhere }) {
      visit.hidden = !elsewhere;
      step.set(`at ${stepOf(run)}`);
      const value = score(run);
      const reached = value === null ? '' : `${run.score_name} ${scoreText(value, run.score_name)}; `;
      result.set(`${reached}what it learned is kept`);
      retry.hidden = !mine;
    },
  };
}

/** @param {Acts} act @returns {Line} */
function doneLine({ again }) {
  const said = text('span.num');
  const repeat = button('Repeat', again, 'link');
  repeat.title = 'Train once more exactly as it was: the same updates, seed and settings';
  return {
    kind: 'quiet',
    parts: [said.node, repeat],
    set(run, { mine, elsewhere }) {
      const value = score(run);
      const result = value === null ? '' : `${run.score_name} ${scoreText(value, run.score_name)}`;
      said.set(elsewhere ? '' : byHeart(run.metrics) || result);
      repeat.hidden = !mine || elsewhere;
    },
  };
}

/** @returns {Line} whose answer is on the stage is said beside it */
const idleText = () => ({ kind: 'quiet', parts: [], set: () => {} });

/** Drawn in the frame of the press; the server's first word takes its place. @returns {Line} */
function startingLine() {
  const progress = bar('.striped');
  return {
    kind: 'line',
    parts: [h('i.live', { 'aria-hidden': true }), h('b', {}, 'Starting …'), progress.node],
    set: () => progress.set(0, 'Training done so far'),
  };
}

/** What a screen reader hears when the state changes. @param {Run} run */
export function announcement(run) {
  const value = score(run);
  const result = value === null ? '' : `, ${run.score_name} ${scoreText(value, run.score_name)}`;
  return {
    idle: '',
    queued: `Waiting, place ${run.position} of ${run.of}`,
    training: 'Training started',
    paused: `Training paused at step ${grouped(run.step)}`,
    done: `Training done${result}`,
    stopped: `Training stopped${result}`,
    failed: `Training stopped by itself: ${run.cause}`,
  }[run.state];
}
