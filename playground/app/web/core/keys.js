// What keys do, wherever they do the same.

/**
 * Where an arrow key leads from `at`, 0…last; null for other keys and beyond the ends, unless it goes round.
 * @param {string} key @param {number} at @param {number} last @returns {number | null}
 */
export function walk(key, at, last, round = false) {
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key !== 'ArrowRight' && key !== 'ArrowLeft') return null;
  const next = key === 'ArrowRight' ? at + 1 : at - 1;
  if (next >= 0 && next <= last) return next;
  return round ? last - Math.max(0, Math.min(last, next)) : null;
}

/**
 * What the Escape key does here, and nowhere else.
 * @param {() => void} act @returns {(event: KeyboardEvent) => void}
 */
export const onEscape = (act) => (event) => {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  act();
};

/** Where an event came from. @param {Event} event */
export const elementOf = (event) => (event.target instanceof Element ? event.target : document.documentElement);
