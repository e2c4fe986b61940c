// The address bar always leads to what is on the screen; `theme`, `present` and `class` belong to others and are
// left alone.

import { busy } from '../core/run_fold.js';
import * as state from '../core/state.js';

/** @import { Run } from '../core/run.d.ts' */

const AFTER_MS = 50;
const OURS = ['theme', 'present', '__theme', 'class'];
const TRIAL = /^(paper|paper_seed|arms)$/; // whatever trains
const RECIPE = /^(architecture|task|seed|seconds|run|(model|task|training)\..+)$/;

/** Keep the query in step with the stage. The first scene is what the address already says. */
export function keepLink() {
  let first = '';
  let said = true;
  const changed = () => {
    said = false;
    write();
  };
  state.scene.on((scene) => {
    const now = `${scene.key} ${scene.link}`;
    first ||= now;
    if (!said || now !== first) changed();
  });
  let open = state.block.value ?? null;
  state.block.on((path) => {
    if (path === open) return;
    open = path;
    changed();
  });
  let tab = state.tab.value;
  state.tab.on((next) => {
    if (tab !== undefined && next !== tab) changed();
    tab = next;
  });
  let part = state.part.value;
  state.part.on((next) => {
    if (part !== undefined && next !== part) changed();
    part = next;
  });
  let use = state.use.value;
  state.use.on((next) => {
    if (use !== undefined && next !== use) changed();
    use = next;
  });
  /** @type {string | null} */
  let run = null;
  state.run.on((next) => {
    const leads = next.link && busy(next) ? next.link : null;
    if (leads === run || !state.scene.value) return;
    run = leads;
    changed();
  });
  state.step.on((step) => {
    if (!said || step !== (state.scene.value?.step ?? 0)) changed();
  });
}

/**
 * While a run is followed, the address leads to it; what is typed stays where it can be read there too.
 * @param {string} link @param {Run | undefined} run
 */
function place(link, run) {
  const shown = new URLSearchParams(link);
  if (!run?.link || !busy(run)) return shown;
  const followed = new URLSearchParams(run.link);
  const same = followed.get('task') === shown.get('task');
  for (const [name, value] of shown) if (TRIAL.test(name) || (same && !RECIPE.test(name))) followed.set(name, value);
  return followed;
}

let due = 0;

/** Once what happened has been painted: changing the address takes longer than drawing a step. */
function write() {
  clearTimeout(due);
  due = setTimeout(now, AFTER_MS);
}

function now() {
  const { link } = state.scene.value ?? {};
  if (link === undefined) return;
  const old = new URLSearchParams(location.search);
  const next = place(link, state.run.value);
  const usual = ['decode', 'latent', 'features', 'paper'].includes(state.tab.value ?? ''); // they open by themselves
  const tab = usual ? null : state.tab.value;
  next.delete('block');
  const part = tab === 'lab' && state.part.value !== 'act' ? state.part.value : null;
  const use = tab === 'uses' && state.use.value !== 'compress' ? state.use.value : null;
  const parts = { step: state.step.value, block: state.block.value, tab, part, use };
  for (const [name, value] of Object.entries(parts)) if (value) next.set(name, String(value));
  for (const name of OURS) if (old.has(name)) next.set(name, old.get(name) ?? '');
  history.replaceState(history.state, '', `${location.pathname}?${next}`);
  state.place.value = location.search;
}
