// Island: the one picture, the sentence under it and the player. Owns the scene, the step, the head and the open block.
import { h, rich, setText } from '../core/dom.js';
import { isFree } from '../core/keys.js';
import * as state from '../core/state.js';
import { autoencoderPicture } from '../picture/autoencoder/autoencoder.js';
import { looker } from '../picture/look.js';
import { sequencePicture } from '../picture/picture.js';
import { drawTable, exportMenu, figureChoices, tableButton } from '../shell/panel.js';
import { keepLink } from './link.js';
import { opensNow, playOpening } from './opening.js';
import { createPlayer } from './player.js';
import { createChoosing } from './playing/choosing.js';
import { besides, onBesides, pairPicture } from './playing/pair.js';
import { ask, cover, end } from './playing/predict.js';
import { createQuestion } from './playing/question.js';

/** @import { PictureScene, Scene, SequenceScene } from '../core/scene.d.ts' */
/** @import { Island, Rich } from '../core/types.d.ts' */
/** @import { Look, Looker } from '../picture/look.js' */
/** @import { Pictured } from '../core/trial.d.ts' */
/** @import { Picture } from '../picture/picture.js' */

const KEPT = 8; // between what is to be read and an edge
const LINE = 105;
const PROJECTED = 96; // characters of the sentence that fit on a line, on the page and projected
const CLAUSE = 52; // those of its clause about the head

/** @param {HTMLElement} root @param {Island<Scene, 'strategy' | 'inspect'>} island */
export function mount(root, island) {
  /** @type {Scene | null} */
  let scene = null;
  /** @type {Picture | null} */
  let picture = null;
  /** @type {Pictured | null} */
  let beside = null; // what is drawn beside it
  /** @type {Looker | null} */
  let look = null;
  const say = h('p.say');
  const told = h('p.worth.nopres');
  const notice = h('p.note', { hidden: true });
  const holder = h('div.picbody');
  const numbers = h('div.tablewrap', {
    hidden: true,
    tabindex: 0,
    role: 'region',
    'aria-label': 'The picture as a table',
  });
  const output = h('output.sr-only', { id: 'output', 'aria-live': 'polite' });
  const asTable = tableButton('Show the picture as a table');
  const save = exportMenu(choices, 'Export the picture or its data');
  const player = createPlayer(goto);
  const choosing = createChoosing(decodeBy);
  const question = createQuestion({
    start: () => foresee(1),
    next: () => foresee(1),
    end,
    reads: () => Boolean(ghost()),
  });
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
      told,
      question.node,
    ),
    h(
      'div.playrow',
      {},
      player.node,
      h('div.choosing', {}, question.button, h('span.choosing.nopres', {}, choosing.nodes, player.pace)),
    ),
  );
  root.append(stage, output);
  keepLink();
  state.goto.handle((step) => {
    player.stop();
    goto(step);
  });
  state.cover.handle((step) => {
    if (step !== null && scene?.kind === 'sequence') cover(scene, step);
    else end();
    if (scene && picture) show(scene, picture, step ?? state.step.value ?? 0);
  });
  state.openBlock.handle(openBlock);
  state.chooseHead.handle((choice) => {
    state.head.value = choice;
    if (scene && picture) show(scene, picture, state.step.value ?? 0);
  });

  asTable.addEventListener('click', () => {
    const open = numbers.hidden;
    // Looking at the numbers moves nothing.
    if (open) numbers.style.height = `calc(${holder.offsetHeight}px - var(--table-top))`;
    numbers.hidden = !open;
    holder.hidden = open;
    asTable.setAttribute('aria-pressed', String(open));
    fillTable();
  });

  function fillTable() {
    if (!numbers.hidden && picture) numbers.replaceChildren(drawTable(picture.table(), 'The picture'));
  }

  function choices() {
    if (!picture) return [];
    return figureChoices({ node: holder, title: 'Picture', reading: say.textContent ?? '', table: picture.table });
  }

  /** @param {string} name */
  function decodeBy(name) {
    island.send('strategy', { name, ...state.sampling.value });
  }

  /** Opens a block under the player; null closes it. @param {string | null} path */
  function openBlock(path) {
    picture?.mark(path);
    state.block.value = path;
    island.send('inspect', { block: path }); // not `path`: Gradio takes data with a path for a file
  }

  /** The open block again closes it. @param {string} path */
  function pick(path) {
    openBlock(state.block.value === path ? null : path);
  }

  /** @param {number} step */
  function goto(step) {
    if (!scene || !picture) return;
    const next = within(scene, step);
    if (next === state.step.value) return;
    end(); // whoever goes elsewhere asks no more
    show(scene, picture, next);
    keepRead();
  }

  /** Where the player lies over the page, what a step writes and what is said of it stay above it. */
  function keepRead() {
    if (getComputedStyle(player.node).position !== 'fixed' || !stage.checkVisibility()) return;
    const written = holder.querySelector('.blk.dec .chip.cur')?.getBoundingClientRect();
    const top = Math.min(written?.top ?? Infinity, say.getBoundingClientRect().top) - KEPT;
    const beyond = told.getBoundingClientRect().bottom + KEPT - player.node.getBoundingClientRect().top;
    if (beyond > 0 || top < 0) scrollBy({ top: top < 0 ? top : Math.min(beyond, top), behavior: 'instant' });
  }

  const ghost = () => scene?.kind === 'sequence' && scene.decoder.ghost;

  /** Ask about the step that lies so far ahead; past the last one the asking is over. @param {number} ahead */
  function foresee(ahead) {
    if (scene?.kind !== 'sequence' || !picture) return;
    player.stop();
    const at = (state.step.value ?? 0) + ahead;
    if (at < scene.output.length) asks(scene, picture, at);
    else if (state.prediction.value) end();
    else asks(scene, picture, 0);
  }

  /** @param {SequenceScene} scene @param {Picture} picture @param {number} step */
  function asks(scene, picture, step) {
    ask(scene, step, (at) => look?.(state.head.value, at));
    show(scene, picture, step);
  }

  /** @param {Scene} scene @param {Picture} picture @param {number} step */
  function show(scene, picture, step) {
    const head = state.head.value;
    const asked = state.prediction.value?.guess === null;
    picture.show(step, head, asked);
    player.show(step, asked);
    output.setAttribute('aria-hidden', String(asked));
    say.replaceChildren(...sentence(scene, step, look?.(head, step)));
    state.step.value = step;
  }

  /** @param {Scene} next */
  function load(next) {
    const same = scene?.key === next.key;
    // Other weights, the same input: whoever steps stays where they are.
    const step = scene && !next.opened && inputOf(scene) === inputOf(next) ? state.step.value : next.step;
    scene = next;
    picture = drawn(next);
    const still = next.kind === 'picture';
    stage.classList.toggle('picture-scene', still);
    // One step needs no player: it stays in the page for scripts and readers, out of sight and out of the tab order.
    player.node.tabIndex = still ? -1 : 0;
    player.node.toggleAttribute('inert', still);
    player.pace.hidden = still;
    if (next.kind === 'picture') player.load(['picture'], null);
    else player.load(next.output, next.wrong);
    choosing.show(next.kind === 'picture' || next.decoder.ghost ? null : (next.strategy?.name ?? 'greedy'));
    const longest = next.kind === 'sequence' ? Math.max(...next.say.map(lengthOf)) : 0;
    say.classList.toggle('two', longest > LINE);
    say.classList.toggle('two-projected', longest > PROJECTED);
    const read = next.read_as ? ['Read as: ', h('bdi', {}, next.read_as)] : [];
    notice.hidden = !next.notice && !read.length;
    notice.classList.toggle('quiet', !next.notice);
    notice.replaceChildren(next.notice ?? '', ...(next.notice && read.length ? [' '] : []), ...read);
    told.replaceChildren(...(next.kind === 'sequence' ? rich(next.told) : []));
    setText(output, next.answer ?? '');
    document.documentElement.dataset.scene = next.kind;
    state.scene.value = next;
    state.head.value = next.kind === 'sequence' ? next.main : null;
    const block = next.block ?? null;
    if (block !== (state.block.value ?? null)) state.block.value = block;
    picture.mark(block);
    question.offer(next.kind === 'sequence' ? next : null);
    if (!same && state.prediction.value?.about === 'lesson') end();
    if (!same && state.prediction.value && next.kind === 'sequence') asks(next, picture, 0);
    else show(next, picture, within(next, step ?? 0));
    fillTable();
  }

  /** In place of what was. @param {Scene} scene */
  function drawn(scene) {
    picture?.stop();
    look = scene.kind === 'sequence' ? looker(scene) : null;
    beside = besides(scene);
    const made = beside ? pairPicture(scene, beside, goto, pick) : alone(scene);
    holder.replaceChildren(made.node);
    return made;
  }

  /** @param {Scene} scene */
  const alone = (scene) =>
    scene.kind === 'sequence' && look
      ? sequencePicture(scene, goto, pick, look)
      : autoencoderPicture(/** @type {PictureScene} */ (scene), pick);

  // The picture beside it comes and goes; the step stays.
  onBesides(() => {
    if (!scene || besides(scene) === beside) return;
    picture = drawn(scene);
    picture.mark(state.block.value ?? null);
    show(scene, picture, within(scene, state.step.value ?? 0));
  });

  // What nobody else has a use for steps: on a fresh page, and for a presenter's clicker, nothing has the focus.
  document.addEventListener('keydown', (event) => {
    if (scene?.kind === 'sequence' && isFree(event) && state.tab.value !== 'training' && player.node.checkVisibility())
      player.key(event, Boolean(state.present.value));
  });
  stage.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && state.block.value) {
      event.stopPropagation();
      openBlock(null);
    }
  });
  state.tab.on((tab) => {
    if (tab === 'training') player.stop();
  });
  // A guess is made: what was hidden is shown.
  state.prediction.on((now) => {
    if (scene && picture && now?.guess !== null) show(scene, picture, within(scene, state.step.value ?? 0));
  });
  /** Shown once, to who came without a link. @param {Scene} start */
  const open = (start) => {
    if (start.kind !== 'sequence' || !start.opening || state.present.value || !opensNow()) return;
    player.opening(true);
    say.after(playOpening(stage, start.opening, () => player.opening(false)));
  };
  // A link's own scene comes with the server's first answer; the start page's, which the page was sent with, is not
  // shown in its name.
  const arriving = location.search ? h('p.arriving', { role: 'status' }, 'Opening what the link leads to …') : null;
  if (arriving) root.append(arriving);
  island.onValue((next) => {
    if (arriving?.isConnected && !next.opened) return;
    arriving?.remove();
    const first = !scene;
    load(next);
    if (first && !arriving) open(next);
  });
}

/** A scene is called by whose weights, at which update, and everything else. @param {Scene} scene */
const inputOf = ({ key }) => key.split('|').at(-1);

/** The step that is nearest. @param {Scene} scene @param {number} step */
const within = (scene, step) => (scene.kind === 'picture' ? 0 : Math.max(0, Math.min(scene.output.length - 1, step)));

/** @param {Rich} parts */
const lengthOf = (parts) => parts.reduce((sum, [style, text]) => sum + (style === 'look' ? CLAUSE : text.length), 0);

/**
 * The step's sentence; the segment "look" becomes what the chosen head looks at.
 * @param {Scene} scene @param {number} step @param {Look | null | undefined} look @returns {(string | Node)[]}
 */
function sentence(scene, step, look) {
  if (scene.kind === 'picture') return [...rich(scene.say), ' ', h('small.legend', {}, rich(scene.legend))];
  return rich((scene.say[step] ?? []).flatMap((part) => (part[0] === 'look' ? (look?.clause ?? []) : [part])));
}
