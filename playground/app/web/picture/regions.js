// A source that is no text: the picture itself, with a cell for every state of the encoder, lit as much as it is looked
// at.
import { h, setText, unpack, weight } from '../core/dom.js';

const LEAST = 0.05; // the smallest weight that gets a numeral

/**
 * A coloured or grey picture, one canvas pixel per pixel.
 * @param {{shape: number[], u8: string}} packed rows × columns [× 3], 0…255
 * @param {string} label empty where words beside it say the same
 */
export function colourPicture(packed, label) {
  const {
    shape: [rows, columns, channels = 1],
    data,
  } = unpack(packed);
  const pixels = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = data[channels === 1 ? i : 3 * i + c];
    pixels.data[4 * i + 3] = 255;
  }
  const canvas = h('canvas.colour-picture', {
    width: columns,
    height: rows,
    ...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }),
  });
  canvas.getContext('2d').putImageData(pixels, 0, 0);
  return canvas;
}

/**
 * The picture of a scene and its cells, which stand where other sources have columns of chips.
 * @param {any} scene @returns {{node: HTMLElement, columns: any[]}}
 */
export function regions(scene) {
  const [rows, across] = scene.grid;
  const [height, width] = scene.picture.shape;
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
      h('div.whole', {}, colourPicture(scene.picture, ''), grid),
      numeral,
    ),
  };
}

/** One cell: the same calls as for a column of chips. */
function cell(token, numeral) {
  const node = h('i.cell', { title: token });
  return {
    token,
    node,
    state: node,
    attend(value, attends, most) {
      node.classList.toggle('most', most && attends);
      node.style.setProperty('--lit', attends ? value.toFixed(3) : 0);
      if (most) setText(numeral, attends && value >= LEAST ? `${token} ${weight(value)}` : '');
    },
    mute() {},
  };
}
