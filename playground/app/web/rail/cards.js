// 2 Architecture: those that fit the task as cards, one native radio each, so that arrow keys, labels and screen
// readers need nothing of ours; the others in one line, unfolded with the reason of each.
import { h } from '../core/dom.js';
import { glyph } from '../core/glyphs.js';

/** @import { Architecture, Rail } from './types.d.ts' */

const BLOCKS = /** @type {const} */ (['enc', 'code', 'dec']);
const PARTS = ['encoder', 'code', 'decoder'];

/** Redrawn only when its content changes; then it keeps the focus. @param {(architecture: string) => void} choose */
export function architectureCards(choose) {
  const group = h('div.cards', {
    id: 'architecture',
    role: 'radiogroup',
    'aria-label': 'Architecture',
    onchange: ({ target }) => target instanceof HTMLInputElement && choose(target.value),
  });
  let drawn = '';
  return {
    node: group,
    /** @param {Rail} rail */
    show({ architectures, architecture, task, why_not: why }) {
      const key = JSON.stringify([architectures, task, why]);
      if (key !== drawn) {
        const active = document.activeElement;
        const focused = active instanceof HTMLInputElement && group.contains(active) ? active.value : null;
        const open = Boolean(group.querySelector('details[open]'));
        const [fitting, others] = [true, false].map((fits) =>
          architectures.filter((a) => a.tasks.includes(task) === fits),
        );
        group.replaceChildren(...fitting.map((a) => card(a)));
        if (others.length) group.append(folded(others, why, open));
        drawn = key;
        if (focused) [...group.querySelectorAll('input')].find((input) => input.value === focused)?.focus();
      }
      for (const input of group.querySelectorAll('input')) input.checked = input.value === architecture;
    },
  };
}

/** @param {Architecture[]} others @param {Record<string, string>} why @param {boolean} open */
function folded(others, why, open) {
  const text = others.length > 1 ? `${others.length} others do not fit this task` : '1 other does not fit this task';
  return h(
    'details.folded',
    { open },
    h('summary', {}, h('span', {}, text)),
    others.map((a) => card(a, why[a.id] ?? '')),
  );
}

/** @param {Architecture} a @param {string} [reason] why it does not suit the task */
function card(a, reason) {
  const off = reason !== undefined;
  const why = reason ? `edp-why-${a.id}` : null;
  const radio = { type: 'radio', name: 'edp-architecture', value: a.id, disabled: off, 'aria-describedby': why };
  return h(
    off ? 'label.card.off' : 'label.card',
    {},
    h('input.dot', radio),
    h('span', {}, a.title),
    glyphs(a.glyphs),
    why && h('span.why', { id: why }, reason),
  );
}

/** @param {Architecture['glyphs']} present */
function glyphs(present) {
  const missing = PARTS.filter((_, i) => !present[i]);
  return h(
    'span.glyphs',
    { role: 'img', 'aria-label': missing.length ? `without ${missing.join(' and ')}` : 'encoder, code and decoder' },
    BLOCKS.map((kind, i) => glyph(kind, !present[i])),
  );
}
