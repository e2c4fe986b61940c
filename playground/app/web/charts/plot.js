// The life of one Plotly chart: loaded on first need, drawn when visible, redrawn for size and theme, zoom kept.
import { h, soon } from '../core/dom.js';
import { ROOT } from '../core/root.js';
import { resolve, styled, tokens } from './plotly_style.js';

/** @import { Layout, Trace } from '../core/figure.d.ts' */
/** @import { Styled, Token } from './plotly_style.js' */

const CONFIG = {
  displaylogo: false,
  displayModeBar: false,
  // What clips a drawing is named without the page's address, which changes with every step: a browser would fetch it.
  _baseUrl: '',
  responsive: false,
  scrollZoom: false,
  doubleClick: 'reset+autosize',
  showTips: false,
};
/**
 * @typedef {object} Plotly what we use of it
 * @property {(node: HTMLElement, data: Trace[], layout: Layout, config: object) => Promise<void>} react
 * @property {(figure: object, options: object) => void} downloadImage
 */
/**
 * @typedef {object} Plot
 * @property {HTMLElement} node
 * @property {(data: Trace[], layout: Layout) => void} show
 * @property {(changes: Change[]) => void} patch changes single traces; also what a later redraw starts from
 * @property {() => {data: Trace[], layout: Styled, config: object}} figure as it is drawn now
 */
/** @typedef {{trace: number} & Record<string, unknown>} Change */
/**
 * @typedef {object} Axis one axis as it is drawn
 * @property {number} _offset pixels from the edge of the chart to its begin
 * @property {number} _length in pixels
 * @property {(value: unknown) => number} d2p pixels from its begin to a value of a trace
 * @property {(value: unknown) => number} r2p the same for a value of a note or a shape
 */
/** @typedef {{xaxis: Axis, yaxis: Axis}} Axes */
/** @typedef {{x: number, y: number, z: number}} Eye */
/** @typedef {{points: At[], 'scene.camera'?: {eye: Eye}}} Told an event of Plotly */
/** @typedef {{x: number, y: number, customdata?: unknown, curveNumber: number}} At the point of a curve */

/** @type {Promise<Plotly> | null} */
let loading = null;

/** The installed plotly.js, fetched once. @returns {Promise<Plotly>} */
export function plotly() {
  loading ??= new Promise((done, failed) => {
    const global = /** @type {{Plotly?: Plotly}} */ (/** @type {unknown} */ (window));
    const found = () => done(/** @type {Plotly} */ (global.Plotly));
    if (global.Plotly) {
      found();
      return;
    }
    const script = h('script', { src: new URL('assets/plotly.js', ROOT).href, async: true });
    script.onload = found;
    script.onerror = () => {
      loading = null;
      script.remove();
      failed(new Error('plotly.js could not be loaded'));
    };
    document.head.append(script);
  });
  return loading;
}

/** Marks at the edge of the chart are drawn whole. @param {Trace} trace @param {Token} token @returns {Trace} */
const dressed = (trace, token) => ({
  ...((trace.type ?? 'scatter') === 'scatter' ? { cliponaxis: false } : {}),
  ...resolve(trace, token),
});

/**
 * @param {{onPoint?: (point: At) => void, onHover?: (point: At) => void, onTurn?: (eye: Eye) => void,
 *   place?: (layout: Styled, data: Trace[], axes: Axes) => Styled['annotations'], label?: string}} [options]
 *   onTurn: a figure in space is seen from elsewhere; place: where the notes stand, once the axes are known
 * @returns {Plot}
 */
export function plot({ onPoint, onHover, onTurn, place, label = '' } = {}) {
  const canvas = h('div.plot-canvas', {});
  const node = h('div.plot', { role: 'img', 'aria-label': label }, canvas);
  /** @type {{data: Trace[], layout: Layout}} */
  let figure = { data: [], layout: {} };
  let given = false;
  let due = false;
  let drawn = false;
  let failed = false;
  /** @type {Styled['annotations'] | null} */
  let notes = null; // where they were placed

  new ResizeObserver(() => schedule()).observe(node);
  new MutationObserver(() => schedule()).observe(document.documentElement, { attributeFilter: ['class'] });
  new IntersectionObserver((seen) => seen.at(-1)?.isIntersecting && !drawn && schedule(), {
    rootMargin: '200px',
  }).observe(node);

  function schedule() {
    if (due) return;
    due = true;
    soon(() => {
      due = false;
      draw();
    });
  }

  async function draw() {
    // Inside a closed tab there is no size; the observer calls again when it opens.
    if (!given || !node.clientWidth || !node.clientHeight) return;
    let library;
    try {
      library = await plotly();
    } catch {
      tellFailure();
      return;
    }
    if (failed) {
      node.querySelector('.plot-failed')?.remove();
      failed = false;
    }
    const token = tokens();
    const layout = {
      ...styled(figure.layout, token),
      width: node.clientWidth,
      height: node.clientHeight,
      autosize: false,
    };
    const data = figure.data.map((trace) => dressed(trace, token));
    await library.react(canvas, data, layout, CONFIG);
    if (place) {
      const { _fullLayout: axes } = /** @type {{_fullLayout: Axes}} */ (/** @type {unknown} */ (canvas));
      notes = place(layout, data, axes);
      await library.react(canvas, data, { ...layout, annotations: notes }, CONFIG);
    }
    if (!drawn) {
      drawn = true;
      // Plotly puts its own `on` onto the node.
      const heard = /** @type {{on: (name: string, listener: (event: Told) => void) => void}} */ (
        /** @type {unknown} */ (canvas)
      );
      if (onPoint) heard.on('plotly_click', ({ points }) => onPoint(points[0]));
      if (onTurn) heard.on('plotly_relayout', ({ 'scene.camera': camera }) => camera && onTurn(camera.eye));
      if (onHover) heard.on('plotly_hover', ({ points }) => onHover(points[points.length - 1]));
    }
  }

  function tellFailure() {
    if (failed) return;
    failed = true;
    node.append(
      h(
        'p.plot-failed',
        {},
        'The chart library did not load. The table still works. ',
        h('button.btn.box', { type: 'button', onclick: schedule }, 'Try again'),
      ),
    );
  }

  return {
    node,
    show(data, layout) {
      figure = { data, layout };
      given = true;
      schedule();
    },
    patch(list) {
      for (const { trace, ...keys } of list) Object.assign(figure.data[trace] ?? {}, keys);
      schedule();
    },
    figure: () => ({
      data: figure.data.map((trace) => dressed(trace, tokens())),
      layout: { ...styled(figure.layout, tokens()), ...(notes ? { annotations: notes } : {}) },
      config: CONFIG,
    }),
  };
}
