// What the folded picture of the Training tab shows.
import { compare } from '../core/answers.js';
import { momentOf } from './moment.js';

/** @import { Run, Sample } from '../core/run.d.ts' */
/** @import { Scene } from '../core/scene.d.ts' */
/** @import { Fold } from './fold_line.js' */

/**
 * What the folded picture shows: the pinned input at the chosen moment, else the scene on the stage, which comes first
 * once somebody has given an input of their own.
 * @param {Run} run @param {number | null} frame @param {Scene | undefined} scene @param {boolean} own
 * @returns {Fold | null}
 */
export function foldOf(run, frame, scene, own) {
  const pinned = own ? null : momentOf(run, frame)?.pinned;
  if (pinned?.picture || pinned?.output) return foldFor(pinned, () => withTarget(pinned, run));
  if (!scene || (scene.kind === 'picture' && !scene.input)) return null; // a code set by hand
  return foldFor(scene, () => sceneFold(scene));
}

/** @type {WeakMap<object, Fold>} */
const folds = new WeakMap(); // one fold object per pinned state, so that equal states are drawn once

/** @param {object} of @param {() => Fold} make */
function foldFor(of, make) {
  const fold = folds.get(of) ?? make();
  folds.set(of, fold);
  return fold;
}

/** @param {Sample} pinned @param {Run} run @returns {Fold} */
function withTarget(pinned, run) {
  const source = pinned.source ?? run.source ?? undefined;
  const { wrong, hits, total, right, cause } = compare(pinned.output ?? [], pinned.target ?? run.target);
  const text = right === null ? '' : right ? `right, ${hits} of ${total}` : `wrong${cause}`;
  const verdict = { right, text, short: text };
  return { ...pinned, source, shown: run.shown, named: run.named, wrong, verdict, untrained: false };
}

/** @param {Scene} scene @returns {Fold} */
function sceneFold(scene) {
  if (scene.kind === 'picture') return { picture: scene.input, reconstruction: scene.reconstruction };
  const { source, picture: shown, output, weights: attention, wrong, verdict, untrained } = scene;
  return { source, shown, output, attention, wrong, verdict, untrained };
}
