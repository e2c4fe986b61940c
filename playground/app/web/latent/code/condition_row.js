// The same code under every condition: one hand that writes ten digits. A press puts one on the stage.
import { h } from '../../core/dom.js';
import { inkOf, penOf } from '../../picture/pixels.js';

/** @import { Decoder } from '../decoder.js' */

/** @param {number} count @param {(condition: number) => void} choose */
export function conditionRow(count, choose) {
  const canvases = Array.from({ length: count }, () =>
    h('canvas.ink-picture', { width: 28, height: 28, 'aria-hidden': 'true' }),
  );
  const buttons = canvases.map((canvas, i) =>
    h(
      'button.as-class',
      { type: 'button', 'aria-pressed': 'false', onclick: () => choose(i) },
      canvas,
      h('span', {}, i),
    ),
  );
  return {
    node: h('div.as-classes', { role: 'group', 'aria-label': 'Condition' }, buttons),
    /** @param {number | null} chosen */
    show(chosen) {
      buttons.forEach((button, i) => {
        button.classList.toggle('on', i === chosen);
        button.setAttribute('aria-pressed', String(i === chosen));
      });
    },
    /** @param {Decoder} decoder @param {Float32Array} code */
    pictures(decoder, code) {
      canvases.forEach((canvas, i) => penOf(canvas).putImageData(inkOf(decoder(code, i), 28), 0, 0));
    },
  };
}
