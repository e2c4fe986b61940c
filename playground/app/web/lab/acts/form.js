// "Add an act": what, where, which place, how much, at which steps. Only what this model has is offered.
import { h } from '../../core/dom.js';
import { onEscape } from '../../core/keys.js';
import * as state from '../../core/state.js';
import { otherInput } from './other_input.js';

/** @import { Act, ActOffer, Acts, Preset } from '../types.d.ts' */

/** What the number of a kind is. @type {Record<string, string>} */
const AMOUNTS = { scale: 'Times', swap: 'Share of the other, 0–1', noise: 'Size' };

/** @param {(act: Act) => void} add */
export function actForm(add) {
  /** @type {Acts | null} */
  let acts = null;
  const fields = {
    kind: h('select', { onchange: () => fill('kind') }),
    site: h('select', { onchange: () => fill('site') }),
    place: h('select', {}),
    unit: h('input', { type: 'number', min: 0, value: 0, inputmode: 'numeric' }),
    amount: h('input', { type: 'number', step: 'any', value: 0, inputmode: 'decimal' }),
    seed: h('input', { type: 'number', min: 0, max: 2 ** 31 - 1, value: 0, inputmode: 'numeric' }),
    steps: h('select', {}),
  };
  const labels = {
    kind: label('What', fields.kind),
    site: label('Where', fields.site),
    place: label('Place', fields.place),
    unit: label('Unit', fields.unit),
    amount: label('Value', fields.amount),
    seed: label('Draw', fields.seed),
    steps: label('Steps', fields.steps),
  };
  const other = otherInput();
  const ends = h(
    'div.gate-ends',
    { role: 'group', 'aria-label': 'Hold the gate', hidden: true },
    [0, 1].map((end) => h('button.btn.box', { type: 'button', onclick: () => send(end) }, `Hold at ${end}`)),
  );
  const submit = h('button.btn.on', { type: 'submit' }, 'Add');
  const node = h(
    'form.act-form',
    { hidden: true, 'aria-label': 'Add an act', onsubmit, onkeydown: onEscape(() => toggle(false)) },
    labels.kind,
    labels.site,
    labels.place,
    labels.unit,
    other.node,
    labels.amount,
    labels.seed,
    labels.steps,
    ends,
    submit,
    other.error,
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
    if (open) {
      fill('site');
      fields.kind.focus();
    } else button.focus();
  }

  /** @param {Acts} value */
  function show(value) {
    const same = acts && JSON.stringify(acts.menu) === JSON.stringify(value.menu);
    const elsewhere = acts?.address !== value.address;
    acts = value;
    if (elsewhere) other.about(value.address, value.typed, !node.hidden && chosen()?.takes === 'input');
    if (same) return;
    options(fields.kind, [...new Map(value.menu.map(({ kind, name }) => [kind, name]))]);
    fill('kind');
  }

  /** What was pointed at stands in the form. @param {Preset} preset */
  function open({ kind, site, place, amount, step }) {
    toggle(true);
    fields.kind.value = kind;
    fill('kind');
    fields.site.value = site;
    fill('site');
    if (place !== null) fields[labels.place.hidden ? 'unit' : 'place'].value = String(place);
    if (amount !== null) fields.amount.value = String(amount);
    if (step !== null) fields.steps.value = String(Math.min(step, (acts?.steps.length ?? 1) - 1));
    submit.focus();
    node.scrollIntoView({ block: 'nearest' });
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
    const { places, usual, gate, stepwise, takes, span, whole, since } = offer;
    labels.place.hidden = !Array.isArray(places);
    labels.unit.hidden = typeof places !== 'number';
    if (Array.isArray(places))
      options(
        fields.place,
        places.map((name, i) => [String(i), name]),
      );
    if (typeof places === 'number') {
      fields.unit.max = String(places - 1);
      fields.unit.placeholder = whole ? 'all' : '';
      fields.unit.value = whole ? '' : fields.unit.value || '0';
      labels.unit.firstChild?.replaceWith(`${offer.kind === 'off' ? 'Head' : 'Unit'} 0–${places - 1}`);
    }
    labels.amount.hidden = usual === null;
    fields.amount.min = span ? String(span[0]) : '';
    fields.amount.max = span ? String(span[1]) : '';
    fields.amount.value = String(usual ?? 0);
    labels.amount.firstChild?.replaceWith(AMOUNTS[offer.kind] ?? (gate ? 'Held at, 0–1' : 'Held at'));
    ends.hidden = !gate || offer.kind !== 'clamp';
    labels.seed.hidden = takes !== 'seed';
    other.want(takes === 'input' && !node.hidden);
    labels.steps.hidden = !stepwise;
    labels.steps.firstChild?.replaceWith(since ? 'From step' : 'Steps');
    options(fields.steps, [
      .../** @type {[string, string][]} */ (since ? [] : [['', 'all']]),
      ...(acts?.steps ?? []).map((token, i) => /** @type {[string, string]} */ ([String(i), `${i + 1} ${token}`])),
    ]);
    if (since && from === 'kind') fields.steps.value = String(state.step.value ?? 0);
  }

  /** @returns {ActOffer | undefined} */
  function chosen() {
    return acts?.menu.find(({ kind, site }) => kind === fields.kind.value && site === fields.site.value);
  }

  /** @param {Event} event */
  function onsubmit(event) {
    event.preventDefault();
    send(Number(fields.amount.value));
  }

  /** @param {number} value */
  async function send(value) {
    const offer = chosen();
    if (!offer) return;
    const { places, whole, takes } = offer;
    const unit = whole && fields.unit.value === '' ? null : Number(fields.unit.value);
    const place = places === null ? null : Array.isArray(places) ? Number(fields.place.value) : unit;
    const amount = offer.usual === null ? null : value;
    const steps = offer.stepwise && fields.steps.value !== '' ? [Number(fields.steps.value)] : null;
    const given = takes === 'seed' ? Number(fields.seed.value) : takes ? await other.given() : null;
    if (takes && given === null) return;
    /** @type {Act} */
    const act = [offer.kind, offer.site, place, amount, steps, true];
    if (given !== null) act[6] = given;
    add(act);
  }

  return { node, button, show, open };
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
