// Island: a beam search as a tree. Columns are steps, rows are what was kept, likeliest first, then what was dropped; a
// branch opens on the stage.
import { h, s } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import { nats } from '../core/numbers.js';
import * as state from '../core/state.js';
import { dial } from '../shell/dial.js';
import { createPanel } from '../shell/panel.js';

/** @import { Beam, Scene } from '../core/scene.d.ts' */
/** @import { Island, Rich, Table } from '../core/types.d.ts' */

/** @typedef {{step: number, place: number}} At */
/** @typedef {At & {token: string, sum: number, score: number, kept: boolean, rank: number | null, parent: Node_ | null,
 *   alive: boolean, row: number, node: HTMLButtonElement}} Node_ */
/** @typedef {{scene: Scene, beam: Beam, columns: Node_[][]}} Shown */

const SIZES = { wide: 92, gap: 28, high: 40, row: 46 };
const PROJECTED = { wide: 150, gap: 26, high: 74, row: 82 };
const TITLE = 'Beam';

/** @param {HTMLElement} root @param {Island<unknown, 'search' | 'branch'>} island */
export function mount(root, island) {
  /** @type {Shown | null} */
  let shown = null;
  const settings = { width: 4, length_penalty: 1 };
  const search = () => island.send('search', { ...settings });
  const dials = {
    width: dial({
      name: 'width',
      id: 'beam-width',
      title: 'How many beginnings are kept at each step',
      min: 1,
      max: 8,
      step: 1,
      value: 4,
      spell: String,
      onset: (width) => {
        settings.width = width;
        search();
      },
    }),
    length_penalty: dial({
      name: 'length penalty',
      id: 'length-penalty',
      title: 'Answers are ranked by log probability / tokens ^ penalty: 0 favours short ones, more favours long ones',
      min: 0,
      max: 2,
      step: 0.1,
      value: 1,
      spell: (value) => value.toFixed(1),
      onset: (penalty) => {
        settings.length_penalty = penalty;
        search();
      },
    }),
  };
  const panel = createPanel({
    title: TITLE,
    className: 'beam',
    present: true,
    table: () => tableOf(shown),
    data: () => shown?.beam,
    image: false,
    foot: h(
      'div.dials',
      {},
      Object.values(dials).map(({ node }) => node),
    ),
  });
  const scroller = h('div.beamtree', { role: 'tree', 'aria-label': 'Branches of the search; Enter opens one' });
  panel.figure.append(scroller);
  scroller.addEventListener('keydown', (event) => walk(event));
  scroller.addEventListener('focusin', (event) => {
    const found = nodeOf(event.target);
    if (found) panel.read(describe(found));
  });
  scroller.addEventListener('pointerover', (event) => {
    const found = nodeOf(event.target);
    if (found) panel.read(describe(found));
  });
  scroller.addEventListener('pointerleave', () => shown && panel.read(reading(shown)));

  state.scene.on((scene) => {
    const { beam, strategy } = scene;
    if (!beam || strategy?.name !== 'beam') {
      shown = null;
      root.replaceChildren(); // a panel that is not there takes no room
      return;
    }
    Object.assign(settings, { width: strategy.width, length_penalty: strategy.length_penalty });
    dials.width.set(settings.width, Math.max(8, settings.width));
    dials.length_penalty.set(settings.length_penalty, Math.max(2, settings.length_penalty));
    if (!panel.node.isConnected) root.replaceChildren(panel.node);
    const had = scroller.contains(document.activeElement);
    shown = { scene, beam, columns: grow(beam, (node) => island.send('branch', { tokens: tokensTo(node) })) };
    draw(shown, scroller);
    panel.subtitle(`${settings.width === 1 ? 'one beginning' : `${settings.width} beginnings`} kept at each step`);
    panel.read(reading(shown));
    panel.refresh();
    if (had) current(shown)?.node.focus({ preventScroll: true });
    step(state.step.value ?? 0);
  });
  state.step.on(step);
  state.present.on(() => shown && draw(shown, scroller));

  /** The column of the step is marked, and scrolled to. @param {number} now */
  function step(now) {
    if (!shown) return;
    for (const column of shown.columns)
      for (const { node, step } of column)
        node.classList.toggle('now', step === now && node.classList.contains('shown'));
    const { wide, gap } = sizes();
    const left = now * (wide + gap);
    if (left < scroller.scrollLeft) scroller.scrollLeft = left;
    else if (left + wide > scroller.scrollLeft + scroller.clientWidth)
      scroller.scrollLeft = left + wide - scroller.clientWidth;
  }

  /** @param {EventTarget | null} target */
  function nodeOf(target) {
    const button = target instanceof Element ? target.closest('button') : null;
    return shown?.columns.flat().find(({ node }) => node === button);
  }

  /** Arrows lead along branches and between rows. @param {KeyboardEvent} event */
  function walk(event) {
    const at = nodeOf(event.target);
    if (!at || !shown || event.ctrlKey || event.metaKey || event.altKey) return;
    const column = shown.columns[at.step];
    /** @type {Record<string, Node_ | null | undefined>} */
    const ways = {
      ArrowLeft: at.parent,
      ArrowRight: shown.columns[at.step + 1]?.find(({ parent }) => parent === at),
      ArrowUp: column[at.place - 1],
      ArrowDown: column[at.place + 1],
      Home: shown.columns[0][0],
      End: current(shown),
    };
    if (!(event.key in ways)) return;
    event.preventDefault();
    const next = ways[event.key];
    if (!next) return;
    for (const { node } of shown.columns.flat()) node.tabIndex = node === next.node ? 0 : -1;
    next.node.focus();
  }
}

/** The end of what is on the stage, as far as the tree goes. @param {Shown} shown */
const current = ({ columns }) =>
  columns
    .flat()
    .filter(({ node }) => node.classList.contains('shown'))
    .at(-1);

/** @param {Node_} node @returns {string[]} */
const tokensTo = (node) => [...(node.parent ? tokensTo(node.parent) : []), node.token];

/**
 * The branches as nodes that know their parents, and whether an answer grew from them.
 * @param {Beam} beam @param {(node: Node_) => void} open @returns {Node_[][]}
 */
function grow({ steps, shown }, open) {
  /** @type {Node_[][]} */
  const columns = [];
  steps.forEach((branches, step) => {
    const kept = branches.filter(([, , , , held]) => held).length;
    columns.push(
      branches.map(([token, from, sum, score, held, rank], place) => {
        const parent = from === null ? null : columns[step - 1][from];
        const node = h(
          'button.branch',
          { type: 'button', role: 'treeitem', tabindex: -1, onclick: () => open(made) },
          h('b', {}, spelled(token)),
          h('i', {}, nats(sum)),
          rank === null ? null : h('em', {}, `${rank + 1}.`),
        );
        const row = held ? place : place + (place >= kept ? 0.35 : 0);
        /** @type {Node_} */
        const made = { step, place, token, sum, score, kept: held, rank, parent, alive: false, row, node };
        if (rank !== null) for (let at = /** @type {Node_?} */ (made); at; at = at.parent) at.alive = true;
        return made;
      }),
    );
  });
  for (const made of columns.flat()) {
    const tokens = tokensTo(made);
    const on = tokens.every((token, i) => shown[i] === token);
    made.node.classList.toggle('shown', on);
    made.node.classList.toggle('dropped', !made.alive);
    made.node.setAttribute('aria-label', label(made));
    made.node.setAttribute('aria-level', String(made.step + 1));
    made.node.setAttribute('aria-selected', String(on));
    made.node.title = `Put ${quoted(made.token)} on the stage`;
  }
  return columns;
}

/** In pixels. */
const sizes = () => (state.present.value ? PROJECTED : SIZES);

/** @param {Shown} shown @param {HTMLElement} scroller */
function draw({ beam, columns }, scroller) {
  const rows = Math.max(...columns.flat().map(({ row }) => row)) + 1;
  const { wide, gap, high, row: pitch } = sizes();
  const [width, height] = [columns.length * (wide + gap) - gap, rows * pitch - (pitch - high)];
  const edges = s('svg', { width, height, 'aria-hidden': 'true' });
  const onStage = new Set(columns.flat().filter(({ node }) => node.classList.contains('shown')));
  for (const made of [...columns.flat()].sort((a, b) => Number(onStage.has(a)) - Number(onStage.has(b)))) {
    const { node, step, row, parent } = made;
    node.style.left = `${step * (wide + gap)}px`;
    node.style.top = `${row * pitch}px`;
    if (!parent) continue;
    const [x, y] = [step * (wide + gap), row * pitch + high / 2];
    const from = [x - gap, parent.row * pitch + high / 2];
    edges.append(
      s('path', {
        d: `M${from[0]} ${from[1]}C${x - gap / 2} ${from[1]} ${x - gap / 2} ${y} ${x} ${y}`,
        class: onStage.has(made) ? 'shown' : made.alive ? '' : 'dropped',
      }),
    );
  }
  const first = [...onStage].at(-1) ?? columns[0][0];
  first.node.tabIndex = 0;
  const held = h('div.branches', { style: { width: `${width}px`, height: `${height}px` } }, edges);
  held.append(...columns.flat().map(({ node }) => node));
  scroller.replaceChildren(held);
  scroller.dataset.steps = String(beam.steps.length);
}

/** @param {Node_} node */
function label({ step, place, token, sum, score, kept, alive, rank }) {
  const how = !kept ? 'dropped' : alive ? `place ${place + 1}` : `place ${place + 1}, given up later`;
  const end = rank === null ? '' : `, answer ${rank + 1}, score ${nats(score)}`;
  return `Step ${step + 1}: ${quoted(token)}, log probability ${nats(sum)} nats, ${how}${end}`;
}

/** @param {Node_} node @returns {Rich} */
function describe(node) {
  /** @type {Rich} */
  const parts = [
    ['d', tokensTo(node).map(spelled).join(' ')],
    ['', ' has log probability '],
    ['b', `${nats(node.sum)} nats`],
  ];
  if (node.rank !== null) return [...parts, ['', `, score ${nats(node.score)}: answer ${node.rank + 1}.`]];
  if (!node.kept) return [...parts, ['', ': dropped at once.']];
  return [...parts, ['', node.alive ? ': an answer grew from it.' : ': kept, and given up later.']];
}

/** What the search found, and by how much. @param {Shown} shown @returns {Rich} */
function reading({ columns }) {
  const ends = columns
    .flat()
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => Number(a.rank) - Number(b.rank));
  const [best, second] = ends;
  if (!best) return [['', 'Nothing was found.']];
  /** @type {Rich} */
  const parts = [
    ['', 'Best is '],
    ['d', tokensTo(best).map(spelled).join(' ')],
    ['', ', score '],
    ['b', nats(best.score)],
  ];
  if (second)
    parts.push(['', '; then '], ['d', tokensTo(second).map(spelled).join(' ')], ['', ', '], ['b', nats(second.score)]);
  return [...parts, ['', '. Click a branch to put it on the stage.']];
}

/** @param {Shown | null} shown @returns {Table} */
function tableOf(shown) {
  return {
    columns: ['step', 'written so far', 'log probability', 'score', 'kept', 'answer'],
    rows: (shown?.columns ?? [])
      .flat()
      .map((node) => [
        node.step + 1,
        tokensTo(node).map(spelled).join(' '),
        nats(node.sum),
        nats(node.score),
        node.kept ? 'yes' : 'no',
        node.rank === null ? '' : node.rank + 1,
      ]),
    caption: 'The search: a row per branch of each step',
  };
}
