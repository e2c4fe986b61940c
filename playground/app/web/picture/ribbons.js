// Ribbons: what is looked at, as wide as its weight. It crosses through the code to the decoder, or goes straight to
// who looks.
import { s } from '../core/dom.js';

const TOTAL = 26; // px that weight 1 is wide
const LEAST = 0.01; // smaller weights are not drawn

/**
 * @typedef {object} Drawn
 * @property {'enc' | 'code' | 'dec'} hue
 * @property {import('./look.js').Link[]} links
 * @property {{side: 'source' | 'output', index: number}} target
 * @property {boolean} through
 * @property {{from: number, to: number} | null} [read] a reader's answer `to` is read off at source chip `from`
 */

/**
 * @param {any} parts nodes of the picture
 * @param {any} layout from `arrange`
 * @param {Drawn} look
 */
export function drawRibbons({ ribbons, tags }, layout, look) {
  if (!ribbons.paths) prepare(ribbons);
  const hidden = layout.stacked && layout.layered; // words wrap: a ribbon would cross the chips below it
  const links = hidden ? [] : look.links.filter(({ weight }) => weight >= LEAST);
  const route = look.through ? (layout.stacked ? falling : flowing) : turning;
  const total = TOTAL * layout.scale;
  const target = look.target && port(layout, look.target.side, look.target.index);
  while (ribbons.paths.length < links.length) ribbons.paths.push(ribbons.crossing.appendChild(s('path', {})));
  ribbons.crossing.setAttribute('stroke', `var(--${look.hue})`);
  let offset = (-total * links.reduce((sum, { weight }) => sum + weight, 0)) / 2;
  ribbons.paths.forEach((path, i) => {
    const link = links[i];
    path.style.display = link ? '' : 'none';
    if (!link) return;
    const middle = offset + (link.weight * total) / 2;
    offset += link.weight * total;
    path.setAttribute('d', route(layout, port(layout, link.from, link.index), middle, target));
    path.setAttribute('stroke-width', Math.max(1, link.weight * total).toFixed(1));
    path.setAttribute('opacity', (0.3 + 0.5 * link.weight).toFixed(2));
  });
  drawStem(ribbons, layout, look, hidden);
  placeTags(tags, layout);
  tags[1].style.visibility = layout.layered && !look.through ? 'hidden' : '';
}

function prepare(ribbons) {
  ribbons.paths = [];
  ribbons.crossing = ribbons.appendChild(s('g', { fill: 'none' }));
  ribbons.stem = ribbons.appendChild(s('path', { fill: 'none' }));
  ribbons.head = ribbons.appendChild(s('path', {}));
}

/** Where a ribbon leaves or arrives; the start token has no chip and stands before the first one. */
function port(layout, side, index) {
  const row = side === 'source' ? layout.source : layout.output;
  if (side === 'start') return { x: layout.to.left + 14 * layout.scale, top: row.top, bottom: row.bottom };
  return { x: row.x[index] ?? row.x.at(-1) ?? 0, top: row.top, bottom: row.bottom };
}

function flowing({ code, scale, level }, { x, top }, middle) {
  const y = top - 1;
  const at = level + middle;
  const reach = Math.min(40 * scale, Math.max(12, code.left - x - 8));
  return `M${x} ${y} C${x} ${at + 6} ${x + reach * 0.35} ${at} ${x + reach} ${at} L${code.left + 2} ${at}`;
}

function falling({ code }, { x, bottom }, middle) {
  const y = bottom + 1;
  const arrival = code.left + code.width / 2 + middle * 1.6;
  return `M${x} ${y} C${x} ${y + 22} ${arrival} ${code.top - 24} ${arrival} ${code.top + 2}`;
}

/** Up into the lane, along it, and down to who looks; what looks at itself makes a small loop. */
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

/** The arrow into who looks: from the code, or from the state that an answer is read off. */
function drawStem(ribbons, layout, look, hidden) {
  const { code, scale, stacked, level } = layout;
  const { stem, head } = ribbons;
  const hue = look.read ? 'enc' : look.hue;
  const at = look.read
    ? port(layout, 'output', look.read.to)
    : look.target && port(layout, look.target.side, look.target.index);
  stem.style.display = head.style.display = !at || hidden ? 'none' : '';
  if (!at || hidden) return;
  const { x, top } = at;
  const y = top - 3;
  const half = 9 * scale;
  stem.style.stroke = head.style.fill = `var(--${hue})`;
  if (look.read) {
    const from = port(layout, 'source', look.read.from);
    const bend = Math.min(24 * scale, Math.max(8, (x - from.x) / 2));
    stem.setAttribute(
      'd',
      `M${from.x} ${from.top - 1} C${from.x} ${level + 4} ${from.x + bend * 0.3} ${level} ${from.x + bend} ${level} L${x - bend} ${level} C${x - bend * 0.3} ${level} ${x} ${level + 4} ${x} ${y - 8 * scale}`,
    );
  } else if (!look.through) stem.setAttribute('d', '');
  else if (stacked)
    stem.setAttribute(
      'd',
      `M${code.left + code.width / 2} ${code.bottom} C${code.left + code.width / 2} ${code.bottom + 30} ${x} ${y - 30} ${x} ${y - 6}`,
    );
  else {
    const bend = Math.min(34 * scale, Math.max(8, x - code.right));
    stem.setAttribute(
      'd',
      `M${code.right - 2} ${level} L${x - bend} ${level} C${x - bend * 0.24} ${level} ${x} ${level + 6} ${x} ${y - 8 * scale}`,
    );
  }
  stem.style.opacity = look.read ? 1 : 0.8;
  stem.setAttribute('stroke-width', look.read ? 4 * scale : stacked ? 6 : 8 * scale);
  head.setAttribute(
    'd',
    stacked && look.through
      ? `M${x - 7} ${y - 7}h14l-7 8z`
      : `M${x - half} ${y - 10 * scale}h${2 * half}l${-half} ${10 * scale}z`,
  );
}

/** The live shapes sit on the ribbons, in the middle of each crossing. */
function placeTags([before, after], layout) {
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

function put(tag, x, y) {
  tag.style.left = `${x}px`;
  tag.style.top = `${y}px`;
}
