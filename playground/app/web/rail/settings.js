// How to train: what to expect, the time budget, the preset and the seed.
import { h, setText } from '../core/dom.js';
import { segmented } from '../shell/fields.js';

/** @import { Mine, Rail } from './types.d.ts' */

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

/** The count of parameters stands in the heading; work and time where the window is high enough. */
export function factList() {
  const count = h('b');
  const work = h('dd');
  const time = h('dd');
  const row = (/** @type {string} */ name, /** @type {Node} */ value) => [h('dt', {}, name), value];
  return {
    parameters: h('span.fact', {}, count, ' parameters'),
    node: h('dl.facts', {}, row('work per update', work), row('expected time', time)),
    /** @param {Rail} value */
    show({ facts }) {
      setText(count, facts.parameters);
      setText(work, facts.work);
      setText(time, facts.time);
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

/**
 * The first budget is the preset's own number of updates, called by the time that they are expected to take.
 * @param {(budget: string) => void} choose
 */
export function budgetRow(choose) {
  const measured = h('p.help', {}, 'As many updates as fit, measured when training starts: a busy machine does fewer.');
  const node = h('div.budget');
  const once = drawnOnce();
  let segments = segmented('edp-budget', 'Time budget', [], choose);
  return {
    node,
    /** @param {Rail} value @param {Mine} mine */
    show({ budgets, budget }, mine) {
      const chosen = mine.budget ?? budget;
      once(budgets, () => {
        const focused = node.contains(document.activeElement);
        segments = segmented('edp-budget', 'Time budget', budgets, choose);
        segments.node.querySelector('span')?.append(h('span.sr-only', {}, ', as many updates as the preset has'));
        node.replaceChildren(segments.node, measured);
        segments.set(chosen);
        if (focused) /** @type {HTMLElement?} */ (segments.node.querySelector('input:checked'))?.focus();
      });
      segments.set(chosen);
      measured.hidden = chosen === 'preset';
    },
  };
}

/** @param {(seed: number) => void} set */
export function seedField(set) {
  const range = { type: 'number', min: 0, max: 4294967295, step: 1, inputmode: 'numeric' };
  const seed = h('input', { id: 'edp-seed', ...range, oninput });
  const help = h('p.help', {}, 'Same seed and settings, same first weights and batches.');

  function oninput() {
    const right = seed.checkValidity() && seed.value !== '';
    if (right) seed.removeAttribute('aria-invalid');
    else seed.setAttribute('aria-invalid', 'true');
    if (right) set(Number(seed.value));
  }

  return {
    node: h('div.option', {}, h('label.label', { for: 'edp-seed' }, 'Seed'), seed, help),
    /** @param {Rail} value @param {Mine} mine */
    show({ seed: known }, mine) {
      if (document.activeElement !== seed && !('seed' in mine)) seed.value = String(known);
    },
  };
}
