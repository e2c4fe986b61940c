// One map of words: a dot a word, the chosen one ringed, lines to its nearest.
import { unpack } from '../../core/arrays.js';
import { placeIn, s } from '../../core/dom.js';
import { spelled } from '../../core/glyphs.js';

/** @import { Hue } from '../../core/types.d.ts' */
/** @import { WordMap } from '../types.d.ts' */

const HEIGHT = 264;
const EDGE = 24;
const LINE = 15;
const LETTER = 7.4;
const REACH = 14; // pixels within which a click finds a word

/**
 * @param {object} options
 * @param {string[]} options.names @param {WordMap} options.map @param {number} options.now the chosen word
 * @param {Hue} options.hue @param {number} options.width @param {(word: number) => void} options.pick
 */
export function drawMap({ names, map, now, hue, width, pick }) {
  const places = unpack(map.places);
  const all = names.map((_, i) => places.row(i));
  const reach = [0, 1].map((k) => Math.max(1e-6, ...all.map((at) => Math.abs(at[k]))));
  const points = all.map((at) => [
    width / 2 + (at[0] / reach[0]) * (width / 2 - EDGE),
    HEIGHT / 2 - (at[1] / reach[1]) * (HEIGHT / 2 - 16),
  ]);
  const near = map.near[now];
  const [x, y] = points[now];
  const svg = s(
    'svg',
    { class: `wordcloud ${hue}`, width, height: HEIGHT, 'aria-hidden': 'true' },
    s('rect', { class: 'frame', x: 0.5, y: 0.5, width: width - 1, height: HEIGHT - 1, rx: 4 }),
    points.map(([cx, cy]) => s('circle', { class: 'other', cx, cy, r: 2.2 })),
    near.map((i) => [
      s('path', { class: 'link', d: `M${x} ${y}L${points[i][0]} ${points[i][1]}` }),
      s('circle', { class: 'near', cx: points[i][0], cy: points[i][1], r: 3.5 }),
    ]),
    s('circle', { class: 'chosen', cx: x, cy: y, r: 7 }),
    labels([...near, now], points, names, width).map(({ i, at, right, text }) =>
      s(
        'text',
        { class: i === now ? 'm chosen' : 'm', x: at[0], y: at[1], 'text-anchor': right ? 'start' : 'end' },
        text,
      ),
    ),
    s('text', { class: 'axis', x: width - 6, y: HEIGHT - 6, 'text-anchor': 'end' }, `PC 1 · ${map.explained[0]}`),
    s('text', { class: 'axis', x: 6, y: 14 }, `PC 2 · ${map.explained[1]}`),
  );
  svg.addEventListener('click', (event) => {
    const [x, y] = placeIn(svg, event);
    const far = points.map(([cx, cy]) => Math.hypot(x - cx, y - cy));
    const nearest = far.indexOf(Math.min(...far));
    if (far[nearest] <= REACH) pick(nearest);
  });
  return svg;
}

/**
 * Labels beside their dots, pushed down where they would cover one another.
 * @param {number[]} which @param {number[][]} points @param {string[]} names @param {number} width
 */
function labels(which, points, names, width) {
  const placed = which
    .map((i) => {
      const text = spelled(names[i]);
      const right = points[i][0] + 12 + text.length * LETTER < width;
      return { i, text, right, at: [points[i][0] + (right ? 11 : -11), points[i][1] - 5] };
    })
    .sort((a, b) => a.at[1] - b.at[1]);
  placed.forEach((label, k) => {
    label.at[1] = Math.max(label.at[1], 26);
    for (const above of placed.slice(0, k)) {
      const room = (label.text.length + above.text.length) * LETTER;
      if (Math.abs(above.at[0] - label.at[0]) < room && label.at[1] - above.at[1] < LINE)
        label.at[1] = above.at[1] + LINE;
    }
  });
  return placed;
}
