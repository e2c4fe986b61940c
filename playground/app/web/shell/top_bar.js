// The bar across the top: set-up drawer, name, device, theme, projection, link.
import { h, paper } from '../core/dom.js';
import { glyph, icon } from '../core/glyphs.js';
import * as state from '../core/state.js';
import { createWords } from './words.js';

/** @import { Island } from '../core/types.d.ts' */

/** @import { Groups } from './words.js' */
/** @typedef {{devices?: [id: string, title: string][], device: string, words: Groups}} Value */

const THEME = 'edp-theme';
const COPIED_MS = 2000;
const TRAINS = 'Where models are trained, on the CPU each by one thread';
const page = document.documentElement;

/** @param {HTMLElement} root @param {Island<Value, 'device'>} island */
export function mount(root, island) {
  const menu = h(
    'button.btn.box.menu',
    {
      type: 'button',
      'aria-label': 'Set-up',
      'aria-expanded': 'false',
      onclick: () => drawer(!page.classList.contains('drawer')),
    },
    icon('menu'),
  );
  const device = h('span.device', {});
  const words = createWords();
  let dark = wantsDark();
  const theme = h('button.btn', { type: 'button', id: 'theme', onclick: () => setTheme(!dark, true) }, icon('sun'));
  const present = h(
    'button.btn',
    { type: 'button', id: 'present', onclick: () => setPresent(true) },
    icon('screen'),
    'Present',
  );
  const papers = h(
    'button.btn',
    { type: 'button', id: 'papers', 'aria-haspopup': 'dialog', onclick: () => state.openPapers.send(true) },
    'Papers',
  );
  const classes = h(
    'button.btn',
    { type: 'button', id: 'classes', 'aria-haspopup': 'dialog', onclick: () => state.openClasses.send(true) },
    'Class',
  );
  state.classroom.on((attending) => classes.classList.toggle('here', Boolean(attending)));
  state.trial.on((trial) => papers.classList.toggle('here', Boolean(trial)));
  const shareText = h('span', {}, 'Share');
  const share = h('button.btn', { type: 'button', id: 'share', onclick: copyLink }, icon('share'), shareText);

  const lessons = h(
    'button.btn.lessons',
    { type: 'button', 'aria-pressed': 'false', onclick: () => state.openLessons.send(!state.lessons.value) },
    'Lessons',
  );
  state.lessons.on((open) => {
    lessons.setAttribute('aria-pressed', String(open));
    lessons.classList.toggle('here', open);
  });

  root.append(
    h(
      'header.topbar',
      {},
      h('button.btn.box.skip', { type: 'button', onclick: skip }, 'Skip to the player'),
      menu,
      h(
        'h1.name',
        {},
        h('span.glyphs', { 'aria-hidden': true }, glyph('enc'), glyph('code'), glyph('dec')),
        h('b.long', {}, 'Encoder–Decoder Playground'),
        h('b.short', {}, 'Encoder–Decoder'),
      ),
      h('nav.places', { 'aria-label': 'Learn' }, lessons, papers, classes),
      h('p.line', {}, 'Train a small model in seconds, type to it, look inside.'),
      h('span.space', {}),
      device,
      words.button,
      theme,
      present,
      share,
    ),
  );

  island.onValue((value) => {
    words.load(value.words);
    drawDevice(device, value, (name) => island.send('device', { device: name }));
  });
  setTheme(dark, false);
  paper.addEventListener('change', showTheme);
  setPresent(query().get('present') === '1');
  document.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape' || e.defaultPrevented) return;
    if (page.classList.contains('drawer')) drawer(false);
    else if (!page.classList.contains('present')) return;
    else if (state.block.value)
      state.openBlock.send(null); // what was opened last is left first
    else setPresent(false);
  });
  state.project.handle(setPresent);
  // What was set up in the drawer is looked at on the stage.
  state.starting.on((now) => now && drawer(false));
  let task = state.offer.value?.task;
  state.offer.on((next) => {
    if (task !== undefined && next.task !== task) drawer(false);
    task = next.task;
  });
  matchMedia('(min-width: 1001px)').addEventListener('change', (e) => e.matches && drawer(false));

  /** @param {boolean} open */
  function drawer(open) {
    if (open === page.classList.contains('drawer')) return;
    page.classList.toggle('drawer', open);
    menu.setAttribute('aria-expanded', String(open));
    if (open) /** @type {HTMLElement?} */ (document.getElementById('all-tasks'))?.focus();
    else menu.focus();
  }

  /** @param {boolean} wanted @param {boolean} chosen by the visitor, to be remembered */
  function setTheme(wanted, chosen) {
    dark = wanted;
    showTheme();
    theme.setAttribute('aria-label', dark ? 'Light theme' : 'Dark theme');
    theme.title = dark ? 'Light theme' : 'Dark theme';
    if (chosen) {
      remember(THEME, dark ? 'dark' : 'light');
      setQuery('theme', dark ? 'dark' : 'light');
    }
  }

  /** Paper is light, whatever the screen is. */
  function showTheme() {
    const now = dark && !paper.matches;
    page.classList.toggle('dark', now);
    document.body.classList.toggle('dark', now);
    state.dark.value = now;
  }

  /** @param {boolean} on */
  function setPresent(on) {
    const was = page.classList.contains('present');
    page.classList.toggle('present', on);
    if (was !== on || on) setQuery('present', on ? '1' : null);
    state.present.value = on;
    // The bar is hidden while projecting; the player is what the keys are for.
    if (on) document.getElementById('player')?.focus();
    else if (was) present.focus();
  }

  async function copyLink() {
    const done = await copy(location.href);
    shareText.textContent = done ? 'Link copied' : 'Copy the address bar';
    share.classList.add('told');
    setTimeout(() => {
      shareText.textContent = 'Share';
      share.classList.remove('told');
    }, COPIED_MS);
  }
}

/** Past the bar and the rail; a still picture has no player, so there it is the views. */
function skip() {
  const player = document.getElementById('player');
  const views = /** @type {HTMLElement?} */ (document.querySelector('[role=tab][aria-selected=true]'));
  if (player?.inert) views?.focus();
  else player?.focus();
}

/** @param {HTMLElement} place @param {Value} value @param {(id: string) => void} choose */
function drawDevice(place, { devices = [], device }, choose) {
  if (devices.length < 2) {
    place.replaceChildren(h('span.pill', { title: TRAINS }, `Trains on ${devices[0]?.[1] ?? ''}`));
    place.hidden = !devices.length;
    return;
  }
  let select = place.querySelector('select');
  const key = JSON.stringify(devices);
  if (select?.dataset.key !== key) {
    const made = h(
      'select.pill',
      { 'aria-label': 'Trains on', title: TRAINS, 'data-key': key, onchange: () => void choose(made.value) },
      devices.map(([id, title]) => h('option', { value: id }, title)),
    );
    place.replaceChildren(made);
    select = made;
  }
  place.hidden = false;
  if (select) select.value = device;
}

const query = () => new URLSearchParams(location.search);

/** @param {string} name @param {string | null} value */
function setQuery(name, value) {
  const url = new URL(location.href);
  if (value === null) url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  if (url.href !== location.href) history.replaceState(history.state, '', url);
}

function wantsDark() {
  const wanted = query().get('theme') ?? recall(THEME);
  if (wanted === 'dark' || wanted === 'light') return wanted === 'dark';
  return page.classList.contains('dark') || matchMedia('(prefers-color-scheme: dark)').matches;
}

// Storage and clipboard may be refused (private windows, plain http): the page works without.
/** @param {string} key @param {string} value */
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* kept for this visit only */
  }
}

/** @param {string} key */
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    /* try the older way */
  }
  const field = h('textarea', { readonly: true, style: { position: 'fixed', opacity: '0' } });
  field.value = text;
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
