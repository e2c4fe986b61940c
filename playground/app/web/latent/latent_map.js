// Panels: the test set at its codes, and beside it what the decoder draws everywhere; what lies under the pointer of
// either; and where a drawing of one's own lands. Both maps have one scale.
import { unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { asking } from '../core/island.js';
import * as state from '../core/state.js';
import { inkOf, penOf, unpackBytes } from '../picture/pixels.js';
import { createPanel, segments } from '../shell/panel.js';
import { decoderAt } from './decoder.js';
import { createBoard } from './map/board.js';
import { clouds, crosshair, here, landed, marks, names, outlined, path, tiles } from './map/drawing.js';
import { nearest, numbersAt, spanOf } from './map/places.js';
import { knows, manifoldTable, mapTable, readingOf, whereOf } from './map/words.js';
import { ownPanel } from './own_panel.js';
import { pointerPanel } from './pointer_panel.js';

/** @import { PictureScene } from '../core/scene.d.ts' */
/** @import { Island, Unpacked } from '../core/types.d.ts' */
/** @import { Decoder } from './decoder.js' */
/** @import { Acts, Place } from './map/board.js' */
/** @import { LatentMap, Worth } from './types.d.ts' */

const NEAR = 10; // pixels around a digit in which a click means that digit
const [SIDE, SIDE_PROJECTED] = [59, 103]; // of the picture beside the pointer, with its frame
const TALLEST = 400;
const PROJECTED = 0.4; // of the height of the screen: bar, sentence and player stand above
const PATIENCE_MS = 700; // how long weights stand still before more is asked about them
const NOTHING = { columns: [], rows: [] };

/** @param {HTMLElement} root @param {Island<LatentMap, 'code' | 'point' | 'own'>} island */
export function mount(root, island) {
  /** @type {LatentMap | null} */
  let value = null;
  /** @type {Unpacked} */
  let cloud = { shape: [0], data: new Float32Array(), row: () => new Float32Array() };
  /** @type {Float32Array[]} */
  let pictures = [];
  /** @type {PictureScene | null} */
  let scene = null;
  /** @type {Place | null} what is looked at */
  let at = null;
  /** @type {Decoder | null} */
  let decoder = null;
  let decodes = ''; // the address it came from
  let told = ''; // of how well neighbours tell the digit
  let glyph = 'digit';
  let waiting = 0;
  /** @type {ReturnType<typeof segments>[]} */
  const which = [];

  /** @type {Acts} */
  const acts = {
    look,
    put,
    at: () => at ?? scene?.place ?? middle(),
    key(key) {
      if (key === 'g' || key === 'G') turn();
      else if (key === 'd' || key === 'D') state.draw.send(true);
      else return false;
      return true;
    },
  };
  const keys = 'arrow keys look around, shift for small steps, Enter puts what is there on the stage';
  const map = createBoard(`Latent map: ${keys}, G changes the glyph, D draws`, acts);
  const manifold = createBoard(`Manifold: ${keys}`, acts);
  const beside = h('canvas.ink-picture.beside-pointer', { width: 28, height: 28, hidden: true, 'aria-hidden': 'true' });
  map.node.append(beside);
  const glyphs = h('span');
  const panels = {
    map: createPanel({
      title: 'Latent map',
      controls: [glyphs, turns()],
      table: () => (value ? mapTable(value, cloud) : NOTHING),
      present: true,
      className: 'latent-map-panel',
    }),
    manifold: createPanel({
      title: 'Manifold',
      controls: [turns()],
      table: () => (value ? manifoldTable(value, pictures) : NOTHING),
      present: true,
      className: 'manifold-panel',
    }),
  };
  const pointer = pointerPanel(() => at && put(at, false));
  const own = ownPanel(
    () => state.draw.send(true),
    () => island.send('own'),
  );
  panels.map.figure.append(map.node);
  panels.manifold.figure.append(manifold.node);
  const stage = h(
    'div.latent-stage.slide-group',
    { 'data-map': 'map', 'data-slide': 'Map and manifold' },
    panels.map.node,
    panels.manifold.node,
    h('div.side', {}, pointer.node, own.node),
  );
  root.append(stage);
  choose('map');

  island.onValue((next) => {
    if (value?.address !== next.address) {
      told = '';
      decoder = null;
    }
    value = next;
    cloud = unpack(next.cloud);
    pictures = unpackBytes(next.manifold.pictures);
    if (!offered().includes(glyph)) glyph = 'digit';
    at = null;
    draw();
    ask();
  });
  state.scene.on((next) => {
    scene = next.kind === 'picture' ? next : null;
    lay();
    read();
  });
  state.walked.on(lay);
  state.tab.on(ask);
  for (const { figure } of Object.values(panels)) new ResizeObserver(draw).observe(figure);

  function offered() {
    return ['digit', ...Object.keys(value?.factors ?? {})];
  }

  /** @returns {Place | null} */
  function middle() {
    if (!value) return null;
    const [x, y] = value.reach.map(([low, high]) => (low + high) / 2);
    return [x, y];
  }

  /** A switch between both maps, where there is room for one. */
  function turns() {
    const one = segments(
      'Which map',
      [
        ['map', 'map'],
        ['manifold', 'manifold'],
      ],
      choose,
    );
    one.node.classList.add('which-map');
    which.push(one);
    return one.node;
  }

  /** @param {string} chosen */
  function choose(chosen) {
    stage.dataset.map = chosen;
    for (const one of which) one.show(chosen);
  }

  function turn() {
    const all = offered();
    glyph = all[(all.indexOf(glyph) + 1) % all.length];
    draw();
  }

  /** What is only looked at changes nothing. @type {Acts['look']} */
  function look(place, how) {
    if (!value) return;
    at = place;
    wanted();
    show(how);
  }

  /** @param {'mouse' | 'touch' | 'keys'} [how] */
  function show(how = 'mouse') {
    const plot = map.plot();
    const other = manifold.plot();
    if (!value || !at || !(plot ?? other)) {
      map.show(() => []);
      manifold.show(() => []);
      beside.hidden = true;
      if (value) pointer.show(value, null, null, null, false);
      return;
    }
    const place = at;
    const { across } = value.manifold;
    const cell = (plot ?? other)?.cellOf(place) ?? 0;
    const condition = value.manifold.condition;
    const ink = decoder ? decoder(numbersAt(value, place), condition) : pictures[cell];
    map.show((drawn) => crosshair(drawn, place));
    manifold.show((drawn) => outlined(drawn, cell, across));
    if (plot) float(ink, plot.at(place), plot, how);
    pointer.show(value, place, ink, nearest(cloud, place) ?? 0, how === 'keys');
  }

  /**
   * The picture beside the pointer, above a finger.
   * @param {Float32Array} ink @param {Place} at in pixels @param {{left: number, top: number, w: number}} plot
   * @param {string} how
   */
  function float(ink, [x, y], { left, top, w }, how) {
    penOf(beside).putImageData(inkOf(ink, 28), 0, 0);
    beside.hidden = false;
    const side = state.present.value ? SIDE_PROJECTED : SIDE; // measured, it would have the page laid out at once
    const away = how === 'touch' ? -side / 2 : x + side + 18 > left + w ? -side - 14 : 14;
    const up = y - side - 14 < top - 8 ? 14 : -side - (how === 'touch' ? 36 : 8);
    beside.style.transform = `translate(${Math.max(0, x + away)}px, ${y + up}px)`;
  }

  /** @type {Acts['put']} */
  function put(place, near) {
    const plot = map.plot();
    const digit = near && plot && value ? nearest(cloud, place, (NEAR * spanOf(value)) / plot.w) : null;
    if (digit === null) island.send('code', { place, condition: scene?.condition?.value ?? null });
    else island.send('point', { index: digit });
  }

  function draw() {
    if (!value) return;
    const next = value;
    const zoom = stage.getBoundingClientRect().width / stage.offsetWidth || 1; // a small screen shows a large page
    const tallest = state.present.value ? (PROJECTED * innerHeight) / zoom : TALLEST;
    const { map: one, manifold: other } = panels;
    if (one.figure.clientWidth)
      map.draw(next, one.figure.clientWidth, tallest, (plot) => [
        clouds(plot, next, cloud),
        marks(plot, next, cloud, glyph),
        glyph === 'digit' ? null : names(plot, next, cloud),
      ]);
    if (other.figure.clientWidth)
      manifold.draw(next, other.figure.clientWidth, tallest, (plot) => [tiles(plot, next, pictures)]);
    const choice = segments(
      'What stands for a picture',
      offered().map((name) => [name, name]),
      (chosen) => {
        glyph = chosen;
        draw();
      },
    );
    choice.show(glyph);
    glyphs.replaceChildren(...(offered().length > 1 ? [choice.node] : []));
    one.subtitle(offered().length > 1 ? '' : `${next.labels.length} test ${next.named ? 'digits' : 'pictures'}`);
    other.subtitle(`${pictures.length} decoded codes, same axes`);
    own.show(next.own, next.named);
    lay();
    show();
    read();
    one.refresh();
    other.refresh();
  }

  /** What is on the stage; digits of its kind stand out. */
  function lay() {
    if (!value) return;
    const { place = null, spread = null } = scene ?? {};
    const deviation = spread && !value.plane ? unpack(spread.deviation).data : null;
    const drawn = value.own?.place ?? null;
    const walked = state.walked.value;
    for (const board of [map, manifold])
      board.lay((plot) => [
        ...(walked ? path(plot, walked) : []),
        ...(drawn ? landed(plot, drawn) : []),
        ...here(plot, place, board === map ? deviation : null),
      ]);
    const kind = scene?.label ?? String(scene?.condition?.value ?? '');
    for (const node of map.svg.querySelectorAll('.digit'))
      node.classList.toggle('same', node.getAttribute('data-label') === kind);
  }

  /** The decoder is fetched once somebody looks. */
  async function wanted() {
    if (!value || decoder || decodes === value.address) return;
    const { address } = value;
    decodes = address;
    const coming = await decoderAt(address);
    decodes = '';
    if (value.address !== address) return;
    decoder = coming;
    if (!coming) decodes = address; // the manifold's nearest picture stands for it
    show();
  }

  /** More about the weights, once they stand still and somebody looks. */
  function ask() {
    clearTimeout(waiting);
    if (!value || told || state.tab.value !== 'latent') return;
    const { address } = value;
    waiting = setTimeout(async () => {
      const answer = await asking(address, 'near.json', {});
      if (value?.address !== address || 'failed' in answer) return;
      told = knows(/** @type {Worth} */ (answer.data));
      read();
    }, PATIENCE_MS);
  }

  function read() {
    if (!value) return;
    panels.map.read([...(scene ? whereOf(scene) : []), ...readingOf(value, glyph)]);
    const { condition } = value.manifold;
    const drawn = condition === null ? 'What the decoder draws there. ' : `What it draws there, told ‘${condition}’. `;
    panels.manifold.read([['', `${drawn}${told}`]]);
  }
}
