// What lies over the picture while the lab is open, so that it can be acted on: it is placed after the picture was
// drawn, moved or resized.
import * as state from '../../core/state.js';

/**
 * @param {HTMLElement} node
 * @param {() => HTMLElement | null} place moves it to where it belongs now; the picture, or null where it has no place
 * @param {() => void} [drawn] the picture was drawn anew
 * @returns {() => void} after the picture was drawn
 */
export function gripOn(node, place, drawn = () => {}) {
  const observer = new ResizeObserver(() => requestAnimationFrame(stand));
  const soon = () => {
    drawn();
    requestAnimationFrame(stand);
  };
  for (const signal of [state.scene, state.step, state.tab, state.head, state.present]) signal.on(soon);

  function stand() {
    const before = node.parentElement;
    const grid = open() ? place() : null;
    if (!grid) {
      node.remove();
      observer.disconnect();
    } else if (before !== grid || !node.isConnected) {
      grid.append(node);
      observer.disconnect();
      observer.observe(grid);
    }
  }

  return soon;
}

/** Whether the picture can be acted on. */
const open = () => state.tab.value === 'lab' && !state.present.value && Boolean(state.scene.value);

/** The picture, and the columns of one of its halves. @param {'enc' | 'dec'} half */
export function pictured(half) {
  const grid = /** @type {HTMLElement | null} */ (document.querySelector('.picg'));
  const columns = /** @type {HTMLElement[]} */ ([...(grid?.querySelectorAll(`.blk.${half} > .cols > .col`) ?? [])]);
  return { grid, columns };
}

/** Lay a node over another one. @param {HTMLElement} node @param {HTMLElement} grid @param {Element} over */
export function cover(node, grid, over) {
  const origin = grid.getBoundingClientRect();
  const { left, top, width, height } = over.getBoundingClientRect();
  Object.assign(node.style, {
    left: `${left - origin.left}px`,
    top: `${top - origin.top}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
}
