// The blocks of a half of the picture: a column of sublayers per layer, and a row of buttons for what stands alone.
import { h, setText, unpack } from '../core/dom.js';

/** @typedef {{path: string, label: string, kind: string, added: any, length: any}} Block */
/**
 * @typedef {{title: string, norm: any, blocks: Block[]}} Column left to right in the order of computing; blocks
 * bottom-up
 */

const FOLDED = ['norm', 'attention', 'cross', 'feed']; // what is shown of a layer before it is unfolded
const SAID = { dropout: 'off while you look' };

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
  const live = [];
  const buttons = [];
  const button = (kind, block, layer) => {
    const number = liveNumber(block, live);
    const name = [layer, block.label, SAID[block.kind]].filter(Boolean).join(', ');
    const node = h(
      `button.sub.${kind}`,
      {
        type: 'button',
        'aria-pressed': 'false',
        'aria-label': `${side}: ${name}`,
        title: SAID[block.kind],
        onclick: () => pick(block.path),
      },
      h('span.sl', {}, block.label),
      number ?? (SAID[block.kind] && h('span.sv', {}, 'off')),
    );
    buttons.push([block.path, node]);
    return node;
  };
  const column = ({ title, norm, blocks }, i) => {
    const length = h('div.xnorm');
    const values = unpack(norm);
    if (values)
      live.push((step) => setText(length, `‖x‖ ${short(values.data[Math.min(step, values.data.length - 1)])}`));
    return h(
      'div.layer',
      {},
      h('div.lt', {}, title, i < layers.length - 1 && h('span.dim', {}, ' →')),
      [...blocks]
        .reverse()
        .map((block) =>
          button(
            `${block.kind}${FOLDED.includes(block.kind) ? '' : '.inner'}${block.kind === 'feed' ? '.outer' : ''}`,
            block,
            title,
          ),
        ),
      values && length,
    );
  };
  const stack = layers.length
    ? h(
        'div.stack',
        { role: 'group', 'aria-label': `${side}: layers`, style: { '--layers': layers.length } },
        layers.map(column),
      )
    : null;
  const row = alone.length
    ? h(
        `div.parts${alone.length > 4 ? '.many' : ''}`,
        { role: 'group', 'aria-label': `${side}: parts` },
        alone.map((block) => button(block.kind === 'dropout' ? 'alone.inner' : 'alone', block)),
      )
    : null;

  return {
    stack,
    row,
    layers: layers.length,
    /** @param {number} step @param {string | undefined} attends path of the block whose head is drawn */
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

/** How much a sublayer adds (+7.6), or how long the sum has become (‖x‖ 12). */
function liveNumber({ added, length }, live) {
  const values = unpack(added ?? length);
  if (!values) return null;
  const node = h('span.sv');
  live.push((step) =>
    setText(node, `${added ? '+' : '‖x‖ '}${short(values.data[Math.min(step, values.data.length - 1)])}`),
  );
  return node;
}
