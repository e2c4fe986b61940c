// The life of one Plotly chart: loaded on first need, drawn when visible, redrawn for size and theme, zoom kept.
import { h } from '../core/dom.js';
import { ROOT } from '../core/root.js';
import { resolve, styled, tokens } from './plotly_style.js';

const CONFIG = {
  displaylogo: false,
  displayModeBar: false,
  responsive: false,
  scrollZoom: false,
  doubleClick: 'reset+autosize',
  showTips: false,
};
let loading = null;

/** The installed plotly.js, fetched once. @returns {Promise<any>} */
export function plotly() {
  loading ??= new Promise((done, failed) => {
    if (window.Plotly) {
      done(window.Plotly);
      return;
    }
    const script = h('script', { src: new URL('assets/plotly.js', ROOT).href, async: true });
    script.onload = () => done(window.Plotly);
    script.onerror = () => {
      loading = null;
      script.remove();
      failed(new Error('plotly.js could not be loaded'));
    };
    document.head.append(script);
  });
  return loading;
}

/** Marks at the edge of the chart are drawn whole. */
const dressed = (trace, token) => ({
  ...((trace.type ?? 'scatter') === 'scatter' ? { cliponaxis: false } : {}),
  ...resolve(trace, token),
});

/**
 * @param {{onPoint?: (point: any) => void, onHover?: (point: any) => void, label?: string}} [options]
 * @returns {{node: HTMLElement, show: (data: any[], layout: any) => void, patch: (changes: any[]) => void, figure: ()
 * => any}}
 */
export function plot({ onPoint, onHover, label = '' } = {}) {
  const canvas = h('div.plot-canvas', {});
  const node = h('div.plot', { role: 'img', 'aria-label': label }, canvas);
  let figure = null;
  let due = 0;
  let drawn = false;
  let changes = [];
  let failed = false;

  new ResizeObserver(() => schedule()).observe(node);
  new MutationObserver(() => schedule()).observe(document.documentElement, { attributeFilter: ['class'] });
  new IntersectionObserver((seen) => seen.at(-1).isIntersecting && !drawn && schedule(), {
    rootMargin: '200px',
  }).observe(node);

  function schedule() {
    if (!due)
      due = requestAnimationFrame(() => {
        due = 0;
        draw();
      });
  }

  async function draw() {
    // Inside a closed tab there is no size; the observer calls again when it opens.
    if (!figure || !node.clientWidth || !node.clientHeight) return;
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
    await library.react(
      canvas,
      figure.data.map((trace) => dressed(trace, token)),
      layout,
      CONFIG,
    );
    if (!drawn) {
      drawn = true;
      if (onPoint) canvas.on('plotly_click', (event) => onPoint(event.points[0]));
      if (onHover) canvas.on('plotly_hover', (event) => onHover(event.points.at(-1)));
    }
    changes = [];
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
      schedule();
    },
    /** Change single traces: `{trace, x, y, …}`; also what a later redraw starts from. */
    patch(list) {
      if (!figure) return;
      for (const { trace, ...keys } of list) Object.assign(figure.data[trace] ?? {}, keys);
      changes = list;
      schedule();
    },
    figure: () =>
      figure && {
        data: figure.data.map((trace) => dressed(trace, tokens())),
        layout: styled(figure.layout, tokens()),
        config: CONFIG,
      },
    pending: () => changes,
  };
}
