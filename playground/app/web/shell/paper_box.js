// The box of an element on paper: its ground, its borders with their corners, an outline, a hatch, a cut-out shape.
import { s } from '../core/dom.js';
import { written } from './sheet.js';

/** @import { Sheet } from './sheet.js' */

/** @typedef {{x: number, y: number, width: number, height: number}} Place on the sheet */

const SIDES = /** @type {const} */ (['Top', 'Right', 'Bottom', 'Left']);
const CORNERS = /** @type {const} */ (['TopLeft', 'TopRight', 'BottomRight', 'BottomLeft']);
let serial = 0;

/**
 * @param {Element | null} node @param {DOMRect} rect @param {CSSStyleDeclaration} style @param {Sheet} sheet
 * @returns {Node[]}
 */
export function boxOf(node, rect, style, sheet) {
  if (style.display === 'contents') return [];
  const place = { x: rect.left - sheet.x, y: rect.top - sheet.y, width: rect.width, height: rect.height };
  const widths = SIDES.map((side) =>
    style[`border${side}Style`] === 'none' ? 0 : parseFloat(style[`border${side}Width`]),
  );
  const colours = SIDES.map((side) => sheet.colour(style[`border${side}Color`]));
  const thin = Math.min(...widths);
  const even = thin > 0 && new Set(colours).size === 1;
  const most = Math.min(rect.width, rect.height) / 2;
  const radii = CORNERS.map((corner) => Math.min(parseFloat(style[`border${corner}Radius`]) || 0, most));
  const d = style.clipPath.startsWith('polygon')
    ? polygon(style.clipPath, place)
    : rounded(place, radii, even ? thin / 2 : 0);
  const parts = [...rings(place, radii, style, sheet), ...groundOf(d, style, sheet)];
  if (even) {
    const dashes = style.borderTopStyle === 'dashed' ? `${3 * thin} ${2 * thin}` : null;
    parts.push(s('path', { d, fill: 'none', stroke: colours[0], 'stroke-width': thin, 'stroke-dasharray': dashes }));
  }
  widths.forEach((wide, i) => {
    if (!wide || (even && wide === thin) || colours[i] === 'none') return;
    parts.push(edge(place, i, wide, { fill: colours[i], rx: even && radii[3] ? Math.min(2, wide / 2) : null }));
  });
  if (node instanceof HTMLInputElement && node.type === 'range')
    parts.push(...slider(node, place, sheet.colour(style.color)));
  return parts;
}

/** @param {string} d @param {CSSStyleDeclaration} style @param {Sheet} sheet */
function groundOf(d, style, sheet) {
  const fill = sheet.colour(style.backgroundColor);
  const hatch = hatchOf(style.backgroundImage, sheet);
  return [
    ...(fill === 'none' ? [] : [s('path', { d, fill })]),
    ...(hatch ? [hatch.pattern, s('path', { d, fill: `url(#${hatch.id})` })] : []),
  ];
}

/** One side of a border. @param {Place} place @param {number} i @param {number} wide @param {object} look */
function edge({ x, y, width, height }, i, wide, look) {
  const across = i % 2 === 0;
  return s('rect', {
    x: i === 1 ? x + width - wide : x,
    y: i === 2 ? y + height - wide : y,
    width: across ? width : wide,
    height: across ? wide : height,
    ...look,
  });
}

/**
 * Outline and rings; the largest lies below.
 * @param {Place} place @param {number[]} radii @param {CSSStyleDeclaration} style @param {Sheet} sheet
 */
function rings(place, radii, style, sheet) {
  return [outlineOf(style), ...ringsOf(style.boxShadow)]
    .map(({ wide, out, colour }) => ({ wide, out, stroke: sheet.colour(colour) }))
    .filter(({ stroke }) => stroke !== 'none')
    .reverse()
    .map(({ wide, out, stroke }) => {
      const around = radii.map((radius) => radius && radius + out);
      return s('path', { d: rounded(place, around, -out), fill: 'none', stroke, 'stroke-width': wide });
    });
}

/**
 * What a style sheet writes or draws before or after the content; only what it places itself.
 * @param {Element} node @param {'::before' | '::after'} which @param {DOMRect} rect @param {Sheet} sheet
 */
export function pseudoOf(node, which, rect, sheet) {
  const style = getComputedStyle(node, which);
  const text = /^"(.*?)"/.exec(style.content)?.[1];
  if (text === undefined || style.display === 'none' || style.position !== 'absolute') return [];
  const [left, top, wide, high] = [style.left, style.top, style.width, style.height].map(
    (size) => parseFloat(size) || 0,
  );
  const margins = [parseFloat(style.marginLeft) || 0, parseFloat(style.marginTop) || 0];
  const border = getComputedStyle(node);
  const place = new DOMRect(
    rect.left + parseFloat(border.borderLeftWidth) + left + margins[0],
    rect.top + parseFloat(border.borderTopWidth) + top + margins[1],
    wide,
    high,
  );
  return [...boxOf(null, place, style, sheet), ...(text ? [written(text, place, 0, style, sheet)] : [])];
}

/**
 * A rectangle with its own radius at every corner, `inset` from its edge.
 * @param {Place} place @param {number[]} radii @param {number} inset
 */
function rounded({ x, y, width, height }, radii, inset) {
  const [a, b, c, e] = radii.map((radius) => Math.max(0, radius - Math.max(0, inset)));
  const l = x + inset;
  const t = y + inset;
  const r = x + width - inset;
  const u = y + height - inset;
  /** @param {number} radius @param {number} toX @param {number} toY */
  const arc = (radius, toX, toY) => (radius ? `A${radius} ${radius} 0 0 1 ${toX} ${toY}` : `L${toX} ${toY}`);
  const right = `H${r - b}${arc(b, r, t + b)}V${u - c}${arc(c, r - c, u)}`;
  return `M${l + a} ${t}${right}H${l + e}${arc(e, l, u - e)}V${t + a}${arc(a, l + a, t)}Z`;
}

/** @param {string} clip @param {Place} place */
function polygon(clip, { x, y, width, height }) {
  const points = clip.slice(clip.indexOf('(') + 1, clip.lastIndexOf(')')).split(/,(?![^(]*\))/);
  /** @param {string} text @param {number} whole */
  const length = (text, whole) =>
    [...text.matchAll(/([+-]?)\s*([\d.]+)(%|px|)/g)].reduce(
      (sum, [, sign, value, unit]) => sum + (sign === '-' ? -1 : 1) * Number(value) * (unit === '%' ? whole / 100 : 1),
      0,
    );
  return `M${points
    .map((point) => {
      const [h, v] = point.trim().split(/\s+(?![^(]*\))/);
      return `${x + length(h, width)} ${y + length(v, height)}`;
    })
    .join('L')}Z`;
}

/** @param {CSSStyleDeclaration} style */
const outlineOf = ({ outlineStyle, outlineWidth, outlineOffset, outlineColor }) => {
  const wide = outlineStyle === 'none' ? 0 : parseFloat(outlineWidth);
  return { wide, out: parseFloat(outlineOffset) + wide / 2, colour: wide ? outlineColor : 'none' };
};

/** Rings are drawn as shadows without blur. @param {string} shadow */
function ringsOf(shadow) {
  const rings = shadow
    .split(/,(?![^(]*\))/)
    .flatMap((one) => [...one.matchAll(/^\s*(.*?\)?) 0px 0px 0px ([\d.]+)px$/g)])
    .map(([, colour, wide]) => ({ colour, wide: Number(wide) }));
  return rings.map(({ colour, wide }, i) => ({
    colour,
    wide: wide - (rings[i - 1]?.wide ?? 0),
    out: (wide + (rings[i - 1]?.wide ?? 0)) / 2,
  }));
}

/**
 * `repeating-linear-gradient(135deg, colour 0px 2px, transparent 2px 5px)`: lines of one colour.
 * @param {string} image @param {Sheet} sheet
 */
function hatchOf(image, sheet) {
  const [, degrees, colour, wide, every] =
    /^repeating-linear-gradient\(([\d.]+)deg, (.+?) 0px,? ?.*?([\d.]+)px, .*?([\d.]+)px\)$/.exec(image) ?? [];
  if (!degrees) return null;
  const id = `hatch-${++serial}`;
  const line = s('rect', { width: wide, height: every, fill: sheet.colour(colour) });
  return {
    id,
    pattern: s(
      'pattern',
      {
        id,
        width: every,
        height: every,
        patternUnits: 'userSpaceOnUse',
        patternTransform: `rotate(${Number(degrees) - 90})`,
      },
      line,
    ),
  };
}

/** @param {HTMLInputElement} node @param {Place} place @param {string} colour */
function slider(node, { x, y, width, height }, colour) {
  const share = (node.valueAsNumber - Number(node.min || 0)) / (Number(node.max || 100) - Number(node.min || 0) || 1);
  const middle = y + height / 2;
  return [
    s('rect', { x, y: middle - 1.5, width, height: 3, rx: 1.5, fill: colour, opacity: 0.3 }),
    s('circle', { cx: x + 8 + share * (width - 16), cy: middle, r: 7, fill: colour }),
  ];
}
