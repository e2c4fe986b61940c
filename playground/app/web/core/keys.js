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

// Widgets that use arrows, Home, End or the space bar themselves. A script that does so says it by `preventDefault`.
const TAKEN = `input, textarea, select, [contenteditable], dialog, [tabindex="0"][role=region], [role=dialog],
  [role=slider], [role=radio], [role=tab], [role=tree], [role=listbox], [role=menu], [role=grid]`;
const PRESSED = 'button, a, summary, [role=button]'; // these take the space bar

/**
 * Whether a key is for nobody in particular, so that it may mean the page: no field or widget that has the focus uses
 * it, no dialog waits for an answer, and no modifier makes it the browser's.
 * @param {KeyboardEvent} event
 */
export function isFree(event) {
  const at = elementOf(event);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
  if (at.closest(TAKEN) || (event.key === ' ' && at.closest(PRESSED))) return false;
  return !document.querySelector('dialog[open], [aria-modal=true]');
}

/** Where an event came from. @param {Event} event */
export const elementOf = (event) => (event.target instanceof Element ? event.target : document.documentElement);
