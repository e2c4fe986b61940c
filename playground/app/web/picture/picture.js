// The one picture: source → ENCODER → CODE → DECODER → output. Built once per scene; a step changes attributes only.

import { argmax, unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { span } from '../core/glyphs.js';
import { createBlocks } from './blocks.js';
import { ASKED, outputColumn, sourceColumn } from './chips.js';
import { fade, half, reveal } from './half.js';
import { arrange, fitColumns } from './layout.js';
import { middle } from './middle.js';
import { regions } from './regions.js';
import { createRibbons } from './ribbons.js';
import { soundColumns } from './sound.js';
import { describe, tableOf } from './words.js';

/** @import { Choice, SequenceScene } from '../core/scene.d.ts' */
/** @import { Table } from '../core/types.d.ts' */
/** @import { OutputColumn, SourceColumn } from './chips.js' */
/** @import { Layout, Parts } from './layout.js' */
/** @import { Look, Looker } from './look.js' */
/** @import { Drawn } from './ribbons.js' */
/** @import { Listening } from './sound.js' */

/**
 * @typedef {object} Picture
 * @property {HTMLElement} node
 * @property {(step: number, head?: Choice | null, asked?: boolean) => void} show asked: the step is to be foreseen
 * @property {(path: string | null) => void} mark the block that is open
 * @property {() => Table} table
 * @property {() => void} stop
 */

/**
 * @param {SequenceScene} scene
 * @param {(step: number) => void} goto
 * @param {(path: string) => void} pick a block was clicked
 * @param {Looker} look
 * @param {{flat?: boolean}} [options] flat: chips and what crosses over alone, one half above the other
 * @returns {Picture}
 */
export function sequencePicture(scene, goto, pick, look, { flat = false } = {}) {
  const blocks = {
    enc: createBlocks(scene.encoder.blocks, 'encoder', pick),
    dec: createBlocks(scene.decoder.blocks, 'decoder', pick),
  };
  const layered = !flat && Boolean(blocks.enc.layers || blocks.dec.layers || !(scene.states || scene.decoder_states));
  const sound = scene.sound ? soundColumns(scene, scene.sound) : null;
  const { source, output, pictured } = columnsOf(scene, layered || flat, sound);
  output.forEach((column, i) => column.node.addEventListener('click', () => goto(i)));

  const encoder = half('enc', scene.encoder, source, blocks.enc, { layered, pictured });
  const extra = scene.forced.length ? '◣ forced' : '';
  const decoder = half('dec', scene.decoder, output, blocks.dec, { layered, extra });
  if (scene.sound && sound) listenTo(encoder.columns, scene.sound.seconds, sound);
  const code = middle(scene, layered, pick);
  const ribbons = createRibbons(code.tags);
  const inside = [encoder.node, code.node, decoder.node, ribbons.node, code.tags];
  const grid = h(
    `div.picg${layered ? '.layered' : ''}${flat ? '.flat' : ''}${scene.untrained ? '.untrained' : ''}`,
    { role: 'group' },
    inside,
  );
  /** @type {Parts} */
  const parts = { grid, encoder, decoder, pill: code.pill, source, output, layered, flat, pictured: Boolean(pictured) };
  const still = standing(scene);

  let step = 0;
  let hidden = false; // the step is to be foreseen
  /** @type {Choice | null} */
  let head = null;
  /** @type {Look | null} */
  let now = null;
  /** @type {Layout | null} */
  let layout = null;
  const draw = () => {
    if (layout) ribbons.draw(layout, { ...(still?.(step) ?? now ?? NOTHING), read: readOff(scene, step) });
  };
  const place = () => {
    fade(encoder);
    fade(decoder);
    layout = arrange(parts);
    draw();
  };
  const follow = () => {
    if (now || !hidden) reveal(encoder, source[now ? argmax(now.source) : (scene.code.at ?? source.length - 1)]);
    reveal(decoder, output[step]);
    place();
  };
  const observer = new ResizeObserver(() => {
    if (!grid.clientWidth) return;
    fitColumns(parts);
    follow();
  });
  observer.observe(grid);
  for (const { columns } of [encoder, decoder]) columns.addEventListener('scroll', place, { passive: true });

  return {
    node: grid,
    show(next, chosen, asked = false) {
      [step, head] = [next, chosen ?? null];
      hidden = asked;
      now = asked ? null : look(head, step);
      grid.dataset.looks = now?.hue ?? 'code';
      paint(scene, source, output, step, now, asked);
      decoder.columns.setAttribute('aria-hidden', String(asked));
      if (!asked) {
        sound?.show(step, look);
        for (const part of [blocks.enc, blocks.dec]) part.show(step, now?.block);
        code.show(now?.through ? now : look(scene.main, step), step);
      }
      grid.setAttribute('aria-label', describe(scene, asked ? step - 1 : step));
      if (!layout) return;
      // Scrolling makes the browser lay out: once, after everybody has written this step, and still in its frame.
      if (encoder.scrolls || decoder.scrolls) requestAnimationFrame(follow);
      else draw();
    },
    mark(path) {
      for (const part of [blocks.enc, blocks.dec, code]) part.mark(path);
    },
    table: () => tableOf(scene, look, head),
    stop() {
      observer.disconnect();
      sound?.stop();
    },
  };
}

/** @type {Drawn} */
const NOTHING = { hue: 'code', links: [], target: null, through: false };

/**
 * Chips and numerals of a step.
 * @param {SequenceScene} scene @param {SourceColumn[]} source @param {OutputColumn[]} output
 * @param {number} step @param {Look | null} now @param {boolean} asked
 */
function paint(scene, source, output, step, now, asked) {
  const row = now?.source;
  const most = row?.length ? argmax(row) : -1;
  const seen = scene.sees?.[step];
  source.forEach((column, i) => {
    column.attend(row?.[i] ?? 0, Boolean(row), i === most);
    column.mute(seen !== undefined && source.length + step - i > seen);
  });
  output.forEach((column, i) => {
    column.place(asked && i === step ? ASKED : i - step, scene.probability?.[i]);
    column.attend(i < step ? (now?.output[i] ?? 0) : 0);
    column.mute(seen !== undefined && i < step && step - i > seen);
  });
}

/**
 * The slots of a sound stand over its spectrogram.
 * @param {HTMLElement} columns @param {number} seconds @param {Listening} sound
 */
function listenTo(columns, seconds, { backdrop, below }) {
  columns.classList.add('sound');
  columns.setAttribute('aria-label', `encoder: spectrogram of ${seconds.toFixed(1)} seconds`);
  columns.prepend(backdrop);
  columns.after(below);
}

/** @param {SequenceScene} scene @param {boolean} bare without their states @param {Listening | null} sound */
function columnsOf(scene, bare, sound) {
  const states = bare ? null : unpack(scene.states);
  const outputs = bare ? null : unpack(scene.decoder_states);
  const className = scene.encoder.ghost ? '.prompt' : '';
  const answers = scene.decoder.ghost;
  const seen = scene.picture && !scene.encoder.ghost ? regions(scene, scene.picture) : null;
  const max = span(states?.data ?? []);
  const source =
    sound?.columns ??
    seen?.columns ??
    scene.source.map((token, i) => sourceColumn(token, states?.row(i), { max, className }));
  const title = 'summary token, put before the source';
  if (scene.summary) source.unshift(sourceColumn(scene.summary, null, { className: '.summary', title }));
  const first = scene.wrong?.indexOf(true);
  const differs = scene.plain && scene.output.findIndex((token, i) => token !== scene.plain?.[i]);
  const output = scene.output.map((token, i) =>
    outputColumn(token, outputs?.row(i), {
      max: span(outputs?.data ?? []),
      wrong: scene.wrong?.[i],
      first: i === first && scene.output.length > 1,
      forced: scene.forced.includes(i),
      className: answers ? '.answer' : '',
      note: answers ? readFrom(scene, i) : null,
      plain: scene.plain && (scene.plain[i] ?? ''),
      differs: i === differs,
    }),
  );
  return { source, output, pictured: seen?.node };
}

/** What an answer was read off, by name. @param {SequenceScene} scene @param {number} i */
function readFrom(scene, i) {
  if (scene.positions.length) return h('span.e', {}, 'h', h('sub', {}, scene.positions[i] + 1));
  return h('span.e', {}, scene.summary ?? ''); // a pooled context is seen to arrive
}

/**
 * The chip that an answer is read off, where the encoder's own states give it.
 * @param {SequenceScene} scene @param {number} step
 */
function readOff(scene, step) {
  if (!scene.decoder.ghost || scene.code.kind === 'pooling') return null;
  return { from: scene.positions.length ? scene.positions[step] + (scene.summary ? 1 : 0) : 0, to: step };
}

/**
 * Links that no attention decides: the final state alone crosses over, at the start; a code is read at every step; a
 * counting model sees its last tokens.
 * @param {SequenceScene} scene @returns {((step: number) => Drawn) | null}
 */
function standing(scene) {
  const { code, sees } = scene;
  if (code.kind === 'final_state' || code.kind === 'code')
    return (step) => ({
      hue: 'code',
      links: [{ from: 'source', index: code.at ?? 0, weight: 1 }],
      target: { side: 'output', index: code.kind === 'code' ? step : 0 },
      through: true,
    });
  if (!sees) return null;
  return (step) => {
    const chips = [
      ...scene.source.map((_, index) => ({ from: /** @type {const} */ ('source'), index, weight: 0.12 })),
      ...scene.output
        .slice(0, step)
        .map((_, index) => ({ from: /** @type {const} */ ('output'), index, weight: 0.12 })),
    ];
    const links = chips.slice(chips.length - sees[step]);
    return { hue: 'dec', links, target: { side: 'output', index: step }, through: false };
  };
}
