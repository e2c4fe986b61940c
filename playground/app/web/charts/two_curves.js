// The learning curves of two that train side by side: A solid and filled, B dashed and hollow, other runs thin behind.
import { known } from '../core/answers.js';
import { over } from '../core/run_fold.js';
import { plain } from './plotly_style.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { KeptRun, Point, Run } from '../core/run.d.ts' */

/** @typedef {'updates' | 'seconds' | 'work'} Against */

const NEAR = 0.06; // of the height: names of curves that end so close stand apart; of the width: room for names
const PREFIXES = /** @type {const} */ ([
  [1e12, 'TFLOP'],
  [1e9, 'GFLOP'],
  [1e6, 'MFLOP'],
]);

/** The score while training, from the first weights to the end. @param {Run} run @returns {Point[]} */
export function scored(run) {
  const [first] = run.frames;
  const last = run.frames.at(-1);
  const before = first?.step === 0 && known(first.score) ? [first.score] : [];
  const end = over(run) && last && last.step > (run.scores.at(-1)?.[0] ?? -1) && known(last.score) ? [last.score] : [];
  return [
    ...before.map((score) => /** @type {Point} */ ([0, 0, score])),
    ...run.scores,
    ...end.map((score) => /** @type {Point} */ ([last?.step ?? 0, run.train_s, score])),
  ];
}

/**
 * @param {Run[]} both one or two @param {KeptRun[]} behind @param {Against} against
 * @param {string[]} [letters] what they are called
 * @returns {[Trace[], Layout]}
 */
export function twoCurves(both, behind, against, letters = ['A', 'B']) {
  const share = !both[0].score_name.includes('error');
  const points = both.map(scored);
  const furthest = Math.max(...both.map((run, i) => (points[i].at(-1)?.[0] ?? 0) * (run.work ?? 0)), 1);
  const [unit, name] = PREFIXES.find(([size]) => furthest >= size) ?? PREFIXES[2];
  /** @param {{work?: number | null}} run @returns {(point: Point) => number} */
  const across = (run) => (point) =>
    against === 'updates' ? point[0] : against === 'seconds' ? point[1] : (point[0] * (run.work ?? 0)) / unit;
  /** @param {Point} point */
  const height = ([, , value]) => (share ? 100 * value : value);
  const titles = { updates: 'updates', seconds: 'CPU seconds', work: name };
  const drawn = against === 'work' ? behind.filter((run) => run.work) : behind;
  const right = Math.max(0, ...both.flatMap((run, i) => points[i].slice(-1).map(across(run))));
  const top = share ? 104 : Math.max(...points.flat().map(height), 0);
  return [
    [
      ...drawn.map((run) => thin(run, across(run), height)),
      ...both.map((run, i) => curve(points[i], letters[i], !i, across(run), height, share, titles[against])),
    ],
    {
      xaxis: { title: { text: titles[against] }, range: [0, (1 + NEAR) * (right || 1)], nticks: 6 },
      yaxis: share ? { range: [-3, 104], ticksuffix: ' %', nticks: 4 } : { rangemode: 'tozero', nticks: 5 },
      annotations: names(both, letters, points, across, height, top),
    },
  ];
}

/**
 * @param {Point[]} points @param {string} name @param {boolean} mine the first @param {(point: Point) => number} x
 * @param {(point: Point) => number} y @param {boolean} share @param {string} title @returns {Trace}
 */
function curve(points, name, mine, x, y, share, title) {
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name,
    x: points.map(x),
    y: points.map(y),
    line: { color: 'var(--ink)', width: 2.25, dash: mine ? 'solid' : 'dash' },
    marker: { color: mine ? 'var(--ink)' : 'var(--surface)', size: 7, line: { color: 'var(--ink)', width: 2 } },
    hovertemplate: `${name}, %{x:.4~g} ${title}: %{y:.3g}${share ? ' %' : ''}<extra></extra>`,
  };
}

/**
 * @param {KeptRun} run @param {(point: Point) => number} x @param {(point: Point) => number} y @returns {Trace}
 */
const thin = (run, x, y) => ({
  type: 'scatter',
  mode: 'lines',
  name: plain(run.label),
  x: run.scores.map(x),
  y: run.scores.map(y),
  line: { color: 'var(--line-strong)', width: 1 },
  hovertemplate: `${plain(run.pair)}, ${plain(run.label)}: %{y:.3g}<extra></extra>`,
});

/**
 * @param {Run[]} both @param {string[]} letters @param {Point[][]} points
 * @param {(run: Run) => (point: Point) => number} across
 * @param {(point: Point) => number} height @param {number} top
 */
function names(both, letters, points, across, height, top) {
  const ends = both.map((run, i) => {
    const end = points[i].at(-1);
    return end && { x: across(run)(end), y: height(end) };
  });
  const [a, b] = ends;
  const near = a && b && Math.abs(a.y - b.y) < NEAR * top ? 8 : 0;
  return ends.flatMap((end, i) =>
    end
      ? [
          {
            text: `<b>${letters[i]}</b>`,
            ...end,
            xanchor: 'left',
            xshift: 8,
            yshift: near && a && b ? (a.y >= b.y === (i === 0) ? near : -near) : 0,
            showarrow: false,
          },
        ]
      : [],
  );
}
