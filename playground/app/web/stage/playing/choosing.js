// How the tokens of the answer are chosen: greedily, by a draw that can be drawn again, or by a beam search.
import { h } from '../../core/dom.js';
import { icon } from '../../core/glyphs.js';
import { segments } from '../../shell/panel.js';

/** @import { Strategy } from '../../core/scene.d.ts' */

/** @type {[Strategy['name'], string][]} */
const STRATEGIES = [
  ['greedy', 'greedy'],
  ['sample', 'sample'],
  ['beam', 'beam'],
];
const WHY = [
  'Always the likeliest token',
  'Draws each token by its share; the sliders of “Next token” change the shares',
  'Keeps several beginnings at once, and answers with the best of their ends',
];

/** @param {(strategy: string) => void} decodeBy */
export function createChoosing(decodeBy) {
  const ways = segments('How each token is chosen', STRATEGIES, decodeBy);
  ways.node.classList.remove('s');
  ways.node.classList.add('strategy');
  WHY.forEach((why, i) => ways.node.children[i].setAttribute('title', why));
  // At the left of the switch, which so stays under the pointer that has just pressed it.
  const again = h(
    'button.btn.box.again',
    { type: 'button', onclick: () => decodeBy('sample') },
    icon('dice'),
    'Draw again',
  );
  return {
    nodes: [again, ways.node],
    /** Null for an answer that is read off, and not chosen token by token. @param {Strategy['name'] | null} name */
    show(name) {
      ways.node.hidden = !name;
      ways.show(name);
      again.hidden = name !== 'sample';
    },
  };
}
