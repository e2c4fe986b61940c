// The player of this stage: from the picture on it to another one in equal steps through the code.
import { unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { isFree } from '../core/keys.js';
import * as state from '../core/state.js';
import { inkPicture, unpackBytes } from '../picture/pixels.js';
import { segments } from '../shell/panel.js';

/** @import { Icon } from '../core/glyphs.js' */
/** @import { PictureScene } from '../core/scene.d.ts' */
/** @import { Island } from '../core/types.d.ts' */
/** @import { LatentWalk } from './types.d.ts' */

const STEP_MS = 600;
const SPEEDS = [1, 2, 0.5];
const SAME = 0.002; // codes set by hand are kept to three places
const LATE_MS = 500; // an answer to an earlier step may come for so long
/** What keys mean wherever nothing else uses them; and those of a presenter's clicker. */
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -99, End: 99 };
const CLICKER = { PageUp: -1, PageDown: 1 };

/** @param {HTMLElement} root @param {Island<LatentWalk, 'step' | 'other'>} island */
export function mount(root, island) {
  /** @type {LatentWalk | null} */
  let value = null;
  /** @type {PictureScene | null} */
  let scene = null;
  /** @type {number | null} the step that is on the stage */
  let at = null;
  let way = 'straight';
  let speed = 1;
  let timer = 0;
  let gone = 0; // when a step was taken last
  /** @type {HTMLElement[]} */
  let steps = [];
  const row = root.closest('.walk-row') ?? root;

  /** @param {Icon} name @param {string} label @param {() => void} act */
  const button = (name, label, act, kind = '') =>
    h(`button.btn${kind}`, { type: 'button', 'aria-label': label, title: label, onclick: act }, icon(name));
  const playButton = button('play', 'Play the walk', () => (timer ? stop() : play()), '.play');
  const track = h('div.walk', { role: 'slider', tabindex: 0, 'aria-label': 'Step of the walk', 'aria-valuemin': 1 });
  const label = h('span.walkno');
  const ways = segments(
    'Way of the walk',
    [
      ['straight', 'straight'],
      ['round', 'round'],
    ],
    turn,
  );
  const pace = h('button.btn.box.speed', { type: 'button', title: 'Speed', onclick: () => hurry() }, '1×');
  const other = h('button.btn.box', { type: 'button', onclick: () => island.send('other') }, 'Another goal');
  root.append(
    h(
      'div.walkbar',
      { role: 'group', 'aria-label': 'Walk between two pictures' },
      button('first', 'To the picture', () => go(0)),
      button('prev', 'A step back', () => move(-1)),
      playButton,
      button('next', 'A step on', () => move(1)),
      track,
      label,
      h('span.walk-tools.nopres', {}, ways.node, pace, other),
    ),
  );
  ways.show(way);
  hurry(1);

  island.onValue((next) => {
    value = next;
    stop();
    draw();
  });
  state.scene.on((next) => {
    scene = next.kind === 'picture' && next.unit === 'pixel' ? next : null;
    row.classList.toggle('away', !scene);
    if (!scene) stop();
    find();
  });
  document.addEventListener('keydown', (event) => {
    const busy = !scene || state.tab.value === 'training' || !track.checkVisibility();
    if (!busy && isFree(event)) key(event);
  });
  track.addEventListener('keydown', key);
  track.addEventListener('pointerdown', (event) => {
    track.setPointerCapture(event.pointerId);
    scrub(event);
  });
  track.addEventListener('pointermove', (event) => {
    if (track.hasPointerCapture(event.pointerId)) scrub(event);
  });

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    /** @type {Record<string, number>} */
    const known = state.present.value ? { ...KEYS, ...CLICKER } : KEYS;
    if (event.key === ' ') timer ? stop() : play();
    else if (known[event.key]) move(known[event.key]);
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  function scrub({ clientX }) {
    const shown = steps.map((step) => step.getBoundingClientRect());
    const step = shown.findIndex(({ width, right }) => width && clientX <= right);
    const last = step < 0 ? steps.length - 1 : step;
    if (last !== at) go(last);
  }

  function draw() {
    if (!value) return;
    const { codes, pictures } = value.ways[way];
    steps = unpackBytes(pictures).map((picture) => h('span.walk-step', {}, inkPicture(picture, '')));
    track.replaceChildren(...steps);
    track.setAttribute('aria-valuemax', String(codes.shape[0]));
    state.walked.value = {
      ways: Object.fromEntries(Object.entries(value.ways).map(([name, { places }]) => [name, places])),
      way,
    };
    find();
  }

  /** Which step the code on the stage is. */
  function find() {
    if (!value || !scene) return;
    const code = unpack(scene.code).data;
    const codes = unpack(value.ways[way].codes);
    const found = steps.findIndex((_, i) => codes.row(i).every((v, k) => Math.abs(v - code[k]) < SAME));
    if (found >= 0 && performance.now() - gone < LATE_MS) return; // where one went meanwhile
    if (found < 0) stop();
    at = found < 0 ? null : found;
    show();
  }

  function show() {
    if (!value) return;
    const now = at;
    steps.forEach((step, i) => {
      step.classList.toggle('done', now !== null && i < now);
      step.classList.toggle('cur', i === now);
    });
    const told = value.condition !== null;
    const where = now === null ? `${value.steps} steps` : `step ${now + 1} of ${value.steps}`;
    const ends = value.named
      ? `${nameOf(value.from, told)} to ${nameOf(value.to, told)}`
      : `${value.drawn ? 'our drawing' : 'our picture'} to another`;
    label.replaceChildren(h('b', {}, where), h('span', {}, ends));
    track.setAttribute('aria-valuenow', String((now ?? 0) + 1));
    track.setAttribute('aria-valuetext', `${where}, from ${ends}`);
  }

  /** @param {number} step */
  function go(step) {
    if (!value) return;
    at = Math.max(0, Math.min(value.steps - 1, step));
    gone = performance.now();
    show();
    island.send('step', { step: at, way });
  }

  /** @param {number} by */
  function move(by) {
    stop();
    go((at ?? 0) + by);
  }

  function play() {
    if (!value) return;
    face('pause', 'Pause');
    if (at === null || at >= value.steps - 1) go(0);
    tick();
  }

  function tick() {
    timer = setTimeout(() => {
      go((at ?? 0) + 1);
      if (value && (at ?? 0) < value.steps - 1) tick();
      else stop();
    }, STEP_MS / speed);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    face('play', 'Play the walk');
  }

  /** @param {Icon} name @param {string} text */
  function face(name, text) {
    if (playButton.getAttribute('aria-label') === text) return;
    playButton.replaceChildren(icon(name));
    playButton.setAttribute('aria-label', text);
    playButton.title = text;
  }

  /** @param {string} chosen */
  function turn(chosen) {
    way = chosen;
    ways.show(way);
    const step = at;
    draw();
    if (step) go(step);
  }

  /** @param {number} [next] */
  function hurry(next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]) {
    speed = next;
    pace.textContent = `${next}×`;
    pace.setAttribute('aria-label', `Speed ${next}×`);
  }
}

/**
 * Told what to draw, a decoder takes from the code only whose hand it is.
 * @param {number | null} digit @param {boolean} told
 */
const nameOf = (digit, told) => (digit === null ? 'our drawing' : told ? `the ${digit}’s hand` : `a ${digit}`);
