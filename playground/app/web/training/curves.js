// Panel: score and loss against seconds or updates, live, and those of runs before. A zoom survives new points.

import { figureMenu } from '../charts/figure_export.js';
import { plot } from '../charts/plot.js';
import { known, scoreText } from '../core/answers.js';
import { h } from '../core/dom.js';
import { grouped } from '../core/numbers.js';
import { busy, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import { across, baselines, lossChart, lossText, pictures, scoreChart } from './curve_charts.js';
import { chosen, onMoment, scorePoints } from './moment.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { KeptRun, Point, Run } from '../core/run.d.ts' */
/** @import { Empty, Rich, Table } from '../core/types.d.ts' */

/** @import { Axis } from './curve_charts.js' */
/** @import { Moment } from './moment.js' */

const MOST = 5; // runs beside, so that each has a line of its own
const COLLAPSED = 0.1; // nats: a code that costs less says nothing

/** @param {HTMLElement} root */
export function mount(root) {
  const scale = segments(
    'Scale of the loss',
    [
      ['linear', 'linear'],
      ['log', 'log'],
    ],
    (choice) => {
      log = choice === 'log';
      scale.show(choice);
      draw();
    },
  );
  const against = segments(
    'Learning curves against',
    [
      ['seconds', 'seconds'],
      ['updates', 'updates'],
    ],
    (choice) => {
      axis = choice === 'updates' ? 'updates' : 'seconds';
      against.show(choice);
      draw();
    },
  );
  const panel = createPanel({
    title: 'Learning curves',
    controls: [against.node, scale.node],
    table,
    className: 'curves-panel',
    present: true,
  });
  const left = plot({ label: 'Score against training time', onPoint: atPoint });
  const right = plot({ label: 'Training loss against training time', onPoint: atPoint });
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
  onMoment(draw);
  state.beside.on(draw);

  function draw() {
    const run = state.run.value;
    if (!run) return;
    const beside = (state.beside.value ?? []).slice(0, MOST);
    const any = run.losses.length || run.scores.length || (beside.length && !busy(run));
    const moment = chosen();
    panel.empty(any ? null : emptyState(run));
    panel.node.querySelector('.void .btn')?.classList.replace('box', 'on');
    panel.subtitle(any ? `held-out ${run.score_name}, training loss` : run.state === 'queued' ? 'queued' : 'empty');
    panel.read(any ? reading(run, moment) : [['', ' ']]);
    panel.refresh();
    if (!any) return;
    left.show(...scoreChart(run, beside, axis, moment));
    right.show(...lossChart(run, beside, axis, moment, log));
  }

  /**
   * Pressing on the curve chooses the frame of the film that is nearest in training time.
   * @param {{x: number}} point
   */
  function atPoint({ x }) {
    const run = state.run.value;
    if (!run) return;
    const rows = run.losses.length ? run.losses : run.scores;
    const where = across(axis);
    if (!run.frames.length || !rows.length) return;
    const row = nearest(rows, (one) => Math.abs(where(one) - x));
    state.chooseFrame.send(nearest(run.frames, (one) => Math.abs(one.step - rows[row][0])));
  }

  /** @returns {Table} */
  function table() {
    const run = state.run.value;
    const { losses = [], score_name: name = 'score' } = run ?? {};
    const scores = run ? scorePoints(run) : [];
    const rows = [
      ...losses.map(([step, s, loss]) => [step, s.toFixed(2), loss.toFixed(4), '']),
      ...scores.map(([step, s, value]) => [step, s.toFixed(2), '', scoreText(value, name)]),
    ];
    return {
      columns: ['update', 'seconds', 'training loss, nats', name],
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

/** Of a code that costs nothing. @param {number} kl */
const empty = (kl) => (kl < COLLAPSED ? ': the decoder does not look at them' : '');

/** What both curves say at the chosen update. @param {Run} run @param {Moment | null} moment @returns {Rich} */
function reading(run, moment) {
  if (!moment) return [['', ' ']];
  const { step, score: measured, loss, end } = moment;
  const base = baselines(run, 'loss')[0];
  /** @type {Rich} */
  const parts = [];
  if (run.state === 'failed')
    parts.push(['w b', '✗ '], ['', `Stopped by itself after update ${grouped(run.step)}; what came before is kept. `]);
  parts.push(['', `At update ${grouped(step)}: `]);
  const named = known(measured);
  if (named) parts.push(['', `${run.score_name} `], ['b', scoreText(measured, run.score_name)]);
  if (loss) {
    parts.push(
      ['', `${named ? ', ' : ''}loss `],
      ['b', pictures(run) ? lossText(loss[2]) : `${lossText(loss[2])} nats`],
    );
    if (!pictures(run)) parts.push(['', ' per token (natural-log units)']);
  }
  const paid = run.kl.find(([at]) => at === step)?.[2];
  if (known(paid)) parts.push(['', '; its codes cost '], ['b', `${paid.toFixed(2)} nats`], ['', ` (KL)${empty(paid)}`]);
  const evenly = run.baseline.find(([, , kind = 'loss']) => kind === 'loss')?.[0];
  if (base) parts.push(['', `; ${evenly} costs ${base[1].toFixed(2)}`]);
  return [...parts, ['', '.'], ...(end ? judged(run) : [])];
}

/**
 * The score of the finished model, on how many inputs it was measured, how sure it is, and the one at the edges.
 * @param {Run} run @returns {Rich}
 */
function judged(run) {
  const { inputs, low, high, corners } = run.metrics;
  const value = run.metrics[run.score_name.replaceAll(' ', '_')] ?? run.metrics.mse;
  if (!inputs || !known(value)) return [];
  /** @type {Rich} */
  const parts = [
    ['', ` On ${grouped(inputs)} test inputs, which steered nothing, it is `],
    ['b', scoreText(value, run.score_name)],
  ];
  if (known(low) && known(high))
    parts.push(['', `, with 95 % confidence between ${scoreText(low, '')} and ${scoreText(high, '')}`]);
  if (known(corners)) parts.push(['', `; at the edges of what is taught it is ${scoreText(corners, '')}`]);
  return [...parts, ['', '.']];
}

/** @param {Run} run @returns {Empty} */
function emptyState(run) {
  if (run.state === 'queued')
    return { title: 'Starts when training does', text: 'The curves begin with the first updates.' };
  if (over(run)) return { title: 'No curve', text: 'It ended before the first points of its curves.' };
  if (busy(run) || run.id)
    return { title: 'The first points come in a moment', text: 'The score is measured on held-out inputs.' };
  const train = document.getElementById('train');
  return {
    title: 'Not trained yet',
    text: 'Train this model: the first points appear after about one second.',
    action: train?.textContent ?? undefined,
    onaction: () => document.getElementById('train')?.click(),
  };
}
