// Two in training: what each makes of the pinned input now, their learning curves, and what came of it.
import { plot } from '../charts/plot.js';
import { scored, twoCurves } from '../charts/two_curves.js';
import { compare, known, scoreText } from '../core/answers.js';
import { h } from '../core/dom.js';
import { grouped } from '../core/numbers.js';
import { busy, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';

/** @import { Run } from '../core/run.d.ts' */
/** @import { Rich, Table } from '../core/types.d.ts' */
/** @import { Against } from '../charts/two_curves.js' */
/** @import { Decoded } from './types.d.ts' */

/** Both runs, where two train or have trained side by side. @returns {[Run, Run] | null} */
export function both() {
  const [a, b] = [state.run.value, state.rival.value];
  return a && b ? [a, b] : null;
}

/** What a run in training makes of the pinned input now. @param {Run} run @returns {Decoded} */
export function live(run) {
  const seen = run.now?.pinned ?? run.frames.at(-1)?.pinned;
  const tokens = seen?.output ?? [];
  const { wrong, hits, total, right, cause } = compare(tokens, seen?.target ?? run.target);
  const first = run.step === 0;
  const text = first || !seen || right === null ? farOf(run) : right ? `right, ${hits} of ${total}` : `wrong${cause}`;
  const verdict = { right: first || !seen ? null : right, text, short: text };
  return {
    name: (run.about?.pair ?? '').split(' · ')[0],
    tokens,
    wrong: first ? null : wrong,
    probability: null,
    verdict,
    parameters: run.parameters ?? 0,
    seconds: run.train_s,
    at: run.now?.step ?? 0,
  };
}

/** @param {Run} run */
const farOf = (run) =>
  run.state === 'queued' ? 'waits for a place' : run.state === 'failed' ? 'stopped by itself' : 'first weights';

/** @param {{pair: string} | null} about */
const taskOf = (about) => about?.pair.split(' · ')[1];

export function curvesPanel() {
  /** @type {Against} */
  let against = 'seconds';
  const chart = plot({ label: 'Score of both models while they train' });
  const choice = segments(
    'Curves of both against',
    [
      ['updates', 'updates'],
      ['seconds', 'seconds'],
      ['work', 'FLOPs'],
    ],
    (chosen) => {
      against = /** @type {Against} */ (chosen);
      choice.show(chosen);
      draw();
    },
  );
  choice.show(against);
  const panel = createPanel({
    title: 'Learning curves',
    subtitle: 'held out',
    controls: [choice.node],
    className: 'race-curves',
    present: true,
    table,
  });
  panel.figure.append(chart.node);
  for (const signal of [state.run, state.rival, state.beside, state.tab]) signal.on(draw);

  /** Nothing is drawn before somebody looks. */
  function draw() {
    const runs = both();
    panel.node.hidden = !runs;
    if (!runs || (state.tab.value !== 'compare' && !state.present.value)) return;
    const task = taskOf(runs[0].about);
    const behind = (state.beside.value ?? []).filter((run) => run.id !== runs[1].id && taskOf(run) === task);
    panel.subtitle(`${runs[0].score_name}, held out${behind.length ? `; thin: ${behind.length} of my runs` : ''}`);
    chart.show(...twoCurves(runs, behind, against));
    panel.read(reading(runs));
    panel.refresh();
  }

  /** @returns {Table} */
  function table() {
    const runs = both() ?? [];
    const rows = runs.flatMap((run, i) =>
      scored(run).map(([step, s, score]) => ['AB'[i], step, s.toFixed(2), scoreText(score, run.score_name)]),
    );
    return { columns: ['model', 'update', 'CPU seconds', runs[0]?.score_name ?? 'score'], rows };
  }

  return panel.node;
}

/** @param {[Run, Run]} runs @returns {Rich} */
function reading(runs) {
  const scores = runs.map((run) => scored(run).at(-1)?.[2]);
  /** @type {Rich} */
  const parts = [];
  for (const [i, run] of runs.entries()) {
    const score = scores[i];
    const name = 'AB'[i];
    if (run.state === 'failed') parts.push(['w b', `✗ ${name} stopped by itself: ${run.cause}. `]);
    else if (run.state === 'stopped') parts.push(['b', `${name} was stopped. `]);
    if (!known(score)) continue;
    const when = over(run) ? `After ${run.train_s.toFixed(1)} s` : `At update ${grouped(run.step)}`;
    parts.push(['', `${when} ${name} is at `], ['b', scoreText(score, run.score_name)], ['', '. ']);
  }
  const [a, b] = runs.map(({ batches }) => batches);
  if (a && b) parts.push(...(a === b ? same(a) : other(a, b)));
  if (!parts.length) parts.push(['', runs.some(busy) ? 'The first points come in a moment.' : ' ']);
  return parts;
}

/** @param {string} hash @returns {Rich} */
const same = (hash) => [
  ['', 'Both learn from the same batches, hash '],
  ['m', hash],
  ['', '.'],
];

/** @param {string} a @param {string} b @returns {Rich} */
const other = (a, b) => [
  ['', 'They learn from different batches, hashes '],
  ['m', a],
  ['', ' and '],
  ['m', b],
  ['', '.'],
];

/** What both read, while they train. @param {Run} run */
export const pinnedLine = (run) =>
  h('p.slots-pinned', {}, 'Both read the held-out input ', h('span.m', {}, (run.source ?? []).join(' ')), '.');
