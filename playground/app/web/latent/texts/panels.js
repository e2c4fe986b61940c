// Panels: the codes of texts. A map of held-out ones, the neighbours of the one on the stage, a walk to another one,
// and its numbers moved by hand. Fetched once somebody looks, and weights stand still.
import { h } from '../../core/dom.js';
import { asking } from '../../core/island.js';
import * as state from '../../core/state.js';
import { mapPanel } from './map_panel.js';
import { nearPanel } from './near_panel.js';
import { numbersPanel } from './numbers_panel.js';
import { walkPanel } from './walk_panel.js';

/** @import { Island } from '../../core/types.d.ts' */
/** @import { Panel } from '../../shell/panel.js' */
/** @import { MovedNumbers, NearTexts, TextCodes, TextMap, TextWalk } from './types.d.ts' */

const PATIENCE_MS = 300;

/** @param {HTMLElement} root @param {Island<TextCodes, 'put'>} island */
export function mount(root, island) {
  /** @type {TextCodes | null} */
  let value = null;
  let goal = ''; // what one walks to
  let turns = 0;
  let waiting = 0;
  /** What was asked last, by its file. @type {Record<string, string>} */
  const asked = {};
  const map = mapPanel({ put });
  const near = nearPanel({ put });
  const walk = walkPanel({
    put,
    at: (way, step) => map.walked(way, step),
    go: (to) => walkOn(to === null ? { another: String(++turns) } : { to }),
  });
  const numbers = numbersPanel();

  island.onValue((next) => {
    if (next.task !== value?.task) goal = '';
    value = next;
    look();
  });
  state.tab.on(look);

  /** A text onto the stage. @param {string} text */
  function put(text) {
    island.send('put', { input: text });
  }

  function look() {
    clearTimeout(waiting);
    if (!value || state.tab.value !== 'codes') return;
    const first = !root.firstChild;
    if (first) {
      const pair = h('div.text-pair.slide-group', { 'data-slide': 'Map of codes' }, map.node, near.node);
      root.append(h('div.texts-stage', {}, pair, walk.node, numbers.node));
    }
    waiting = setTimeout(fetchAll, first ? 0 : PATIENCE_MS);
  }

  function fetchAll() {
    if (!value) return;
    const { address, here, unit, ways } = value;
    walk.offer(ways);
    told(address, 'texts.json', {}, map.panel, (found) => map.show(/** @type {TextMap} */ (found), unit));
    told(here, 'near_texts.json', {}, near.panel, (found) => {
      const those = /** @type {NearTexts} */ (found);
      near.show(those, unit);
      map.lay(those);
    });
    told(here, 'text_numbers.json', {}, numbers.panel, (found) => numbers.show(/** @type {MovedNumbers} */ (found)));
    walkOn({ to: goal });
  }

  /** @param {Record<string, string>} query */
  function walkOn(query) {
    if (!value) return;
    const { here } = value;
    told(
      here,
      'text_walk.json',
      query,
      walk.panel,
      (found) => {
        const walked = /** @type {TextWalk} */ (found);
        goal = walked.to;
        asked['text_walk.json'] = JSON.stringify([here, { to: goal }]);
        walk.show(walked);
      },
      walk.refuse,
    );
  }

  /**
   * Ask once; of several answers the last one counts. What is shown stays until then.
   * @param {string} at @param {string} file @param {Record<string, string>} query @param {Panel} panel
   * @param {(found: unknown) => void} draw @param {(text: string) => boolean} [refuse] whether it was said elsewhere
   */
  async function told(at, file, query, panel, draw, refuse = () => false) {
    const key = JSON.stringify([at, query]);
    if (asked[file] === key) return;
    asked[file] = key;
    const answer = await asking(at, file, query);
    if (asked[file] !== key) return;
    if ('failed' in answer) {
      asked[file] = '';
      if (!refuse(answer.failed))
        panel.empty({ title: 'Nothing to show', text: answer.failed, action: 'Try again', onaction: fetchAll });
      return;
    }
    panel.empty(null);
    draw(answer.data);
    panel.refresh();
  }
}
