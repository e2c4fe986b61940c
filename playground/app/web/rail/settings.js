// How to train: what to expect, the preset, the time budget, and everything else behind "Advanced".
import { h, setText } from '../core/dom.js';
import { optionsForm, segmented } from '../shell/fields.js';

/** @import { Mine, Rail } from './types.d.ts' */
/** @import { Choices } from './choices.js' */

/** Draws only what has changed since it was drawn last. */
function drawnOnce() {
  let drawn = '';
  return (/** @type {unknown} */ content, /** @type {() => void} */ draw) => {
    const key = JSON.stringify(content);
    if (key === drawn) return;
    drawn = key;
    draw();
  };
}

export function factList() {
  const node = h('dl.facts', { 'aria-live': 'off' });
  const once = drawnOnce();
  return {
    node,
    /** @param {Rail} value */
    show({ facts }) {
      const nodes = () => facts.flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)]);
      once(facts, () => node.replaceChildren(...nodes()));
    },
  };
}

/** @param {(preset: string) => void} choose */
export function presetRow(choose) {
  const onchange = () => {
    choose(select.value);
  };
  const select = h('select', { id: 'edp-preset', onchange });
  const row = h('div.preset', {}, h('label', { for: 'edp-preset' }, 'Preset'), select);
  const note = h('p.preset-note', { hidden: true });
  const once = drawnOnce();
  return {
    nodes: [row, note],
    /** @param {Rail} value */
    show({ presets, preset, note: text }) {
      once(presets, () => select.replaceChildren(...presets.map(([id, title]) => h('option', { value: id }, title))));
      row.hidden = presets.length < 2;
      select.value = preset;
      note.hidden = !text;
      setText(note, text ?? '');
    },
  };
}

/** @param {(budget: string) => void} choose */
export function budgetRow(choose) {
  const node = h('div');
  const once = drawnOnce();
  const measured = h('p.help', {}, 'As many updates as fit, measured when training starts: a busy machine does fewer.');
  let segments = segmented('edp-budget', 'Time budget', [], choose);
  return {
    node,
    /** @param {Rail} value @param {Mine} mine */
    show({ budgets, budget }, mine) {
      const chosen = mine.budget ?? budget;
      once(budgets, () => {
        const focused = node.contains(document.activeElement);
        segments = segmented('edp-budget', 'Time budget', budgets, choose);
        node.replaceChildren(segments.node, measured);
        segments.set(chosen);
        if (focused) /** @type {HTMLElement?} */ (segments.node.querySelector('input:checked'))?.focus();
      });
      segments.set(chosen);
      measured.hidden = chosen === 'preset';
    },
  };
}

/** @param {Choices['set']} set @param {() => void} toPreset */
export function advancedForm(set, toPreset) {
  const form = optionsForm(set);
  const range = { type: 'number', min: 0, max: 4294967295, step: 1, inputmode: 'numeric' };
  const seed = h('input', { id: 'edp-seed', ...range, oninput });
  const help = h('p.help', {}, 'Same seed and settings, same first weights and batches.');
  const label = h('label.label', { for: 'edp-seed' }, 'Seed');
  const back = h('button.plain', { type: 'button', onclick: toPreset }, 'Back to the preset');

  function oninput() {
    const right = seed.checkValidity() && seed.value !== '';
    if (right) seed.removeAttribute('aria-invalid');
    else seed.setAttribute('aria-invalid', 'true');
    if (right) set('seed', Number(seed.value), true);
  }

  return {
    node: h(
      'details.advanced',
      {},
      h('summary', {}, 'Advanced'),
      form.node,
      h('div.option', {}, label, seed, help),
      back,
    ),
    /** @param {Rail} value @param {Mine} mine */
    show({ options, seed: known }, mine) {
      form.show(options, mine);
      if (document.activeElement !== seed && !('seed' in mine)) seed.value = String(known);
    },
  };
}
