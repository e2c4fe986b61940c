// Panel: the film of one pinned input, a frame per snapshot. A click goes back in training time.

import { compare, known, scoreText } from '../core/answers.js';
import { h } from '../core/dom.js';
import { walk } from '../core/keys.js';
import { grouped } from '../core/numbers.js';
import { busy } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { frameImage, sharpness } from './film_frame.js';
import { errorOf, isPicture } from './samples.js';

/** @import { Frame, PictureSample, Run } from '../core/run.d.ts' */
/** @import { Empty, Rich, Table } from '../core/types.d.ts' */

const LETTERS = 10; // tokens under a frame

/** @param {HTMLElement} root */
export function mount(root) {
  const panel = createPanel({
    title: 'The film',
    table,
    data: () => state.run.value?.frames ?? [],
    className: 'film-panel',
  });
  const strip = h('div.film', { role: 'group', 'aria-label': 'Snapshots in training time', onkeydown });
  /** @type {Map<Frame, HTMLElement>} */
  const built = new Map(); // a frame is drawn once
  panel.figure.append(strip);
  root.append(panel.node);
  /** @type {HTMLElement | null} */
  let newest = null;
  /** @type {{steps: number[], nodes: HTMLElement[]}} */
  let ahead = { steps: [], nodes: [] };

  new ResizeObserver(reveal).observe(strip);
  state.run.on(draw);
  state.frame.on(draw);

  function draw() {
    const run = state.run.value;
    if (!run) return;
    panel.empty(run.frames.length ? null : emptyState(run));
    if (!run.frames.length) {
      built.clear();
      strip.replaceChildren();
      newest = null;
      panel.subtitle(run.state === 'queued' ? 'queued' : 'empty');
      panel.read([['', ' ']]);
      return;
    }
    const current = state.frame.value ?? run.frames.length - 1;
    const nodes = run.frames.map((frame, i) => node(run, frame, i));
    const steps = busy(run) ? run.film_steps.slice(run.frames.length) : [];
    if (String(steps) !== String(ahead.steps)) ahead = { steps, nodes: steps.map(future) };
    // Only the differences touch the page, so nothing flickers and the focus stays.
    const wanted = [...nodes, ...ahead.nodes];
    wanted.forEach((one, i) => {
      if (strip.children[i] !== one) strip.insertBefore(one, strip.children[i] ?? null);
    });
    while (strip.children.length > wanted.length) strip.lastChild?.remove();
    nodes.forEach((one, i) => {
      one.classList.toggle('cur', i === current);
      one.setAttribute('aria-pressed', String(i === current));
      one.tabIndex = i === current ? 0 : -1;
    });
    if (newest !== nodes[current]) {
      newest = nodes[current];
      reveal();
    }
    strip.classList.toggle('pictures', isPicture(run.frames[0].pinned));
    panel.subtitle(subtitle(run));
    panel.read(reading(run, run.frames[current]));
    panel.refresh();
  }

  /** @param {Run} run @param {Frame} frame @param {number} i */
  function node(run, frame, i) {
    const known = built.get(frame) ?? frameNode(frame, run, () => choose(i));
    built.set(frame, known);
    return known;
  }

  /** The last frame of a run that goes on is whichever is the newest. @param {number} i */
  function choose(i) {
    const run = state.run.value;
    if (run) state.chooseFrame.send(busy(run) && i === run.frames.length - 1 ? null : i);
  }

  /** Arrow keys walk through training time; the strip is one stop for the Tab key. */
  function onkeydown(/** @type {KeyboardEvent} */ e) {
    const last = (state.run.value?.frames.length ?? 0) - 1;
    const next = walk(e.key, state.frame.value ?? last, last);
    if (next === null || last < 0) return;
    e.preventDefault();
    state.chooseFrame.send(next);
    /** @type {HTMLElement} */ (strip.children[next]).focus();
  }

  function reveal() {
    if (newest && strip.scrollWidth > strip.clientWidth)
      strip.scrollLeft = newest.offsetLeft + newest.offsetWidth - strip.clientWidth + 12;
  }

  /** @returns {Table} */
  function table() {
    const { score_name: name = 'score', frames = [] } = state.run.value ?? {};
    return {
      columns: ['step', name, 'output for the pinned input'],
      rows: frames.map((f) => [f.step, scoreText(f.score, name), f.pinned?.output?.join(' ') ?? 'a picture']),
    };
  }
}

/** @param {Frame} frame @param {Run} run @param {() => void} choose */
function frameNode(frame, run, choose) {
  const { pinned } = frame;
  const below = isPicture(pinned) ? pictureBelow(frame.step, pinned) : outputBelow(frame, run);
  return h(
    'button.frame',
    { type: 'button', 'aria-label': below.label, onclick: choose },
    h('span.when', {}, stepText(frame.step)),
    h('span.shot', {}, frameImage(pinned, run.target)),
    ...below.nodes,
  );
}

/** @param {number} step */
const future = (step) =>
  h('span.frame.ahead', { 'aria-hidden': true }, h('span.when', {}, stepText(step)), h('span.shot', {}));
/** @param {number} step */
const stepText = (step) => (step ? String(step) : 'step 0');

/** @param {Frame} frame @param {Run} run */
function outputBelow({ step, pinned }, run) {
  const output = pinned?.output ?? [];
  const target = pinned?.target ?? run.target;
  const { wrong, hits, total, right } = compare(output, target);
  // Of a long answer the first tokens stand for the rest.
  const written = output.filter((token) => token !== 'end');
  const wanted = (target ?? written).filter((token) => token !== 'end').length;
  const shown = Array.from(
    { length: Math.min(LETTERS, Math.max(wanted, written.length)) },
    (_, i) => written[i] ?? '·',
  );
  const single = shown.every((token) => token.length === 1);
  const text = h(
    single ? 'span.out' : 'span.out.words',
    {},
    shown.map((token, i) =>
      h(right !== null && (wrong[i] ?? true) ? 'span.w' : 'span.r', {}, token + (single ? '' : ' ')),
    ),
  );
  const verdict = h(
    'span.score',
    {},
    h('span', {}, `${hits}/${total}`),
    right === null ? '' : h(right ? 'b' : 'b.w', {}, right ? '✓' : '✗'),
  );
  return {
    nodes: right === null ? [text] : [text, verdict],
    label: `Step ${step}: ${output.join(' ')}, ${hits} of ${total} right`,
  };
}

/** @param {number} step @param {PictureSample} pinned */
function pictureBelow(step, pinned) {
  const error = scoreText(errorOf(pinned), 'error');
  return {
    nodes: [h('span.score', {}, h('span', {}, error))],
    label: `Step ${step}: error per pixel ${error}`,
  };
}

/** @param {Run} run */
function subtitle(run) {
  const source = run.shown ? run.source : (run.frames.at(-1)?.pinned?.source ?? run.source);
  const text = source?.join(source.every((token) => token.length === 1) ? '' : ' ');
  const what = text ? `one input, ‘${text}’,` : 'one input';
  return `${what} at every snapshot — click a frame to go back in training time`;
}

/** @param {Run} run @param {Frame} frame @returns {Rich} */
function reading(run, { step, pinned, score }) {
  if (isPicture(pinned)) {
    /** @type {Rich} */
    const mean = known(score)
      ? [
          ['', '; on all held-out pictures it is '],
          ['b', scoreText(score, 'error')],
        ]
      : [];
    return [
      ['', `At step ${grouped(step)} the pinned picture is kept to an error of `],
      ['b', scoreText(errorOf(pinned), 'error')],
      ['', ' per pixel'],
      ...mean,
      ['', '.'],
    ];
  }
  const output = pinned?.output ?? [];
  const { wrong, hits, total, right } = compare(output, pinned?.target ?? run.target);
  const focus = sharpness(pinned);
  /** @type {Rich} */
  const parts = [['', `At step ${grouped(step)} `]];
  if (right !== null) parts.push(['b', `${hits} of ${total}`], ['', ' outputs are right']);
  if (focus !== null)
    parts.push(
      ['', `${right === null ? '' : ' and '}an output puts on average `],
      ['b', `${Math.round(focus * 100)} %`],
      ['', ' of its attention on one position'],
    );
  parts.push(['', '; the output is ']);
  output.forEach((token, i) => parts.push([wrong[i] ? 'm wavy w' : 'm', (token.length > 1 && i ? ' ' : '') + token]));
  return [...parts, ['', '.']];
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
  if (busy(run)) return { title: 'The first frame comes in a moment', text: 'One frame is kept at every snapshot.' };
  return {
    title: 'Not trained yet',
    text: 'Train a model, and one frame per snapshot shows how its answer to one pinned input forms.',
  };
}
