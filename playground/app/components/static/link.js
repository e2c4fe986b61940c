// The address bar always leads to what is on the screen; `theme` and `present` belong to the top bar and are left alone.
import { get, on } from './store.js';

const OURS = ['theme', 'present', '__theme'];

/** Keep the query in step with scene and step. The first scene is what the address already says. */
export function keepLink() {
  let first = null;
  on('scene', (scene) => {
    first ??= scene.key;
    if (scene.key !== first) { first = ''; write(); }
  });
  let open = null;
  on('block', (path) => {
    if ((path ?? null) === open) return;
    open = path ?? null;
    first = '';
    write();
  });
  let tab = get('tab') ?? null;
  on('tab', (next) => { if (tab !== null && next !== tab) { first = ''; write(); } tab = next; });
  on('moment', (moment) => { if (moment?.scene || new URLSearchParams(location.search).has('moment')) { first = ''; write(); } });
  on('step', (step) => { if (step !== (get('scene')?.step ?? 0) || first === '') { first = ''; write(); } });
}

/** The tab is left out where it is the one that opens by itself. */
function tabs(query) {
  const tab = get('tab');
  if (tab && !['decode', 'latent'].includes(tab)) query.set('tab', tab);
}

function write() {
  const scene = get('scene');
  if (scene?.link === undefined) return;
  const now = new URLSearchParams(location.search), next = new URLSearchParams(scene.link);
  if (get('step')) next.set('step', get('step'));
  if (get('block')) next.set('block', get('block'));
  else next.delete('block');
  tabs(next);
  if (get('moment')?.scene) next.set('moment', get('moment').step);
  for (const name of OURS) if (now.has(name)) next.set(name, now.get(name));
  history.replaceState(history.state, '', `${location.pathname}?${next}`);
}
