// Panel: from the picture on the stage to another one in equal steps through the code.
import { h } from '../core/dom.js';
import { inkPicture, unpackBytes } from '../picture/pixels.js';
import { createPanel } from '../shell/panel.js';

/** @import { Island, Table } from '../core/types.d.ts' */
/** @import { LatentWalk } from './types.d.ts' */

/** @param {HTMLElement} root @param {Island<LatentWalk, 'code' | 'other'>} island */
export function mount(root, island) {
  /** @type {LatentWalk | null} */
  let value = null;
  const other = h('button.btn.box.small', { type: 'button', onclick: () => island.send('other') }, 'Another goal');
  const strip = h('div.walk', { role: 'group', 'aria-label': 'Steps of the walk' });
  const panel = createPanel({
    title: 'Walk',
    subtitle: 'click a step',
    controls: [other],
    table,
    className: 'latent-walk-panel',
  });
  panel.figure.append(strip);
  root.append(panel.node);

  island.onValue((next) => {
    value = next;
    const last = next.steps - 1;
    const name = (/** @type {number | null} */ digit) => nameOf(digit, next.condition !== null);
    strip.replaceChildren(
      ...unpackBytes(next.pictures).map((picture, i) =>
        h(
          'button.walk-step',
          {
            type: 'button',
            'aria-label': `Step ${i + 1} of ${next.steps}`,
            onclick: () => island.send('code', { walk: i }),
          },
          inkPicture(picture, ''),
          h('span', {}, i === 0 ? name(next.from) : i === last ? name(next.to) : `${Math.round((100 * i) / last)} %`),
        ),
      ),
    );
    panel.read([
      ['', 'Each step moves every number of the code by the same share, from '],
      ['b', name(next.from)],
      ['', ' to '],
      ['b', name(next.to)],
      [
        '',
        next.condition === null
          ? '; the decoder draws what lies between.'
          : `; the condition stays ‘${next.condition}’, so only the hand changes.`,
      ],
    ]);
    panel.refresh();
  });

  /** @returns {Table} */
  function table() {
    const inks = value ? unpackBytes(value.pictures) : [];
    return {
      columns: ['step', 'mean ink'],
      rows: inks.map((one, i) => [i + 1, (one.reduce((a, b) => a + b, 0) / one.length).toFixed(4)]),
    };
  }
}

/**
 * Told what to draw, a decoder takes from the code only whose hand it is.
 * @param {number | null} digit @param {boolean} told
 */
const nameOf = (digit, told) => (digit === null ? 'our drawing' : told ? `the ${digit}’s hand` : `a ${digit}`);
