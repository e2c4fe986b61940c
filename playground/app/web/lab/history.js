// Undo and redo of a list of acts.

/** @import { Act } from './types.d.ts' */

/** @param {(acts: Act[]) => void} send */
export function createHistory(send) {
  /** @type {Act[][]} */
  let past = [];
  /** @type {Act[][]} */
  let future = [];
  /** @type {Act[]} */
  let now = [];

  return {
    /** What the server says there is; another model has another past. @param {Act[]} acts */
    told(acts) {
      if (JSON.stringify(acts) === JSON.stringify(now)) return;
      now = acts;
      past = [];
      future = [];
    },
    /** @param {Act[]} acts */
    change(acts) {
      past.push(now);
      future = [];
      now = acts;
      send(acts);
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
    now = acts;
    send(acts);
  }
}
