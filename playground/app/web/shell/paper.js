// A drawn view as one SVG that needs nothing of this page: its boxes, texts and marks, and the SVGs and canvases among
// them.
import { s } from '../core/dom.js';
import { boxOf, pseudoOf } from './paper_box.js';

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
  const origin = node.getBoundingClientRect();
  const sheet = { colour: resolver(), x: origin.left, y: origin.top, left: 0, top: 0, right: 0, bottom: 0 };
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

/** Everything that is painted for an element, in the order of painting. @returns {Node[]} */
function draw(node, sheet) {
  const style = getComputedStyle(node);
  const rect = node.getBoundingClientRect();
  if (style.display === 'none' || node.hidden || node.matches(LEFT_OUT)) return [];
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

function childrenOf(node, seen, style, sheet) {
  return [...node.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return seen ? lines(child, style, sheet) : [];
    return child instanceof Element ? draw(child, sheet) : [];
  });
}

/** The sheet is as large as what is on it; nothing is drawn of what has no size. */
function grow(sheet, { left, top, right, bottom, width, height }) {
  if (!width && !height) return false;
  sheet.left = Math.min(sheet.left, left - sheet.x);
  sheet.top = Math.min(sheet.top, top - sheet.y);
  sheet.right = Math.max(sheet.right, right - sheet.x);
  sheet.bottom = Math.max(sheet.bottom, bottom - sheet.y);
  return true;
}

/** An SVG of the page with its styles written out. Custom properties and oklab colours mean nothing elsewhere. */
function picture(svg, rect, sheet) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll('*')];
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
  for (const [name, value] of Object.entries(place)) copy.setAttribute(name, value);
  return copy;
}

function raster(node, rect, style, sheet) {
  const canvas = document.createElement('canvas');
  canvas.width = node.naturalWidth ?? node.width;
  canvas.height = node.naturalHeight ?? node.height;
  if (!canvas.width || !canvas.height) return '';
  canvas.getContext('2d').drawImage(node, 0, 0);
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

/** A text node as one <text> for each of its lines, at the place where the page has it. */
function lines(node, style, sheet) {
  if (!node.data.trim()) return [];
  const range = document.createRange();
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

/** @param {DOMRect} rect of its first word: as high as the font */
export function written(text, rect, width, style, sheet) {
  const measure = pen();
  measure.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = measure.measureText(text);
  const said = style.textTransform === 'uppercase' ? text.toUpperCase() : text;
  return s(
    'text',
    {
      x: rect.left - sheet.x,
      y: rect.top - sheet.y + (rect.height - above - below) / 2 + above,
      fill: sheet.colour(style.color),
      'font-family': style.fontFamily,
      'font-size': style.fontSize,
      'font-weight': style.fontWeight,
      'font-style': style.fontStyle === 'normal' ? null : style.fontStyle,
      'text-decoration':
        style.textDecorationLine === 'none' ? null : `${style.textDecorationStyle} ${style.textDecorationLine}`,
      textLength: width > 0 ? width.toFixed(1) : null,
    },
    said,
  );
}

let drawing = null;
const pen = () => (drawing ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true }));

/** Any colour that a browser knows in sRGB. */
function resolver() {
  const known = new Map();
  const one = pen();
  return (value) => {
    if (value === 'none') return value;
    if (!known.has(value)) {
      one.clearRect(0, 0, 1, 1);
      one.fillStyle = value;
      one.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = one.getImageData(0, 0, 1, 1).data;
      known.set(
        value,
        a === 255 ? `rgb(${r},${g},${b})` : a === 0 ? 'none' : `rgba(${r},${g},${b},${(a / 255).toFixed(3)})`,
      );
    }
    return known.get(value);
  };
}
