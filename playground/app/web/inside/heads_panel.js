// Island: every head of every attention at a glance. Rows are layers, columns heads; hue and shape say whose it is.

import { argmax } from '../core/arrays.js';
import { h, onWidth, s } from '../core/dom.js';
import { glyph, ramp } from '../core/glyphs.js';
import { fixed } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { about, scoresOf, told } from './head_scores.js';
import {
  chosenHead,
  habits,
  LETTERS,
  layered,
  mapsOf,
  NO_ATTENTION,
  nameOf,
  rounded,
  rowOf,
  SIDES,
  within,
} from './heads.js';
import { switchOff } from './switch_off.js';

/** @import { AttentionMap, SequenceScene, Side } from '../core/scene.d.ts' */
/** @import { Rich } from '../core/types.d.ts' */

/** @typedef {{map: AttentionMap, index: number}} Indexed */
/**
 * @typedef {Indexed & {head: number, button: HTMLElement, picture: ReturnType<typeof small>, across: number}} Cell
 *   across: cells of a row of its grid
 */

const LEVELS = 12;
const SMALLEST = 26;
const GAP = 4;
const LABEL = 18;
const APART = 16;
/** @type {Side[]} */
const ORDER = ['encoder', 'prompt', 'cross', 'pooling', 'decoder'];

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {SequenceScene | null} */
  let scene = null;
  /** @type {AttentionMap[]} */
  let maps = [];
  /** @type {Cell[]} */
  let cells = [];
  let step = 0;
  let width = 0;
  const off = switchOff();
  const panel = createPanel({
    title: 'All heads at a glance',
    subtitle: 'rows: layers, columns: heads',
    present: true,
    className: 'heads',
    foot: off.node,
    table: () => ({
      columns: COLUMNS,
      rows: cells.map(({ map, head }) => row(map, head)),
      caption: 'Every head: over how many positions its weights are spread, and where it looks at this step',
    }),
    data: () =>
      maps.map((map) => ({
        site: map.site,
        rows: map.rows,
        columns: map.columns,
        weights: Array.from({ length: map.heads }, (_, k) => rounded(map, map.head(k))),
      })),
  });
  root.append(panel.node);

  const litOf = (/** @type {AttentionMap} */ map) => (scene ? rowOf(scene, maps, map, step) : null);

  /** @param {AttentionMap} map @param {number} head */
  function row(map, head) {
    const { spread, sharpest } = habits(map, head);
    const { previous, diagonal, induction } = scoresOf(map, head);
    const lit = litOf(map);
    const weights = lit === null ? null : map.head(head).row(lit);
    const at = weights ? argmax(weights) : 0;
    return [
      nameOf(map, head),
      spread.toFixed(2),
      fixed(sharpest),
      told(previous),
      told(diagonal),
      told(induction),
      weights ? `${at + 1}: ${map.columns[at]}` : '',
      weights ? fixed(weights[at], 3) : '',
    ];
  }

  function build() {
    if (!maps.length || !width) return;
    const groups = ORDER.map((side) =>
      maps.map((map, index) => ({ map, index })).filter(({ map }) => map.side === side),
    ).filter((group) => group.length);
    const size = cellSize(groups, width);
    cells = [];
    panel.figure.replaceChildren(
      h(
        'div.headgroups',
        { role: 'group', 'aria-label': 'Heads; arrow keys move, Enter chooses' },
        groups.map((group) => groupOf(group, size)),
      ),
    );
    mark();
    light();
  }

  /** @param {Indexed[]} group @param {number} size */
  function groupOf(group, size) {
    const [{ map: first }] = group;
    const { name, hue } = SIDES[first.side];
    const most = Math.max(...group.map(({ map }) => map.heads));
    const label = first.side === 'cross' && !layered(first) ? 'attention' : name;
    const numbers = most > 1 && [h('span'), Array.from({ length: most }, (_, k) => h('span.no', {}, k + 1))];
    return h(
      'section.headgroup',
      { style: { '--cell': `${size}px`, '--heads': most } },
      h('h4', {}, glyph(hue), h(`span.${LETTERS[hue]}`, {}, label)),
      h(
        'div.headgrid',
        {},
        numbers,
        group.map(({ map, index }) => [
          h('span.no', {}, layered(map) ? map.layer + 1 : ''),
          Array.from({ length: most }, (_, k) => (k < map.heads ? cell(map, index, k, most) : h('span'))),
        ]),
      ),
    );
  }

  /** @param {AttentionMap} map @param {number} index @param {number} head @param {number} across */
  function cell(map, index, head, across) {
    const { spread } = habits(map, head);
    const picture = small(map, head);
    const button = h(
      'button.head',
      {
        type: 'button',
        tabindex: -1,
        'aria-pressed': 'false',
        'aria-label': `${nameOf(map, head)}, spread over ${spread.toFixed(1)} positions`,
        onclick: () => state.chooseHead.send({ map: index, head }),
        onpointerenter: () => read(map, head),
        onpointerleave: () => read(),
        onfocus: () => read(map, head),
        onblur: () => read(),
      },
      picture.svg,
    );
    cells.push({ map, index, head, button, picture, across });
    return button;
  }

  function mark() {
    const choice = chosenHead(scene, maps);
    for (const { index, head, button } of cells) {
      const chosen = choice?.map === index && choice.head === head;
      button.classList.toggle('on', chosen);
      button.setAttribute('aria-pressed', String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    if (cells.length && !cells.some(({ button }) => button.tabIndex === 0)) cells[0].button.tabIndex = 0;
    read();
  }

  function light() {
    for (const { map, picture } of cells) picture.light(litOf(map));
  }

  /** @param {AttentionMap} [map] @param {number} head */
  function read(map, head = 0) {
    if (map) panel.read(about(map, head));
    else panel.read(maps.length ? [...whose(maps), ...outlined()] : []);
    off.show(scene, maps);
  }

  /** @returns {Rich} */
  function outlined() {
    const choice = chosenHead(scene, maps);
    if (!choice) return [];
    const map = maps[choice.map];
    const name = nameOf(map, choice.head);
    return [
      ['', 'Outlined: '],
      ['b', name[0].toLowerCase() + name.slice(1)],
      ['', `, spread over ${habits(map, choice.head).spread.toFixed(1)} positions.`],
    ];
  }

  panel.figure.addEventListener('keydown', (event) => {
    const at = cells.findIndex(({ button }) => button === document.activeElement);
    if (at < 0) return;
    const next = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at + cells[at].across,
      ArrowUp: at - cells[at].across,
      Home: 0,
      End: cells.length - 1,
    }[event.key];
    if (next === undefined || !cells[next]) return;
    event.preventDefault();
    cells[at].button.tabIndex = -1;
    cells[next].button.tabIndex = 0;
    cells[next].button.focus();
  });
  // The width is asked here only: elsewhere it would make the browser lay out. Out of sight it is 0, and nothing is
  // built.
  onWidth(panel.figure, (next) => {
    width = next;
    build();
  });

  state.scene.on((next) => {
    scene = next.kind === 'sequence' ? next : null;
    maps = mapsOf(next);
    step = within(next, state.step.value);
    panel.empty(maps.length ? null : { title: NO_ATTENTION, text: NEVER });
    build();
    read();
    panel.refresh();
  });
  state.head.on(mark);
  state.step.on((next) => {
    step = next;
    if (!maps.length) return;
    light();
    panel.refresh();
  });
}

const NEVER =
  'Its decoder is given a final state and never looks back. ' +
  'Choose an architecture with attention, on the left, to see where it looks.';
const COLUMNS = [
  ...['head', 'spread, positions', 'largest weight', 'on the token before', 'on the diagonal', 'induction'],
  ...['at this step looks at', 'weight'],
];
const SHAPE = { enc: '■', code: '●', dec: '▲' };

/** @param {AttentionMap[]} maps @returns {Rich} */
function whose(maps) {
  const sides = ORDER.filter((side) => maps.some((map) => map.side === side));
  if (sides.length < 2) return [];
  /** @type {Rich} */
  const names = sides.flatMap((side, i) => {
    const { hue, name } = SIDES[side];
    return [
      ['', i ? ', ' : ''],
      [LETTERS[hue], `${SHAPE[hue]} ${name}`],
    ];
  });
  return [['', 'Hue tells whose attention it is: '], ...names, ['', '. ']];
}

/** @param {Indexed[][]} groups @param {number} width */
function cellSize(groups, width) {
  const heads = groups.reduce((sum, group) => sum + Math.max(...group.map(({ map }) => map.heads)), 0);
  const free = width - groups.length * LABEL - (groups.length - 1) * APART - heads * GAP;
  const most = heads <= 2 ? 150 : heads <= 4 ? 84 : 56;
  return Math.max(SMALLEST, Math.min(most, Math.floor(free / heads)));
}

/**
 * One head in a few paths, one for each level of the ramp; what a mask hides, weight 0 exactly, stays blank.
 * @param {AttentionMap} map @param {number} head
 */
function small(map, head) {
  const rows = map.rows.length;
  const columns = map.columns.length;
  const { hue } = SIDES[map.side];
  const paths = Array.from({ length: LEVELS }, () => '');
  for (let i = 0; i < rows; i++) {
    const weights = map.head(head).row(i);
    for (let j = 0; j < columns; j++)
      if (weights[j] > 0) paths[Math.min(LEVELS - 1, Math.floor(weights[j] * LEVELS))] += `M${j} ${i}h1v1h-1z`;
  }
  const line = s('rect', { class: 'litrow', x: 0, width: columns, height: 1 });
  const svg = s(
    'svg',
    { viewBox: `0 0 ${columns} ${rows}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    paths.map((d, k) => d && s('path', { d, style: `fill:${ramp((k + 0.5) / LEVELS, hue)}` })),
    line,
  );
  return {
    svg,
    /** @param {number | null} row */
    light(row) {
      line.style.display = row === null ? 'none' : '';
      if (row !== null) line.setAttribute('y', String(row));
    },
  };
}
