// Island: follows one run and hands its state to the page; draws the status line and the folded picture.
import { h } from '../core/dom.js';
import { grouped } from '../core/numbers.js';
import { busy, fold, idle, over, stateOf } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { foldLine } from './fold_line.js';
import { foldOf } from './folds.js';
import { momentOf } from './moment.js';
import { followRival } from './rival.js';
import { follow } from './run_stream.js';
import { announcement, keptStep, statusLine } from './status.js';

/** @import { Run, RunEvent, SentRun } from '../core/run.d.ts' */
/** @import { Scene } from '../core/scene.d.ts' */
/** @import { Island } from '../core/types.d.ts' */
/** @import { Lost } from './run_stream.js' */

/** @typedef {'stop' | 'pause' | 'resume' | 'step' | 'live' | 'explore' | 'train' | 'leave'} Sent */

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
  let asked = -1; // the update whose weights the stage has, or was asked to show
  /** @type {Run | null} what was drawn before a run that has nothing to show yet */
  let before = null;
  let given = ''; // the input on the stage
  let own = false; // it was given after the training on the page began, so it is what the folded picture shows
  let noticeRead = '';
  let tick = 0;
  const rival = followRival();
  let heard = ''; // its state
  /** @param {Sent} what */
  const ask = (what) => () => island.send(what, { run: run.id });
  const status = statusLine({
    stop: ask('stop'),
    pause: ask('pause'),
    resume: ask('resume'),
    step: ask('step'),
    leave: ask('leave'),
    live: () => {
      value = { ...value, live: !value.live }; // at once; the answer says the same
      asked = -1;
      island.send('live', { on: value.live });
      draw();
    },
    explore: () => explore(run.state === 'failed' ? keptStep(run) : run.step),
    again: () => island.send('train', { again: run.id }),
    dismiss: () => {
      dismissed = true;
      draw();
    },
  });
  const whose = h('span.whose', { id: 'whose' });
  const said = h('span.sr-only', { role: 'status' });
  const notice = h('div.run-status.line.notice', { hidden: true });
  const cause = h('span.cause.num');
  const again = h('button.btn.box', { type: 'button', onclick: () => stream?.retry() }, 'Try now');
  const connection = h('div.run-status.line.notice', { hidden: true }, h('b', {}, '! No connection'), cause, again);
  const folded = foldLine();
  root.classList.add('monitor');
  root.append(whose, status.node, notice, connection, folded.node, said);

  island.onValue((next) => {
    const other = next.run !== value.run;
    value = next;
    if (next.on_stage && next.frame !== null) asked = Math.max(asked, next.frame);
    rival.show(next);
    // pressing Train asks to watch
    if (other && next.run && next.mine && !next.opened && state.tab.value !== 'paper')
      state.openTab.send(next.rival ? 'compare' : 'training');
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
    own = false;
    state.frame.value = frame;
  });
  state.scene.on((scene) => {
    own ||= Boolean(given) && scene.given !== given;
    given = scene.given ?? '';
  });
  for (const signal of [state.tab, state.scene, state.frame]) signal.on(drawFold);
  for (const signal of [state.tab, state.present, state.frame]) signal.on(keepUp);
  document.addEventListener('visibilitychange', keepUp);
  state.starting.on(draw);
  state.rival.on((other) => {
    if (other && other.state !== heard) said.textContent = `B: ${announcement(other)}`;
    heard = other?.state ?? '';
    draw();
  });
  window.addEventListener('pagehide', () => {
    stream?.close();
    rival.close();
  });
  window.addEventListener('pageshow', (e) => e.persisted && restart());

  function restart() {
    rival.show(value);
    stream?.close();
    stream = null;
    lost = null;
    dismissed = false;
    asked = -1;
    own = false;
    const drawn = state.run.value;
    state.frame.value = null;
    const next = idle(value);
    before = drawn && next.id && sameInput(drawn, next) ? drawn : null;
    publish(next);
    drawConnection();
    if (value.run && value.url) stream = follow(value.url, { onEvents, onConnection, onGone, stays: value.mine });
  }

  /** @param {RunEvent[]} events @param {boolean} anew */
  function onEvents(events, anew) {
    publish(events.reduce(fold, anew ? idle(value) : run));
    drawNotice();
    if (!over(run)) keepUp();
    else if (run.state !== 'failed' && value.live && !(value.on_stage && value.frame === null)) explore(run.step);
    return over(run);
  }

  /** The stage follows: it is asked for once for every snapshot, by whoever has it in sight. */
  function keepUp() {
    const newest = run.frames.at(-1)?.step ?? -1;
    const seen = state.present.value || state.tab.value !== 'training' || own;
    if (!value.live || !value.run || !busy(run) || newest <= asked || !seen || document.hidden) return;
    asked = newest;
    island.send('live', { on: true });
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
    if (changed) said.textContent = `${state.rival.value ? 'A: ' : ''}${announcement(run)}`;
    if (run.frames.length || run.losses.length || over(run)) before = null;
    state.run.value = before ? { ...run, ...drawnOf(before) } : run;
    draw();
  }

  function draw() {
    const { mine = true, on_stage = false, frame = null, live = true } = value;
    const starting = Boolean(state.starting.value) && !busy(run);
    const beside = state.rival.value ?? null;
    const told = beside ? { ...run, state: stateOf(run, beside) } : run;
    const both = /** @type {[Run, Run] | null} */ (beside && [run, beside]);
    status.show(told, { mine, elsewhere: !on_stage || frame !== null, dismissed, starting, live, both });
    drawFold();
  }

  function drawFold() {
    const folds = state.tab.value === 'training' && !state.present.value;
    const frame = state.frame.value ?? null;
    folded.show(folds ? foldOf(run, own ? null : frame, state.scene.value, own) : null);
    const [short, more] = (folds && !own ? foldedLabel(frame) : null) ?? labelOf(state.scene.value);
    if (whose.title === short + more) return;
    whose.title = short + more;
    whose.style.setProperty('--letters', String(short.length));
    whose.replaceChildren(h('span', {}, short), h('wbr'), h('span.wide', {}, more)); // in one line, or cut there
  }

  /**
   * Whose output the folded picture shows, where that is not the stage's.
   * @param {number | null} frame @returns {[string, string] | null}
   */
  function foldedLabel(frame) {
    const moment = momentOf(run, frame);
    if (!moment || moment.end) return null;
    return [`${run.id ? value.name : 'shipped run'} at update ${grouped(moment.step)}`, ''];
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

/** What it took is left out where there is little room. @param {Scene | undefined} scene @returns {[string, string]} */
function labelOf(scene) {
  const [, short, more] = (scene?.run.label ?? '').match(/^([^,]*)(.*)$/) ?? ['', '', ''];
  return [short, more];
}

/** Whether two runs look at the same pinned input: then one may be drawn until the other has something to show. */
const sameInput = (/** @type {Run} */ a, /** @type {Run} */ b) =>
  a.score_name === b.score_name && JSON.stringify([a.source, a.target]) === JSON.stringify([b.source, b.target]);

/** @param {Run} run */
const drawnOf = ({ losses, scores, kl, frames, film_steps, now }) => ({
  losses,
  scores,
  kl,
  frames,
  film_steps,
  now,
  borrowed: true,
});
