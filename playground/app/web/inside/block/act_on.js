// "Act on this": what can be done at the sites of the opened block, each the form of the lab, filled.
import { h } from '../../core/dom.js';
import * as state from '../../core/state.js';

/** @param {string} path of the block @param {() => number | null} head that is looked at, if there are some */
export function actOn(path, head) {
  const list = h('div.act-on-kinds', { role: 'group', 'aria-label': 'Act on this block' });
  const node = h('details.act-on', { hidden: true }, h('summary', {}, 'Act on this'), list);

  return {
    node,
    show() {
      const kinds = new Map(offers().map(({ kind, name }) => [kind, name]));
      node.hidden = !kinds.size;
      const before = [...list.children].map((child) => /** @type {HTMLElement} */ (child).dataset.kind);
      if ([...kinds.keys()].join() === before.join()) return;
      list.replaceChildren(
        ...[...kinds].map(([kind, name]) =>
          h('button.btn.box', { type: 'button', 'data-kind': kind, onclick: () => open(kind) }, `${name} …`),
        ),
      );
    },
  };

  function offers() {
    return (state.acts.value ?? []).filter(({ site }) => site === path || site.startsWith(`${path}.`));
  }

  /** @param {string} kind */
  function open(kind) {
    const offer = offers().find((one) => one.kind === kind);
    if (!offer) return;
    const place = kind === 'off' ? head() : null;
    state.actOn.send({ kind, site: offer.site, place, amount: null, step: state.step.value ?? 0 });
  }
}
