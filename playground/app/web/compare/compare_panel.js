// Island: slot B beside slot A. The same input through both in lock-step, both by length, and what each knows by heart.
// A is solid and filled, B dashed, hollow and hatched; never another hue.

import { h, narrow } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';
import { asking } from '../core/island.js';
import { grouped, percent } from '../core/numbers.js';
import { busy, lettersOf, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { apartPanel } from './apart_panel.js';
import { groupPanel } from './group_panel.js';
import { lengthChart, lengthTable } from './length_chart.js';
import { curvesPanel, live, both as pair, pinnedLine } from './training_both.js';

/** @import { Run } from '../core/run.d.ts' */
/** @import { Arm } from '../core/trial.d.ts' */
/** @import { Island, Rich, Table } from '../core/types.d.ts' */
/** @import { Comparison, Decoded, Score, Slots } from './types.d.ts' */

const TRAINING = 'both train';
const LATER = { title: 'Both are training', text: 'This pair is measured once both are trained.' };

/** @param {HTMLElement} root @param {Island<Slots, 'beside' | 'open'>} island */
export function mount(root, island) {
  /** @type {Slots | null} */
  let value = null;
  /** @type {Comparison | null} */
  let found = null;
  let asked = '';
  let turn = 0;
  let told = ''; // whose end the server was told
  /** @type {HTMLSelectElement} */
  const choice = h('select', {
    'aria-label': 'Slot B',
    onchange: () => island.send('beside', { beside: choice.value || null }),
  });
  const rows = h('div.slots', {});
  const both = createPanel({
    title: 'Side by side',
    subtitle: 'one input, both models, one step',
    controls: [h('label.slot-b', {}, 'B', choice)],
    className: 'slots-panel',
    present: true,
    table: () => slotsTable(value),
  });
  both.figure.append(rows);
  const chart = lengthChart();
  const length = createPanel({
    title: 'By length',
    subtitle: 'new inputs, exact match; shaded: what was taught',
    className: 'length-panel',
    table: () => lengthTable(found),
    data: () => found,
  });
  length.figure.append(chart.node);
  const bars = h('div.hearts');
  const heart = createPanel({
    title: 'By heart?',
    subtitle: 'inputs seen in training, and new ones; whisker: 95 %',
    className: 'heart-panel',
    table: () => heartTable(found),
    data: () => found && { known: found.known, new: found.new },
  });
  heart.figure.append(bars);
  const curves = curvesPanel();
  const group = groupPanel();
  const apart = apartPanel((given) => island.send('open', { given }));
  const measured = h('div.compare-both', {}, curves, length.node, heart.node, group.node, apart.node);
  const every = [length, heart, group, apart];

  island.onValue((next) => {
    value = next.suits ? next : null;
    state.side.value = next.side ?? null;
    if (!value) {
      root.replaceChildren();
      return;
    }
    if (!both.node.isConnected) root.append(both.node, measured);
    choice.replaceChildren(
      h('option', { value: '' }, 'choose a model …'),
      ...value.offered.map(([id, name]) => h('option', { value: id }, name)),
    );
    choice.value = value.beside ?? '';
    if (value.trains) told = ''; // it may be of before the end: then it is asked for again
    follow();
  });
  state.tab.on(draw);
  state.tab.on(measure);
  state.run.on(follow);
  state.rival.on(follow);
  state.trial.on(draw);
  narrow.addEventListener('change', draw);
  state.step.on(light);
  state.scene.on(light);

  /** While two train, their answers are those of the moment; once both are over, slot B has what it learned. */
  function follow() {
    const runs = pair();
    if (runs && value?.trains && value.trains === runs[1].id && over(runs[1]) && told !== value.trains) {
      told = value.trains;
      island.send('beside', { beside: told });
    }
    draw();
    measure();
  }

  /** Both, until slot B has what it learned. */
  function training() {
    const runs = pair();
    return runs && (runs.some(busy) || value?.trains) ? runs : null;
  }

  /** Nothing is drawn before somebody looks. */
  function draw() {
    const trial = state.tab.value === 'paper';
    if (!value || (state.tab.value !== 'compare' && !trial)) return;
    const { a, b } = value;
    const runs = training();
    const [mine, other] = runs ? runs.map(live) : [a, b];
    const arms = trial ? armsOf(runs) : [];
    rows.replaceChildren(
      ...(runs ? [pinnedLine(runs[0])] : []),
      slot('A', mine, arms[0]),
      other ? slot('B', other, arms[1]) : nobody(),
    );
    both.subtitle(runs ? 'one held-out input, both as they train' : 'one input, both models, one step');
    // Of a paper nothing is there before its arms train; once they are over, both have their picture.
    both.node.hidden = trial && (!other || (!runs && Boolean(state.side.value) && !narrow.matches));
    measured.hidden = trial || (!b && !pair());
    length.node.hidden = heart.node.hidden = !b || Boolean(runs);
    group.node.hidden = apart.node.hidden = !b && !runs;
    both.read(other ? differ(mine, other) : [['', ' ']]);
    both.refresh();
    light();
  }

  /** The step of the player is one of the stage's input, not of what both read while they train. */
  function light() {
    const at = training() ? null : state.step.value;
    for (const line of rows.querySelectorAll('.slot-tokens'))
      for (const [i, token] of [...line.children].entries()) token.classList.toggle('cur', i === at);
  }

  /** What was measured of a pair goes when another one trains. */
  async function measure() {
    if (!value || state.tab.value !== 'compare') return;
    if (training()) {
      if (asked === TRAINING) return;
      asked = TRAINING;
      turn++;
      for (const panel of every) panel.empty(LATER);
      return;
    }
    if (!value.beside) return;
    const key = `${value.address} ${value.beside}`;
    if (key === asked) return;
    asked = key;
    const mine = ++turn;
    const waiting = {
      title: 'Asking both',
      text: 'Two hundred new inputs of every length, and what each was trained on.',
    };
    for (const panel of every) panel.empty(waiting);
    const answer = await asking(value.address, 'compare.json', { beside: value.beside });
    if (mine !== turn) return;
    if ('failed' in answer) {
      asked = '';
      for (const panel of every)
        panel.empty({ title: 'Not measured', text: answer.failed, action: 'Try again', onaction: measure });
      return;
    }
    found = /** @type {Comparison} */ (answer.data);
    for (const panel of every) panel.empty(null);
    chart.show(found);
    bars.replaceChildren(...hearts(found));
    length.read(found.length_reading);
    heart.read(found.heart_reading);
    for (const panel of [group, apart]) panel.show(found);
    for (const panel of [length, heart]) panel.refresh();
  }
}

/** The arms in the slots: those that train, else the two sides. @param {[Run, Run] | null} training */
function armsOf(training) {
  const { arms = [] } = state.trial.value ?? {};
  const letters = training ? lettersOf(state.trial.value, training) : arms.slice(0, 2).map(([letter]) => letter);
  return letters.flatMap((letter) => arms.filter(([one]) => one === letter));
}

/** @param {'A' | 'B'} name @param {Decoded} told @param {Arm} [arm] of a paper */
function slot(name, { name: said, tokens, wrong, verdict, parameters, seconds, at }, arm) {
  const called = arm?.[1] ?? said;
  const mark = verdict.right === null ? '' : verdict.right ? '✓ ' : '✗ ';
  const took = at !== undefined ? `update ${grouped(at)}, ` : seconds ? `${seconds.toFixed(1)} s, ` : '';
  return h(
    `div.slot.of-${name.toLowerCase()}`,
    {},
    h('b.slot-letter', {}, arm?.[0] ?? name),
    h('div.slot-about', {}, h('b', {}, called), h('span.dim', {}, `${took}${grouped(parameters)} parameters`)),
    h(
      'div.slot-tokens',
      { role: 'img', 'aria-label': `${name} writes ${tokens.join(' ')}` },
      tokens.map((token, i) => h(wrong?.[i] ? 'span.slot-token.bad' : 'span.slot-token', {}, spelled(token))),
    ),
    h(verdict.right === false ? 'span.verdict-b.bad' : 'span.verdict-b', {}, mark + verdict.text),
  );
}

const nobody = () =>
  h(
    'p.nobody',
    {},
    h('b', {}, 'Slot B is empty. '),
    h(
      'span.nopres',
      {},
      'Choose another architecture, this run at another moment of its training, or a run of your own.',
    ),
    h('span.onlypres', {}, 'Leave with Esc, choose a model for it, and come back: both then stand here.'),
  );

/** @param {Decoded} a @param {Decoded} b @returns {Rich} */
function differ(a, b) {
  const most = Math.max(a.tokens.length, b.tokens.length);
  const at = Array.from({ length: most }, (_, i) => i).find((i) => a.tokens[i] !== b.tokens[i]);
  if (at === undefined) return [['', 'Both write the same.']];
  const said = (/** @type {Decoded} */ one) => (at < one.tokens.length ? spelled(one.tokens[at]) : 'nothing more');
  return [
    ['', `They part at output ${at + 1}: A writes `],
    ['d', said(a)],
    ['', ', B '],
    ['d', said(b)],
    ['', '.'],
  ];
}

/** @param {Comparison} found */
const hearts = ({ known, new: fresh }) =>
  ['A', 'B'].flatMap((name, i) => [
    h('b.heart-name', {}, name),
    heartBar(name, 'seen', known[i]),
    heartBar(name, 'new', fresh[i]),
  ]);

/** @param {string} name @param {string} what @param {Score} score */
const heartBar = (name, what, [share, n, low, high]) =>
  h(
    `div.heart.of-${name.toLowerCase()}`,
    {},
    h('span', {}, what),
    h(
      'i.rail',
      { 'aria-hidden': true },
      h('i.fill', { style: { width: `${100 * share}%` } }),
      h('i.whisker', { style: { left: `${100 * low}%`, width: `${100 * (high - low)}%` } }),
    ),
    h('span.m', {}, `${grouped(Math.round(share * n))} of ${grouped(n)}`),
  );

/** @param {Comparison | null} found @returns {Table} */
function heartTable(found) {
  if (!found) return { columns: [], rows: [] };
  const line = (/** @type {string} */ name, /** @type {string} */ what, /** @type {Score} */ [share, n, low, high]) => [
    name,
    what,
    percent(share),
    percent(low),
    percent(high),
    n,
  ];
  return {
    columns: ['model', 'inputs', 'right', 'from', 'to', 'of'],
    rows: ['A', 'B'].flatMap((name, i) => [line(name, 'seen', found.known[i]), line(name, 'new', found.new[i])]),
    caption: 'Seen in training, and new',
  };
}

/** @param {Slots | null} value @returns {Table} */
function slotsTable(value) {
  const { a, b } = value ?? {};
  const most = Math.max(a?.tokens.length ?? 0, b?.tokens.length ?? 0);
  return {
    columns: ['output', 'A', 'B'],
    rows: Array.from({ length: most }, (_, i) => [i + 1, a?.tokens[i] ?? '', b?.tokens[i] ?? '']),
    caption: 'What both write',
  };
}
