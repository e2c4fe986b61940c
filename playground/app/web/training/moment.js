// One moment of a training: what film, curves, samples and the folded picture show of the same update.

import { busy } from '../core/run_fold.js';
import * as state from '../core/state.js';

/** @import { Frame, Point, Run } from '../core/run.d.ts' */

/**
 * @typedef {Frame & {seconds: number | null, loss: Point | null, last: number, end: boolean}} Moment
 * `loss`: the point of the curve that is nearest; `last`: where the run ends; `end`: whether it has ended, and this is
 * that update
 */

/** The moment that is chosen: a frame of the film, or the newest. @returns {Moment | null} */
export function chosen() {
  const run = state.run.value;
  return run ? momentOf(run, state.frame.value ?? null) : null;
}

/** Tell of every change of it. @param {() => void} draw */
export function onMoment(draw) {
  for (const signal of [state.run, state.frame, state.measured]) signal.on(draw);
}

/**
 * @param {Run} run @param {number | null} frame null: whatever is the newest @returns {Moment | null}
 */
export function momentOf(run, frame) {
  const at = (frame === null ? run.now : run.frames[frame]) ?? run.frames.at(-1);
  if (!at) return null;
  const newest = Math.max(run.step, run.frames.at(-1)?.step ?? 0);
  const last = (busy(run) && !run.borrowed && run.steps) || newest;
  const loss = nearest(run.losses, at.step);
  const end = (!busy(run) || run.borrowed) && at.step === last;
  return { ...at, ...measured(run)?.get(at.step), seconds: secondsAt(run, at.step), loss, last, end };
}

/** The held-out score against training time, a point at every frame too. @param {Run} run @returns {Point[]} */
export function scorePoints(run) {
  const points = new Map(run.scores.map((point) => [point[0], point]));
  for (const frame of run.frames) {
    const score = measured(run)?.get(frame.step)?.score ?? frame.score;
    const seconds = secondsAt(run, frame.step);
    if (score !== null && seconds !== null) points.set(frame.step, [frame.step, seconds, score]);
  }
  return [...points.values()].sort(([a], [b]) => a - b);
}

/** What the server measured of the run that is drawn: of a shipped one. @param {Run} run */
export const measured = (run) => (run.id === null || run.borrowed ? state.measured.value : undefined);

/**
 * Seconds of training until an update; curves that were thinned have neighbours of it. Null where it is not told yet.
 * @param {Run} run @param {number} step @returns {number | null}
 */
function secondsAt({ losses, scores }, step) {
  const exact = scores[rank(scores, step)];
  if (exact?.[0] === step) return exact[1];
  const after = losses[rank(losses, step)];
  if (!after) return step ? null : 0;
  const before = losses[rank(losses, step) - 1] ?? [0, 0];
  return before[1] + ((step - before[0]) / (after[0] - before[0])) * (after[1] - before[1]);
}

/** @param {Point[]} rows @param {number} step @returns {Point | null} */
function nearest(rows, step) {
  const at = rank(rows, step);
  const [before, after] = [rows[at - 1], rows[at]];
  return (after && before && step - before[0] < after[0] - step ? before : (after ?? before)) ?? null;
}

/** Where the first row of this update or a later one stands. @param {Point[]} rows @param {number} step */
function rank(rows, step) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle][0] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** “update 55 of 225”. @param {Moment} moment */
export const updateOf = ({ step, last }) => `update ${step.toLocaleString('en')} of ${last.toLocaleString('en')}`;
