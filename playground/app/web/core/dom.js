// Building nodes. User text only ever becomes a text node or an attribute value, never markup.

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */

/**
 * HTML element. `h('div.row', {id: 'x', onclick: f, style: {'--a': .5}}, 'text', node, [more])`
 * @param {string} name tag, then classes: 'button.btn.box'
 * @param {Record<string, any>} [attributes] null, undefined and false are left out; functions are listeners (on…)
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  return fill(node, attributes, children);
}

/** SVG element, as `h`. @returns {SVGElement} */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(key.slice(2), value);
    else if (key === 'style' && typeof value === 'object')
      for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(
    ...children
      .flat(9)
      .filter((c) => c !== null && c !== undefined && c !== false)
      .map((c) => (c instanceof Node ? c : String(c))),
  );
  return node;
}

/** Set a text only when it is another one: writing the same again would make the browser lay out for nothing. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Array packed by Python (`{shape, f32}`, or `u8` for bytes) as `{shape, data, row(i)}`; null stays null. */
export function unpack(packed) {
  if (!packed) return null;
  const bytes = Uint8Array.from(atob(packed.u8 ?? packed.f32), (c) => c.charCodeAt(0));
  const data = packed.u8 ? bytes : new Float32Array(bytes.buffer);
  const width = packed.shape.length > 1 ? packed.shape.slice(1).reduce((a, b) => a * b, 1) : data.length;
  return { shape: packed.shape, data, row: (i) => data.subarray(i * width, (i + 1) * width) };
}

/**
 * Rich text from Python: [[style, text], …] with style '' plain, 'b' bold, 'e'/'c'/'d' encoder/code/decoder token, 'n'
 * number, 'w' wrong, 'm' mono.
 * @param {[string, string][]} parts
 */
export const rich = (parts) =>
  parts.map(([style, text]) => (style ? h(`span.${style.split(' ').join('.')}`, {}, unbroken(text)) : unbroken(text)));

/** A number stays on the line of its percent sign. */
const unbroken = (text) => text.replaceAll(' %', '\u00a0%');

/** Reading order numbers: .55, <.01, 1.0 */
export const weight = (v) => (v < 0.005 ? '<.01' : v >= 0.995 ? '1.0' : v.toFixed(2).replace(/^0/, ''));

/** Probability as a percentage that is never rounded up to 100 %. */
export const percent = (v) =>
  v === 0
    ? '0 %'
    : v < 1e-5
      ? '<0.001 %'
      : v === 1
        ? '100 %'
        : v > 0.99995
          ? '>99.99 %'
          : `${(v * 100).toFixed(v < 0.001 ? 3 : v > 0.999 ? 2 : v < 0.1 || v > 0.99 ? 1 : 0)} %`;

/** A true minus sign. */
export const signed = (v, digits = 2) => v.toFixed(digits).replace('-', '−');

export const argmax = (row) => {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i] > row[best]) best = i;
  return best;
};
