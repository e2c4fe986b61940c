// The bridge between a gr.HTML component and a module's `mount(root, island)`.

/** @import { Island } from './types.d.ts' */

/**
 * Start a module inside its component.
 * @param {(root: HTMLElement, island: Island<unknown, string>) => void} mount
 * @param {HTMLElement} element @param {{value: string | null}} props
 * @param {(name: 'value', changed: () => void) => void} watch @param {(event: string, data: object) => void} trigger
 */
export function start(mount, element, props, watch, trigger) {
  const root = /** @type {HTMLElement} */ (element.querySelector('.edp'));
  /** @type {Record<string, Record<string, unknown>>} */
  const newest = {}; // data by event
  mount(root, {
    onValue(listener) {
      const apply = () => {
        const value = props.value ? JSON.parse(props.value) : null;
        if (value !== null) listener(value);
      };
      watch('value', apply);
      apply();
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
