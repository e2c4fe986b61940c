// The held-out texts whose codes lie nearest to that of the text on the stage; a press puts one there.
import { h } from '../../core/dom.js';
import { grouped } from '../../core/numbers.js';
import { createPanel } from '../../shell/panel.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { NearTexts } from './types.d.ts' */

/** @param {{put: (text: string) => void}} acts */
export function nearPanel({ put }) {
  /** @type {NearTexts | null} */
  let found = null;
  let unit = 'token';
  const list = h('ol.near-texts');
  const panel = createPanel({ title: 'Nearest codes', table, data: () => found, className: 'near-texts-panel' });
  panel.figure.append(list);

  return {
    panel,
    node: panel.node,
    /** @param {NearTexts} next @param {string} called what a token is called */
    show(next, called) {
      found = next;
      unit = called;
      const { near, usual, length, among } = next;
      const most = Math.max(...near.map(({ distance }) => distance), 1e-6);
      panel.subtitle(`among ${grouped(among)} test texts, by distance`);
      list.replaceChildren(
        ...near.map(({ text, distance, shared }) =>
          h(
            'li',
            {},
            h(
              'button.near-text',
              { type: 'button', title: 'Put it on the stage', onclick: () => put(text) },
              h('span.m.e', {}, text),
              h(
                'span.how',
                {},
                h('span.bar', { 'aria-hidden': 'true' }, h('i', { style: { width: `${(100 * distance) / most}%` } })),
                h('span.dim', {}, `${distance.toFixed(1)} away · ${shared} of ${length} ${unit}s in common`),
              ),
            ),
          ),
        ),
      );
      const mean = near.reduce((sum, { shared }) => sum + shared, 0) / Math.max(near.length, 1);
      panel.read([
        ['', 'The nearest share '],
        ['b', mean.toFixed(1)],
        ['', ` of ${length} ${unit}s with the text on the stage; all the others `],
        ['b', usual.toFixed(1)],
        ['', '.'],
      ]);
    },
  };

  /** @returns {Table} */
  function table() {
    return {
      columns: ['text', 'distance', `${unit}s in common`],
      rows: (found?.near ?? []).map(({ text, distance, shared }) => [text, distance.toFixed(3), shared]),
    };
  }
}
