// Small grey pictures: ink with transparency on a canvas, so that the theme's paper shows through (see .ink-picture).
import { h, unpack } from '../core/dom.js';
import { on } from '../core/store.js';

/**
 * @param {any} packed picture, values 0…1 @param {string} label empty where words beside it say the same
 * @returns {HTMLCanvasElement} one canvas pixel per picture pixel; its size on the page is up to the stylesheet
 */
export function inkPicture(packed, label, side = 28) {
  const values = Array.isArray(packed) || ArrayBuffer.isView(packed) ? packed : unpack(packed).data;
  const width = packed.shape?.at(-1) > 1 && packed.shape.length > 1 ? packed.shape.at(-1) : side;
  const canvas = h('canvas.ink-picture', {
    width,
    height: Math.round(values.length / width),
    ...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }),
  });
  canvas.getContext('2d').putImageData(inkOf(values, width), 0, 0);
  return canvas;
}

/** Black with alpha = ink. @param {ArrayLike<number>} values 0…1 */
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
  const bytes = atob(packed);
  const size = side * side;
  return Array.from({ length: bytes.length / size }, (_, k) =>
    Float32Array.from({ length: size }, (_, i) => bytes.charCodeAt(k * size + i) / 255),
  );
}

/**
 * Colour every pixel of a canvas in the theme's own colours.
 * @param {HTMLCanvasElement} canvas
 * @param {(colour: (token: string) => number[]) => (i: number) => [number[], number]} choose colour and share of it for
 * pixel i
 */
export function paint(canvas, choose) {
  const style = getComputedStyle(document.documentElement);
  const pen = canvas.getContext('2d');
  const pixels = pen.createImageData(canvas.width, canvas.height);
  const pick = choose((token) => rgb(style.getPropertyValue(token)));
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    const [colour, share] = pick(i);
    pixels.data.set([...colour, Math.round(255 * Math.min(1, share))], 4 * i);
  }
  pen.putImageData(pixels, 0, 0);
}

/** Draw now, and again in every other theme. @returns {() => void} stops it */
export function watchTheme(draw) {
  draw();
  return on('dark', () => requestAnimationFrame(draw));
}

function rgb(text) {
  const hex = text.trim().replace('#', '');
  return hex.length === 6 ? [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) : [128, 128, 128];
}
