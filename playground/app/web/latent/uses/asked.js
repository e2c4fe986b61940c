// What views have in common: they ask once for what they show, wait for it in words, and draw the newest answer.
import { h } from '../../core/dom.js';
import { asking } from '../../core/island.js';
import { seconds } from '../../core/numbers.js';

/** @import { Panel } from '../../shell/panel.js' */
/** @import { Desk } from './types.d.ts' */

/**
 * @template T
 * @param {Desk} desk @param {string} file @param {Panel} panel says what is the matter @param {(found: T) => void} draw
 */
export function asker(desk, file, panel, draw) {
  let asked = '';
  /** @type {T | null} */
  let newest = null;
  /** @param {Record<string, string>} query */
  return async function ask(query) {
    const { address } = desk.value();
    const key = JSON.stringify([address, query]);
    if (key === asked) {
      if (newest) told(newest);
      return;
    }
    asked = key;
    if (!newest)
      panel.empty({ title: 'Measuring …', text: 'Held-out pictures go through the model; it takes a few seconds.' });
    const answer = await asking(address, file, query);
    if (key !== asked) return;
    if ('failed' in answer) {
      asked = '';
      newest = null;
      panel.empty({
        title: 'Nothing was measured',
        text: answer.failed,
        action: 'Try again',
        onaction: () => ask(query),
      });
      return;
    }
    newest = /** @type {T} */ (answer.data);
    told(newest);
  };

  /** @param {T} found */
  function told(found) {
    panel.empty(null);
    draw(found);
  }
}

/** Runs as an address names them. @param {Desk} desk @param {(key: string) => boolean} kind */
export const named = (desk, kind) =>
  Object.entries(desk.runs())
    .filter(([key]) => kind(key))
    .sort()
    .map((pair) => pair.join(':'))
    .join(',');

/** Which of some runs can be trained and are not there. @param {Desk} desk @param {(key: string) => boolean} kind */
export const missing = (desk, kind) => desk.value().wanted.filter((key) => kind(key) && !desk.runs()[key]);

/** @param {Desk} desk @param {string[]} keys */
export const cost = (desk, keys) =>
  `≈ ${seconds(keys.reduce((sum, key) => sum + (desk.value().each_s[key.split('-')[0]] ?? 0), 0))}`;

/** A press that trains runs. @param {Desk} desk */
export function trainButton(desk) {
  /** @type {string[]} */
  let keys = [];
  const node = h('button.btn.box.use-train', { type: 'button', onclick: () => desk.train(keys) });
  return {
    node,
    /** @param {string} text @param {string[]} wanted */
    show(text, wanted) {
      keys = wanted;
      node.hidden = !wanted.length;
      node.disabled = desk.busy();
      node.textContent = wanted.every(desk.due) ? 'Training …' : `${text}, ${cost(desk, wanted)}`;
    },
  };
}
