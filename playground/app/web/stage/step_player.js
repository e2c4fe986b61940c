// Island: the one picture, the sentence under it and the player. Owns the step of the page.
import { h, rich } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { get, on, put } from '../core/store.js';
import { autoencoderPicture } from '../picture/autoencoder.js';
import { looker } from '../picture/look.js';
import { sequencePicture } from '../picture/picture.js';
import { drawTable, exportMenu, figureChoices } from '../shell/panel.js';
import { keepLink } from './link.js';
import { createPlayer } from './player.js';

const PLACE = /[?&](architecture|task|input|picture|step|seed|seconds|run|decoding|(model|task|training)\.\w+)=/;
const ARRIVAL_MS = 4000;
const LINE = 105;
const CLAUSE = 52; // characters of the sentence that fit on a line, and those of its clause about the head

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let scene = null;
  let picture = null;
  let look = null;
  let settled = false;
  const say = h('p.say');
  const notice = h('p.note', { hidden: true });
  const holder = h('div.picbody');
  const numbers = h('div.tablewrap', {
    hidden: true,
    tabindex: 0,
    role: 'region',
    'aria-label': 'The picture as a table',
  });
  const output = h('output.sr-only', { id: 'output', 'aria-live': 'polite' });
  const asTable = h(
    'button.ib',
    { type: 'button', 'aria-label': 'Show the picture as a table', title: 'Show as table', 'aria-pressed': 'false' },
    icon('table'),
  );
  const save = exportMenu(
    () => figureChoices({ node: holder, title: 'Picture', reading: say.textContent, table: () => picture.table() }),
    'Export the picture or its data',
  );
  const player = createPlayer(goto, (name) => island.send('strategy', { name, temperature: get('temperature') ?? 1 }));
  const stage = h(
    'div.stage',
    {},
    h(
      'section.pic',
      { 'aria-label': 'Encoder, code, decoder' },
      h('span.tools.nopres', {}, asTable, save.node),
      holder,
      numbers,
      notice,
      say,
    ),
    player.node,
  );
  root.append(stage, output);
  keepLink();
  put('goto', (step) => {
    player.stop();
    goto(step);
  });
  on('block', (path) => picture?.mark?.(path ?? null));
  on('head', () => {
    if (settled) show(get('step'));
  });

  asTable.addEventListener('click', () => {
    const open = numbers.hidden;
    if (open) numbers.style.height = `calc(${holder.offsetHeight}px - var(--table-top))`; // looking at the numbers moves nothing
    numbers.hidden = !open;
    holder.hidden = open;
    asTable.setAttribute('aria-pressed', String(open));
    fillTable();
  });
  const fillTable = () => {
    if (!numbers.hidden && picture) numbers.replaceChildren(drawTable(picture.table(), 'The picture'));
  };

  /** Opens a block under the player; the open one again, or null, closes it. */
  const pick = (path) => {
    const open = get('block') === path ? null : path;
    put('block', open);
    island.send('inspect', { block: open }); // not `path`: Gradio takes data with a path for a file
  };

  function goto(step) {
    if (!scene) return;
    const last = stepsOf(scene) - 1;
    const next = Math.max(0, Math.min(last, step));
    if (next !== get('step')) show(next);
  }

  function show(step) {
    picture.show(step, get('head'));
    player.show(step);
    say.replaceChildren(...sentence(scene, step, look?.(get('head'), step)));
    put('step', step);
  }

  function load(next) {
    const step = scene?.key === next.key ? get('step') : (next.step ?? 0);
    settled = false;
    picture?.stop();
    // A new input asks to be looked at, also from the Training tab; a newly trained model, or what a link opens, does
    // not take the eye off them.
    if (scene && !next.opened && scene.given !== next.given && get('tab') === 'training')
      put('tab', next.kind === 'picture' ? 'latent' : 'decode');
    scene = next;
    look = scene.kind === 'picture' ? null : looker(scene);
    picture = scene.kind === 'picture' ? autoencoderPicture(scene, pick) : sequencePicture(scene, goto, pick, look);
    holder.replaceChildren(picture.node);
    stage.classList.toggle('picture-scene', scene.kind === 'picture');
    // One step needs no player: it stays in the page for scripts and readers, out of sight and out of the tab order.
    player.node.tabIndex = scene.kind === 'picture' ? -1 : 0;
    player.node.toggleAttribute('inert', scene.kind === 'picture');
    player.load(
      scene.kind === 'picture' ? ['picture'] : scene.output,
      scene.wrong,
      scene.decoder?.ghost ? null : (scene.strategy ?? 'greedy'),
    );
    say.classList.toggle('two', scene.kind === 'sequence' && scene.say.some((parts) => lengthOf(parts) > LINE));
    notice.hidden = !scene.notice;
    notice.textContent = scene.notice ?? '';
    if (output.textContent !== (scene.answer ?? '')) output.textContent = scene.answer ?? '';
    document.documentElement.dataset.scene = scene.kind;
    put('scene', scene);
    put('head', scene.main ?? null);
    if ((get('block') ?? null) !== (scene.block ?? null)) put('block', scene.block ?? null);
    picture.mark?.(get('block') ?? null);
    settled = true;
    show(Math.max(0, Math.min(stepsOf(scene) - 1, step)));
    fillTable();
  }

  // A presenter's clicker sends keys to the page, not to the player.
  document.addEventListener('keydown', (event) => {
    const free = !event.target.closest?.(
      'input, textarea, select, button, [role=slider], [role=tab], #player, [contenteditable]',
    );
    if (get('present') && free && scene?.kind === 'sequence') player.key(event);
  });
  stage.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && get('block')) {
      event.stopPropagation();
      pick(null);
    }
  });
  on('tab', (tab) => {
    if (tab === 'training') player.stop();
  });
  // A link's own scene comes with the server's first answer; the start page's, sent with the page, would only flash by.
  let waiting = PLACE.test(location.search);
  let own = null;
  let of = null;
  const arrive = () => {
    if (waiting) {
      waiting = false;
      place(own);
    }
  };
  // The server may send the same scene again, after a link's moment has come: the moment stays.
  const place = (next) =>
    load(get('moment')?.scene && of === next.key ? { ...get('moment').scene, step: get('step') } : next);
  // Another moment of the training: the same input and the same step, other weights.
  on('moment', (moment) => {
    if (!own || !moment) return;
    of = own.key;
    load({ ...(moment.scene ?? own), step: get('step') });
  });
  island.onValue((next) => {
    const first = !own;
    own = next;
    if (!waiting) place(next);
    else if (first) setTimeout(arrive, ARRIVAL_MS);
    else arrive();
  });
}

const stepsOf = (scene) => (scene.kind === 'picture' ? 1 : Math.max(1, scene.output.length));

const lengthOf = (parts) => parts.reduce((sum, [style, text]) => sum + (style === 'look' ? CLAUSE : text.length), 0);

/** The step's sentence; the segment "look" becomes what the chosen head looks at. */
function sentence(scene, step, look) {
  if (scene.kind === 'picture') return [...rich(scene.say), ' ', h('small.legend', {}, rich(scene.legend ?? []))];
  return rich((scene.say[step] ?? []).flatMap((part) => (part[0] === 'look' ? (look?.clause ?? []) : [part])));
}
