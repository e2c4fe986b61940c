// Island: the chosen head as lines from who looks to what is looked at, as wide as the weight; or as a heatmap.

import { createHeatmap } from '../charts/heatmap.js';
import { argmax, h, s, setText, weight } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import { chosenHead, mapsOf, nameOf, rollout, rowOf, rowsAreSteps, SIDES, spread } from '../core/heads.js';
import { get, on, put } from '../core/store.js';
import { createPanel, segments } from '../shell/panel.js';

const WIDEST = 11;
const FAINTEST = 0.015;

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let scene = null;
  let maps = [];
  let shown = null;
  let step = 0;
  let way = 'lines';
  let of = 'head';
  let pinned = null;
  let width = 0;
  let drawing = null;
  const ways = segments(
    'How the head is drawn',
    [
      ['lines', 'lines'],
      ['heatmap', 'heatmap'],
    ],
    (value) => {
      way = value;
      draw();
    },
  );
  const whats = segments(
    'What is drawn',
    [
      ['head', 'head'],
      ['rollout', 'rollout'],
    ],
    (value) => {
      of = value;
      choose();
    },
  );
  whats.node.title =
    'Rollout: all heads and layers up to this one together, with half of each layer kept by its residual connection';
  const open = h('button.btn.box', { type: 'button', onclick: () => inspect() }, 'Open this attention');
  open.title = 'Shows how its weights come about, number by number';
  const panel = createPanel({
    title: 'The chosen head',
    present: true,
    className: 'lines',
    controls: [ways.node],
    foot: h('div.openblock', {}, open, whats.node),
    table: () => ({
      columns: [SIDES[shown.map.side].rowName, ...shown.map.columns.map((token, j) => `${j + 1}: ${token}`)],
      rows: shown.map.rows.map((token, i) => [
        `${i + 1}: ${token}`,
        ...Array.from(shown.values.row(i), (v) => v.toFixed(3)),
      ]),
      caption: `${shown.name}: a row per ${SIDES[shown.map.side].rowName}, a column per position`,
    }),
    data: () => ({
      name: shown.name,
      site: shown.map.site,
      rows: shown.map.rows,
      columns: shown.map.columns,
      weights: shown.map.rows.map((_, i) => Array.from(shown.values.row(i), (v) => Number(v.toFixed(4)))),
    }),
  });
  const title = panel.node.querySelector('h3');
  root.append(panel.node);

  function inspect() {
    const path = shown?.map.site.replace(/\.weights$/, '');
    if (!path) return;
    put('block', path);
    island.send('inspect', { block: path });
  }

  function choose() {
    const choice = chosenHead(scene, maps);
    const map = choice && maps[choice.map];
    panel.empty(map ? null : { title: 'This model has no attention', text: 'There is no head to draw.' });
    shown = null;
    if (!map) return;
    const stack =
      map.side === 'encoder' ? maps.filter(({ side, layer }) => side === 'encoder' && layer <= map.layer) : [];
    whats.node.hidden = !stack.length;
    const rolled = of === 'rollout' && stack.length > 0;
    whats.show(rolled ? 'rollout' : 'head');
    const name = rolled
      ? `Attention rollout, layer${stack.length > 1 ? `s 1–${stack.length}` : ' 1'}`
      : nameOf(map, choice.head);
    shown = { map, name, values: rolled ? rollout(stack) : map.head(choice.head), rolled };
    pinned = null;
    setText(title, shown.name);
    draw();
    panel.refresh();
  }

  function draw() {
    ways.show(way);
    panel.subtitle(way === 'lines' ? 'lines as wide as the weight' : '');
    if (!shown || !width) return;
    const { map, values } = shown;
    const { hue, rows, columns, rowName, columnName } = SIDES[map.side];
    const pick = (row) => {
      if (rowsAreSteps(map)) get('goto')?.(row);
    };
    const hover = (row, column) => {
      pinned = row === null && column === undefined ? null : { row, column };
      show();
    };
    drawing =
      way === 'lines'
        ? bipartite({ map, values, width, hue, rows, columns, pick, hover })
        : createHeatmap({
            rows: map.rows,
            columns: map.columns,
            values,
            width,
            rowName,
            columnName,
            hue,
            rowHue: rows,
            columnHue: columns,
            onpick: pick,
            onhover: (row, column) => {
              pinned = row === null ? null : { row, column };
              read();
            },
          });
    panel.figure.replaceChildren(drawing.svg);
    show();
  }

  const current = () => rowOf(scene, maps, shown.map, step);

  function show() {
    if (!shown || !drawing) return;
    if (way === 'lines')
      drawing.show(
        pinned?.row ?? null,
        pinned?.row === null || pinned?.row === undefined ? (pinned?.column ?? null) : null,
        current(),
      );
    else drawing.show(current());
    read();
  }

  function read() {
    const { map, values } = shown;
    const letters = { enc: 'e', code: 'c', dec: 'd' };
    const side = SIDES[map.side];
    const who = (i) => [letters[side.rows], quoted(map.rows[i])];
    const what = (j) => [letters[side.columns], quoted(map.columns[j])];
    if (pinned && pinned.row === null) {
      const at = pinned.column;
      const order = map.rows
        .map((_, i) => i)
        .filter((i) => values.row(i)[at] >= 0.05)
        .sort((a, b) => values.row(b)[at] - values.row(a)[at])
        .slice(0, 4);
      return panel.read([
        what(at),
        ['', order.length ? ' is looked at by ' : ' is looked at by nobody with a weight of .05 or more.'],
        ...order.flatMap((i, k) => [...(k ? [['', ', ']] : []), who(i), ['', ' '], ['b', weight(values.row(i)[at])]]),
      ]);
    }
    const row = pinned?.row ?? current();
    if (row === null || row === undefined) return panel.read([['', 'Point at a word to see its lines alone.']]);
    const weights = values.row(row);
    const at = pinned?.column ?? argmax(weights);
    const told = shown.rolled
      ? [['', ': that much of it is left after these layers (Abnar & Zuidema, 2020).']]
      : [
          [
            '',
            `; spread over ${spread(weights).toFixed(1)} position${spread(weights).toFixed(1) === '1.0' ? '' : 's'}.`,
          ],
        ];
    panel.read([who(row), ['', ' ← '], what(at), ['', ' '], ['b', weights[at].toFixed(2)], ...told]);
  }

  // The width is asked here only: elsewhere it would make the browser lay out. Out of sight it is 0, and nothing is
  // drawn.
  new ResizeObserver(() => {
    if (Math.abs(panel.figure.clientWidth - width) <= 2) return;
    width = panel.figure.clientWidth;
    draw();
  }).observe(panel.figure);
  on('scene', (next) => {
    scene = next;
    maps = mapsOf(scene);
    step = Math.min(get('step') ?? 0, (scene.output?.length ?? 1) - 1);
    choose();
  });
  on('head', () => {
    if (scene) choose();
  });
  on('step', (next) => {
    step = next;
    if (shown) {
      show();
      panel.refresh();
    }
  });
}

/**
 * Columns above, rows below, a line for each weight.
 * `show(row, column, current)`: only the lines of `row` or `column` if one is pointed at; those of `current` in ink.
 */
function bipartite({ map, values, width, hue, rows, columns, pick, hover }) {
  const big = document.documentElement.classList.contains('present');
  const font = big ? 25 : 14;
  const letter = font * 0.61;
  const top = band(map.columns, width, letter, font);
  const bottom = band(map.rows, width, letter, font);
  const height = big ? 260 : 150;
  const y0 = top.high;
  const y1 = y0 + height;
  const total = y1 + bottom.high + 6;
  const svg = s('svg', {
    class: 'bipartite',
    width,
    height: total,
    role: 'img',
    'aria-label': `Lines from ${map.rows.length} ${SIDES[map.side].rowName}s to ${map.columns.length} positions, as wide as their weights`,
  });
  const lines = [];
  const above = s('g');
  const under = s('g');
  map.rows.forEach((_, i) => {
    const weights = values.row(i);
    map.columns.forEach((_, j) => {
      if (weights[j] < FAINTEST) return;
      const a = top.x(j);
      const b = bottom.x(i);
      const path = s('path', {
        d: `M${a} ${y0 + 4}C${a} ${y0 + height * 0.55} ${b} ${y0 + height * 0.45} ${b} ${y1 - 4}`,
        fill: 'none',
        'stroke-width': Math.max(0.75, weights[j] * WIDEST * (big ? 1.6 : 1)).toFixed(2),
        'stroke-linecap': 'round',
      });
      lines.push({ i, j, path, base: 0.3 + 0.5 * weights[j] });
    });
  });
  under.append(...lines.map(({ path }) => path));
  const heads = map.columns.map((token, j) =>
    label(
      token,
      top,
      j,
      y0 - 4,
      true,
      columns,
      () => hover(null, j),
      () => hover(null),
    ),
  );
  const feet = map.rows.map((token, i) =>
    label(
      token,
      bottom,
      i,
      y1 + 4,
      false,
      rows,
      () => hover(i),
      () => hover(null),
      () => pick(i),
      rowsAreSteps(map),
    ),
  );
  const mark = s('path', { class: 'underline' });
  svg.append(under, above, mark, ...heads, ...feet);

  return {
    svg,
    show(row, column, current) {
      for (const { i, j, path, base } of lines) {
        const ink = row === null && column === null ? i === current : i === row || j === column;
        const hidden = (row !== null && i !== row) || (column !== null && j !== column);
        path.style.stroke = ink ? 'var(--ink)' : `var(--${hue})`;
        path.style.opacity = hidden ? 0.08 : ink ? 0.92 : base;
        if ((path.parentNode === above) !== ink) (ink ? above : under).append(path);
      }
      feet.forEach((node, i) => node.classList.toggle('cur', i === current));
      const x = current === null ? 0 : bottom.x(current);
      const half = current === null ? 0 : Math.min(bottom.step / 2 - 2, (map.rows[current].length * letter) / 2 + 6);
      mark.setAttribute('d', current === null || bottom.turned ? '' : `M${x - half} ${y1 + font + 11}h${2 * half}`);
    },
  };
}

/** How a row of words is set: side by side, or turned where they are too wide. */
function band(tokens, width, letter, font) {
  const step = width / Math.max(tokens.length, 1);
  const longest = Math.max(1, ...tokens.map((t) => t.length));
  const turned = longest * letter > step - 4;
  const chars = turned ? Math.min(longest, 10) : longest;
  return {
    step,
    turned,
    font,
    chars,
    high: turned ? chars * letter + 12 : font + 14,
    skip: turned ? Math.ceil(font / step) : 1,
    x: (i) => (i + 0.5) * step,
  };
}

function label(token, place, i, y, up, hue, enter, leave, click, steps = false) {
  const text = token.length > place.chars ? `${token.slice(0, place.chars - 1)}…` : spelled(token);
  const x = place.x(i);
  const words = i % place.skip ? '' : text;
  const node = place.turned
    ? s(
        'text',
        {
          class: 'm',
          transform: `translate(${x + place.font * 0.36} ${y}) rotate(-90)`,
          'text-anchor': up ? 'start' : 'end',
        },
        words,
      )
    : s('text', { class: 'm', x, y: up ? y - 2 : y + place.font, 'text-anchor': 'middle' }, words);
  node.style.fontSize = `${place.font}px`;
  node.style.fill = `var(--label, var(--${hue}-text))`;
  const area = s('rect', {
    class: 'area',
    x: x - place.step / 2,
    y: up ? 0 : y - 4,
    width: place.step,
    height: place.high,
    fill: 'transparent',
  });
  const group = s(
    'g',
    { class: steps ? 'word steps' : 'word', onpointerenter: enter, onpointerleave: leave, onclick: click },
    area,
    node,
  );
  return group;
}
