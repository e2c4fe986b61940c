// Form fields made from the options that the server names. A control the visitor is using is never redrawn.
import { h, setText } from '../core/dom.js';
import { signed } from '../core/numbers.js';

/** @import { Attributes, Child, Option, OptionValue } from '../core/types.d.ts' */

/** @typedef {{node: HTMLElement, set: (value: OptionValue) => void}} Control */
/** @typedef {(value: OptionValue, soon?: boolean) => void} Tell `soon` where more changes will follow at once */

const TITLES = { model: 'Model', task: 'Task', training: 'Training' };
const SEGMENTS = 3; // up to so many choices stand side by side
const SEGMENT_TEXT = 24; // characters that fit on them together
const DECADES = 1000; // a number whose highest value is so many times its lowest is typed

/** @param {Option[]} options */
const shape = (options) => JSON.stringify(options.map(({ value, ...rest }) => rest));
/** @param {{group: string, name: string}} option */
export const key = (option) => `${option.group}.${option.name}`;

/**
 * The "Advanced" form.
 * @param {(option: string, value: OptionValue, soon: boolean) => void} changed
 * @param {string} [prefix] of the names of its fields, where a page has several
 */
export function optionsForm(changed, prefix = 'edp-option') {
  const form = h('div.options');
  let drawn = '';
  /** @type {Map<string, Control>} */
  let controls = new Map();
  return {
    node: form,
    /**
     * @param {Option[]} every
     * @param {Record<string, OptionValue>} mine what the visitor set and the server has not answered yet
     */
    show(every, mine = {}) {
      const options = every.filter(({ type }) => type !== 'key'); // not for typing
      if (shape(options) !== drawn) {
        const active = document.activeElement;
        const focused = active instanceof HTMLElement && form.contains(active) ? active.dataset.key : null;
        controls = new Map(options.map((option) => [key(option), control(option, changed, prefix)]));
        form.replaceChildren(...grouped(options, controls));
        drawn = shape(options);
        if (focused) /** @type {HTMLElement?} */ (form.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
      }
      for (const option of options) controls.get(key(option))?.set(mine[key(option)] ?? option.value);
    },
  };
}

/** @param {Option[]} options @param {Map<string, Control>} controls */
function grouped(options, controls) {
  return Object.entries(TITLES).flatMap(([group, title]) => {
    const nodes = options.filter((option) => option.group === group).map((option) => controls.get(key(option))?.node);
    return nodes.length ? [h('fieldset', {}, h('legend', {}, title), nodes)] : [];
  });
}

/**
 * @param {Option} option @param {Parameters<typeof optionsForm>[0]} changed @param {string} prefix
 * @returns {Control}
 */
function control(option, changed, prefix) {
  const id = `${prefix}-${option.group}-${option.name}`;
  /** @type {Tell} */
  const tell = (value, soon = false) => changed(key(option), value, soon);
  const help = option.help ? h('p.help', { id: `${id}-help` }, option.help) : null;
  const attributes = { 'data-key': key(option), 'aria-describedby': help?.id };
  if (option.type === 'flag' || option.type === 'key') return flag(option, id, attributes, tell, help);
  if (option.type === 'choice') return choice(option, id, attributes, tell, help);
  // On a line the small ones could not be told apart.
  const wide = option.low > 0 && option.high / option.low >= DECADES;
  return (wide ? box : slider)(option, id, attributes, tell, help);
}

/** @param {string} id @param {Option} option @param {Child} field @param {Child[]} more */
const labelled = (id, option, field, ...more) =>
  h('div.option', {}, h('label.label', { for: id }, option.label), field, more);

/**
 * A number that is typed. What is not allowed is said and goes nowhere.
 * @param {Option & {low: number, high: number}} option
 * @param {string} id @param {Attributes} attributes @param {Tell} tell @param {Child} help @returns {Control}
 */
function box(option, id, attributes, tell, help) {
  const whole = option.type === 'integer';
  const refused = h('p.help.w', { role: 'alert' });
  const oninput = () => check() && tell(input.valueAsNumber, true);
  const range = { type: 'number', min: option.low, max: option.high, step: whole ? 1 : 'any' };
  const input = h('input', { id, ...range, ...attributes, oninput });
  const allowed = `${whole ? 'whole numbers' : 'numbers'} from ${option.low} to ${option.high.toLocaleString('en')}`;
  const check = () => {
    const right = input.value !== '' && input.checkValidity();
    if (right) input.removeAttribute('aria-invalid');
    else input.setAttribute('aria-invalid', 'true');
    setText(refused, right ? '' : `Allowed: ${allowed}`);
    return right;
  };
  return {
    node: labelled(id, option, input, refused, help),
    set(value) {
      // not under the visitor's fingers
      if (document.activeElement === input || input.valueAsNumber === value) return;
      input.value = String(value);
      check();
    },
  };
}

/**
 * @param {Option} option @param {string} id @param {Attributes} attributes @param {Tell} tell @param {Child} help
 * @returns {Control}
 */
function flag(option, id, attributes, tell, help) {
  const onchange = () => {
    tell(box.checked);
  };
  const box = h('input', { type: 'checkbox', id, ...attributes, onchange });
  return {
    node: h('div.option', {}, h('label.flag', {}, box, h('span', {}, option.label)), help),
    set(value) {
      box.checked = Boolean(value);
    },
  };
}

/**
 * @param {Option & {type: 'choice'}} option
 * @param {string} id @param {Attributes} attributes @param {Tell} tell @param {Child} help @returns {Control}
 */
function choice(option, id, attributes, tell, help) {
  const text = option.choices.reduce((sum, [, label]) => sum + label.length, 0);
  if (option.choices.length <= SEGMENTS && text <= SEGMENT_TEXT) {
    const segments = segmented(id, option.label, option.choices, tell, attributes);
    return { node: h('div.option', {}, h('span.label', {}, option.label), segments.node, help), set: segments.set };
  }
  const options = option.choices.map(([value, label]) => h('option', { value }, label));
  const onchange = () => {
    tell(select.value);
  };
  const select = h('select', { id, ...attributes, onchange }, options);
  return {
    node: labelled(id, option, select, help),
    set(value) {
      select.value = String(value);
    },
  };
}

/**
 * @param {Option & {low: number, high: number, step?: number | null}} option
 * @param {string} id @param {Attributes} attributes @param {Tell} tell @param {Child} help @returns {Control}
 */
function slider(option, id, attributes, tell, help) {
  const whole = option.type === 'integer';
  const digits = whole ? 0 : Math.min(6, Math.max(0, Math.ceil(-Math.log10(option.step || 0.001)) + 1));
  const shown = h('output', { for: id });
  /** @param {number} value */
  const say = (value) => {
    const text = signed(value, digits);
    shown.textContent = text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  };
  const step = option.step ?? (whole ? 1 : 'any');
  const oninput = () => {
    say(range.valueAsNumber);
    tell(range.valueAsNumber, true);
  };
  const limits = { type: 'range', min: option.low, max: option.high, step };
  const range = h('input.slider', { id, ...limits, ...attributes, oninput });
  return {
    node: h('div.option', {}, h('span.head', {}, h('label.label', { for: id }, option.label), shown), range, help),
    set(value) {
      range.value = String(value);
      say(Number(value)); // which may lie between two steps of the slider
    },
  };
}

/**
 * Segmented control of native radios.
 * @param {string} name @param {string} label @param {[string, string][]} choices @param {(value: string) => void} tell
 * @param {Attributes} [attributes]
 */
export function segmented(name, label, choices, tell, attributes = {}) {
  const inputs = choices.map(([value]) =>
    h('input', { type: 'radio', name, value, ...attributes, onchange: () => tell(value) }),
  );
  const labels = choices.map(([, text], i) => h('label', {}, inputs[i], h('span', {}, text)));
  return {
    node: h('div.segments', { role: 'radiogroup', 'aria-label': label }, labels),
    /** @param {OptionValue | undefined} value */
    set(value) {
      for (const input of inputs) input.checked = input.value === String(value);
    },
  };
}
