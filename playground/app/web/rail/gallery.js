// Island: the gallery of all tasks. It covers the stage, or the whole page where the rail is a drawer.
import { h, setText } from '../core/dom.js';
import { elementOf } from '../core/keys.js';
import * as state from '../core/state.js';
import { reached, taskCard } from './gallery_cards.js';

/** @import { Island, Offer } from '../core/types.d.ts' */
/** @import { Card, Cards } from './types.d.ts' */

const page = document.documentElement;
const drawer = matchMedia('(max-width: 1000px)');
const START = 'start here: the easiest to read off the picture';

/** @param {HTMLElement} root @param {Island<Cards, 'cards'>} island */
export function mount(root, island) {
  /** @type {Offer | undefined} */
  let offer;
  /** @type {Map<string, Card>} */
  const known = new Map();
  /** The group whose cards come first. */
  let wanted = '';
  let waiting = false;
  /** @type {Element | null} where the focus goes back to */
  let opener = null;
  let drawn = '';
  const hint = h('p.hint');
  const field = h('input.filter', {
    type: 'search',
    placeholder: 'Filter: type a word',
    'aria-label': 'Filter the tasks',
    autocomplete: 'off',
    spellcheck: 'false',
    oninput: filter,
    onkeydown: fromField,
  });
  const told = h('p.told', { role: 'status' });
  const close = h('button.btn.box', { type: 'button', onclick: () => show(null) }, 'Close');
  const board = h('div.board', { role: 'radiogroup', 'aria-label': 'Task', onclick: pick, onkeydown: move });
  const title = h('h2', { id: 'edp-gallery-title' }, 'Choose a task');
  const head = h('header', {}, title, hint, field, close);
  const node = h('div.gallery', { role: 'dialog', 'aria-labelledby': title.id, hidden: true }, head, told, board);
  root.append(node);

  state.gallery.value = false;
  state.offer.on((next) => {
    offer = next;
    if (!node.hidden) draw();
  });
  state.openGallery.handle(show);
  island.onValue(({ cards, error }) => {
    waiting = false;
    for (const card of cards) known.set(card.id, card);
    if (node.hidden) return;
    if (error) setText(told, error);
    else ask();
    draw();
  });

  /** @param {string | null} group '' for where the chosen task is; null closes */
  function show(group) {
    if (group === null || !offer) leave();
    else enter(group);
  }

  /** @param {string} group */
  function enter(group) {
    if (node.hidden) {
      opener = document.activeElement;
      node.hidden = false;
      field.value = '';
      waiting = false; // an answer may have been lost
      cover(true);
      draw();
    }
    filter();
    const { groups = [], task = '' } = offer ?? {};
    const tasks = groups.find(({ name }) => name === group)?.tasks ?? [];
    const at = !tasks.length || tasks.some(({ id }) => id === task) ? task : tasks[0].id;
    wanted = groups.find((one) => one.tasks.some(({ id }) => id === at))?.name ?? '';
    ask();
    focus(cardOf(at));
    const section = cardOf(at)?.closest('section');
    if (section) node.scrollTop = section.offsetTop - head.offsetHeight;
  }

  function leave() {
    if (node.hidden) return;
    node.hidden = true;
    cover(false);
    const back =
      opener instanceof HTMLElement && opener.checkVisibility() ? opener : document.getElementById('all-tasks');
    back?.focus();
  }

  /** What lies below cannot be reached. @param {boolean} open */
  function cover(open) {
    page.classList.toggle('choosing', open);
    for (const id of drawer.matches || !open ? ['edp-top', 'edp-rail', 'edp-stage'] : ['edp-stage'])
      document.getElementById(id)?.toggleAttribute('inert', open);
    const listen = open ? 'addEventListener' : 'removeEventListener';
    document[listen]('keydown', /** @type {EventListener} */ (onescape), true);
    state.gallery.value = open;
  }

  /** @param {KeyboardEvent} event */
  function onescape(event) {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    show(null);
  }

  /** For the cards of one group after the other, those that are looked at first. */
  function ask() {
    const missing = offer?.groups.filter(({ tasks }) => !tasks.every(({ id }) => known.has(id))) ?? [];
    const next = missing.find(({ name }) => name === wanted) ?? missing[0];
    if (waiting || !next) return;
    waiting = true;
    island.send('cards', { group: next.name });
  }

  function draw() {
    if (!offer) return;
    const { groups, task } = offer;
    const key = JSON.stringify([groups, task, [...known.keys()]]);
    if (key === drawn) return;
    drawn = key;
    const focused = board.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    const trained = groups.flatMap(({ tasks }) => tasks).filter((one) => one.trained.length).length;
    setText(
      hint,
      `${trained} have trained models to look into at once; your own trains in seconds. Arrow keys move, Enter opens.`,
    );
    board.replaceChildren(
      ...groups.map(({ name, tasks }, i) =>
        h(
          'section',
          { 'data-count': tasks.length, style: { '--count': tasks.length }, role: 'group', 'aria-label': name },
          h('p.group', { 'aria-hidden': true }, h('b', {}, name), ' ', tasks.length, i === 0 && h('span', {}, START)),
          tasks.map((one) => taskCard(one, known.get(one.id), one.id === task)),
        ),
      ),
    );
    filter();
    if (focused?.dataset.task) focus(cardOf(focused.dataset.task));
  }

  /** @param {string | undefined} task @returns {HTMLElement | null} */
  function cardOf(task) {
    return board.querySelector(`[data-task="${CSS.escape(task ?? '')}"]`);
  }

  const shown = () => /** @type {HTMLElement[]} */ ([...board.querySelectorAll('.task:not([hidden])')]);

  /** One stop of the Tab key. @param {HTMLElement | null | undefined} card */
  function stop(card) {
    for (const one of shown()) one.tabIndex = one === card ? 0 : -1;
  }

  /** @param {HTMLElement | null | undefined} card */
  function focus(card) {
    if (!card) return;
    stop(card);
    card.focus();
  }

  function filter() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (board.querySelectorAll('.task'))) {
      const text = `${card.textContent} ${card.title} ${card.closest('section')?.ariaLabel}`.toLowerCase();
      card.hidden = !words.every((word) => text.includes(word));
    }
    for (const section of board.querySelectorAll('section'))
      section.hidden = !section.querySelector('.task:not([hidden])');
    board.classList.toggle('filtered', words.length > 0);
    const found = shown();
    if (!words.length) setText(told, '');
    else if (found.length) setText(told, `${found.length} of ${board.querySelectorAll('.task').length} tasks`);
    else setText(told, `No task has “${field.value.trim()}”.`);
    if (!found.some((card) => card.tabIndex === 0)) stop(found[0]);
  }

  /** @param {Event} event */
  function pick(event) {
    const card = /** @type {HTMLElement | null} */ (elementOf(event).closest('.task'));
    if (card) choose(card.dataset.task);
  }

  /** @param {string | undefined} task */
  function choose(task) {
    if (!task) return;
    show(null);
    state.chooseTask.send(task);
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    const to = reached(key, shown(), /** @type {HTMLElement} */ (document.activeElement));
    if (to) {
      event.preventDefault();
      focus(to);
    } else if (key.length === 1 && key !== ' ' && !ctrlKey && !metaKey && !altKey) field.focus(); // which gets this key
  }

  /** @param {KeyboardEvent} event */
  function fromField(event) {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    const [first] = shown();
    if (event.key === 'Enter') choose(first?.dataset.task);
    else focus(first);
  }
}
