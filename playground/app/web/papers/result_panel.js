// Island: what the arms of the open paper measured, what can be tried by hand, and what they have in common.
import { plot } from '../charts/plot.js';
import { rowsTable, sameRows, sameTable } from '../charts/same_rows.js';
import { twoCurves } from '../charts/two_curves.js';
import { scoreText } from '../core/answers.js';
import { h } from '../core/dom.js';
import { lettersOf, over, score } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { letterBox } from './card_parts.js';
import { resultFigure } from './result_figure.js';

/** @import { Run } from '../core/run.d.ts' */
/** @import { Trial, Verdict } from '../core/trial.d.ts' */
/** @import { Rich, Table } from '../core/types.d.ts' */

/** @param {HTMLElement} root */
export function mount(root) {
  const chart = resultFigure();
  const figure = createPanel({
    title: 'Result',
    className: 'trial-figure',
    present: true,
    table: () => (state.trial.value?.verdict ?? state.trial.value?.paper)?.figure.layout.meta?.table ?? NOTHING,
    data: () => state.trial.value?.verdict,
  });
  figure.figure.append(chart.node);
  const rows = h('div.trial-tries', {});
  const tries = createPanel({
    title: 'Try it by hand',
    className: 'trial-hand',
    present: true,
    image: false,
    table: () => triesTable(state.trial.value?.verdict ?? null),
  });
  tries.figure.append(rows);
  const learning = plot({ label: 'Score of the arms that train' });
  const curves = createPanel({ title: 'Learning curves', className: 'trial-curves', present: true });
  curves.figure.append(learning.node);
  const same = h('div.trial-rows', {});
  const alike = createPanel({
    title: 'Same and different',
    className: 'trial-same',
    image: false,
    table: () => sameTable(state.trial.value?.paper.rows ?? []),
  });
  alike.figure.append(same);
  const board = h('div.trial', {}, figure.node, h('div.trial-side', {}, curves.node, tries.node, alike.node));

  state.trial.on(draw);
  state.tab.on(draw);
  for (const signal of [state.run, state.rival]) signal.on(drawCurves);

  /** Nothing is drawn before somebody looks. */
  function draw() {
    const trial = state.trial.value;
    if (!trial) {
      board.remove();
      return;
    }
    if (state.tab.value !== 'paper') return;
    if (!board.isConnected) root.append(board);
    const { paper, verdict, phase } = trial;
    const drawn = verdict?.figure ?? paper.figure;
    chart.show(trial);
    figure.subtitle(drawn.layout.meta?.subtitle ?? '');
    figure.read(verdict ? reading(verdict, paper.judged) : [['', waiting(phase)]]);
    figure.refresh();
    const after = { title: 'After the run', text: 'Why it happens is tried when all arms are trained.' };
    tries.node.hidden = phase === 'run';
    tries.empty(verdict ? null : after);
    if (verdict) rows.replaceChildren(...verdict.tries.map((row, i) => tryRow(row, i, trial.acting === i)));
    tries.refresh();
    const shared = paper.rows.filter(([, a, b]) => a !== null && b !== null);
    const single = paper.rows.filter(([, a, b]) => a === null || b === null);
    same.replaceChildren(...sameRows(shared, paper.sides), ...onlyOne(single, paper.sides));
    alike.refresh();
    drawCurves();
  }

  function drawCurves() {
    const trial = state.trial.value;
    const runs = trial && trial.phase === 'run' ? training(trial) : [];
    curves.node.hidden = !runs.length;
    if (!trial || !runs.length || state.tab.value !== 'paper') return;
    const letters = lettersOf(trial, runs);
    learning.show(...twoCurves(runs, [], 'updates', letters));
    curves.subtitle(`${runs[0].score_name}, held out`);
    curves.read(runs.flatMap((run, i) => learned(run, letters[i])));
  }
}

const NOTHING = { columns: [], rows: [] };

/** The arms that train now. @param {Trial} trial */
function training(trial) {
  const runs = [state.run.value ?? null, state.rival.value ?? null];
  const mine = trial.arms.map(([, , id]) => id);
  return runs.flatMap((run) => (run?.id && mine.includes(run.id) ? [run] : []));
}

/** @param {Run} run @param {string} letter @returns {Rich} */
function learned(run, letter) {
  const now = score(run);
  if (run.state === 'queued') return [['', `${letter} waits for a place. `]];
  return [
    ['', `${letter} `],
    ['b', now === null ? 'begins' : scoreText(now, run.score_name)],
    ['', over(run) ? ', trained. ' : ' so far. '],
  ];
}

/** @param {Trial['phase']} phase */
function waiting(phase) {
  if (phase === 'ask') return 'Empty until you run it. Brackets are the criterion, a hollow box is your guess.';
  if (phase === 'broken') return 'An arm did not come to its end: there is nothing to judge.';
  return phase === 'done' ? 'All arms are trained; they are being measured.' : 'Measured once all arms are trained.';
}

/** @param {Verdict} verdict @param {[number, boolean][]} judged @returns {Rich} */
function reading({ holds, seed, told }, judged) {
  const held = judged.filter(([, one]) => one).length;
  return [
    [holds ? 'b' : 'w b', `${holds ? '✓ Reproduced' : '✗ Not reproduced'} with seed ${seed}. `],
    ['', told[0].toUpperCase() + told.slice(1)],
    ['', judged.length ? ` ${held} of ${judged.length} judge seeds agree.` : ''],
  ];
}

/** @param {Verdict['tries'][number]} row @param {number} i @param {boolean} on */
function tryRow([arm, words, value, share, byHand], i, on) {
  const parts = [
    letterBox(arm),
    h('span', {}, words),
    share === null ? h('span') : h('i.rail', { 'aria-hidden': true }, h('i', { style: { width: `${100 * share}%` } })),
    h('b.m', {}, value),
  ];
  if (!byHand) return h('div.trial-try', {}, parts);
  return h(
    `button.trial-try${on ? '.on' : ''}`,
    {
      type: 'button',
      'aria-pressed': String(on),
      title: on ? 'Take it off the stage' : 'Put it onto the stage',
      onclick: () => state.tryByHand.send({ row: i, on: !on }),
    },
    parts,
  );
}

/** What only one of them has. @param {Trial['paper']['rows']} rows @param {[string, string]} sides */
const onlyOne = (rows, sides) =>
  rows.length
    ? [h('details.same-more', {}, h('summary', {}, `${rows.length} that only one of them has`), rowsTable(rows, sides))]
    : [];

/** @param {Verdict | null} verdict @returns {Table} */
const triesTable = (verdict) => ({
  columns: ['arm', 'what', 'measured'],
  rows: (verdict?.tries ?? []).map(([arm, words, value]) => [arm, words, value]),
});
