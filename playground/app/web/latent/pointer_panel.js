// What lies under the pointer of the maps: the picture, its numbers, and a press that puts it on the stage.
import { h, setText } from '../core/dom.js';
import { signed } from '../core/numbers.js';
import { inkOf, penOf } from '../picture/pixels.js';
import { createPanel } from '../shell/panel.js';

/** @import { LatentMap } from './types.d.ts' */
/** @import { Place } from './map/board.js' */

const NONE = 'Point at a map, or walk on it with the arrow keys.';

/** @param {() => void} put */
export function pointerPanel(put) {
  const picture = h('canvas.ink-picture.large', { width: 28, height: 28, role: 'img', 'aria-label': 'What it draws' });
  const numbers = h('dl.pointed');
  const said = h('p.sr-only', { 'aria-live': 'polite' });
  const hint = h('p.hint', {}, NONE);
  const button = h('button.btn.box', { type: 'button', disabled: true, onclick: put }, 'Put it on the stage');
  const panel = createPanel({ title: 'At the pointer', image: false, present: true, className: 'at-pointer' });
  panel.figure.append(h('div.pointed-at', {}, picture, numbers), hint, h('div.nopres', {}, button), said);

  return {
    node: panel.node,
    /**
     * @param {LatentMap} value @param {Place | null} place @param {Float32Array | null} ink
     * @param {number | null} nearest picture of the test set
     * @param {boolean} tell by keys: whoever does not see is told
     */
    show(value, place, ink, nearest, tell) {
      button.disabled = !place;
      hint.hidden = Boolean(place);
      picture.hidden = !place;
      if (ink) penOf(picture).putImageData(inkOf(ink, 28), 0, 0);
      const named = place ? pairs(value, place) : [];
      if (numbers.children.length !== 2 * named.length)
        numbers.replaceChildren(...named.flatMap(() => [h('dt.m.c'), h('dd.m')]));
      named.flat().forEach((text, i) => void setText(numbers.children[i], text));
      const about = named.map((pair) => pair.join(' ')).join(', ');
      const close = nearest !== null && (value.named ? `a ${value.labels[nearest]}` : `picture ${nearest}`);
      if (tell) setText(said, `${about}; nearest: ${close}`);
    },
  };
}

/** Each number of a place by its name. @param {LatentMap} value @param {Place} place */
export function pairs({ axes, plane }, place) {
  const names = plane ? ['PC 1', 'PC 2'] : ['z₁', 'z₂'];
  return place.slice(0, axes[1] ? 2 : 1).map((v, i) => [names[i], signed(v)]);
}
