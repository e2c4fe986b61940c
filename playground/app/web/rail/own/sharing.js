// Whether whoever has a link may see what somebody brought: the choice of who brought it.

import { h } from '../../core/dom.js';

/**
 * @param {'pairs' | 'pictures'} what
 * @param {(shared: boolean) => void} choose
 */
export function sharing(what, choose) {
  const box = h('input', { type: 'checkbox', id: `edp-share-${what}` });
  box.addEventListener('change', () => choose(box.checked));
  const told = h('p.told', { id: `${box.id}-told` });
  box.setAttribute('aria-describedby', told.id);
  const label = h('label', { for: box.id }, box, ` Whoever has the link may see these ${what}`);
  const node = h('div.sharing', { hidden: true }, label, told);
  /** @param {{mine: boolean, shared: boolean} | null | undefined} value */
  function set(value) {
    node.hidden = !value;
    if (!value) return;
    label.hidden = !value.mine;
    box.checked = value.shared;
    if (!value.mine) told.textContent = 'Shared by whoever brought them.';
    else if (value.shared) told.textContent = 'Links to this page and to its runs show them to anybody.';
    else told.textContent = 'Private: links to this page and to its runs open in this browser only.';
  }
  return { node, set };
}
