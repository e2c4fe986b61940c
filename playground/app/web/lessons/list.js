// All lessons, each with how far one has come.
import { h } from '../core/dom.js';
import { score } from './kept.js';

/** @import { Listed } from './types.d.ts' */

/** @param {Listed[]} lessons @param {(lesson: Listed) => void} open */
export function lessonList(lessons, open) {
  const rows = lessons.map((lesson, i) => {
    const { answered, hits } = score(lesson.id);
    const told = answered
      ? `${answered} of ${lesson.of} answered, ${hits} right`
      : `${lesson.of} questions, ${lesson.minutes} min`;
    const done = answered >= lesson.of;
    return h(
      'li',
      {},
      h(
        'button.lesson-row',
        { type: 'button', onclick: () => open(lesson), 'data-lesson': lesson.id },
        h('i.place', { class: done ? 'place done' : 'place', 'aria-hidden': true }, done ? '✓' : i + 1),
        h('b', {}, lesson.title),
        h('small', {}, told),
      ),
    );
  });
  return h(
    'div.lesson-list',
    {},
    h('h2', { tabindex: -1 }, 'Lessons'),
    h(
      'p.lead',
      {},
      'Each asks before it shows: guess what the model does, then see. Your answers stay in this browser.',
    ),
    h('ol', {}, rows),
  );
}
