// Island: nearest states in context. What precedes a state is in its hue, the token it is about to write is an ink
// chip, what follows is grey.
import { h } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { again, fill, states, stepOf } from './answers.js';

/** @import { Table } from '../core/types.d.ts' */
/** @import { Near } from './types.d.ts' */

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Near | null} */
  let near = null;
  const panel = createPanel({
    title: 'Nearest states',
    className: 'near-panel',
    table: () => tableOf(near),
    data: () => near,
  });
  const list = h('ol.nearest', {});
  panel.figure.append(list);
  fill(root, panel, 'near', states, again, (data) => {
    near = data.near;
    draw();
  });
  state.step.on(() => {
    if (!near) return;
    draw();
    panel.refresh();
  });

  function draw() {
    if (!near) return;
    const step = stepOf(near.steps.length);
    const { sentences } = near;
    panel.subtitle(
      `to the state of step ${step + 1}, ${quoted(near.tokens[step])}, in ${near.inputs} held-out inputs, by cosine`,
    );
    list.replaceChildren(
      ...near.steps[step].map(([sentence, at, cosine]) => {
        const { target, source } = sentences[sentence];
        return h(
          'li',
          {},
          h(
            'span.how',
            {},
            h('b.m', {}, short(cosine)),
            h('span.bar', { 'aria-hidden': true }, h('i', { style: { width: `${Math.max(0, cosine) * 100}%` } })),
          ),
          h('span.where', {}, h('span.m', {}, context(target, at)), source && h('span.src', { title: source }, source)),
        );
      }),
    );
    panel.read(near.readings[step]);
  }
}

/** @param {string[]} tokens @param {number} at */
function context(tokens, at) {
  const apart = tokens.every((token) => token === 'end' || token.length === 1) ? '' : ' ';
  return tokens.flatMap((token, i) => {
    const gap = i ? [apart] : [];
    if (i === at) return [' ', h('mark', {}, spelled(token)), ' '];
    if (token === 'end') return [];
    return [...gap, h(i < at ? 'span.d' : 'span.dim', {}, spelled(token))];
  });
}

/** Two digits, never rounded up to 1. @param {number} cosine */
const short = (cosine) =>
  cosine >= 0.995
    ? '>.99'
    : cosine
        .toFixed(2)
        .replace(/^(-?)0/, '$1')
        .replace('-', '−');

/** @param {Near | null} near @returns {Table} */
function tableOf(near) {
  if (!near) return { columns: [], rows: [] };
  const { sentences } = near;
  return {
    columns: ['cosine', 'at output', 'token due', 'answer', 'source'],
    rows: near.steps[stepOf(near.steps.length)].map(([sentence, at, cosine]) => {
      const { target, source } = sentences[sentence];
      return [cosine.toFixed(4), at + 1, target[at], target.join(' '), source ?? ''];
    }),
    caption: 'Held-out states nearest to that of this step',
  };
}
