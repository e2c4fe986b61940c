// Shares by place as lines: one's own solid with filled marks, what it is held against dashed, another run dotted with
// hollow marks. No two differ by colour alone.
import { h, s } from '../core/dom.js';
import { percent } from '../core/numbers.js';

/** @import { Series } from './types.d.ts' */

const RIGHT = 12;
const TOP = 12;
const HEIGHT = 190;

/**
 * @param {{title: string, axis: string, labels: string[], series: Series[], width: number, font: number}} chart `font`:
 *   pixels of its labels
 */
export function lineChart({ title, axis, labels, series, width, font }) {
  const left = 3.7 * font;
  const room = width - left - RIGHT;
  const x = (/** @type {number} */ i) => left + (labels.length > 1 ? (i / (labels.length - 1)) * room : room / 2);
  const y = (/** @type {number} */ v) => TOP + (1 - v) * HEIGHT;
  const bottom = TOP + HEIGHT;
  const skip = Math.ceil((labels.length * 1.8 * font) / room);
  return h(
    'div.line-chart',
    {},
    h('h4', {}, title),
    h(
      'div.legend',
      {},
      series.map(({ name, kind }) =>
        h(
          'span',
          {},
          s('svg', { width: 30, height: 12, class: `series ${kind}` }, s('path', { d: 'M1 6H29' }), mark(15, 6, kind)),
          name,
        ),
      ),
    ),
    s(
      'svg',
      { width, height: bottom + 3.3 * font, role: 'img', 'aria-label': title },
      [0, 0.5, 1].map((v) => [
        s('path', { class: 'grid', d: `M${left} ${y(v)}H${width - RIGHT}` }),
        s('text', { x: left - 6, y: y(v) + font / 3, 'text-anchor': 'end' }, v === 1 ? '100 %' : percent(v)),
      ]),
      labels.map(
        (label, i) => i % skip === 0 && s('text', { x: x(i), y: bottom + 1.3 * font, 'text-anchor': 'middle' }, label),
      ),
      s('text', { x: left + room / 2, y: bottom + 2.8 * font, 'text-anchor': 'middle' }, axis),
      series.map(({ values, intervals, kind }) => {
        const known = values.map((v, i) => /** @type {const} */ ([v, i])).filter(([v]) => Number.isFinite(v));
        return s(
          'g',
          { class: `series ${kind}` },
          intervals?.map(([from, to], i) =>
            s('path', {
              class: 'whisker',
              d: `M${x(i)} ${y(from)}V${y(to)}M${x(i) - 4} ${y(from)}h8M${x(i) - 4} ${y(to)}h8`,
            }),
          ),
          s('path', { d: known.map(([v, i], at) => `${at ? 'L' : 'M'}${x(i)} ${y(v)}`).join('') }),
          known.map(([v, i]) => mark(x(i), y(v), kind)),
        );
      }),
    ),
  );
}

/** @param {number} x @param {number} y @param {Series['kind']} kind */
const mark = (x, y, kind) =>
  kind === 'control'
    ? s('path', { class: 'mark', d: `M${x - 3.5} ${y}L${x} ${y - 3.5}L${x + 3.5} ${y}L${x} ${y + 3.5}z` })
    : s('circle', { class: 'mark', cx: x, cy: y, r: 3.5 });
