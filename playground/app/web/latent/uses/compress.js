// Compress: error against size, beside principal components and an autoencoder without curved layers; and the picture
// on the stage, kept by each.
import { h, s } from '../../core/dom.js';
import { percent } from '../../core/numbers.js';
import { inkPicture, unpackBytes } from '../../picture/pixels.js';
import { createPanel } from '../../shell/panel.js';
import { asker, cost, missing, named, trainButton } from './asked.js';
import { across, letters, long, path, powers, scale, square, tall } from './axes.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { Column, Compressed, Desk, View } from './types.d.ts' */

const HEIGHT = 236;
const NARROW = 560; // pixels of the panel below which names stand above their rows

const isSize = (/** @type {string} */ key) => /^(size|linear)-/.test(key);

/** @param {Desk} desk @returns {View} */
export function compressView(desk) {
  /** @type {Compressed | null} */
  let found = null;
  const [all, linear] = [trainButton(desk), trainButton(desk)];
  const panel = createPanel({
    title: 'Error against size',
    subtitle: 'all else equal',
    controls: [all.node, linear.node],
    table: () => tableOf(found),
    present: true,
    className: 'use-compress',
  });
  const numbers = createPanel({
    title: 'In numbers',
    subtitle: 'error per pixel',
    image: false,
    table: () => tableOf(found),
    className: 'use-numbers',
  });
  const ask = asker(desk, 'compress.json', panel, (/** @type {Compressed} */ answer) => {
    found = answer;
    draw();
  });
  new ResizeObserver(draw).observe(panel.figure);

  function draw() {
    const width = panel.figure.clientWidth;
    if (!found || !width) return;
    panel.figure.replaceChildren(chart(found, width, desk));
    panel.read(found.reading);
    panel.refresh();
    numbers.figure.replaceChildren(inNumbers(found));
    numbers.read([
      ['', `The row of ${found.size} is the model on the stage; ${found.n.toLocaleString('en')} test pictures.`],
    ]);
    numbers.refresh();
  }

  return {
    node: h('div.use-pair.wide-left', {}, panel.node, numbers.node),
    show() {
      const [sizes, flat] = ['size-', 'linear-'].map((kind) => missing(desk, (key) => key.startsWith(kind)));
      all.show('Train all sizes', sizes);
      linear.show('Train linear ones', flat);
      ask({ runs: named(desk, isSize) });
      draw();
    },
  };
}

/** @param {Compressed} found @param {number} width @param {Desk} desk */
function chart(found, width, desk) {
  const font = letters();
  const foot = tall(HEIGHT);
  const names = width < NARROW ? 0 : 7.4 * font;
  const left = Math.max(names, 3.6 * font);
  const { columns, curve, score, size, components } = found;
  const step = (width - left) / columns.length;
  const middle = (/** @type {number} */ i) => left + (i + 0.5) * step;
  const x = between(columns, middle);
  const known = columns.flatMap(({ mean, linear, pca }) => [mean, linear, pca]).filter((v) => v !== null && v > 1e-7);
  const [low, high] = [Math.min(.../** @type {number[]} */ (known)) * 0.75, Math.max(curve[0], score) * 1.1];
  const y = scale([low, high], [foot, 14], true);
  const [last] = columns.slice(-1);
  const line = curve
    .map((error, i) => /** @type {[number, number]} */ ([i + 1, error]))
    .filter(([count, error]) => count >= columns[0].size && count <= last.size && error > low);
  const right = width - 2;
  const mine = columns.filter(({ mean }) => mean !== null);
  const untrained = columns.filter((column) => column.mean === null);
  const [mx, my] = [x(size), y(score)];
  const reach = Math.min(x(Math.min(components, last.size)), right);
  const beyond = components > last.size;
  const beside = columns.find(({ size: one, pca }) => pca > low && x(one) > reach + 4) ?? columns[1];
  const needs = `PCA needs ${components}`;
  const svg = s(
    'svg',
    { class: 'use-chart', width, height: foot + 1.9 * font, role: 'img', 'aria-label': 'Error against size' },
    across(powers(low, high), y, { left, right, font }),
    s('path', { class: 'axis-line', d: `M${left} ${foot}H${right}` }),
    s('path', { class: 'dashed', d: path(line.map(([count, error]) => [x(count), y(error)])) }),
    columns.map(({ size: one }, i) =>
      s('text', { x: middle(i), y: foot + 1.4 * font, 'text-anchor': 'middle', class: 'm' }, one),
    ),
    untrained.map((column) => s('circle', { class: 'none-yet', cx: x(column.size), cy: foot, r: 5 })),
    s('path', { class: 'solid', d: path(mine.map(({ size: one, mean }) => [x(one), y(Number(mean))])) }),
    columns.map((column) => column.linear !== null && square(x(column.size), y(column.linear), 10)),
    mine.map(({ size: one, mean }) => s('circle', { class: 'dot', cx: x(one), cy: y(Number(mean)), r: 5 })),
    s('circle', { class: 'ringed', cx: mx, cy: my, r: 11 }),
    components > size &&
      reach - mx > 30 && [
        s('path', { class: 'arrow', d: `M${mx + 13} ${my}H${reach - 2}m-6 -4l6 4l-6 4` }),
        s(
          'text',
          { class: 'strong', x: Math.min(mx + 18, right), y: my - 7 },
          reach - mx > 11 * font ? `${needs}${beyond ? '' : ' numbers'} for this` : needs,
        ),
      ],
    s('text', { class: 'strong', x: x(beside.size) + 8, y: y(beside.pca) - 8 }, 'PCA'),
  );
  /** @param {string} name @param {(column: Column) => Node} cell */
  const row = (name, cell) =>
    h(
      `div.use-columns${names ? '' : '.stacked'}`,
      {},
      h('b', { style: names ? { width: `${left}px` } : {} }, name),
      h(
        'div',
        { style: { 'padding-left': `${names ? 0 : left}px` } },
        columns.map((column) => h('span.use-cell', {}, cell(column))),
      ),
    );
  return h(
    'div.use-drawing',
    {},
    h('p.use-axis', {}, `error per pixel, ${found.n.toLocaleString('en')} test pictures (log)`),
    svg,
    row('autoencoder', (column) => keptBy(column, found, desk, step < 4 * font)),
    row('PCA', ({ pca_kept, size: one }) => inkPicture(unpackBytes(pca_kept)[0], `kept by ${one} components`)),
  );
}

/** Where a size lies between the columns, whose sizes are told evenly. @param {Column[]} columns
 * @param {(i: number) => number} middle @returns {(size: number) => number} */
function between(columns, middle) {
  return (size) => {
    const after = columns.findIndex((column) => column.size >= size);
    if (after <= 0) return middle(after < 0 ? columns.length - 1 : 0);
    const [a, b] = [columns[after - 1].size, columns[after].size];
    return middle(after - 1 + Math.log(size / a) / Math.log(b / a));
  };
}

/** @param {Column} column @param {Compressed} found @param {Desk} desk @param {boolean} narrow */
function keptBy({ size, kept }, found, desk, narrow) {
  if (kept) {
    const picture = inkPicture(unpackBytes(kept)[0], `kept in ${size} numbers`);
    picture.classList.toggle('on-stage', size === found.size);
    return picture;
  }
  const key = `size-${size}`;
  if (!desk.value().wanted.includes(key)) return h('span.use-none', { 'aria-label': `${size} is no size here` }, '–');
  const busy = desk.due(key);
  return h(
    'button.use-none',
    {
      type: 'button',
      disabled: desk.busy(),
      'aria-label': busy ? `${size} numbers: training` : `Train with ${size} numbers, ${cost(desk, [key])}`,
      onclick: () => desk.train([key]),
    },
    busy ? '…' : narrow ? '+' : 'train',
  );
}

/** @param {Compressed} found */
function inNumbers({ columns, size, ratio, components, share }) {
  /** @param {number | null} v */
  const cell = (v) => h('td', {}, v === null ? '–' : long(v));
  return h(
    'div.use-side',
    {},
    h(
      'table.use-table',
      {},
      h('caption.sr-only', {}, 'Error per pixel by size'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['numbers', 'autoenc.', 'PCA', 'linear'].map((name) => h('th', { scope: 'col' }, name)),
        ),
      ),
      h(
        'tbody',
        {},
        columns.map((column) =>
          h(
            `tr${column.size === size ? '.on' : ''}`,
            {},
            h('th', { scope: 'row' }, column.size),
            cell(column.mean),
            cell(column.pca),
            cell(column.linear),
          ),
        ),
      ),
    ),
    h(
      'dl.use-figures',
      {},
      h('dt', {}, `784 pixels → ${size} numbers`),
      h('dd', {}, `${+ratio.toPrecision(3)} to 1`),
      h('dt', {}, 'components PCA needs for this error'),
      h('dd', {}, components, h('small', {}, ' of 784')),
      h('dt', {}, `error, that of PCA of ${size} being 100 %`),
      h('dd', {}, share > 10 ? '> 1000 %' : percent(share)),
    ),
  );
}

/** @param {Compressed | null} found @returns {Table} */
function tableOf(found) {
  return {
    columns: ['numbers', 'autoencoder', 'PCA', 'linear autoencoder'],
    rows: (found?.columns ?? []).map(({ size, mean, pca, linear }) => [
      size,
      mean === null ? 'not trained' : long(mean),
      long(pca),
      linear === null ? 'not trained' : long(linear),
    ]),
    caption: 'Error per pixel by size of the code',
  };
}
