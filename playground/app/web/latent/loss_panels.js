// Panels: the loss of a variational autoencoder taken apart, and what each number of the code pays.
import { h, s } from '../core/dom.js';
import { glyph } from '../core/glyphs.js';
import { asking } from '../core/island.js';
import { grouped, percent, share } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';

/** @import { Child, Island, Rich } from '../core/types.d.ts' */
/** @import { Apart, Loss } from './types.d.ts' */

const PATIENCE_MS = 300; // how long weights stand still before their loss is asked for
const TALL = 150; // of the highest bar

/** @param {HTMLElement} root @param {Island<Loss>} island */
export function mount(root, island) {
  /** @type {Loss | null} */
  let value = null;
  /** @type {Apart | null} */
  let found = null;
  let of = ''; // the address that it is of
  let waiting = 0;
  const terms = createPanel({ title: 'Loss taken apart', table: termsTable, present: true, className: 'loss-terms' });
  const each = createPanel({ title: 'KL per number', table: numbersTable, present: true, className: 'loss-numbers' });

  island.onValue((next) => {
    value = next;
    if (of !== next.address) ask();
    else draw();
  });
  state.tab.on(ask);
  new ResizeObserver(draw).observe(each.figure);

  /** Counted once somebody looks. */
  function ask() {
    clearTimeout(waiting);
    if (!value || state.tab.value !== 'loss') return;
    if (!root.firstChild) root.append(h('div.loss-stage', {}, terms.node, each.node));
    const { address } = value;
    if (of === address) {
      draw();
      return;
    }
    waiting = setTimeout(
      async () => {
        const answer = await asking(address, 'loss.json', {});
        if (value?.address !== address) return;
        if ('failed' in answer) {
          for (const panel of [terms, each]) panel.empty({ title: 'Not counted', text: answer.failed });
          return;
        }
        for (const panel of [terms, each]) panel.empty(null);
        found = /** @type {Apart} */ (answer.data);
        of = address;
        draw();
      },
      found ? PATIENCE_MS : 0,
    );
  }

  function draw() {
    if (!found || !value || state.tab.value !== 'loss') return;
    const { reconstruction, kl, beta, floor, examples, of: kind } = found;
    const cost = kl.reduce((a, b) => a + b, 0);
    const sum = reconstruction + beta * cost;
    terms.subtitle(`nats a ${kind}, ${grouped(examples)} test ${kind}s`);
    terms.figure.replaceChildren(
      term([glyph('dec'), 'reconstruction'], reconstruction, [['dec', 0, reconstruction]], sum),
      term([glyph('code'), `β × KL = ${beta} × ${cost.toFixed(2)}`], beta * cost, [['code', reconstruction, sum]], sum),
      term(
        ['loss, their sum'],
        sum,
        [
          ['dec', 0, reconstruction],
          ['code', reconstruction, sum],
        ],
        sum,
        'whole',
      ),
    );
    terms.read([
      ['', 'The code is '],
      ['b', `${Math.round((100 * beta * cost) / sum)} %`],
      ['', ' of the loss. '],
      ['', floor ? `Greys alone cost ${floor.toFixed(1)} nats: no reconstruction goes below. ` : ''],
      ...here(value, beta, kind),
    ]);
    drawNumbers(found);
    terms.refresh();
    each.refresh();
  }

  /** @param {Apart} found */
  function drawNumbers({ kl, used, beta, least, moves, far, of: kind }) {
    const order = kl.map((_, i) => i).sort((a, b) => kl[b] - kl[a]);
    each.subtitle(`β = ${beta} · nats of each number, largest first`);
    each.figure.replaceChildren(bars(order, kl, used, each.figure.clientWidth));
    const count = used.filter(Boolean).length;
    const most = (/** @type {boolean} */ one) => moves.filter((_, i) => used[i] === one);
    const idle = most(false);
    /** @type {Rich} */
    const collapsed = idle.length
      ? [
          ['b', `${idle.length} of ${kl.length} collapsed`],
          ['', `: below ${least} nats each. Moving one from −${far} to ${far} changes `],
          ['', `${effect(kind, Math.max(...idle))} at most`],
          ['', count ? `; a used one ${effect(kind, Math.min(...most(true)))} or more.` : '.'],
        ]
      : [
          ['b', 'None has collapsed'],
          ['', `: moving one from −${far} to ${far} changes ${spanOf(kind, moves)}.`],
        ];
    each.read(collapsed);
  }

  function termsTable() {
    if (!found) return { columns: [], rows: [] };
    const { reconstruction, kl, beta, of: kind } = found;
    const cost = kl.reduce((a, b) => a + b, 0);
    return {
      columns: ['term', `nats a ${kind}`],
      rows: [
        ['reconstruction', reconstruction.toFixed(2)],
        ['KL', cost.toFixed(2)],
        [`β × KL, β = ${beta}`, (beta * cost).toFixed(2)],
        ['loss', (reconstruction + beta * cost).toFixed(2)],
      ],
    };
  }

  function numbersTable() {
    const { kl = [], used = [], moves = [], of: kind = 'picture' } = found ?? {};
    return {
      columns: [
        'number',
        'KL, nats',
        'state',
        kind === 'text' ? 'share of words that it changes' : 'changes a pixel by',
      ],
      rows: kl.map((v, i) => [`z${i + 1}`, v.toFixed(3), used[i] ? 'used' : 'collapsed', moves[i].toFixed(4)]),
    };
  }
}

/** What moving a number does. @param {Apart['of']} kind @param {number} moves */
const effect = (kind, moves) => (kind === 'text' ? `${share(moves)} of the words` : `a pixel by ${moves.toFixed(3)}`);

/** @param {Apart['of']} kind @param {number[]} moves */
const spanOf = (kind, moves) =>
  kind === 'text'
    ? `${percent(Math.min(...moves))} to ${percent(Math.max(...moves))} of the words`
    : `${effect(kind, Math.min(...moves))} or more`;

/** @param {Loss} value @param {number} beta @param {Apart['of']} kind @returns {Rich} */
function here({ here }, beta, kind) {
  if (!here) return [];
  const { reconstruction, kl } = here;
  const cost = reconstruction.toFixed(kind === 'text' ? 2 : 0);
  return [['', `The ${kind} on the stage costs ${cost} + ${beta} × ${kl.toFixed(1)}.`]];
}

/**
 * @param {Child[]} name @param {number} nats @param {[hue: string, from: number, to: number][]} parts
 * @param {number} whole @param {string} [kind]
 */
function term(name, nats, parts, whole, kind = '') {
  return h(
    'div.term',
    {},
    h('div.term-name', {}, name),
    h('div.term-sum', {}, h('b', {}, nats.toFixed(1)), ' nats'),
    h(
      `div.term-bar${kind && `.${kind}`}`,
      { 'aria-hidden': 'true' },
      parts.map(([hue, from, to]) =>
        h(`i.${hue}`, { style: { left: `${(100 * from) / whole}%`, width: `${(100 * (to - from)) / whole}%` } }),
      ),
    ),
  );
}

/** @param {number[]} order @param {number[]} kl @param {boolean[]} used @param {number} width */
function bars(order, kl, used, width) {
  const big = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--fs-xs')) / 12 || 1;
  const step = Math.min(48 * big, (width - 8) / order.length);
  const most = Math.max(...kl, 1e-6);
  const top = 20 * big;
  const foot = top + TALL;
  const count = order.filter((i) => used[i]).length;
  const every = Math.ceil((22 * big) / step);
  /** @param {number} from @param {number} to @param {string} text */
  const brace = (from, to, text) => {
    if (to <= from) return null;
    const [x0, x1] = [4 + from * step, 4 + to * step];
    const wide = text.length * 7 * big;
    const at = Math.max(wide / 2, Math.min(width - wide / 2, (x0 + x1) / 2));
    return s(
      'g',
      {},
      s('path', { d: `M${x0 + 2} ${foot + 24 * big}v5H${x1 - 2}v-5`, class: 'brace' }),
      s('text', { x: at, y: foot + 45 * big, 'text-anchor': 'middle', class: 'brace-name' }, text),
    );
  };
  const both = count > 0 && count < order.length;
  return s(
    'svg',
    {
      class: 'kl-bars',
      width,
      height: foot + 52 * big,
      role: 'img',
      'aria-label': `KL of ${order.length} numbers: ${count} used, ${order.length - count} collapsed`,
    },
    s('text', { x: 4, y: 12 * big, class: 'm kl-most' }, most.toFixed(1)),
    order.map((i, k) => {
      const tall = used[i] ? Math.max(2, (TALL * kl[i]) / most) : 22;
      const box = { x: 4 + k * step + 1, y: foot - tall, width: Math.max(2, step - 3), height: tall };
      return [
        s('rect', { ...box, class: used[i] ? 'bar used' : 'bar collapsed' }),
        k % every
          ? null
          : s('text', { x: 4 + (k + 0.5) * step, y: foot + 15 * big, 'text-anchor': 'middle', class: 'm' }, i + 1),
      ];
    }),
    s('path', { d: `M0 ${foot}H${width}`, class: 'base' }),
    brace(0, count, both && count * step < 70 * big ? `${count}` : `${count} used`),
    brace(
      count,
      order.length,
      both && (order.length - count) * step < 90 * big ? '' : `${order.length - count} collapsed`,
    ),
  );
}
