// Masking by hand: a click on a token of the source, or Delete on it, hides the token from the model; the same again
// lets it be read.
import { h } from '../../core/dom.js';
import { spelled } from '../../core/glyphs.js';
import { walk } from '../../core/keys.js';
import * as state from '../../core/state.js';
import { cover, gripOn, pictured } from './grip.js';

/** @import { Act } from '../types.d.ts' */

/**
 * @param {(kind: string) => string[]} sites where an act of a kind is offered
 * @param {() => Act[]} acts
 * @param {(made: (acts: Act[]) => Act[]) => void} change
 */
export function maskByHand(sites, acts, change) {
  let at = 0; // the token that has the focus
  const grip = h('button.token-grip.nopres', { type: 'button', onkeydown, onclick: () => turn(at) });
  const placed = gripOn(grip, place, () => requestAnimationFrame(mark));
  document.addEventListener('click', (event) => {
    const { grid, columns } = pictured('enc');
    if (!grip.isConnected || !(event.target instanceof Element) || !grid?.contains(event.target)) return;
    const chip = event.target.closest('.chip');
    const i = columns.findIndex((column) => chip && column.contains(chip));
    if (i < 0) return;
    at = i;
    turn(i);
  });
  return placed;

  function site() {
    const tokens = state.scene.value?.kind === 'sequence' ? state.scene.value.source : [];
    return tokens.length && pictured('enc').columns.length === tokens.length ? sites('blank')[0] : undefined;
  }

  /** What is masked is struck out, whatever tab is open. */
  function mark() {
    const masked = site();
    for (const [i, column] of pictured('enc').columns.entries())
      column.classList.toggle('masked', Boolean(masked && isMasked(i)));
  }

  function place() {
    const { grid, columns } = pictured('enc');
    const masked = site();
    if (!grid || !masked || state.scene.value?.kind !== 'sequence') return null;
    at = Math.min(at, columns.length - 1);
    const chip = columns[at].querySelector('.chip');
    if (!chip) return null;
    cover(grip, grid, chip);
    grip.setAttribute('aria-pressed', String(isMasked(at)));
    grip.setAttribute('aria-label', `Mask token ${at + 1}, ${spelled(state.scene.value.source[at])}`);
    return grid;
  }

  /** @param {Act} act @param {number} i */
  function masks([kind, where, token, , steps, on], i) {
    return kind === 'blank' && where === site() && token === i && steps === null && on;
  }

  /** @param {number} i */
  function isMasked(i) {
    return acts().some((act) => masks(act, i));
  }

  /** @param {number} i */
  function turn(i) {
    const where = site();
    if (!where) return;
    if (isMasked(i)) change((list) => list.filter((act) => !masks(act, i)));
    else change((list) => [...list, ['blank', where, i, null, null, true]]);
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const next = walk(event.key, at, pictured('enc').columns.length - 1);
    if (next !== null) {
      at = next;
      place();
    } else if (event.key === 'Delete' || event.key === 'Backspace') turn(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
