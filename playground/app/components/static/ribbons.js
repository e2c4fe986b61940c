// Ribbons: what crosses from the encoder to the code and on to the decoder, as wide as its weight.
import { s } from './dom.js';

const TOTAL = 26; // px that weight 1 is wide

/**
 * @param {any} parts nodes of the picture
 * @param {any} layout from `arrange`
 * @param {ArrayLike<number> | undefined} weights one per source state
 * @param {number} target the decoder state that the arrow enters
 */
export function drawRibbons({ ribbons, tags }, layout, weights, target) {
  if (!ribbons.paths) prepare(ribbons);
  const count = weights?.length ?? 0;
  while (ribbons.paths.length < count) ribbons.paths.push(ribbons.crossing.appendChild(s('path', {})));
  const total = TOTAL * layout.scale, route = layout.stacked ? falling : flowing;
  let offset = -total / 2;
  ribbons.paths.forEach((path, i) => {
    const value = i < count ? weights[i] : 0;
    const middle = offset + value * total / 2;
    offset += value * total;
    path.style.display = value < 0.01 ? 'none' : '';
    if (value < 0.01) return;
    path.setAttribute('d', route(layout, layout.source.x[i], middle));
    path.setAttribute('stroke-width', Math.max(1, value * total).toFixed(1));
    path.setAttribute('opacity', (0.3 + 0.5 * value).toFixed(2));
  });
  drawArrow(ribbons, layout, layout.output.x[target]);
  placeTags(tags, layout);
}

function prepare(ribbons) {
  ribbons.paths = [];
  ribbons.crossing = ribbons.appendChild(s('g', { fill: 'none', stroke: 'var(--code)' }));
  ribbons.stem = ribbons.appendChild(s('path', { fill: 'none', stroke: 'var(--code)', opacity: 0.8 }));
  ribbons.head = ribbons.appendChild(s('path', { fill: 'var(--code)' }));
}

function flowing({ source, code, scale }, x, middle) {
  const y = source.top - 1, level = code.top + code.height / 2 + middle, reach = Math.min(40 * scale, Math.max(12, code.left - x - 8));
  return `M${x} ${y} C${x} ${level + 6} ${x + reach * 0.35} ${level} ${x + reach} ${level} L${code.left + 2} ${level}`;
}

function falling({ source, code }, x, middle) {
  const y = source.bottom + 1, arrival = code.left + code.width / 2 + middle * 1.6;
  return `M${x} ${y} C${x} ${y + 22} ${arrival} ${code.top - 24} ${arrival} ${code.top + 2}`;
}

function drawArrow(ribbons, layout, x) {
  const { code, output, scale, stacked } = layout, y = output.top - 3, half = 9 * scale;
  if (x === undefined) return;
  const level = code.top + code.height / 2, centre = code.left + code.width / 2, bend = Math.min(34 * scale, Math.max(8, x - code.right));
  ribbons.stem.setAttribute('d', stacked
    ? `M${centre} ${code.bottom} C${centre} ${code.bottom + 30} ${x} ${y - 30} ${x} ${y - 6}`
    : `M${code.right - 2} ${level} L${x - bend} ${level} C${x - bend * 0.24} ${level} ${x} ${level + 6} ${x} ${y - 8 * scale}`);
  ribbons.stem.setAttribute('stroke-width', stacked ? 6 : 8 * scale);
  ribbons.head.setAttribute('d', stacked ? `M${x - 7} ${y - 7}h14l-7 8z` : `M${x - half} ${y - 10 * scale}h${2 * half}l${-half} ${10 * scale}z`);
}

/** The live shapes sit on the ribbons, in the middle of each crossing. */
function placeTags([before, after], layout) {
  const { code, from, to, stacked } = layout;
  if (stacked) {
    put(before, code.left + code.width / 2, (from.bottom + code.top) / 2 + 8);
    put(after, code.left + code.width / 2, code.bottom + 14);
  } else {
    const level = code.top + code.height / 2;
    put(before, (from.right + code.left) / 2, level);
    put(after, (code.right + to.left) / 2, level);
  }
}

function put(tag, x, y) {
  tag.style.left = `${x}px`;
  tag.style.top = `${y}px`;
}
