// The card of one question: asked first; once an answer is committed, what the model does, and why.
import { h, rich, setText } from '../core/dom.js';
import { isFree } from '../core/keys.js';
import { answersOf, keep } from './kept.js';
import { choosing, compared, inWords, isRight, radios, textOf } from './options.js';
import { says } from './says.js';

/** @import { Answer, Asked } from './types.d.ts' */

const WHY = 300; // characters of an own sentence

/**
 * @typedef {object} Acts
 * @property {() => void} committed
 * @property {() => void} again set the stage again
 * @property {(question: number) => void} go to another question; past the last one it is over
 */

/**
 * @param {Asked} asked @param {number} of questions there are @param {Acts} acts
 * @param {(text: string) => void} tell
 */
export function questionCard(asked, of, acts, tell) {
  const words = says(asked.language);
  const body = h('div.body');
  const node = h('div.question-card', { lang: asked.language }, head(asked, of), body);
  let pressed = /** @type {(digit: number) => boolean} */ (() => false);
  const before = answersOf(asked.id)[asked.question];
  if (before) reveal(before);
  else ask();
  return { node, press: (/** @type {KeyboardEvent} */ event) => isFree(event) && pressed(Number(event.key)) };

  function ask() {
    const commit = h('button.btn.primary', { type: 'submit', disabled: true }, words.commit);
    const ready = () => {
      commit.disabled = choice.guess() === null || sure.chosen() === null;
    };
    const choice = choosing(asked, ready);
    const degrees = words.degrees.map((text) => [text]);
    const sure = radios(words.sure, 'sureness', degrees, ready);
    pressed = choice.press;
    const form = h(
      'form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          if (!commit.disabled) answer(choice.guess(), sure.chosen() ?? 0);
        },
      },
      choice.node,
      sure.node,
      h('div.acts', {}, commit, h('button.btn.box', { type: 'button', onclick: () => answer(null, 0) }, words.skip)),
    );
    body.replaceChildren(form, foot());
  }

  /** @param {number | null} guess @param {number} sure */
  function answer(guess, sure) {
    /** @type {Answer} */
    const given = {
      guess,
      said: inWords(asked, guess),
      truth: inWords(asked, asked.right),
      hit: isRight(asked, guess),
      sure,
      why: '',
      title: textOf(asked.title),
      at: new Date().toISOString(),
    };
    keep(asked.id, asked.question, given);
    acts.committed();
    reveal(given);
    tell(`${verdict(given)} ${textOf(asked.reveal)}`);
    /** @type {HTMLElement?} */ (body.querySelector('textarea'))?.focus({ preventScroll: true });
  }

  /** @param {Answer} given */
  function verdict({ guess, hit }) {
    return guess === null ? words.shown : hit ? words.hit : words.miss;
  }

  /** @param {Answer} given */
  function reveal(given) {
    pressed = () => false;
    const last = asked.question === of;
    const field = h('textarea', { rows: 2, maxlength: WHY });
    field.value = given.why;
    field.addEventListener('input', () => keep(asked.id, asked.question, { ...given, why: field.value.trim() }));
    const ours = h('p.ours', { hidden: !given.why, tabindex: -1 }, h('b', {}, `${words.ours} `), rich(asked.why));
    const compare = h('button.btn.box', { type: 'button', hidden: Boolean(given.why) }, words.compare);
    compare.addEventListener('click', () => {
      ours.hidden = false;
      compare.hidden = true;
      tell(`${words.ours} ${textOf(asked.why)}`);
      onward.focus({ preventScroll: true });
    });
    const onward = h(
      'button.btn.primary',
      { type: 'button', onclick: () => acts.go(asked.question + 1) },
      last ? words.end : words.next,
    );
    const back =
      asked.question > 1 &&
      h('button.btn.box', { type: 'button', onclick: () => acts.go(asked.question - 1) }, words.back);
    body.replaceChildren(
      compared(asked, given),
      h('p.reveal', {}, h('b', {}, `${verdict(given)} `), rich(asked.reveal)),
      h('label.own', {}, words.why, field),
      compare,
      ours,
      h('div.acts', {}, back, onward),
      foot(),
    );
  }

  function foot() {
    const again = h('button.link', { type: 'button', onclick: acts.again }, words.again);
    return h('p.foot', {}, again, h('span', {}, words.checked));
  }
}

/** @param {Asked} asked @param {number} of */
function head(asked, of) {
  const answered = answersOf(asked.id);
  const parts = Array.from({ length: of }, (_, i) =>
    h('i', { class: i + 1 === asked.question ? 'now' : answered[i + 1] ? 'done' : '' }),
  );
  const where = h('p.where', {}, says(asked.language).of(asked.question, of));
  const segments = h('div.segments', { 'aria-hidden': true }, parts);
  const title = h('h2', { tabindex: -1 }, rich(asked.title));
  setText(where, `${asked.lesson} · ${where.textContent}`);
  return [where, segments, title, h('p.lead', {}, rich(asked.text))];
}
