// A code of two numbers as a place in the plane: what every feature adds, head to tail, and where all of them lead.

import { s } from '../../core/dom.js';
import { span } from '../../core/glyphs.js';

/** @import { Unpacked } from '../../core/types.d.ts' */

const ROOM = 46; // from the middle to the edge, of 50
const FAINT = 0.02; // a pull that is shorter is not drawn

/**
 * @param {Unpacked} directions (features, 2) @param {Unpacked | null} parts (features, 2), null where nothing was read
 * @param {ArrayLike<number>} code
 */
export function codePlane(directions, parts, code) {
  /** @type {[x: number, y: number][]} */
  const corners = [[0, 0]];
  for (let i = 0; parts && i < parts.shape[0]; i++) {
    const [x, y] = corners[corners.length - 1];
    if (Math.hypot(parts.data[2 * i], parts.data[2 * i + 1]) > FAINT)
      corners.push([x + parts.data[2 * i], y + parts.data[2 * i + 1]]);
  }
  const scale = ROOM / Math.max(span(directions.data), span(code), span(corners.flat()));
  /** @param {[x: number, y: number]} place */
  const at = ([x, y]) => `${(50 + scale * x).toFixed(1)} ${(50 - scale * y).toFixed(1)}`;
  const rays = Array.from({ length: directions.shape[0] }, (_, i) => {
    const end = at([directions.data[2 * i], directions.data[2 * i + 1]]);
    return s('path', { class: 'ray', d: `M50 50L${end}` });
  });
  return s(
    'svg',
    { class: 'zplane', viewBox: '0 0 100 100', 'aria-hidden': 'true' },
    s('path', { class: 'axis', d: 'M0 50H100M50 0V100' }),
    rays,
    s('path', { class: 'pulls', d: `M${corners.map(at).join('L')}` }),
    corners
      .slice(1, -1)
      .map((corner) =>
        s('circle', { class: 'joint', cx: at(corner).split(' ')[0], cy: at(corner).split(' ')[1], r: 1.6 }),
      ),
    s('path', { class: 'place', d: `M${at([code[0], code[1]])}h.01` }),
  );
}
