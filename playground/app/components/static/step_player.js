// Island: the one picture, the sentence under it and the player. Owns the step of the page.
import { h, rich } from './dom.js';
import { get, on, put } from './store.js';
import { icon } from './glyphs.js';
import { drawTable, exportMenu } from './panel.js';
import { saveData } from './save_figure.js';
import { sequencePicture } from './picture.js';
import { autoencoderPicture } from './picture_ae.js';
import { createPlayer } from './player.js';
import { keepLink } from './link.js';

const PLACE = /[?&](architecture|task|input|picture|step|seed|seconds|decoding|(model|task|training)\.\w+)=/;
const ARRIVAL_MS = 4000;

/** @param {HTMLElement} root @param {import('./island.js').Island} island */
export function mount(root, island) {
  let scene = null, picture = null;
  const say = h('p.say'), notice = h('p.note', { hidden: true }), holder = h('div.picbody'), numbers = h('div.tablewrap', { hidden: true, tabindex: 0, role: 'region', 'aria-label': 'The picture as a table' });
  const output = h('output.sr-only', { id: 'output', 'aria-live': 'polite' });
  const asTable = h('button.ib', { type: 'button', 'aria-label': 'Show the picture as a table', title: 'Show as table', 'aria-pressed': 'false' }, icon('table'));
  const save = exportMenu(() => [['JSON data', () => saveData(picture.table(), 'picture')]], 'Export the data of the picture');
  const player = createPlayer(goto, (name) => island.send('strategy', { name, temperature: get('temperature') ?? 1 }));
  const stage = h('div.stage', {},
    h('section.pic', { 'aria-label': 'Encoder, code, decoder' }, h('span.tools.nopres', {}, asTable, save.node), holder, numbers, notice, say),
    player.node);
  root.append(stage, output);
  keepLink();
  put('goto', (step) => { player.stop(); goto(step); });

  asTable.addEventListener('click', () => {
    const open = numbers.hidden;
    numbers.hidden = !open;
    holder.hidden = open;
    asTable.setAttribute('aria-pressed', String(open));
    fillTable();
  });
  const fillTable = () => { if (!numbers.hidden && picture) numbers.replaceChildren(drawTable(picture.table(), 'The picture')); };

  function goto(step) {
    if (!scene) return;
    const last = stepsOf(scene) - 1, next = Math.max(0, Math.min(last, step));
    if (next !== get('step')) show(next);
  }

  function show(step) {
    picture.show(step);
    player.show(step);
    say.replaceChildren(...sentence(scene, step));
    put('step', step);
  }

  function load(next) {
    const step = scene?.key === next.key ? get('step') : next.step ?? 0;
    picture?.stop();
    // A new input asks to be looked at, also from the Training tab; a newly trained model does not take the eye off its curves.
    if (scene && scene.given !== next.given && get('tab') === 'training') put('tab', next.kind === 'picture' ? 'latent' : 'decode');
    scene = next;
    picture = scene.kind === 'picture' ? autoencoderPicture(scene) : sequencePicture(scene, goto);
    holder.replaceChildren(picture.node);
    stage.classList.toggle('picture-scene', scene.kind === 'picture');
    // One step needs no player: it stays in the page for scripts and readers, out of sight and out of the tab order.
    player.node.tabIndex = scene.kind === 'picture' ? -1 : 0;
    player.node.toggleAttribute('inert', scene.kind === 'picture');
    player.load(scene.kind === 'picture' ? ['picture'] : scene.output, scene.wrong, scene.strategy);
    notice.hidden = !scene.notice;
    notice.textContent = scene.notice ?? '';
    if (output.textContent !== (scene.answer ?? '')) output.textContent = scene.answer ?? '';
    document.documentElement.dataset.scene = scene.kind;
    put('scene', scene);
    show(Math.max(0, Math.min(stepsOf(scene) - 1, step)));
    fillTable();
  }

  // A presenter's clicker sends keys to the page, not to the player.
  document.addEventListener('keydown', (event) => {
    const free = !event.target.closest?.('input, textarea, select, button, [role=slider], [role=tab], #player, [contenteditable]');
    if (get('present') && free && scene?.kind === 'sequence') player.key(event);
  });
  on('tab', (tab) => { if (tab === 'training') player.stop(); });
  // A link's own scene comes with the server's first answer; the start page's, sent with the page, would only flash by.
  let waiting = PLACE.test(location.search), held = null;
  const arrive = () => { if (waiting && held) { waiting = false; load(held); } };
  island.onValue((next) => {
    if (!waiting) load(next);
    else if (!held) { held = next; setTimeout(arrive, ARRIVAL_MS); }
    else { held = next; arrive(); }
  });
}

const stepsOf = (scene) => (scene.kind === 'picture' ? 1 : Math.max(1, scene.output.length));

function sentence(scene, step) {
  if (scene.kind === 'picture') return [...rich(scene.say), ' ', h('small.legend', {}, rich(scene.legend ?? []))];
  return rich(scene.say[step] ?? []);
}
