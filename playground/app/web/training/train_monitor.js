// Follows one run and hands its state to the page (store 'monitor'); draws the status line and the folded picture.
import { h } from '../core/dom.js';
import { fold, idle, over } from '../core/run_fold.js';
import { get, on, put } from '../core/store.js';
import { foldLine } from './fold_line.js';
import { follow } from './run_stream.js';
import { announcement, keptStep, statusLine } from './status.js';

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let value = {};
  let run = idle(null);
  let stream = null;
  let lost = null;
  let dismissed = false;
  let explored = null;
  let noticeRead = null;
  let tick = 0;
  const status = statusLine({
    ...Object.fromEntries(
      ['stop', 'pause', 'resume', 'step', 'leave'].map((what) => [what, () => island.send(what, { run: run.id })]),
    ),
    explore: () => explore(run.state === 'failed' ? keptStep(run) : run.step),
    again: () => island.send('train', { again: run.id }),
    dismiss: () => {
      dismissed = true;
      draw();
    },
  });
  const said = h('span.sr-only', { role: 'status' });
  const notice = h('div.run-status.line.notice', { hidden: true });
  const connection = h('div.run-status.line.notice', { hidden: true });
  const folded = foldLine();
  root.classList.add('monitor');
  root.append(status.node, notice, connection, folded.node, said);

  island.onValue((next) => {
    const other = next.run !== value.run;
    value = next;
    if (other && next.run && next.mine && !next.opened) put('tab', 'training'); // pressing Train is asking to watch
    if (other || (!stream && run.state === 'idle')) restart();
    else
      publish({
        ...run,
        mine: value.mine,
        link: value.link ?? null,
        baseline: value.baseline ?? run.baseline,
        about: value.about ?? null,
        notice: value.notice ?? null,
      });
    drawNotice();
  });
  for (const name of ['tab', 'scene', 'frame']) on(name, drawFold);
  window.addEventListener('pagehide', () => stream?.close());
  window.addEventListener('pageshow', (e) => e.persisted && restart());

  function restart() {
    stream?.close();
    stream = null;
    lost = null;
    dismissed = false;
    put('frame', null);
    publish(idle(value));
    drawConnection();
    if (value.run && value.url) stream = follow(value.url, { onEvents, onConnection, onGone, stays: value.mine });
  }

  function onEvents(events) {
    publish(events.reduce(fold, run));
    if (over(run) && run.state !== 'failed' && !value.on_stage) explore(run.step);
    return over(run);
  }

  /** Ask the server to show what was trained; once by itself, again on request. */
  function explore(step) {
    if (explored === `${run.id}:${step}`) return;
    explored = `${run.id}:${step}`;
    island.send('explore', { run: run.id, step });
  }

  function publish(next) {
    const changed = next.state !== run.state;
    run = next;
    if (changed) said.textContent = announcement(run);
    put('monitor', run);
    draw();
  }

  function draw() {
    status.show(run, { mine: value.mine !== false, label: value.label, elsewhere: !value.on_stage, dismissed });
    drawFold();
  }

  function drawFold() {
    folded.show(get('tab') === 'training' ? foldOf(run, get('frame'), get('scene')) : null);
  }

  function drawNotice() {
    const text = value.notice && value.notice !== noticeRead ? value.notice : null;
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

  function onConnection(state) {
    lost = state;
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
    const text = `since ${ago} s; ${training}. Trying again ${next ? `in ${next} s` : 'now'}.`;
    if (!connection.firstChild) {
      connection.append(
        h('b', {}, '! No connection'),
        h('span.cause.num', {}),
        h('button.btn.box', { type: 'button', onclick: () => stream?.retry() }, 'Try now'),
      );
    }
    connection.querySelector('.cause').textContent = text;
  }
}

/** What the folded picture shows: the chosen frame, else the newest output, else the scene on the stage. */
function foldOf(run, frame, scene) {
  const pinned = (frame !== null && frame !== undefined ? run.frames[frame]?.pinned : null) ?? run.pinned;
  if (pinned?.picture || pinned?.output) return withTarget(pinned, run);
  if (!scene) return null;
  if (scene.kind === 'picture' && !scene.input) return null; // a code set by hand
  return scene.kind === 'picture'
    ? sceneFold(scene, () => ({ picture: scene.input, reconstruction: scene.reconstruction }))
    : sceneFold(scene, () => ({
        source: scene.source,
        shown: scene.picture,
        output: scene.output,
        attention: scene.weights,
        target: sceneTarget(scene),
      }));
}

const folds = new WeakMap(); // one fold object per pinned state, so that equal states are drawn once

function withTarget(pinned, run) {
  if (!folds.has(pinned))
    folds.set(pinned, {
      ...pinned,
      source: pinned.source ?? run.source,
      target: pinned.target ?? run.target,
      shown: run.shown,
    });
  return folds.get(pinned);
}

function sceneFold(scene, make) {
  if (!folds.has(scene)) folds.set(scene, make());
  return folds.get(scene);
}

/** The scene only says which outputs are wrong; a wrong one stands for any other token. */
const sceneTarget = ({ output, wrong }) => (wrong ? output.map((token, i) => (wrong[i] ? '' : token)) : null);
