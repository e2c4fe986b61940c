// Panel: held-out inputs and what the model writes for them while it learns.

import { compare, pictureError, scoreText } from '../core/answers.js';
import { h, unpack } from '../core/dom.js';
import { busy } from '../core/run_fold.js';
import { get, on } from '../core/store.js';
import { inkPicture } from '../picture/pixels.js';
import { colourPicture } from '../picture/regions.js';
import { createPanel } from '../shell/panel.js';

/** @param {HTMLElement} root */
export function mount(root) {
  const panel = createPanel({ title: 'Samples', table, className: 'samples-panel' });
  const list = h('div.samples', {});
  panel.figure.append(list);
  root.append(panel.node);
  let drawn = null;

  on('monitor', (run) => {
    const samples = run.samples ?? [];
    if (samples === drawn && samples.length) return;
    drawn = samples;
    panel.empty(samples.length ? null : emptyState(run));
    panel.subtitle(
      samples.length
        ? isGrey(samples[0])
          ? 'held-out'
          : 'held-out, greedy'
        : run.state === 'queued'
          ? 'queued'
          : 'empty',
    );
    list.classList.toggle('pictures', isGrey(samples[0]));
    list.replaceChildren(...samples.map((sample) => (isGrey(sample) ? pictureRow(sample) : textRow(sample))));
    panel.read(reading(samples));
    panel.refresh();
  });

  function table() {
    const samples = get('monitor')?.samples ?? [];
    return isGrey(samples[0])
      ? {
          columns: ['picture', 'error per pixel'],
          rows: samples.map((sample, i) => [i + 1, scoreText(errorOf(sample), 'error')]),
        }
      : {
          columns: ['source', 'written', 'right answer'],
          rows: samples.map(({ source, output, target, picture }) => [
            picture ? 'a picture' : source.join(' '),
            output.join(' '),
            target.join(' '),
          ]),
        };
  }
}

/** A picture and its reconstruction; other pictures are told in words. */
const isGrey = (sample) => Boolean(sample?.reconstruction);

function textRow({ source, output, target, picture }) {
  const { wrong, right } = compare(output, target);
  return h(
    'div.sample',
    {},
    h(right ? 'span.mark' : 'span.mark.w', { role: 'img', 'aria-label': right ? 'right' : 'wrong' }, right ? '✓' : '✗'),
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

const errorOf = ({ picture, reconstruction }) => pictureError(unpack(picture).data, unpack(reconstruction).data);

/** @returns {[string, string][]} */
function reading(samples) {
  if (!samples.length) return [['', ' ']];
  if (isGrey(samples[0])) {
    const mean = samples.reduce((sum, sample) => sum + errorOf(sample), 0) / samples.length;
    return [
      ['', 'Picture and reconstruction; the mean error per pixel of these is '],
      ['b', scoreText(mean, 'error')],
      ['', '.'],
    ];
  }
  const right = samples.filter(({ output, target }) => compare(output, target).right).length;
  return [
    ['b', `${right} of ${samples.length}`],
    ['', ' whole answers right; a wrong token is underlined.'],
  ];
}

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
