// Undo and redo of a list of acts.

/** @import { Act } from '../types.d.ts' */

/** @param {(acts: Act[]) => void} send */
export function createHistory(send) {
  /** @type {Act[][]} */
  let past = [];
  /** @type {Act[][]} */
  let future = [];
  /** @type {Act[]} */
  let now = [];
  /** Lists on their way, the oldest first: the answer to one of them is no news. @type {string[]} */
  let sent = [];
  let last = ''; // what was changed last

  return {
    /** What the server says there is; another model has another past. @param {Act[]} acts */
    told(acts) {
      const said = JSON.stringify(acts);
      const mine = sent.indexOf(said);
      sent = sent.slice(mine + 1);
      if (mine >= 0 || said === JSON.stringify(now)) return;
      now = acts;
      past = [];
      future = [];
      sent = [];
      last = '';
    },
    /** @param {Act[]} acts @param {string} [what] changes of the same thing are undone at once */
    change(acts, what = '') {
      if (!what || what !== last) past.push(now);
      last = what;
      future = [];
      tell(acts);
    },
    undo() {
      step(past, future);
    },
    redo() {
      step(future, past);
    },
    get undone() {
      return past.length > 0;
    },
    get redone() {
      return future.length > 0;
    },
    get acts() {
      return now;
    },
  };

  /** @param {Act[][]} from @param {Act[][]} to */
  function step(from, to) {
    const acts = from.pop();
    if (!acts) return;
    to.push(now);
    last = '';
    tell(acts);
  }

  /** @param {Act[]} acts */
  function tell(acts) {
    now = acts;
    sent.push(JSON.stringify(acts));
    send(acts);
  }
}
