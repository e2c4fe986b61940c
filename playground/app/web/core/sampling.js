// What sampling draws from: the stored logits of a step, weighted again as `weighted` in inference/decoding.py does, so
// that a slider asks the server nothing.

/** @import { Sampling } from './scene.d.ts' */

/**
 * @typedef {object} Ranked one token of a step
 * @property {string} token @property {number} index in the vocabulary @property {number} logit
 * @property {number} probability after the cuts @property {number} before the share it has at this temperature, uncut
 */

/** What the model itself says. @type {Sampling} */
export const PLAIN = { temperature: 1, top_k: 0, top_p: 1 };

/** @param {Sampling} sampling */
export const isPlain = ({ temperature, top_k, top_p }) => temperature === 1 && top_k === 0 && top_p === 1;

/** As the server takes it: a temperature of 0 is as good as greedy, and cannot be divided by. */
const COLDEST = 0.01;

/**
 * The tokens of a step, likeliest first. Padding and begin are never listed and never drawn; as the model itself gives
 * its shares, uncut and at temperature 1, they count.
 * @param {Float32Array} row logits @param {(string | null)[]} vocabulary null: never written
 * @param {Sampling} [sampling] @returns {Ranked[]}
 */
export function rank(row, vocabulary, sampling = PLAIN) {
  const temperature = Math.max(sampling.temperature, COLDEST);
  const counted = isPlain(sampling) ? Array.from(row) : Array.from(row).filter((_, i) => vocabulary[i] !== null);
  const most = counted.reduce((high, value) => Math.max(high, value), -Infinity);
  /** @param {number} logit */
  const heat = (logit) => Math.exp((logit - most) / temperature);
  const total = counted.reduce((sum, value) => sum + heat(value), 0);
  const ranked = vocabulary
    .flatMap((token, index) => {
      const before = heat(row[index]) / total;
      return token === null ? [] : [{ token, index, logit: row[index], probability: before, before }];
    })
    .sort((a, b) => b.logit - a.logit);
  if (isPlain(sampling)) return ranked;
  cutTopK(ranked, sampling.top_k);
  cutTopP(ranked, sampling.top_p);
  return ranked;
}

/** The `k` likeliest, and what equals the last of them. @param {Ranked[]} ranked @param {number} k */
function cutTopK(ranked, k) {
  if (!k || k >= ranked.length) return;
  const least = ranked[k - 1].logit;
  keep(ranked, ({ logit }) => logit >= least);
}

/**
 * The nucleus: the likeliest tokens until their shares reach `p`; the one that crosses it belongs to them.
 * @param {Ranked[]} ranked @param {number} p
 */
function cutTopP(ranked, p) {
  if (p >= 1) return;
  let passed = 0;
  const inside = new Set();
  for (const entry of ranked) {
    if (passed >= p) break;
    inside.add(entry);
    passed += entry.probability;
  }
  keep(ranked, (entry) => inside.has(entry));
}

/** @param {Ranked[]} ranked @param {(entry: Ranked) => boolean} stays */
function keep(ranked, stays) {
  const total = ranked.reduce((sum, entry) => sum + (stays(entry) ? entry.probability : 0), 0);
  for (const entry of ranked) entry.probability = stays(entry) ? entry.probability / total : 0;
}
