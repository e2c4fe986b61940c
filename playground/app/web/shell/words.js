// The words of the field, one sentence each: those on the screen first. The key ? opens them at what is pointed at.

import { h } from '../core/dom.js';
import { elementOf, onEscape } from '../core/keys.js';

/** @typedef {[name: string, meaning: string, also: string[], source: string]} Term */
/** @typedef {[title: string, terms: Term[]][]} Groups */

const FIELDS = 'input, textarea, select, [contenteditable], dialog';
const SHORT = 80; // characters: a longer text is about more than one thing

export function createWords() {
  /** @type {Groups} */
  let groups = [];
  const filter = h('input.filter', {
    type: 'search',
    placeholder: 'Filter: type a word',
    'aria-label': 'Filter words',
  });
  const list = h('div.list', { tabindex: 0, role: 'region', 'aria-label': 'Words and what they mean' });
  const close = h('button.btn.box', { type: 'button', onclick: shut }, 'Close');
  const title = h('h2', { id: 'edp-words' }, 'Words');
  const sheet = h('dialog.words', { 'aria-labelledby': title.id }, h('div.head', {}, title, filter, close), list);
  const button = h(
    'button.btn',
    {
      type: 'button',
      id: 'words',
      'aria-label': 'Words',
      'aria-haspopup': 'dialog',
      title: 'What the words mean (key ?)',
      onclick: () => open(),
    },
    h('b', { 'aria-hidden': true }, '?'),
    h('span', {}, 'Words'),
  );
  document.body.append(h('div.edp', {}, sheet));

  filter.addEventListener('input', () => draw(filter.value));
  sheet.addEventListener('keydown', onEscape(shut));
  // A press beside it closes it, as Escape does.
  sheet.addEventListener('click', (event) => {
    if (event.target === sheet) shut();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey || elementOf(event).closest(FIELDS)) return;
    event.preventDefault();
    open(pointedAt());
  });

  function shut() {
    sheet.close();
  }

  /** @param {Term | null} [first] */
  function open(first = null) {
    filter.value = '';
    sheet.showModal();
    draw('', first);
    (first ? list : filter).focus();
  }

  /** @param {string} typed @param {Term | null} [first] */
  function draw(typed, first = null) {
    const wanted = typed.trim().toLowerCase();
    const every = groups.flatMap(([, terms]) => terms);
    if (wanted) {
      const found = every.filter((term) => namesOf(term).some((name) => name.toLowerCase().includes(wanted)));
      const told = every.filter((term) => !found.includes(term) && term[1].toLowerCase().includes(wanted));
      list.replaceChildren(
        section('Found', [...found, ...told]) ?? h('p.none', {}, `No word with “${typed.trim()}” here.`),
      );
      return;
    }
    const seen = onScreen(every).filter((term) => term !== first);
    const others = groups.map(([title, terms]) =>
      section(
        title,
        terms.filter((term) => term !== first && !seen.includes(term)),
      ),
    );
    const sections = [
      first && section('Where you point', [first]),
      seen.length && section('On the screen', seen),
      ...others,
    ];
    list.replaceChildren(...sections.filter((each) => each instanceof Node));
    list.scrollTop = 0;
  }

  /** The term of what the pointer or the focus is on. @returns {Term | null} */
  function pointedAt() {
    const under = [...document.querySelectorAll(':hover')].reverse();
    const every = groups.flatMap(([, terms]) => terms);
    for (const node of [...under, document.activeElement]) {
      if (!node || node === document.body || node === document.documentElement) continue;
      const said = node.getAttribute('aria-label') ?? node.textContent ?? '';
      if (said.length > SHORT) continue;
      const found = every.filter((term) => mentions(said, term));
      // The longest name is the most exact: cross-attention before attention.
      if (found.length) return found.reduce((a, b) => (longest(b, said) > longest(a, said) ? b : a));
    }
    return null;
  }

  return {
    button,
    /** @param {Groups} next */
    load(next) {
      groups = next;
    },
  };
}

/** @param {Term} term */
const namesOf = ([name, , also]) => [name, ...also];

/** Whether a text has a name of the term as a word of its own. @param {string} text @param {Term} term */
const mentions = (text, term) => namesOf(term).some((name) => has(text, name));

/** @param {Term} term @param {string} text */
const longest = (term, text) => Math.max(...namesOf(term).map((name) => (has(text, name) ? name.length : 0)));

/** @param {string} text @param {string} name */
function has(text, name) {
  const at = text.toLowerCase().indexOf(name.toLowerCase());
  if (at < 0) return false;
  const letter = /[\p{L}\p{N}]/u;
  return !letter.test(text[at - 1] ?? '') && !letter.test(text[at + name.length] ?? '');
}

/** @param {Term[]} terms */
function onScreen(terms) {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent || parent.closest('dialog, script, style') || !node.textContent?.trim() || !parent.checkVisibility())
      continue;
    const { top, bottom } = parent.getBoundingClientRect();
    if (bottom > 0 && top < innerHeight) texts.push(node.textContent);
  }
  const text = texts.join('\n');
  return terms.filter((term) => mentions(text, term));
}

/** @param {string} title @param {Term[]} terms */
function section(title, terms) {
  if (!terms.length) return null;
  return h(
    'section',
    {},
    h('h3', {}, title),
    h(
      'dl',
      {},
      terms.map(([name, meaning, , source]) => [
        h('dt', {}, name),
        h('dd', {}, meaning, source && h('small', {}, ` ${source}`)),
      ]),
    ),
  );
}
