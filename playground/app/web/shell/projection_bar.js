// The one bar of a projected page: what is on the screen (task and input), the tabs, the way out; and below it, where a
// tab does not fit on one slide, its parts. Everywhere else only the tabs are seen.
import { h, setText } from '../core/dom.js';
import * as state from '../core/state.js';
import { createSlides } from './slides.js';

/** @param {HTMLElement} tabs */
export function projectionBar(tabs) {
  const task = h('b', {});
  const given = h('bdi', {});
  const leave = h(
    'button.btn.box.leave',
    { type: 'button', onclick: () => state.project.send(false) },
    h('kbd', {}, 'Esc'),
    ' leaves',
  );
  const slides = createSlides();
  const about = h('p.about', {}, task, ' ', given);
  return {
    node: h('div.viewbar', {}, h('div.bar', {}, about, tabs, leave), slides),
    /** @param {string} title @param {string} words what was given */
    tell(title, words) {
      setText(task, title);
      setText(given, words);
      about.title = `${title}: ${words}`;
    },
  };
}
