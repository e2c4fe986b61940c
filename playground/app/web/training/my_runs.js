// Panel: the runs of this browser, kept with their curves across reloads; the ticked ones are drawn beside the newest.

import { scoreText } from '../core/answers.js';
import { h, s } from '../core/dom.js';
import { grouped, seconds } from '../core/numbers.js';
import { over, score } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';

/** @import { KeptRun, Point, Run } from '../core/run.d.ts' */
/** @import { Island, Table } from '../core/types.d.ts' */

const KEY = 'edp-runs';
const MOST = 12;
const POINTS = 150; // of each curve
const DASHES = ['6px,3px', '2px,3px', '9px,3px,2px,3px', '12px,4px', '4px,6px'];

/** A run keeps its letter, and with it its line in every chart. @param {KeptRun} run */
export const dash = (run) => DASHES[(run.letter.charCodeAt(0) - 65) % DASHES.length];

/** @param {HTMLElement} root @param {Island<{shipped: boolean}, 'show' | 'shipped'>} island */
export function mount(root, island) {
  let runs = stored();
  const panel = createPanel({ title: 'My runs', className: 'my-runs-panel', table, image: false });
  const list = h('ul.my-runs', {});
  const shipped = h(
    'button.btn.box',
    { type: 'button', onclick: () => island.send('shipped') },
    'Back to the shipped model',
  );
  const forget = h(
    'button.btn.box',
    {
      type: 'button',
      onclick: () => {
        runs = [];
        changed();
      },
    },
    'Forget all',
  );
  panel.figure.append(list, h('div.my-runs-foot', {}, shipped, forget));
  root.append(panel.node);
  draw();
  island.onValue((value) => {
    shipped.hidden = !value.shipped;
  });

  state.run.on(keep);
  state.rival.on((run) => run && keep(run));

  /** @param {Run} run */
  function keep(run) {
    if (!run.id || !run.mine || !over(run) || !run.losses.length) {
      draw();
      return;
    }
    const known = runs.find(({ id }) => id === run.id);
    if (known?.state === run.state && known.step === run.step) {
      draw();
      return;
    }
    const kept = {
      id: run.id,
      letter: known?.letter ?? letter(runs),
      label: run.about?.label ?? '',
      pair: run.about?.pair ?? '',
      state: run.state,
      score: score(run),
      score_name: run.score_name,
      train_s: run.train_s,
      step: run.step,
      work: run.work,
      losses: thinned(run.losses),
      scores: thinned(run.scores),
      shown: known?.shown ?? true,
    };
    runs = [kept, ...runs.filter(({ id }) => id !== run.id)].slice(0, MOST);
    changed();
  }

  function changed() {
    try {
      localStorage.setItem(KEY, JSON.stringify(runs));
    } catch {
      /* no room or no permission: kept until the page is left */
    }
    draw();
  }

  function draw() {
    const now = state.run.value;
    panel.node.hidden = !runs.length;
    panel.subtitle(`${runs.length} of this browser, newest first`);
    panel.read([['', 'Ticked runs are drawn in the learning curves; their letter stands at the end of the line.']]);
    list.replaceChildren(...runs.map((run) => row(run, run.id === now?.id)));
    state.beside.value = runs.filter((run) => run.shown && run.id !== now?.id && run.score_name === now?.score_name);
    panel.refresh();
  }

  /** @param {KeptRun} run @param {boolean} current */
  function row(run, current) {
    const name = `${run.letter}, ${run.pair}, ${run.label}`;
    const tick = h('input', {
      type: 'checkbox',
      'aria-label': `Draw the curves of run ${name}`,
      onchange: () => {
        run.shown = tick.checked;
        changed();
      },
    });
    tick.checked = run.shown;
    return h(
      `li.my-run${current ? '.on' : ''}`,
      {},
      tick,
      h('b.letter', {}, run.letter),
      sample(run, current),
      h('span.pair', {}, run.pair),
      h('span.label', {}, run.label),
      h('span.num', {}, `${run.score === null ? '–' : scoreText(run.score, run.score_name)} ${run.score_name}`),
      h(
        'span.num',
        {},
        `${grouped(run.step)} updates, ${seconds(run.train_s)}${run.state === 'done' ? '' : `, ${run.state}`}`,
      ),
      h(
        'button.btn.box',
        {
          type: 'button',
          'aria-label': `Show run ${name} on the stage`,
          onclick: () => island.send('show', { run: run.id }),
        },
        'Show',
      ),
    );
  }

  /** @returns {Table} */
  function table() {
    return {
      columns: ['run', 'model and task', 'what differs', 'score', 'updates', 'seconds', 'end'],
      rows: runs.map((run) => [
        run.letter,
        run.pair,
        run.label,
        run.score === null ? '–' : scoreText(run.score, run.score_name),
        run.step,
        run.train_s.toFixed(2),
        run.state,
      ]),
    };
  }
}

/**
 * The line that a run has in the charts: solid for the one that is followed.
 * @param {KeptRun} run @param {boolean} current
 */
function sample(run, current) {
  const line = current
    ? { stroke: 'var(--ink)', 'stroke-width': 2.25 }
    : { stroke: 'var(--ink3)', 'stroke-width': 1.5, 'stroke-dasharray': dash(run).replaceAll('px', '') };
  return s('svg', { width: 36, height: 8, 'aria-hidden': true }, s('path', { d: 'M0 4H36', ...line }));
}

/** The first letter that is free. @param {KeptRun[]} runs */
function letter(runs) {
  const taken = new Set(runs.slice(0, MOST - 1).map((run) => run.letter));
  return [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].find((one) => !taken.has(one)) ?? 'Z';
}

/** @param {Point[]} rows @returns {Point[]} */
function thinned(rows) {
  const every = Math.max(1, Math.ceil(rows.length / POINTS));
  return rows
    .filter((_, i) => i % every === 0 || i === rows.length - 1)
    .map(([step, s, value]) => [step, Number(s.toFixed(3)), Number(value.toPrecision(5))]);
}

/** @returns {KeptRun[]} */
function stored() {
  try {
    const read = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(read)
      ? read
          .filter((run) => typeof run?.id === 'string' && Array.isArray(run.losses) && Array.isArray(run.scores))
          .slice(0, MOST)
      : [];
  } catch {
    return [];
  }
}
