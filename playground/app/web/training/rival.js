// The other one of two that train side by side: followed for as long as both are on the page.
import { fold, idle, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { follow } from './run_stream.js';

/** @import { RunEvent, SentRun } from '../core/run.d.ts' */

export function followRival() {
  /** @type {ReturnType<typeof follow> | null} */
  let stream = null;
  let run = idle(null);
  let id = '';

  function close() {
    stream?.close();
    stream = null;
    id = '';
  }

  return {
    close,
    /** @param {Partial<SentRun>} beside what is followed: both learn the same task */
    show(beside) {
      const next = beside.rival?.run ?? '';
      if (next === id) return;
      close();
      id = next;
      if (!beside.rival) {
        state.rival.value = null;
        return;
      }
      const { url, mine } = beside.rival;
      const first = { ...beside, ...beside.rival, history: null };
      run = idle(first);
      state.rival.value = run;
      /** @param {RunEvent[]} events @param {boolean} anew */
      const onEvents = (events, anew) => {
        run = events.reduce(fold, anew ? idle(first) : run);
        state.rival.value = run;
        return over(run);
      };
      const onGone = () => {
        stream = null;
        state.rival.value = null;
      };
      // Where the connection is lost, the line of the run beside says it.
      stream = follow(url, { onEvents, onConnection: () => {}, onGone, stays: mine });
    },
  };
}
