// The "Advanced" form, made from the options that the server names. A control the visitor is using is never redrawn.
import { h, setText, signed } from './dom.js';

/**
 * @typedef {{group: string, name: string, label: string, type: 'choice'|'integer'|'number'|'flag', choices?: [string,
 * string][],
 *   low?: number, high?: number, step?: number, value: any, help?: string}} Option
 */

const TITLES = { model: 'Model', task: 'Task', training: 'Training' };
const SEGMENTS = 3; // up to so many choices stand side by side
const SEGMENT_TEXT = 24; // characters that fit on them together
const DECADES = 1000; // a number whose highest value is so many times its lowest is typed

const shape = (options) => JSON.stringify(options.map(({ value, ...rest }) => rest));
const key = (option) => `${option.group}.${option.name}`;

/**
 * @param {(group: string, name: string, value: any, soon: boolean) => void} changed `soon` where more changes will
 * follow at once
 */
export function optionsForm(changed) {
  const form = h('div.options', {});
  let drawn = '';
  let controls = new Map();
  return {
    node: form,
    /**
     * @param {Option[]} options
     * @param {Record<string, any>} mine what the visitor set and the server has not answered yet
     */
    show(every, mine = {}) {
      const options = every.filter(({ type }) => type !== 'key'); // not for typing
      if (shape(options) !== drawn) {
        const focused = form.contains(document.activeElement) ? document.activeElement.dataset.key : null;
        controls = new Map(options.map((option) => [key(option), control(option, changed)]));
        form.replaceChildren(...grouped(options, controls));
        drawn = shape(options);
        if (focused) form.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
      }
      for (const option of options) controls.get(key(option)).set(mine[key(option)] ?? option.value);
    },
  };
}

function grouped(options, controls) {
  return Object.keys(TITLES)
    .map((group) => [group, options.filter((option) => option.group === group)])
    .filter(([, list]) => list.length)
    .map(([group, list]) =>
      h(
        'fieldset',
        {},
        h('legend', {}, TITLES[group]),
        list.map((option) => controls.get(key(option)).node),
      ),
    );
}

/** @param {Option} option */
function control(option, changed) {
  const id = `edp-option-${option.group}-${option.name}`;
  const data = { 'data-key': key(option) };
  const tell = (value, soon = false) => changed(option.group, option.name, value, soon);
  const help = option.help ? h('p.help', { id: `${id}-help` }, option.help) : null;
  const described = help ? { 'aria-describedby': help.id } : {};
  if (option.type === 'flag') return flag(option, id, { ...data, ...described }, tell, help);
  if (option.type === 'choice') return choice(option, id, { ...data, ...described }, tell, help);
  const wide = option.low > 0 && option.high / option.low >= DECADES; // on a line the small ones could not be told apart
  return (wide ? box : slider)(option, id, { ...data, ...described }, tell, help);
}

/** A number that is typed. What is not allowed is said and goes nowhere. */
function box(option, id, attributes, tell, help) {
  const whole = option.type === 'integer';
  const refused = h('p.help.w', { role: 'alert' });
  const input = h('input', {
    type: 'number',
    id,
    min: option.low,
    max: option.high,
    step: whole ? 1 : 'any',
    ...attributes,
    oninput: () => check() && tell(input.valueAsNumber, true),
  });
  const check = () => {
    const right = input.value !== '' && input.checkValidity();
    if (right) input.removeAttribute('aria-invalid');
    else input.setAttribute('aria-invalid', 'true');
    setText(
      refused,
      right
        ? ''
        : `Allowed: ${whole ? 'whole numbers' : 'numbers'} from ${option.low} to ${option.high.toLocaleString('en')}`,
    );
    return right;
  };
  return {
    node: h('div.option', {}, h('label.label', { for: id }, option.label), input, refused, help),
    set(value) {
      // not under the visitor's fingers
      if (document.activeElement === input || input.valueAsNumber === value) return;
      input.value = value;
      check();
    },
  };
}

function flag(option, id, attributes, tell, help) {
  const box = h('input.check', { type: 'checkbox', id, ...attributes, onchange: () => tell(box.checked) });
  return {
    node: h('div.option', {}, h('label.flag', {}, box, h('span', {}, option.label)), help),
    set: (value) => {
      box.checked = !!value;
    },
  };
}

function choice(option, id, attributes, tell, help) {
  const text = option.choices.reduce((sum, [, label]) => sum + label.length, 0);
  if (option.choices.length <= SEGMENTS && text <= SEGMENT_TEXT) {
    const segments = segmented(id, option.label, option.choices, tell, attributes);
    return { node: h('div.option', {}, h('span.label', {}, option.label), segments.node, help), set: segments.set };
  }
  const select = h(
    'select',
    { id, ...attributes, onchange: () => tell(select.value) },
    option.choices.map(([value, label]) => h('option', { value }, label)),
  );
  return {
    node: h('div.option', {}, h('label.label', { for: id }, option.label), select, help),
    set: (value) => {
      select.value = value;
    },
  };
}

function slider(option, id, attributes, tell, help) {
  const digits =
    option.type === 'integer' ? 0 : Math.min(6, Math.max(0, Math.ceil(-Math.log10(option.step || 0.001)) + 1));
  const text = (value) =>
    signed(value, digits)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  const shown = h('output', { for: id });
  const range = h('input.slider', {
    type: 'range',
    id,
    min: option.low,
    max: option.high,
    step: option.step ?? (option.type === 'integer' ? 1 : 'any'),
    ...attributes,
    oninput: () => {
      shown.textContent = text(range.valueAsNumber);
      tell(range.valueAsNumber, true);
    },
  });
  return {
    node: h('div.option', {}, h('span.head', {}, h('label.label', { for: id }, option.label), shown), range, help),
    set: (value) => {
      range.value = value;
      shown.textContent = text(value);
    }, // which may lie between two steps of the slider
  };
}

/**
 * Segmented control of native radios.
 * @param {string} name @param {string} label @param {[string, string][]} choices @param {(value: string) => void} tell
 */
export function segmented(name, label, choices, tell, attributes = {}) {
  const inputs = choices.map(([value]) => h('input', { type: 'radio', name, value, ...attributes }));
  const node = h(
    'div.segments',
    { role: 'radiogroup', 'aria-label': label, onchange: (e) => tell(e.target.value) },
    choices.map(([, text], i) => h('label', {}, inputs[i], h('span', {}, text))),
  );
  return {
    node,
    set: (value) => {
      for (const input of inputs) input.checked = input.value === String(value);
    },
  };
}
