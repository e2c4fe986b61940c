// Panel: score and loss against seconds or steps, live, and those of runs before. A visitor's zoom survives new points.

import { figureMenu } from '../charts/figure_export.js';
import { plot } from '../charts/plot.js';
import { plain } from '../charts/plotly_style.js';
import { grouped, scoreText, seconds } from '../core/answers.js';
import { h } from '../core/dom.js';
import { busy, over, score } from '../core/run_fold.js';
import { get, on, put } from '../core/store.js';
import { createPanel, segments } from '../shell/panel.js';
import { dash } from './my_runs.js';

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
      axis = chosen;
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
  let run = null;
  let log = false;
  let axis = 'seconds';
  let beside = [];
  on('monitor', (next) => {
    run = next;
    draw();
  });
  on('beside', (runs) => {
    beside = runs;
    draw();
  });

  function draw() {
    if (!run) return;
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

  /** Pointing at the curve chooses the frame of the film that is nearest in training time. */
  function atPoint({ x }) {
    const rows = run.losses.length ? run.losses : run.scores;
    const where = across(axis);
    if (!run.frames.length || !rows.length) return;
    const row = nearest(rows, (one) => Math.abs(where(one) - x));
    const frame = nearest(run.frames, (one) => Math.abs(one.step - rows[row][0]));
    if (frame !== get('frame')) put('frame', frame);
  }

  function table() {
    const { scores = [], losses = [], score_name: name = 'score' } = run ?? {};
    const rows = [
      ...losses.map(([step, s, loss]) => [step, s.toFixed(2), loss.toFixed(4), '']),
      ...scores.map(([step, s, value]) => [step, s.toFixed(2), '', scoreText(value, name)]),
    ];
    return { columns: ['step', 'seconds', 'training loss, nats', name], rows: rows.sort((a, b) => a[0] - b[0]) };
  }
}

/** Where the distance is smallest. */
const nearest = (list, distance) => list.reduce((best, one, i) => (distance(one) < distance(list[best]) ? i : best), 0);

/** Where a point (step, seconds, value) stands across. */
const across = (axis) => (axis === 'steps' ? ([step]) => step : ([, s]) => s);

function scoreChart(run, beside, axis) {
  const share = !run.score_name.includes('error');
  const height = ([, , value]) => (share ? value * 100 : value);
  const dots = run.scores.length <= 60 ? 'lines+markers' : 'lines';
  return [
    [
      ...beside.map((other, i) => faint(other, other.scores, across(axis), height, i)),
      {
        type: 'scatter',
        mode: dots,
        x: run.scores.map(across(axis)),
        y: run.scores.map(height),
        line: { color: 'var(--ink)', width: 2.25 },
        marker: { color: 'var(--ink)', size: 7 },
        hovertemplate: `%{x:.4~g} ${axis}<br>${share ? '%{y:.3g} %' : '%{y:.3g}'}<extra></extra>`,
      },
    ],
    chartLayout(
      run,
      beside,
      axis,
      plain(run.score_name),
      share ? { range: [0, 102], ticksuffix: ' %', nticks: 4 } : { rangemode: 'tozero', nticks: 5 },
      baselines(run, 'score').map(([text, value]) => [
        share ? `${text}: ${scoreText(value, run.score_name)}` : `${text}: ${value.toPrecision(3)}`,
        share ? value * 100 : value,
      ]),
    ),
  ];
}

function lossChart(run, beside, axis, log) {
  const lines = baselines(run, 'loss').map(([text, value]) => [
    `${text}: ${value.toFixed(2)}`,
    log ? Math.log10(value) : value,
  ]);
  const yaxis = log ? { type: 'log', nticks: 5 } : { rangemode: 'tozero', nticks: 5 };
  const height = ([, , loss]) => loss;
  return [
    [
      ...beside.map((other, i) => faint(other, other.losses, across(axis), height, i)),
      {
        type: 'scatter',
        mode: run.losses.length < 20 ? 'lines+markers' : 'lines',
        marker: { color: 'var(--ink)', size: 6 },
        x: run.losses.map(across(axis)),
        y: run.losses.map(height),
        line: { color: 'var(--ink)', width: 2.25 },
        hovertemplate: `%{x:.4~g} ${axis}<br>%{y:.3f} nats<extra></extra>`,
      },
    ],
    chartLayout(
      run,
      beside,
      axis,
      lossName(run),
      { ...yaxis, uirevision: `${run.id} ${axis} ${log ? 'log' : 'linear'}` },
      lines,
    ),
  ];
}

const ENDS = ['top right', 'bottom right', 'top center', 'bottom center']; // letters of curves that end alike stand apart

/** The curve of another run: thinner, dashed in its own way, its letter at the end. */
function faint(other, rows, x, y, i) {
  return {
    type: 'scatter',
    mode: 'lines+text',
    x: rows.map(x),
    y: rows.map(y),
    line: { color: 'var(--ink3)', width: 1.5, dash: dash(other) },
    text: rows.map((_, k) => (k === rows.length - 1 ? other.letter : '')),
    textposition: ENDS[i % ENDS.length],
    textfont: { color: 'var(--ink2)' },
    hovertemplate: `${plain(other.letter)}: ${plain(other.label)}<br>%{y:.3g}<extra></extra>`,
  };
}

const pictures = (run) => run.score_name.includes('error');
const lossName = (run) => (pictures(run) ? 'training loss' : 'loss, nats per token');

/** Baselines are named `[text, value]` for the loss and `[text, value, 'score']` for the score. */
const baselines = (run, which) =>
  (run.baseline ?? [])
    .filter(([, value, kind = 'loss']) => kind === which && Number.isFinite(value))
    .map(([text, value]) => [plain(text), value]);

function chartLayout(run, beside, axis, name, yaxis, lines) {
  const ends = ({ losses, scores }) =>
    Math.max(0, ...[losses, scores].flatMap((rows) => (rows.length ? [across(axis)(rows.at(-1))] : [])));
  const last = ends(run);
  const ahead = axis === 'steps' ? run.steps : Math.ceil(run.expected_s ?? 0);
  const end = Math.max(busy(run) ? (ahead ?? 0) : 0, last, ...beside.map((other) => 1.03 * ends(other)));
  const failed = run.state === 'failed' && last;
  return {
    hovermode: 'x',
    uirevision: `${run.id} ${axis}`,
    xaxis: { title: axis, range: [0, (end || 1) * (failed ? 1.4 : 1)], rangemode: 'nonnegative', nticks: 7 },
    yaxis: { title: name, ...yaxis },
    shapes: [
      ...lines.map(([text, y]) => ({
        type: 'line',
        xref: 'paper',
        x0: 0,
        x1: 1,
        y0: y,
        y1: y,
        layer: 'below',
        line: { color: 'var(--ink3)', width: 1.5, dash: '6px,4px' },
        label: { text, textposition: 'end', yanchor: 'bottom', font: { color: 'var(--ink2)' } },
      })),
      ...(failed
        ? [{ type: 'line', yref: 'paper', x0: last, x1: last, y0: 0, y1: 1, line: { color: 'var(--ink)', width: 1.5 } }]
        : []),
    ],
    annotations: failed
      ? [
          {
            text: '<b>✗ stopped</b>',
            x: last,
            yref: 'paper',
            y: 0.02,
            xanchor: 'left',
            yanchor: 'bottom',
            showarrow: false,
            font: { color: 'var(--ink)' },
          },
        ]
      : [],
  };
}

/** @returns {[string, string][]} */
function reading(run) {
  const value = score(run);
  const loss = run.losses.at(-1)?.[2];
  const base = baselines(run, 'loss')[0];
  const parts = [];
  if (run.state === 'failed')
    parts.push(['w b', '✗ '], ['', `Stopped by itself at step ${grouped(run.step)}; what came before is kept. `]);
  if (value !== null) parts.push(['', `${capital(run.score_name)} is `], ['b', scoreText(value, run.score_name)]);
  if (loss !== undefined) {
    parts.push(['', value !== null ? ' and the loss ' : 'The loss is ']);
    parts.push(
      ...(pictures(run)
        ? [['b', loss.toPrecision(3)]]
        : [
            ['b', `${loss.toFixed(2)} nats`],
            ['', ' per token'],
          ]),
    );
  }
  if (over(run)) parts.push(['', ` after ${seconds(run.train_s).replace(' ', '\u00a0')}`]);
  if (base)
    parts.push([
      '',
      `; ${run.baseline.find(([, , kind = 'loss']) => kind === 'loss')[0]} would cost ${base[1].toFixed(2)}`,
    ]);
  return [...parts, ['', '.']];
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function emptyState(run) {
  if (run.state === 'queued')
    return { title: 'Starts when training does', text: 'The curves begin with the first steps.' };
  if (busy(run))
    return { title: 'The first points come in a moment', text: 'The score is measured on held-out inputs.' };
  const train = document.getElementById('train');
  return {
    title: 'Not trained yet',
    text: 'What you see now is the shipped run. Train your own: the first points appear after about one second.',
    action: train ? train.textContent : undefined,
    onaction: () => document.getElementById('train')?.click(),
  };
}
