// Island: what autoencoders are for, one use at a time. It owns the switch, and follows what is trained for a use.

import { progressLine } from '../../charts/progress_line.js';
import { h, setText } from '../../core/dom.js';
import { asking } from '../../core/island.js';
import { isFree } from '../../core/keys.js';
import { seconds } from '../../core/numbers.js';
import * as state from '../../core/state.js';
import { segments } from '../../shell/panel.js';
import { compressView } from './compress.js';
import { deadView } from './dead.js';
import { denoiseView } from './denoise.js';
import { detectView } from './detect.js';
import { featuresView } from './features.js';

/** @import { Island } from '../../core/types.d.ts' */
/** @import { Desk, Trained, Uses, View } from './types.d.ts' */

const EVERY_MS = 600;
/** @type {Record<string, (desk: Desk) => View>} */
const VIEWS = {
  compress: compressView,
  denoise: denoiseView,
  detect: detectView,
  features: featuresView,
  dead: deadView,
};

/** @param {HTMLElement} root @param {Island<Uses, 'train' | 'cancel'>} island */
export function mount(root, island) {
  /** @type {Uses | null} */
  let value = null;
  /** @type {Record<string, string>} runs that have ended since the value came */
  let fresh = {};
  /** @type {string[]} */
  let due = [];
  let watched = '';
  let fetching = false;
  let use = new URLSearchParams(location.search).get('use') ?? 'compress';
  /** @type {Map<string, View>} */
  const views = new Map();
  /** @type {ReturnType<typeof segments> | null} */
  let list = null;
  const progress = progressLine({ stop: () => island.send('cancel'), goOn: () => desk.train(due) });
  const error = h('p.sweep-error', { role: 'alert' });
  const nav = h('nav.use-parts.show-present', { 'aria-label': 'Uses of the code' });
  const host = h('div.use-host', {});

  /** @type {Desk} */
  const desk = {
    value: () => /** @type {Uses} */ (value),
    runs: () => ({ ...value?.runs, ...fresh }),
    due: (key) => due.includes(key),
    busy: () => due.length > 0,
    train(keys) {
      if (watched) {
        setText(error, 'Something is being trained already; wait for its end, or stop it.');
        return;
      }
      setText(error, '');
      due = keys;
      island.send('train', { runs: keys });
      progress.at(0, 'Starting …');
      look();
    },
  };

  island.onValue((next) => {
    if (next.pair !== value?.pair) fresh = {};
    value = next;
    setText(error, next.error ?? '');
    if (next.error) {
      due = [];
      progress.over();
    }
    if (next.series && next.series !== watched && !next.error) follow(next.series);
    look();
  });
  state.tab.on(look);
  document.addEventListener('keydown', onkey);
  setInterval(() => watched && ask(), EVERY_MS);

  /** Nothing is drawn, and nothing asked, before somebody looks. */
  function look() {
    if (!value || state.tab.value !== 'uses') return;
    if (!list) {
      list = segments('Uses of the code', value.uses, choose);
      nav.replaceChildren(list.node);
      root.append(nav, error, progress.node, host);
    }
    if (!VIEWS[use]) use = 'compress';
    list.show(use);
    if (state.use.value !== use) state.use.value = use;
    const view = views.get(use) ?? VIEWS[use](desk);
    views.set(use, view);
    if (host.firstChild !== view.node) host.replaceChildren(view.node);
    view.show();
  }

  /** @param {string} chosen */
  function choose(chosen) {
    use = chosen;
    look();
  }

  /** @param {KeyboardEvent} event */
  function onkey(event) {
    if (state.tab.value !== 'uses' || state.present.value || state.lessons.value || !value || !isFree(event)) return;
    const chosen = value.uses[Number(event.key) - 1];
    if (chosen) choose(chosen[0]);
  }

  /** @param {string} series */
  function follow(series) {
    watched = series;
    ask();
  }

  /** What is trained stops when nobody asks after it; so it is asked after while another tab of the page is open. */
  async function ask() {
    if (!value || fetching || !watched) return;
    fetching = true;
    const answer = await asking(value.address, 'trained.json', { series: watched });
    fetching = false;
    if ('failed' in answer) {
      if (!answer.failed.startsWith('The server did not')) stop();
      return;
    }
    const found = /** @type {Trained} */ (answer.data);
    const before = Object.keys(fresh).length;
    const [ended, all] = [found.done, found.of];
    due = found.over ? [] : found.keys.filter((key) => !found.runs[key]);
    if (found.keys.every((key) => value?.wanted.includes(key))) fresh = { ...fresh, ...found.runs };
    if (found.over) {
      stop();
      if (found.failed) setText(error, `${found.failed} of ${all} runs failed; the list of your runs says why.`);
    } else {
      const left = found.stopped ? 'stopping' : `≈ ${seconds(found.eta_s)} left`;
      const nth = `${Math.min(ended + 1, all)} of ${all}`;
      progress.at(ended / all, [`Training ${nth}`, left, found.waits].filter(Boolean).join(' · '));
    }
    if (found.over || Object.keys(fresh).length !== before) look();
  }

  function stop() {
    watched = '';
    due = [];
    progress.over();
  }
}
