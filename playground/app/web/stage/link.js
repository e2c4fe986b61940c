// The address bar always leads to what is on the screen; `theme` and `present` belong to the top bar and are left
// alone.

import { busy } from '../core/run_fold.js';
import { get, on } from '../core/store.js';

const AFTER_MS = 50;
const OURS = ['theme', 'present', '__theme'];
const RECIPE = /^(architecture|task|seed|seconds|run|(model|task|training)\..+)$/;

/** Keep the query in step with scene and step. The first scene is what the address already says. */
export function keepLink() {
  let first = null;
  on('scene', (scene) => {
    first ??= scene.key;
    if (scene.key !== first) {
      first = '';
      write();
    }
  });
  let open = null;
  on('block', (path) => {
    if ((path ?? null) === open) return;
    open = path ?? null;
    first = '';
    write();
  });
  let tab = get('tab') ?? null;
  on('tab', (next) => {
    if (tab !== null && next !== tab) {
      first = '';
      write();
    }
    tab = next;
  });
  on('moment', (moment) => {
    if (moment?.scene || new URLSearchParams(location.search).has('moment')) {
      first = '';
      write();
    }
  });
  let run = null;
  on('monitor', (next) => {
    const leads = next.link && busy(next) ? next.link : null;
    if (leads !== run && get('scene')) {
      run = leads;
      first = '';
      write();
    }
  });
  on('step', (step) => {
    if (step !== (get('scene')?.step ?? 0) || first === '') {
      first = '';
      write();
    }
  });
}

/** The tab is left out where it is the one that opens by itself. */
function tabs(query) {
  const tab = get('tab');
  if (tab && !['decode', 'latent'].includes(tab)) query.set('tab', tab);
}

/** While a run is followed, the address leads to it; what is typed stays where it can be read there too. */
function place(scene, run) {
  const shown = new URLSearchParams(scene.link);
  if (!run?.link || !busy(run)) return shown;
  const followed = new URLSearchParams(run.link);
  if (followed.get('task') === shown.get('task'))
    for (const [name, value] of shown) if (!RECIPE.test(name)) followed.set(name, value);
  return followed;
}

let due = 0;

/** Once what happened has been painted: changing the address takes longer than drawing a step. */
function write() {
  clearTimeout(due);
  due = setTimeout(now, AFTER_MS);
}

function now() {
  const scene = get('scene');
  if (scene?.link === undefined) return;
  const old = new URLSearchParams(location.search);
  const next = place(scene, get('monitor'));
  if (get('step')) next.set('step', get('step'));
  if (get('block')) next.set('block', get('block'));
  else next.delete('block');
  tabs(next);
  if (get('moment')?.scene) next.set('moment', get('moment').step);
  for (const name of OURS) if (old.has(name)) next.set(name, old.get(name));
  history.replaceState(history.state, '', `${location.pathname}?${next}`);
}
