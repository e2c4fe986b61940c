// Panel: held-out inputs and what the model writes for them while it learns.

import { compare, pictureError, scoreText } from '../core/answers.js';
import { unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { busy } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { colourPicture, inkPicture } from '../picture/pixels.js';
import { createPanel } from '../shell/panel.js';

/** @import { PictureSample, Run, Sample, TextSample } from '../core/run.d.ts' */
/** @import { Empty, Rich, Table } from '../core/types.d.ts' */

/** @param {HTMLElement} root */
export function mount(root) {
  const panel = createPanel({ title: 'Samples', table, className: 'samples-panel' });
  const list = h('div.samples', {});
  panel.figure.append(list);
  root.append(panel.node);
  /** @type {Sample[] | null} */
  let drawn = null;

  state.run.on((run) => {
    const { samples } = run;
    if (samples === drawn && samples.length) return;
    drawn = samples;
    panel.empty(samples.length ? null : emptyState(run));
    const nothing = run.state === 'queued' ? 'queued' : 'empty';
    panel.subtitle(!samples.length ? nothing : isPicture(samples[0]) ? 'held-out' : 'held-out, greedy');
    list.classList.toggle('pictures', isPicture(samples[0]));
    list.replaceChildren(...samples.map(rowOf));
    panel.read(reading(samples));
    panel.refresh();
  });

  /** @returns {Table} */
  function table() {
    const samples = state.run.value?.samples ?? [];
    return isPicture(samples[0])
      ? {
          columns: ['picture', 'error per pixel'],
          rows: samples.filter(isPicture).map((sample, i) => [i + 1, scoreText(errorOf(sample), 'error')]),
        }
      : {
          columns: ['source', 'written', 'right answer'],
          rows: samples
            .filter(isText)
            .map(({ source, output, target, picture }) => [
              picture ? 'a picture' : source.join(' '),
              output.join(' '),
              target.join(' '),
            ]),
        };
  }
}

/**
 * A picture and its reconstruction; other pictures are told in words.
 * @param {Sample | null | undefined} sample @returns {sample is PictureSample}
 */
export const isPicture = (sample) => Boolean(sample?.picture && sample.reconstruction);

/** @param {Sample} sample @returns {sample is TextSample} */
const isText = (sample) => Boolean(sample.source && sample.output && sample.target);

/** @param {Sample} sample */
function rowOf(sample) {
  if (isPicture(sample)) return pictureRow(sample);
  return isText(sample) ? textRow(sample) : '';
}

/** @param {TextSample} sample */
function textRow({ source, output, target, picture }) {
  const { wrong, right } = compare(output, target);
  return h(
    'div.sample',
    {},
    h(`span.mark${right ? '' : '.w'}`, { role: 'img', 'aria-label': right ? 'right' : 'wrong' }, right ? '✓' : '✗'),
    picture && h('span.thumb', {}, colourPicture(picture, 'picture')),
    h(
      'div',
      {},
      h('div.source', {}, h('bdi', {}, (picture ? target : source).join(' '))),
      h(
        'div.written',
        {},
        h(
          'bdi',
          {},
          output.map((token, i) => [h(wrong[i] ? 'span.b' : 'span', {}, token), ' ']),
        ),
      ),
    ),
  );
}

/** @param {PictureSample} sample */
function pictureRow(sample) {
  return h(
    'div.sample',
    {},
    h('span.thumb', {}, inkPicture(sample.picture, 'picture')),
    h('span.to', { 'aria-hidden': true }, '→'),
    h('span.thumb', {}, inkPicture(sample.reconstruction, 'its reconstruction')),
    h('span.num', {}, scoreText(errorOf(sample), 'error')),
  );
}

/** @param {PictureSample} sample */
export const errorOf = ({ picture, reconstruction }) => pictureError(unpack(picture).data, unpack(reconstruction).data);

/** @param {Sample[]} samples @returns {Rich} */
function reading(samples) {
  if (!samples.length) return [['', ' ']];
  if (isPicture(samples[0])) {
    const mean = samples.filter(isPicture).reduce((sum, sample) => sum + errorOf(sample), 0) / samples.length;
    return [
      ['', 'Picture and reconstruction; the mean error per pixel of these is '],
      ['b', scoreText(mean, 'error')],
      ['', '.'],
    ];
  }
  const right = samples.filter(isText).filter(({ output, target }) => compare(output, target).right).length;
  return [
    ['b', `${right} of ${samples.length}`],
    ['', ' whole answers right; a wrong token is underlined.'],
  ];
}

/** @param {Run} run @returns {Empty} */
function emptyState(run) {
  if (run.state === 'queued')
    return { title: 'Starts when training does', text: 'The first answers come with the first steps.' };
  if (busy(run))
    return {
      title: 'The first answers come in a moment',
      text: 'A few held-out inputs are answered again and again while the model learns.',
    };
  return { title: 'Nothing is training', text: 'Train a model and watch its answers to held-out inputs get right.' };
}
