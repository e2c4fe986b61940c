// What the islands of one page share: the scene on the stage, the step, the open tab. Last value is replayed to late
// comers.

const values = new Map();
const listeners = new Map();

/**
 * @param {string} name
 * @param {(value: any) => void} listener called now if there is a value, then at every change; returns a function that
 * stops it
 */
export function on(name, listener) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(listener);
  if (values.has(name)) listener(values.get(name));
  return () => listeners.get(name).delete(listener);
}

/** Set a value and tell everybody. @param {string} name @param {any} value */
export function put(name, value) {
  values.set(name, value);
  for (const listener of listeners.get(name) ?? []) listener(value);
}

/** @param {string} name */
export const get = (name) => values.get(name);
