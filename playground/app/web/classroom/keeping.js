// Storage may be refused: then a reload forgets the seat, and takes the next one.
/** @param {string} name @param {() => Storage} storage */
export function recall(name, storage) {
  try {
    return JSON.parse(storage().getItem(name) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {string} name @param {() => Storage} storage @param {object} what */
export function keep(name, storage, what) {
  try {
    storage().setItem(name, JSON.stringify(what));
  } catch {
    /* kept until the page is left */
  }
}

/** @param {string} name @param {() => Storage} storage */
export function forget(name, storage) {
  try {
    storage().removeItem(name);
  } catch {
    /* it was never kept */
  }
}
