// An opened block that is no attention: quantities as bars, one unit worked out, parameters; an embedding as a table.

import { unpack } from '../../core/arrays.js';
import { h, rich, setText } from '../../core/dom.js';
import { span, spelled } from '../../core/glyphs.js';
import { LETTERS } from '../heads.js';
import { cells, figure, matrix } from './cells.js';

/** @import { Hue, Rich, Table } from '../../core/types.d.ts' */
/** @import { Hover } from './cells.js' */
/** @import { Axis, Detail, Embedding, Part } from '../types.d.ts' */

/** @typedef {(axis: Axis) => number} RowOf which row of a quantity is shown */

/**
 * @param {Detail} detail
 * @param {(parts: Rich) => void} read
 */
export function plainBody(detail, read) {
  /** @type {Hover} */
  const told = (text) => read([['', text ?? 'Point at a bar or a cell to read its number.']]);
  const parts = detail.parts.map((part) => partOf(part, told));
  const equation =
    detail.equation &&
    h(
      'div.eq',
      {},
      detail.equation.split('\n').map((line) => h('div', {}, line)),
    );
  const quantities = parts.map((part) => part.quantities);
  const worked = parts.map((part) => part.worked);
  const table = detail.embedding && embeddingTable(detail.embedding, detail.hue);
  const matrices = detail.matrices.map((one) => matrix(one, detail.hue, told));
  const about = detail.about && h('p.dim', {}, detail.about);
  const aside = table ? table.node : matrices.length > 0 && h('div.right', {}, matrices);
  const left = h('div.left', {}, equation, quantities, aside && [worked, about]);
  const right = aside || h('div.right', {}, worked, about);
  return {
    node: h('div.insp', {}, left, right),
    /** @param {number} chosen which part @param {RowOf} rowOf */
    show(chosen, rowOf) {
      parts.forEach((part, i) => part.show(i === chosen, rowOf));
      if (detail.embedding) table?.show(rowOf(detail.embedding.axis));
      told(null);
    },
    /** @param {number} chosen @param {RowOf} rowOf @returns {Table} */
    table: (chosen, rowOf) => ({
      columns: ['quantity', 'numbers'],
      rows: detail.parts[chosen].quantities.map((quantity, i) => [
        quantity.symbol,
        Array.from(parts[chosen].values(i, rowOf), (v) => v.toFixed(3)).join(' '),
      ]),
    }),
  };
}

/** @param {Part} part @param {Hover} told */
function partOf(part, told) {
  const entries = part.quantities.map((quantity) => {
    const values = unpack(quantity.values);
    const shape = quantity.values.shape.slice(1);
    const row = (/** @type {number} */ at) => values.row(Math.min(at, values.shape[0] - 1));
    const max = quantity.bound ?? span(values.data);
    const size = shape.filter((n, i) => n > 1 || i === shape.length - 1).join(' × ') || '1';
    const drawn = figure(shape.length ? shape : [1], row(0), {
      hue: quantity.hue,
      max,
      symbol: quantity.symbol,
      hover: told,
    });
    return {
      quantity,
      row,
      drawn,
      nodes: [
        h(`span.m.sym.${LETTERS[quantity.hue]}`, { title: quantity.site }, quantity.symbol),
        drawn.node,
        h('span.dim.m', {}, size),
      ],
    };
  });
  const quantities = h(
    'div.quantities',
    {},
    entries.map(({ nodes }) => nodes),
  );
  const worked = h('div.worked', { hidden: !part.worked });
  return {
    quantities,
    worked,
    /** @param {number} i @param {RowOf} rowOf */
    values: (i, rowOf) => entries[i].row(rowOf(entries[i].quantity.axis)),
    /** @param {boolean} visible @param {RowOf} rowOf */
    show(visible, rowOf) {
      quantities.hidden = !visible;
      worked.hidden = !visible || !part.worked;
      if (!visible) return;
      for (const { quantity, row, drawn } of entries) drawn.show(row(rowOf(quantity.axis)));
      if (!part.worked) return;
      const rows = part.worked.rows;
      const lines = rows[Math.min(rowOf(part.worked.axis), rows.length - 1)] ?? [];
      worked.replaceChildren(...lines.map((line) => h('div', {}, rich(line))));
      worked.hidden = !lines.length;
    },
  };
}

/**
 * One-hot × W = the row: names, zeros and a one, and the table with the picked row lit.
 * @param {Embedding} embedding @param {Hue} hue
 */
function embeddingTable(embedding, hue) {
  const table = unpack(embedding.table);
  const [count, width] = table.shape;
  const most = span(table.data);
  const rows = embedding.names.map((name, i) => {
    const bit = h('td.m', {}, '0');
    return {
      bit,
      node: h(
        'tr',
        {},
        h('th.m', { scope: 'row' }, spelled(name)),
        bit,
        h('td.strip', {}, cells(table.row(i), 1, width, hue, most)),
      ),
    };
  });
  const scroller = h(
    'div.answers',
    { tabindex: 0, role: 'region', 'aria-label': `The table W, ${count} × ${width}` },
    h(
      'table.mx.embedding',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th.l', { scope: 'col' }, 'token'),
          h('th', { scope: 'col' }, 'one-hot'),
          h('th.l', { scope: 'col' }, `W, ${count} × ${width}`),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map(({ node }) => node),
      ),
    ),
  );
  /** @type {typeof rows[0] | null} */
  let lit = null;
  return {
    node: h(
      'div.right',
      {},
      h('div.what', {}, h('b', {}, 'one-hot × Linear = Embedding')),
      scroller,
      h('p.dim', {}, embedding.same),
    ),
    /** @param {number} at */
    show(at) {
      const id = embedding.ids[Math.min(at, embedding.ids.length - 1)];
      if (lit) {
        lit.node.classList.remove('most');
        setText(lit.bit, '0');
      }
      lit = rows[id];
      lit.node.classList.add('most');
      setText(lit.bit, '1');
      const from = lit.node.offsetTop;
      const room = scroller.clientHeight;
      if (room && (from < scroller.scrollTop + 30 || from > scroller.scrollTop + room - 40))
        scroller.scrollTop = from - room / 2;
    },
  };
}
