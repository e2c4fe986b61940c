// The bridge between a gr.HTML component and a module's `mount(root, island)`.
import { ROOT } from './root.js';
import { Signal } from './signal.js';

/** @import { Island } from './types.d.ts' */

/** @typedef {{nth?: number}} Value of which answer it is; what the page was sent with is of none */

/** What came past Gradio, by module. @type {Map<string, Signal<Value>>} */
const plain = new Map();

/** @param {string} module */
function plainly(module) {
  const signal = plain.get(module) ?? new Signal();
  plain.set(module, signal);
  return signal;
}

/**
 * Start a module inside its component.
 * @param {string} module its name
 * @param {(root: HTMLElement, island: Island<unknown, string>) => void} mount
 * @param {HTMLElement} element @param {{value: string | null}} props
 * @param {(name: 'value', changed: () => void) => void} watch @param {(event: string, data: object) => void} trigger
 */
export function start(module, mount, element, props, watch, trigger) {
  const root = /** @type {HTMLElement} */ (element.querySelector('.edp'));
  /** @type {Record<string, Record<string, unknown>>} */
  const newest = {}; // data by event
  mount(root, {
    onValue(listener) {
      let shown = 0;
      /** An older answer may come later. @param {Value | null} value */
      const take = (value) => {
        if (value === null || (value.nth ?? 0) < shown) return;
        shown = value.nth ?? 0;
        listener(value);
      };
      const read = () => take(props.value ? JSON.parse(props.value) : null);
      watch('value', read);
      read();
      plainly(module).on(take);
    },
    // While one event is answered Gradio holds the next of its name back, and then repeats the first with its data
    // ("always_last"). So all events of a name share one object, which holds what was sent last.
    send(event, data) {
      newest[event] ??= {};
      const shared = newest[event];
      for (const key of Object.keys(shared)) delete shared[key];
      trigger(event, Object.assign(shared, data));
    },
  });
}

/**
 * Send an event past Gradio's queue, and hand the islands what it is answered with. Several may be under way.
 * @param {string} event @param {object} data
 * @returns {Promise<string>} why it could not be asked; '' if it was answered
 */
export async function ask(event, data) {
  const { edpTells } = /** @type {Window & {edpTells: () => string}} */ (/** @type {unknown} */ (window));
  const asked = { ...data, told: edpTells() };
  /** @type {Record<string, Value>} */
  let values;
  try {
    const answer = await fetch(new URL(`events/${event}`, ROOT), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(asked),
    });
    const told = await answer.json();
    if (!answer.ok) return told.error ?? `The server answered with an error (${answer.status}).`;
    values = told;
  } catch {
    return 'The server did not answer; nothing was changed.';
  }
  for (const [module, value] of Object.entries(values)) {
    try {
      plainly(module).value = value;
    } catch (error) {
      reportError(error); // the other islands are told all the same
    }
  }
  return '';
}

/**
 * Ask again and again for a result that grows, until all of it is known or nobody wants more: the server works only
 * while it is asked.
 * @template {{over: boolean}} T
 * @param {string} at @param {string} file @param {Record<string, string>} asked
 * @param {(answer: Told<T>) => boolean} told what is known so far; whether more is wanted
 */
export async function growing(at, file, asked, told) {
  for (;;) {
    const answer = /** @type {Told<T>} */ (await asking(at, file, asked));
    if (!told(answer) || 'failed' in answer || answer.data.over) return;
  }
}

/** @template T @typedef {{data: T} | {failed: string}} Told */

/**
 * @template T
 * @param {string} at where the stage's answers are @param {string} file @param {Record<string, string>} asked
 * @returns {Promise<Told<T>>}
 */
export async function asking(at, file, asked) {
  const address = new URL(`${at}/${file}`, ROOT);
  address.search = new URLSearchParams(asked).toString();
  try {
    const said = await (await fetch(address)).json();
    return said.error ? { failed: said.error } : { data: said };
  } catch {
    return { failed: 'The server did not answer.' };
  }
}
