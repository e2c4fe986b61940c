// The player bar: first, back, play, forward, a track with one segment per output, speed.
import { h } from '../core/dom.js';
import { icon, spelled } from '../core/glyphs.js';
import { elementOf } from '../core/keys.js';

/** @import { Icon } from '../core/glyphs.js' */

const STEP_MS = 600;
const SPEEDS = [1, 2, 0.5];
/** What keys mean wherever nothing else uses them. @type {Record<string, keyof Acts>} */
const KEYS = { ArrowLeft: 'back', ArrowRight: 'forward', Home: 'first', End: 'last', ' ': 'play' };
/** In the player alone, and for a presenter's clicker: elsewhere these scroll. @type {Record<string, keyof Acts>} */
const MORE = { ArrowUp: 'forward', ArrowDown: 'back', PageUp: 'back', PageDown: 'forward' };

/** @typedef {Record<'first' | 'back' | 'forward' | 'last' | 'play', () => void>} Acts */

/** @param {(step: number) => void} goto */
export function createPlayer(goto) {
  let step = 0;
  let count = 0;
  let speed = 1;
  let timer = 0;
  /** @type {string[]} */
  let tokens = [];
  /** @type {HTMLElement[]} */
  let ticks = [];
  /** @param {Icon} name @param {string} label @param {() => void} act */
  const button = (name, label, act, kind = '') =>
    h(`button.btn${kind}`, { type: 'button', 'aria-label': label, title: label, onclick: act }, icon(name));
  /** @param {number} next */
  const go = (next) => {
    stop();
    goto(Math.max(0, Math.min(count - 1, next)));
  };
  /** @type {Acts} */
  const acts = {
    first: () => go(0),
    back: () => go(step - 1),
    forward: () => go(step + 1),
    last: () => go(count - 1),
    play: () => (timer ? stop() : play()),
  };
  const playButton = button('play', 'Play', acts.play, '.play');
  const track = h('div.ticks', { role: 'slider', tabindex: 0, 'aria-label': 'Output step', 'aria-valuemin': 1 });
  const label = h('span.stepno');
  const pace = h('button.btn.box.speed', {
    type: 'button',
    title: 'Speed',
    onclick: () => setSpeed(SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]),
  });
  const node = h(
    'div.player',
    { id: 'player', role: 'group', 'aria-label': 'Step player', tabindex: 0, 'data-ready': 'false' },
    button('first', 'First step', acts.first),
    button('prev', 'Previous step', acts.back),
    playButton,
    button('next', 'Next step', acts.forward),
    track,
    label,
  );
  setSpeed(1);

  /** @param {number} next */
  function setSpeed(next) {
    speed = next;
    pace.textContent = `${next}×`;
    pace.setAttribute('aria-label', `Speed ${next}×`);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    face('play', 'Play');
  }

  const stepLabel = () => `step ${step + 1} of ${count}`;

  function play() {
    if (count < 2) return;
    face('pause', 'Pause');
    if (step >= count - 1) goto(0);
    tick();
  }

  function tick() {
    timer = setTimeout(() => {
      goto(step + 1);
      if (step < count - 1) tick();
      else stop();
    }, STEP_MS / speed);
  }

  /** @param {Icon} name @param {string} text */
  function face(name, text) {
    if (playButton.getAttribute('aria-label') === text) return;
    playButton.replaceChildren(icon(name));
    playButton.setAttribute('aria-label', text);
    playButton.title = text;
  }

  /** @param {KeyboardEvent} event @param {Record<string, keyof Acts>} [more] */
  function key(event, more = {}) {
    const act = KEYS[event.key] ?? more[event.key];
    if (!act) return;
    event.preventDefault();
    acts[act]();
  }

  node.addEventListener('keydown', (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    const pressed = event.key === ' ' && elementOf(event).closest('button');
    if (!modified && !pressed) key(event, MORE);
  });
  // A mouse click would leave the focus on the button, where the space bar means that button; a keyboard press (detail
  // 0) stays.
  node.addEventListener('click', (event) => {
    if (event.detail && elementOf(event).closest('button')) node.focus({ preventScroll: true });
  });
  scrub(track, () => count, go);

  return {
    node,
    pace,
    stop,
    /** A key that nothing else uses. @param {KeyboardEvent} event @param {boolean} clicker whether it may be one's */
    key: (event, clicker) => key(event, clicker ? MORE : {}),
    /** @param {string[]} nextTokens @param {boolean[] | null} wrong */
    load(nextTokens, wrong) {
      stop();
      tokens = nextTokens;
      count = tokens.length;
      ticks = tokens.map((token) => h('span.tick', { title: spelled(token) }, h('b', {}, spelled(token))));
      ticks.forEach((tick, i) => tick.classList.toggle('bad', Boolean(wrong?.[i])));
      track.replaceChildren(...ticks);
      track.classList.toggle('many', count > 20);
      track.setAttribute('aria-valuemax', String(count));
      node.dataset.steps = String(count);
    },
    /** While the opening shows by itself what will be stepped through. @param {boolean} on */
    opening(on) {
      if (on) face('pause', 'Pause');
      else stop();
      label.textContent = on ? `step ${step + 1} of ${count} · any touch stops this` : stepLabel();
    },
    /** @param {number} next @param {boolean} asked whether it is to be foreseen */
    show(next, asked) {
      step = next;
      ticks.forEach((tick, i) => {
        tick.classList.toggle('done', i < step);
        tick.classList.toggle('cur', i === step);
        tick.classList.toggle('asked', asked && i === step);
      });
      label.textContent = stepLabel();
      track.setAttribute('aria-valuenow', String(step + 1));
      const writes = asked ? '' : `, writes ${tokens[step]}`;
      track.setAttribute('aria-valuetext', `step ${step + 1} of ${count}${writes}`);
      node.dataset.step = String(step);
      node.dataset.ready = 'true';
    },
  };
}

/**
 * One slider under the pointer: press anywhere, drag along.
 * @param {HTMLElement} track @param {() => number} count @param {(step: number) => void} go
 */
function scrub(track, count, go) {
  /** @param {MouseEvent} event */
  const pick = (event) => {
    const { left, width } = track.getBoundingClientRect();
    go(Math.floor(((event.clientX - left) / width) * count()));
  };
  track.addEventListener('pointerdown', (event) => {
    track.setPointerCapture(event.pointerId);
    pick(event);
  });
  track.addEventListener('pointermove', (event) => {
    if (track.hasPointerCapture(event.pointerId)) pick(event);
  });
}
