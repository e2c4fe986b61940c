// Island: which panels are shown. Sets the store's 'tab' and `data-tab` on <html>, which the stylesheet reads.
import { h } from '../core/dom.js';
import { get, on, put } from '../core/store.js';

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let tabs = [];
  let asked = null;
  const linked = new URLSearchParams(location.search).get('tab');
  const list = h('div.tabs', { role: 'tablist', 'aria-label': 'Views' });
  root.append(list);

  island.onValue((value) => {
    tabs = value.tabs;
    const known = tabs.some(([id]) => id === get('tab'));
    const open =
      asked === null && tabs.some(([id]) => id === linked)
        ? linked
        : value.open !== asked || !known
          ? value.open
          : get('tab');
    asked = value.open;
    list.replaceChildren(
      ...tabs.map(([id, label]) =>
        h(
          'button',
          { type: 'button', role: 'tab', id: `tab-${id}`, 'data-tab': id, onclick: () => put('tab', id) },
          label,
        ),
      ),
    );
    put('tab', open);
  });

  on('tab', (open) => {
    document.documentElement.dataset.tab = open;
    for (const tab of list.children) {
      const chosen = tab.dataset.tab === open;
      tab.classList.toggle('on', chosen);
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      // Only the strip scrolls: scrollIntoView would move the page too.
      if (chosen)
        list.scrollLeft = Math.max(0, tab.offsetLeft - list.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2);
    }
  });

  list.addEventListener('keydown', (event) => {
    const at = tabs.findIndex(([id]) => id === get('tab'));
    const last = tabs.length - 1;
    const next = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    put('tab', tabs[next][0]);
    list.children[next].focus();
  });
}
