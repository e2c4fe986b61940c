// Shared state in forty lines: a signal is a value that tells its listeners, a command asks one module to act.

/**
 * The present value is told to late comers too. Setting an equal value tells it again: a new scene may stand at the
 * old step.
 * @template T
 */
export class Signal {
  /** @type {T | undefined} */ #value;
  /** @type {Set<(value: T) => void>} */ #listeners = new Set();

  /** Undefined before the first one. */
  get value() {
    return this.#value;
  }

  set value(next) {
    this.#value = next;
    for (const listener of this.#listeners) listener(/** @type {T} */ (next));
  }

  /**
   * @param {(value: T) => void} listener called now, if there is a value, and whenever one is set
   * @returns {() => void} stops it
   */
  on(listener) {
    this.#listeners.add(listener);
    if (this.#value !== undefined) listener(this.#value);
    return () => this.#listeners.delete(listener);
  }
}

/**
 * What is asked before anybody can do it waits, the last of it only.
 * @template T
 */
export class Command {
  /** @type {((what: T) => void) | undefined} */ #act;
  /** @type {T | undefined} */ #waiting;

  /** @param {T} what */
  send(what) {
    if (this.#act) this.#act(what);
    else this.#waiting = what;
  }

  /** @param {(what: T) => void} act */
  handle(act) {
    this.#act = act;
    if (this.#waiting !== undefined) act(this.#waiting);
    this.#waiting = undefined;
  }
}
