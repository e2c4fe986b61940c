// The box of an element on paper: its ground, its borders with their corners, an outline, a hatch, a shape cut out of
// it.
import { s } from '../core/dom.js';
import { written } from './paper.js';

const SIDES = ['Top', 'Right', 'Bottom', 'Left'];
const CORNERS = ['TopLeft', 'TopRight', 'BottomRight', 'BottomLeft'];
let serial = 0;

/** @param {DOMRect} rect @param {CSSStyleDeclaration} style @returns {Node[]} */
export function boxOf(node, rect, style, sheet) {
  if (style.display === 'contents') return [];
  const x = rect.left - sheet.x;
  const y = rect.top - sheet.y;
  const { width, height } = rect;
  const parts = [];
  const widths = SIDES.map((side) =>
    style[`border${side}Style`] === 'none' ? 0 : parseFloat(style[`border${side}Width`]),
  );
  const colours = SIDES.map((side) => sheet.colour(style[`border${side}Color`]));
  const thin = Math.min(...widths);
  const even = thin > 0 && new Set(colours).size === 1;
  const ground = sheet.colour(style.backgroundColor);
  const hatch = hatchOf(style.backgroundImage, sheet);
  const radii = CORNERS.map((corner) =>
    Math.min(parseFloat(style[`border${corner}Radius`]) || 0, width / 2, height / 2),
  );
  const d = style.clipPath.startsWith('polygon')
    ? polygon(style.clipPath, x, y, width, height)
    : rounded(x, y, width, height, radii, even ? thin / 2 : 0);
  if (ground !== 'none') parts.push(s('path', { d, fill: ground }));
  if (hatch) parts.push(hatch.pattern, s('path', { d, fill: `url(#${hatch.id})` }));
  if (even)
    parts.push(
      s('path', {
        d,
        fill: 'none',
        stroke: colours[0],
        'stroke-width': thin,
        'stroke-dasharray': style.borderTopStyle === 'dashed' ? `${3 * thin} ${2 * thin}` : null,
      }),
    );
  widths.forEach((wide, i) => {
    if (!wide || (even && wide === thin) || colours[i] === 'none') return;
    const across = i % 2 === 0;
    parts.push(
      s('rect', {
        x: i === 1 ? x + width - wide : x,
        y: i === 2 ? y + height - wide : y,
        width: across ? width : wide,
        height: across ? wide : height,
        fill: colours[i],
        rx: even && radii[3] ? Math.min(2, wide / 2) : null,
      }),
    );
  });
  for (const ring of [outlineOf(style), ...ringsOf(style.boxShadow)]) {
    const colour = sheet.colour(ring.colour);
    if (colour !== 'none')
      parts.unshift(
        s('path', {
          d: rounded(
            x,
            y,
            width,
            height,
            radii.map((radius) => radius && radius + ring.out),
            -ring.out,
          ),
          fill: 'none',
          stroke: colour,
          'stroke-width': ring.wide,
        }),
      );
  }
  if (node instanceof HTMLInputElement && node.type === 'range')
    parts.push(...slider(node, x, y, width, height, style, sheet));
  return parts;
}

/**
 * What a style sheet writes or draws before or after the content; only what it places itself.
 * @param {'::before' | '::after'} which
 */
export function pseudoOf(node, which, rect, sheet) {
  const style = getComputedStyle(node, which);
  const text = /^"(.*?)"/.exec(style.content)?.[1];
  if (text === undefined || style.display === 'none' || style.position !== 'absolute') return [];
  const [left, top, wide, high] = ['left', 'top', 'width', 'height'].map((name) => parseFloat(style[name]) || 0);
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

/** A rectangle with its own radius at every corner, `inset` from its edge. */
function rounded(x, y, width, height, radii, inset) {
  const [a, b, c, e] = radii.map((radius) => Math.max(0, radius - Math.max(0, inset)));
  const l = x + inset;
  const t = y + inset;
  const r = x + width - inset;
  const u = y + height - inset;
  const arc = (radius, toX, toY) => (radius ? `A${radius} ${radius} 0 0 1 ${toX} ${toY}` : `L${toX} ${toY}`);
  return `M${l + a} ${t}H${r - b}${arc(b, r, t + b)}V${u - c}${arc(c, r - c, u)}H${l + e}${arc(e, l, u - e)}V${t + a}${arc(a, l + a, t)}Z`;
}

function polygon(clip, x, y, width, height) {
  const points = clip.slice(clip.indexOf('(') + 1, clip.lastIndexOf(')')).split(/,(?![^(]*\))/);
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

const outlineOf = ({ outlineStyle, outlineWidth, outlineOffset, outlineColor }) => {
  const wide = outlineStyle === 'none' ? 0 : parseFloat(outlineWidth);
  return { wide, out: parseFloat(outlineOffset) + wide / 2, colour: wide ? outlineColor : 'none' };
};

/** Rings are drawn as shadows without blur: the largest one lies below. */
function ringsOf(shadow) {
  const rings = shadow
    .split(/,(?![^(]*\))/)
    .map((one) => /^\s*(.*?\)?) 0px 0px 0px ([\d.]+)px$/.exec(one))
    .filter(Boolean)
    .map(([, colour, wide]) => ({ colour, wide: Number(wide) }));
  return rings.map(({ colour, wide }, i) => ({
    colour,
    wide: wide - (rings[i - 1]?.wide ?? 0),
    out: (wide + (rings[i - 1]?.wide ?? 0)) / 2,
  }));
}

/** `repeating-linear-gradient(135deg, colour 0px 2px, transparent 2px 5px)`: lines of one colour. */
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

function slider(node, x, y, width, height, style, sheet) {
  const share = (node.valueAsNumber - Number(node.min || 0)) / (Number(node.max || 100) - Number(node.min || 0) || 1);
  const middle = y + height / 2;
  const colour = sheet.colour(style.color);
  return [
    s('rect', { x, y: middle - 1.5, width, height: 3, rx: 1.5, fill: colour, opacity: 0.3 }),
    s('circle', { cx: x + 8 + share * (width - 16), cy: middle, r: 7, fill: colour }),
  ];
}
