// Panel: the test set at its codes, or what the decoder draws everywhere. A click or a drag anywhere sets the code.

import { unpack } from '../core/arrays.js';
import { placeIn, s } from '../core/dom.js';
import { signed } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import { digits, frame, layout, placeOf, ring, ringParts, tiles } from './map_drawing.js';

/** @import { PictureScene } from '../core/scene.d.ts' */
/** @import { Island, Rich, Table, Unpacked } from '../core/types.d.ts' */
/** @import { LatentMap } from './types.d.ts' */

/** @import { Place, Plot } from './map_drawing.js' */

/** @type {Record<string, Place>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const NEAR = 10; // pixels around a digit in which a click means that digit
const MOVED = 4; // pixels from which on a press is a drag
const STEP = 1 / 40;
const FINE = 1 / 200; // of the map, an arrow key's

/** @param {HTMLElement} root @param {Island<LatentMap, 'code' | 'point' | 'manifold'>} island */
export function mount(root, island) {
  /** @type {LatentMap | null} */
  let value = null;
  /** @type {Unpacked} */
  let cloud = { shape: [0], data: new Float32Array(), row: () => new Float32Array() };
  /** @type {PictureScene | null} */
  let scene = null;
  /** @type {Plot | null} */
  let plot = null;
  /** @type {{x: number, y: number, moved: boolean} | null} */
  let press = null;
  /** @type {Place | null} */
  let here = null;
  const shown = segments(
    'What the map shows',
    [
      ['cloud', 'test set'],
      ['manifold', 'manifold'],
    ],
    (chosen) => island.send('manifold', { on: chosen === 'manifold' }),
  );
  const svg = s('svg', {
    class: 'latent-map',
    tabindex: 0,
    role: 'application',
    'aria-roledescription': 'map',
    'aria-label': 'Latent map: arrow keys move the code, shift for small steps',
  });
  const panel = createPanel({
    title: 'Latent map',
    controls: [shown.node],
    table,
    present: true,
    className: 'latent-map-panel',
  });
  panel.figure.append(svg);
  root.append(panel.node);

  island.onValue((next) => {
    value = next;
    cloud = unpack(next.cloud);
    draw();
  });
  state.scene.on((next) => {
    scene = next.kind === 'picture' ? next : null;
    if (!press) move(scene?.place ?? null);
    mark();
    read();
  });
  new ResizeObserver(draw).observe(panel.figure);

  svg.addEventListener('pointerdown', (event) => {
    if (!plot || event.button) return;
    svg.setPointerCapture(event.pointerId);
    svg.classList.add('by-pointer');
    press = { x: event.clientX, y: event.clientY, moved: false };
  });
  svg.addEventListener('pointermove', (event) => {
    if (!press || !plot) return;
    press.moved ||= Math.hypot(event.clientX - press.x, event.clientY - press.y) > MOVED;
    if (press.moved) set(plot.place(event));
  });
  svg.addEventListener('pointerup', (event) => {
    if (press && !press.moved && plot) {
      const digit = value?.manifold ? null : nearest(plot, event);
      if (digit === null) set(plot.place(event));
      else island.send('point', { index: digit });
    }
    press = null;
  });
  svg.addEventListener('pointercancel', () => {
    press = null;
  });
  svg.addEventListener('keydown', (event) => {
    svg.classList.remove('by-pointer');
    const way = KEYS[event.key];
    if (!way || !here || !plot || !value) return;
    event.preventDefault();
    const size = event.shiftKey ? FINE : STEP;
    const [x, y] = value.reach.map(([low, high], axis) => way[axis] * size * (high - low));
    set(plot.within([here[0] + x, here[1] + y]));
  });

  /** The ring follows at once; the picture follows when the server has decoded. @param {Place} place */
  function set(place) {
    move(place);
    island.send('code', { place, condition: scene?.condition?.value ?? null });
  }

  function draw() {
    const width = panel.figure.clientWidth;
    if (!value || !width) return;
    shown.show(value.manifold ? 'manifold' : 'cloud');
    plot = layout(svg, value, width);
    svg.replaceChildren(
      frame(plot, value),
      value.manifold ? tiles(plot, value.manifold) : digits(plot, value.labels, cloud),
      ring(),
    );
    panel.subtitle(value.manifold ? `${value.manifold.side ** 2} decoded codes` : `${value.labels.length} test digits`);
    move(here);
    mark();
    read();
    panel.refresh();
  }

  /** @param {Place | null} place */
  function move(place) {
    here = place;
    const mover = svg.querySelector('.here');
    if (!mover || !plot) return;
    mover.toggleAttribute('hidden', !place);
    if (!place) return;
    const [x, y] = plot.at(plot.within(place));
    const spread = scene?.spread && !value?.plane ? unpack(scene.spread.deviation).data : null;
    mover.replaceChildren(...ringParts(plot, x, y, spread));
  }

  /** Digits of the same kind as the one on the stage stand out. */
  function mark() {
    const kind = scene?.label ?? String(scene?.condition?.value ?? '');
    for (const node of svg.querySelectorAll('.digit')) node.classList.toggle('same', node.textContent === kind);
  }

  /** @param {Plot} plot @param {MouseEvent} event */
  function nearest(plot, event) {
    const [px, py] = placeIn(svg, event);
    let best = null;
    let least = NEAR;
    for (let i = 0; i < cloud.shape[0]; i++) {
      const [x, y] = plot.at(placeOf(cloud, i));
      const distance = Math.hypot(x - px, y - py);
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  function read() {
    if (!value) return;
    panel.read([...(scene ? whereOf(scene) : []), ...(value.manifold ? toldOf(value.manifold) : value.reading)]);
  }

  /** @returns {Table} */
  function table() {
    const { axes = [], labels = [] } = value ?? {};
    return {
      columns: ['digit', ...axes.map((name, i) => name || `axis ${i + 1}`)],
      rows: labels.map((label, i) => [label, ...Array.from(cloud.row(i), (v) => signed(v, 3))]),
    };
  }
}

/** @param {PictureScene} scene @returns {Rich} */
function whereOf({ place, input }) {
  if (!place) return [];
  const numbers = `(${place.map((v) => signed(v)).join(', ')})`;
  return [
    ['', `The ring is ${input ? 'our picture' : 'the code set by hand'}, at `],
    ['b', numbers],
    ['', '. '],
  ];
}

/** @param {NonNullable<LatentMap['manifold']>} manifold @returns {Rich} */
function toldOf({ condition }) {
  const drawn = condition === null ? '' : `Every code is drawn as a ‘${condition}’. `;
  return [['', `${drawn}Each small picture is what the decoder draws for the middle of its place.`]];
}
