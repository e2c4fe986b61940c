// A curve is drawn by mouse, finger or keys: each of its places is a slider that stands upright.
import { h, s } from '../../core/dom.js';
import { vote } from '../attending.js';
import { frame, HEIGHT, line, scales, WIDTH } from '../curve_chart.js';

/** @import { AskedOfClass } from '../../core/classroom.d.ts' */

const FAR = 5; // steps of a Page key

/** @param {AskedOfClass} asked @param {number[] | null} mine */
export function drawing({ curve }, mine) {
  if (!curve) return h('div', {});
  const [xs, [across, up], low, high, step, unit] = curve;
  const drawn = curve;
  const { x, y, value } = scales(drawn);
  let touched = mine !== null;
  /** @type {{across: number, down: number} | null} where the stroke is */
  let pen = null;
  const values = mine ? [...mine] : xs.map(() => low + Math.round((high - low) / 2 / step) * step);
  const path = s('g', {});
  const handles = xs.map((name, at) =>
    s(
      'g',
      {
        class: 'handle',
        role: 'slider',
        tabindex: 0,
        'aria-orientation': 'vertical',
        'aria-label': `${up} at ${Number(name.toPrecision(4))}, ${across}`,
        'aria-valuemin': low,
        'aria-valuemax': high,
        onkeydown: (/** @type {KeyboardEvent} */ event) => key(event, at),
      },
      s('circle', { class: 'reach', cx: x(at), r: 20 }),
      s('circle', { class: 'dot', cx: x(at), r: 7 }),
    ),
  );
  const chart = s(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'class-curves by-hand', onpointerdown: grasp, onpointermove: drag },
    frame(curve),
    path,
    handles,
  );
  const hint = h('p.small', {}, 'Drag each point, or choose it by ← → and move it by ↑ ↓.');
  const commit = h('button.btn.on', { type: 'button', onclick: () => vote([...values]) }, 'Commit');
  if (!touched) [commit.disabled, commit.dataset.untouched] = [true, '']; // where the points stand is no answer yet
  const node = h('div.class-scale', {}, chart, hint, commit, h('p.small.class-committed', {}));
  show();
  return node;

  function show() {
    path.replaceChildren(line(drawn, values, touched ? 'mine' : 'one before'));
    handles.forEach((handle, at) => {
      handle.setAttribute('aria-valuenow', String(values[at]));
      handle.setAttribute('aria-valuetext', `${values[at]} ${unit}`.trim());
      for (const circle of handle.children) circle.setAttribute('cy', String(y(values[at])));
    });
  }

  /** @param {number} at @param {number} to */
  function set(at, to) {
    if (node.hasAttribute('data-closed')) return;
    touched = true;
    commit.disabled = false;
    delete commit.dataset.untouched;
    values[at] = Math.max(low, Math.min(high, low + Math.round((to - low) / step) * step));
    show();
  }

  /** @param {KeyboardEvent} event @param {number} at */
  function key(event, at) {
    /** @type {Record<string, number>} */
    const moves = { ArrowUp: step, ArrowDown: -step, PageUp: FAR * step, PageDown: -FAR * step };
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1 }[event.key];
    if (next !== undefined) handles[next]?.focus();
    else if (event.key in moves) set(at, values[at] + moves[event.key]);
    else if (event.key === 'Home') set(at, low);
    else if (event.key === 'End') set(at, high);
    else return;
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  function grasp(event) {
    chart.setPointerCapture(event.pointerId);
    pen = null;
    drag(event);
  }

  /**
   * The place that is nearest goes along, so that a whole curve is one stroke; those that a quick hand passed between
   * two events lie on the line between them.
   * @param {PointerEvent} event
   */
  function drag(event) {
    if (!event.buttons) return;
    const box = chart.getBoundingClientRect();
    const now = {
      across: ((event.clientX - box.left) / box.width) * WIDTH,
      down: ((event.clientY - box.top) / box.height) * HEIGHT,
    };
    const from = pen ?? now;
    xs.forEach((_, at) => {
      const share = (x(at) - from.across) / (now.across - from.across);
      if (share > 0 && share < 1) set(at, value(from.down + share * (now.down - from.down)));
    });
    const near = xs.map((_, at) => Math.abs(x(at) - now.across));
    set(near.indexOf(Math.min(...near)), value(now.down));
    pen = now;
    event.preventDefault();
  }
}
