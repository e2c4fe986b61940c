// The one picture for autoencoders: input → encoder → code → decoder → reconstruction, and what was lost.

import { unpack } from '../../core/arrays.js';
import { h } from '../../core/dom.js';
import { signed } from '../../core/numbers.js';
import { canvasOf, inkOf, paint, watchTheme } from '../pixels.js';
import { errorBars, namedBars } from './bars.js';
import { codeColumn } from './code.js';
import { funnel } from './funnel.js';

/** @import { Layer, PictureScene } from '../../core/scene.d.ts' */
/** @import { Child, Unpacked } from '../../core/types.d.ts' */
/** @import { Picture } from '../picture.js' */

const FULL_ERROR = 0.6;

/**
 * @param {PictureScene} scene @param {(path: string) => void} pick opens the block at a path
 * @returns {Picture}
 */
export function autoencoderPicture(scene, pick) {
  const input = unpack(scene.input);
  const output = unpack(scene.reconstruction);
  const code = unpack(scene.code);
  const { shapes } = scene;
  const size = output.shape.length === 2 ? output.shape.join(' × ') : `${output.data.length} numbers`;
  const encoder = funnel('enc', 'ENCODER', scene.layers.encoder, pick);
  const decoder = funnel('dec', 'DECODER', scene.layers.decoder, pick);
  const middle = codeColumn(scene, code, pick);
  const error = input && (input.shape.length === 2 ? errorImage(input, output) : errorRow(input, output));
  const mse = scene.mse ?? 0;
  const node = h(
    'div.aegrid',
    { role: 'group', 'aria-label': describe(scene, code) },
    input ? captioned(image(input), 'input x', size, 'x') : missing('no input', 'the code was set by hand', 'x'),
    arrow(shapes.input, { ghost: !input }),
    encoder.node,
    arrow(shapes.code, { short: true, ghost: !input }),
    middle.node,
    arrow(shapes.code_out, { short: true }),
    decoder.node,
    arrow(shapes.output),
    captioned(image(output), 'reconstruction', size, 'r'),
    h('div.minus', {}, input ? '→' : ''),
    error
      ? captioned(error.node, 'error', `MSE ${mse.toFixed(mse < 0.01 ? 4 : 3)}`, 'err')
      : missing('no error', 'nothing to compare with', 'err'),
    h('div.route.m', {}, route(scene)),
  );
  node.classList.toggle('conditional', Boolean(scene.condition));
  return {
    node,
    show() {},
    mark(path) {
      for (const part of [encoder, middle, decoder]) part.mark(path);
    },
    stop() {
      for (const part of [error, encoder, decoder]) part?.stop();
    },
    table: () => (scene.unit === 'feature' ? featureTable(input, output) : codeTable(scene, code)),
  };
}

/** @param {Unpacked | null} input @param {Unpacked} output */
function featureTable(input, output) {
  return {
    columns: ['feature', ...(input ? ['input'] : []), 'reconstruction'],
    rows: Array.from(output.data, (v, i) => [i + 1, ...(input ? [input.data[i].toFixed(3)] : []), v.toFixed(3)]),
  };
}

/** @param {PictureScene} scene @param {Unpacked} code */
const codeTable = (scene, code) => ({
  columns: ['unit of the code', ...(scene.spread ? ['mean', 'deviation'] : []), 'value'],
  rows: rowsOf(scene, code),
});

/** @param {PictureScene} scene @param {Unpacked} code */
function rowsOf(scene, code) {
  const cloud = scene.spread && [unpack(scene.spread.mean).data, unpack(scene.spread.deviation).data];
  return Array.from(code.data, (v, i) => [
    `z${i + 1}`,
    ...(cloud ? cloud.map((one) => signed(one[i], 3)) : []),
    signed(v, 3),
  ]);
}

/** @param {PictureScene} scene */
function route({ shapes, layers }) {
  /** @param {Layer[]} side */
  const inside = (side) => side.slice(0, -1).map(({ shape }) => shape);
  return [
    ...(layers.encoder ? [shapes.input, ...inside(layers.encoder)] : []),
    shapes.code_out,
    ...inside(layers.decoder),
    shapes.output,
  ].join(' → ');
}

/** @param {PictureScene} scene @param {Unpacked} code */
function describe(scene, code) {
  const count = code.data.length;
  const few = count <= 4 ? ` (${Array.from(code.data, (v) => signed(v)).join(', ')})` : '';
  const numbers = `${count} numbers${few}`;
  const told = scene.condition ? `, condition ${scene.condition.value}` : '';
  const what = scene.unit === 'pixel' ? 'Input picture' : 'Input';
  if (!scene.input)
    return `Code set by hand, ${numbers}${told}, decoder up to ${scene.shapes.output}; no input picture.`;
  return (
    `${what}${scene.label === null ? '' : ` of a ${scene.label}`}, ${scene.shapes.input} numbers, ` +
    `encoder down to ${numbers}${told}, decoder back to ${scene.shapes.output}; error per ${scene.unit} ${scene.mse}.`
  );
}

/** @param {Child} image @param {string} name @param {string} detail @param {string} area */
const captioned = (image, name, detail, area) =>
  h(`figure.img.${area}`, {}, image, h('figcaption', {}, h('b', {}, name), h('span.m', {}, detail)));
/** @param {string} name @param {string} why @param {string} area */
const missing = (name, why, area) =>
  h(`figure.img.none.${area}`, {}, h('div.pixels'), h('figcaption', {}, h('b', {}, name), h('span', {}, why)));

/** A picture, or a row of numbers. @param {Unpacked} values */
const image = (values) => (values.shape.length === 2 ? inkImage(values) : namedBars(values.data));

/** Black with alpha = ink; the dark theme inverts it, so the paper is always the surface. @param {Unpacked} picture */
function inkImage({ shape: [, columns], data }) {
  return canvasOf('pixels.ink', inkOf(data, columns), '');
}

/**
 * Diverging: blue where ink stands only in the input, orange where only in the reconstruction.
 * @param {Unpacked} input @param {Unpacked} output
 */
function errorImage(input, output) {
  const [rows, columns] = input.shape;
  const canvas = h('canvas.pixels', { width: columns, height: rows, 'aria-hidden': 'true' });
  const draw = () =>
    paint(canvas, (colour) => {
      const missed = colour('--enc');
      const added = colour('--dec');
      return (i) => {
        const difference = output.data[i] - input.data[i];
        return [difference > 0 ? added : missed, Math.abs(difference) / FULL_ERROR];
      };
    });
  return { node: canvas, stop: watchTheme(draw) };
}

/** @param {Unpacked} input @param {Unpacked} output */
const errorRow = (input, output) => ({ node: errorBars(input.data, output.data), stop() {} });

/** @param {string} shape */
function arrow(shape, { short = false, ghost = false } = {}) {
  return h(
    `div.arrow${short ? '.short' : ''}${ghost ? '.ghost' : ''}`,
    {},
    h('span.m', {}, ghost ? '' : shape),
    h('i'),
  );
}
