// The one picture for autoencoders: input → encoder → code → decoder → reconstruction, and what was lost.
import { h, signed, unpack } from '../core/dom.js';
import { on } from '../core/store.js';
import { codeColumn } from './code.js';
import { funnel } from './funnel.js';
import { inkOf, paint, watchTheme } from './pixels.js';

const FULL_ERROR = 0.6;

/**
 * @param {any} scene a picture scene @param {(path: string) => void} pick opens the block at a path
 * @returns {import('./picture.js').Picture}
 */
export function autoencoderPicture(scene, pick) {
  const input = unpack(scene.input);
  const output = unpack(scene.reconstruction);
  const code = unpack(scene.code);
  const { shapes } = scene;
  const [rows, columns] = output.shape;
  const size = `${rows} × ${columns}`;
  const encoder = funnel('enc', 'ENCODER', scene.layers.encoder, pick);
  const decoder = funnel('dec', 'DECODER', scene.layers.decoder, pick);
  const middle = codeColumn(scene, code, pick);
  const error = input && errorImage(input, output);
  const node = h(
    'div.aegrid',
    { role: 'group', 'aria-label': describe(scene, code) },
    input
      ? captioned(inkImage(output.shape, input), 'input x', size, 'x')
      : missing('no input', 'the code was set by hand', 'x'),
    arrow(shapes.input, { ghost: !input }),
    encoder.node,
    arrow(shapes.code, { short: true, ghost: !input }),
    middle.node,
    arrow(shapes.code_out, { short: true }),
    decoder.node,
    arrow(shapes.output),
    captioned(inkImage(output.shape, output), 'reconstruction', size, 'r'),
    h('div.minus', {}, input ? '→' : ''),
    input
      ? captioned(error.canvas, 'error', `MSE ${scene.mse.toFixed(scene.mse < 0.01 ? 4 : 3)}`, 'err')
      : missing('no error', 'nothing to compare with', 'err'),
    h('div.route.m', {}, route(scene)),
  );
  node.classList.toggle('conditional', Boolean(scene.condition));
  const stops = [error, encoder, decoder].filter(Boolean).map(({ stop }) => stop);
  stops.push(
    on('block', (path) => {
      for (const part of [encoder, middle, decoder]) part.mark(path);
    }),
  );
  return {
    node,
    show() {},
    stop: () => stops.forEach((stop) => stop()),
    table: () => ({
      columns: ['unit of the code', ...(scene.spread ? ['mean', 'deviation'] : []), 'value'],
      rows: rowsOf(scene, code),
    }),
  };
}

function rowsOf(scene, code) {
  const cloud = scene.spread && [unpack(scene.spread.mean).data, unpack(scene.spread.deviation).data];
  return Array.from(code.data, (v, i) => [
    `z${i + 1}`,
    ...(cloud ? cloud.map((one) => signed(one[i], 3)) : []),
    signed(v, 3),
  ]);
}

function route({ shapes, layers }) {
  const inside = (side) => (side ?? []).slice(0, -1).map(({ shape }) => shape);
  return [
    ...(layers.encoder ? [shapes.input, ...inside(layers.encoder)] : []),
    shapes.code_out,
    ...inside(layers.decoder),
    shapes.output,
  ].join(' → ');
}

function describe(scene, code) {
  const numbers = `${code.data.length} numbers${code.data.length <= 4 ? ` (${Array.from(code.data, (v) => signed(v)).join(', ')})` : ''}`;
  const told = scene.condition ? `, condition ${scene.condition.value}` : '';
  if (!scene.input)
    return `Code set by hand, ${numbers}${told}, decoder up to ${scene.shapes.output}; no input picture.`;
  return (
    `Input picture${scene.label === null ? '' : ` of a ${scene.label}`}, ${scene.shapes.input} numbers, encoder down to ` +
    `${numbers}${told}, decoder back to ${scene.shapes.output}; error per pixel ${scene.mse}.`
  );
}

const captioned = (image, name, detail, area) =>
  h(`figure.img.${area}`, {}, image, h('figcaption', {}, h('b', {}, name), h('span.m', {}, detail)));
const missing = (name, why, area) =>
  h(`figure.img.none.${area}`, {}, h('div.pixels'), h('figcaption', {}, h('b', {}, name), h('span', {}, why)));

/** Black with alpha = ink; the dark theme inverts it, so the paper is always the surface. */
function inkImage([rows, columns], values) {
  const node = h('canvas.pixels.ink', { width: columns, height: rows, 'aria-hidden': 'true' });
  node.getContext('2d').putImageData(inkOf(values.data, columns), 0, 0);
  return node;
}

/** Diverging: blue where ink stands only in the input, orange where only in the reconstruction. */
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
  return { canvas, stop: watchTheme(draw) };
}

function arrow(shape, { short = false, ghost = false } = {}) {
  return h(
    `div.arrow${short ? '.short' : ''}${ghost ? '.ghost' : ''}`,
    {},
    h('span.m', {}, ghost ? '' : shape),
    h('i'),
  );
}
