// The bridge between a gr.HTML component and a module's `mount(root, island)`.

/**
 * @typedef {object} Island
 * @property {(listener: (value: any) => void) => void} onValue called with the parsed value now, if there is one, and
 * at every change
 * @property {(event: string, data?: any) => void} send a named event to Python
 */

/** Start a module inside its component. */
export function start(mount, element, props, watch, trigger) {
  const root = element.querySelector('.edp');
  const newest = {}; // data by event
  const parse = () => (props.value ? JSON.parse(props.value) : null);
  mount(root, {
    onValue(listener) {
      const apply = () => {
        const value = parse();
        if (value !== null) listener(value);
      };
      watch('value', apply);
      apply();
    },
    // While one event is answered Gradio holds the next of its name back, and then repeats the first with its data
    // ("always_last").
    // So all events of a name share one object, which holds what was sent last.
    send(event, data) {
      const shared = (newest[event] ??= {});
      for (const key of Object.keys(shared)) delete shared[key];
      trigger(event, Object.assign(shared, data));
    },
  });
}
