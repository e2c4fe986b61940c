// Panel: the test set at its codes, or what the decoder draws everywhere. A click or a drag anywhere sets the code.
import { h, s, signed, unpack } from '../core/dom.js';
import { on } from '../core/store.js';
import { inkOf, unpackBytes } from '../picture/pixels.js';
import { createPanel, segments } from '../shell/panel.js';

const PAD = { left: 34, right: 10, top: 22, bottom: 36 };
const NEAR = 10; // pixels around a digit in which a click means that digit
const MOVED = 4; // pixels from which on a press is a drag
const STEP = 1 / 40;
const FINE = 1 / 200; // of the map, an arrow key's

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let value = null;
  let cloud = null;
  let scene = null;
  let plot = null;
  let press = null;
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
  on('scene', (next) => {
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
    if (!press) return;
    press.moved ||= Math.hypot(event.clientX - press.x, event.clientY - press.y) > MOVED;
    if (press.moved) set(plot.place(event));
  });
  svg.addEventListener('pointerup', (event) => {
    const digit = press && !press.moved && !value.manifold ? nearest(event) : null;
    if (digit !== null) island.send('point', { index: digit });
    else if (press && !press.moved) set(plot.place(event));
    press = null;
  });
  svg.addEventListener('pointercancel', () => {
    press = null;
  });
  svg.addEventListener('keydown', (event) => {
    svg.classList.remove('by-pointer');
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [];
    if (dx === undefined || !here) return;
    event.preventDefault();
    const size = event.shiftKey ? FINE : STEP;
    set(plot.within(here.map((v, axis) => v + [dx, dy][axis] * size * (value.reach[axis][1] - value.reach[axis][0]))));
  });

  /** The ring follows at once; the picture follows when the server has decoded. */
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

  function move(place) {
    here = place;
    const mover = svg.querySelector('.here');
    if (!mover || !plot) return;
    mover.toggleAttribute('hidden', !place);
    if (!place) return;
    const [x, y] = plot.at(plot.within(place));
    const spread = scene?.spread && !value.plane ? unpack(scene.spread.deviation).data : null;
    mover.replaceChildren(...ringParts(plot, x, y, spread));
  }

  /** Digits of the same kind as the one on the stage stand out. */
  function mark() {
    const kind = scene?.label ?? String(scene?.condition?.value ?? '');
    for (const node of svg.querySelectorAll('.digit')) node.classList.toggle('same', node.textContent === kind);
  }

  function nearest(event) {
    const box = svg.getBoundingClientRect();
    const px = event.clientX - box.left;
    const py = event.clientY - box.top;
    let best = null;
    let least = NEAR;
    for (let i = 0; i < value.labels.length; i++) {
      const [x, y] = plot.at(cloud.row(i));
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
    const where = scene?.place && [
      ['', scene.input ? 'The ring is our picture, at ' : 'The ring is the code set by hand, at '],
      ['b', `(${scene.place.map((v) => signed(v)).join(', ')})`],
      ['', '. '],
    ];
    const told =
      value.manifold && value.manifold.condition !== null
        ? [['', `Every code is drawn as a ‘${value.manifold.condition}’. `]]
        : [];
    panel.read([
      ...(where ?? []),
      ...told,
      ...(value.manifold
        ? [['', 'Each small picture is what the decoder draws for the middle of its place.']]
        : value.reading),
    ]);
  }

  function table() {
    return {
      columns: ['digit', ...value.axes.map((name, i) => name || `axis ${i + 1}`)],
      rows: value.labels.map((label, i) => [label, ...Array.from(cloud.row(i), (v) => signed(v, 3))]),
    };
  }
}

function layout(svg, { reach }, width) {
  const big = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--fs-xs')) / 12 || 1;
  const left = PAD.left * big;
  const top = PAD.top * big;
  const w = width - left - PAD.right;
  const tall = Math.min(w, big > 1 ? 290 : 400);
  const height = top + tall + PAD.bottom * big;
  for (const [key, size] of [
    ['width', width],
    ['height', height],
  ])
    svg.setAttribute(key, size);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const [[x0, x1], [y0, y1]] = reach;
  const clamp = (v, low, high) => Math.max(low, Math.min(high, v));
  return {
    left,
    top,
    w,
    tall,
    big,
    at: ([x, y]) => [left + ((x - x0) / (x1 - x0)) * w, top + ((y1 - y) / (y1 - y0)) * tall],
    within: ([x, y]) => [clamp(x, x0, x1), clamp(y, y0, y1)],
    place: (event) => {
      const box = svg.getBoundingClientRect();
      return [
        x0 + clamp((event.clientX - box.left - left) / w, 0, 1) * (x1 - x0),
        y1 - clamp((event.clientY - box.top - top) / tall, 0, 1) * (y1 - y0),
      ];
    },
  };
}

function frame({ left, top, w, tall, big, at }, { reach, axes }) {
  const [xs, ys] = reach.map(ticks);
  const right = left + w;
  const foot = top + tall;
  return s(
    'g',
    {},
    s('rect', { x: left, y: top, width: w, height: tall, class: 'map-area' }),
    xs.map((v) => s('text', { x: at([v, 0])[0], y: foot + 16 * big, 'text-anchor': 'middle' }, signed(v, 0))),
    ys.map((v) => s('text', { x: left - 6, y: at([0, v])[1] + 4, 'text-anchor': 'end' }, signed(v, 0))),
    s('text', { x: right, y: foot + 32 * big, 'text-anchor': 'end', class: 'axis-name' }, axes[0]),
    s('text', { x: 0, y: 12 * big, class: 'axis-name' }, axes[1]),
  );
}

/** Whole numbers, at most five of them. */
function ticks([low, high]) {
  const step = [1, 2, 5, 10, 20, 50].find((size) => (high - low) / size <= 5) ?? 100;
  return Array.from(
    { length: Math.floor(high / step) - Math.ceil(low / step) + 1 },
    (_, i) => (Math.ceil(low / step) + i) * step,
  );
}

function digits({ at }, labels, cloud) {
  return s(
    'g',
    { class: 'digits' },
    labels.map((label, i) => {
      const [x, y] = at(cloud.row(i));
      return s('text', { x: x.toFixed(1), y: (y + 4).toFixed(1), 'text-anchor': 'middle', class: 'digit m' }, label);
    }),
  );
}

/** All pictures of the manifold as one image. */
function tiles({ left, top, w, tall }, { side, pictures }) {
  const canvas = h('canvas', { width: side * 28, height: side * 28 });
  const pen = canvas.getContext('2d');
  unpackBytes(pictures).forEach((one, k) =>
    pen.putImageData(inkOf(one, 28), (k % side) * 28, Math.floor(k / side) * 28),
  );
  return s('image', {
    href: canvas.toDataURL(),
    x: left,
    y: top,
    width: w,
    height: tall,
    preserveAspectRatio: 'none',
    class: 'manifold',
  });
}

const ring = () => s('g', { class: 'here', hidden: true });

function ringParts({ left, top, w, tall, big, at }, x, y, spread) {
  const [ox, oy] = at([0, 0]);
  const [dx, dy] = spread ? [Math.abs(at([spread[0], 0])[0] - ox), Math.abs(at([0, spread[1] ?? 0])[1] - oy)] : [0, 0];
  return [
    s('path', { d: `M${left} ${y}h${w}M${x} ${top}v${tall}`, class: 'cross' }),
    ...(spread ? [s('ellipse', { cx: x, cy: y, rx: Math.max(2, dx), ry: Math.max(2, dy), class: 'cloud' })] : []),
    s('circle', { cx: x, cy: y, r: 13 * big, class: 'ring' }),
  ];
}
