// Island: the parts of the lab, one of which is open. Owns `data-part` on <html>, which the stylesheet reads.
import { h } from '../core/dom.js';
import * as state from '../core/state.js';
import { segments } from '../shell/panel.js';

/** @import { Island } from '../core/types.d.ts' */

/** @param {HTMLElement} root @param {Island<{parts: [id: string, name: string][]}, never>} island */
export function mount(root, island) {
  /** @type {[string, string][]} */
  let parts = [];
  /** @type {ReturnType<typeof segments> | null} */
  let list = null;
  let wanted = new URLSearchParams(location.search).get('part') ?? 'act';
  const node = h('nav.lab-parts.show-present', { 'aria-label': 'Parts of the lab' });
  root.append(node);

  island.onValue((value) => {
    if (String(value.parts) !== String(parts)) {
      parts = value.parts;
      list = segments('Parts of the lab', parts, open);
      node.replaceChildren(list.node);
    }
    choose(wanted);
  });
  state.openPart.handle(open);

  /** @param {string} id */
  function open(id) {
    wanted = id;
    choose(id);
  }

  /** The first one where this model does not have it. @param {string} id */
  function choose(id) {
    const there = parts.some(([part]) => part === id) ? id : 'act';
    document.documentElement.dataset.part = there;
    list?.show(there);
    if (state.part.value !== there) state.part.value = there;
  }
}
