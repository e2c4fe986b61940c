// An opened attention: the query and what it fetched as bars, the table of who answers it, and one answer worked out.
import { argmax, h, setText, signed, unpack } from '../core/dom.js';
import { onRamp, quoted, ramp, span, spelled, vector } from '../core/glyphs.js';
import { SIDES } from '../core/heads.js';

const LETTERS = { enc: 'e', code: 'c', dec: 'd' };
const MATTERS = 0.05;
const MOSTLY = 0.8;

// What is multiplied with what: [the equation inside the softmax, how one score is written, the key's column, the
// value's letter].
const SCORES = {
  scaled: {
    inside: (q, k) => [q('q'), '·', k('K'), 'ᵀ / √', 'd'],
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
    one: (q, k, token, j) => [q('(W q)'), ` at place ${j + 1}`],
    key: '',
    value: 'state h',
    V: 'h',
  },
  other: { inside: () => ['score'], one: (q, k, token) => ['score of ', k(token)], key: '', value: '', V: 'h' },
};

/**
 * @param {any} detail an opened block that is an attention
 * @param {(parts: [string, string][]) => void} read
 */
export function attentionBody(detail, read) {
  const given = detail.attention;
  const words = SCORES[given.score];
  const side = SIDES[given.side];
  const hue = { q: side.rows, k: side.columns, v: side.hue };
  const arrays = Object.fromEntries(
    ['queries', 'keys', 'values', 'scores', 'weights', 'contexts'].map((name) => [name, tensor(given[name])]),
  );
  let head = 0;
  let row = 0;
  let picked = null;
  const q = (text) => h(`span.${LETTERS[hue.q]}`, {}, text);
  const k = (text) => h(`span.${LETTERS[hue.k]}`, {}, text);
  const scaled = given.score === 'scaled';
  const root = `√${given.width}`;

  const inside = words.inside(q, k).map((part) => (part === 'd' ? String(given.width) : part));
  const equation = h(
    'div.eq',
    {},
    h(`span.${LETTERS[hue.v]}`, {}, 'context'),
    ' = softmax( ',
    inside,
    ' ) ',
    k(words.V),
  );
  const query =
    arrays.queries && bar(given.score === 'pooling' ? 'v' : given.score === 'additive' ? 'W q' : 'q', hue.q);
  const context = arrays.contexts && bar('context', hue.v);
  const lines = h('div.worked');
  const body = h('tbody');
  const columns = [
    h('th.l', { scope: 'col' }, 'source'),
    words.key && arrays.keys && h('th.l', { scope: 'col' }, words.key),
    h('th', { scope: 'col' }, given.score === 'scaled' ? 'q·k' : 'score'),
    scaled && h('th', { scope: 'col' }, `÷ ${root}`),
    h('th', { scope: 'col' }, 'softmax'),
    arrays.values && h('th.l', { scope: 'col' }, words.value),
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
    const key = words.key && arrays.keys && vector([0], { across: true, hue: hue.k });
    const value = arrays.values && vector([0], { across: true, hue: hue.v });
    const product = h('td.m');
    const divided = scaled && h('td.m');
    const share = h('td.m.share');
    const node = h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      key && h('td.v', {}, key),
      product,
      divided,
      share,
      value && h('td.v', {}, value),
    );
    return { node, name, key, value, product, divided, share };
  }

  const seen = () =>
    given.side === 'decoder'
      ? given.columns.length - given.rows.length + row + 1
      : given.side === 'prompt'
        ? row + 1
        : given.columns.length;

  function show() {
    const { keys, values, scores, weights } = arrays;
    const count = seen();
    const keyMax = keys && span(keys.head(head));
    const valueMax = values && span(values.head(head));
    const shares = weights.row(head, row);
    const score = scores.row(head, row);
    const at = picked !== null && picked < count ? picked : argmax(shares);
    query?.show(arrays.queries, head, row);
    context?.show(arrays.contexts, head, row);
    rows.forEach((entry, j) => {
      entry.node.hidden = j >= count;
      if (j >= count) return;
      entry.key?.show(keys.row(head, j), keyMax);
      entry.value?.show(values.row(head, j), valueMax);
      setText(entry.product, signed(score[j] * given.scale));
      if (entry.divided) setText(entry.divided, signed(score[j]));
      setText(entry.share, shares[j].toFixed(3));
      entry.share.style.background = ramp(shares[j], hue.v);
      entry.share.style.color = onRamp(shares[j]);
      entry.node.classList.toggle('most', j === at);
      entry.name.setAttribute('aria-pressed', String(j === at));
    });
    const product = signed(score[at] * given.scale);
    const divided = signed(score[at]);
    lines.replaceChildren(
      ...[
        h('div', {}, words.one(q, k, spelled(given.columns[at]), at), ` = ${product}`),
        scaled && h('div', {}, `${product} / ${Number(given.scale.toFixed(2))} = ${divided}`),
        h('div', {}, `e^${divided} / Σ = `, h(`b.${LETTERS[hue.v]}`, {}, shares[at].toFixed(3))),
      ].filter(Boolean),
    );
    read(reading(shares.subarray(0, count)));
  }

  function reading(shares) {
    const order = Array.from(shares.keys()).sort((a, b) => shares[b] - shares[a]);
    const name = (j) => [LETTERS[hue.k], quoted(given.columns[j])];
    const values = arrays.values
      ? 'Only the last two columns matter for the output: '
      : 'Only the softmax matters for the output: ';
    if (shares[order[0]] >= MOSTLY)
      return [
        ['', values],
        ['b', shares[order[0]].toFixed(3)],
        ['', ' of the value of '],
        name(order[0]),
        ['', shares.length > 1 ? ' and little else.' : '.'],
      ];
    const most = order.filter((j) => shares[j] >= MATTERS).slice(0, 4);
    return [
      ['', values],
      ...most.flatMap((j, i) => [['', i ? ', ' : ''], ['b', shares[j].toFixed(3)], ['', ' of '], name(j)]),
      ['', '.'],
    ];
  }

  return {
    node: h('div.insp', {}, left, table),
    heads: given.heads,
    show(nextHead, nextRow) {
      if (nextHead !== head || nextRow !== row) picked = null;
      [head, row] = [Math.min(nextHead, given.heads - 1), Math.max(0, Math.min(nextRow, given.rows.length - 1))];
      show();
    },
    table: () => ({
      columns: ['source', ...(scaled ? ['q·k', `÷ ${root}`] : ['score']), 'softmax'],
      rows: given.columns
        .slice(0, seen())
        .map((token, j) => [
          token,
          ...(scaled ? [signed(arrays.scores.row(head, row)[j] * given.scale)] : []),
          signed(arrays.scores.row(head, row)[j]),
          arrays.weights.row(head, row)[j].toFixed(3),
        ]),
    }),
  };
}

function bar(symbol, hue) {
  const drawn = vector([0], { across: true, hue });
  const size = h('span.dim.m');
  return {
    nodes: [h(`span.m.${LETTERS[hue]}`, {}, symbol), h('div.bars', {}, drawn), size],
    show(values, head, row) {
      const now = values.row(head, Math.min(row, values.shape[1] - 1));
      drawn.show(now, span(values.head(head)));
      setText(size, String(now.length));
    },
  };
}

/** (heads, rows, numbers) */
function tensor(packed) {
  if (!packed) return null;
  const { shape, data } = unpack(packed);
  const [, rows, width] = shape;
  return {
    shape,
    head: (k) => data.subarray(k * rows * width, (k + 1) * rows * width),
    row: (k, i) => data.subarray((k * rows + i) * width, (k * rows + i + 1) * width),
  };
}
