// Panel: the film of one pinned input, a frame per snapshot. A click goes back in training time.

import { compare, grouped, pictureError, scoreText } from '../core/answers.js';
import { h, unpack } from '../core/dom.js';
import { busy } from '../core/run_fold.js';
import { get, on, put } from '../core/store.js';
import { createPanel } from '../shell/panel.js';
import { frameImage, sharpness } from './film_frame.js';

const LETTERS = 10; // tokens under a frame

/** @param {HTMLElement} root */
export function mount(root) {
  const panel = createPanel({
    title: 'The film',
    table,
    data: () => get('monitor')?.frames ?? [],
    className: 'film-panel',
  });
  const strip = h('div.film', { role: 'group', 'aria-label': 'Snapshots in training time', onkeydown: walk });
  const built = new Map(); // frame -> node: a frame is drawn once
  panel.figure.append(strip);
  root.append(panel.node);
  let run = null;
  let chosen = null;
  let newest = null;
  let ahead = { steps: [], nodes: [] };

  new ResizeObserver(() => newest !== null && reveal(strip.children[newest])).observe(strip);
  on('monitor', (next) => {
    run = next;
    draw();
  });
  on('frame', (frame) => {
    chosen = frame;
    draw();
  });

  function draw() {
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
    const current = chosen ?? run.frames.length - 1;
    const nodes = run.frames.map((frame, i) => node(frame, i));
    const steps = busy(run) ? run.film_steps.slice(run.frames.length) : [];
    if (String(steps) !== String(ahead.steps)) ahead = { steps, nodes: steps.map(future) };
    // Only the differences touch the page, so nothing flickers and the focus stays.
    const wanted = [...nodes, ...ahead.nodes];
    wanted.forEach((one, i) => {
      if (strip.children[i] !== one) strip.insertBefore(one, strip.children[i] ?? null);
    });
    while (strip.children.length > wanted.length) strip.lastChild.remove();
    nodes.forEach((one, i) => {
      one.classList.toggle('cur', i === current);
      one.setAttribute('aria-pressed', String(i === current));
      one.tabIndex = i === current ? 0 : -1;
    });
    if (newest !== current) {
      newest = current;
      reveal(nodes[current]);
    }
    strip.classList.toggle('pictures', !!run.frames[0].pinned?.picture);
    panel.subtitle(subtitle(run));
    panel.read(reading(run, run.frames[current]));
    panel.refresh();
  }

  function node(frame, i) {
    if (!built.has(frame))
      built.set(
        frame,
        frameNode(frame, run, () =>
          put('frame', i === get('monitor').frames.length - 1 && busy(get('monitor')) ? null : i),
        ),
      );
    return built.get(frame);
  }

  /** Arrow keys walk through training time; the strip is one stop for the Tab key. */
  function walk(e) {
    const last = run.frames.length - 1;
    const at = chosen ?? last;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[e.key];
    if (next === undefined || next < 0 || next > last) return;
    e.preventDefault();
    put('frame', next);
    strip.children[next].focus();
  }

  function reveal(one) {
    if (strip.scrollWidth > strip.clientWidth)
      strip.scrollLeft = one.offsetLeft + one.offsetWidth - strip.clientWidth + 12;
  }

  function table() {
    const name = run?.score_name ?? 'score';
    return {
      columns: ['step', name, 'output for the pinned input'],
      rows: (run?.frames ?? []).map((f) => [
        f.step,
        scoreText(f.score, name),
        f.pinned?.output?.join(' ') ?? 'a picture',
      ]),
    };
  }
}

function frameNode(frame, run, choose) {
  const { pinned } = frame;
  const below = pinned?.picture ? pictureBelow(frame) : outputBelow(frame, run);
  return h(
    'button.frame',
    { type: 'button', 'aria-label': below.label, onclick: choose },
    h('span.when', {}, stepText(frame.step)),
    h('span.shot', {}, frameImage(pinned, run.target)),
    ...below.nodes,
  );
}

const future = (step) =>
  h('span.frame.ahead', { 'aria-hidden': true }, h('span.when', {}, stepText(step)), h('span.shot', {}));
const stepText = (step) => (step ? String(step) : 'step 0');

function outputBelow({ step, pinned }, run) {
  const { wrong, hits, total, right } = compare(pinned.output, pinned.target ?? run.target);
  // Of a long answer the first tokens stand for the rest.
  const written = pinned.output.filter((token) => token !== 'end');
  const wanted = (pinned.target ?? run.target ?? written).filter((token) => token !== 'end').length;
  const shown = Array.from(
    { length: Math.min(LETTERS, Math.max(wanted, written.length)) },
    (_, i) => written[i] ?? '·',
  );
  const single = shown.every((token) => token.length === 1);
  const bad = (i) => wrong[i] ?? true;
  const text = h(
    single ? 'span.out' : 'span.out.words',
    {},
    shown.map((token, i) => h(right !== null && bad(i) ? 'span.w' : 'span.r', {}, token + (single ? '' : ' '))),
  );
  const verdict = h(
    'span.score',
    {},
    h('span', {}, `${hits}/${total}`),
    right === null ? '' : h(right ? 'b' : 'b.w', {}, right ? '✓' : '✗'),
  );
  return {
    nodes: right === null ? [text] : [text, verdict],
    label: `Step ${step}: ${pinned.output.join(' ')}, ${hits} of ${total} right`,
  };
}

function pictureBelow({ step, pinned, score }) {
  const error = pictureError(unpack(pinned.picture).data, unpack(pinned.reconstruction).data);
  return {
    nodes: [h('span.score', {}, h('span', {}, scoreText(error, 'error')))],
    label: `Step ${step}: error per pixel ${scoreText(error ?? score, 'error')}`,
  };
}

function subtitle(run) {
  const source = run.shown ? run.source : (run.frames.at(-1)?.pinned?.source ?? run.source);
  const what = source ? `one input, ‘${source.join(source.every((t) => t.length === 1) ? '' : ' ')}’,` : 'one input';
  return `${what} at every snapshot — click a frame to go back in training time`;
}

/** @returns {[string, string][]} */
function reading(run, { step, pinned, score }) {
  if (pinned?.picture) {
    const error = pictureError(unpack(pinned.picture).data, unpack(pinned.reconstruction).data);
    return [
      ['', `At step ${grouped(step)} the pinned picture is kept to an error of `],
      ['b', scoreText(error, 'error')],
      ['', ' per pixel'],
      ...(Number.isFinite(score)
        ? [
            ['', '; on all held-out pictures it is '],
            ['b', scoreText(score, 'error')],
          ]
        : []),
      ['', '.'],
    ];
  }
  const { wrong, hits, total, right } = compare(pinned.output, pinned.target ?? run.target);
  const focus = sharpness(pinned);
  return [
    ['', `At step ${grouped(step)} `],
    ...(right === null
      ? []
      : [
          ['b', `${hits} of ${total}`],
          ['', ' outputs are right'],
        ]),
    ...(focus === null
      ? []
      : [
          ['', `${right === null ? '' : ' and '}an output puts on average `],
          ['b', `${Math.round(focus * 100)} %`],
          ['', ' of its attention on one position'],
        ]),
    ['', '; the output is '],
    ...pinned.output.map((token, i) => [wrong[i] ? 'm wavy w' : 'm', (token.length > 1 && i ? ' ' : '') + token]),
    ['', '.'],
  ];
}

function emptyState(run) {
  if (run.state === 'queued')
    return {
      title: 'Starts when training does',
      text: `You are number ${run.position} of ${run.of}. Meanwhile everything of the model on the stage can be explored.`,
    };
  if (busy(run)) return { title: 'The first frame comes in a moment', text: 'One frame is kept at every snapshot.' };
  return {
    title: 'Not trained yet',
    text: 'Train a model, and one frame per snapshot shows how its answer to one pinned input forms.',
  };
}
