// Panel: score and loss against seconds or steps, live, and those of runs before. A visitor's zoom survives new points.

import { figureMenu } from '../charts/figure_export.js';
import { plot } from '../charts/plot.js';
import { known, scoreText } from '../core/answers.js';
import { h } from '../core/dom.js';
import { grouped, seconds } from '../core/numbers.js';
import { busy, over, score } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import { across, baselines, lossChart, pictures, scoreChart } from './curve_charts.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { KeptRun, Point, Run } from '../core/run.d.ts' */
/** @import { Empty, Rich, Table } from '../core/types.d.ts' */

/** @import { Axis } from './curve_charts.js' */

/** @param {HTMLElement} root */
export function mount(root) {
  const scale = segments(
    'Scale of the loss',
    [
      ['linear', 'linear'],
      ['log', 'log'],
    ],
    (chosen) => {
      log = chosen === 'log';
      scale.show(chosen);
      draw();
    },
  );
  const against = segments(
    'Learning curves against',
    [
      ['seconds', 'seconds'],
      ['steps', 'steps'],
    ],
    (chosen) => {
      axis = chosen === 'steps' ? 'steps' : 'seconds';
      against.show(chosen);
      draw();
    },
  );
  const panel = createPanel({
    title: 'Learning curves',
    controls: [against.node, scale.node],
    table,
    className: 'curves-panel',
  });
  const left = plot({ label: 'Score against seconds of training', onHover: atPoint });
  const right = plot({ label: 'Training loss against seconds of training', onHover: atPoint });
  panel.figure.append(h('div.curve-pair', {}, left.node, right.node));
  panel.node.querySelector('.exports')?.replaceWith(
    figureMenu(
      [
        ['score', left],
        ['loss', right],
      ],
      'learning-curves',
      table,
    ).node,
  );
  root.append(panel.node);
  scale.show('linear');
  against.show('seconds');
  let log = false;
  /** @type {Axis} */
  let axis = 'seconds';
  state.run.on(draw);
  state.beside.on(draw);

  function draw() {
    const run = state.run.value;
    if (!run) return;
    const beside = state.beside.value ?? [];
    const any = run.losses.length || run.scores.length || (beside.length && !busy(run));
    panel.empty(any ? null : emptyState(run));
    panel.node.querySelector('.void .btn')?.classList.replace('box', 'on');
    panel.subtitle(any ? `held-out ${run.score_name}, training loss` : run.state === 'queued' ? 'queued' : 'empty');
    panel.read(any ? reading(run) : [['', ' ']]);
    panel.refresh();
    if (!any) return;
    left.show(...scoreChart(run, beside, axis));
    right.show(...lossChart(run, beside, axis, log));
  }

  /**
   * Pointing at the curve chooses the frame of the film that is nearest in training time.
   * @param {{x: number}} point
   */
  function atPoint({ x }) {
    const run = state.run.value;
    if (!run) return;
    const rows = run.losses.length ? run.losses : run.scores;
    const where = across(axis);
    if (!run.frames.length || !rows.length) return;
    const row = nearest(rows, (one) => Math.abs(where(one) - x));
    const frame = nearest(run.frames, (one) => Math.abs(one.step - rows[row][0]));
    if (frame !== state.frame.value) state.chooseFrame.send(frame);
  }

  /** @returns {Table} */
  function table() {
    const { scores = [], losses = [], score_name: name = 'score' } = state.run.value ?? {};
    const rows = [
      ...losses.map(([step, s, loss]) => [step, s.toFixed(2), loss.toFixed(4), '']),
      ...scores.map(([step, s, value]) => [step, s.toFixed(2), '', scoreText(value, name)]),
    ];
    return {
      columns: ['step', 'seconds', 'training loss, nats', name],
      rows: rows.sort((a, b) => Number(a[0]) - Number(b[0])),
    };
  }
}

/**
 * Where the distance is smallest.
 * @template T
 * @param {T[]} list @param {(one: T) => number} distance
 */
const nearest = (list, distance) => list.reduce((best, one, i) => (distance(one) < distance(list[best]) ? i : best), 0);

/** @param {Run} run @returns {Rich} */
function reading(run) {
  const value = score(run);
  const loss = run.losses.at(-1)?.[2];
  const base = baselines(run, 'loss')[0];
  /** @type {Rich} */
  const parts = [];
  if (run.state === 'failed')
    parts.push(['w b', '✗ '], ['', `Stopped by itself at step ${grouped(run.step)}; what came before is kept. `]);
  if (value !== null) parts.push(['', `${capital(run.score_name)} is `], ['b', scoreText(value, run.score_name)]);
  if (loss !== undefined) {
    parts.push(['', value !== null ? ' and the loss ' : 'The loss is ']);
    parts.push(['b', pictures(run) ? loss.toPrecision(3) : `${loss.toFixed(2)} nats`]);
    if (!pictures(run)) parts.push(['', ' per token']);
  }
  if (over(run)) parts.push(['', ` after ${seconds(run.train_s).replace(' ', '\u00a0')}`]);
  const named = run.baseline.find(([, , kind = 'loss']) => kind === 'loss')?.[0];
  if (base) parts.push(['', `; ${named} would cost ${base[1].toFixed(2)}`]);
  return [...parts, ['', '.'], ...judged(run)];
}

/**
 * On how many inputs the last score was measured, how sure it is, and the score at the edges.
 * @param {Run} run @returns {Rich}
 */
function judged(run) {
  const { inputs, low, high, corners } = run.metrics;
  if (!inputs) return [];
  /** @type {Rich} */
  const parts = [['', ` Measured on ${grouped(inputs)} test inputs that steered nothing`]];
  if (known(low) && known(high))
    parts.push(['', `: with 95 % confidence between ${scoreText(low, '')} and ${scoreText(high, '')}`]);
  if (known(corners)) parts.push(['', `; at the edges of what is taught it is ${scoreText(corners, '')}`]);
  return [...parts, ['', '.']];
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {Run} run @returns {Empty} */
function emptyState(run) {
  if (run.state === 'queued')
    return { title: 'Starts when training does', text: 'The curves begin with the first steps.' };
  if (busy(run))
    return { title: 'The first points come in a moment', text: 'The score is measured on held-out inputs.' };
  const train = document.getElementById('train');
  return {
    title: 'Not trained yet',
    text: 'What you see now is the shipped run. Train your own: the first points appear after about one second.',
    action: train?.textContent ?? undefined,
    onaction: () => document.getElementById('train')?.click(),
  };
}
