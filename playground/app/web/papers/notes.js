// The notes of a paper's figure, moved to where nothing else is written. Values become pixels here.
import { placed, walked } from '../charts/placing.js';

/** @import { Axes } from '../charts/plot.js' */
/** @import { Part, Styled } from '../charts/plotly_style.js' */
/** @import { Trace } from '../core/figure.d.ts' */
/** @import { Label, Point } from '../charts/placing.js' */

const EVERY = 40; // pixels of a line between two places for its name
const THIN = 12; // of the seeds behind
const LINE = 1.4; // of a letter's height
const NUMBERS = /-?\d+(\.\d+)?(e-?\d+)?/g;

/** @param {Styled} layout @param {Trace[]} data @param {Axes} axes @returns {Part[]} */
export function notesPlaced(layout, data, { xaxis, yaxis }) {
  const across = (/** @type {number} */ x) => xaxis._offset + x;
  const down = (/** @type {number} */ y) => yaxis._offset + y;
  const anchorOf = (/** @type {Part} */ { x, y, yref }) => ({
    x: across(xaxis.r2p(x)),
    y: down(yref === 'paper' ? (1 - y) * yaxis._length : yaxis.r2p(y)),
  });
  const lines = data.map(({ name, mode, x = [], y = [] }) => ({
    name,
    own: mode === 'lines+markers',
    points: Array.from(x, (one, i) => ({ x: across(xaxis.d2p(one)), y: down(yaxis.d2p(y[i])) })),
  }));
  const own = lines.filter((line) => line.own);
  const shapes = layout.shapes.map((shape) => outline(shape));
  const ink = {
    heavy: [...own.map(({ points }) => points), ...shapes].flatMap((points) => walked(points)),
    light: lines.filter((line) => !line.own).flatMap(({ points }) => walked(points, THIN)),
  };
  const right = /** @type {number} */ (layout.width) - 4;
  const bottom = down(yaxis._length);
  const frame = { left: across(0) + 2, top: down(0) - 4, right, bottom };
  // What names a place cannot go far from it: it comes first.
  const order = layout.annotations
    .map((note, i) => ({ note, i }))
    .filter(({ note }) => note.xref !== 'paper' && Number.isFinite(anchorOf(note).x + anchorOf(note).y))
    .sort((a, b) => Number(Boolean(a.note.name)) - Number(Boolean(b.note.name)) || a.i - b.i);
  const labels = order.map(({ note }) => label(note));
  const notes = [...layout.annotations];
  for (const [k, middle] of placed(labels, frame, ink).entries()) {
    const { note, i } = order[k];
    const { x, y } = anchorOf(note);
    notes[i] = { ...note, xanchor: 'center', yanchor: 'middle', xshift: middle.x - x, yshift: y - middle.y };
  }
  return notes;

  /** @param {Part} note @returns {Label} */
  function label(note) {
    const [width, height] = sizeOf(note, layout.font.family);
    const { x, y } = anchorOf(note);
    const side = { left: width / 2, right: -width / 2 }[/** @type {'left'} */ (note.xanchor)] ?? 0;
    const wanted = { x: x + (note.xshift ?? 0) + side, y: y - (note.yshift ?? 0) };
    if (note.yanchor === 'bottom') wanted.y -= height / 2;
    const line = own.find(({ name }) => note.name && name === note.name);
    if (!line) return { width, height, wanted, homes: [{ x, y }], own: [], others: [] };
    const others = own.filter((one) => one !== line).flatMap(({ points }) => walked(points));
    return { width, height, wanted, homes: walked(line.points, EVERY), own: walked(line.points), others };
  }

  /** What is drawn beside a value, in pixels about it. @param {Part} shape @returns {Point[]} */
  function outline({ type, path, xsizemode, xanchor, x0, x1, y0, y1 }) {
    if (xsizemode !== 'pixel') return [];
    const at = across(xaxis.r2p(xanchor));
    const numbers =
      type === 'path' ? (path.match(NUMBERS) ?? []).map(Number) : [x0, y0, x1, y0, x1, y1, x0, y1, x0, y0];
    return Array.from({ length: numbers.length / 2 }, (_, i) => ({
      x: at + numbers[2 * i],
      y: down(yaxis.r2p(numbers[2 * i + 1])),
    }));
  }
}

/** @type {CanvasRenderingContext2D | null} */
let pen = null;

/** Width and height of a note's words. @param {Part} note @param {string} family @returns {[number, number]} */
function sizeOf({ text, font }, family) {
  const words = new DOMParser().parseFromString(text, 'text/html');
  pen ??= document.createElement('canvas').getContext('2d');
  if (!pen) return [0, 0];
  pen.font = `${words.querySelector('b') ? '700 ' : ''}${font.size}px ${family}`;
  return [pen.measureText(words.body.textContent ?? '').width + 2, LINE * font.size];
}
