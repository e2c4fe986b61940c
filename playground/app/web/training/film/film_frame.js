// One frame of the film: the attention of the pinned input, its reconstruction, or which outputs were right; and what
// is said of it.

import { compare, known, scoreText } from '../../core/answers.js';
import { h, s } from '../../core/dom.js';
import { quoted, ramp } from '../../core/glyphs.js';
import { grouped, seconds } from '../../core/numbers.js';
import { inkPicture } from '../../picture/pixels.js';
import { attentionRows } from '../fold_line.js';
import { errorOf, isPicture } from '../samples.js';

/** @import { Frame, Run, Sample } from '../../core/run.d.ts' */
/** @import { Rich } from '../../core/types.d.ts' */
/** @import { Moment } from '../moment.js' */

const LEVELS = 60; // cells of nearly equal weight share one path: a frame is some dozens of nodes, not hundreds
const LETTERS = 10; // tokens under a frame
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** @param {Frame} frame @param {Run} run */
export function frameNode({ step, pinned }, run) {
  return h(
    'div.frame',
    { 'data-update': step },
    h('span.when', {}, when(step)),
    h('span.shot', {}, frameImage(pinned, run.target)),
    ...(isPicture(pinned)
      ? [h('span.score', {}, h('span', {}, scoreText(errorOf(pinned), 'error')))]
      : outputBelow(pinned, run)),
  );
}

/** @param {number} step */
export const futureNode = (step) =>
  h('div.frame.ahead', { 'aria-hidden': true }, h('span.when', {}, when(step)), h('span.shot', {}));

/** @param {number} step */
const when = (step) => (step ? String(step) : 'update 0');

/** What the film, as a slider, says of its value. @param {Run} run @param {number} at */
export function spokenFrame(run, at) {
  const { step, pinned } = run.frames[at];
  const place = `Update ${step} of ${run.frames[run.frames.length - 1].step}`;
  if (isPicture(pinned)) return `${place}: ${run.score_name} ${scoreText(errorOf(pinned), 'error')}`;
  const { hits, total } = compare(pinned?.output ?? [], pinned?.target ?? run.target);
  return `${place}: ${pinned?.output?.join(' ')}${total ? `, ${hits} of ${total} right` : ''}`;
}

/** @param {Sample | null} pinned @param {Run} run */
function outputBelow(pinned, run) {
  const output = pinned?.output ?? [];
  const target = pinned?.target ?? run.target;
  const { wrong, hits, total, right } = compare(output, target);
  // Of a long answer the first tokens stand for the rest.
  const written = output.filter((token) => token !== 'end');
  const wanted = (target ?? written).filter((token) => token !== 'end').length;
  const count = Math.min(LETTERS, Math.max(wanted, written.length));
  const shown = Array.from({ length: count }, (_, i) => written[i] ?? '·');
  const single = shown.every((token) => token.length === 1);
  const tokens = shown.map((token, i) =>
    h(right !== null && (wrong[i] ?? true) ? 'span.w' : 'span.r', {}, token + (single ? '' : ' ')),
  );
  const text = h(single ? 'span.out' : 'span.out.words', {}, tokens);
  if (right === null) return [text];
  return [text, h('span.score', {}, h('span', {}, `${hits}/${total}`), h(right ? 'b' : 'b.w', {}, right ? '✓' : '✗'))];
}

/** The sentence under the film. @param {Run} run @param {Moment} moment @returns {Rich} */
export function reading(run, { step, seconds: s, pinned, score }) {
  /** @type {Rich} */
  const parts = [
    ['', 'At update '],
    ['b', grouped(step)],
  ];
  if (s !== null && step) parts.push(['', ', after '], ['b', s < 10 ? `${s.toFixed(2)}\u00a0s` : seconds(s)]);
  parts.push(['', ',']);
  if (isPicture(pinned)) {
    parts.push(['', ' the input comes back with an error of '], ['b', scoreText(errorOf(pinned), 'error')]);
    parts.push(['', ` ${run.score_name.replace('error ', '')}`]);
    if (known(score)) parts.push(['', '; on all held-out inputs it is '], ['b', scoreText(score, 'error')]);
    return [...parts, ['', '. Drag along the film: picture, curves and samples follow.']];
  }
  const focus = sharpness(pinned);
  parts.push(...answerSaid(pinned, pinned?.target ?? run.target));
  if (focus !== null)
    parts.push(
      ['', ' An output keeps '],
      ['b', `${Math.round(focus * 100)} %`],
      ['', ' of its attention on one place.'],
    );
  return [...parts, ['', ' Drag along the film: picture, curves and samples follow.']];
}

/** How many tokens are right, and which is the first that is not. @param {Sample | null} pinned @returns {Rich} */
function answerSaid(pinned, /** @type {string[] | null | undefined} */ target) {
  const output = (pinned?.output ?? []).filter((token) => token !== 'end');
  const { wrong, hits, total, right } = compare(output, target);
  if (right === null || !target) return [['', ` it writes ${output.join(' ')}.`]];
  const unit = target.every((token) => /^\d$/.test(token)) ? 'digit' : 'token';
  /** @type {Rich} */
  const counted = [
    ['', ' '],
    ['b', `${hits} of ${total}`],
    ['', ` ${unit}${total === 1 ? ' is' : 's are'} right`],
  ];
  const at = wrong.indexOf(true);
  if (right) return [...counted, ['', '.']];
  if (at < 0) return [...counted, ['', '; then it ends too early.']];
  if (at >= target.length) return [...counted, ['', '; then it goes on where it should end.']];
  const place = ORDINALS[at] ?? `one at place ${at + 1}`;
  return [...counted, ['', `; the ${place} is `], ['wavy w', quoted(output[at])], ['', ` for ${quoted(target[at])}.`]];
}

/** @param {Sample | null} pinned @param {string[] | null} target @returns {Node} */
function frameImage(pinned, target) {
  if (pinned?.reconstruction) return inkPicture(pinned.reconstruction, '');
  if (pinned?.attention) return heat(attentionRows(pinned.attention));
  return hitBars(compare(pinned?.output ?? [], pinned?.target ?? target).wrong);
}

/** Mean over outputs of the largest weight, or null without attention. @param {Sample | null} pinned */
function sharpness(pinned) {
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
function hitBars(wrong) {
  return h(
    'span.hits',
    { 'aria-hidden': true },
    wrong.map((bad) => h(bad ? 'i.bad' : 'i', {})),
  );
}
