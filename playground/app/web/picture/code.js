// The code between encoder and decoder: a pill of meters or bars, the cloud it was drawn from, and the condition beside
// it.
import { h, signed, unpack } from '../core/dom.js';
import { glyph, vector } from '../core/glyphs.js';

const METERS = 4;
const RANGE = 3;

/** @param {any} scene @param {any} code @param {(path: string) => void} pick */
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
    values.length > METERS ? bars(scene, code) : meters(scene, values),
    foot(scene, values),
  );
  pill.disabled = !scene.input;
  const chip = scene.condition && conditionChip(scene, pick);
  const marked = [[scene.code_block, pill], ...(chip ? [['decoder.condition', chip.button]] : [])];
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

/** A dot for each number; where it was drawn from a cloud, a band of one standard deviation around the mean. */
function meters(scene, values) {
  const cloud = cloudOf(scene);
  const reach = Math.max(RANGE, ...values.map(Math.abs));
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

const bars = (scene, code) => vector(code.data, { across: true, hue: 'code' });

function foot(scene, values) {
  const cloud = cloudOf(scene);
  if (!cloud) return values.length > METERS ? h('span.dim', {}, `${values.length} numbers`) : null;
  if (values.length > METERS)
    return h(
      'span.dim',
      {},
      `${values.length} numbers, mean deviation ${(cloud.deviation.reduce((a, b) => a + b, 0) / values.length).toFixed(2)}`,
    );
  return h('span.dim', {}, `mean ± ${Array.from(cloud.deviation, (v) => v.toFixed(2)).join(', ')}`);
}

const cloudOf = ({ spread }) => spread && { mean: unpack(spread.mean).data, deviation: unpack(spread.deviation).data };

/** The class, told to both sides. */
function conditionChip(scene, pick) {
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
