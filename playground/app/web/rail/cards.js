// The cards of the rail: one native radio each, so arrow keys, labels and screen readers need nothing of ours.
import { h } from '../core/dom.js';
import { glyph } from '../core/glyphs.js';

const BLOCKS = ['enc', 'code', 'dec'];
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
    onchange: (e) => e.target.type === 'radio' && choose(e.target.value),
  });
  let drawn = '';
  let shown = null;
  return {
    node: group,
    /** @param {() => Node[]} build @param {any} content what the cards depend on @param {string} chosen */
    show(content, build, chosen) {
      const key = JSON.stringify(content);
      if (key !== drawn) {
        const focused = group.contains(document.activeElement) ? document.activeElement.value : null;
        const open = !!group.querySelector('details[open]');
        group.replaceChildren(...build());
        drawn = key;
        if (open) group.querySelector('details')?.setAttribute('open', '');
        if (focused) [...group.querySelectorAll('input')].find((input) => input.value === focused)?.focus();
      }
      for (const input of group.querySelectorAll('input')) input.checked = input.value === chosen;
      if (chosen !== shown) reveal(group, group.querySelector('input:checked')?.closest('.card'));
      shown = chosen;
    },
  };
}

/** Scroll the list, and nothing else, until the card is in view. */
function reveal(group, card) {
  if (!card) return;
  const top = card.offsetTop;
  const bottom = top + card.offsetHeight;
  if (top < group.scrollTop) group.scrollTop = top;
  else if (bottom > group.scrollTop + group.clientHeight) group.scrollTop = bottom - group.clientHeight;
}

const radio = (name, value, disabled = false, describedby = null) =>
  h('input.dot', { type: 'radio', name: `edp-${name}`, value, disabled, 'aria-describedby': describedby });

/** @param {{id: string, title: string, example: string}} task */
export const taskCard = (task) =>
  h(
    'label.card',
    {},
    radio('task', task.id),
    h('span.line', {}, h('span', {}, task.title), h('span.ex', {}, task.example)),
  );

/** Architectures that suit the task as cards; those that do not with their reason, one shared reason told once. */
export function architectureCards(architectures, task) {
  const suits = (a) => !a.tasks || a.tasks.includes(task);
  const why = (a) => a.why_not[task];
  const reasons = new Map();
  for (const a of architectures.filter((one) => !suits(one))) reasons.set(why(a), [...(reasons.get(why(a)) ?? []), a]);
  const nodes = architectures
    .filter((a) => suits(a) || reasons.get(why(a)).length < 2)
    .map((a) => architectureCard(a, suits(a) ? null : why(a)));
  for (const [reason, group] of reasons) if (group.length > 1) nodes.push(folded(reason, group));
  return nodes;
}

/** @param {string | null} reason why it does not suit the task */
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

function folded(reason, group) {
  return h(
    'details.folded',
    {},
    h('summary', {}, h('span', {}, `${group.length} others ${plural(reason ?? '')}`)),
    group.map((a) =>
      h('label.card.off', {}, radio('architecture', a.id, true), h('span', {}, a.title), glyphs(a.glyphs)),
    ),
  );
}

const IRREGULAR = { is: 'are', has: 'have', does: 'do', was: 'were', goes: 'go' };

/** “writes text and gives no answer” of one is “write text and give no answer” of many. */
export function plural(reason) {
  return reason.replace(
    /(^|\band )(\w+)/g,
    (_, before, verb) => before + (IRREGULAR[verb] ?? verb.replace(/([^s])s$/, '$1')),
  );
}

function glyphs(present) {
  const missing = PARTS.filter((_, i) => !present[i]);
  return h(
    'span.glyphs',
    { role: 'img', 'aria-label': missing.length ? `without ${missing.join(' and ')}` : 'encoder, code and decoder' },
    BLOCKS.map((kind, i) => glyph(kind, !present[i])),
  );
}
