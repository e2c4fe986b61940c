// Predict, then play: the question in place of the sentence, its choices as a radio group, and what came of the guess.
import { h, setText } from '../../core/dom.js';
import { isFree } from '../../core/keys.js';
import * as state from '../../core/state.js';
import { commit } from './predict.js';

/** @import { Prediction, SequenceScene } from '../../core/scene.d.ts' */

/**
 * @param {{start: () => void, next: () => void, end: () => void, reads: () => boolean}} acts reads: whether answers are
 *   read off, and not written
 */
export function createQuestion({ start, next, end, reads }) {
  const button = h('button.btn.box.predict', { type: 'button', 'aria-pressed': 'false', onclick: toggle }, 'Predict');
  button.title = 'Hides what comes next, and asks you first';
  const question = h('p.question', { role: 'status' });
  const group = h('div.guesses', { role: 'radiogroup' });
  const onward = h('button.btn.box.on', { type: 'button', onclick: next });
  const stop = h('button.btn.box', { type: 'button', onclick: leave }, 'End');
  const node = h('div.ask', { hidden: true }, question, group, h('span.onward', {}, onward, stop));
  /** @type {HTMLElement[]} */
  let choices = [];
  let asked = ''; // which question the choices belong to

  state.prediction.on((now) => {
    const open = Boolean(now);
    const begins = open && node.hidden;
    if (begins) node.style.minHeight = `${room()}px`; // as high as the sentence whose place it takes
    node.hidden = !open;
    button.setAttribute('aria-pressed', String(open));
    button.classList.toggle('on', open);
    document.documentElement.classList.toggle('asking', now?.guess === null);
    document.documentElement.classList.toggle('predicting', open);
    if (now) show(now);
    else asked = '';
  });

  /** @param {Prediction} now */
  function show(now) {
    const { step, of, about, guess, right, score } = now;
    const key = JSON.stringify([step, about, score.asked - Number(guess !== null)]);
    setText(button, score.asked ? `Predict · ${score.right} of ${score.asked}` : 'Predict');
    setText(question, guess === null ? `${of > 1 ? `Step ${step + 1}. ` : ''}${wording(about)}` : outcome(now));
    question.classList.toggle('missed', guess !== null && guess !== right);
    group.setAttribute('aria-label', wording(about));
    setText(stop, about === 'lesson' ? 'Show it' : 'End');
    if (key !== asked) {
      const at = document.activeElement; // whoever types is left alone
      const takesFocus = !at || at === document.body || at === button || node.contains(at);
      asked = key;
      choices = now.choices.map(({ text }, i) => choice(text, i));
      group.replaceChildren(...choices);
      if (takesFocus) choices[0]?.focus({ preventScroll: true });
    }
    choices.forEach((node, i) => {
      node.classList.toggle('right', guess !== null && i === right);
      node.classList.toggle('missed', i === guess && i !== right);
      node.toggleAttribute('disabled', guess !== null);
      if (guess !== null) node.setAttribute('aria-checked', String(i === guess));
      node.tabIndex = guess === null && i ? -1 : 0;
    });
    onward.hidden = guess === null;
    setText(onward, step + 1 < of ? 'Next' : 'Done');
    if (guess !== null && (group.contains(document.activeElement) || document.activeElement === document.body))
      onward.focus({ preventScroll: true });
  }

  /** @param {string} text @param {number} i */
  const choice = (text, i) =>
    h(
      'button.guess',
      { type: 'button', role: 'radio', 'aria-checked': 'false', onclick: () => commit(i) },
      h('kbd', { 'aria-hidden': 'true' }, i + 1),
      text,
    );

  /** @param {Prediction['about']} about */
  function wording(about) {
    if (about === 'lesson') return 'The lesson asks about this step, and shows it once you have answered.';
    if (about === 'look') return reads() ? 'Where does it look most?' : 'Where will it look most?';
    return reads() ? 'What does it answer?' : 'What will it write?';
  }

  /** @param {Prediction} now */
  function outcome({ about, choices, guess, right }) {
    const is = choices[right];
    const does =
      about === 'look' ? `it looks most at ${is.text}, weight ${is.share}` : `it ${verb()} ${is.text}, ${is.share}`;
    if (guess === right) return `✓ Right: ${does}.`;
    const yours = choices[guess ?? 0];
    return `✗ No: ${does}; your guess ${yours.text} got ${yours.share}.`;
  }

  const verb = () => (reads() ? 'answers' : 'writes');

  /** How high the sentence stands together with what is said under it. */
  function room() {
    const [say, told] = ['.say', '.worth'].map((part) => node.parentElement?.querySelector(part));
    return say && told ? told.getBoundingClientRect().bottom - say.getBoundingClientRect().top : 0;
  }

  function toggle() {
    if (node.hidden) start();
    else leave();
  }

  function leave() {
    end();
    button.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const now = state.prediction.value;
    if (!now || event.ctrlKey || event.metaKey || event.altKey) return;
    const digit = Number(event.key) - 1;
    const at = choices.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const forth = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') leave();
    else if (now.guess === null && choices[digit]) commit(digit);
    else if (now.guess === null && forth && at >= 0) {
      const to = (at + forth + choices.length) % choices.length;
      choices.forEach((node, i) => {
        node.setAttribute('aria-checked', String(i === to));
        node.tabIndex = i === to ? 0 : -1;
      });
      choices[to].focus({ preventScroll: true });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  node.addEventListener('keydown', key);
  document.addEventListener('keydown', (event) => {
    if (isFree(event) && !node.contains(/** @type {Node} */ (event.target))) key(event);
  });

  return {
    node,
    button,
    /** Whether anything can be asked about a scene. @param {SequenceScene | null} scene */
    offer(scene) {
      button.hidden = !scene || !(scene.logits || scene.maps.length);
    },
  };
}
