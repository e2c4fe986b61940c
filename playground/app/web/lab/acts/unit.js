// Clamping by hand: a bar of a vector in the picture is clicked or dragged along, or reached by arrow keys, and the
// form is filled with its unit and value. So are the decoder's state at this step, the vector that crosses over and the
// encoder's states.
import { unpack } from '../../core/arrays.js';
import { h } from '../../core/dom.js';
import { grouped, span, spelled } from '../../core/glyphs.js';
import { signed } from '../../core/numbers.js';
import * as state from '../../core/state.js';
import { cover, gripOn, pictured } from './grip.js';

/** @import { Scene } from '../../core/scene.d.ts' */
/** @import { ActOffer } from '../../core/types.d.ts' */

/**
 * @typedef {object} Strip a vector glyph that stands in the picture now
 * @property {HTMLElement} grid what it is placed in @property {Element} glyph @property {string} name
 * @property {string} site what is clamped @property {number | null} step of it, null for all
 * @property {ArrayLike<number>} row its numbers @property {number} most the largest of all that share its scale
 */
/** @typedef {(scene: Scene, step: number, clamps: Clamps, at: number) => Strip | null} Finds */
/** @typedef {(fits: (site: string) => boolean, units: number) => string | undefined} Clamps where so many are */

const NOTCH = 20; // key presses from nothing to the largest value
const STILL = 4; // pixels that a click may move

/** @param {(kind: string) => ActOffer[]} offers acts of a kind @returns {() => void} after the picture was drawn */
export function unitsByHand(offers) {
  /** @type {Clamps} */
  const clamps = (fits, units) => offers('clamp').find(({ site, places }) => fits(site) && places === units)?.site;
  const placed = [
    unitByHand(decoderState, clamps, { across: false }),
    unitByHand(crossing, clamps, { across: true }),
    unitByHand(encoderState, clamps, { across: false, columns: () => pictured('enc').columns }),
  ];
  return () => {
    for (const place of placed) place();
  };
}

/** @type {Finds} */
function decoderState(scene, step, clamps) {
  const states = scene.kind === 'sequence' ? unpack(scene.decoder_states) : null;
  const { grid, columns } = pictured('dec');
  const glyph = columns.find((column) => column.classList.contains('cur'))?.querySelector('.st');
  const site = states && clamps((at) => at === 'decoder.hidden', states.shape[1]);
  if (!states || !grid || !glyph || !site) return null;
  const row = states.row(Math.min(step, states.shape[0] - 1));
  return { grid, glyph, site, step, row, most: span(states.data), name: `the decoder’s state, step ${step + 1}` };
}

/** Where attention mixes a vector anew, it is that of one step. @type {Finds} */
function crossing(scene, at, clamps) {
  const kind = scene.kind === 'sequence' ? scene.code.kind : 'code';
  const step = kind === 'attention' ? at : null;
  const numbers = unpack(scene.kind === 'sequence' ? scene.context : scene.code);
  const row = numbers && (numbers.shape.length > 1 ? numbers.row(step ?? 0) : numbers.data);
  const held = /** @type {HTMLElement | null} */ (document.querySelector('.codep, .zbox'));
  const glyph = held?.querySelector('.vector');
  const site = row && clamps((where) => /(^|\.)(code|context)$/.test(where), row.length);
  if (!row || !held?.parentElement || !glyph || !site) return null;
  const name = `the ${kind === 'code' ? 'code' : 'context'}${step === null ? '' : `, step ${step + 1}`}`;
  return { grid: held.parentElement, glyph, site, step, row, most: span(numbers.data), name };
}

/** A unit is clamped at every position: a state is read by those after it. @type {Finds} */
function encoderState(scene, _step, clamps, at) {
  const states = scene.kind === 'sequence' ? unpack(scene.states) : null;
  const { grid, columns } = pictured('enc');
  const glyph = columns[at]?.querySelector('.st');
  const site = states && clamps((where) => where === 'encoder.states', states.shape[1]);
  if (!states || !grid || !glyph || !site || scene.kind !== 'sequence' || states.shape[0] !== columns.length)
    return null;
  const name = `the encoder’s state ${at + 1}, ${spelled(scene.source[at])}`;
  return { grid, glyph, site, step: null, row: states.row(at), most: span(states.data), name };
}

/**
 * @param {Finds} finds @param {Clamps} clamps
 * @param {{across: boolean, columns?: () => HTMLElement[]}} options across: units run from left to right; columns: of
 *   which one has the grip
 */
function unitByHand(finds, clamps, { across, columns }) {
  let at = 0; // the column
  let unit = 0;
  /** The value it is to have; null while none is chosen. @type {number | null} */
  let value = null;
  const line = h('i');
  const grip = h(
    `div.unit-grip.nopres${across ? '.across' : ''}`,
    { role: 'slider', tabindex: 0, 'aria-valuemin': 0, onkeydown, onpointerdown, onblur: () => aim(unit, null) },
    line,
  );
  if (columns)
    document.addEventListener('pointerdown', (event) => {
      if (!grip.isConnected || !(event.target instanceof Element) || grip.contains(event.target)) return;
      const glyph = event.target.closest('.st');
      const pressed = columns().findIndex((column) => glyph && column.contains(glyph));
      if (pressed < 0) return;
      at = pressed;
      place();
      onpointerdown(event);
    });
  return gripOn(grip, place, () => {
    value = null;
  });

  function here() {
    const scene = state.scene.value;
    if (columns) at = Math.max(0, Math.min(at, columns().length - 1));
    return scene ? finds(scene, state.step.value ?? 0, clamps, at) : null;
  }

  function place() {
    const now = here();
    if (!now) return null;
    const { row, most } = now;
    unit = Math.min(unit, row.length - 1);
    cover(grip, now.grid, now.glyph);
    const bars = grouped(row).length;
    const is = value ?? row[unit];
    const along = `${(100 * (Math.floor(unit / Math.ceil(row.length / bars)) + 0.5)) / bars}%`;
    const length = `${50 * Math.min(1, Math.abs(is) / most)}%`;
    const from = 50 * Math.min(0, Math.max(-1, (across ? -is : is) / most)); // upwards is more
    Object.assign(
      line.style,
      across
        ? { left: along, top: `${50 + from}%`, height: length }
        : { top: along, left: `${50 + from}%`, width: length },
    );
    grip.setAttribute('aria-label', `Units of ${now.name}`);
    grip.setAttribute('aria-orientation', across ? 'horizontal' : 'vertical');
    grip.setAttribute('aria-valuemax', String(row.length - 1));
    grip.setAttribute('aria-valuenow', String(unit));
    const clamping = `Enter clamps it at ${signed(value ?? 0)}${columns ? ' at every position' : ''}`;
    grip.setAttribute('aria-valuetext', `unit ${unit}: ${signed(row[unit])}; ${clamping}`);
    grip.title = `Unit ${unit}: ${signed(row[unit])}. Click to clamp it, drag it to a value`;
    return now.grid;
  }

  /** @param {number} next @param {number | null} to */
  function aim(next, to) {
    unit = next;
    value = to;
    place();
  }

  function clamp() {
    const now = here();
    if (!now) return;
    const amount = Number((value ?? 0).toFixed(2));
    state.actOn.send({ kind: 'clamp', site: now.site, place: unit, amount, step: now.step });
  }

  /** @param {number} by positions */
  function beside(by) {
    if (!columns) return;
    at = Math.max(0, Math.min(columns().length - 1, at + by));
    aim(unit, null);
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const now = here();
    if (!now) return;
    const last = now.row.length - 1;
    const notch = now.most / NOTCH;
    const is = value ?? now.row[unit];
    const [next, previous, more, less] = across
      ? ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown']
      : ['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft'];
    /** @type {Record<string, () => void>} */
    const keys = {
      [next]: () => aim(Math.min(unit + 1, last), null),
      [previous]: () => aim(Math.max(unit - 1, 0), null),
      Home: () => aim(0, null),
      End: () => aim(last, null),
      [more]: () => aim(unit, Math.min(is + notch, now.most)),
      [less]: () => aim(unit, Math.max(is - notch, -now.most)),
      PageDown: () => beside(1),
      PageUp: () => beside(-1),
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
    const share = across ? (event.clientX - left) / width : (event.clientY - top) / height;
    aim(strongest(now.row, share), null);
    const [from, start] = across ? [event.clientY, top + height] : [event.clientX, left];
    const move = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const to = across ? clientY : clientX;
      if (value === null && Math.abs(to - from) < STILL) return;
      const along = across ? (start - to) / height : (to - start) / width;
      aim(unit, now.most * Math.max(-1, Math.min(1, 2 * along - 1)));
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

/** Of the units that share a bar the strongest. @param {ArrayLike<number>} row @param {number} share where it is */
function strongest(row, share) {
  const bars = grouped(row).length;
  const size = Math.ceil(row.length / bars);
  const bar = Math.max(0, Math.min(bars - 1, Math.floor(share * bars)));
  let best = bar * size;
  for (let i = best; i < Math.min(best + size, row.length); i++) if (Math.abs(row[i]) > Math.abs(row[best])) best = i;
  return best;
}
