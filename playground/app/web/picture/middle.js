// The middle of the picture: what is handed over, the pill with the vector read at this step, the sum that made it.

import { unpack } from '../core/arrays.js';
import { h, setText } from '../core/dom.js';
import { glyph, span, vector } from '../core/glyphs.js';
import { fixed } from '../core/numbers.js';

/** @import { Code, SequenceScene } from '../core/scene.d.ts' */
/** @import { Look } from './look.js' */

const LEAST = 0.005; // what would read 0.00 is no term

/**
 * @typedef {object} Middle
 * @property {HTMLElement} node @property {HTMLElement} pill
 * @property {HTMLElement[]} tags the shapes that sit on the ribbons, before and after the pill
 * @property {(look: Look | null, step: number) => void} show
 * @property {(path: string | null) => void} mark
 */

/** @param {SequenceScene} scene @param {boolean} layered @param {(path: string) => void} pick @returns {Middle} */
export function middle(scene, layered, pick) {
  const { code } = scene;
  const tags = [
    h('span.shape', {}, code.ghost || layered ? '' : code.shape_in),
    h('span.shape', {}, code.ghost ? '' : code.shape_out),
  ];
  const title = h('div.codel', {}, glyph('code', code.ghost), code.name);
  const why = h('p.why', {}, code.note);
  if (code.ghost) {
    const pill = h('div.codep.ghost');
    return {
      pill,
      tags,
      node: h('div.codeb.ghost', {}, h('div.handover', {}, pill, title, why)),
      show() {},
      mark() {},
    };
  }
  const over = layered && h('div.handover', {}, h('span.m', {}, code.shape_in), h('i.carr'), title, why);
  const { pill, show, mark } = contextPill(scene, pick);
  const sum = contextSum(code);
  return {
    pill,
    tags,
    node: h('div.codeb', {}, over, pill, !layered && title, sum.node),
    show(look, step) {
      show(look, step);
      sum.show(look?.source);
    },
    mark,
  };
}

/** Whether one vector crosses over, the same at every step. @param {Code['kind']} kind */
const alone = (kind) => kind === 'final_state' || kind === 'code';

/**
 * The vector that the decoder reads; opens the block that computes it.
 * @param {SequenceScene} scene @param {(path: string) => void} pick
 */
function contextPill(scene, pick) {
  const { code } = scene;
  const context = unpack(scene.context);
  const most = span(context?.data ?? []);
  let path = code.block;
  /** @type {string | null} */
  let open = null;
  const bars = vector(context?.row(0) ?? [], { across: true, hue: 'code', max: most });
  const pill = h('button.codep', { type: 'button', 'aria-pressed': 'false', onclick: () => path && pick(path) }, bars);
  /** @param {string | null} now */
  const mark = (now) => {
    open = now;
    const on = Boolean(path) && open === path;
    pill.classList.toggle('on', on);
    pill.setAttribute('aria-pressed', String(on));
  };
  /** @type {Middle['show']} */
  const show = (look, step) => {
    path = look?.block ?? code.block;
    pill.disabled = !path;
    pill.setAttribute('aria-label', `${code.name.toLowerCase()}: ${path ? 'open how it is computed' : code.note}`);
    const row = look?.context ?? context?.row(alone(code.kind) ? 0 : step) ?? [];
    bars.show(row, look?.context ? span(row) : most);
    mark(open);
  };
  return { pill, show, mark };
}

/** The live sum under the pill: the three largest terms, in place. @param {Code} code */
function contextSum({ kind, note, symbol }) {
  if (alone(kind)) return { node: h('div.codes', {}, note), show() {} };
  const terms = [0, 1, 2].map(() => ({ number: h('span.c'), index: h('sub') }));
  const rest = h('div.eqn', {}, '+ …');
  const lines = terms.map(({ number, index }) => h('div.eqn', {}, number, ' × ', h('span.e', {}, symbol, index)));
  return {
    node: h('div.codes', {}, h('div.eqn.c.sum', {}, `= Σ α·${symbol}`), lines, rest),
    /** @param {Float32Array | undefined} row */
    show(row = new Float32Array()) {
      const order = Array.from(row.keys())
        .filter((i) => row[i] >= LEAST)
        .sort((a, b) => row[b] - row[a]);
      terms.forEach(({ number, index }, k) => {
        lines[k].hidden = k >= order.length;
        if (k >= order.length) return;
        setText(number, fixed(row[order[k]]));
        setText(index, String(order[k] + 1));
      });
      rest.hidden = row.length <= Math.min(3, order.length);
    },
  };
}
