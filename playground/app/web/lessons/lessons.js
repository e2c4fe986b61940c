// Island: lessons, in the place of the rail. The server sets the stage for a question, and asks the model; the guess
// stays here.
import { h, setText } from '../core/dom.js';
import { onEscape } from '../core/keys.js';
import * as state from '../core/state.js';
import { questionCard } from './card.js';
import { endCard } from './end.js';
import { answersOf, forget, next } from './kept.js';
import { lessonList } from './list.js';
import { says } from './says.js';

/** @import { Island } from '../core/types.d.ts' */
/** @import { Asked, Listed, Sent } from './types.d.ts' */

const page = document.documentElement;

/** @param {HTMLElement} root @param {Island<Sent, 'lesson'>} island */
export function mount(root, island) {
  /** @type {Listed[]} */
  let lessons = [];
  /** @type {Asked | null} */
  let asked = null;
  /** The stage that was asked for, until it stands. */
  let wanted = '';
  let placed = /[?&]architecture=/.test(location.search);
  let press = /** @type {(event: KeyboardEvent) => boolean} */ (() => false);
  const status = h('p.sr-only', { role: 'status' });
  const trouble = h('p.trouble', { hidden: true });
  const languages = h('span.languages');
  const all = h('button.btn.box', { type: 'button', onclick: () => list() }, 'All lessons');
  const close = h('button.btn.box', { type: 'button', onclick: leave }, 'Close');
  const bar = h('div.lesson-bar', {}, all, languages, close);
  const body = h('div.lesson-body');
  const node = h('aside.lesson-card', { 'aria-label': 'Lesson', hidden: true }, bar, trouble, body, status);
  root.append(node);
  node.addEventListener('keydown', onEscape(leave));
  state.lessons.value = false;
  state.openLessons.handle((open) => (open ? list() : leave()));
  document.addEventListener('keydown', (event) => {
    if (!node.hidden && press(event)) event.preventDefault();
  });

  island.onValue((value) => {
    ({ lessons } = value);
    trouble.hidden = !value.error;
    setText(trouble, value.error);
    if (value.error) return;
    asked = value.asked;
    if (!asked) return;
    question(asked);
    wanted = asked.key;
    arrive();
  });
  state.scene.on(arrive);

  /** Once the stage stands: its step, its tab, and what is asked is hidden. A link that names a place has its own. */
  function arrive() {
    const { value: scene } = state.scene;
    if (!asked || scene?.link !== wanted) return;
    const { step, tab, hides, id, question: number } = asked;
    wanted = '';
    queueMicrotask(() => {
      if (!placed) {
        state.goto.send(step);
        state.openTab.send(tab || (scene.kind === 'picture' ? 'latent' : 'decode'));
      }
      if (hides && !answersOf(id)[number] && state.step.value === step) state.cover.send(step);
      placed = false;
    });
  }

  /** @param {Asked} now */
  function question(now) {
    const of = lessons.find(({ id }) => id === now.id)?.of ?? now.question;
    const words = says(now.language);
    const card = questionCard(
      now,
      of,
      {
        committed: () => state.cover.send(null),
        again: () => put(now.id, now.question, now.language),
        go: (to) => (to > of ? end(now, of) : put(now.id, to, now.language)),
      },
      (text) => setText(status, text),
    );
    press = card.press;
    setText(all, words.lessons);
    setText(close, words.close);
    languages.replaceChildren(...now.languages.filter((one) => one !== now.language).map((one) => speak(now, one)));
    show(card.node);
  }

  /** @param {Asked} now @param {string} language */
  function speak({ id, question }, language) {
    const onclick = () => put(id, question, language);
    return h('button.link', { type: 'button', lang: language, onclick }, says(language).name);
  }

  /** Ask for a question, and its stage. @param {string} lesson @param {number} question @param {string} language */
  function put(lesson, question, language) {
    placed = false;
    island.send('lesson', { lesson, question, language });
  }

  /** @param {Asked} now @param {number} of */
  function end(now, of) {
    press = () => false;
    const after = lessons[lessons.findIndex(({ id }) => id === now.id) + 1];
    const language = after?.languages.includes(now.language) ? now.language : 'en';
    const acts = {
      list,
      on: after ? () => put(after.id, next(after.id, after.of), language) : null,
      after: after?.title ?? '',
      again: () => {
        forget(now.id);
        put(now.id, 1, now.language);
      },
    };
    show(endCard(now, of, acts));
  }

  function list() {
    press = () => false;
    languages.replaceChildren();
    show(lessonList(lessons, ({ id, of }) => put(id, next(id, of), 'en')));
    all.hidden = true;
  }

  /** @param {HTMLElement} content */
  function show(content) {
    all.hidden = false;
    node.hidden = false;
    page.classList.add('lesson');
    state.lessons.value = true;
    body.replaceChildren(content);
    node.scrollTop = 0;
    content.querySelector('h2')?.focus({ preventScroll: true });
  }

  function leave() {
    if (node.hidden) return;
    node.hidden = true;
    press = () => false;
    page.classList.remove('lesson');
    state.lessons.value = false;
    if (state.prediction.value?.about === 'lesson') state.cover.send(null);
    asked = null;
    island.send('lesson', { lesson: null });
    /** @type {HTMLElement?} */ (document.querySelector('.topbar .lessons'))?.focus();
  }
}
