// A drawn view as one SVG that needs nothing of this page: its boxes, texts and marks, and its SVGs and canvases.
import { s } from '../core/dom.js';
import { boxOf, pseudoOf } from './paper_box.js';
import { sheetAt, written } from './sheet.js';

/** @import { Child } from '../core/types.d.ts' */
/** @import { Sheet } from './sheet.js' */

const MARGIN = 12;
const LEFT_OUT = '.sr-only, .nopres, details:not([open]) > :not(summary)'; // what is for the page alone
const KEPT = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'vector-effect',
  'fill-opacity',
  'stroke-opacity',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'paint-order',
  'display',
  'visibility',
];

/**
 * What the page shows at `node`, also what is scrolled out of sight.
 * @param {Element} node
 * @returns {{text: string, width: number, height: number}}
 */
export function onPaper(node) {
  const sheet = sheetAt(node.getBoundingClientRect());
  const drawn = draw(node, sheet);
  const width = Math.ceil(sheet.right - sheet.left + 2 * MARGIN);
  const height = Math.ceil(sheet.bottom - sheet.top + 2 * MARGIN);
  const place = { x: sheet.left - MARGIN, y: sheet.top - MARGIN, width, height };
  const paper = s('rect', {
    ...place,
    fill: sheet.colour(getComputedStyle(document.documentElement).getPropertyValue('--surface').trim()),
  });
  const svg = s('svg', { width, height, viewBox: Object.values(place).join(' ') }, paper, drawn);
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

/**
 * Everything that is painted for an element, in the order of painting.
 * @param {Element} node @param {Sheet} sheet @returns {Child[]}
 */
function draw(node, sheet) {
  const style = getComputedStyle(node);
  const rect = node.getBoundingClientRect();
  if (style.display === 'none' || node.matches('[hidden]') || node.matches(LEFT_OUT)) return [];
  if (style.display !== 'contents' && !grow(sheet, rect)) return [];
  const seen = style.visibility !== 'hidden';
  const painted =
    node instanceof SVGSVGElement
      ? [picture(node, rect, sheet)]
      : node instanceof HTMLCanvasElement || node instanceof HTMLImageElement
        ? [raster(node, rect, style, sheet)]
        : [
            ...(seen ? boxOf(node, rect, style, sheet) : []),
            ...(seen ? pseudoOf(node, '::before', rect, sheet) : []),
            ...childrenOf(node, seen, style, sheet),
            ...(seen ? pseudoOf(node, '::after', rect, sheet) : []),
          ];
  return style.opacity === '1' ? painted : [s('g', { opacity: style.opacity }, painted)];
}

/** @param {Element} node @param {boolean} seen @param {CSSStyleDeclaration} style @param {Sheet} sheet */
function childrenOf(node, seen, style, sheet) {
  return [...node.childNodes].flatMap((child) => {
    if (child instanceof Text) return seen ? lines(child, style, sheet) : [];
    return child instanceof Element ? draw(child, sheet) : [];
  });
}

/**
 * The sheet is as large as what is on it; nothing is drawn of what has no size.
 * @param {Sheet} sheet @param {DOMRect} box
 */
function grow(sheet, { left, top, right, bottom, width, height }) {
  if (!width && !height) return false;
  sheet.left = Math.min(sheet.left, left - sheet.x);
  sheet.top = Math.min(sheet.top, top - sheet.y);
  sheet.right = Math.max(sheet.right, right - sheet.x);
  sheet.bottom = Math.max(sheet.bottom, bottom - sheet.y);
  return true;
}

/**
 * An SVG of the page with its styles written out. Custom properties and oklab colours mean nothing elsewhere.
 * @param {SVGSVGElement} svg @param {DOMRect} rect @param {Sheet} sheet
 */
function picture(svg, rect, sheet) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  /** @type {SVGElement[]} */
  const originals = [svg, .../** @type {NodeListOf<SVGElement>} */ (svg.querySelectorAll('*'))];
  [copy, ...copy.querySelectorAll('*')].forEach((node, i) => {
    const style = getComputedStyle(originals[i]);
    node.removeAttribute('style');
    node.removeAttribute('class');
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value) node.setAttribute(name, name === 'fill' || name === 'stroke' ? sheet.colour(value) : value);
    }
    if (originals[i].style.transform) node.setAttribute('transform', new DOMMatrix(style.transform).toString());
  });
  const place = {
    x: rect.left - sheet.x,
    y: rect.top - sheet.y,
    width: rect.width,
    height: rect.height,
    overflow: getComputedStyle(svg).overflow,
  };
  for (const [name, value] of Object.entries(place)) copy.setAttribute(name, String(value));
  return copy;
}

/**
 * @param {HTMLCanvasElement | HTMLImageElement} node @param {DOMRect} rect
 * @param {CSSStyleDeclaration} style @param {Sheet} sheet
 */
function raster(node, rect, style, sheet) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] =
    node instanceof HTMLImageElement ? [node.naturalWidth, node.naturalHeight] : [node.width, node.height];
  if (!canvas.width || !canvas.height) return '';
  canvas.getContext('2d')?.drawImage(node, 0, 0);
  const filter = style.filter === 'none' ? '' : `;filter:${style.filter}`; // ink is turned to light on dark paper
  return s('image', {
    x: rect.left - sheet.x,
    y: rect.top - sheet.y,
    width: rect.width,
    height: rect.height,
    preserveAspectRatio: 'none',
    href: canvas.toDataURL(),
    style: `image-rendering:${style.imageRendering}${filter}`,
  });
}

/**
 * A text node as one <text> for each of its lines, at the place where the page has it.
 * @param {Text} node @param {CSSStyleDeclaration} style @param {Sheet} sheet
 */
function lines(node, style, sheet) {
  if (!node.data.trim()) return [];
  const range = document.createRange();
  /** @type {{rect: DOMRect, words: string[], right: number}[]} */
  const found = [];
  for (const { index, 0: word } of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.trimEnd().length);
    const rect = range.getClientRects()[0];
    if (!rect?.width) continue;
    const last = found.at(-1);
    if (last && Math.abs(last.rect.top - rect.top) < 2) {
      last.words.push(word.trim());
      last.right = rect.right;
    } else found.push({ rect, words: [word.trim()], right: rect.right });
  }
  return found.map(({ rect, words, right }) => written(words.join(' '), rect, right - rect.left, style, sheet));
}
