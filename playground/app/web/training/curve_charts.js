// The two charts of a training: score and loss, with baselines and the curves of other runs.
import { plain } from '../charts/plotly_style.js';
import { known, scoreText } from '../core/answers.js';
import { busy } from '../core/run_fold.js';
import { scorePoints } from './moment.js';
import { dash } from './my_runs.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { KeptRun, Point, Run } from '../core/run.d.ts' */
/** @import { Moment } from './moment.js' */

/** @typedef {'seconds' | 'updates'} Axis */
/** @typedef {[text: string, height: number]} Line */

/** Where a point stands across. @param {Axis} axis @returns {(point: Point) => number} */
export const across = (axis) => (axis === 'updates' ? ([step]) => step : ([, s]) => s);

/**
 * @param {Run} run @param {KeptRun[]} beside @param {Axis} axis @param {Moment | null} moment
 * @returns {[Trace[], Layout]}
 */
export function scoreChart(run, beside, axis, moment) {
  const scores = scorePoints(run);
  const share = !run.score_name.includes('error');
  /** @param {Point} point */
  const height = ([, , value]) => (share ? value * 100 : value);
  const dots = scores.length <= 60 ? 'lines+markers' : 'lines';
  const here = scores.find(([step]) => step === moment?.step);
  return [
    [
      ...beside.map((other, i) => faint(other, other.scores, across(axis), height, i)),
      {
        type: 'scatter',
        mode: dots,
        x: scores.map(across(axis)),
        y: scores.map(height),
        line: { color: 'var(--ink)', width: 2.25 },
        marker: { color: 'var(--ink)', size: 7 },
        hovertemplate: `%{x:.4~g} ${axis}<br>${share ? '%{y:.3g} %' : '%{y:.3g}'}<extra></extra>`,
      },
      ...ring(here, scores, axis, height, (value) => scoreText(value, run.score_name), share ? 102 : 0),
    ],
    chartLayout(
      run,
      beside,
      axis,
      moment,
      `${plain(run.score_name)}, held out`,
      share ? { range: [0, 102], ticksuffix: ' %', nticks: 4 } : { rangemode: 'tozero', nticks: 5 },
      baselines(run, 'score').map(([text, value]) => [
        share ? `${text}: ${scoreText(value, run.score_name)}` : `${text}: ${value.toPrecision(3)}`,
        share ? value * 100 : value,
      ]),
    ),
  ];
}

/**
 * @param {Run} run @param {KeptRun[]} beside @param {Axis} axis @param {Moment | null} moment @param {boolean} log
 * @returns {[Trace[], Layout]}
 */
export function lossChart(run, beside, axis, moment, log) {
  /** @type {Line[]} */
  const lines = baselines(run, 'loss').map(([text, value]) => [
    `${text}: ${value.toFixed(2)}`,
    log ? Math.log10(value) : value,
  ]);
  const yaxis = log ? { type: 'log', nticks: 5 } : { rangemode: 'tozero', nticks: 5 };
  /** @param {Point} point */
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
      ...ring(moment?.loss, run.losses, axis, height, lossText),
    ],
    chartLayout(
      run,
      beside,
      axis,
      moment,
      lossName(run),
      { ...yaxis, uirevision: `${run.id} ${axis} ${log ? 'log' : 'linear'}` },
      lines,
    ),
  ];
}

// Letters of curves that end alike stand apart.
const ENDS = ['top right', 'bottom right', 'top center', 'bottom center'];

/**
 * The curve of another run: thinner, dashed in its own way, its letter at the end.
 * @param {KeptRun} other @param {Point[]} rows @param {(point: Point) => number} x @param {(point: Point) => number} y
 * @param {number} i @returns {Trace}
 */
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

/**
 * The point of the chosen update, its value beside it where the curve leaves room.
 * @param {Point | null | undefined} point @param {Point[]} points of the curve @param {Axis} axis
 * @param {(point: Point) => number} height @param {(value: number) => string} said
 * @param {number} [roof] where the chart ends above, if that is near @returns {Trace[]}
 */
function ring(point, points, axis, height, said, roof = 0) {
  if (!point) return [];
  const heights = points.map(height);
  const high = height(point) > 0.5 * Math.max(...heights);
  const rising = heights[heights.length - 1] > heights[0];
  const far = across(axis)(point) / (across(axis)(points[points.length - 1]) || 1);
  const left = far > 0.7 || (rising && !high && far > 0.15);
  const below = rising && high && (!left || height(point) > 0.88 * roof);
  return [
    {
      type: 'scatter',
      name: 'chosen',
      mode: 'markers+text',
      x: [across(axis)(point)],
      y: [height(point)],
      marker: { color: 'var(--ink)', size: 15, symbol: 'circle-open', line: { color: 'var(--ink)', width: 2.5 } },
      text: [`<b>${said(point[2])}</b>`],
      textposition: `${below ? 'bottom' : 'top'} ${left ? 'left' : 'right'}`,
      textfont: { color: 'var(--ink)' },
      hoverinfo: 'skip',
    },
  ];
}

/** @param {number} loss */
export const lossText = (loss) => (loss < 0.1 ? loss.toPrecision(2) : loss.toFixed(2));

/** @param {Run} run */
export const pictures = (run) => run.score_name.includes('error');
/** @param {Run} run */
const lossName = (run) => (pictures(run) ? 'training loss' : 'loss, nats per token');

/** @param {Run} run @param {'loss' | 'score'} which @returns {Line[]} */
export const baselines = (run, which) =>
  run.baseline
    .filter(([, value, kind = 'loss']) => kind === which && known(value))
    .map(([text, value]) => [plain(text), value]);

/**
 * @param {Run} run @param {KeptRun[]} beside @param {Axis} axis @param {Moment | null} moment @param {string} name
 * @param {object} yaxis @param {Line[]} lines @returns {Layout}
 */
function chartLayout(run, beside, axis, moment, name, yaxis, lines) {
  /** @param {{losses: Point[], scores: Point[]}} curves */
  const ends = ({ losses, scores }) => Math.max(0, ...[...losses.slice(-1), ...scores.slice(-1)].map(across(axis)));
  const last = ends(run);
  const ahead = axis === 'updates' ? run.steps : Math.ceil(run.expected_s ?? 0);
  const end = Math.max(busy(run) ? (ahead ?? 0) : 0, last, ...beside.map((other) => 1.03 * ends(other)));
  const failed = run.state === 'failed' && last;
  const at = axis === 'updates' ? moment?.step : moment?.seconds;
  return {
    hovermode: 'x',
    uirevision: `${run.id} ${axis}`,
    xaxis: { title: axis, range: [0, (end || 1) * (failed ? 1.4 : 1.02)], rangemode: 'nonnegative', nticks: 7 },
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
        label: {
          text: folded(text),
          textposition: known(at) && at > 0.7 * end ? 'middle' : 'end',
          yanchor: 'bottom',
          font: { color: 'var(--ink2)' },
        },
      })),
      ...(known(at) ? [upright(at, 2.5)] : []),
      ...(failed ? [upright(last, 1.5)] : []),
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

const LINE = 34; // characters of a baseline's name

/** Long names take several lines. @param {string} text */
const folded = (text) => text.replace(new RegExp(`(.{1,${LINE}})(?: |$)`, 'g'), '$1<br>').replace(/<br>$/, '');

/** A line across all heights. @param {number} x @param {number} width */
const upright = (x, width) => ({
  type: 'line',
  yref: 'paper',
  x0: x,
  x1: x,
  y0: 0,
  y1: 1,
  line: { color: 'var(--ink)', width },
});
