// The canvas of a scene: shapes that lie on it or strokes painted on it, and its numbers at the picture's own size.
import { h } from '../core/dom.js';
import { penOf } from '../picture/pixels.js';

/** @typedef {[x: number, y: number]} Place in picture pixels */
/** @typedef {number[]} Shade red, green, blue, 0…255 */

const SCALE = 7; // page pixels per picture pixel
const PAPER = [240, 240, 240];
const BRUSH = 4; // picture pixels

export function sceneCanvas() {
  const node = h('canvas.pad', {
    role: 'application',
    tabindex: 0,
    'aria-label': 'The scene: drag shapes, or move the chosen one with the arrow keys',
  });
  const pen = penOf(node, { willReadFrequently: true });
  let side = 0;
  return {
    node,
    /** @param {number} pixels of the picture */
    resize(pixels) {
      side = pixels;
      node.width = node.height = side * SCALE;
    },
    /** @param {MouseEvent} e @returns {Place} */
    place(e) {
      const box = node.getBoundingClientRect();
      return [((e.clientX - box.left) / box.width) * side, ((e.clientY - box.top) / box.height) * side];
    },
    clear() {
      pen.fillStyle = css(PAPER);
      pen.fillRect(0, 0, node.width, node.height);
    },
    /** @param {string} shape @param {Place} at @param {number} half @param {Shade} shade */
    put(shape, [x, y], half, shade) {
      pen.fillStyle = css(shade);
      pen.fill(outline(shape, x * SCALE, y * SCALE, half * SCALE));
    },
    /** @param {Place} from @param {Place} to @param {Shade} shade */
    stroke([x0, y0], [x1, y1], shade) {
      pen.strokeStyle = css(shade);
      pen.lineWidth = BRUSH * SCALE;
      pen.lineCap = pen.lineJoin = 'round';
      pen.beginPath();
      pen.moveTo(x0 * SCALE, y0 * SCALE);
      pen.lineTo(x1 * SCALE + 0.01, y1 * SCALE);
      pen.stroke();
    },
    values: () => pixels(pen, side),
  };
}

/** @param {Shade} shade */
export const css = (shade) => `rgb(${shade.join(' ')})`;

/** @param {string} shape @param {number} x @param {number} y @param {number} half */
function outline(shape, x, y, half) {
  const path = new Path2D();
  if (shape === 'circle') path.arc(x, y, half, 0, 2 * Math.PI);
  else if (shape === 'square') path.rect(x - 0.88 * half, y - 0.88 * half, 1.76 * half, 1.76 * half);
  else if (shape === 'triangle') {
    path.moveTo(x, y - 0.9 * half);
    path.lineTo(x + half, y + 0.9 * half);
    path.lineTo(x - half, y + 0.9 * half);
  } else {
    path.rect(x - 0.36 * half, y - half, 0.72 * half, 2 * half);
    path.rect(x - half, y - 0.36 * half, 2 * half, 0.72 * half);
  }
  return path;
}

/**
 * The mean of each pixel's area, row by row, three numbers each.
 * @param {CanvasRenderingContext2D} pen @param {number} side
 */
function pixels(pen, side) {
  const { data } = pen.getImageData(0, 0, side * SCALE, side * SCALE);
  /** @type {number[]} */
  const values = new Array(side * side * 3).fill(0);
  for (let i = 0; i < side * SCALE * side * SCALE; i++) {
    const at = 3 * (Math.floor(i / (side * SCALE * SCALE)) * side + Math.floor((i % (side * SCALE)) / SCALE));
    for (let c = 0; c < 3; c++) values[at + c] += data[4 * i + c] / (255 * SCALE * SCALE);
  }
  return values.map((v) => Math.round(Math.min(1, v) * 1000) / 1000);
}
