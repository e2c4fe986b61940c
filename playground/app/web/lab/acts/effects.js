// What acts do, asked for one after the other while the tab is open, and kept for as long as the stage is the same.
import { asking } from '../../core/island.js';

/** @import { Act, Effect } from '../types.d.ts' */
/** @typedef {{told: Effect} | {failed: string} | null} Answer null: it is on its way */

/**
 * @param {() => void} changed called when an answer has come
 */
export function createEffects(changed) {
  /** @type {Map<string, Answer>} */
  const answers = new Map();
  let address = '';
  let turn = 0;

  /**
   * Ask for what is not known yet; what was asked for before and is not wanted any more is given up.
   * @param {string} at where the stage's answers are @param {Act[][]} wanted
   */
  async function want(at, wanted) {
    if (at !== address) answers.clear();
    address = at;
    const mine = ++turn;
    for (const acts of wanted) {
      const key = keyOf(acts);
      if (answers.get(key)) continue;
      answers.set(key, null);
      const answer = await asked(at, acts);
      if (mine !== turn && at !== address) return;
      answers.set(key, answer);
      changed();
      if (mine !== turn) return;
    }
  }

  return {
    want,
    /** @param {Act[]} acts @returns {Answer} */
    of: (acts) => answers.get(keyOf(acts)) ?? null,
  };
}

/** Whether an act is on changes nothing of what it does. @param {Act[]} acts */
const keyOf = (acts) => JSON.stringify(acts.map((act) => act.with(5, true)));

/** @param {string} at @param {Act[]} acts @returns {Promise<Answer>} */
async function asked(at, acts) {
  const alone = acts.length === 1;
  const answer = await asking(at, alone ? 'act.json' : 'acts.json', {
    [alone ? 'act' : 'acts']: JSON.stringify(alone ? acts[0] : acts),
  });
  return 'failed' in answer ? answer : { told: /** @type {Effect} */ (answer.data) };
}
