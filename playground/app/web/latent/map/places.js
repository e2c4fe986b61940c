// Places of a map and what they stand for.
import { unpack } from '../../core/arrays.js';

/** @import { Unpacked } from '../../core/types.d.ts' */
/** @import { LatentMap } from '../types.d.ts' */
/** @import { Place } from './board.js' */

/** How wide the map is, in its own numbers. @param {LatentMap} value */
export const spanOf = ({ reach: [[low, high]] }) => high - low;

/** The code that a place of the map stands for. @param {LatentMap} value @param {Place} place */
export function numbersAt({ mean, components }, [x, y]) {
  const [first, second] = [0, 1].map((i) => unpack(components).row(i));
  return unpack(mean).data.map((v, i) => v + x * first[i] + y * second[i]);
}

/**
 * The picture of the test set that is nearest to a place, within `least`; null where there is none.
 * @param {Unpacked} cloud @param {Place} place
 */
export function nearest({ shape, row }, [x, y], least = Number.POSITIVE_INFINITY) {
  let best = null;
  let closest = least;
  for (let i = 0; i < shape[0]; i++) {
    const [px, py] = row(i);
    const distance = Math.hypot(px - x, py - y);
    if (distance >= closest) continue;
    closest = distance;
    best = i;
  }
  return best;
}
