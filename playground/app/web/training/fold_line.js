// The one picture folded to one line, for the Training tab: source chips, code, output chips of the pinned input.

import { scoreText } from '../core/answers.js';
import { unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { glyph, vector } from '../core/glyphs.js';
import { colourPicture, inkPicture } from '../picture/pixels.js';
import { errorOf, isPicture } from './samples.js';

/** @import { PictureSample, Sample } from '../core/run.d.ts' */
/** @import { Verdict } from '../core/scene.d.ts' */
/** @import { Packed, PackedBytes } from '../core/types.d.ts' */

/**
 * @typedef {Sample & {shown?: PackedBytes | null, named?: string | null, wrong?: boolean[] | null, verdict?: Verdict,
 *   untrained?: boolean}} Fold `shown`: a source that is no text; `named`: what a picture is called
 */

export function foldLine() {
  const node = h('div.fold-line', { hidden: true });
  /** @type {Fold | null} */
  let drawn = null;
  return {
    node,
    /** @param {Fold | null} fold */
    show(fold) {
      node.hidden = !fold;
      if (!fold || fold === drawn) return;
      drawn = fold;
      node.replaceChildren(...(isPicture(fold) ? pictureParts(fold) : sequenceParts(fold)));
    },
  };
}

/** @param {Fold} fold @returns {(Node | string)[]} */
function sequenceParts({ source = [], output = [], attention, shown, wrong, verdict, untrained }) {
  return [
    glyph('enc'),
    shown
      ? h('span.picture', {}, colourPicture(shown, 'the input'))
      : h(
          row(source),
          { role: 'img', 'aria-label': `source: ${source.join(' ')}` },
          source.map((token) => chip(token, 'enc')),
        ),
    arrow(),
    pill(attention),
    arrow(),
    glyph('dec'),
    h(
      row(output),
      { role: 'img', 'aria-label': `output: ${output.join(' ')}` },
      output.map((token, i) => chip(token, untrained ? 'dec.random' : wrong?.[i] ? 'dec.bad' : 'dec')),
    ),
    verdict?.text
      ? h('span.verdict', {}, h(verdict.right ? 'b' : 'b.w', {}, verdict.right ? '✓ ' : '✗ '), verdict.text)
      : '',
  ];
}

/** @param {PictureSample & Fold} fold */
function pictureParts(fold) {
  return [
    glyph('enc'),
    h('span.picture', {}, inkPicture(fold.picture, fold.named ?? 'the input')),
    fold.named ? h('span.named', {}, fold.named) : '',
    arrow(),
    pill(null),
    arrow(),
    glyph('dec'),
    h('span.picture', {}, inkPicture(fold.reconstruction, 'its reconstruction')),
    h('span.verdict', {}, 'error ', h('b', {}, scoreText(errorOf(fold), 'error'))),
  ];
}

/** Characters share the row; words keep their length, and the last of many fade. @param {string[]} tokens */
const row = (tokens) => (tokens.some((token) => token.length > 2 && token !== 'end') ? 'div.chips.words' : 'div.chips');
/** @param {string} token @param {string} kind */
const chip = (token, kind) =>
  h(
    `span.chip-small.${kind}`,
    { style: token.length > 2 ? { 'font-size': 'max(11px, .72em)' } : {} },
    h('bdi', {}, token),
  ); // "end" among digits
const arrow = () => h('i.arrow', { 'aria-hidden': true });

/**
 * The code: how much attention each source position gets over all outputs.
 * @param {Packed | null | undefined} attention
 */
function pill(attention) {
  const weights = attention ? attentionRows(attention) : null;
  const sums = weights?.[0]?.map((_, j) => weights.reduce((sum, row) => sum + row[j], 0));
  return h(
    'span.pill-small',
    { title: sums ? 'attention on each source position, all outputs together' : 'the code' },
    sums ? vector(sums, { across: true, hue: 'code' }) : glyph('code'),
  );
}

/**
 * Rows (T) of weights over the source (S); several heads or layers are averaged.
 * @param {Packed} packed @returns {number[][]}
 */
export function attentionRows(packed) {
  const { shape, data } = unpack(packed);
  const [rows, columns] = shape.slice(-2);
  const layers = data.length / (rows * columns);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => {
      let sum = 0;
      for (let k = 0; k < layers; k++) sum += data[k * rows * columns + i * columns + j];
      return sum / layers;
    }),
  );
}
