// Island: follows one run and hands its state to the page; draws the status line and the folded picture.
import { h } from '../core/dom.js';
import { fold, idle, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { foldLine } from './fold_line.js';
import { follow } from './run_stream.js';
import { announcement, keptStep, statusLine } from './status.js';

/** @import { Run, RunEvent, Sample, SentRun } from '../core/run.d.ts' */
/** @import { Scene } from '../core/scene.d.ts' */
/** @import { Island } from '../core/types.d.ts' */
/** @import { Fold } from './fold_line.js' */
/** @import { Lost } from './run_stream.js' */

/** @typedef {'stop' | 'pause' | 'resume' | 'step' | 'explore' | 'train' | 'leave'} Sent */

/** @param {HTMLElement} root @param {Island<SentRun, Sent>} island */
export function mount(root, island) {
  /** @type {Partial<SentRun>} */
  let value = {};
  let run = idle(null);
  /** @type {ReturnType<typeof follow> | null} */
  let stream = null;
  /** @type {Lost | null} */
  let lost = null;
  let dismissed = false;
  let explored = '';
  let noticeRead = '';
  let tick = 0;
  /** @param {Sent} what */
  const ask = (what) => () => island.send(what, { run: run.id });
  const status = statusLine({
    stop: ask('stop'),
    pause: ask('pause'),
    resume: ask('resume'),
    step: ask('step'),
    leave: ask('leave'),
    explore: () => explore(run.state === 'failed' ? keptStep(run) : run.step),
    again: () => island.send('train', { again: run.id }),
    dismiss: () => {
      dismissed = true;
      draw();
    },
  });
  const said = h('span.sr-only', { role: 'status' });
  const notice = h('div.run-status.line.notice', { hidden: true });
  const cause = h('span.cause.num');
  const again = h('button.btn.box', { type: 'button', onclick: () => stream?.retry() }, 'Try now');
  const connection = h('div.run-status.line.notice', { hidden: true }, h('b', {}, '! No connection'), cause, again);
  const folded = foldLine();
  root.classList.add('monitor');
  root.append(status.node, notice, connection, folded.node, said);

  island.onValue((next) => {
    const other = next.run !== value.run;
    value = next;
    if (other && next.run && next.mine && !next.opened) state.openTab.send('training'); // pressing Train asks to watch
    if (other || (!stream && run.state === 'idle')) restart();
    else
      publish({
        ...run,
        mine: next.mine,
        link: next.link ?? null,
        baseline: next.baseline ?? run.baseline,
        about: next.about ?? null,
        notice: next.notice ?? null,
      });
    drawNotice();
  });
  state.chooseFrame.handle((frame) => {
    state.frame.value = frame;
  });
  for (const signal of [state.tab, state.scene, state.frame]) signal.on(drawFold);
  window.addEventListener('pagehide', () => stream?.close());
  window.addEventListener('pageshow', (e) => e.persisted && restart());

  function restart() {
    stream?.close();
    stream = null;
    lost = null;
    dismissed = false;
    state.frame.value = null;
    publish(idle(value));
    drawConnection();
    if (value.run && value.url) stream = follow(value.url, { onEvents, onConnection, onGone, stays: value.mine });
  }

  /** @param {RunEvent[]} events @param {boolean} anew */
  function onEvents(events, anew) {
    publish(events.reduce(fold, anew ? idle(value) : run));
    drawNotice();
    if (over(run) && run.state !== 'failed' && !value.on_stage) explore(run.step);
    return over(run);
  }

  /** Ask the server to show what was trained; once by itself, again on request. @param {number | null} step */
  function explore(step) {
    if (explored === `${run.id}:${step}`) return;
    explored = `${run.id}:${step}`;
    island.send('explore', { run: run.id, step });
  }

  /** @param {Run} next */
  function publish(next) {
    const changed = next.state !== run.state;
    run = next;
    if (changed) said.textContent = announcement(run);
    state.run.value = run;
    draw();
  }

  function draw() {
    const { mine = true, label = '', on_stage } = value;
    status.show(run, { mine, label, elsewhere: !on_stage, dismissed });
    drawFold();
  }

  function drawFold() {
    const open = state.tab.value === 'training';
    folded.show(open ? foldOf(run, state.frame.value ?? null, state.scene.value) : null);
  }

  function drawNotice() {
    const told = value.notice ?? run.moved;
    const text = told !== noticeRead ? told : null;
    notice.hidden = !text;
    if (text && notice.dataset.text !== text) {
      // “! Link not understood: the rest” has its first words in bold.
      const [head, rest] = text.replace(/^!\s*/, '').split(/(?<=^[^:;“]{3,40}):\s+/);
      notice.dataset.text = text;
      notice.replaceChildren(
        h('b', {}, `! ${rest ? head : 'Notice'}`),
        h('span.cause', {}, rest ?? head),
        h(
          'button.btn.box',
          {
            type: 'button',
            onclick: () => {
              noticeRead = text;
              drawNotice();
            },
          },
          'Dismiss',
        ),
      );
    }
  }

  function onGone() {
    onConnection(null);
    stream = null;
    value = {
      ...value,
      run: null,
      notice: 'Run not found: it is no longer kept; the model on the stage is not affected',
    };
    publish(idle(value));
    drawNotice();
  }

  /** @param {Lost | null} next */
  function onConnection(next) {
    lost = next;
    drawConnection();
    clearInterval(tick);
    if (lost) tick = setInterval(drawConnection, 1000);
  }

  function drawConnection() {
    connection.hidden = !lost;
    if (!lost) return;
    const now = performance.now();
    const ago = Math.max(0, Math.round((now - lost.since) / 1000));
    const next = Math.max(0, Math.round((lost.retryAt - now) / 1000));
    const training = value.mine
      ? `training goes on for ${value.absence_s} s without you, and what it learned is kept`
      : 'stepping still works, training goes on without you';
    cause.textContent = `since ${ago} s; ${training}. Trying again ${next ? `in ${next} s` : 'now'}.`;
  }
}

/**
 * What the folded picture shows: the chosen frame, else the newest output, else the scene on the stage.
 * @param {Run} run @param {number | null} frame @param {Scene | undefined} scene @returns {Fold | null}
 */
function foldOf(run, frame, scene) {
  const pinned = (frame === null ? null : run.frames[frame]?.pinned) ?? run.pinned;
  if (pinned?.picture || pinned?.output) return foldFor(pinned, () => withTarget(pinned, run));
  if (!scene || (scene.kind === 'picture' && !scene.input)) return null; // a code set by hand
  return foldFor(scene, () => sceneFold(scene));
}

/** @type {WeakMap<object, Fold>} */
const folds = new WeakMap(); // one fold object per pinned state, so that equal states are drawn once

/** @param {object} of @param {() => Fold} make */
function foldFor(of, make) {
  const fold = folds.get(of) ?? make();
  folds.set(of, fold);
  return fold;
}

/** @param {Sample} pinned @param {Run} run @returns {Fold} */
function withTarget(pinned, run) {
  const source = pinned.source ?? run.source ?? undefined;
  return { ...pinned, source, target: pinned.target ?? run.target, shown: run.shown };
}

/** @param {Scene} scene @returns {Fold} */
function sceneFold(scene) {
  if (scene.kind === 'picture') return { picture: scene.input, reconstruction: scene.reconstruction };
  const { source, picture: shown, output, weights: attention, wrong } = scene;
  // The scene only says which outputs are wrong; a wrong one stands for any other token.
  const target = wrong && output.map((token, i) => (wrong[i] ? '' : token));
  return { source, shown, output, attention, target };
}
