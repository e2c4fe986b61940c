// Island: every head of every attention at a glance. Rows are layers, columns heads, hue and shape say whose attention
// it is.
import { h, s } from '../core/dom.js';
import { glyph, ramp } from '../core/glyphs.js';
import { chosenHead, habits, layered, mapsOf, nameOf, rowOf, SIDES } from '../core/heads.js';
import { get, on, put } from '../core/store.js';
import { createPanel } from '../shell/panel.js';

const LEVELS = 12;
const SMALLEST = 26;
const LARGEST = [
  [2, 150],
  [4, 84],
  [Infinity, 56],
];
const GAP = 4;
const LABEL = 18;
const APART = 16;
const ORDER = ['encoder', 'prompt', 'cross', 'pooling', 'decoder'];

/** @param {HTMLElement} root */
export function mount(root) {
  let scene = null;
  let maps = [];
  let cells = [];
  let step = 0;
  let width = 0;
  const panel = createPanel({
    title: 'All heads at a glance',
    subtitle: 'rows: layers, columns: heads',
    present: true,
    className: 'heads',
    table: () => ({
      columns: ['head', 'spread, positions', 'largest weight', 'at this step looks at', 'weight'],
      rows: cells.map(({ map, head }) => row(map, head)),
      caption: 'Every head: over how many positions its weights are spread, and where it looks at this step',
    }),
    data: () =>
      maps.map((map) => ({
        site: map.site,
        rows: map.rows,
        columns: map.columns,
        weights: Array.from({ length: map.heads }, (_, k) =>
          map.rows.map((_, i) => Array.from(map.head(k).row(i), (v) => Number(v.toFixed(4)))),
        ),
      })),
  });
  root.append(panel.node);

  function row(map, head) {
    const { spread, sharpest } = habits(map, head);
    const lit = rowOf(scene, maps, map, step);
    const weights = lit === null ? null : map.head(head).row(lit);
    const at = weights?.indexOf(Math.max(...weights));
    return [
      nameOf(map, head),
      spread.toFixed(2),
      sharpest.toFixed(2),
      weights ? `${at + 1}: ${map.columns[at]}` : '',
      weights ? weights[at].toFixed(3) : '',
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

  function groupOf(group, size) {
    const [{ map: first }] = group;
    const { name, hue } = SIDES[first.side];
    const most = Math.max(...group.map(({ map }) => map.heads));
    const label = first.side === 'cross' && !layered(first) ? 'attention' : name;
    const numbers = most > 1 && [h('span'), Array.from({ length: most }, (_, k) => h('span.no', {}, k + 1))];
    return h(
      'section.headgroup',
      { style: { '--cell': `${size}px`, '--heads': most } },
      h('h4', {}, glyph(hue), h(`span.${letter(hue)}`, {}, label)),
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
        onclick: () => put('head', { map: index, head }),
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
    cells.forEach(({ index, head, button }) => {
      const on_ = Boolean(choice) && choice.map === index && choice.head === head;
      button.classList.toggle('on', on_);
      button.setAttribute('aria-pressed', String(on_));
      button.tabIndex = on_ ? 0 : -1;
    });
    if (cells.length && !cells.some(({ button }) => button.tabIndex === 0)) cells[0].button.tabIndex = 0;
    read();
  }

  const light = () => cells.forEach(({ map, picture }) => picture.light(rowOf(scene, maps, map, step)));

  function read(map, head) {
    if (!maps.length) return panel.read([]);
    if (map) {
      const { spread, sharpest } = habits(map, head);
      return panel.read([
        ['b', nameOf(map, head)],
        ['', ': its weights are spread over '],
        ['b', spread.toFixed(1)],
        ['', ` position${spread.toFixed(1) === '1.0' ? '' : 's'}, its largest weight is `],
        ['b', sharpest.toFixed(2)],
        ['', ', both on average over the rows.'],
      ]);
    }
    const choice = chosenHead(scene, maps);
    const sides = [...new Set(maps.map(({ side }) => side))].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
    const whose =
      sides.length > 1
        ? [
            ['', 'Hue tells whose attention it is: '],
            ...sides.flatMap((side, i) => [
              ...(i ? [['', ', ']] : []),
              [letter(SIDES[side].hue), `${SHAPE[SIDES[side].hue]} ${SIDES[side].name}`],
            ]),
            ['', '. '],
          ]
        : [];
    const outlined = choice
      ? [
          ['', 'Outlined: '],
          ['b', lower(nameOf(maps[choice.map], choice.head))],
          ['', `, spread over ${habits(maps[choice.map], choice.head).spread.toFixed(1)} positions.`],
        ]
      : [];
    panel.read([...whose, ...outlined]);
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
  new ResizeObserver(() => {
    if (Math.abs(panel.figure.clientWidth - width) <= 2) return;
    width = panel.figure.clientWidth;
    build();
  }).observe(panel.figure);

  on('scene', (next) => {
    scene = next;
    maps = mapsOf(scene);
    step = Math.min(get('step') ?? 0, (scene.output?.length ?? 1) - 1);
    panel.empty(
      maps.length
        ? null
        : {
            title: 'This model has no attention',
            text: 'Its decoder is given a final state and never looks back. Choose an architecture with attention, on the left, to see where it looks.',
          },
    );
    build();
    read();
    panel.refresh();
  });
  on('head', mark);
  on('step', (next) => {
    step = next;
    if (maps.length && scene) {
      light();
      panel.refresh();
    }
  });
}

const SHAPE = { enc: '■', code: '●', dec: '▲' };
const letter = (hue) => ({ enc: 'e', code: 'c', dec: 'd' })[hue];
const lower = (text) => text[0].toLowerCase() + text.slice(1);

function cellSize(groups, width) {
  const heads = groups.reduce((sum, group) => sum + Math.max(...group.map(({ map }) => map.heads)), 0);
  const free = width - groups.length * LABEL - (groups.length - 1) * APART - heads * GAP;
  const [, most] = LARGEST.find(([few]) => heads <= few);
  return Math.max(SMALLEST, Math.min(most, Math.floor(free / heads)));
}

/** One head in a few paths, one for each level of the ramp; what a mask hides, weight 0 exactly, stays blank. */
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
    light(row) {
      line.style.display = row === null ? 'none' : '';
      if (row !== null) line.setAttribute('y', row);
    },
  };
}
