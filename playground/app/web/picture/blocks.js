// The blocks of a half of the picture: a column of sublayers per layer, and a row of buttons for what stands alone.

import { unpack } from '../core/arrays.js';
import { h, setText } from '../core/dom.js';

/** @import { Block, Column } from '../core/scene.d.ts' */
/** @import { Packed } from '../core/types.d.ts' */

/** @typedef {ReturnType<typeof createBlocks>} Blocks */

const FOLDED = ['norm', 'attention', 'cross', 'feed']; // what is shown of a layer before it is unfolded
const FEW = 26; // letters of all parts that leave room for a shape beside them
const SAID = 'off while you look';

/** Three figures are enough: 7.6, 13. @param {number} length */
const short = (length) => (length < 9.95 ? length.toFixed(1) : String(Math.round(length)));

/**
 * @param {Column[]} columns
 * @param {string} side what the half is called
 * @param {(path: string) => void} pick
 */
export function createBlocks(columns, side, pick) {
  const layers = columns.filter(({ title }) => title);
  const alone = columns.filter(({ title }) => !title).flatMap(({ blocks }) => blocks);
  /** @type {((step: number) => void)[]} */
  const live = [];
  /** @type {[path: string, node: HTMLElement][]} */
  const buttons = [];
  /** @param {string} kind @param {Block} block @param {string} [layer] */
  const button = (kind, block, layer) => {
    const off = block.kind === 'dropout';
    const title = off ? SAID : null;
    const name = [layer, block.label, title].filter(Boolean).join(', ');
    const node = h(
      `button.sub.${kind}`,
      {
        type: 'button',
        'aria-pressed': 'false',
        'aria-label': `${side}: ${name}`,
        title,
        onclick: () => pick(block.path),
      },
      h('span.sl', {}, block.label),
      liveNumber(block, live) ?? (off && h('span.sv', {}, 'off')),
    );
    buttons.push([block.path, node]);
    return node;
  };
  /** @param {Column} column @param {number} i */
  const column = ({ title, norm, blocks }, i) => {
    const length = norm && h('div.xnorm');
    if (length) live.push(writer(length, '‖x‖ ', norm));
    const inner = ({ kind = '' }) => `${FOLDED.includes(kind) ? '' : '.inner'}${kind === 'feed' ? '.outer' : ''}`;
    const nodes = [...blocks].reverse().map((block) => button(`${block.kind}${inner(block)}`, block, title));
    return h('div.layer', {}, h('div.lt', {}, title, i < layers.length - 1 && h('span.dim', {}, ' →')), nodes, length);
  };
  const stacked = { role: 'group', 'aria-label': `${side}: layers`, style: { '--layers': layers.length } };
  const stack = layers.length ? h('div.stack', stacked, layers.map(column)) : null;
  const single = alone.map((block) => button(block.kind === 'dropout' ? 'alone.inner' : 'alone', block));
  const parts = { role: 'group', 'aria-label': `${side}: parts` };
  const letters = alone.reduce((sum, { label }) => sum + label.length, 0); // they take the room of the shape beside

  return {
    stack,
    row: alone.length ? h(`div.parts${letters > FEW ? '.many' : ''}`, parts, single) : null,
    layers: layers.length,
    /** @param {number} step @param {string | null | undefined} attends path of the block whose head is drawn */
    show(step, attends) {
      for (const update of live) update(step);
      for (const [path, node] of buttons) node.classList.toggle('looks', path === attends);
    },
    /** @param {string | null} path of the open block */
    mark(path) {
      for (const [own, node] of buttons) {
        node.classList.toggle('on', own === path);
        node.setAttribute('aria-pressed', String(own === path));
      }
    },
  };
}

/**
 * How much a sublayer adds (+7.6), or how long the sum has become (‖x‖ 12).
 * @param {Block} block @param {((step: number) => void)[]} live
 */
function liveNumber({ added, length }, live) {
  const packed = added ?? length;
  if (!packed) return null;
  const node = h('span.sv');
  live.push(writer(node, added ? '+' : '‖x‖ ', packed));
  return node;
}

/** @param {HTMLElement} node @param {string} sign @param {Packed} packed @returns {(step: number) => void} */
function writer(node, sign, packed) {
  const { data } = unpack(packed);
  return (step) => setText(node, `${sign}${short(data[Math.min(step, data.length - 1)])}`);
}
