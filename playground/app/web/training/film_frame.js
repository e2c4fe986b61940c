// What one frame of the film shows: the attention of the pinned input, its reconstruction, or which outputs were right.

import { compare } from '../core/answers.js';
import { h, s } from '../core/dom.js';
import { ramp } from '../core/glyphs.js';
import { inkPicture } from '../picture/pixels.js';
import { attentionRows } from './fold_line.js';

const LEVELS = 60; // cells of nearly equal weight share one path: a frame is some dozens of nodes, not hundreds

/** @import { Sample } from '../core/run.d.ts' */

/** @param {Sample | null} pinned @param {string[] | null} target @returns {Node} */
export function frameImage(pinned, target) {
  if (pinned?.reconstruction) return inkPicture(pinned.reconstruction, '');
  if (pinned?.attention) return heat(attentionRows(pinned.attention));
  return hits(compare(pinned?.output ?? [], pinned?.target ?? target).wrong);
}

/** Mean over outputs of the largest weight, or null without attention. @param {Sample | null} pinned */
export function sharpness(pinned) {
  if (!pinned?.attention) return null;
  const rows = attentionRows(pinned.attention);
  return rows.reduce((sum, row) => sum + Math.max(...row), 0) / rows.length;
}

/** @param {number[][]} rows */
function heat(rows) {
  /** @type {Map<number, string>} */
  const paths = new Map();
  rows.forEach((row, i) =>
    row.forEach((v, j) => {
      const level = Math.round(Math.max(0, Math.min(1, v)) * LEVELS);
      paths.set(level, `${paths.get(level) ?? ''}M${j} ${i}h1.02v1.02h-1.02z`);
    }),
  );
  return s(
    'svg',
    {
      viewBox: `0 0 ${rows[0]?.length ?? 1} ${rows.length}`,
      preserveAspectRatio: 'none',
      'shape-rendering': 'crispEdges',
      'aria-hidden': true,
    },
    [...paths].map(([level, d]) => s('path', { d, style: `fill: ${ramp(level / LEVELS)}` })),
  );
}

/** One row per output: right full and calm, wrong short and loud. @param {boolean[]} wrong */
function hits(wrong) {
  return h(
    'span.hits',
    { 'aria-hidden': true },
    wrong.map((bad) => h(bad ? 'i.bad' : 'i', {})),
  );
}
