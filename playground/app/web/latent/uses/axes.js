// Scales, ticks and grids of the charts here, in CSS pixels.
import { s } from '../../core/dom.js';

/** @typedef {(value: number) => number} Scale */

/** Pixels of the smallest letters, larger where the page is projected. */
export const letters = () => parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--fs-xs')) || 12;

/** A height on the page, larger where it is projected. @param {number} height */
export const tall = (height) => (letters() > 12 ? Math.round(1.35 * height) : height);

/** @param {[number, number]} from values @param {[number, number]} to pixels @param {boolean} [log] @returns {Scale} */
export function scale([low, high], [start, end], log = false) {
  const f = log ? Math.log : (/** @type {number} */ v) => v;
  return (value) => start + ((f(value) - f(low)) / (f(high) - f(low) || 1)) * (end - start);
}

/** 1, 2 and 5 of every power of ten between two numbers. @param {number} low @param {number} high */
export function powers(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const part of [1, 2, 5]) found.push(part * 10 ** power);
  return found.filter((v) => v >= low && v <= high);
}

/** About so many round numbers from 0 on. @param {number} high @param {number} count */
export function rounds(high, count) {
  const raw = high / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((part) => part * power >= raw) ?? 10);
  return Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, i) => i * step);
}

/** An error per pixel: .05, .0035. @param {number} v */
export const short = (v) => (v === 0 ? '0' : String(+v.toPrecision(2)).replace(/^0/, ''));

/** The same with all its figures. @param {number} v */
export const long = (v) => (v > 0 && v < 5e-5 ? '<.0001' : v.toFixed(v < 0.1 ? 4 : 3).replace(/^0/, ''));

/**
 * Lines across with their numbers at the left.
 * @param {number[]} values @param {Scale} y @param {{left: number, right: number, font: number}} place
 * @param {(v: number) => string} told
 */
export const across = (values, y, { left, right, font }, told = short) =>
  values.map((v) => [
    s('path', { class: 'grid-line', d: `M${left} ${y(v)}H${right}` }),
    s('text', { x: left - 6, y: y(v) + font / 3, 'text-anchor': 'end', class: 'm' }, told(v)),
  ]);

/** A line through points. @param {[number, number][]} points */
export const path = (points) => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** @param {number} x @param {number} y @param {number} size */
export const square = (x, y, size) =>
  s('rect', { class: 'hollow', x: x - size / 2, y: y - size / 2, width: size, height: size });
