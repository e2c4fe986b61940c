// The code between encoder and decoder: a pill of meters or bars, the cloud it was drawn from, the condition beside it.

import { unpack } from '../../core/arrays.js';
import { h } from '../../core/dom.js';
import { glyph, vector } from '../../core/glyphs.js';
import { signed } from '../../core/numbers.js';
import { codePlane } from './plane.js';

/** @import { PictureScene } from '../../core/scene.d.ts' */
/** @import { Unpacked } from '../../core/types.d.ts' */

const METERS = 4;
const RANGE = 3;

/** @param {PictureScene} scene @param {Unpacked} code @param {(path: string) => void} pick */
export function codeColumn(scene, code, pick) {
  const values = Array.from(code.data);
  const pill = h(
    'button.zbox',
    {
      type: 'button',
      'aria-pressed': 'false',
      'aria-label': `Code of ${values.length} numbers: open`,
      onclick: () => pick(scene.code_block),
    },
    h('span.codel', {}, glyph('code'), scene.code_name),
    body(scene, values),
    foot(scene, values),
  );
  pill.disabled = !scene.input;
  const chip = conditionChip(scene, pick);
  const marked = new Map([[scene.code_block, pill]]);
  if (chip) marked.set('decoder.condition', chip.button);
  return {
    node: h('div.codecol', {}, chip?.node, pill),
    /** @param {string | null} open path of the open block */
    mark(open) {
      for (const [path, node] of marked) {
        node.classList.toggle('open', path === open);
        node.setAttribute('aria-pressed', String(path === open));
      }
    },
  };
}

/** Arrows in the plane, dots on scales, or bars. @param {PictureScene} scene @param {number[]} values */
function body(scene, values) {
  const directions = scene.directions && unpack(scene.directions);
  if (directions?.shape[1] === 2)
    return [
      codePlane(directions, scene.parts && unpack(scene.parts), values),
      h('span.place.m', {}, `(${values.map((v) => signed(v)).join(', ')})`),
    ];
  return values.length > METERS ? vector(values, { across: true, hue: 'code' }) : meters(scene, values);
}

/**
 * A dot for each number; where it was drawn from a cloud, a band of one standard deviation around the mean.
 * @param {PictureScene} scene @param {number[]} values
 */
function meters(scene, values) {
  const cloud = cloudOf(scene);
  const reach = Math.max(RANGE, ...values.map(Math.abs));
  /** @param {number} v */
  const at = (v) => 50 + (50 * v) / reach;
  return values.map((value, i) =>
    h(
      'span.meter',
      {},
      h('span.m.c', {}, 'z', h('sub', {}, i + 1)),
      h(
        'span.rule',
        {},
        cloud &&
          h('span.cloud', {
            style: {
              left: `${at(cloud.mean[i] - cloud.deviation[i])}%`,
              width: `${(100 * cloud.deviation[i]) / reach}%`,
            },
          }),
        h('i', { style: { left: `${at(value)}%` } }),
      ),
      h('span.m.num', {}, signed(value)),
    ),
  );
}

/** @param {PictureScene} scene @param {number[]} values */
function foot(scene, values) {
  const cloud = cloudOf(scene);
  if (!cloud) return values.length > METERS ? h('span.dim', {}, `${values.length} numbers`) : null;
  if (values.length > METERS) {
    const mean = cloud.deviation.reduce((a, b) => a + b, 0) / values.length;
    return h('span.dim', {}, `${values.length} numbers, mean deviation ${mean.toFixed(2)}`);
  }
  return h('span.dim', {}, `mean ± ${Array.from(cloud.deviation, (v) => v.toFixed(2)).join(', ')}`);
}

/** @param {PictureScene} scene */
const cloudOf = ({ spread }) => spread && { mean: unpack(spread.mean).data, deviation: unpack(spread.deviation).data };

/** The class, told to both sides. @param {PictureScene} scene @param {(path: string) => void} pick */
function conditionChip(scene, pick) {
  if (!scene.condition) return null;
  const { value, guessed } = scene.condition;
  const button = h(
    'button.condition',
    {
      type: 'button',
      'aria-pressed': 'false',
      'aria-label': `Condition ${value}${guessed ? ', guessed' : ''}: open`,
      onclick: () => pick('decoder.condition'),
    },
    h('span', {}, guessed ? 'guessed' : 'condition'),
    h('b.m', {}, value),
  );
  return { button, node: h(`div.told${scene.input ? '' : '.one'}`, {}, button) };
}
