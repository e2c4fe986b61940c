// Ribbons: what is looked at, as wide as its weight. It crosses through the code to the decoder, or goes straight to
// who looks.
import { s } from '../core/dom.js';

/** @import { Hue } from '../core/types.d.ts' */
/** @import { Layout } from './layout.js' */
/** @import { Link, Target } from './look.js' */

/**
 * @typedef {object} Drawn
 * @property {Hue} hue @property {Link[]} links
 * @property {Target | null} target who looks
 * @property {boolean} through whether what is looked at passes the code
 * @property {{from: number, to: number} | null} [read] a reader's answer `to` is read off at source chip `from`
 */
/** @typedef {{x: number, top: number, bottom: number}} Port where a ribbon leaves or arrives */

const TOTAL = 26; // px that weight 1 is wide
const LEAST = 0.01; // smaller weights are not drawn

/** @param {HTMLElement[]} tags the live shapes that sit on the ribbons, before and after the code */
export function createRibbons([before, after]) {
  /** @type {SVGPathElement[]} */
  const paths = [];
  const crossing = s('g', { fill: 'none' });
  const stem = s('path', { class: 'into', fill: 'none' });
  const head = s('path', { class: 'into' });
  return {
    node: s('svg', { class: 'rib', 'aria-hidden': 'true' }, crossing, stem, head),
    /** @param {Layout} layout @param {Drawn} look */
    draw(layout, look) {
      // Words wrap there: a ribbon would cross the chips below it. Of chips alone it would lie over their names.
      const hidden = layout.stacked && (layout.layered || (layout.flat && !look.through));
      const links = hidden ? [] : look.links.filter(({ weight }) => weight >= LEAST);
      while (paths.length < links.length) paths.push(crossing.appendChild(s('path', {})));
      crossing.setAttribute('stroke', `var(--${look.hue})`);
      drawLinks(paths, layout, look, links);
      drawStem(stem, head, layout, look, hidden);
      placeTags(before, after, layout);
      after.style.visibility = layout.layered && !look.through ? 'hidden' : '';
    },
  };
}

/** @param {SVGPathElement[]} paths @param {Layout} layout @param {Drawn} look @param {Link[]} links */
function drawLinks(paths, layout, look, links) {
  const route = look.through ? (layout.stacked ? falling : flowing) : turning;
  const total = TOTAL * layout.scale;
  const target = look.target && port(layout, look.target.side, look.target.index);
  let offset = (-total * links.reduce((sum, { weight }) => sum + weight, 0)) / 2;
  paths.forEach((path, i) => {
    const link = links[i];
    path.style.display = link ? '' : 'none';
    if (!link) return;
    const from = port(layout, link.from, link.index);
    path.setAttribute('d', route(layout, from, offset + (link.weight * total) / 2, target ?? from));
    path.setAttribute('stroke-width', Math.max(1, link.weight * total).toFixed(1));
    path.setAttribute('opacity', (0.3 + 0.5 * link.weight).toFixed(2));
    offset += link.weight * total;
  });
}

/**
 * The start token has no chip and stands before the first one.
 * @param {Layout} layout @param {Link['from']} side @param {number} index @returns {Port}
 */
function port(layout, side, index) {
  const { x, top, bottom } = side === 'source' ? layout.source : layout.output;
  return { x: side === 'start' ? layout.to.left + 14 * layout.scale : (x[index] ?? x.at(-1) ?? 0), top, bottom };
}

/** @param {Layout} layout @param {Port} from @param {number} middle */
function flowing({ code, scale, level }, { x, top }, middle) {
  const y = top - 1;
  const at = level + middle;
  const reach = Math.min(40 * scale, Math.max(12, code.left - x - 8));
  return `M${x} ${y} C${x} ${at + 6} ${x + reach * 0.35} ${at} ${x + reach} ${at} L${code.left + 2} ${at}`;
}

/** @param {Layout} layout @param {Port} from @param {number} middle */
function falling({ code }, { x, bottom }, middle) {
  const y = bottom + 1;
  const arrival = code.left + code.width / 2 + middle * 1.6;
  return `M${x} ${y} C${x} ${y + 22} ${arrival} ${code.top - 24} ${arrival} ${code.top + 2}`;
}

/**
 * Up into the lane, along it, and down to who looks; what looks at itself makes a small loop.
 * @param {Layout} layout @param {Port} from @param {number} middle @param {Port} target
 */
function turning({ level, scale }, { x, top }, middle, target) {
  const y = top - 1;
  const at = level + middle;
  const end = target.top - 8 * scale;
  if (Math.abs(target.x - x) < 2) return `M${x - 8} ${y} C${x - 10} ${at} ${x + 10} ${at} ${x} ${end}`;
  const way = Math.sign(target.x - x);
  const arrival = target.x - way * middle * 0.5;
  const bend = Math.min(16 * scale, Math.abs(arrival - x) / 2);
  return (
    `M${x} ${y} C${x} ${at + 6} ${x + way * bend * 0.35} ${at} ${x + way * bend} ${at} ` +
    `L${arrival - way * bend} ${at} C${arrival - way * bend * 0.35} ${at} ${arrival} ${at + 4} ${arrival} ${end}`
  );
}

/**
 * The arrow into who looks: from the code, or from the state that an answer is read off.
 * @param {SVGPathElement} stem @param {SVGPathElement} head @param {Layout} layout @param {Drawn} look
 * @param {boolean} hidden
 */
function drawStem(stem, head, layout, look, hidden) {
  const { scale, stacked } = layout;
  /** @type {Target | null} */
  const who = look.read ? { side: 'output', index: look.read.to } : look.target;
  stem.style.display = head.style.display = !who || hidden ? 'none' : '';
  if (!who || hidden) return;
  const at = port(layout, who.side, who.index);
  const y = at.top - 3;
  stem.style.stroke = head.style.fill = `var(--${look.read ? 'enc' : look.hue})`;
  stem.style.opacity = look.read ? '1' : '0.8';
  stem.setAttribute('d', stemPath(layout, look, at.x, y));
  stem.setAttribute('stroke-width', String(look.read ? 4 * scale : stacked ? 6 : 8 * scale));
  const half = 9 * scale;
  const long = `M${at.x - half} ${y - 10 * scale}h${2 * half}l${-half} ${10 * scale}z`;
  head.setAttribute('d', stacked && look.through ? `M${at.x - 7} ${y - 7}h14l-7 8z` : long);
}

/** @param {Layout} layout @param {Drawn} look @param {number} x @param {number} y where it arrives */
function stemPath(layout, look, x, y) {
  const { code, scale, stacked, level } = layout;
  const end = `${x} ${y - 8 * scale}`;
  if (look.read) {
    const from = port(layout, 'source', look.read.from);
    const bend = Math.min(24 * scale, Math.max(8, (x - from.x) / 2));
    return (
      `M${from.x} ${from.top - 1} C${from.x} ${level + 4} ${from.x + bend * 0.3} ${level} ${from.x + bend} ${level} ` +
      `L${x - bend} ${level} C${x - bend * 0.3} ${level} ${x} ${level + 4} ${end}`
    );
  }
  if (!look.through) return '';
  const middle = code.left + code.width / 2;
  if (stacked) return `M${middle} ${code.bottom} C${middle} ${code.bottom + 30} ${x} ${y - 30} ${x} ${y - 6}`;
  const bend = Math.min(34 * scale, Math.max(8, x - code.right));
  return `M${code.right - 2} ${level} L${x - bend} ${level} C${x - bend * 0.24} ${level} ${x} ${level + 6} ${end}`;
}

/** In the middle of each crossing. @param {HTMLElement} before @param {HTMLElement} after @param {Layout} layout */
function placeTags(before, after, layout) {
  const { code, from, to, stacked, level } = layout;
  if (layout.layered) put(after, (code.right + to.left) / 2, level - 12 * layout.scale);
  else if (stacked) {
    put(before, code.left + code.width / 2, (from.bottom + code.top) / 2 + 8);
    put(after, code.left + code.width / 2, code.bottom + 14);
  } else {
    put(before, (from.right + code.left) / 2, level);
    put(after, (code.right + to.left) / 2, level);
  }
}

/** @param {HTMLElement} tag @param {number} x @param {number} y */
function put(tag, x, y) {
  tag.style.left = `${x}px`;
  tag.style.top = `${y}px`;
}
