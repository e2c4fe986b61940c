// Building nodes. User text only ever becomes a text node or an attribute value, never markup.

/** @import { Attributes, Child, Html, Rich, Svg } from './types.d.ts' */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * HTML element. `h('div.row', {id: 'x', onclick: f, style: {'--a': .5}}, 'text', node, [more])`
 * @template {string} N
 * @param {N} name tag, then classes: 'button.btn.box'
 * @param {Attributes} [attributes] null, undefined and false are left out; functions are listeners (on…)
 * @param {...Child} children
 * @returns {Html<N>}
 */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  return /** @type {Html<N>} */ (fill(node, attributes, children));
}

/**
 * SVG element, as `h`.
 * @template {string} N
 * @param {N} name @param {Attributes} [attributes] @param {...Child} children
 * @returns {Svg<N>}
 */
export function s(name, attributes = {}, ...children) {
  return /** @type {Svg<N>} */ (fill(document.createElementNS(SVG, name), attributes, children));
}

/** @param {HTMLElement | SVGElement} node @param {Attributes} attributes @param {Child[]} children */
function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (typeof value === 'object')
      for (const [k, v] of Object.entries(value)) node.style.setProperty(k, String(v));
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children.flat(9))
    if (child !== null && child !== undefined && child !== false)
      node.append(child instanceof Node ? child : String(child));
  return node;
}

/** Whether the page is on its way to paper. */
export const paper = matchMedia('print');

/** Where two pictures do not stand side by side. */
export const narrow = matchMedia('(max-width: 760px)');

/** In the next frame; for paper at once, since no frame comes before its picture is taken. @param {() => void} draw */
export function soon(draw) {
  if (paper.matches) draw();
  else requestAnimationFrame(draw);
}

/**
 * Set a text only when it is another one: writing the same again would make the browser lay out for nothing.
 * @param {Node} node @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Rich text from Python: [[style, text], …] with style '' plain, 'b' bold, 'e'/'c'/'d' encoder/code/decoder token, 'n'
 * number, 'w' wrong, 'm' mono.
 * @param {Rich} parts
 */
export const rich = (parts) =>
  parts.map(([style, text]) => (style ? h(`span.${style.split(' ').join('.')}`, {}, unbroken(text)) : unbroken(text)));

/** A number stays on the line of its percent sign. @param {string} text */
const unbroken = (text) => text.replaceAll(' %', '\u00a0%');

/** How much larger than its own pixels a node is drawn: a projected page is scaled. @param {Element} node */
export const scaleOf = (node) => node.currentCSSZoom ?? 1;

/** Where the pointer is in a node, in the node's own pixels. @param {Element} node @param {MouseEvent} event */
export function placeIn(node, { clientX, clientY }) {
  const { left, top } = node.getBoundingClientRect();
  const scale = scaleOf(node);
  return [(clientX - left) / scale, (clientY - top) / scale];
}

const EDGE = 8; // between a panel that opens and the edge of the window

/** Move a panel that has just been opened to the left, until all of it is seen. @param {HTMLElement} panel */
export function keepInView(panel) {
  panel.style.left = '0';
  const beyond = panel.getBoundingClientRect().right + EDGE - document.documentElement.clientWidth;
  panel.style.left = `${Math.min(0, -beyond)}px`;
}

/**
 * Tells the width of a node whenever it has another one; a scroll bar's wobble is none.
 * @param {HTMLElement} node @param {(width: number) => void} tell
 */
export function onWidth(node, tell) {
  let width = 0;
  new ResizeObserver(() => {
    if (Math.abs(node.clientWidth - width) <= 2) return;
    width = node.clientWidth;
    tell(width);
  }).observe(node);
}
