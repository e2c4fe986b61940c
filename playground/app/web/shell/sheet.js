// The paper that views are drawn on: where its corner stands on the page, its colours, and how a text is written on it.
import { s } from '../core/dom.js';

/**
 * @typedef {object} Sheet
 * @property {(value: string) => string} colour any colour that a browser knows, in sRGB
 * @property {number} x @property {number} y of its corner on the page
 * @property {number} left @property {number} top @property {number} right @property {number} bottom of what is on it
 */

/** @param {DOMRect} place @returns {Sheet} */
export const sheetAt = ({ left, top }) => ({
  colour: resolver(),
  x: left,
  y: top,
  left: 0,
  top: 0,
  right: 0,
  bottom: 0,
});

/**
 * @param {string} text @param {DOMRect} rect of its first word: as high as the font @param {number} width
 * @param {CSSStyleDeclaration} style @param {Sheet} sheet
 */
export function written(text, rect, width, style, sheet) {
  const measure = pen();
  measure.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = measure.measureText(text);
  const said = style.textTransform === 'uppercase' ? text.toUpperCase() : text;
  const line = style.textDecorationLine;
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
      'text-decoration': line === 'none' ? null : `${style.textDecorationStyle} ${line}`,
      textLength: width > 0 ? width.toFixed(1) : null,
    },
    said,
  );
}

/** @type {CanvasRenderingContext2D | null} */
let drawing = null;

function pen() {
  drawing ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  return /** @type {CanvasRenderingContext2D} */ (drawing);
}

/** @returns {Sheet['colour']} */
function resolver() {
  const known = new Map([['none', 'none']]);
  const one = pen();
  return (value) => {
    const found = known.get(value);
    if (found) return found;
    one.clearRect(0, 0, 1, 1);
    one.fillStyle = value;
    one.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = one.getImageData(0, 0, 1, 1).data;
    const plain = a === 255 ? `rgb(${r},${g},${b})` : a === 0 ? 'none' : `rgba(${r},${g},${b},${(a / 255).toFixed(3)})`;
    known.set(value, plain);
    return plain;
  };
}
