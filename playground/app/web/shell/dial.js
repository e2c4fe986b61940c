// A small slider with its name and value above it, several of them in a row under a figure.
import { h, setText } from '../core/dom.js';

/**
 * @typedef {object} Dial
 * @property {HTMLElement} node
 * @property {(value: number, max?: number) => void} set without telling
 */

/**
 * @param {object} options
 * @param {string} options.name as it is written; its first letter is raised for those who hear it
 * @param {string} options.id
 * @param {number} options.min @param {number} options.max @param {number} options.step @param {number} options.value
 * @param {(value: number, max: number) => string} options.spell
 * @param {string} [options.title]
 * @param {(value: number) => void} [options.onmove] while it moves
 * @param {(value: number) => void} [options.onset] when it is let go
 * @returns {Dial}
 */
export function dial({ name, id, min, max, step, value, spell, title, onmove, onset }) {
  const number = h('output.m', { for: id, 'aria-live': 'off' });
  /** @type {HTMLInputElement} */
  const slider = h('input.sl', {
    type: 'range',
    id,
    min,
    max,
    step,
    value,
    'aria-label': name[0].toUpperCase() + name.slice(1),
    oninput: () => {
      tell();
      onmove?.(Number(slider.value));
    },
    onchange: () => {
      onset?.(Number(slider.value));
    },
  });
  const tell = () => {
    const text = spell(Number(slider.value), Number(slider.max));
    setText(number, text);
    slider.setAttribute('aria-valuetext', text);
  };
  tell();
  return {
    node: h('div.dial', { title }, h('label', { for: id }, name), number, slider),
    set(next, most) {
      if (most !== undefined) slider.max = String(most);
      slider.value = String(next);
      tell();
    },
  };
}
