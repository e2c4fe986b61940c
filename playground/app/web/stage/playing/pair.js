// Both sides of an open paper, side by side: one player steps them in lock-step. A is solid, B dashed.
import { h, narrow } from '../../core/dom.js';
import { grouped } from '../../core/numbers.js';
import * as state from '../../core/state.js';
import { autoencoderPicture } from '../../picture/autoencoder/autoencoder.js';
import { looker } from '../../picture/look.js';
import { sequencePicture } from '../../picture/picture.js';

/** @import { PictureScene, Scene } from '../../core/scene.d.ts' */
/** @import { Arm, Pictured } from '../../core/trial.d.ts' */
/** @import { Picture } from '../../picture/picture.js' */

/**
 * What is to stand beside a scene: the other side of the open paper, on its result, where there is room for both.
 * @param {Scene | null} scene @returns {Pictured | null}
 */
export function besides(scene) {
  const side = state.side.value;
  if (!scene || !side || !state.trial.value || state.tab.value !== 'paper' || narrow.matches) return null;
  return side.scene.given === scene.given ? side : null; // the other's answer to this input may be under way
}

/** Calls back once what `besides` says may have changed. @param {() => void} changed */
export function onBesides(changed) {
  for (const signal of [state.side, state.trial, state.tab]) signal.on(changed);
  narrow.addEventListener('change', changed);
}

/**
 * Of the side beside the one on the stage no block is opened.
 * @param {Scene} scene @param {Pictured} other @param {(step: number) => void} goto
 * @param {(path: string) => void} pick
 * @returns {Picture}
 */
export function pairPicture(scene, other, goto, pick) {
  const own = flat(scene, goto, pick);
  const beside = flat(other.scene, goto, () => {});
  const arms = [armOf(scene), armOf(other.scene)];
  const sides = [
    { ...own, node: slot(scene, own, arms[0], other.parameters[0]) },
    { ...beside, node: slot(other.scene, beside, arms[1], other.parameters[1]) },
  ];
  if (arms[0] && arms[1] && arms[0][0] > arms[1][0]) sides.reverse();
  const last = other.scene.kind === 'sequence' ? other.scene.output.length - 1 : 0;
  const head = other.scene.kind === 'sequence' ? other.scene.main : null;
  return {
    node: h(
      'div.duo',
      {},
      sides.map(({ node }) => node),
    ),
    show(step, chosen, asked) {
      own.show(step, chosen, asked);
      beside.show(Math.min(step, last), head, asked);
      for (const block of beside.node.querySelectorAll('button')) block.disabled = true;
    },
    mark: own.mark,
    table: own.table,
    stop() {
      own.stop();
      beside.stop();
    },
  };
}

/** @param {Scene} scene @param {(step: number) => void} goto @param {(path: string) => void} pick @returns {Picture} */
const flat = (scene, goto, pick) =>
  scene.kind === 'sequence'
    ? sequencePicture(scene, goto, pick, looker(scene), { flat: true })
    : autoencoderPicture(/** @type {PictureScene} */ (scene), pick);

/** The arm whose weights a scene shows; before they train, the sides in their order. @param {Scene} scene */
function armOf(scene) {
  const arms = state.trial.value?.arms ?? [];
  const [shown] = scene.key.split('|');
  return arms.find(([, , run]) => run === shown) ?? arms[scene === state.side.value?.scene ? 1 : 0];
}

/** @param {Scene} scene @param {Picture} picture @param {Arm | undefined} arm @param {number} parameters */
function slot({ verdict, untrained }, { node }, arm, parameters) {
  const [letter, name] = arm ?? ['A', ''];
  const mark = verdict.right === null ? '' : verdict.right ? '✓ ' : '✗ ';
  const said = untrained ? 'not trained yet' : mark + verdict.short;
  return h(
    `section.duo-side.of-${letter.toLowerCase()}`,
    { 'aria-label': `${letter}, ${name}` },
    h(
      'div.duo-head',
      {},
      h(`b.slot-letter.of-${letter.toLowerCase()}`, {}, letter),
      h('b.duo-name', { title: name }, name),
      h('span.dim', {}, `${grouped(parameters)} parameters`),
      h(verdict.right === false ? 'span.duo-said.bad' : 'span.duo-said', { title: verdict.text }, said),
    ),
    h('div.duo-box', {}, node),
  );
}
