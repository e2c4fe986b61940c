// What the panels of States share: what the model on the stage has, the answers about it, and the unit that is open.
// All of it is fetched once the tab is open; a step asks for nothing.

import { asking } from '../core/island.js';
import { Signal } from '../core/signal.js';
import * as state from '../core/state.js';

/** @import { Panel } from '../shell/panel.js' */
/** @import { Part, Place, States } from './types.d.ts' */

/** @template T @typedef {{data: T} | {failed: string} | null} Answer null: it is on its way */

/** What is to be shown while the tab is open. @type {Signal<Place>} */
export const shown = new Signal();
/** @type {Signal<Answer<States>>} */
export const states = new Signal();
/** The open unit of a recurrent layer; a null number leaves the choice to the server. */
export const unit = /** @type {Signal<{path: string, number: number | null}>} */ (new Signal());

/** @type {Place | null} */
let place = null;
let last = '';

/** @param {Place} next what the stage has, whenever it changes */
export function serve(next) {
  place = next;
  tell();
}

state.tab.on(tell);

function tell() {
  if (!place || state.tab.value !== 'states') return;
  if (place.address === last) return;
  last = place.address;
  shown.value = place;
}

const newest = fetching(states, 'states.json');
shown.on(() => newest({}));

/** Ask for the states of this stage again. */
export const again = () => newest({});

/**
 * Keeps a signal at the newest answer of a file; of several that are asked for, the last one is told. What is shown
 * stays until then.
 * @template T
 * @param {Signal<Answer<T>>} signal @param {string} file
 * @returns {(asked: Record<string, string>) => Promise<void>}
 */
export function fetching(signal, file) {
  let turn = 0;
  return async (asked) => {
    const stage = shown.value;
    if (!stage) return;
    const mine = ++turn;
    if (!signal.value || 'failed' in signal.value) signal.value = null;
    const answer = await asking(stage.address, file, asked);
    if (mine === turn) signal.value = /** @type {Answer<T>} */ (answer);
  };
}

/**
 * A panel of this room: in the page while the model has its part, and told of its data when they come.
 * @template T
 * @param {HTMLElement} root @param {Panel} panel @param {Part} part
 * @param {Signal<Answer<T>>} signal @param {() => void} retry @param {(data: T) => void} take
 */
export function fill(root, panel, part, signal, retry, take) {
  shown.on(({ parts }) => {
    if (!parts.includes(part)) panel.node.remove();
    else if (!panel.node.isConnected) root.append(panel.node);
  });
  signal.on((answer) => {
    if (answer === null) panel.empty({ title: 'Reading held-out inputs', text: 'This takes a moment the first time.' });
    else if ('failed' in answer)
      panel.empty({ title: 'No states', text: answer.failed, action: 'Try again', onaction: retry });
    else {
      panel.empty(null);
      take(answer.data);
      panel.refresh();
    }
  });
}

/**
 * Once for each run that has a part, as soon as somebody looks: what weights say changes with them alone.
 * @param {Part} part @param {() => void} ask
 */
export function onRun(part, ask) {
  let asked = '';
  shown.on(({ run, parts }) => {
    if (!parts.includes(part) || asked === run) return;
    asked = run;
    ask();
  });
}

/** The step that is shown, as far as there are so many. @param {number} count */
export const stepOf = (count) => Math.max(0, Math.min(state.step.value ?? 0, count - 1));
