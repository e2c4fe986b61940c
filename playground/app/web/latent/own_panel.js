// A drawing of one's own: what is kept of it, what lies around it, and how strange it is to the model.
import { h } from '../core/dom.js';
import { asking } from '../core/island.js';
import { inkPicture, unpackBytes } from '../picture/pixels.js';
import { createPanel } from '../shell/panel.js';

/** @import { Rich } from '../core/types.d.ts' */
/** @import { LatentMap } from './types.d.ts' */

/** @typedef {{near: string[], mse: number, stranger: number, of: number}} Landed */

const WORDS = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const STRANGE = 0.95;

/** @param {() => void} draw @param {() => void} put */
export function ownPanel(draw, put) {
  const pictures = h('div.drawn-kept');
  const again = h('button.btn.box', { type: 'button', onclick: draw }, 'Draw a digit');
  const stage = h('button.btn.box', { type: 'button', onclick: put }, 'Put it on the stage');
  const panel = createPanel({
    title: 'Your drawing',
    image: false,
    present: true,
    foot: [stage, again],
    className: 'own-drawing',
  });
  panel.figure.append(pictures);
  let shown = '';

  return {
    node: panel.node,
    /** @param {LatentMap['own']} own @param {boolean} named whether pictures are digits */
    async show(own, named) {
      const key = JSON.stringify(own);
      if (key === shown) return;
      shown = key;
      again.textContent = own ? 'Draw another' : named ? 'Draw a digit' : 'Draw';
      stage.hidden = !own;
      if (!own) {
        pictures.replaceChildren(h('p.hint', {}, 'Draw one, or pick a picture: it lands on the map.'));
        panel.read([]);
        return;
      }
      const [drawn, kept] = unpackBytes(own.pictures);
      pictures.replaceChildren(
        h('figure.dashed', {}, inkPicture(drawn, ''), h('figcaption', {}, 'drawn')),
        h('span.dim', { 'aria-hidden': 'true' }, '→'),
        h('figure', {}, inkPicture(kept, ''), h('figcaption', {}, 'kept')),
      );
      panel.read([['', 'Its neighbours are looked for.']]);
      const answer = await asking(own.address, 'landed.json', {});
      if (key !== shown) return;
      panel.read('failed' in answer ? [['', answer.failed]] : told(/** @type {Landed} */ (answer.data)));
    },
  };
}

/** None where nobody has named the pictures. @param {string[]} near @returns {Rich} */
function neighbours(near) {
  if (!near.length) return [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const label of near) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [kind, count] = [...counts].sort(([, a], [, b]) => b - a)[0];
  return [
    ['', `Of its ${WORDS[near.length] ?? near.length} neighbours `],
    ['b', `${count} ${count === 1 ? 'is a' : 'are'} ${kind}`],
    ['', '. '],
  ];
}

/** @param {Landed} landed @returns {Rich} */
function told({ near, mse, stranger, of }) {
  const share = Math.floor(100 * stranger);
  return [
    ...neighbours(near),
    ['', 'Error '],
    ['b', mse.toFixed(mse < 0.01 ? 4 : 3)],
    ['', `: stranger than ${share} % of the ${of.toLocaleString('en')} test pictures`],
    ['', stranger > STRANGE ? ', so the model has hardly seen its like.' : '.'],
  ];
}
