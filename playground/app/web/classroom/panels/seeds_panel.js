// Island: one experiment with many seeds. One dot a student; alike ones are piled up; one's own has a ring.
import { h, onWidth } from '../../core/dom.js';
import * as state from '../../core/state.js';
import { createPanel } from '../../shell/panel.js';
import { inUnit } from '../pieces.js';
import { dotRows } from './dots.js';

/** @import { Attending, ClassTrial } from '../../core/classroom.d.ts' */
/** @import { Rich, Table } from '../../core/types.d.ts' */

const SQUARES = 60;

/** @param {HTMLElement} root */
export function mount(root) {
  const chart = h('div.class-seeds', {});
  let width = 0;
  const panel = createPanel({ title: 'One experiment', present: true, className: 'class-trial', table });
  panel.figure.append(chart);
  onWidth(panel.figure, (next) => {
    width = next;
    draw(state.classroom.value ?? null);
  });
  state.classroom.on(draw);
  state.present.on(() => draw(state.classroom.value ?? null));
  state.tab.on(() => draw(state.classroom.value ?? null));

  /** @param {Attending | null} now */
  function draw(now) {
    const trial = now?.told.trial;
    if (!now || !trial) {
      panel.node.remove();
      return;
    }
    if (state.tab.value !== 'class') return;
    if (!panel.node.isConnected) root.append(panel.node);
    const heading = panel.node.querySelector('h3');
    if (heading) heading.textContent = `One experiment, ${trial.of} ${trial.of === 1 ? 'seed' : 'seeds'}`;
    const own = trial.runs?.some(([seed]) => seed === now.seed) ? '; the ring is yours' : '';
    panel.subtitle(`${trial.in} of ${trial.of} runs are in${own}`);
    if (!trial.runs) {
      chart.replaceChildren(covered(trial, now.role === 'teacher'));
      panel.read([['', still(trial)]]);
      return;
    }
    if (!trial.runs.length) {
      chart.replaceChildren(h('p.class-wait', {}, 'No run is in yet. They come one by one.'));
      panel.read([['', still(trial)]]);
      return;
    }
    if (width) chart.replaceChildren(dotRows(trial, now.seed, width, state.present.value ? 24 : 12));
    panel.read(reading(trial, now.seed));
    panel.refresh();
  }

  /** @returns {Table} */
  function table() {
    const trial = state.classroom.value?.told.trial;
    return {
      columns: ['seed', ...(trial?.rows ?? []).map(([arm, words]) => `${arm} ${words}`.trim())],
      rows: (trial?.runs ?? []).map(([seed, values]) => [
        seed,
        ...values.map((value, i) => (value === null ? 'covered' : inUnit(value, trial?.rows[i][2] ?? ''))),
      ]),
    };
  }
}

/** @param {ClassTrial} trial @param {boolean} teacher */
const covered = (trial, teacher) =>
  h(
    'div.class-covered',
    {},
    h('p.big', {}, teacher ? 'Covered until you reveal' : 'Covered until the reveal'),
    h('p', {}, 'The runs would give the answer away. They go on arriving.'),
    trial.of <= SQUARES &&
      h(
        'div.class-squares',
        { role: 'img', 'aria-label': `${trial.in} of ${trial.of} runs are in` },
        Array.from({ length: trial.of }, (_, i) => h(i < trial.in ? 'i.in' : 'i', {})),
      ),
  );

/** @param {ClassTrial} trial */
function still({ in: here, of }) {
  const rest = of - here;
  const now = !of ? 'Nobody has joined yet' : rest ? `${here} of ${of} are in, the others train` : 'All are in';
  return `Everybody trains the same with a seed of their own. ${now}.`;
}

/** @param {ClassTrial} trial @param {number | null} seed @returns {Rich} */
export function reading(trial, seed) {
  const runs = trial.runs ?? [];
  const bounds = trial.rows
    .map(([, , , least, most], i) => ({ least, most, i }))
    .filter(({ least, most }) => least !== null || most !== null);
  const seen = bounds.filter(({ i }) => runs.every(([, values]) => values[i] !== null));
  const mine = runs.find(([one]) => one === seed);
  /** @type {Rich} */
  const said = [];
  if (seen.length) {
    const keeps = runs.filter(([, values]) =>
      seen.every(({ i, least, most }) => {
        const value = /** @type {number} */ (values[i]);
        return (least === null || value >= least) && (most === null || value <= most);
      }),
    );
    said.push(
      ['b', `${keeps.length} of ${runs.length}`],
      ['', ` keep all ${seen.length === 1 ? 'bounds' : `${seen.length} bounds`} that are shown. `],
    );
  } else {
    const values = runs.flatMap(([, row]) => row.filter((value) => value !== null)).sort((a, b) => a - b);
    const unit = trial.rows[0][2];
    if (values.length)
      said.push(
        ['', 'The same model and data, other seeds: from '],
        ['b', inUnit(values[0], unit)],
        ['', ' to '],
        ['b', inUnit(values[values.length - 1], unit)],
        ['', '. '],
      );
  }
  if (mine) {
    const parts = trial.rows.flatMap(([arm, , unit], i) =>
      mine[1][i] === null ? [] : [`${arm} ${inUnit(mine[1][i], unit)}`.trim()],
    );
    said.push(['', `Yours, seed ${seed}: ${parts.join(', ')}.`]);
  } else if (trial.failed)
    said.push(['', `${trial.failed} failed and ${trial.failed === 1 ? 'is' : 'are'} not drawn.`]);
  return said;
}
