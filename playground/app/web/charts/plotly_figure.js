// Any `go.Figure` in a panel of the page: follows theme, width and step, keeps the zoom, tells clicks.
import { get, on } from '../core/store.js';
import { createPanel, segments } from '../shell/panel.js';
import { figureMenu } from './figure_export.js';
import { plot } from './plot.js';
import { merge } from './plotly_style.js';

const AFTER_MS = 40;

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let due = 0;
  let arriving = false;
  let shown = null;
  let value = null;
  let meta = {};
  let choice = null;
  let panel = null;
  let chart = null;
  let shellKey = null;
  let choices = null;
  let own = null;

  island.onValue((next) => {
    own = next;
    take(next);
  });
  // Another moment of the training brings its own figures; like steps, they wait until what is drawn at frame rate has
  // been painted.
  on('moment', (moment) => {
    if (!own || !moment) return;
    const same = (figure) => figure.layout?.meta?.title === own.layout?.meta?.title;
    clearTimeout(due);
    due = setTimeout(() => take(Object.values(moment.figures ?? {}).find(same) ?? own), AFTER_MS);
    arriving = true;
  });

  function take(next) {
    clearTimeout(due);
    arriving = false;
    value = next;
    meta = next.layout?.meta ?? {};
    shell();
    draw();
  }
  on('step', () => {
    if (!value) return;
    read();
    // Plotly redraws the whole chart: it waits until the player has painted, and skips steps that are passed in haste.
    if (arriving) return; // the figure that comes is drawn at the step by then
    clearTimeout(due);
    if (get('step') !== shown) due = setTimeout(step, AFTER_MS);
  });

  /** The shell stays as long as its title and switch do, so the drawing keeps its zoom. */
  function shell() {
    const key = JSON.stringify([meta.title, meta.switch]);
    if (key === shellKey) return;
    shellKey = key;
    if (!meta.switch?.some(([id]) => id === choice)) choice = meta.switch?.at(-1)?.[0] ?? null;
    choices = meta.switch ? segments(`${meta.title}: what is shown`, meta.switch, choose) : null;
    choices?.show(choice);
    chart = plot({ onPoint: tell, label: meta.alt_name ?? meta.title });
    panel = createPanel({
      title: meta.title ?? '',
      subtitle: meta.subtitle ?? '',
      controls: choices ? [choices.node] : [],
      table,
      className: 'plotly-panel',
    });
    panel.figure.append(chart.node);
    panel.node
      .querySelector('.exports')
      ?.replaceWith(figureMenu([[meta.title, chart]], fileName(meta.title), () => value).node);
    root.replaceChildren(panel.node);
  }

  function draw() {
    panel.subtitle(meta.subtitle ?? '');
    panel.empty(value.data?.length || !meta.empty ? null : meta.empty);
    if (value.layout?.height) chart.node.style.minHeight = `${value.layout.height}px`;
    const { meta: _, height, ...layout } = merge(value.layout ?? {}, meta.layouts?.[choice] ?? {});
    const patches = new Map((meta.steps?.[get('step') ?? 0] ?? []).map(({ trace, ...keys }) => [trace, keys]));
    shown = get('step') ?? 0;
    chart.show(
      value.data.map((trace, i) => ({ ...trace, ...visible(trace), ...patches.get(i) })),
      layout,
    );
    read();
    panel.refresh();
  }

  /** Traces of another choice rest; a trace says in `meta` which choice it belongs to. */
  function visible(trace) {
    const own = trace.meta?.view ?? trace.meta;
    return meta.switch?.some(([id]) => id === own) && own !== choice ? { visible: false } : {};
  }

  function choose(next) {
    choice = next;
    choices.show(next);
    draw();
  }

  function step() {
    shown = get('step') ?? 0;
    const patches = meta.steps?.[shown];
    if (patches) chart.patch(patches);
  }

  function read() {
    const readings = Array.isArray(meta.readings) ? meta.readings : meta.readings?.[choice];
    panel.read(
      readings?.[get('step') ?? 0] ??
        (Array.isArray(meta.reading) ? meta.reading : meta.reading?.[choice]) ?? [['', ' ']],
    );
  }

  function tell({ x, y, customdata, curveNumber }) {
    island.send('point', { x, y, customdata: customdata ?? null, curve: curveNumber });
  }

  function table() {
    return (
      meta.table ?? {
        columns: ['series', 'x', 'y'],
        rows: (value?.data ?? []).flatMap((trace) =>
          [...(trace.x ?? [])].map((x, i) => [trace.name ?? '', x, trace.y?.[i] ?? '']),
        ),
      }
    );
  }
}

const fileName = (title = 'figure') => title.toLowerCase().replace(/\W+/g, '-');
