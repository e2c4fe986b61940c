// A source that is a sound: its spectrogram in ink, attention rising over it, and below it what was heard where.

import { argmax, unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';
import * as state from '../core/state.js';
import { paint, watchTheme } from './pixels.js';

/** @import { SequenceScene, Sound } from '../core/scene.d.ts' */
/** @import { SourceColumn } from './chips.js' */
/** @import { Looker } from './look.js' */

/** @typedef {ReturnType<typeof soundColumns>} Listening */

const PAPER = 2; // power that keeps noise pale

/**
 * One slot per encoder state stands over the spectrogram and fills with the weight on it, as a chip would.
 * @param {SequenceScene} scene @param {Sound} sound
 */
export function soundColumns(scene, sound) {
  const frames = unpack(sound.frames);
  const states = scene.source.length;
  const [count, bins] = frames.shape;
  const canvas = h('canvas.spectrogram', { width: count, height: bins, 'aria-hidden': 'true' });
  const dark = watchTheme(() =>
    paint(canvas, (colour) => {
      const ink = colour('--ink');
      return (i) => [ink, ((1 + frames.row(i % count)[bins - 1 - Math.floor(i / count)]) / 2) ** PAPER];
    }),
  );
  const cursor = h('i.cursor', { hidden: true });
  const quiet = state.second.on((second) => {
    cursor.hidden = second === null;
    if (second !== null) cursor.style.transform = `translateX(${((100 * second) / sound.seconds).toFixed(2)}cqw)`;
  });
  const backdrop = h(
    'div.backdrop',
    {},
    canvas,
    h('span.hz.high', {}, `${sound.hertz[1].toLocaleString('en')} Hz`),
    h('span.hz.low', {}, `${sound.hertz[0].toLocaleString('en')} Hz`),
    cursor,
  );
  const marks = scene.output.map((token) => h('b', {}, token === 'end' ? '' : spelled(token)));
  return {
    columns: Array.from({ length: states }, slot),
    backdrop,
    below: h('div.heard', { 'aria-hidden': 'true' }, marks),
    /**
     * What was written so far stands under the place that was looked at most.
     * @param {number} step @param {Looker} look
     */
    show(step, look) {
      marks.forEach((mark, t) => {
        const row = t <= step ? look(scene.main, t)?.source : null;
        mark.hidden = !row || scene.output[t] === 'end';
        mark.classList.toggle('cur', t === step);
        if (row) mark.style.left = `${((100 * (argmax(row) + 0.5)) / states).toFixed(2)}%`;
      });
    },
    stop() {
      dark();
      quiet();
    },
  };
}

/** @returns {SourceColumn} */
function slot() {
  const fill = h('i.sh');
  const node = h('div.slot', {}, fill);
  return {
    token: '',
    thin: true,
    node,
    state: node,
    attend(value, attends) {
      fill.style.transform = `scaleY(${(attends ? value : 0).toFixed(3)})`;
    },
    mute() {},
  };
}
