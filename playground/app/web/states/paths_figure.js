// The trajectory of several inputs as a Plotly figure, flat or in space. Inputs differ in letter, line and mark.

import { plain } from '../charts/plotly_style.js';
import { unpack } from '../core/arrays.js';
import { spelled } from '../core/glyphs.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { Unpacked } from '../core/types.d.ts' */
/** @import { Side } from './types.d.ts' */

/** @typedef {{x: number, y: number, z: number}} Eye */

/** By letter: the line, the mark, and the same mark in space, where Plotly has no triangle. */
export const LOOKS = [
  { letter: 'A', dash: 'solid', symbol: 'triangle-up', sign: '▲' },
  { letter: 'B', dash: 'dash', symbol: 'square-open', sign: '□' },
  { letter: 'C', dash: 'dot', symbol: 'diamond-open', sign: '◇' },
  { letter: 'D', dash: 'dashdot', symbol: 'circle-open', sign: '○' },
  { letter: 'E', dash: 'longdash', symbol: 'x', sign: '×' },
];
/** The first input on the encoder's side, which has read all of it: its marks are full. */
export const READ = { symbol: 'square', sign: '■' };
const SPOTS = ['bottom right', 'top left', 'bottom left', 'top right']; // of the labels of B to E
const ROOM = [0.06, 0.16]; // left and right of the data, as the labels of A count on
const PALE = { 2: 0.4, 3: 0.35 }; // how much of the cloud is seen

/**
 * @param {Side} side @param {2 | 3} axes @param {number} at where A stands @param {Eye} eye
 * @returns {{data: Trace[], layout: Layout}}
 */
export function figure(side, axes, at, eye) {
  const hue = side.side === 'encoder' ? 'enc' : 'dec';
  const type = axes === 3 ? 'scatter3d' : 'scatter';
  const paths = side.paths.map(({ labels, points }) => ({ labels, points: unpack(points) }));
  /** @param {{row: (i: number) => Float32Array}} rows @param {number[]} chosen */
  const places = (rows, chosen) => ({
    x: chosen.map((i) => rows.row(i)[0]),
    y: chosen.map((i) => rows.row(i)[1]),
    ...(axes === 3 ? { z: chosen.map((i) => rows.row(i)[2]) } : {}),
  });
  const cloud = unpack(side.cloud);
  const every = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i);
  const mono = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace';
  const [a, ...others] = paths;
  const own = every(a.labels.length);
  const ring =
    axes === 3
      ? { symbol: 'circle-open', size: 14, color: 'var(--ink)', line: { width: 3, color: 'var(--ink)' } }
      : { symbol: 'circle-open', size: 22, color: 'var(--ink)', line: { width: 2.5, color: 'var(--ink)' } };
  /** @type {Trace[]} */
  const data = [
    {
      ...places(cloud, every(cloud.shape[0])),
      mode: 'markers',
      hoverinfo: 'skip',
      marker: { size: axes === 3 ? 2 : 4, color: 'var(--line-strong)', opacity: PALE[axes] },
    },
    ...others.flatMap(({ labels, points }, k) => {
      const { dash, symbol, letter } = LOOKS[k + 1];
      const here = Math.min(at, labels.length - 1);
      return [
        {
          ...places(points, every(labels.length)),
          mode: 'lines+markers',
          line: { color: 'var(--ink2)', width: axes === 3 ? 3 : 1.3, dash },
          marker: {
            symbol,
            size: axes === 3 ? 4 : 7,
            color: 'var(--ink2)',
            line: { color: 'var(--ink2)', width: 1.3 },
          },
          text: labels.map((label) => `${letter} ${plain(spelled(label))}`),
          hovertemplate: '%{text}<extra></extra>',
        },
        {
          ...places(points, [here]),
          mode: 'text',
          text: [`<b>${letter}</b> ${plain(spelled(labels[here]))}`],
          textposition: SPOTS[k],
          textfont: { color: 'var(--ink2)' },
          hoverinfo: 'skip',
        },
      ];
    }),
    {
      ...places(a.points, own),
      mode: 'lines',
      line: { color: `var(--${hue})`, width: axes === 3 ? 5 : 2.2 },
      hoverinfo: 'skip',
    },
    ...marks(a, axes, at, hue, places),
    ...labels(side, a, axes, at, hue, places).map((trace) => ({
      ...trace,
      textfont: { .../** @type {object} */ (trace.textfont), family: mono },
    })),
    { ...places(a.points, [at]), mode: 'markers', hoverinfo: 'skip', marker: ring },
  ];
  const [one, two, three] = side.explained.map((share, k) => `PC ${k + 1} · ${share}`);
  const bare = { showticklabels: false, zeroline: false, showgrid: false };
  const inSpace = (/** @type {string} */ text) => ({
    title: { text, font: { size: 'var(--fs-xs)' } },
    showticklabels: false,
    showspikes: false,
  });
  /** @type {Layout} */
  const layout =
    axes === 3
      ? {
          margin: { l: 0, r: 0, t: 0, b: 0 },
          scene: {
            camera: { eye, center: { x: 0, y: 0, z: -0.12 } },
            dragmode: 'orbit',
            aspectmode: 'cube',
            xaxis: inSpace(one),
            yaxis: inSpace(two),
            zaxis: inSpace(three),
          },
        }
      : {
          margin: { l: 14 },
          xaxis: { ...bare, title: { text: one }, range: range([cloud, ...paths.map(({ points }) => points)]) },
          yaxis: { ...bare, title: { text: two } },
        };
  return { data: data.map((trace) => ({ type, ...trace })), layout };
}

/** How far the first axis goes, with room for the last label. @param {Unpacked[]} drawn */
function range(drawn) {
  const every = drawn.flatMap(({ shape, row }) => Array.from({ length: shape[0] }, (_, i) => row(i)[0]));
  const [low, high] = [Math.min(...every), Math.max(...every)];
  return [low - ROOM[0] * (high - low), high + ROOM[1] * (high - low)];
}

/** @typedef {{labels: string[], points: Unpacked}} Drawn */
/** @typedef {(rows: {row: (i: number) => Float32Array}, chosen: number[]) => Record<string, number[]>} Places */

/**
 * The marks of A: full where it has been, hollow ahead.
 * @param {Drawn} a @param {2 | 3} axes @param {number} at @param {string} hue @param {Places} places @returns {Trace[]}
 */
function marks(a, axes, at, hue, places) {
  const own = Array.from(a.labels.keys());
  if (axes === 3)
    return [
      {
        ...places(a.points, own),
        mode: 'text',
        text: own.map((i) => (hue === 'enc' ? READ.sign : i <= at ? '▲' : '△')),
        textposition: 'middle center',
        textfont: { size: 15, color: `var(--${hue})` },
        hoverinfo: 'skip',
      },
    ];
  const passed = {
    symbol: hue === 'enc' ? READ.symbol : 'triangle-up',
    size: hue === 'enc' ? 8 : 10,
    color: `var(--${hue})`,
    line: { color: `var(--${hue})`, width: 1.5 },
  };
  const common = { mode: 'markers', hovertemplate: '%{text}<extra></extra>' };
  const part = (/** @type {number[]} */ chosen, /** @type {object} */ marker) => ({
    ...places(a.points, chosen),
    ...common,
    text: chosen.map((i) => plain(spelled(a.labels[i]))),
    marker,
  });
  return [
    part(
      own.filter((i) => i > at && hue === 'dec'),
      { ...passed, color: 'var(--surface)' },
    ),
    part(
      own.filter((i) => i <= at || hue === 'enc'),
      passed,
    ),
  ];
}

/**
 * @param {Side} side @param {Drawn} a @param {2 | 3} axes @param {number} at @param {string} hue @param {Places} places
 * @returns {Trace[]}
 */
function labels(side, a, axes, at, hue, places) {
  const { spots, free } = side.paths[0];
  const shown = Array.from(a.labels.keys()).filter((i) => i !== at && (axes === 3 || free[i]));
  const text = (/** @type {number[]} */ chosen, /** @type {object} */ font, bold = false) => ({
    ...places(a.points, chosen),
    mode: 'text',
    text: chosen.map((i) => (bold ? `<b>${plain(spelled(a.labels[i]))}</b>` : plain(spelled(a.labels[i])))),
    textposition: axes === 3 ? 'top right' : chosen.map((i) => spots[i]),
    textfont: font,
    hoverinfo: 'skip',
  });
  return [text(shown, { color: `var(--${hue}-text)` }), text([at], { color: 'var(--ink)' }, true)];
}

const LEAST = 0.05; // radians from the poles

/** The eye after a turn. @param {Eye} eye @param {number} across @param {number} up both in radians @returns {Eye} */
export function turned({ x, y, z }, across, up) {
  const far = Math.hypot(x, y, z);
  const around = Math.atan2(y, x) + across;
  const high = Math.max(LEAST, Math.min(Math.PI - LEAST, Math.acos(z / far) - up));
  return {
    x: far * Math.sin(high) * Math.cos(around),
    y: far * Math.sin(high) * Math.sin(around),
    z: far * Math.cos(high),
  };
}
