// What two models have in common and what differs: what differs in bold, what is the same in grey, behind “=”.
import { h } from '../core/dom.js';

/** @import { Table } from '../core/types.d.ts' */

/** @typedef {[name: string, a: string | null, b: string | null]} Same what A has, what B has; null: it has none */

const FEW = 4; // that are the same and always said; the others are folded

/** @param {Same[]} rows what differs comes first, in their order @param {[string, string]} [sides] their letters */
export function sameRows(rows, sides = ['A', 'B']) {
  const differing = rows.filter(([, a, b]) => a !== b);
  const same = rows.filter(([, a, b]) => a === b);
  const shown = same.slice(0, FEW);
  const folded = same.slice(FEW);
  return [
    rowsTable([...shown, ...differing], sides),
    folded.length
      ? h(
          'details.same-more',
          {},
          h('summary', {}, `${folded.length} more that ${folded.length > 1 ? 'are' : 'is'} the same`),
          rowsTable(folded, sides),
        )
      : '',
  ];
}

/** @param {Same[]} rows @param {[string, string]} [sides] */
export const rowsTable = (rows, [a, b] = ['A', 'B']) =>
  h(
    'table.same-rows',
    {},
    h('thead', {}, h('tr', {}, h('td'), h('th', { scope: 'col' }, a), h('th', { scope: 'col' }, b))),
    h(
      'tbody',
      {},
      rows.map(([name, a, b]) =>
        h(
          a === b ? 'tr.same' : 'tr',
          {},
          h('th', { scope: 'row' }, name),
          h('td', {}, a ?? '–'),
          h('td', {}, a === b ? '=' : (b ?? '–')),
        ),
      ),
    ),
  );

/** @param {Same[]} rows @returns {Table} */
export const sameTable = (rows) => ({
  columns: ['', 'A', 'B'],
  rows: rows.map(([name, a, b]) => [name, a ?? '–', b ?? '–']),
  caption: 'Same and different',
});
