// A source that is no text: the picture itself, with a cell for every state, lit as much as it is looked at.
import { h, setText } from '../core/dom.js';
import { weight } from '../core/numbers.js';
import { colourPicture } from './pixels.js';

/** @import { SequenceScene } from '../core/scene.d.ts' */
/** @import { PackedBytes } from '../core/types.d.ts' */
/** @import { SourceColumn } from './chips.js' */

const LEAST = 0.05; // the smallest weight that gets a numeral

/**
 * The picture of a scene and its cells, which stand where other sources have columns of chips.
 * @param {SequenceScene} scene @param {PackedBytes} picture @returns {{node: HTMLElement, columns: SourceColumn[]}}
 */
export function regions(scene, picture) {
  const [rows, across] = scene.grid ?? [1, scene.source.length];
  const [height, width] = picture.shape;
  const numeral = h('div.wt');
  const columns = scene.source.map((name) => cell(name, numeral));
  const grid = h(
    'div.cells',
    { style: { '--across': across, '--down': rows } },
    columns.map((column) => column.node),
  );
  return {
    columns,
    node: h(
      'div.regions',
      { style: { '--shape': `${width} / ${height}` } },
      h('div.whole', {}, colourPicture(picture, ''), grid),
      numeral,
    ),
  };
}

/**
 * The same calls as for a column of chips.
 * @param {string} token @param {HTMLElement} numeral @returns {SourceColumn}
 */
function cell(token, numeral) {
  const node = h('i.cell', { title: token });
  return {
    token,
    node,
    state: node,
    attend(value, attends, most) {
      node.classList.toggle('most', most && attends);
      node.style.setProperty('--lit', attends ? value.toFixed(3) : '0');
      if (most) setText(numeral, attends && value >= LEAST ? `${token} ${weight(value)}` : '');
    },
    mute() {},
  };
}
