// Beside the input of a task that listens: play what the model hears, dial it on a keypad, upload or record it.
import { h, keepInView, setText } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { tooLarge } from '../core/numbers.js';
import * as state from '../core/state.js';
import { listen, play, playKey, read } from './audio.js';

/** @import { Island } from '../core/types.d.ts' */

/** @typedef {{seconds: number, keys: number}} Limits */

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'erase', '0', 'clear'];
const ROWS = ['697', '770', '852', '941'];
const COLUMNS = ['1209', '1336', '1477'];
const SETTLE_MS = 300; // after the last key, before the digits are sent
const LARGEST = 20 * 2 ** 20;

/**
 * @param {Island<unknown, 'example' | 'sound'>} island sends `example` (typed digits) and `sound` (a recording)
 * @param {(message: string | null) => void} complain
 */
export function soundTools(island, complain) {
  /** @type {Limits} */
  let limits = { seconds: 10, keys: 16 };
  let digits = '';
  let timer = 0;
  /** @type {(() => void) | null} */
  let playing = null;
  /** @type {Awaited<ReturnType<typeof listen>> | null} */
  let recording = null;
  let clock = 0;
  const hear = h('button.btn.box.hear', { type: 'button', onclick: () => (playing ? playing() : start()) });
  const display = h('output.dialled', { 'aria-label': 'Dialled' });
  const file = h('input.sr-only', {
    type: 'file',
    id: 'edp-sound-file',
    accept: 'audio/*,.wav,.mp3,.ogg,.m4a',
    onchange: upload,
  });
  const record = h(
    'button.btn.box',
    { type: 'button', onclick: () => (recording ? recording.stop() : begin()) },
    'Record',
  );
  const pad = h(
    'div.keypad-panel',
    { role: 'group', 'aria-label': 'Telephone keypad', tabindex: -1, hidden: true, onkeydown: typed },
    display,
    h(
      'div.keys',
      {},
      h('span'),
      COLUMNS.map((hertz) => h('span.hz', {}, hertz)),
      KEYS.flatMap((key, i) => [i % 3 ? null : h('span.hz', {}, ROWS[i / 3]), button(key)]),
    ),
    h('p.hint', {}, 'Each key sounds two tones, in Hz. Tones, not speech.'),
    h('div.pad-actions', {}, h('label.btn.box', { for: 'edp-sound-file' }, 'Upload', file), record),
  );
  const toggle = h(
    'button.btn.box.dial',
    { type: 'button', 'aria-expanded': 'false', onclick: () => open(Boolean(pad.hidden)) },
    'Keypad',
  );
  const node = h('div.sound-place', { hidden: true }, hear, toggle, pad);
  face();

  /** @param {string} key */
  function button(key) {
    const digit = key.length === 1;
    return h(digit ? 'button.btn.key' : 'button.btn.key.word', { type: 'button', onclick: () => press(key) }, key);
  }

  /** @param {string} key */
  function press(key) {
    if (key.length === 1 && digits.length < limits.keys) {
      playKey(key);
      digits += key;
    } else if (key === 'erase') digits = digits.slice(0, -1);
    else if (key === 'clear') digits = '';
    setText(display, [...digits].join(' '));
    clearTimeout(timer);
    if (digits) timer = setTimeout(() => island.send('example', { text: digits }), SETTLE_MS);
  }

  /** @param {KeyboardEvent} event */
  function typed(event) {
    if (event.key === 'Escape') {
      event.preventDefault();
      open(false);
      toggle.focus();
    } else if (/^\d$/.test(event.key)) press(event.key);
    else if (event.key === 'Backspace') press('erase');
  }

  /** @param {boolean} shown */
  function open(shown) {
    pad.hidden = !shown;
    toggle.setAttribute('aria-expanded', String(shown));
    if (!shown) return;
    digits = '';
    setText(display, '');
    keepInView(pad);
    /** @type {HTMLElement?} */ (pad.querySelector('.key'))?.focus({ preventScroll: true });
  }

  function start() {
    const scene = state.scene.value;
    if (scene?.kind !== 'sequence' || !scene.sound) return;
    complain(null);
    const stop = play(scene.sound, (second) => {
      state.second.value = second;
      if (second === null) {
        playing = null;
        face();
      }
    });
    playing = stop;
    face();
  }

  function face() {
    hear.replaceChildren(icon(playing ? 'pause' : 'play'), playing ? 'Stop' : 'Listen');
    hear.setAttribute('aria-pressed', String(Boolean(playing)));
  }

  async function upload() {
    const chosen = file.files?.[0];
    file.value = '';
    if (!chosen) return;
    if (chosen.size > LARGEST) complain(`${tooLarge(chosen, LARGEST)} Cut it to the part with the tones.`);
    else await offer(chosen);
  }

  async function begin() {
    complain(null);
    try {
      recording = await listen(limits.seconds);
    } catch (error) {
      complain(/** @type {Error} */ (error).message);
      return;
    }
    const began = Date.now();
    const tell = () => setText(record, `Stop, ${((Date.now() - began) / 1000).toFixed(0)} s`);
    tell();
    clock = setInterval(tell, 500);
    const blob = await recording.done;
    clearInterval(clock);
    recording = null;
    setText(record, 'Record');
    await offer(blob);
  }

  /** @param {Blob} blob */
  async function offer(blob) {
    complain(null);
    try {
      island.send('sound', await read(blob, limits.seconds));
      open(false);
    } catch (error) {
      complain(/** @type {Error} */ (error).message);
    }
  }

  state.scene.on(() => playing?.());
  return {
    node,
    /** @param {Limits} next */
    set(next) {
      limits = next;
    },
    stop() {
      playing?.();
      recording?.stop();
      open(false);
    },
  };
}
