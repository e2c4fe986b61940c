// Denoise: the same noise through a run that has seen noise in training, and through one that has not.
import { h, s, setText } from '../../core/dom.js';
import { asking } from '../../core/island.js';
import { inkPicture, unpackBytes } from '../../picture/pixels.js';
import { createPanel } from '../../shell/panel.js';
import { asker, cost, missing, named } from './asked.js';
import { across, letters, long, path, rounds, scale, short, tall } from './axes.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { Scale } from './axes.js' */
/** @import { Denoised, Desk, Noisy, View } from './types.d.ts' */

const DRAWS = 1000;
const HEIGHT = 330;
const isPartner = (/** @type {string} */ key) => key === 'noise' || key === 'plain';

/** @param {Desk} desk @returns {View} */
export function denoiseView(desk) {
  /** @type {Denoised | null} */
  let found = null;
  /** @type {Noisy | null} */
  let few = null;
  let level = 0.3;
  let draw = 0;
  let turn = 0;
  const slider = h('input.sl', { type: 'range', min: 0, max: 0.8, step: 0.1, value: 0.3, 'aria-label': 'Noise' });
  const told = h('output.m.strong', {}, '.3');
  const other = h('button.btn.box', { type: 'button', onclick: again }, 'Other noise');
  const grid = h('div.use-rows', {});
  const panel = createPanel({
    title: 'Cleaned',
    subtitle: 'the same noise for all',
    table: () => picturesTable(few),
    present: true,
    className: 'use-cleaned',
  });
  panel.figure.append(h('div.use-slider', {}, h('label', {}, 'noise', slider), told, other), grid);
  const curve = createPanel({
    title: 'Error against noise',
    table: () => tableOf(found),
    present: true,
    className: 'use-noise-curve',
  });
  const ask = asker(desk, 'denoise.json', curve, (/** @type {Denoised} */ answer) => {
    found = answer;
    drawCurve();
    readRows();
  });
  slider.addEventListener('input', () => {
    level = slider.valueAsNumber;
    setText(told, short(level));
    slider.setAttribute('aria-valuetext', `standard deviation ${level}`);
    fetchFew();
    drawCurve();
  });
  new ResizeObserver(drawCurve).observe(curve.figure);

  function again() {
    draw = (draw + 1) % DRAWS;
    fetchFew();
  }

  async function fetchFew() {
    const mine = ++turn;
    const query = { runs: named(desk, isPartner), level: String(level), draw: String(draw) };
    const answer = await asking(desk.value().address, 'noisy.json', query);
    if (mine !== turn) return;
    if ('failed' in answer) {
      grid.replaceChildren(h('p', {}, answer.failed));
      return;
    }
    few = /** @type {Noisy} */ (answer.data);
    drawRows();
  }

  function drawRows() {
    if (!few) return;
    const { rows, clean } = few;
    const left = rows.noisy.errors;
    /** @param {Node[]} name @param {string} pictures @param {number[] | null} errors @param {boolean} judged */
    const row = (name, pictures, errors, judged) =>
      h(
        'div.use-row',
        {},
        h('div.use-row-name', {}, name),
        unpackBytes(pictures).map((picture, i) => {
          const wrong = judged && errors !== null && errors[i] > left[i];
          return h(
            `figure.use-picture${wrong ? '.worse' : ''}`,
            {},
            inkPicture(picture, ''),
            errors && h('figcaption', {}, wrong ? '✗ ' : '', long(errors[i])),
          );
        }),
      );
    const { plain, noise } = rows;
    const taught = short(found?.level ?? desk.value().noise ?? 0.3);
    grid.replaceChildren(
      row([h('b', {}, 'clean'), h('small', {}, 'what it should be')], clean, null, false),
      row([h('b', {}, 'noisy'), h('small', {}, `noise ${short(level)}`)], rows.noisy.pictures, left, false),
      plain
        ? row(
            [letter('B'), h('b', {}, 'plain'), h('small', {}, 'has seen no noise')],
            plain.pictures,
            plain.errors,
            true,
          )
        : absent('B', 'plain', 'plain'),
      noise
        ? row(
            [letter('A'), h('b', {}, 'denoising'), h('small', {}, `trained at ${taught}`)],
            noise.pictures,
            noise.errors,
            true,
          )
        : absent('A', 'denoising', 'noise'),
    );
    readRows();
    panel.refresh();
  }

  /** A row that nobody has trained yet. @param {string} name @param {string} title @param {'noise' | 'plain'} key */
  function absent(name, title, key) {
    const busy = desk.due(key);
    const offer = key === 'noise' ? 'Train one on noisy pictures' : 'Train one without noise';
    const text = desk.value().wanted.includes(key)
      ? h(
          'button.btn.box.use-train',
          { type: 'button', disabled: desk.busy(), onclick: () => desk.train([key]) },
          busy ? 'Training …' : `${offer}, ${cost(desk, [key])}`,
        )
      : h('span', {}, 'This architecture is not trained on noisy pictures here; the Autoencoder is.');
    return h(
      'div.use-row',
      {},
      h('div.use-row-name', {}, letter(name), h('b', {}, title)),
      h('div.use-absent', {}, text),
    );
  }

  function readRows() {
    if (found) panel.read([...found.reading, ['', ' '], ['w', '✗'], ['', ' marks what is worse than left as it is.']]);
  }

  function drawCurve() {
    const width = curve.figure.clientWidth;
    if (!found || !width) return;
    curve.figure.replaceChildren(chart(found, width, level));
    curve.subtitle(`error per pixel, ${found.n.toLocaleString('en')} test pictures`);
    curve.read([
      [
        '',
        found.noise
          ? 'Trained at one noise, A is best near it.'
          : desk.value().wanted.includes('noise')
            ? 'B has seen no noise; train A beside it.'
            : 'B has seen no noise.',
      ],
    ]);
    curve.refresh();
  }

  return {
    node: h('div.use-pair.wide-left', {}, panel.node, curve.node),
    show() {
      ask({ runs: named(desk, isPartner) });
      fetchFew();
      drawCurve();
      curve.node.classList.toggle('wanting', missing(desk, isPartner).length > 0);
    },
  };
}

/** @param {string} name */
const letter = (name) => h(`span.use-letter.${name === 'A' ? 'solid' : 'dashed'}`, { 'aria-hidden': true }, name);

/** @param {Denoised} found @param {number} width @param {number} level */
function chart({ levels, left, noise, plain, level: taught }, width, level) {
  const font = letters();
  const foot = tall(HEIGHT);
  const start = 3.4 * font;
  const right = width - 0.6 * font;
  const top = 0.8 * font;
  const high = Math.max(...left, ...(noise ?? []), ...plain) * 1.05;
  const y = scale([0, high], [foot, top]);
  const x = scale([0, levels[levels.length - 1]], [start, right]);
  /** @param {number[]} values */
  const points = (values) => values.map((v, i) => /** @type {[number, number]} */ ([x(levels[i]), y(v)]));
  const at = levels.findIndex((one) => Math.abs(one - level) < 1e-6);
  const ends = [
    { name: 'left as it is', v: left[left.length - 1] },
    ...(noise ? [{ name: 'A denoising', v: noise[noise.length - 1] }] : []),
    { name: 'B plain', v: plain[plain.length - 1] },
  ];
  return s(
    'svg',
    { class: 'use-chart', width, height: foot + 3.4 * font, role: 'img', 'aria-label': 'Error against noise' },
    across(rounds(high, 4), y, { left: start, right, font }),
    levels.map(
      (v, i) =>
        i % 2 === 0 && s('text', { x: x(v), y: foot + 1.4 * font, 'text-anchor': 'middle', class: 'm' }, short(v)),
    ),
    s('text', { x: right, y: foot + 2.8 * font, 'text-anchor': 'end' }, 'noise, standard deviation'),
    s('path', { class: 'dotted', d: path(points(left)) }),
    s('path', { class: 'dashed', d: path(points(plain)) }),
    noise && s('path', { class: 'solid', d: path(points(noise)) }),
    s('path', { class: 'guide', d: `M${x(level)} ${top}V${foot}` }),
    at >= 0 && [
      s('circle', { class: 'hollow', cx: x(level), cy: y(plain[at]), r: 6 }),
      noise && s('circle', { class: 'dot', cx: x(level), cy: y(noise[at]), r: 6 }),
    ],
    s('path', { class: 'taught', d: `M${x(taught)} ${foot}l-5 8h10z` }),
    ends.map(({ name }, i) =>
      s(
        'text',
        {
          class: i ? 'strong' : '',
          x: right,
          y: apart(
            ends.map((end) => end.v),
            i,
            y,
            font,
          ),
          'text-anchor': 'end',
        },
        name,
      ),
    ),
  );
}

/**
 * Names at the ends of lines, above them and clear of each other.
 * @param {number[]} values @param {number} i @param {Scale} y @param {number} font
 */
function apart(values, i, y, font) {
  const order = values.map((_, k) => k).sort((a, b) => y(values[a]) - y(values[b]));
  let last = -Infinity;
  for (const k of order) {
    const place = Math.max(y(values[k]) + 1.5 * font, last + 1.4 * font);
    if (k === i) return place;
    last = place;
  }
  return 0;
}

/** @param {Denoised | null} found @returns {Table} */
function tableOf(found) {
  return {
    columns: ['noise', 'left as it is', 'plain', 'denoising'],
    rows: (found?.levels ?? []).map((v, i) => [
      v,
      long(found?.left[i] ?? 0),
      long(found?.plain[i] ?? 0),
      found?.noise ? long(found.noise[i]) : 'not trained',
    ]),
    caption: 'Error per pixel by noise',
  };
}

/** @param {Noisy | null} few @returns {Table} */
function picturesTable(few) {
  const rows = Object.entries(few?.rows ?? {});
  return {
    columns: ['error of', ...(few?.rows.noisy.errors ?? []).map((_, i) => `picture ${i + 1}`)],
    rows: rows.map(([name, row]) => [name, ...(row?.errors ?? []).map(long)]),
    caption: 'Error per pixel of each picture',
  };
}
