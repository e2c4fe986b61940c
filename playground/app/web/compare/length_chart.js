// Two curves by length: A solid and filled, B dashed and hollow, over the lengths that were taught.
import { plot } from '../charts/plot.js';
import { percent } from '../core/numbers.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { Table } from '../core/types.d.ts' */
/** @import { Comparison } from './types.d.ts' */

const HALF = 0.5; // a length beside what was taught

export function lengthChart() {
  const chart = plot({ label: 'Score of both models by the length of the input' });
  return {
    node: chart.node,
    /** @param {Comparison} found */
    show(found) {
      chart.show([curve(found, 'A'), curve(found, 'B')], layout(found));
    },
  };
}

/** @param {Comparison} found @param {'A' | 'B'} name @returns {Trace} */
function curve({ lengths }, name) {
  const mine = name === 'A';
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name,
    x: lengths.map(([length]) => length),
    y: lengths.map(([, a, b]) => 100 * (mine ? a : b)),
    line: { color: 'var(--ink)', width: 2.25, dash: mine ? 'solid' : 'dash' },
    marker: { color: mine ? 'var(--ink)' : 'var(--surface)', size: 8, line: { color: 'var(--ink)', width: 2 } },
    hovertemplate: `${name}, length %{x}: %{y:.3g} %<extra></extra>`,
  };
}

/** @param {Comparison} found @returns {Layout} */
function layout({ lengths, trained: [low, high], unit }) {
  const last = lengths.at(-1);
  const label = (/** @type {string} */ text, /** @type {number} */ y, /** @type {number} */ yshift) => ({
    text,
    x: last?.[0] ?? 0,
    y,
    yshift,
    xanchor: 'left',
    xshift: 8,
    showarrow: false,
  });
  const [, a = 0, b = 0] = last ?? [];
  const near = Math.abs(a - b) < 0.06 ? 8 : 0;
  return {
    margin: { l: 48, r: 28, t: 12, b: 40 },
    xaxis: { title: { text: `${unit}s` }, dtick: lengths.length > 12 ? 3 : 1, zeroline: false },
    yaxis: { range: [-3, 104], ticksuffix: ' %', nticks: 4 },
    shapes: [
      {
        type: 'rect',
        x0: low - HALF,
        x1: high + HALF,
        y0: 0,
        y1: 1,
        yref: 'paper',
        fillcolor: 'var(--sunken)',
        line: { width: 0 },
        layer: 'below',
      },
    ],
    annotations: [label('<b>A</b>', 100 * a, a >= b ? near : -near), label('<b>B</b>', 100 * b, a >= b ? -near : near)],
  };
}

/** @param {Comparison | null} found @returns {Table} */
export function lengthTable(found) {
  if (!found) return { columns: [], rows: [] };
  const [low, high] = found.trained;
  return {
    columns: [`${found.unit}s`, 'taught', 'A', 'B', 'inputs'],
    rows: found.lengths.map(([length, a, b, n]) => [
      length,
      length >= low && length <= high ? 'yes' : 'no',
      percent(a),
      percent(b),
      n,
    ]),
    caption: 'Exact match of new inputs, by length',
  };
}
