// 1 Task: the chosen one with its example, and the groups of all others. Each opens the gallery where it begins.
import { h, setText } from '../core/dom.js';
import { walk } from '../core/keys.js';
import * as state from '../core/state.js';
import { look } from './looks.js';

/** @import { Offer, TaskGroup } from '../core/types.d.ts' */

export function taskChooser() {
  const many = h('span', {});
  const all = h(
    'button.all',
    {
      type: 'button',
      id: 'all-tasks',
      'aria-haspopup': 'dialog',
      'aria-expanded': 'false',
      onclick: () => state.openGallery.send(state.gallery.value ? null : ''),
    },
    many,
    h('span.sr-only', {}, ' tasks'),
    h('span.caret', { 'aria-hidden': true }),
  );
  const title = h('b');
  const example = h('span.ex');
  // One stop of the Tab key for all groups: arrow keys go from one to the next.
  const groups = h('div.groups', {
    role: 'toolbar',
    'aria-orientation': 'vertical',
    'aria-label': 'Tasks by group',
    onkeydown,
  });
  const node = h('div.cards.tasks', { id: 'task' }, h('div.now', {}, title, example), groups);
  let drawn = '';

  state.gallery.on((open) => {
    node.classList.toggle('open', open);
    all.setAttribute('aria-expanded', String(open));
  });

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const buttons = [...groups.querySelectorAll('button')];
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const key = event.key.replace('ArrowDown', 'ArrowRight').replace('ArrowUp', 'ArrowLeft');
    const to = at < 0 ? null : walk(key, at, buttons.length - 1, true);
    if (to === null) return;
    event.preventDefault();
    stop(buttons, to);
    buttons[to].focus();
  }

  return {
    all,
    node,
    /** @param {Offer} offer */
    show({ groups: every, task }) {
      const found = every.flatMap((group) => group.tasks).find(({ id }) => id === task);
      const key = JSON.stringify(every.map(({ name, tasks }) => [name, tasks.length]));
      if (key !== drawn) groups.replaceChildren(...every.map(groupButton));
      drawn = key;
      setText(many, `all ${every.reduce((sum, { tasks }) => sum + tasks.length, 0)} `);
      setText(title, found?.title ?? '');
      const [source, target] = (found?.example ?? '').split(' → ');
      example.title = found?.example ?? '';
      example.replaceChildren(h('span.e', {}, source), ...(target ? [' → ', h('span.d', {}, target)] : []));
      node.dataset.task = task;
      const buttons = [...groups.querySelectorAll('button')];
      const home = every.findIndex(({ tasks }) => tasks.some(({ id }) => id === task));
      buttons.forEach((button, i) => button.classList.toggle('on', i === home));
      if (!groups.contains(document.activeElement)) stop(buttons, Math.max(0, home));
    },
  };
}

/** @param {TaskGroup} group */
const groupButton = ({ name, tasks }) =>
  h(
    'button.group',
    { type: 'button', onclick: () => state.openGallery.send(name) },
    h('span', {}, name),
    h('span.n', {}, tasks.length),
    look(name),
  );

/** Where the Tab key stops. @param {HTMLElement[]} buttons @param {number} at */
function stop(buttons, at) {
  buttons.forEach((button, i) => {
    button.tabIndex = i === at ? 0 : -1;
  });
}
