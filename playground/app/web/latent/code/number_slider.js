// One number of the code: its slider, where the test set lies on it, and what the decoder draws along it.
import { h } from '../../core/dom.js';
import { signed } from '../../core/numbers.js';
import { inkOf, penOf } from '../../picture/pixels.js';

/** @import { Decoder } from '../decoder.js' */
/** @import { LatentCode } from '../types.d.ts' */

const PARTS = 200; // positions of a slider
const SHOWN = 7; // pictures along it

/** @param {LatentCode} value @param {number} k @param {(number: number, held: boolean) => void} move */
export function numberSlider({ units, low, high, mean, deviation, without, error }, k, move) {
  const unit = units[k];
  const [from, to] = [low[k], high[k]];
  const wide = to - from || 1;
  const input = h('input.sl', { type: 'range', min: 0, max: PARTS, step: 1, 'aria-label': `z${unit + 1}` });
  const number = h('output.m');
  const strip = h('canvas.ink-picture.strip-of-code', { width: SHOWN * 28, height: 28, 'aria-hidden': 'true' });
  let held = false;
  /** @param {number} share */
  const at = (share) => from + wide * share;
  input.addEventListener('input', () => {
    held = true;
    move(at(input.valueAsNumber / PARTS), true);
  });
  input.addEventListener('change', () => {
    held = false;
    move(at(input.valueAsNumber / PARTS), false);
  });
  strip.addEventListener('click', (event) => {
    const { left, width } = strip.getBoundingClientRect();
    move(at(Math.min(SHOWN - 1, Math.floor((SHOWN * (event.clientX - left)) / width)) / (SHOWN - 1)), false);
  });
  const middle = mean[unit];
  const spread = h('i.spread', {
    title: `the test set: ${signed(middle)} ± ${deviation[k].toFixed(2)}`,
    style: {
      left: `${Math.max(0, (100 * (middle - deviation[k] - from)) / wide)}%`,
      width: `${(200 * deviation[k]) / wide}%`,
    },
  });
  const name = h(
    'span.m.c',
    { title: `error without it ${(without[k] / error).toFixed(2)} times` },
    'z',
    h('sub', {}, unit + 1),
  );

  return {
    node: h('label.slider', {}, name, h('span.along', {}, input, spread, strip), number),
    /** @param {ArrayLike<number>} code */
    show(code) {
      if (!held) input.value = String(Math.round((PARTS * (code[unit] - from)) / wide));
      const text = signed(code[unit]);
      number.textContent = text;
      input.setAttribute('aria-valuetext', text);
    },
    /** @param {Decoder} decoder @param {Float32Array} code @param {number | null} condition */
    strip(decoder, code, condition) {
      const pen = penOf(strip);
      const one = Float32Array.from(code);
      for (let i = 0; i < SHOWN; i++) {
        one[unit] = at(i / (SHOWN - 1));
        pen.putImageData(inkOf(decoder(one, condition), 28), i * 28, 0);
      }
    },
  };
}
