// The figure of a paper: what Python drew, the guess as a hollow box, and earlier seeds of this tab thin behind.
import { plot } from '../charts/plot.js';
import { notesPlaced } from './notes.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { Trial } from '../core/trial.d.ts' */

const HALF = 6; // pixels: half of the box
const NARROW = 560;

export function resultFigure() {
  const chart = plot({ label: 'What the arms measured', place: notesPlaced });
  return {
    node: chart.node,
    /** @param {Trial} trial */
    show(trial) {
      const { data, layout } = trial.verdict?.figure ?? trial.paper.figure;
      chart.show([...trial.earlier.flatMap(({ figure }) => figure.data.filter(measured).map(thin)), ...data], {
        ...layout,
        uirevision: `${trial.paper.id} ${trial.verdict?.seed}`, // what was zoomed before is another figure
        ...marks(layout, trial, chart.node.clientWidth < NARROW),
      });
    },
  };
}

/** Lines of a seed; those of the judge seeds have no marks. @param {Trace} trace */
const measured = ({ mode }) => mode === 'lines+markers';

/** @param {Trace} trace @returns {Trace} */
const thin = (trace) => ({
  ...trace,
  mode: 'lines',
  line: { .../** @type {object} */ (trace.line), color: 'var(--ink3)', width: 1.25 },
  hoverinfo: 'skip',
});

/** @param {Layout} layout @param {Trial} trial @param {boolean} narrow @returns {Layout} */
function marks(layout, { guess, paper }, narrow) {
  const shapes = /** @type {object[]} */ (layout.shapes ?? []);
  const notes = /** @type {{text: string}[]} */ (layout.annotations ?? []);
  const annotations = narrow ? notes.map((one) => ({ ...one, text: one.text.replace(/^([A-Z]) .*$/, '$1') })) : notes;
  const margin = narrow ? { margin: { l: 48, r: 28, t: 26, b: 44 } } : {};
  const { at, edges } = paper.guess;
  if (guess === null || at === null) return { shapes, annotations, ...margin };
  const [low, high] = [edges[guess] ?? 0, edges[guess - 1] ?? 1];
  const box = { type: 'rect', xsizemode: 'pixel', xanchor: at, x0: -HALF, x1: HALF, y0: low, y1: high };
  return {
    shapes: [...shapes, { ...box, line: { color: 'var(--ink)', width: 2.5 } }],
    annotations: [
      ...annotations,
      { x: at, y: (low + high) / 2, text: '<b>your guess</b>', xanchor: 'left', xshift: HALF + 6, showarrow: false },
    ],
    ...margin,
  };
}
