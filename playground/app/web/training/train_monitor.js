// Island: follows one run and hands its state to the page; draws the status line and the folded picture.
import { compare } from '../core/answers.js';
import { h } from '../core/dom.js';
import { grouped } from '../core/numbers.js';
import { busy, fold, idle, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { foldLine } from './fold_line.js';
import { momentOf } from './moment.js';
import { follow } from './run_stream.js';
import { announcement, keptStep, statusLine } from './status.js';

/** @import { Run, RunEvent, Sample, SentRun } from '../core/run.d.ts' */
/** @import { Scene } from '../core/scene.d.ts' */
/** @import { Island } from '../core/types.d.ts' */
/** @import { Fold } from './fold_line.js' */
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
  window.addEventListener('pagehide', () => stream?.close());
  window.addEventListener('pageshow', (e) => e.persisted && restart());

  function restart() {
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
    if (changed) said.textContent = announcement(run);
    if (run.frames.length || run.losses.length || over(run)) before = null;
    state.run.value = before ? { ...run, ...drawnOf(before) } : run;
    draw();
  }

  function draw() {
    const { mine = true, on_stage = false, frame = null, live = true } = value;
    const starting = Boolean(state.starting.value) && !busy(run);
    status.show(run, { mine, elsewhere: !on_stage || frame !== null, dismissed, starting, live });
    drawFold();
  }

  function drawFold() {
    const folds = state.tab.value === 'training' && !state.present.value;
    const frame = state.frame.value ?? null;
    folded.show(folds ? foldOf(run, own ? null : frame, state.scene.value, own) : null);
    const [short, more] = (folds && !own ? foldedLabel(frame) : null) ?? labelOf(state.scene.value);
    if (whose.title === short + more) return;
    whose.title = short + more;
    whose.replaceChildren(short, h('span.wide', {}, more));
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
const drawnOf = ({ losses, scores, frames, film_steps, now }) => ({
  losses,
  scores,
  frames,
  film_steps,
  now,
  borrowed: true,
});

/**
 * What the folded picture shows: the pinned input at the chosen moment, else the scene on the stage, which comes first
 * once somebody has given an input of their own.
 * @param {Run} run @param {number | null} frame @param {Scene | undefined} scene @param {boolean} own
 * @returns {Fold | null}
 */
function foldOf(run, frame, scene, own) {
  const pinned = own ? null : momentOf(run, frame)?.pinned;
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
  const { wrong, hits, total, right, cause } = compare(pinned.output ?? [], pinned.target ?? run.target);
  const text = right === null ? '' : right ? `right, ${hits} of ${total}` : `wrong${cause}`;
  const verdict = { right, text, short: text };
  return { ...pinned, source, shown: run.shown, named: run.named, wrong, verdict, untrained: false };
}

/** @param {Scene} scene @returns {Fold} */
function sceneFold(scene) {
  if (scene.kind === 'picture') return { picture: scene.input, reconstruction: scene.reconstruction };
  const { source, picture: shown, output, weights: attention, wrong, verdict, untrained } = scene;
  return { source, shown, output, attention, wrong, verdict, untrained };
}
