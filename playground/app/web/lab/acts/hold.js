// Holding attention by hand: a ring at the foot of the ribbon is dragged to another state, and there the step must
// look.
import { argmax } from '../../core/arrays.js';
import { h } from '../../core/dom.js';
import { spelled } from '../../core/glyphs.js';
import { walk } from '../../core/keys.js';
import * as state from '../../core/state.js';
import { looker } from '../../picture/look.js';
import { gripOn, pictured } from './grip.js';

/** @import { SequenceScene } from '../../core/scene.d.ts' */
/** @import { Act } from '../types.d.ts' */

const HALF = 12; // pixels of the ring

/**
 * @param {(site: string) => boolean} offered whether attention can be held there
 * @param {() => Act[]} acts
 * @param {(made: (acts: Act[]) => Act[]) => void} change
 */
export function holdByHand(offered, acts, change) {
  let aimed = -1; // a state, while the ring is on its way
  /** @type {{scene: SequenceScene, look: ReturnType<typeof looker>} | null} */
  let seen = null;
  const ring = h(
    'button.hold-ring.nopres',
    { type: 'button', role: 'slider', 'aria-valuemin': 1, onpointerdown, onkeydown, onblur: () => aim(-1) },
    h('i'),
    h('i'),
    h('i'),
  );
  return gripOn(ring, place, () => {
    aimed = -1;
  });

  function place() {
    const here = found();
    if (!here) return null;
    const { grid, columns, held, most, tokens } = here;
    const at = aimed < 0 ? (held ?? most) : aimed;
    const origin = grid.getBoundingClientRect();
    const [x, y] = footOf(columns[at]);
    ring.style.left = `${x - origin.left - HALF}px`;
    ring.style.top = `${y - origin.top - HALF}px`;
    ring.classList.toggle('held', held !== null);
    ring.setAttribute('aria-label', `Where step ${(state.step.value ?? 0) + 1} looks`);
    ring.setAttribute('aria-valuemax', String(tokens.length));
    ring.setAttribute('aria-valuenow', String(at + 1));
    const said = held === at ? 'held' : aimed < 0 ? 'looks most here' : 'Enter holds it here';
    ring.setAttribute('aria-valuetext', `state ${at + 1}, ${spelled(tokens[at])}: ${said}`);
    ring.title = held === null ? 'Drag to another state to hold attention there' : 'Held here; Delete lets go';
    for (const [i, column] of columns.entries()) column.classList.toggle('aimed', i === aimed);
    return grid;
  }

  /** What the ring stands on; null where nothing can be held. */
  function found() {
    const scene = state.scene.value;
    if (scene?.kind !== 'sequence') return null;
    const map = scene.maps[state.head.value?.map ?? -1];
    if (
      !map ||
      !['cross', 'pooling'].includes(map.side) ||
      !offered(map.site) ||
      map.columns.length !== scene.source.length
    )
      return null;
    const { grid, columns } = pictured('enc');
    if (!grid || columns.length !== scene.source.length) return null;
    return { grid, columns, tokens: scene.source, site: map.site, held: heldAt(map.site), most: strongest(scene) };
  }

  /** @param {string} site */
  function heldAt(site) {
    const mine = acts().find((act) => isHeld(act, site));
    return mine ? mine[2] : null;
  }

  /** @param {Act} act @param {string} site */
  function isHeld([kind, where, , , steps, on], site) {
    return kind === 'hold' && where === site && on && String(steps) === String(stepsOf(site));
  }

  /** @param {number} at */
  function aim(at) {
    if (at === aimed) return;
    aimed = at;
    place();
  }

  /** @param {number} at */
  function hold(at) {
    const here = found();
    if (!here || at === here.held) return;
    /** @type {Act} */
    const act = ['hold', here.site, at, null, stepsOf(here.site), true];
    change((list) => [...list.filter((one) => !isHeld(one, here.site)), act]);
  }

  function letGo() {
    const here = found();
    if (here && here.held !== null) change((list) => list.filter((one) => !isHeld(one, here.site)));
  }

  /** @param {PointerEvent} event */
  function onpointerdown(event) {
    if (event.button) return;
    event.preventDefault();
    ring.focus({ preventScroll: true });
    ring.setPointerCapture(event.pointerId);
    const move = (/** @type {PointerEvent} */ { clientX }) => aim(nearest(clientX));
    const done = (/** @type {Event} */ { type }) => {
      ring.removeEventListener('pointermove', move);
      for (const end of ['pointerup', 'pointercancel']) ring.removeEventListener(end, done);
      const at = aimed;
      aim(-1);
      if (type === 'pointerup' && at >= 0) hold(at);
    };
    ring.addEventListener('pointermove', move);
    for (const end of ['pointerup', 'pointercancel']) ring.addEventListener(end, done);
  }

  /** @param {number} x */
  function nearest(x) {
    const { columns = [] } = found() ?? {};
    const distances = columns.map((column) => {
      const { left, width } = column.getBoundingClientRect();
      return Math.abs(left + width / 2 - x);
    });
    return distances.indexOf(Math.min(...distances));
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const here = found();
    if (!here) return;
    const at = aimed < 0 ? (here.held ?? here.most) : aimed;
    const next = walk(event.key, at, here.tokens.length - 1);
    if (next !== null) aim(next);
    else if (['Enter', ' ', 'h', 'H'].includes(event.key)) hold(at);
    else if (event.key === 'Delete' || event.key === 'Backspace') letGo();
    else if (event.key === 'Escape' && aimed >= 0) aim(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Where the step looks most. @param {SequenceScene} scene */
  function strongest(scene) {
    if (seen?.scene !== scene) seen = { scene, look: looker(scene) };
    const weights = seen.look(state.head.value, state.step.value ?? 0)?.source;
    return weights ? argmax(weights) : 0;
  }
}

/** Only a decoder looks again at every step. @param {string} site */
const stepsOf = (site) => (site.startsWith('decoder.') ? [state.step.value ?? 0] : null);

/**
 * Where a ribbon leaves a column: above its state, or below it where that is the last of the column; above a token that
 * has none, so that the ring covers no token.
 * @param {Element} column @returns {[x: number, y: number]}
 */
function footOf(column) {
  const token = /** @type {Element} */ (column.querySelector('.chip')).getBoundingClientRect();
  const state = column.querySelector('.st')?.getBoundingClientRect();
  const x = token.left + token.width / 2;
  if (!state) return [x, token.top - HALF - 2];
  return [x, state.top > token.top ? state.bottom : state.top];
}
