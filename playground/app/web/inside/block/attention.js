// An opened attention: the query and what it fetched as bars, the table of who answers it, and one answer worked out.

import { argmax, unpack } from '../../core/arrays.js';
import { h, setText } from '../../core/dom.js';
import { onRamp, quoted, ramp, span, spelled, vector } from '../../core/glyphs.js';
import { signed } from '../../core/numbers.js';
import { LETTERS, SIDES } from '../heads.js';

/** @import { Child, Hue, Packed, Rich, Table } from '../../core/types.d.ts' */
/** @import { Attention, Detail } from '../types.d.ts' */

/** @typedef {(text: string) => Node} Hued */
/** @typedef {ReturnType<typeof tensor>} Tensor */
/**
 * What is multiplied with what.
 * @typedef {object} Score
 * @property {(q: Hued, k: Hued, width: number) => Child[]} inside the equation inside the softmax
 * @property {(q: Hued, k: Hued, token: string, place: number) => Child[]} one how one score is written
 * @property {string} key column of the keys @property {string} value column of the values
 * @property {string} V letter of the values
 */

const MATTERS = 0.05;
const MOSTLY = 0.8;

/** @type {Record<Attention['score'], Score>} */
const SCORES = {
  scaled: {
    inside: (q, k, width) => [q('q'), '·', k('K'), 'ᵀ / √', width],
    one: (q, k, token) => [q('q'), '·', k(`k(${token})`)],
    key: 'key k',
    value: 'value v',
    V: 'V',
  },
  dot: {
    inside: (q, k) => [q('q'), '·', k('h')],
    one: (q, k, token) => [q('q'), '·', k(`h(${token})`)],
    key: 'state h',
    value: 'state h',
    V: 'h',
  },
  general: {
    inside: (q, k) => [q('q'), '·', k('W h')],
    one: (q, k, token) => [q('q'), '·', k(`W h(${token})`)],
    key: 'W h',
    value: 'state h',
    V: 'h',
  },
  additive: {
    inside: (q, k) => ['v·tanh( ', q('W q'), ' + ', k('U h'), ' )'],
    one: (q, k, token) => ['v·tanh( ', q('W q'), ' + ', k(`U h(${token})`), ' )'],
    key: 'U h',
    value: 'state h',
    V: 'h',
  },
  pooling: {
    inside: (q, k) => [q('v'), '·tanh( ', k('W h'), ' )'],
    one: (q, k, token) => [q('v'), '·tanh( ', k(`W h(${token})`), ' )'],
    key: 'W h',
    value: 'state h',
    V: 'h',
  },
  location: {
    inside: (q) => [q('W q')],
    one: (q, _k, _token, j) => [q('(W q)'), ` at place ${j + 1}`],
    key: '',
    value: 'state h',
    V: 'h',
  },
  other: { inside: () => ['score'], one: (_q, k, token) => ['score of ', k(token)], key: '', value: '', V: 'h' },
};

/**
 * @param {Detail} detail @param {Attention} given
 * @param {(parts: Rich) => void} read
 */
export function attentionBody(detail, given, read) {
  const words = SCORES[given.score];
  const side = SIDES[given.side];
  const hue = { q: side.rows, k: side.columns, v: side.hue };
  const [scores, weights] = [tensor(given.scores), tensor(given.weights)];
  const [queries, keys, values, contexts, lean] = [
    given.queries,
    given.keys,
    given.values,
    given.contexts,
    given.lean,
  ].map((packed) => packed && tensor(packed));
  let head = 0;
  let row = 0;
  /** @type {number | null} the column that is worked out */
  let picked = null;
  /** @type {Hued} */
  const q = (text) => h(`span.${LETTERS[hue.q]}`, {}, text);
  /** @type {Hued} */
  const k = (text) => h(`span.${LETTERS[hue.k]}`, {}, text);
  const scaled = given.score === 'scaled';
  const root = `√${given.width}`;

  const equation = h(
    'div.eq',
    {},
    h(`span.${LETTERS[hue.v]}`, {}, 'context'),
    ' = softmax( ',
    words.inside(q, k, given.width),
    lean && ' − m · distance',
    ' ) ',
    k(words.V),
  );
  const symbol = given.score === 'pooling' ? 'v' : given.score === 'additive' ? 'W q' : 'q';
  const query = queries && bar(symbol, hue.q, queries);
  const context = contexts && bar('context', hue.v, contexts);
  const lines = h('div.worked');
  const body = h('tbody');
  const columns = [
    h('th.l', { scope: 'col' }, 'source'),
    words.key && keys && h('th.l', { scope: 'col' }, words.key),
    h('th', { scope: 'col' }, given.score === 'scaled' ? 'q·k' : 'score'),
    scaled && h('th', { scope: 'col' }, `÷ ${root}`),
    lean && h('th', { scope: 'col' }, '− m·distance'),
    h('th', { scope: 'col' }, 'softmax'),
    values && h('th.l', { scope: 'col' }, words.value),
  ];
  const rows = given.columns.map((token, j) => tableRow(token, j));
  body.append(...rows.map((entry) => entry.node));
  const table = h(
    'div.answers',
    { tabindex: 0, role: 'region', 'aria-label': 'Who answers the query' },
    h('table.mx', {}, h('thead', {}, h('tr', {}, columns)), body),
  );
  const left = h(
    'div.left',
    {},
    equation,
    h('div.quantities', {}, query?.nodes, context?.nodes),
    lines,
    h('p.dim', {}, detail.about, ' Bars up are positive, bars down negative.'),
  );

  /** @param {string} token @param {number} j */
  function tableRow(token, j) {
    const name = h(
      `button.tok.${LETTERS[hue.k]}`,
      {
        type: 'button',
        'aria-pressed': 'false',
        title: `Work out the weight of ${token}`,
        onclick: () => {
          picked = picked === j ? null : j;
          show();
        },
      },
      spelled(token),
    );
    const key = words.key && keys && vector([0], { across: true, hue: hue.k });
    const value = values && vector([0], { across: true, hue: hue.v });
    const product = h('td.m');
    const divided = scaled && h('td.m');
    const cost = lean && h('td.m');
    const share = h('td.m.share');
    const node = h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      key && h('td.v', {}, key),
      product,
      divided,
      cost,
      share,
      value && h('td.v', {}, value),
    );
    return { node, name, key, value, product, divided, cost, share };
  }

  const seen = () =>
    given.side === 'decoder'
      ? given.columns.length - given.rows.length + row + 1
      : given.side === 'prompt'
        ? row + 1
        : given.columns.length;

  /** What distance takes off a score; a head that is deaf to that side hears nothing. @param {number} j */
  const costs = (j) => (weights.row(head, row)[j] === 0 ? '∞' : signed(Math.abs(lean?.row(head, row)[j] ?? 0)));

  function show() {
    const count = seen();
    const keyMax = keys && span(keys.head(head));
    const valueMax = values && span(values.head(head));
    const shares = weights.row(head, row);
    const score = scores.row(head, row);
    const at = picked !== null && picked < count ? picked : argmax(shares);
    query?.show(head, row);
    context?.show(head, row);
    rows.forEach((entry, j) => {
      entry.node.hidden = j >= count;
      if (j >= count) return;
      if (keys && entry.key) entry.key.show(keys.row(head, j), keyMax ?? 1);
      if (values) entry.value?.show(values.row(head, j), valueMax ?? 1);
      setText(entry.product, signed(score[j] * given.scale));
      if (entry.divided) setText(entry.divided, signed(score[j]));
      if (entry.cost) setText(entry.cost, `−${costs(j)}`);
      setText(entry.share, shares[j].toFixed(3));
      entry.share.style.background = ramp(shares[j], hue.v);
      entry.share.style.color = onRamp(shares[j]);
      entry.node.classList.toggle('most', j === at);
      entry.name.setAttribute('aria-pressed', String(j === at));
    });
    const product = signed(score[at] * given.scale);
    const divided = signed(score[at]);
    const exponent = signed(score[at] + (lean?.row(head, row)[at] ?? 0));
    lines.replaceChildren(
      h('div', {}, words.one(q, k, spelled(given.columns[at]), at), ` = ${product}`),
      ...(scaled ? [h('div', {}, `${product} / ${Number(given.scale.toFixed(2))} = ${divided}`)] : []),
      ...(lean ? [h('div', {}, `${divided} − ${costs(at)} = ${exponent}`)] : []),
      h('div', {}, `e^${exponent} / Σ = `, h(`b.${LETTERS[hue.v]}`, {}, shares[at].toFixed(3))),
    );
    read(reading(shares.subarray(0, count)));
  }

  /** @param {Float32Array} shares @returns {Rich} */
  function reading(shares) {
    const order = Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a]);
    /** @param {number} j @returns {Rich[0]} */
    const name = (j) => [LETTERS[hue.k], quoted(given.columns[j])];
    const matters = values
      ? 'Only the last two columns matter for the output: '
      : 'Only the softmax matters for the output: ';
    if (shares[order[0]] >= MOSTLY)
      return [
        ['', matters],
        ['b', shares[order[0]].toFixed(3)],
        ['', ' of the value of '],
        name(order[0]),
        ['', shares.length > 1 ? ' and little else.' : '.'],
      ];
    const most = order.filter((j) => shares[j] >= MATTERS).slice(0, 4);
    /** @param {number} j @param {number} i @returns {Rich} */
    const one = (j, i) => [['', i ? ', ' : ''], ['b', shares[j].toFixed(3)], ['', ' of '], name(j)];
    return [['', matters], ...most.flatMap(one), ['', '.']];
  }

  return {
    node: h('div.insp', {}, left, table),
    /** @param {number} nextHead @param {number} nextRow */
    show(nextHead, nextRow) {
      if (nextHead !== head || nextRow !== row) picked = null;
      [head, row] = [Math.min(nextHead, given.heads - 1), Math.max(0, Math.min(nextRow, given.rows.length - 1))];
      show();
    },
    /** @returns {Table} */
    table: () => ({
      columns: ['source', ...(scaled ? ['q·k', `÷ ${root}`] : ['score']), ...(lean ? ['− m·distance'] : []), 'softmax'],
      rows: given.columns
        .slice(0, seen())
        .map((token, j) => [
          token,
          ...(scaled ? [signed(scores.row(head, row)[j] * given.scale)] : []),
          signed(scores.row(head, row)[j]),
          ...(lean ? [`−${costs(j)}`] : []),
          weights.row(head, row)[j].toFixed(3),
        ]),
    }),
  };
}

/** @param {string} symbol @param {Hue} hue @param {Tensor} values */
function bar(symbol, hue, values) {
  const drawn = vector([0], { across: true, hue });
  const size = h('span.dim.m');
  return {
    nodes: [h(`span.m.${LETTERS[hue]}`, {}, symbol), h('div.bars', {}, drawn), size],
    /** @param {number} head @param {number} row */
    show(head, row) {
      const now = values.row(head, Math.min(row, values.shape[1] - 1));
      drawn.show(now, span(values.head(head)));
      setText(size, String(now.length));
    },
  };
}

/** (heads, rows, numbers) @param {Packed} packed */
function tensor(packed) {
  const { shape, data } = unpack(packed);
  const [, rows, width] = shape;
  return {
    shape,
    head: (/** @type {number} */ k) => data.subarray(k * rows * width, (k + 1) * rows * width),
    row: (/** @type {number} */ k, /** @type {number} */ i) =>
      data.subarray((k * rows + i) * width, (k * rows + i + 1) * width),
  };
}
