// "Add an act": what, where, which place, how much, at which steps. Only what this model has is offered.
import { h } from '../core/dom.js';
import { onEscape } from '../core/keys.js';

/** @import { Act, Acts, Offer } from './types.d.ts' */

const KINDS = {
  hold: 'Hold attention',
  even: 'Spread attention evenly',
  off: 'Switch a head off',
  blank: 'Blank a position',
  clamp: 'Clamp a unit',
  scale: 'Scale',
};

/** @param {(act: Act) => void} add */
export function actForm(add) {
  /** @type {Acts | null} */
  let acts = null;
  const fields = {
    kind: h('select', { onchange: () => fill('kind') }),
    site: h('select', { onchange: () => fill('site') }),
    place: h('select', {}),
    unit: h('input', { type: 'number', min: 0, value: 0, inputmode: 'numeric' }),
    amount: h('input', { type: 'number', step: 0.1, value: 0, inputmode: 'decimal' }),
    steps: h('select', {}),
  };
  const labels = {
    kind: label('What', fields.kind),
    site: label('Where', fields.site),
    place: label('Place', fields.place),
    unit: label('Unit', fields.unit),
    amount: label('Value', fields.amount),
    steps: label('Steps', fields.steps),
  };
  const node = h(
    'form.act-form',
    { hidden: true, 'aria-label': 'Add an act', onsubmit, onkeydown: onEscape(() => toggle(false)) },
    Object.values(labels),
    h('button.btn.on', { type: 'submit' }, 'Add'),
  );
  const button = h(
    'button.btn.box',
    { type: 'button', 'aria-expanded': 'false', onclick: () => toggle(Boolean(node.hidden)) },
    '+ Add an act',
  );

  /** @param {boolean} open */
  function toggle(open) {
    if (open !== Boolean(node.hidden)) return;
    node.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open) fields.kind.focus();
    else button.focus();
  }

  /** @param {Acts} value */
  function show(value) {
    const same = acts && JSON.stringify(acts.menu) === JSON.stringify(value.menu);
    acts = value;
    if (same) return;
    const kinds = [...new Set(value.menu.map(({ kind }) => kind))];
    options(
      fields.kind,
      Object.entries(KINDS).filter(([kind]) => kinds.includes(kind)),
    );
    fill('kind');
  }

  /** Fill what depends on a choice. @param {'kind' | 'site'} from */
  function fill(from) {
    const offers = (acts?.menu ?? []).filter(({ kind }) => kind === fields.kind.value);
    if (from === 'kind')
      options(
        fields.site,
        offers.map(({ site, where, what }) => [site, named(where, what)]),
      );
    const offer = chosen();
    if (!offer) return;
    const { places, usual, gate, stepwise } = offer;
    labels.place.hidden = !Array.isArray(places);
    labels.unit.hidden = typeof places !== 'number';
    if (Array.isArray(places))
      options(
        fields.place,
        places.map((name, i) => [String(i), name]),
      );
    if (typeof places === 'number') {
      fields.unit.max = String(places - 1);
      labels.unit.firstChild?.replaceWith(`${offer.kind === 'off' ? 'Head' : 'Unit'} 0–${places - 1}`);
    }
    labels.amount.hidden = usual === null;
    fields.amount.value = String(usual ?? 0);
    labels.amount.firstChild?.replaceWith(offer.kind === 'scale' ? 'Times' : gate ? 'Held at, 0–1' : 'Held at');
    labels.steps.hidden = !stepwise;
    options(fields.steps, [
      ['', 'all'],
      ...(acts?.steps ?? []).map((token, i) => /** @type {[string, string]} */ ([String(i), `${i + 1} ${token}`])),
    ]);
  }

  /** @returns {Offer | undefined} */
  function chosen() {
    return acts?.menu.find(({ kind, site }) => kind === fields.kind.value && site === fields.site.value);
  }

  /** @param {Event} event */
  function onsubmit(event) {
    event.preventDefault();
    const offer = chosen();
    if (!offer) return;
    const { places } = offer;
    const place = places === null ? null : Number(Array.isArray(places) ? fields.place.value : fields.unit.value);
    const amount = offer.usual === null ? null : Number(fields.amount.value);
    const steps = offer.stepwise && fields.steps.value !== '' ? [Number(fields.steps.value)] : null;
    add([offer.kind, offer.site, place, amount, steps, true]);
  }

  return { node, button, show };
}

/** Where and what, without saying a word twice. @param {string} where @param {string} what */
const named = (where, what) => (where.endsWith(what) ? where : `${where}: ${what}`);

/** @param {string} text @param {HTMLElement} field */
const label = (text, field) => h('label', {}, text, field);

/** @param {HTMLSelectElement} select @param {[value: string, text: string][]} choices */
function options(select, choices) {
  const before = select.value;
  select.replaceChildren(...choices.map(([value, text]) => h('option', { value }, text)));
  if (choices.some(([value]) => value === before)) select.value = before;
}
