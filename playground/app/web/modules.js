// How islands take modules: singly here, while developing; else all come in one file (app/http/assets/joining.py).

/** @param {string} name such as `core/dom.js` @returns {Promise<Record<string, unknown>>} what it exports */
export const take = (name) => import(`./${name}`);
