// Features: what few labels are worth on a code that was learned without any, and which of its numbers knows what.
import { h, s } from '../../core/dom.js';
import { signed } from '../../core/numbers.js';
import { inkPicture, unpackBytes } from '../../picture/pixels.js';
import { createPanel, segments } from '../../shell/panel.js';
import { asker } from './asked.js';
import { across, letters, path, scale, square, tall } from './axes.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { Desk, Features, Right, View } from './types.d.ts' */

const HEIGHT = 300;
const MANY = 32; // numbers that have a column, those that explain most

/** @param {Desk} desk @returns {View} */
export function featuresView(desk) {
  /** @type {Features | null} */
  let found = null;
  let order = 'explains';
  const sorted = segments(
    'Order of the numbers',
    [
      ['number', 'z1, z2 …'],
      ['explains', 'what it explains'],
    ],
    (chosen) => {
      order = chosen;
      draw();
    },
  );
  const few = createPanel({
    title: 'Few labels are enough',
    subtitle: 'nearest neighbour, 20 draws',
    table: () => labelsTable(found),
    present: true,
    className: 'use-labels',
  });
  const who = createPanel({
    title: 'Which number knows what',
    subtitle: 'R² of a line, test pictures',
    controls: [sorted.node],
    table: () => factorsTable(found),
    present: true,
    className: 'use-factors',
  });
  const ask = asker(desk, 'features.json', few, (/** @type {Features} */ answer) => {
    found = answer;
    draw();
  });
  new ResizeObserver(draw).observe(few.figure);

  function draw() {
    const width = few.figure.clientWidth;
    if (!found || !width) return;
    sorted.show(order);
    few.figure.replaceChildren(chart(found, width));
    few.read([...found.reading, ['', ' Grey: 95 % of the draws.']]);
    few.refresh();
    if (!found.factors.length) who.empty({ title: 'Nobody knows', text: found.known.map(([, text]) => text).join('') });
    else {
      who.empty(null);
      who.figure.replaceChildren(factors(found, order), strips(found));
      who.read(found.known);
    }
    who.refresh();
  }

  return {
    node: h('div.use-pair.wide-right', {}, few.node, who.node),
    show() {
      ask({});
      draw();
    },
  };
}

/** @param {Features} found @param {number} width */
function chart({ labels, lines, n }, width) {
  const font = letters();
  const foot = tall(HEIGHT);
  const left = 3.2 * font;
  const right = width - 1.2 * font;
  const top = 0.8 * font;
  const x = scale([labels[0], labels[labels.length - 1]], [left, right], true);
  const y = scale([0, 1], [foot, top]);
  /** @param {Right[]} line */
  const points = (line) => line.map(([mean], i) => /** @type {[number, number]} */ ([x(labels[i]), y(mean)]));
  const band = [
    ...lines.code.map(([, , high], i) => /** @type {[number, number]} */ ([x(labels[i]), y(high)])),
    ...lines.code.map(([, low], i) => /** @type {[number, number]} */ ([x(labels[i]), y(low)])).reverse(),
  ];
  const shown = labels.filter((one, i) => [10, 100, 1000].includes(one) || i === labels.length - 1);
  const chance = lines.control[lines.control.length - 1][0];
  return h(
    'div.use-drawing',
    {},
    h(
      'div.use-legend',
      {},
      legend('solid', s('circle', { class: 'dot', cx: 15, cy: 6, r: 4 }), 'code'),
      legend('dashed', s('circle', { class: 'hollow', cx: 15, cy: 6, r: 4 }), 'PCA of as many'),
      legend('thin', square(15, 6, 8), 'pixels'),
      legend('dotted', null, 'labels shuffled'),
    ),
    s(
      'svg',
      {
        class: 'use-chart',
        width,
        height: foot + 3.2 * font,
        role: 'img',
        'aria-label': 'Right, by the number of labels',
      },
      across([0, 0.25, 0.5, 0.75, 1], y, { left, right, font }, (v) => String(100 * v)),
      s('path', { class: 'band', d: `${path(band)}Z` }),
      s('path', { class: 'dotted', d: path(points(lines.control)) }),
      s('path', { class: 'thin', d: path(points(lines.pixels)) }),
      s('path', { class: 'dashed', d: path(points(lines.pca)) }),
      s('path', { class: 'solid', d: path(points(lines.code)) }),
      points(lines.pixels).map(([px, py]) => square(px, py, 8)),
      points(lines.pca).map(([px, py]) => s('circle', { class: 'hollow', cx: px, cy: py, r: 4 })),
      points(lines.code).map(([px, py]) => s('circle', { class: 'dot', cx: px, cy: py, r: 5 })),
      s(
        'text',
        { x: left + 6, y: y(Math.max(...lines.control.map(([mean]) => mean))) - 6 },
        `chance, ${Math.round(100 * chance)} %`,
      ),
      shown.map((one, i) =>
        s(
          'text',
          { class: 'm', x: x(one), y: foot + 1.4 * font, 'text-anchor': i === shown.length - 1 ? 'end' : 'middle' },
          x(labels[labels.length - 1]) - x(one) < 4 * font && i < shown.length - 1 ? '' : one.toLocaleString('en'),
        ),
      ),
      s(
        'text',
        { x: right, y: foot + 2.8 * font, 'text-anchor': 'end' },
        `labelled pictures (log); right of ${n.toLocaleString('en')}, %`,
      ),
    ),
  );
}

/** @param {string} kind @param {SVGElement | null} mark @param {string} name */
const legend = (kind, mark, name) =>
  h(
    'span',
    {},
    s(
      'svg',
      { width: 30, height: 12, class: 'use-chart', 'aria-hidden': true },
      s('path', { class: kind, d: 'M1 6H29' }),
      mark,
    ),
    name,
  );

/** @param {number} r2 */
const rises = (r2) => `${Math.round(100 * Math.max(0, r2))}%`;

/** @param {Features} found @param {string} order */
function factors({ explains, factors: all, size }, order) {
  const units = explains.slice(0, MANY);
  if (order === 'number') units.sort((a, b) => a - b);
  return h(
    'div.use-scroll',
    { tabindex: 0, role: 'region', 'aria-label': 'R² of each number' },
    h(
      'table.use-r2',
      {},
      h('caption.sr-only', {}, 'R² of each factor by each number'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, 'known of'),
          units.map((unit) => h('th.c', { scope: 'col' }, unit + 1)),
          h('th.wide', { scope: 'col' }, `all ${size}`),
          h('th.wide', { scope: 'col' }, 'PCA'),
          h('th.wide', { scope: 'col' }, 'shuffled'),
        ),
      ),
      h(
        'tbody',
        {},
        all.map(({ name, alone, all: whole, pca, control }) => {
          const best = Math.max(...alone);
          return h(
            'tr',
            {},
            h('th', { scope: 'row' }, name),
            units.map((unit) =>
              h(
                `td.fill${alone[unit] === best ? '.best' : ''}`,
                { title: `z${unit + 1} alone: R² ${signed(alone[unit])}` },
                h('i', { style: { height: rises(alone[unit]) } }),
                alone[unit] === best &&
                  h('span', { style: { bottom: `min(${rises(best)}, 60%)` } }, signed(best).replace(/^0/, '')),
              ),
            ),
            h('td.wide.strong', {}, signed(whole)),
            h('td.wide', {}, signed(pca)),
            h('td.wide', {}, signed(control)),
          );
        }),
      ),
    ),
  );
}

/** @param {Features} found */
const strips = ({ strips: all }) =>
  h(
    'div.use-strips',
    {},
    all.map(({ factor, unit, pictures }) => [
      h('div.use-row-name', {}, h('b.c', {}, 'z', h('sub', {}, unit + 1)), h('small', {}, factor)),
      unpackBytes(pictures).map((picture) => h('figure.use-picture', {}, inkPicture(picture, ''))),
    ]),
  );

/** @param {Features | null} found @returns {Table} */
function labelsTable(found) {
  const percent = (/** @type {Right} */ [mean]) => `${(100 * mean).toFixed(1)} %`;
  return {
    columns: ['labels', 'code', 'PCA', 'pixels', 'labels shuffled'],
    rows: (found?.labels ?? []).map((count, i) => {
      const { code, pca, pixels, control } = /** @type {Features} */ (found).lines;
      return [count, ...[code, pca, pixels, control].map((line) => percent(line[i]))];
    }),
    caption: 'Right test pictures by the number of labels',
  };
}

/** @param {Features | null} found @returns {Table} */
function factorsTable(found) {
  const units = found?.explains.slice().sort((a, b) => a - b) ?? [];
  return {
    columns: ['factor', ...units.map((unit) => `z${unit + 1}`), 'all', 'PCA', 'shuffled'],
    rows: (found?.factors ?? []).map(({ name, alone, all, pca, control }) => [
      name,
      ...units.map((unit) => signed(alone[unit])),
      signed(all),
      signed(pca),
      signed(control),
    ]),
    caption: 'R² of each factor by each number alone',
  };
}
