// Any `go.Figure` in a panel of the page: follows theme, width and step, keeps the zoom, tells clicks.
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import { figureMenu } from './figure_export.js';
import { plot } from './plot.js';
import { merge } from './plotly_style.js';

const AFTER_MS = 40;

/** @import { Figure, Meta, Trace } from '../core/figure.d.ts' */
/** @import { Island, Table } from '../core/types.d.ts' */
/** @import { Panel } from '../shell/panel.js' */
/** @import { At, Plot } from './plot.js' */

/** @param {HTMLElement} root @param {Island<Figure, 'point'>} island */
export function mount(root, island) {
  let due = 0;
  let shown = 0;
  /** @type {Figure} what is drawn */
  let value = { data: [], layout: {} };
  /** @type {Meta} */
  let meta = {};
  let choice = '';
  /** @type {Shell | null} */
  let shell = null;

  island.onValue((next) => {
    clearTimeout(due);
    value = next;
    meta = next.layout.meta ?? {};
    draw(shellOf(meta));
  });

  state.step.on((now) => {
    if (!shell) return;
    read(shell);
    // Plotly redraws the whole chart: it waits until the player has painted, and skips steps that are passed in haste.
    clearTimeout(due);
    if (now !== shown) due = setTimeout(step, AFTER_MS);
  });

  /**
   * The shell stays as long as its title and switch do, so the drawing keeps its zoom.
   * @typedef {{key: string, panel: Panel, chart: Plot}} Shell
   * @param {Meta} meta @returns {Shell}
   */
  function shellOf({ title = '', subtitle = '', alt_name = title, switch: options }) {
    const key = JSON.stringify([title, options]);
    if (shell?.key === key) return shell;
    if (!options?.some(([id]) => id === choice)) choice = options?.at(-1)?.[0] ?? '';
    const choices = options && segments(`${title}: what is shown`, options, choose);
    choices?.show(choice);
    const chart = plot({ onPoint: tell, label: alt_name });
    const panel = createPanel({
      title,
      subtitle,
      controls: choices ? [choices.node] : [],
      table,
      className: 'plotly-panel',
    });
    panel.figure.append(chart.node);
    const menu = figureMenu([[title, chart]], fileName(title), () => value);
    panel.node.querySelector('.exports')?.replaceWith(menu.node);
    root.replaceChildren(panel.node);
    shell = { key, panel, chart };
    return shell;

    /** @param {string} next */
    function choose(next) {
      choice = next;
      choices?.show(next);
      draw({ key, panel, chart });
    }
  }

  /** @param {Shell} shell */
  function draw({ panel, chart, ...rest }) {
    panel.subtitle(meta.subtitle ?? '');
    panel.empty(value.data.length || !meta.empty ? null : meta.empty);
    if (value.layout.height) chart.node.style.minHeight = `${value.layout.height}px`;
    const { meta: _, height, ...layout } = merge(value.layout, meta.layouts?.[choice]);
    shown = state.step.value ?? 0;
    const patches = new Map((meta.steps?.[shown] ?? []).map(({ trace, ...keys }) => [trace, keys]));
    chart.show(
      value.data.map((trace, i) => ({ ...trace, ...visible(trace), ...patches.get(i) })),
      layout,
    );
    read({ panel, chart, ...rest });
    panel.refresh();
  }

  /** Traces of another choice rest; a trace says in `meta` which choice it belongs to. @param {Trace} trace */
  function visible(trace) {
    const own = typeof trace.meta === 'string' ? trace.meta : trace.meta?.view;
    return meta.switch?.some(([id]) => id === own) && own !== choice ? { visible: false } : {};
  }

  function step() {
    shown = state.step.value ?? 0;
    const patches = meta.steps?.[shown];
    if (patches) shell?.chart.patch(patches);
  }

  /** @param {Shell} shell */
  function read({ panel }) {
    const { readings, reading } = meta;
    const now = Array.isArray(readings) ? readings : readings?.[choice];
    const always = Array.isArray(reading) ? reading : reading?.[choice];
    panel.read(now?.[state.step.value ?? 0] ?? always ?? [['', ' ']]);
  }

  /** @param {At} point */
  function tell({ x, y, customdata, curveNumber }) {
    island.send('point', { x, y, customdata: customdata ?? null, curve: curveNumber });
  }

  /** @returns {Table} */
  function table() {
    const rowsOf = (/** @type {Trace} */ { name = '', x = [], y = [] }) =>
      Array.from(x, (at, i) => [name, at, y[i] ?? '']);
    return meta.table ?? { columns: ['series', 'x', 'y'], rows: value.data.flatMap(rowsOf) };
  }
}

/** @param {string} title */
const fileName = (title) => (title || 'figure').toLowerCase().replace(/\W+/g, '-');
