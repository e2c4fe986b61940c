// The form of a sweep: which option, which of its values, how many seeds.
import { h, setText } from '../core/dom.js';
import { seconds } from '../core/numbers.js';
import { segments } from '../shell/panel.js';

/** @import { OptionValue } from '../core/types.d.ts' */
/** @import { Offered, Sweeps } from './types.d.ts' */

/** @typedef {{good: OptionValue[], bad: OptionValue[]}} Named values that can be trained, and others */

const FEWEST = 2;
const MOST = 6;
const SEEDS = [1, 2, 3, 4, 5];
const USUAL = 'model.hidden';
const TITLES = { model: 'Model', task: 'Task', training: 'Training' };

/** @param {(asked: {option: string, values: OptionValue[], seeds: number}) => void} start */
export function sweepForm(start) {
  /** @type {Sweeps | null} */
  let value = null;
  /** @type {Offered | undefined} */
  let option;
  let seeds = 3;
  /** @type {Set<OptionValue>} */
  let ticked = new Set();
  let shape = '';
  /** @type {HTMLSelectElement} */
  const name = h('select', { 'aria-label': 'Option', onchange: () => pick(name.value) });
  const box = h('input.m', {
    type: 'text',
    'aria-label': 'Values, with commas between them',
    spellcheck: 'false',
    autocomplete: 'off',
    oninput: count,
  });
  const choices = h('span.sweep-choices', { role: 'group', 'aria-label': 'Values' });
  const repeats = segments(
    'Seeds',
    SEEDS.map((n) => [`${n}`, `${n}`]),
    (n) => {
      seeds = Number(n);
      count();
    },
  );
  const press = h('button.btn.on.sweep-start', { type: 'submit' });
  const hint = h('p.sweep-hint', { role: 'status' });
  const node = h(
    'form.sweep-form',
    { onsubmit },
    h('label', {}, 'Option', name),
    h('label.sweep-values', {}, 'Values', box),
    choices,
    h('span.sweep-seeds', {}, 'Seeds', repeats.node),
    press,
    hint,
  );

  /** @param {string} chosen */
  function pick(chosen) {
    option = value?.options.find((one) => one.name === chosen) ?? value?.options[0];
    if (!option) return;
    name.value = option.name;
    const typed = !option.choices;
    /** @type {HTMLElement} */ (box.parentElement).hidden = !typed;
    choices.hidden = typed;
    ticked = new Set(option.proposed);
    box.value = typed ? option.proposed.join(', ') : '';
    choices.replaceChildren('Values', ...(option.choices ?? []).map(([key, text]) => tick(key, text)));
    name.title = option.help ?? '';
    count();
  }

  /** @param {OptionValue} key @param {string} text */
  function tick(key, text) {
    const button = h('button.btn.box', { type: 'button', 'aria-pressed': `${ticked.has(key)}` }, text);
    button.onclick = () => {
      if (!ticked.delete(key)) ticked.add(key);
      button.setAttribute('aria-pressed', `${ticked.has(key)}`);
      count();
    };
    return button;
  }

  /** Each value once. @returns {Named} */
  function values() {
    if (option?.choices) return { good: option.choices.map(([key]) => key).filter((key) => ticked.has(key)), bad: [] };
    const parts = [...new Set(box.value.split(/[,;\s]+/).filter(Boolean))];
    const bad = parts.filter((part) => !fitting(part, option));
    return { good: [...new Set(parts.filter((part) => !bad.includes(part)).map(Number))], bad };
  }

  function count() {
    const { good, bad } = values();
    const runs = good.length * seeds;
    const fits = !bad.length && good.length >= FEWEST && good.length <= MOST;
    repeats.show(`${seeds}`);
    press.disabled = !fits;
    setText(press, fits ? `Train ${runs} runs, ≈ ${seconds(runs * (value?.each_s ?? 0))}` : 'Train');
    const few = `Name ${FEWEST} to ${MOST} values; ${good.length} ${good.length === 1 ? 'is' : 'are'} named.`;
    setText(hint, fits ? '' : bad.length ? refusal(bad, option) : few);
    hint.classList.toggle('bad', bad.length > 0);
    hint.hidden = fits;
  }

  /** @param {Event} event */
  function onsubmit(event) {
    event.preventDefault();
    if (option && !press.disabled) start({ option: option.name, values: values().good, seeds });
  }

  return {
    node,
    /** What was typed stays as long as the same can be chosen. @param {Sweeps} next */
    show(next) {
      value = next;
      const told = JSON.stringify([next.pair, next.options.map(({ value: _, proposed: __, ...rest }) => rest)]);
      if (told === shape) {
        option = next.options.find((one) => one.name === option?.name);
        count();
        return;
      }
      shape = told;
      name.replaceChildren(
        ...Object.entries(TITLES).flatMap(([group, title]) => {
          const mine = next.options.filter((one) => one.group === group);
          const listed = mine.map((one) => h('option', { value: one.name }, one.label));
          return listed.length ? [h('optgroup', { label: title }, listed)] : [];
        }),
      );
      pick(next.options.some((one) => one.name === option?.name) ? (option?.name ?? USUAL) : USUAL);
    },
    /** @param {boolean} busy */
    hold(busy) {
      node.hidden = busy;
    },
  };
}

/** Whether an option can be what was typed. @param {string} part @param {Offered} [option] */
function fitting(part, { type, low = -Infinity, high = Infinity } = /** @type {Offered} */ ({})) {
  const number = Number(part);
  return number >= low && number <= high && (type !== 'integer' || Number.isInteger(number));
}

/** @param {OptionValue[]} bad @param {Offered} [option] */
function refusal(bad, { label, type, low, high } = /** @type {Offered} */ ({})) {
  const named = bad.map((part) => `‘${part}’`);
  const all = named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named[0];
  return `${label} cannot be ${all}; allowed is a ${type === 'integer' ? 'whole ' : ''}number from ${low} to ${high}.`;
}
