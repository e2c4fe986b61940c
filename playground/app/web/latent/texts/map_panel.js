// The map of texts: a dot each, the one on the stage ringed, its neighbours and the walk. What lies under the pointer
// is said beneath: the nearest text, and what is written from there.
import { unpack } from '../../core/arrays.js';
import { h, s, setText } from '../../core/dom.js';
import { glyph } from '../../core/glyphs.js';
import { grouped, percent, share } from '../../core/numbers.js';
import * as state from '../../core/state.js';
import { createPanel } from '../../shell/panel.js';
import { createBoard } from '../map/board.js';
import { crosshair } from '../map/drawing.js';
import { nearest } from '../map/places.js';
import { changed } from './words.js';

/** @import { Table, Unpacked } from '../../core/types.d.ts' */
/** @import { Acts, Place, Plot } from '../map/board.js' */
/** @import { NearTexts, TextMap, TextWay } from './types.d.ts' */

const TALLEST = 400;
const TALLEST_PROJECTED = 430;

/** @param {{put: (text: string) => void}} acts */
export function mapPanel({ put }) {
  /** @type {TextMap | null} */
  let value = null;
  /** @type {NearTexts | null} */
  let here = null;
  /** @type {{way: TextWay, step: number} | null} */
  let walk = null;
  /** @type {Unpacked} */
  let cloud = unpack({ shape: [0, 2], f32: '' });
  /** @type {Place | null} */
  let at = null;
  let kind = '';
  let unit = 'token';
  let width = 0;
  const board = createBoard('Map of texts; arrow keys look around, Enter puts the nearest text on the stage', {
    look,
    put: (place) => {
      const row = value && nearest(cloud, place);
      if (value && row !== null) put(value.texts[row]);
    },
    at: () => at ?? here?.place ?? [0, 0],
    key: () => false,
  });
  const nearby = h('p.m');
  const written = h('p');
  const said = h('p.sr-only', { role: 'status' }); // by keys: whoever does not see is told
  const which = h('select.place', { 'aria-label': 'Which texts are filled' });
  const picked = h('label.pick', {}, which);
  which.addEventListener('change', () => {
    kind = which.value;
    draw();
  });
  const panel = createPanel({
    title: 'Map of codes',
    controls: [picked],
    table,
    present: true,
    className: 'text-map-panel',
  });
  panel.figure.append(board.node, h('div.map-said', {}, nearby, written), said);
  new ResizeObserver(() => {
    if (Math.abs(panel.figure.clientWidth - width) > 1) draw();
  }).observe(panel.figure);
  state.present.on(draw);

  /** @type {Acts['look']} */
  function look(place, how) {
    at = place;
    point();
    if (how === 'keys') setText(said, `${nearby.textContent}; ${written.textContent}`);
  }

  function point() {
    const plot = board.plot();
    if (!value || !plot) return;
    const place = at ?? here?.place;
    const row = place ? nearest(cloud, place) : null;
    if (!place || row === null) return;
    const text = value.manifold.texts[plot.cellOf(place)];
    nearby.replaceChildren(glyph('enc'), ` nearest test text: ${value.texts[row]}`);
    written.replaceChildren(
      glyph('dec'),
      h('span.dim', {}, ' written from here: '),
      changed(text, null),
      h('span.dim', {}, ` ${percent(text.sure)}`),
    );
    board.show((drawn) => [
      ...(at ? crosshair(drawn, place) : []),
      ring(drawn, [cloud.row(row)[0], cloud.row(row)[1]], 5, 'text-pointed'),
    ]);
  }

  function draw() {
    if (!value || !panel.figure.clientWidth) return;
    width = panel.figure.clientWidth;
    const { texts, kinds, size, kept } = value;
    const filled = kinds[kind];
    board.draw(value, width, state.present.value ? TALLEST_PROJECTED : TALLEST, (plot) => [
      s(
        'g',
        { class: 'text-dots' },
        texts.map((_, i) => {
          const [cx, cy] = plot.at([cloud.row(i)[0], cloud.row(i)[1]]);
          const name = filled && !filled[i] ? 'hollow' : 'full';
          return s('circle', { cx: cx.toFixed(1), cy: cy.toFixed(1), r: 2.8 * plot.big, class: name });
        }),
      ),
    ]);
    lay();
    point();
    panel.subtitle(`${grouped(texts.length)} test texts at their codes`);
    const count = filled?.reduce((sum, one) => sum + one, 0) ?? 0;
    panel.read([
      [
        '',
        size > 2
          ? `A code has ${size} numbers; the two axes keep `
          : 'The axes are the code itself; each text stands at its own code.',
      ],
      ...(size > 2
        ? /** @type {[string, string][]} */ ([
            ['b', share(kept)],
            ['', ' of their variance. '],
          ])
        : []),
      ['', filled ? `Filled: ${kind}, ${count} of ${texts.length}. ` : ''],
      ['', 'The ring is the text on the stage.'],
    ]);
  }

  function lay() {
    board.lay((plot) => {
      const path = walk?.way.places.map((place) => plot.at(place)) ?? [];
      return [
        ...(here?.rows ?? []).map((row) =>
          ring(plot, [cloud.row(row)?.[0] ?? 0, cloud.row(row)?.[1] ?? 0], 6, 'text-near'),
        ),
        ...(path.length
          ? [s('path', { class: 'way', d: path.map(([x, y], i) => `${i ? 'L' : 'M'}${x} ${y}`).join('') })]
          : []),
        ...path.map(([cx, cy], i) =>
          s('circle', {
            cx,
            cy,
            r: (i === walk?.step ? 6 : 3.5) * plot.big,
            class: i === walk?.step ? 'now' : 'way-step',
          }),
        ),
        ...(here ? [ring(plot, here.place, 9, 'ring')] : []),
      ];
    });
  }

  return {
    panel,
    node: panel.node,
    /** @param {TextMap} next @param {string} called what a token is called */
    show(next, called) {
      value = next;
      unit = called;
      cloud = unpack(next.cloud);
      const names = Object.keys(next.kinds);
      if (!names.includes(kind)) kind = '';
      which.replaceChildren(
        h('option', { value: '' }, 'all filled'),
        ...names.map((name) => h('option', { value: name }, `filled: ${name}`)),
      );
      which.value = kind;
      picked.hidden = !names.length;
      draw();
    },
    /** @param {NearTexts} next where the text on the stage lies */
    lay(next) {
      here = next;
      at = null;
      lay();
      point();
    },
    /** @param {TextWay} way @param {number} step */
    walked(way, step) {
      walk = { way, step };
      lay();
    },
  };

  /** @returns {Table} */
  function table() {
    const { texts = [], axes = ['', ''] } = value ?? {};
    return {
      columns: [unit === 'word' ? 'sentence' : 'text', ...axes],
      rows: texts.map((text, i) => [text, ...Array.from(cloud.row(i), (v) => v.toFixed(3))]),
    };
  }
}

/** @param {Plot} plot @param {Place} place @param {number} r @param {string} name */
function ring({ at, big }, place, r, name) {
  const [cx, cy] = at(place);
  return s('circle', { cx, cy, r: r * big, class: name });
}
