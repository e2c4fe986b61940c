// Panel: the film of one pinned input, a frame per snapshot. It is the slider through training time: what is chosen
// here, folded picture, curves and samples show too.

import { scoreText } from '../../core/answers.js';
import { h, setText } from '../../core/dom.js';
import { icon } from '../../core/glyphs.js';
import { elementOf, walk } from '../../core/keys.js';
import { grouped } from '../../core/numbers.js';
import { ROOT } from '../../core/root.js';
import { busy } from '../../core/run_fold.js';
import * as state from '../../core/state.js';
import { createPanel } from '../../shell/panel.js';
import { chosen, measured, onMoment } from '../moment.js';
import { isPicture } from '../samples.js';
import { frameNode, futureNode, reading, spokenFrame } from './film_frame.js';

/** @import { Frame, Measured, Run } from '../../core/run.d.ts' */
/** @import { Empty, Island, Table } from '../../core/types.d.ts' */

/**
 * @typedef {object} Value
 * @property {string | null} run
 * @property {number[] | null} moments updates at which the model can be looked into; null at every frame
 * @property {string | null} measured where score and samples of a shipped run's moments are
 * @property {number | null} at the update on the stage, if it holds this film's run as it was
 */

const PLAY_MS = 600;

/** @param {HTMLElement} root @param {Island<Value, 'look'>} island */
export function mount(root, island) {
  /** @type {Value} */
  let value = { run: null, moments: [], measured: null, at: null };
  let asked = '';
  let playing = 0;
  const play = h('button.btn.on.film-play', { type: 'button', onclick: () => (playing ? stop() : run()) });
  const look = h('button.btn.box', { type: 'button', onclick: lookInside });
  const panel = createPanel({
    title: 'The film of this training',
    controls: [play, look],
    table,
    data: () => state.run.value?.frames ?? [],
    className: 'film-panel',
    present: true,
  });
  const strip = h('div.film', { role: 'slider', tabindex: 0, 'aria-label': 'Training time', onkeydown });
  /** @type {Map<Frame, HTMLElement>} */
  const built = new Map(); // a frame is drawn once
  panel.figure.append(strip);
  root.append(panel.node);
  /** @type {HTMLElement | null} */
  let current = null;
  /** @type {{steps: number[], nodes: HTMLElement[]}} */
  let ahead = { steps: [], nodes: [] };

  new ResizeObserver(reveal).observe(strip);
  onMoment(draw);
  state.tab.on((tab) => {
    if (tab === 'training') measure();
    else stop();
  });
  scrub(strip, choose);
  // A presenter's keys go to the page, not to the film.
  document.addEventListener('keydown', (event) => {
    const free = !elementOf(event).closest('input, textarea, select, button, [role=slider], [contenteditable]');
    if (state.present.value && state.tab.value === 'training' && free) onkeydown(event);
  });

  island.onValue((next) => {
    const moved = next.at !== value.at;
    value = next;
    if (next.measured && next.measured !== asked) {
      asked = '';
      state.measured.value = new Map(); // of another run
    }
    if (state.tab.value === 'training') measure();
    const frame = state.run.value?.frames.findIndex(({ step }) => step === next.at) ?? -1;
    if (moved && frame >= 0) state.chooseFrame.send(frame);
    draw();
  });

  function draw() {
    const run = state.run.value;
    if (!run) return;
    const { frames } = run;
    panel.empty(frames.length ? null : emptyState(run));
    for (const button of [play, look]) button.hidden = !frames.length;
    if (!frames.length) {
      built.clear();
      strip.replaceChildren();
      panel.subtitle(run.state === 'queued' ? 'queued' : 'empty');
      panel.read([['', ' ']]);
      return;
    }
    const at = state.frame.value ?? frames.length - 1;
    const nodes = frames.map((frame) => node(run, frame));
    const steps = busy(run) && !run.borrowed ? run.film_steps.slice(frames.length) : [];
    if (String(steps) !== String(ahead.steps)) ahead = { steps, nodes: steps.map(futureNode) };
    // Only the differences touch the page, so nothing flickers and the focus stays.
    const wanted = [...nodes, ...ahead.nodes];
    wanted.forEach((one, i) => {
      if (strip.children[i] !== one) strip.insertBefore(one, strip.children[i] ?? null);
    });
    while (strip.children.length > wanted.length) strip.lastChild?.remove();
    nodes.forEach((one, i) => one.classList.toggle('cur', i === at));
    if (current !== nodes[at]) {
      current = nodes[at];
      reveal();
    }
    strip.classList.toggle('pictures', isPicture(frames[0].pinned));
    const begins = run.state === 'queued' ? 'yours waits in line' : 'yours begins';
    const moments = frames.length === 1 ? 'one moment' : `${grouped(frames.length)} moments`;
    panel.subtitle(run.borrowed ? begins : `${pinnedName(run)} at ${moments}`);
    const moment = chosen();
    if (moment) panel.read(reading(run, moment));
    control(run, frames[at].step);
    panel.refresh();
  }

  /** @param {Run} run @param {number} step of the current frame */
  function control(run, step) {
    const last = run.frames.length - 1;
    const bounds = { min: run.frames[0].step, max: run.frames[last].step, now: step };
    for (const [name, bound] of Object.entries(bounds)) strip.setAttribute(`aria-value${name}`, String(bound));
    strip.setAttribute('aria-valuetext', spokenFrame(run, state.frame.value ?? last));
    play.replaceChildren(icon(playing ? 'pause' : 'play'), playing ? 'Pause' : `Play, ${lasts(run)} s`);
    const kept = value.moments?.includes(step) ?? true;
    look.disabled = !kept || run.borrowed;
    play.disabled = run.borrowed;
    setText(look, kept ? `Look inside at update ${grouped(step)}` : `No weights kept of update ${grouped(step)}`);
  }

  /** @param {Run} run @param {Frame} frame */
  function node(run, frame) {
    const known = built.get(frame) ?? frameNode(frame, run);
    built.set(frame, known);
    return known;
  }

  /** The last frame of a run that goes on is whichever is the newest. @param {number} i */
  function choose(i) {
    stop();
    select(i);
  }

  /** @param {number} i */
  function select(i) {
    const run = state.run.value;
    if (run && !run.borrowed && i < run.frames.length)
      state.chooseFrame.send(busy(run) && i === run.frames.length - 1 ? null : i);
  }

  /** Arrow keys walk through training time, Space plays it. */
  function onkeydown(/** @type {KeyboardEvent} */ event) {
    const last = (state.run.value?.frames.length ?? 0) - 1;
    if (event.key === ' ') {
      event.preventDefault();
      play.click();
      return;
    }
    const key = { PageDown: 'ArrowRight', PageUp: 'ArrowLeft' }[event.key] ?? event.key;
    const next = walk(key, state.frame.value ?? last, last);
    if (next === null || last < 0) return;
    event.preventDefault();
    choose(next);
  }

  function run() {
    const frames = state.run.value?.frames ?? [];
    const at = state.frame.value ?? frames.length - 1;
    select(at >= frames.length - 1 ? 0 : at);
    playing = setInterval(() => {
      const next = (state.frame.value ?? Number.POSITIVE_INFINITY) + 1;
      const { length } = state.run.value?.frames ?? [];
      if (next < length) select(next);
      if (next >= length - 1) stop();
    }, PLAY_MS);
    draw();
  }

  function stop() {
    if (!playing) return;
    clearInterval(playing);
    playing = 0;
    draw();
  }

  function lookInside() {
    const moment = chosen();
    const frame = state.run.value?.frames[state.frame.value ?? state.run.value.frames.length - 1];
    if (!moment || !frame) return;
    island.send('look', { run: value.run, step: frame.step });
    const pinned = frame.pinned;
    state.openTab.send(!isPicture(pinned) ? 'decode' : pinned.picture.shape.length === 1 ? 'features' : 'latent');
  }

  /** A shipped run's samples are computed when somebody comes to see them, once for everybody. */
  async function measure() {
    const address = value.measured;
    if (!address || address === asked) return;
    asked = address;
    /** @type {Measured[]} */
    let found = [];
    try {
      const answer = await fetch(new URL(address, ROOT));
      if (answer.ok) found = await answer.json();
    } catch {
      /* no network: coming back to this tab asks again */
    }
    if (address !== asked) return; // another run has come meanwhile
    if (!found.length) asked = '';
    state.measured.value = new Map(found.map((frame) => [frame.step, frame]));
  }

  function reveal() {
    if (!current || strip.scrollWidth <= strip.clientWidth) return;
    const [left, right] = [current.offsetLeft, current.offsetLeft + current.offsetWidth];
    strip.scrollLeft = Math.min(left - 12, Math.max(strip.scrollLeft, right + 12 - strip.clientWidth));
  }

  /** @param {Run} run */
  function pinnedName(run) {
    if (run.named) return `${run.named},`;
    const source = run.shown ? run.source : (run.frames[0].pinned?.source ?? run.source);
    return source?.join(source.every((token) => token.length === 1) ? '' : ' ') || 'one input';
  }

  /** @returns {Table} */
  function table() {
    const run = state.run.value;
    const { score_name: name = 'score', frames = [] } = run ?? {};
    const scores = frames.map(({ step, score }) => (run && measured(run)?.get(step)?.score) ?? score);
    return {
      columns: ['update', name, 'output for the pinned input'],
      rows: frames.map((f, i) => [f.step, scoreText(scores[i], name), f.pinned?.output?.join(' ') ?? 'reconstruction']),
    };
  }
}

/** @param {Run} run */
const lasts = (run) => Math.max(1, Math.round((run.frames.length * PLAY_MS) / 1000));

/**
 * A press chooses the frame under it, dragging the ones along the way. A finger drags the strip itself where it
 * scrolls, so it only taps.
 * @param {HTMLElement} strip @param {(frame: number) => void} choose
 */
function scrub(strip, choose) {
  let at = -1;
  const to = (/** @type {PointerEvent} */ event) => {
    const next = [...strip.children].findLastIndex((node) => node.getBoundingClientRect().left <= event.clientX);
    if (next !== at) choose(Math.max(0, next));
    at = next;
  };
  strip.addEventListener('pointerdown', (event) => {
    if (event.button || event.pointerType === 'touch') return;
    strip.setPointerCapture(event.pointerId);
    at = -1;
    to(event);
  });
  strip.addEventListener('pointermove', (event) => {
    if (strip.hasPointerCapture(event.pointerId)) to(event);
  });
  strip.addEventListener('click', (event) => {
    at = -1;
    to(/** @type {PointerEvent} */ (event));
  });
}

/** @param {Run} run @returns {Empty} */
function emptyState(run) {
  if (run.state === 'queued')
    return {
      title: 'Starts when training does',
      text:
        `You are number ${run.position} of ${run.of}. ` +
        'Meanwhile everything of the model on the stage can be explored.',
    };
  if (busy(run) || run.id)
    return { title: 'The first frame comes in a moment', text: 'One frame is kept at every snapshot.' };
  return {
    title: 'Not trained yet',
    text: 'Train a model, and one frame per snapshot shows how its answer to one pinned input forms.',
  };
}
