// A sweep drawn: the line of means with the lowest and highest seed of each value, a hollow dot for every run; and the
// same runs as a list, by keyboard.
import { plot } from '../charts/plot.js';
import { h } from '../core/dom.js';
import { seconds, share } from '../core/numbers.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { Table } from '../core/types.d.ts' */
/** @import { Swept } from './types.d.ts' */

const WIDE = 8; // from so many times the lowest on, numbers stand on a logarithmic axis

/** @param {(run: string) => void} open */
export function sweepChart(open) {
  const chart = plot({
    label: 'Score by the value of the option',
    onPoint: ({ customdata }) => typeof customdata === 'string' && open(customdata),
  });
  const list = h('div.sweep-runs');
  return {
    node: h('div.sweep-both', {}, chart.node, list),
    /** @param {Swept} found */
    show(found) {
      chart.show([means(found), dots(found)], layout(found));
      list.replaceChildren(head(found), ...found.values.map((value, i) => line(found, value, i, open)));
    },
  };
}

/** @param {Swept} found */
const at = ({ numbers, values }) => numbers ?? values;

/** @param {Swept} found @param {number} score */
const scaled = ({ higher }, score) => (higher ? 100 * score : score);

/** @param {Swept} found @param {number} score */
const scoreText = ({ higher }, score) => (higher ? share(score) : score.toFixed(4));

/** @param {Swept} found @returns {Trace} */
function means(found) {
  const x = at(found);
  const known = found.spread.flatMap((one, i) => (one ? [{ x: x[i], one }] : []));
  if (found.numbers) known.sort((a, b) => Number(a.x) - Number(b.x));
  const y = (/** @type {number} */ score) => scaled(found, score);
  return {
    type: 'scatter',
    mode: 'lines+markers',
    x: known.map((point) => point.x),
    y: known.map(({ one: [mean] }) => y(mean)),
    error_y: {
      type: 'data',
      array: known.map(({ one: [mean, , high] }) => y(high) - y(mean)),
      arrayminus: known.map(({ one: [mean, low] }) => y(mean) - y(low)),
      color: 'var(--ink2)',
      thickness: 1.5,
    },
    line: { color: 'var(--ink)', width: 2.25 },
    marker: { color: 'var(--ink)', size: 8 },
    hoverinfo: 'skip',
  };
}

/** @param {Swept} found @returns {Trace} */
function dots(found) {
  const x = at(found);
  return {
    type: 'scatter',
    mode: 'markers',
    x: found.points.map(([value]) => x[value]),
    y: found.points.map(([, , score]) => scaled(found, score)),
    customdata: found.points.map((point) => point[5]),
    marker: { color: 'var(--surface)', size: 9, line: { color: 'var(--ink2)', width: 1.5 } },
    text: found.points.map(
      ([value, seed, score]) => `${found.values[value]}, seed ${seed}: ${scoreText(found, score)}`,
    ),
    hovertemplate: '%{text}<br>press to open<extra></extra>',
  };
}

/** @param {Swept} found @returns {Layout} */
function layout(found) {
  const { numbers, values, label, measure, higher } = found;
  const wide = numbers && Math.min(...numbers) > 0 && Math.max(...numbers) / Math.min(...numbers) >= WIDE;
  const ticks = numbers ? { tickvals: numbers, ticktext: values } : { type: 'category', categoryarray: values };
  return {
    margin: { l: 56, r: 24, t: 12, b: 44 },
    xaxis: { title: { text: label }, zeroline: false, ...ticks, ...(wide ? { type: 'log' } : {}) },
    yaxis: higher
      ? { range: [-3, 104], ticksuffix: ' %', nticks: 4, title: { text: measure } }
      : { rangemode: 'tozero', nticks: 4, title: { text: measure } },
  };
}

/** @param {Swept} found */
const head = ({ label }) =>
  h(
    'div.sweep-line.head',
    { 'aria-hidden': true },
    h('span', {}, label),
    h('span', {}, 'mean'),
    h('span', {}, 'each seed'),
  );

/** @param {Swept} found @param {string} value @param {number} i @param {(run: string) => void} open */
function line(found, value, i, open) {
  const spread = found.spread[i];
  return h(
    'div.sweep-line',
    {},
    h('b', {}, value),
    h('span.m', {}, spread ? scoreText(found, spread[0]) : '–'),
    h(
      'span.sweep-dots',
      {},
      found.points
        .filter(([of]) => of === i)
        .map(([, seed, score, , took, run]) =>
          h(
            'button.plain.m',
            {
              type: 'button',
              title: `trained ${seconds(took)}`,
              'aria-label': `Open ${value}, seed ${seed}: ${scoreText(found, score)}`,
              onclick: () => open(run),
            },
            scoreText(found, score),
          ),
        ),
    ),
  );
}

/** @param {Swept | null} found @returns {Table} */
export function sweepTable(found) {
  if (!found) return { columns: [], rows: [] };
  return {
    columns: [found.label, 'seed', found.measure, 'updates', 'seconds'],
    rows: found.points.map(([value, seed, score, updates, took]) => [
      found.values[value],
      seed,
      scoreText(found, score),
      updates,
      took,
    ]),
    caption: 'Every run of the sweep',
  };
}
