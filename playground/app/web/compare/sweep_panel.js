// Island: a sweep. Its form, how far it has come, and its results, which stay in this browser across reloads.
import { h, setText } from '../core/dom.js';
import { asking } from '../core/island.js';
import { seconds } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { sweepChart, sweepTable } from './sweep_chart.js';
import { sweepForm } from './sweep_form.js';

/** @import { Island } from '../core/types.d.ts' */
/** @import { Sweeps, Swept } from './types.d.ts' */

const KEY = 'edp-sweep';
const EVERY_MS = 700;

/** @param {HTMLElement} root @param {Island<Sweeps, 'sweep' | 'cancel' | 'open'>} island */
export function mount(root, island) {
  /** @type {Sweeps | null} */
  let value = null;
  let found = stored();
  let watched = found?.over ? '' : (found?.sweep ?? '');
  let fetching = false;
  const form = sweepForm((asked) => {
    setText(error, '');
    island.send('sweep', asked);
  });
  const error = h('p.sweep-error', { role: 'alert' });
  const fill = h('i');
  const bar = h('div.sweep-bar', { role: 'progressbar', 'aria-label': 'Sweep', 'aria-valuemin': 0 }, fill);
  const told = h('span.sweep-told');
  const cancel = h('button.btn.box', { type: 'button', onclick: () => island.send('cancel') }, 'Cancel');
  const progress = h('div.sweep-progress', { hidden: true }, bar, told, cancel);
  const chart = sweepChart((run) => island.send('open', { run }));
  const panel = createPanel({
    title: 'Sweep',
    subtitle: 'one option, each value from several seeds; all else is as the rail has it',
    className: 'sweep-panel',
    table: () => sweepTable(found),
    data: () => found,
  });
  panel.figure.append(form.node, error, progress, chart.node);

  island.onValue((next) => {
    value = next;
    if (next.error) {
      setText(error, next.error);
      form.show(next);
      return;
    }
    setText(error, '');
    if (next.sweep && next.sweep !== found?.sweep) watched = next.sweep;
    look();
  });
  state.tab.on(look);
  setInterval(() => watched && ask(), EVERY_MS);

  /** Nothing is drawn before somebody looks. */
  function look() {
    if (!value || state.tab.value !== 'compare') return;
    if (!panel.node.isConnected) root.append(panel.node);
    form.show(value);
    draw();
    if (watched) ask();
  }

  /** A sweep that nobody asks after stops; so it is asked after while another tab of the page is open too. */
  async function ask() {
    if (!value || fetching) return;
    fetching = true;
    const answer = await asking(value.address, 'sweep.json', { sweep: watched });
    fetching = false;
    if ('failed' in answer) {
      if (found && found.sweep === watched && !answer.failed.startsWith('The server did not')) found.over = true;
      if (found?.over ?? true) watched = '';
    } else {
      found = /** @type {Swept} */ (answer.data);
      if (found.over) watched = '';
      keep(found);
    }
    if (state.tab.value === 'compare' && panel.node.isConnected) draw();
  }

  function draw() {
    const busy = Boolean(watched);
    form.hold(busy);
    progress.hidden = !busy;
    chart.node.hidden = !found?.points.length;
    if (busy && found?.sweep === watched) {
      const { done, of, eta_s, waits, stopped } = found;
      bar.setAttribute('aria-valuemax', `${of}`);
      bar.setAttribute('aria-valuenow', `${done}`);
      fill.style.width = `${(100 * done) / of}%`;
      const left = stopped ? 'stopping' : `≈ ${seconds(eta_s)} left`;
      setText(told, [`${done} of ${of} runs`, left, waits].filter(Boolean).join(' · '));
    } else if (busy) setText(told, 'Starting');
    if (!found?.points.length) {
      panel.read([
        ['', busy ? 'The first run has not ended yet.' : 'Dots will show what seeds alone do to the score.'],
      ]);
      return;
    }
    const failed = found.failed ? ` ${found.failed} failed.` : '';
    const short = found.over && found.points.length < found.of ? ` ${found.points.length} of ${found.of} runs.` : '';
    panel.subtitle(`${found.pair}; bars: lowest and highest seed; a dot opens its run`);
    panel.read([...found.reading, ['', `${short}${failed}`]]);
    chart.show(found);
    panel.refresh();
  }
}

/** @returns {Swept | null} */
function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return kept && Array.isArray(kept.points) && Array.isArray(kept.values) && Array.isArray(kept.spread) ? kept : null;
  } catch {
    return null;
  }
}

/** @param {Swept} found */
function keep(found) {
  try {
    localStorage.setItem(KEY, JSON.stringify(found));
  } catch {
    /* no room or no permission: kept until the page is left */
  }
}
