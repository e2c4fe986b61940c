// The cards of the rail: one native radio each, so arrow keys, labels and screen readers need nothing of ours.
import { h } from '../core/dom.js';
import { glyph } from '../core/glyphs.js';

/** @import { Architecture, Task } from './types.d.ts' */

const BLOCKS = /** @type {const} */ (['enc', 'code', 'dec']);
const PARTS = ['encoder', 'code', 'decoder'];

/**
 * A group of cards that redraws only when its content changes and then keeps the focus.
 * @param {string} id @param {string} label @param {(value: string) => void} choose
 */
export function cards(id, label, choose) {
  const group = h('div.cards', {
    id,
    role: 'radiogroup',
    'aria-label': label,
    onchange: ({ target }) => target instanceof HTMLInputElement && choose(target.value),
  });
  let drawn = '';
  let shown = '';
  return {
    node: group,
    /** @param {unknown} content what the cards depend on @param {() => Node[]} build @param {string} chosen */
    show(content, build, chosen) {
      const key = JSON.stringify(content);
      if (key !== drawn) {
        const active = document.activeElement;
        const focused = active instanceof HTMLInputElement && group.contains(active) ? active.value : null;
        const open = !!group.querySelector('details[open]');
        group.replaceChildren(...build());
        drawn = key;
        if (open) group.querySelector('details')?.setAttribute('open', '');
        if (focused) [...group.querySelectorAll('input')].find((input) => input.value === focused)?.focus();
      }
      for (const input of group.querySelectorAll('input')) input.checked = input.value === chosen;
      if (chosen !== shown)
        reveal(group, /** @type {HTMLElement?} */ (group.querySelector('.card:has(input:checked)')));
      shown = chosen;
    },
  };
}

/**
 * Scroll the list, and nothing else, until the card is in view.
 * @param {HTMLElement} group @param {HTMLElement | null} card
 */
function reveal(group, card) {
  if (!card) return;
  const top = card.offsetTop;
  const bottom = top + card.offsetHeight;
  if (top < group.scrollTop) group.scrollTop = top;
  else if (bottom > group.scrollTop + group.clientHeight) group.scrollTop = bottom - group.clientHeight;
}

/** @param {string} name @param {string} value @param {boolean} disabled @param {string | null} describedby */
const radio = (name, value, disabled = false, describedby = null) =>
  h('input.dot', { type: 'radio', name: `edp-${name}`, value, disabled, 'aria-describedby': describedby });

/** @param {Task} task */
export const taskCard = (task) =>
  h(
    'label.card',
    {},
    radio('task', task.id),
    h('span.line', {}, h('span', {}, task.title), h('span.ex', {}, task.example)),
  );

/**
 * Architectures that suit the task as cards; those that do not with their reason, one shared reason told once.
 * @param {Architecture[]} architectures @param {string} task
 */
export function architectureCards(architectures, task) {
  /** @type {Map<string | null, Architecture[]>} null: it suits */
  const reasons = new Map();
  const why = (/** @type {Architecture} */ a) => (a.tasks.includes(task) ? null : a.why_not[task]);
  for (const a of architectures) reasons.set(why(a), [...(reasons.get(why(a)) ?? []), a]);
  const several = [...reasons].filter(([reason, group]) => reason !== null && group.length > 1);
  return [
    ...architectures
      .filter((a) => !several.some(([, group]) => group.includes(a)))
      .map((a) => architectureCard(a, why(a))),
    ...several.map(([reason, group]) => folded(reason ?? '', group)),
  ];
}

/** @param {Architecture} a @param {string | null} reason why it does not suit the task */
function architectureCard(a, reason) {
  const why = reason && `edp-why-${a.id}`;
  return h(
    reason ? 'label.card.off' : 'label.card',
    {},
    radio('architecture', a.id, Boolean(reason), why),
    h('span', {}, a.title),
    glyphs(a.glyphs),
    why && h('span.why', { id: why }, reason),
  );
}

/** @param {string} reason @param {Architecture[]} group */
function folded(reason, group) {
  return h(
    'details.folded',
    {},
    h('summary', {}, h('span', {}, `${group.length} others ${plural(reason)}`)),
    group.map((a) =>
      h('label.card.off', {}, radio('architecture', a.id, true), h('span', {}, a.title), glyphs(a.glyphs)),
    ),
  );
}

/** @type {Record<string, string>} */
const IRREGULAR = { is: 'are', has: 'have', does: 'do', was: 'were', goes: 'go' };

/** “writes text and gives no answer” of one is “write text and give no answer” of many. @param {string} reason */
export function plural(reason) {
  return reason.replace(
    /(^|\band )(\w+)/g,
    (_, before, verb) => before + (IRREGULAR[verb] ?? verb.replace(/([^s])s$/, '$1')),
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
