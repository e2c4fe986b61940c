// The bridge between a gr.HTML component and a module's `mount(root, island)`.

/**
 * @typedef {object} Island
 * @property {(listener: (value: any) => void) => void} onValue called with the parsed value now, if there is one, and at every change
 * @property {(event: string, data?: any) => void} send a named event to Python
 */

/** Start a module inside its component. */
export function start(mount, element, props, watch, trigger) {
  const root = element.querySelector('.edp');
  const parse = () => (props.value ? JSON.parse(props.value) : null);
  mount(root, {
    onValue(listener) {
      const apply = () => { const value = parse(); if (value !== null) listener(value); };
      watch('value', apply);
      apply();
    },
    send: (event, data) => trigger(event, data ?? {}),
  });
}
