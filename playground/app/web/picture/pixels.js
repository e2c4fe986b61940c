// Small grey pictures: ink with transparency on a canvas, so that the theme's paper shows through (see .ink-picture).

import { bytesOf, unpack } from '../core/arrays.js';
import { h, soon } from '../core/dom.js';
import * as state from '../core/state.js';
import { numberBars } from './autoencoder/bars.js';

/** @import { Packed, PackedBytes } from '../core/types.d.ts' */

/** @typedef {[red: number, green: number, blue: number]} Rgb */

/**
 * Grey, values 0…1; a row of numbers as bars.
 * @param {Packed | Float32Array} picture @param {string} label empty where words beside it say the same
 */
export function inkPicture(picture, label) {
  const { shape, data } = picture instanceof Float32Array ? { shape: [28, 28], data: picture } : unpack(picture);
  return shape.length === 1 ? numberBars(data, label) : canvasOf('ink-picture', inkOf(data, shape[1]), label);
}

/**
 * Coloured or grey.
 * @param {PackedBytes} packed rows × columns [× 3], 0…255
 * @param {string} label empty where words beside it say the same
 */
export function colourPicture({ shape: [rows, columns, channels = 1], u8 }, label) {
  const data = bytesOf(u8);
  const pixels = new ImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = data[channels === 1 ? i : 3 * i + c];
    pixels.data[4 * i + 3] = 255;
  }
  return canvasOf('colour-picture', pixels, label);
}

/**
 * One canvas pixel per picture pixel; its size on the page is up to the stylesheet.
 * @param {string} name @param {ImageData} pixels @param {string} label
 */
export function canvasOf(name, pixels, label) {
  const { width, height } = pixels;
  const told = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true };
  const canvas = h(`canvas.${name}`, { width, height, ...told });
  penOf(canvas).putImageData(pixels, 0, 0);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export function penOf(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', settings));
}

/** Black with alpha = ink. @param {ArrayLike<number>} values 0…1 @param {number} width */
export function inkOf(values, width) {
  const pixels = new ImageData(width, Math.round(values.length / width));
  for (let i = 0; i < values.length; i++)
    pixels.data[4 * i + 3] = Math.round(255 * Math.min(1, Math.max(0, values[i])));
  return pixels;
}

/**
 * Pictures sent as one byte a pixel.
 * @param {string} packed base64
 * @returns {Float32Array[]} each of side² values 0…1
 */
export function unpackBytes(packed, side = 28) {
  const bytes = bytesOf(packed);
  const size = side * side;
  return Array.from({ length: bytes.length / size }, (_, k) =>
    Float32Array.from({ length: size }, (_, i) => bytes[k * size + i] / 255),
  );
}

/**
 * Colour every pixel of a canvas in the theme's own colours.
 * @param {HTMLCanvasElement} canvas
 * @param {(colour: (token: string) => Rgb) => (i: number) => [colour: Rgb, share: number]} choose for pixel i
 */
export function paint(canvas, choose) {
  const style = getComputedStyle(document.documentElement);
  const pen = penOf(canvas);
  const pixels = pen.createImageData(canvas.width, canvas.height);
  const pick = choose((token) => rgb(style.getPropertyValue(token)));
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    const [colour, share] = pick(i);
    pixels.data.set([...colour, Math.round(255 * Math.min(1, share))], 4 * i);
  }
  pen.putImageData(pixels, 0, 0);
}

/** Draw now, and again in every other theme. @param {() => void} draw @returns {() => void} stops it */
export function watchTheme(draw) {
  draw();
  return state.dark.on(() => soon(draw));
}

/** @param {string} text @returns {Rgb} */
function rgb(text) {
  const hex = text.trim().replace('#', '');
  const at = (/** @type {number} */ i) => parseInt(hex.slice(i, i + 2), 16);
  return hex.length === 6 ? [at(0), at(2), at(4)] : [128, 128, 128];
}
