// The one picture: source → ENCODER → CODE → DECODER → output. Built once per scene; a step changes attributes only.
import { h, s, setText, unpack, weight, argmax } from './dom.js';
import { glyph, span, spelled, vector } from './glyphs.js';
import { arrange, fitColumns } from './picture_layout.js';
import { drawRibbons } from './ribbons.js';

/** @typedef {{node: HTMLElement, show: (step: number) => void, table: (step: number) => import('./panel.js').Table, stop: () => void}} Picture */

/**
 * @param {any} scene a sequence scene
 * @param {(step: number) => void} goto
 * @returns {Picture}
 */
export function sequencePicture(scene, goto) {
  const states = unpack(scene.states), outputs = unpack(scene.decoder_states), context = unpack(scene.context), weights = unpack(scene.weights);
  const handover = scene.code.kind === 'final_state';
  const source = scene.source.map((token, i) => encoderColumn(token, states?.row(i), span(states?.data ?? [])));
  const output = scene.output.map((token, i) => decoderColumn(token, outputs?.row(i), span(outputs?.data ?? []), scene.wrong?.[i], scene.forced?.includes(i)));
  output.forEach((column, i) => column.node.addEventListener('click', () => goto(i)));

  const pill = h('div.codep', {}, vector(context?.row(0) ?? [], { across: true, hue: 'code', max: span(context?.data ?? []) }));
  const sum = contextSum(handover);
  const encoder = block('enc', 'ENCODER', scene.encoder, source);
  const decoder = block('dec', 'DECODER', scene.decoder, output, scene.forced?.length ? '◣ forced' : '');
  const code = h('div.codeb', {}, pill, h('div.codel', {}, glyph('code'), scene.code.name), sum.node);
  const tags = [h('span.shape', {}, scene.code.shape_in), h('span.shape', {}, scene.code.shape_out)];
  const ribbons = s('svg', { class: 'rib', 'aria-hidden': 'true' });
  const grid = h('div.picg', { role: 'group' }, encoder.node, code, decoder.node, ribbons, tags);
  const parts = { grid, encoder, decoder, pill, tags, ribbons, source, output };

  let step = 0, layout = null;
  const draw = () => { if (layout) drawRibbons(parts, layout, handover ? lastOnly(source.length) : weights?.row(step), handover ? 0 : step, handover); };
  const follow = () => {
    reveal(encoder, source[weights ? argmax(weights.row(step)) : source.length - 1]);
    reveal(decoder, output[step]);
    layout = arrange(parts);
    draw();
  };
  const measure = () => { if (grid.clientWidth) { fitColumns(parts); follow(); } };
  const observer = new ResizeObserver(measure);
  observer.observe(grid);
  for (const { columns } of [encoder, decoder]) columns.addEventListener('scroll', () => { layout = arrange(parts); draw(); }, { passive: true });

  return {
    node: grid,
    show(next) {
      step = next;
      const row = weights?.row(step);
      const most = row ? argmax(row) : -1;
      source.forEach((column, i) => column.attend(row ? row[i] : 0, Boolean(row), i === most));
      output.forEach((column, i) => column.place(i - step, scene.probability?.[i]));
      pill.firstChild.show(context?.row(handover ? 0 : step) ?? [], span(context?.data ?? []));
      sum.show(row);
      grid.setAttribute('aria-label', describe(scene, step));
      if (!layout) return;
      // Scrolling makes the browser lay out: once, after everybody has written this step, and still in its frame.
      if (encoder.scrolls || decoder.scrolls) requestAnimationFrame(follow);
      else draw();
    },
    table: () => ({
      columns: ['step', 'writes', 'probability', ...(weights ? scene.source.map((t, i) => `${i + 1}: ${t}`) : [])],
      rows: scene.output.map((token, i) => [i + 1, token, scene.probability?.[i]?.toFixed(4) ?? '', ...(weights ? Array.from(weights.row(i), (v) => v.toFixed(3)) : [])]),
    }),
    stop: () => observer.disconnect(),
  };
}

const lastOnly = (length) => Array.from({ length }, (_, i) => (i === length - 1 ? 1 : 0));

function describe(scene, step) {
  const where = scene.code.kind === 'final_state' ? 'the final encoder state, and nothing else, crosses to the decoder' : 'weights say which encoder states the decoder reads';
  return `Encoder ${scene.encoder.name} reads ${scene.source.join(' ')}; ${where}; decoder ${scene.decoder.name} has written `
    + `${scene.output.slice(0, step + 1).join(' ')}, step ${step + 1} of ${scene.output.length}.`;
}

function block(kind, title, part, columns, extra = '') {
  const scroller = h('div.cols', { role: 'img', 'aria-label': `${title.toLowerCase()} tokens: ${columns.map(({ token }) => token).join(' ')}` }, columns.map((column) => column.node));
  const node = h(`div.blk.${kind}`, {}, h('i.bg'),
    h('div.bh', {}, glyph(kind), h('b', {}, title), h('span.about', {}, part.name)), scroller,
    h('div.rowlab', {}, h('span', {}, part.note ?? ''), extra && h('span', {}, extra), h('span.m', {}, part.shape ?? '')));
  return { node, columns: scroller, scrolls: false };
}

function encoderColumn(token, values, max) {
  const state = h('div.st', {}, values && vector(values, { hue: 'enc', max }));
  const numeral = h('div.wt'), fill = h('i.sh');
  const chip = h('span.chip.enc', { title: token }, fill, h('span', {}, spelled(token)));
  const node = h('div.col', {}, state, numeral, chip);
  return {
    token, state, node,
    attend(value, attends, most) {
      node.classList.toggle('most', most);
      setText(numeral, attends && value >= 0.05 ? weight(value) : '');
      fill.style.transform = `scaleY(${(attends ? value : 0).toFixed(3)})`;
    },
  };
}

function decoderColumn(token, values, max, wrong, forced) {
  const state = h('div.st', {}, values && vector(values, { hue: 'dec', max }));
  const numeral = h('div.wt.d');
  const chip = h('span.chip.dec', { title: forced ? `${token}, forced` : token }, h('span', {}, spelled(token)));
  chip.classList.toggle('end', token === 'end');
  const node = h('div.col', {}, state, numeral, chip);
  return {
    token, state, node,
    /** @param {number} distance steps ahead of the current one */
    place(distance, probability) {
      node.classList.toggle('cur', distance === 0);
      node.classList.toggle('fut', distance > 0);
      chip.classList.toggle('cur', distance === 0);
      chip.classList.toggle('fut', distance > 0);
      chip.classList.toggle('bad', Boolean(wrong) && distance <= 0);
      chip.classList.toggle('forced', Boolean(forced) && distance <= 0);
      setText(numeral, distance <= 0 && probability >= 0 ? weight(probability) : '');
    },
  };
}

/** The live sum under the pill: the three largest terms, in place. */
function contextSum(handover) {
  if (handover) return { node: h('div.codes', {}, 'the final state, nothing else'), show() {} };
  const terms = [0, 1, 2].map(() => ({ number: h('span.c'), index: h('sub') }));
  const rest = h('div.eqn', {}, '+ …');
  const lines = terms.map(({ number, index }) => h('div.eqn', {}, number, ' × ', h('span.e', {}, 'h', index)));
  return {
    node: h('div.codes', {}, h('div.eqn.c.sum', {}, '= Σ α·h'), lines, rest),
    show(row) {
      const order = row ? Array.from(row.keys()).sort((a, b) => row[b] - row[a]) : [];
      terms.forEach(({ number, index }, k) => {
        lines[k].hidden = k >= order.length;
        if (k < order.length) { setText(number, row[order[k]].toFixed(2)); setText(index, String(order[k] + 1)); }
      });
      rest.hidden = order.length <= 3;
    },
  };
}

/** Scroll a block sideways, and nothing else on the page, until the column is in view. */
function reveal({ columns: scroller, scrolls }, column) {
  if (!column || !scrolls) return;
  const left = column.node.offsetLeft, right = left + column.node.offsetWidth, margin = column.node.offsetWidth * 1.5;
  if (left - margin < scroller.scrollLeft) scroller.scrollLeft = left - margin;
  else if (right + margin > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = right + margin - scroller.clientWidth;
}
