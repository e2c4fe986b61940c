// The one picture for autoencoders: input → encoder → code → decoder → reconstruction, and what was lost.
import { h, s, rich, signed, unpack } from './dom.js';
import { on } from './store.js';
import { glyph, vector } from './glyphs.js';

const METERS = 4, RANGE = 3, FULL_ERROR = 0.6;

/** @param {any} scene a picture scene @returns {import('./picture.js').Picture} */
export function autoencoderPicture(scene) {
  const input = unpack(scene.input), output = unpack(scene.reconstruction), code = unpack(scene.code);
  const [rows, columns] = input.shape, size = `${rows} × ${columns}`;
  const error = errorImage(input, output);
  const encoder = scene.layers.encoder, decoder = scene.layers.decoder;
  const { shapes } = scene;
  const route = [shapes.input, ...encoder.map((l) => l.name), shapes.code, ...decoder.map((l) => l.name), shapes.output].join(' → ');
  const node = h('div.aegrid', { role: 'img', 'aria-label': describe(scene, code) },
    captioned(inkImage(input), 'input x', size, 'x'), arrow(shapes.input),
    funnel('enc', 'ENCODER', encoder), arrow(shapes.code, true),
    codeBox(scene, code), arrow(shapes.code_out ?? code.data.length, true),
    funnel('dec', 'DECODER', decoder), arrow(shapes.output),
    captioned(inkImage(output), 'reconstruction', size, 'r'), h('div.minus', {}, '→'),
    captioned(error.canvas, 'error', `MSE ${scene.mse.toFixed(scene.mse < 0.01 ? 4 : 3)}`, 'err'),
    h('div.route.m', {}, route));
  return {
    node, show() {}, stop: error.stop,
    table: () => ({ columns: ['unit of the code', 'value'], rows: Array.from(code.data, (v, i) => [`z${i + 1}`, signed(v, 3)]) }),
  };
}

function describe(scene, code) {
  return `Input picture${scene.label === null || scene.label === undefined ? '' : ` of a ${scene.label}`}, ${scene.shapes.input} numbers, encoder down to `
    + `${code.data.length} numbers${code.data.length <= METERS ? ` (${Array.from(code.data, (v) => signed(v)).join(', ')})` : ''}, decoder back to ${scene.shapes.output}; error per pixel ${scene.mse}.`;
}

const captioned = (image, name, detail, area) => h(`figure.img.${area}`, {}, image, h('figcaption', {}, h('b', {}, name), h('span.m', {}, detail)));

function canvas(columns, rows, kind) {
  return h(`canvas.pixels${kind}`, { width: columns, height: rows, 'aria-hidden': 'true' });
}

/** Black with alpha = ink; the dark theme inverts it, so the paper is always the surface. */
function inkImage(packed) {
  const [rows, columns] = packed.shape, node = canvas(columns, rows, '.ink'), pen = node.getContext('2d'), pixels = pen.createImageData(columns, rows);
  packed.data.forEach((v, i) => { pixels.data[4 * i + 3] = Math.round(255 * Math.max(0, Math.min(1, v))); });
  pen.putImageData(pixels, 0, 0);
  return node;
}

/** Diverging: blue where ink stands only in the input, orange where only in the reconstruction. */
function errorImage(input, output) {
  const [rows, columns] = input.shape, node = canvas(columns, rows, ''), pen = node.getContext('2d'), pixels = pen.createImageData(columns, rows);
  const draw = () => {
    const style = getComputedStyle(document.documentElement), missing = rgb(style, '--enc'), added = rgb(style, '--dec');
    input.data.forEach((v, i) => {
      const difference = output.data[i] - v, colour = difference > 0 ? added : missing;
      pixels.data.set([...colour, Math.round(255 * Math.min(1, Math.abs(difference) / FULL_ERROR))], 4 * i);
    });
    pen.putImageData(pixels, 0, 0);
  };
  draw();
  const stops = [on('dark', () => requestAnimationFrame(draw))];
  return { canvas: node, stop: () => stops.forEach((stop) => stop()) };
}

function rgb(style, name) {
  const hex = style.getPropertyValue(name).trim().replace('#', '');
  return hex.length === 6 ? [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) : [128, 128, 128];
}

const arrow = (shape, short = false) => h(`div.arrow${short ? '.short' : ''}`, {}, h('span.m', {}, shape), h('i'));

/** A trapezoid that narrows (encoder) or widens (decoder), holding one vector glyph per layer. */
function funnel(hue, title, layers) {
  const wide = hue === 'enc', sizes = layers.map((layer) => unpack(layer.values).data.length), most = Math.max(...sizes, 1);
  const bars = layers.map((layer, i) => h('div.layer', {},
    h('div.strip', { style: { '--hue': `var(--${hue})`, '--tall': (0.5 + 0.5 * Math.sqrt(sizes[i] / most)).toFixed(2) } }, vector(unpack(layer.values).data, { hue })),
    h('span.m', {}, layer.name)));
  return h(`div.funnel.${hue}`, {},
    h('div.bh', {}, glyph(hue), h('b', {}, title)),
    s('svg', { viewBox: '0 0 100 100', preserveAspectRatio: 'none' },
      s('path', { d: wide ? 'M1 1L99 28V72L1 99z' : 'M1 28L99 1V99L1 72z', fill: `var(--${hue}-tint)`, stroke: `var(--${hue})`, 'stroke-width': 1.75, 'vector-effect': 'non-scaling-stroke' }),
      s('path', { d: wide ? 'M1 1V99' : 'M99 1V99', fill: 'none', stroke: `var(--${hue})`, 'stroke-width': 6, 'vector-effect': 'non-scaling-stroke' })),
    h('div.layers', {}, bars));
}

function codeBox(scene, code) {
  const values = Array.from(code.data);
  const title = h('div.codel', {}, glyph('code'), scene.code_name);
  if (values.length > METERS) {
    return h('div.zbox', {}, title, vector(code.data, { across: true, hue: 'code' }), h('div.dim', {}, `${values.length} numbers`));
  }
  const reach = Math.max(RANGE, ...values.map(Math.abs));
  return h('div.zbox', {}, title, values.map((value, i) => h('div.meter', {},
    h('span.m.c', {}, 'z', h('sub', {}, i + 1)),
    h('span.rule', {}, h('i', { style: { left: `${50 + 50 * value / reach}%` } })),
    h('span.m.num', {}, signed(value)))),
  scene.code_note ? h('div.dim', {}, rich(scene.code_note)) : null);
}
