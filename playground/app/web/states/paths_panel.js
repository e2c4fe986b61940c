// Island: trajectories of the input on the stage and of others, flat or in space. Feeds the room with what it needs.
import { figureMenu } from '../charts/figure_export.js';
import { plot } from '../charts/plot.js';
import { unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { onEscape } from '../core/keys.js';
import { Signal } from '../core/signal.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import { fetching, fill, serve, shown } from './answers.js';
import { figure, LOOKS, READ, turned } from './paths_figure.js';

/** @import { Island, Table } from '../core/types.d.ts' */
/** @import { Answer } from './answers.js' */
/** @import { Eye } from './paths_figure.js' */
/** @import { Paths, Place, Side } from './types.d.ts' */

const AFTER_MS = 40; // Plotly redraws all of it: it waits until the player has painted
const TURN = Math.PI / 18;
/** @type {Eye} */
const FRONT = { x: 1.5, y: 1.5, z: 0.95 };

/** @param {HTMLElement} root @param {Island<Place>} island */
export function mount(root, island) {
  /** @type {Signal<Answer<Paths>>} */
  const answer = new Signal();
  /** @type {Paths | null} */
  let paths = null;
  /** @type {Side | null} */
  let side = null;
  /** @type {2 | 3} */
  let axes = 2;
  let eye = FRONT;
  let due = 0;
  /** @type {string[]} */
  let beside = [];
  let task = '';
  const sides = h('span');
  const flat = segments(
    'Axes',
    [
      ['2', '2-D'],
      ['3', '3-D'],
    ],
    (value) => {
      axes = value === '3' ? 3 : 2;
      draw();
    },
  );
  const chart = plot({
    label: 'Hidden states in their first principal components',
    onTurn: (camera) => {
      eye = camera;
    },
  });
  const holder = h(
    'div.turn',
    { 'aria-label': 'The view, in degrees; arrow keys turn it', onkeydown: turn },
    chart.node,
  );
  const legend = h('ul.inputs');
  const panel = createPanel({
    title: 'Trajectory',
    controls: [sides, flat.node],
    className: 'paths-panel plotly-panel',
    foot: legend,
    table: () => tableOf(side, paths),
  });
  panel.figure.append(holder);
  const menu = figureMenu([['Trajectory', chart]], 'trajectory', () => paths);
  panel.node.querySelector('.exports')?.replaceWith(menu.node);
  const fetched = fetching(answer, 'paths.json');
  const ask = () => fetched(Object.fromEntries(beside.map((text, i) => ['bcde'[i], text])));
  island.onValue(serve);
  shown.on((stage) => {
    if (stage.task !== task) beside = stage.beside;
    task = stage.task;
    const { parts } = stage;
    // Projected, the strips or the lens stand alone; where there are neither, the paths.
    panel.node.classList.toggle('show-present', !parts.includes('strips') && !parts.includes('lens'));
    if (parts.includes('paths')) ask();
  });
  fill(root, panel, 'paths', answer, ask, (data) => {
    paths = data;
    const options = data.sides.map((one) => /** @type {[string, string]} */ ([one.side, one.side.slice(0, 3)]));
    const choice = segments('Whose states', options, choose);
    sides.replaceChildren(...(options.length > 1 ? [choice.node] : []));
    const before = side?.side;
    choose(options.some(([id]) => id === before) ? (before ?? '') : (options.at(-1)?.[0] ?? ''));

    /** @param {string} id */
    function choose(id) {
      side = data.sides.find((one) => one.side === id) ?? null;
      list();
      choice.show(id);
      draw();
      panel.refresh();
    }
  });
  state.step.on(() => {
    read();
    clearTimeout(due);
    due = setTimeout(draw, AFTER_MS);
  });

  function at() {
    if (!side) return 0;
    const { places } = side;
    const step = Math.max(0, Math.min(state.step.value ?? 0, places.length - 1));
    return places[step] ?? side.paths[0].labels.length - 1;
  }

  function read() {
    if (side) panel.read(side.readings[Math.max(0, Math.min(state.step.value ?? 0, side.readings.length - 1))]);
  }

  function draw() {
    clearTimeout(due);
    if (!side) return;
    flat.show(String(axes));
    const spatial = axes === 3;
    for (const [name, value] of /** @type {[string, string | number][]} */ ([
      ['tabindex', 0],
      ['role', 'slider'],
      ['aria-valuemin', -180],
      ['aria-valuemax', 180],
      ['aria-valuenow', Math.round((Math.atan2(eye.y, eye.x) * 180) / Math.PI)],
    ]))
      if (spatial) holder.setAttribute(name, String(value));
      else holder.removeAttribute(name);
    const { data, layout } = figure(side, axes, at(), eye);
    chart.show(data, layout);
    read();
  }

  /** @param {KeyboardEvent} event */
  function turn(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (axes !== 3 || !(way || event.key === 'Home')) return;
    event.preventDefault();
    event.stopPropagation();
    eye = way ? turned(eye, way[0] * TURN, way[1] * TURN) : FRONT;
    draw();
  }

  /** The inputs, which are the legend too; every one but A can go, others may come. */
  function list() {
    const names = paths?.names ?? [];
    const reads = side?.side === 'encoder';
    legend.classList.toggle('enc', reads);
    legend.replaceChildren(
      ...names.map((name, i) =>
        h(
          'li',
          {},
          h(
            `span.sample.${LOOKS[i].dash}`,
            { 'aria-hidden': true },
            h('span', {}, i === 0 && reads ? READ.sign : LOOKS[i].sign),
          ),
          h('b', {}, LOOKS[i].letter),
          h('span.m.text', { title: name }, name || 'the input on the stage'),
          i > 0 &&
            h(
              'button.ib',
              {
                type: 'button',
                'aria-label': `Take ${LOOKS[i].letter} away`,
                onclick: () => change(beside.filter((_, k) => k !== i - 1)),
              },
              icon('close'),
            ),
        ),
      ),
      ...(beside.length < (shown.value?.most ?? 0) ? [h('li', {}, adding())] : []),
    );
  }

  function adding() {
    const wrong = h('span.w', { role: 'alert' });
    const box = h('input', { type: 'text', 'aria-label': 'Another input', hidden: true, maxlength: 1000 });
    const open = h('button.add', { type: 'button' }, '+ add an input');
    open.addEventListener('click', () => {
      open.hidden = true;
      box.hidden = false;
      box.focus();
    });
    const leave = onEscape(() => {
      list();
      /** @type {HTMLElement?} */ (legend.querySelector('.add'))?.focus();
    });
    box.addEventListener('keydown', async (event) => {
      leave(event);
      if (event.key !== 'Enter' || !box.value.trim()) return;
      event.preventDefault();
      const before = beside;
      const answered = await change([...before, box.value.trim()], true);
      if (!answered) return;
      beside = before;
      wrong.textContent = answered;
    });
    return [open, box, wrong];
  }

  /**
   * Other inputs beside; where one cannot be read, what is drawn stays, and the reason is returned.
   * @param {string[]} next
   */
  async function change(next, tentative = false) {
    const kept = answer.value;
    beside = next;
    if (!tentative) {
      await ask();
      return '';
    }
    /** @type {Signal<Answer<Paths>>} */
    const trial = new Signal();
    await fetching(trial, 'paths.json')(Object.fromEntries(next.map((text, i) => ['bcde'[i], text])));
    if (trial.value && 'failed' in trial.value) return trial.value.failed;
    answer.value = trial.value ?? kept ?? null;
    return '';
  }
}

/** @param {Side | null} side @param {Paths | null} paths @returns {Table} */
function tableOf(side, paths) {
  if (!side || !paths) return { columns: [], rows: [] };
  return {
    columns: ['input', 'step', 'token', 'PC 1', 'PC 2', 'PC 3'],
    rows: side.paths.flatMap(({ labels, points }, k) => {
      const rows = unpack(points);
      return labels.map((label, i) => [LOOKS[k].letter, i + 1, label, ...Array.from(rows.row(i), (v) => v.toFixed(3))]);
    }),
    caption: paths.names.map((name, k) => `${LOOKS[k].letter}: ${name}`).join('; '),
  };
}
