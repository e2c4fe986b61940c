// Island: which panels are shown. Owns the open tab, and `data-tab` on <html>, which the stylesheet reads. Where the
// page is projected, the tabs stand in its one bar.
import { h } from '../core/dom.js';
import { walk } from '../core/keys.js';
import * as state from '../core/state.js';
import { projectionBar } from './projection_bar.js';

/** @import { Island } from '../core/types.d.ts' */

/** @typedef {{tabs: [id: string, label: string][], open: string, opened?: boolean, task: string,
 *   given: string}} Tabs */

/** @type {[id: string, label: string]} of who is in a class, before all others */
const CLASS = ['class', 'Class'];

/** @param {HTMLElement} root @param {Island<Tabs>} island */
export function mount(root, island) {
  /** @type {[id: string, label: string][]} */
  let own = []; // of what is on the stage
  /** @type {[id: string, label: string][]} */
  let tabs = [];
  let asked = '';
  const linked = new URLSearchParams(location.search).get('tab');
  const list = h('div.tabs', { role: 'tablist', 'aria-label': 'Views' });
  const bar = projectionBar(list);
  root.append(h('h2.sr-only', {}, 'Views'), bar.node);

  island.onValue((value) => {
    own = value.tabs;
    const same = !gather();
    bar.tell(value.task, value.given);
    const known = (/** @type {string?} */ tab) => tabs.some(([id]) => id === tab);
    const now = state.tab.value ?? '';
    const fresh = !asked || value.opened; // what a link asks for comes second, after the start page
    const open = fresh && linked && known(linked) ? linked : value.open !== asked || !known(now) ? value.open : now;
    asked = value.open;
    if (same && open === now) return;
    if (!same) list.replaceChildren(...tabs.map(button));
    choose(open);
  });
  state.classroom.on((attending) => {
    if (!gather()) return;
    list.replaceChildren(...tabs.map(button));
    const now = state.tab.value ?? '';
    choose(tabs.some(([id]) => id === now) || attending ? now : asked);
  });
  state.openTab.handle(choose);

  /** All that there are now; whether they are others than before. */
  function gather() {
    const next = state.classroom.value && own.length ? [CLASS, ...own] : own;
    const other = String(next) !== String(tabs);
    tabs = next;
    return other;
  }

  /** @param {[id: string, label: string]} tab */
  function button([id, label]) {
    const onclick = () => choose(id);
    return h('button', { type: 'button', role: 'tab', id: `tab-${id}`, 'data-tab': id, onclick }, label);
  }

  /** @param {string} open */
  function choose(open) {
    document.documentElement.dataset.tab = open;
    for (const tab of buttons()) {
      const chosen = tab.dataset.tab === open;
      tab.classList.toggle('on', chosen);
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      // Only the strip scrolls: scrollIntoView would move the page too.
      if (chosen)
        list.scrollLeft = Math.max(0, tab.offsetLeft - list.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2);
    }
    state.tab.value = open;
  }

  function buttons() {
    return /** @type {HTMLElement[]} */ ([...list.children]);
  }

  list.addEventListener('keydown', (event) => {
    const at = tabs.findIndex(([id]) => id === state.tab.value);
    const next = walk(event.key, at, tabs.length - 1, true);
    if (next === null) return;
    event.preventDefault();
    choose(tabs[next][0]);
    buttons()[next].focus();
  });
}
