// The one picture: source → ENCODER → CODE → DECODER → output. Built once per scene; a step changes attributes only.
import { argmax, h, s, setText, unpack } from '../core/dom.js';
import { glyph, span, vector } from '../core/glyphs.js';
import { createBlocks } from './blocks.js';
import { outputColumn, sourceColumn } from './chips.js';
import { arrange, fitColumns } from './layout.js';
import { looker } from './look.js';
import { regions } from './regions.js';
import { drawRibbons } from './ribbons.js';
import { soundColumns } from './sound.js';

/**
 * @typedef {object} Picture
 * @property {HTMLElement} node
 * @property {(step: number, head?: {map: number, head: number} | null) => void} show
 * @property {(path: string | null) => void} mark the block that is open
 * @property {(step: number) => import('../shell/panel.js').Table} table
 * @property {() => void} stop
 */

const HALVES = { enc: 'ENCODER', dec: 'DECODER' };
const unfolded = { enc: false, dec: false }; // kept from scene to scene

/**
 * @param {any} scene a sequence scene
 * @param {(step: number) => void} goto
 * @param {(path: string) => void} pick a block was clicked
 * @param {ReturnType<typeof looker>} look
 * @returns {Picture}
 */
export function sequencePicture(scene, goto, pick, look) {
  const blocks = {
    enc: createBlocks(scene.encoder.blocks ?? [], 'encoder', pick),
    dec: createBlocks(scene.decoder.blocks ?? [], 'decoder', pick),
  };
  const layered = Boolean(blocks.enc.layers || blocks.dec.layers || !(scene.states || scene.decoder_states));
  const sound = scene.sound ? soundColumns(scene) : null;
  const { source, output, pictured } = columnsOf(scene, layered, sound);
  output.forEach((column, i) => column.node.addEventListener('click', () => goto(i)));

  const encoder = half('enc', scene.encoder, source, blocks.enc, layered, '', pictured);
  const decoder = half('dec', scene.decoder, output, blocks.dec, layered, scene.forced?.length ? '◣ forced' : '');
  if (sound) listenTo(encoder.columns, scene, sound);
  const code = codeOf(scene, layered, pick);
  const ribbons = s('svg', { class: 'rib', 'aria-hidden': 'true' });
  const grid = h(
    `div.picg${layered ? '.layered' : ''}`,
    { role: 'group' },
    encoder.node,
    code.node,
    decoder.node,
    ribbons,
    code.tags,
  );
  const parts = {
    grid,
    encoder,
    decoder,
    pill: code.pill,
    tags: code.tags,
    ribbons,
    source,
    output,
    layered,
    pictured: Boolean(pictured),
  };
  const still = standing(scene);

  let step = 0;
  let head = null;
  let now = null;
  let layout = null;
  let open = null;
  const draw = () => {
    if (layout) drawRibbons(parts, layout, { ...(still?.(step) ?? now ?? NOTHING), read: readOff(scene, step) });
  };
  const follow = () => {
    reveal(encoder, source[now ? argmax(now.source) : (scene.code.at ?? source.length - 1)]);
    reveal(decoder, output[step]);
    fade(encoder);
    fade(decoder);
    layout = arrange(parts);
    draw();
  };
  const measure = () => {
    if (grid.clientWidth) {
      fitColumns(parts);
      follow();
    }
  };
  const observer = new ResizeObserver(measure);
  observer.observe(grid);
  for (const { columns } of [encoder, decoder])
    columns.addEventListener(
      'scroll',
      () => {
        fade(encoder);
        fade(decoder);
        layout = arrange(parts);
        draw();
      },
      { passive: true },
    );

  return {
    node: grid,
    show(next, chosen) {
      [step, head] = [next, chosen ?? null];
      now = look(head, step);
      grid.dataset.looks = now?.hue ?? 'code';
      paint(scene, { source, output, step, now });
      sound?.show(step, look);
      for (const part of [blocks.enc, blocks.dec]) part.show(step, now?.block);
      code.show(now?.through ? now : look(scene.main, step), step);
      code.mark(open);
      grid.setAttribute('aria-label', describe(scene, step));
      if (!layout) return;
      // Scrolling makes the browser lay out: once, after everybody has written this step, and still in its frame.
      if (encoder.scrolls || decoder.scrolls) requestAnimationFrame(follow);
      else draw();
    },
    mark(path) {
      open = path;
      for (const part of [blocks.enc, blocks.dec, code]) part.mark(path);
    },
    table: () => tableOf(scene, look, head),
    stop() {
      observer.disconnect();
      sound?.stop();
    },
  };
}

const NOTHING = { hue: 'code', links: [], target: null, through: false };

/** Chips and numerals of a step. */
function paint(scene, { source, output, step, now }) {
  const row = now?.source;
  const most = row?.length ? argmax(row) : -1;
  const seen = scene.sees?.[step];
  source.forEach((column, i) => {
    column.attend(row?.[i] ?? 0, Boolean(row), i === most);
    column.mute(seen !== undefined && source.length + step - i > seen);
  });
  output.forEach((column, i) => {
    column.place(i - step, scene.probability?.[i]);
    column.attend(i < step ? (now?.output[i] ?? 0) : 0);
    column.mute(seen !== undefined && i < step && step - i > seen);
  });
}

/** The slots of a sound stand over its spectrogram. */
function listenTo(columns, scene, { backdrop, below }) {
  columns.classList.add('sound');
  columns.setAttribute('aria-label', `encoder: spectrogram of ${scene.sound.seconds.toFixed(1)} seconds`);
  columns.prepend(backdrop);
  columns.after(below);
}

function columnsOf(scene, layered, sound) {
  const states = layered ? null : unpack(scene.states);
  const outputs = layered ? null : unpack(scene.decoder_states);
  const prompt = scene.encoder.ghost ? '.prompt' : '';
  const answers = scene.decoder.ghost;
  const seen = scene.picture && !scene.encoder.ghost ? regions(scene) : null;
  const source =
    sound?.columns ??
    seen?.columns ??
    scene.source.map((token, i) =>
      sourceColumn(token, states?.row(i), { max: span(states?.data ?? []), className: prompt }),
    );
  if (scene.summary)
    source.unshift(
      sourceColumn(scene.summary, null, { className: '.summary', title: 'summary token, put before the source' }),
    );
  const output = scene.output.map((token, i) =>
    outputColumn(token, outputs?.row(i), {
      max: span(outputs?.data ?? []),
      wrong: scene.wrong?.[i],
      forced: scene.forced?.includes(i),
      className: answers ? '.answer' : '',
      note: answers ? readFrom(scene, i) : null,
    }),
  );
  return { source, output, pictured: seen?.node };
}

/** What an answer was read off, by name. */
function readFrom(scene, i) {
  if (scene.positions.length) return h('span.e', {}, 'h', h('sub', {}, scene.positions[i] + 1));
  return h('span.e', {}, scene.summary ?? ''); // a pooled context is seen to arrive
}

/** The chip that an answer is read off, where the encoder's own states give it. */
function readOff(scene, step) {
  if (!scene.decoder.ghost || scene.code.kind === 'pooling') return null;
  return { from: scene.positions.length ? scene.positions[step] + (scene.summary ? 1 : 0) : 0, to: step };
}

/** Links that no attention decides: the final state alone crosses over; a counting model sees its last tokens. */
function standing(scene) {
  if (scene.code.kind === 'final_state')
    return () => ({
      hue: 'code',
      links: [{ from: 'source', index: scene.code.at, weight: 1 }],
      target: { side: 'output', index: 0 },
      through: true,
    });
  if (!scene.sees) return null;
  return (step) => {
    const chips = [
      ...scene.source.map((_, index) => ({ from: 'source', index })),
      ...scene.output.slice(0, step).map((_, index) => ({ from: 'output', index })),
    ];
    return {
      hue: 'dec',
      links: chips.slice(chips.length - scene.sees[step]).map((chip) => ({ ...chip, weight: 0.12 })),
      target: { side: 'output', index: step },
      through: false,
    };
  };
}

/**
 * One half: header, layers if it has any, chips, and a last row of parts and shape. A missing half is a dashed outline
 * that says why.
 */
function half(kind, part, columns, blocks, layered, extra = '', pictured = null) {
  const title = HALVES[kind];
  const label = pictured
    ? `the source, cut into ${columns.length} parts`
    : `${title.toLowerCase()} tokens: ${columns.map(({ token }) => token).join(' ')}`;
  const scroller = h(
    'div.cols',
    pictured && layered ? {} : { role: 'img', 'aria-label': label },
    pictured && layered ? null : (pictured ?? columns.map((column) => column.node)),
  );
  const lane = layered ? h('i.lane') : null;
  const why = part.ghost ? h('p.why', {}, part.note) : null;
  const header = h(
    'div.bh',
    {},
    glyph(kind, part.ghost),
    h('b', {}, title),
    h('span.about', { title: part.name }, part.name),
  );
  const node = h(
    `div.blk.${kind}${part.ghost ? '.ghost' : ''}`,
    {},
    h('i.bg'),
    header,
    layered && (blocks.stack ?? h('div.stack', pictured ? { role: 'img', 'aria-label': label } : {}, why, pictured)),
    lane,
    scroller,
    h(
      'div.rowlab',
      {},
      blocks.row,
      part.ghost ? !layered && why : blocks.row ? null : h('span.said', {}, part.note),
      extra && h('span', {}, extra),
      shape(part.shape ?? ''),
    ),
  );
  if (blocks.layers) header.append(unfold(kind, node));
  return { node, columns: scroller, lane, ghost: part.ghost, layers: blocks.layers, scrolls: false };
}

/** The last word of a shape gives way where there is little room. */
function shape(text) {
  const [, numbers, unit] = text.match(/^(.*?)( [a-z]+)?$/);
  return h('span.m', {}, numbers, unit && h('span.unit', {}, unit));
}

/** Shows every sublayer of a half's layers, and folds them again. */
function unfold(kind, half) {
  const button = h('button.unfold.nopres', { type: 'button', onclick: () => turn(!unfolded[kind]) });
  const turn = (open) => {
    unfolded[kind] = open;
    setText(button, open ? 'fold' : 'unfold');
    button.setAttribute('aria-expanded', String(open));
    button.setAttribute('aria-label', `${open ? 'Fold' : 'Unfold'} the layers of the ${HALVES[kind].toLowerCase()}`);
    half.classList.toggle('unfolded', open);
  };
  turn(unfolded[kind]);
  return button;
}

/** The middle: what is handed over, the pill with the vector that is read at this step, and the sum that made it. */
function codeOf(scene, layered, pick) {
  const { code } = scene;
  const context = unpack(scene.context);
  const handover = code.kind === 'final_state';
  const tags = [
    h('span.shape', {}, code.ghost || layered ? '' : code.shape_in),
    h('span.shape', {}, code.ghost ? '' : code.shape_out),
  ];
  const title = h('div.codel', {}, glyph('code', code.ghost), code.name);
  if (code.ghost) {
    const pill = h('div.codep.ghost');
    return {
      pill,
      tags,
      node: h('div.codeb.ghost', {}, h('div.handover', {}, pill, title, h('p.why', {}, code.note))),
      show() {},
      mark() {},
    };
  }
  let path = code.block;
  const bars = vector(context?.row(0) ?? [], { across: true, hue: 'code', max: span(context?.data ?? []) });
  const pill = h('button.codep', { type: 'button', 'aria-pressed': 'false', onclick: () => path && pick(path) }, bars);
  const sum = contextSum(code);
  const over =
    layered && h('div.handover', {}, h('span.m', {}, code.shape_in), h('i.carr'), title, h('p.why', {}, code.note));
  return {
    pill,
    tags,
    node: h('div.codeb', {}, over, pill, !layered && title, sum.node),
    show(look, step) {
      path = look?.block ?? code.block;
      pill.disabled = !path;
      pill.setAttribute(
        'aria-label',
        path ? `${code.name.toLowerCase()}: open how it is computed` : `${code.name.toLowerCase()}: ${code.note}`,
      );
      const row = look?.context ?? context?.row(handover ? 0 : step) ?? [];
      bars.show(row, look?.context ? span(row) : span(context?.data ?? []));
      sum.show(look?.source);
    },
    mark(open) {
      pill.classList.toggle('on', Boolean(path) && open === path);
      pill.setAttribute('aria-pressed', String(Boolean(path) && open === path));
    },
  };
}

const LEAST = 0.005; // what would read 0.00 is no term

/** The live sum under the pill: the three largest terms, in place. */
function contextSum({ kind, note, symbol = 'h' }) {
  if (kind === 'final_state') return { node: h('div.codes', {}, note), show() {} };
  const terms = [0, 1, 2].map(() => ({ number: h('span.c'), index: h('sub') }));
  const rest = h('div.eqn', {}, '+ …');
  const lines = terms.map(({ number, index }) => h('div.eqn', {}, number, ' × ', h('span.e', {}, symbol, index)));
  return {
    node: h('div.codes', {}, h('div.eqn.c.sum', {}, `= Σ α·${symbol}`), lines, rest),
    show(row) {
      const order = row
        ? Array.from(row.keys())
            .filter((i) => row[i] >= LEAST)
            .sort((a, b) => row[b] - row[a])
        : [];
      terms.forEach(({ number, index }, k) => {
        lines[k].hidden = k >= order.length;
        if (k < order.length) {
          setText(number, row[order[k]].toFixed(2));
          setText(index, String(order[k] + 1));
        }
      });
      rest.hidden = !row || row.length <= Math.min(3, order.length);
    },
  };
}

function describe(scene, step) {
  const done = `${scene.output.slice(0, step + 1).join(' ')}, step ${step + 1} of ${scene.output.length}.`;
  const reads = scene.encoder.ghost
    ? `No encoder; the prompt is ${scene.source.join(' ')}`
    : `Encoder ${scene.encoder.name} reads ${scene.picture ? `a picture in ${scene.source.length} ${scene.unit}s` : scene.source.join(' ')}`;
  const writes = scene.decoder.ghost
    ? `no decoder; the answers so far are ${done}`
    : `decoder ${scene.decoder.name} has written ${done}`;
  const where =
    { final_state: 'the final encoder state, and nothing else, crosses to the decoder; ', none: '' }[scene.code.kind] ??
    'weights say which encoder states are read; ';
  return `${reads}; ${where}${writes}`;
}

function tableOf(scene, look, head) {
  const rows = scene.output.map((_, i) => look(head, i));
  const columns = rows[0]
    ? Array.from(rows[0].source, (_, j) =>
        scene.summary && rows[0].source.length > scene.source.length
          ? j
            ? `${j}: ${scene.source[j - 1]}`
            : scene.summary
          : `${j + 1}: ${scene.source[j]}`,
      )
    : [];
  return {
    columns: ['step', scene.decoder.ghost ? 'answers' : 'writes', 'probability', ...columns],
    rows: scene.output.map((token, i) => [
      i + 1,
      token,
      scene.probability?.[i]?.toFixed(4) ?? '',
      ...Array.from(rows[i]?.source ?? [], (v) => v.toFixed(3)),
    ]),
  };
}

/** Scroll a block sideways, and nothing else on the page, until the column is in view. */
function reveal({ columns: scroller, scrolls }, column) {
  if (!column || !scrolls) return;
  const left = column.node.offsetLeft;
  const right = left + column.node.offsetWidth;
  const margin = column.node.offsetWidth * 1.5;
  if (left - margin < scroller.scrollLeft) scroller.scrollLeft = left - margin;
  else if (right + margin > scroller.scrollLeft + scroller.clientWidth)
    scroller.scrollLeft = right + margin - scroller.clientWidth;
}

/** An end of a block beyond which columns are out of sight fades. */
function fade({ columns: scroller, scrolls }) {
  const left = scroller.scrollLeft;
  const more = scrolls ? scroller.scrollWidth - scroller.clientWidth - left : 0;
  scroller.classList.toggle('more-before', scrolls && left > 1);
  scroller.classList.toggle('more-after', more > 1);
}
