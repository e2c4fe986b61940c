// Clamping by hand: a bar of the decoder's state at this step is clicked or dragged along, or reached by arrow keys,
// and the form is filled with its unit and value.
import { unpack } from '../../core/arrays.js';
import { h } from '../../core/dom.js';
import { grouped, span } from '../../core/glyphs.js';
import { signed } from '../../core/numbers.js';
import * as state from '../../core/state.js';
import { cover, gripOn, pictured } from './grip.js';

const SITE = 'decoder.hidden';
const NOTCH = 20; // key presses from nothing to the largest value
const STILL = 4; // pixels that a click may move

/** @param {(kind: string) => string[]} sites where an act of a kind is offered */
export function unitByHand(sites) {
  let unit = 0;
  /** The value it is to have; null while none is chosen. @type {number | null} */
  let value = null;
  const line = h('i');
  const grip = h(
    'div.unit-grip.nopres',
    { role: 'slider', tabindex: 0, 'aria-valuemin': 0, onkeydown, onpointerdown, onblur: () => aim(unit, null) },
    line,
  );
  return gripOn(grip, place, () => {
    value = null;
  });

  /** The numbers of this step, and the largest of all; null where there are none. */
  function here() {
    const scene = state.scene.value;
    const states = scene?.kind === 'sequence' ? unpack(scene.decoder_states) : null;
    if (!states || !sites('clamp').includes(SITE)) return null;
    const row = states.row(Math.min(state.step.value ?? 0, states.shape[0] - 1));
    return { row, most: span(states.data) };
  }

  function place() {
    const { grid, columns } = pictured('dec');
    const glyph = columns.find((column) => column.classList.contains('cur'))?.querySelector('.st');
    const now = here();
    if (!grid || !glyph || !now) return null;
    unit = Math.min(unit, now.row.length - 1);
    cover(grip, grid, glyph);
    const at = value ?? now.row[unit];
    const bars = grouped(now.row).length;
    line.style.top = `${(100 * (Math.floor(unit / Math.ceil(now.row.length / bars)) + 0.5)) / bars}%`;
    line.style.left = `${50 + 50 * Math.min(0, Math.max(-1, at / now.most))}%`;
    line.style.width = `${50 * Math.min(1, Math.abs(at) / now.most)}%`;
    grip.setAttribute('aria-label', `Units of the decoder’s state, step ${(state.step.value ?? 0) + 1}`);
    grip.setAttribute('aria-valuemax', String(now.row.length - 1));
    grip.setAttribute('aria-valuenow', String(unit));
    const clamps = `Enter clamps it at ${signed(value ?? 0)}`;
    grip.setAttribute('aria-valuetext', `unit ${unit}: ${signed(now.row[unit])}; ${clamps}`);
    grip.title = `Unit ${unit}: ${signed(now.row[unit])}. Click to clamp it, drag it to a value`;
    return grid;
  }

  /** @param {number} next @param {number | null} to */
  function aim(next, to) {
    unit = next;
    value = to;
    place();
  }

  function clamp() {
    const step = state.step.value ?? 0;
    state.actOn.send({ kind: 'clamp', site: SITE, place: unit, amount: Number((value ?? 0).toFixed(2)), step });
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const now = here();
    if (!now) return;
    const last = now.row.length - 1;
    const notch = now.most / NOTCH;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => aim(Math.min(unit + 1, last), null),
      ArrowUp: () => aim(Math.max(unit - 1, 0), null),
      Home: () => aim(0, null),
      End: () => aim(last, null),
      ArrowRight: () => aim(unit, Math.min((value ?? now.row[unit]) + notch, now.most)),
      ArrowLeft: () => aim(unit, Math.max((value ?? now.row[unit]) - notch, -now.most)),
      Enter: clamp,
      ' ': clamp,
    };
    if (!keys[event.key]) return;
    keys[event.key]();
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {PointerEvent} event */
  function onpointerdown(event) {
    const now = here();
    if (event.button || !now) return;
    event.preventDefault();
    grip.focus({ preventScroll: true });
    grip.setPointerCapture(event.pointerId);
    const { left, top, width, height } = grip.getBoundingClientRect();
    aim(strongest(now.row, (event.clientY - top) / height), null);
    const move = (/** @type {PointerEvent} */ { clientX }) => {
      if (value === null && Math.abs(clientX - event.clientX) < STILL) return;
      aim(unit, now.most * Math.max(-1, Math.min(1, (2 * (clientX - left)) / width - 1)));
    };
    const done = (/** @type {Event} */ { type }) => {
      grip.removeEventListener('pointermove', move);
      for (const end of ['pointerup', 'pointercancel']) grip.removeEventListener(end, done);
      if (type === 'pointerup') clamp();
    };
    grip.addEventListener('pointermove', move);
    for (const end of ['pointerup', 'pointercancel']) grip.addEventListener(end, done);
  }
}

/** The strongest of the units that share the bar at a height. @param {ArrayLike<number>} row @param {number} share */
function strongest(row, share) {
  const bars = grouped(row).length;
  const size = Math.ceil(row.length / bars);
  const bar = Math.max(0, Math.min(bars - 1, Math.floor(share * bars)));
  let best = bar * size;
  for (let i = best; i < Math.min(best + size, row.length); i++) if (Math.abs(row[i]) > Math.abs(row[best])) best = i;
  return best;
}
