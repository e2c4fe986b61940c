// Small grey pictures: ink with transparency on a canvas, so that the theme's paper shows through (see .ink-picture).
import { h, unpack } from './dom.js';

/**
 * @param {any} packed picture, values 0…1 @param {string} label empty where words beside it say the same
 * @returns {HTMLCanvasElement} one canvas pixel per picture pixel; its size on the page is up to the stylesheet
 */
export function inkPicture(packed, label, side = 28) {
  const values = Array.isArray(packed) ? packed : unpack(packed).data;
  const width = packed.shape?.at(-1) > 1 && packed.shape.length > 1 ? packed.shape.at(-1) : side;
  const height = Math.round(values.length / width);
  const canvas = h('canvas.ink-picture', { width, height, ...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }) });
  const pixels = new ImageData(width, height);
  values.forEach((v, i) => { pixels.data[4 * i + 3] = Math.round(255 * Math.min(1, Math.max(0, v))); });
  canvas.getContext('2d').putImageData(pixels, 0, 0);
  return canvas;
}
