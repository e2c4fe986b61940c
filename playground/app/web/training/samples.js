// Panel: held-out inputs and what the model makes of them at the chosen update.

import { compare, known, pictureError, scoreText } from '../core/answers.js';
import { unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { grouped } from '../core/numbers.js';
import { busy, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { colourPicture, inkPicture } from '../picture/pixels.js';
import { createPanel } from '../shell/panel.js';
import { chosen, momentOf, onMoment, updateOf } from './moment.js';

/** @import { PictureSample, Run, Sample, TextSample } from '../core/run.d.ts' */
/** @import { Empty, Rich, Table } from '../core/types.d.ts' */
/** @import { Moment } from './moment.js' */

/** @param {HTMLElement} root */
export function mount(root) {
  const panel = createPanel({ title: 'Samples', table, className: 'samples-panel', present: true });
  const list = h('div.samples', {});
  panel.figure.append(list);
  root.append(panel.node);
  /** @type {Sample[] | null} */
  let drawn = null;

  onMoment(() => {
    const run = state.run.value;
    if (!run) return;
    const moment = seen();
    const samples = moment?.samples ?? [];
    panel.empty(moment ? null : emptyState(run));
    panel.subtitle(moment ? `held out, at ${updateOf(moment)}` : run.state === 'queued' ? 'queued' : 'empty');
    panel.read(moment ? reading(moment, run, chosen()?.step ?? moment.step) : [['', ' ']]);
    if (samples !== drawn) {
      list.classList.toggle('pictures', isPicture(samples[0]));
      list.replaceChildren(...samples.map(rowOf));
    }
    drawn = samples;
    panel.refresh();
  });

  /** @returns {Table} */
  function table() {
    const samples = seen()?.samples ?? [];
    return isPicture(samples[0])
      ? {
          columns: ['input', state.run.value?.score_name ?? 'error'],
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
 * The chosen moment; where no samples of it are known, since its weights were not kept, the end of the training.
 * @returns {Moment | null}
 */
function seen() {
  const run = state.run.value;
  const moment = chosen();
  if (!run || !moment || moment.samples.length) return moment;
  const last = momentOf(run, run.frames.length - 1);
  return last?.samples.length ? last : null;
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
  const early = target.length > output.length ? [h('span.b', {}, 'end')] : [];
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
          early,
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
    h('span.thumb', {}, inkPicture(sample.picture, 'input')),
    h('span.to', { 'aria-hidden': true }, '→'),
    h('span.thumb', {}, inkPicture(sample.reconstruction, 'its reconstruction')),
    h('span.num', {}, scoreText(errorOf(sample), 'error')),
  );
}

/** @param {PictureSample} sample */
export const errorOf = ({ picture, reconstruction }) => pictureError(unpack(picture).data, unpack(reconstruction).data);

/**
 * What these few say beside all held-out inputs at the same update.
 * @param {Moment} moment @param {Run} run @param {number} asked the update that is chosen @returns {Rich}
 */
function reading({ step, samples, score, end }, { score_name: name }, asked) {
  /** @type {Rich} */
  const instead =
    step === asked
      ? []
      : [['', `Of update ${grouped(asked)} no weights are kept; these are of the ${end ? 'last' : 'newest'}. `]];
  /** @type {Rich} */
  const all = known(score)
    ? [
        ['', '; of all held-out inputs, at the same update, '],
        ['b', scoreText(score, name)],
      ]
    : [];
  if (isPicture(samples[0])) {
    const mean = samples.filter(isPicture).reduce((sum, sample) => sum + errorOf(sample), 0) / samples.length;
    return [
      ...instead,
      ['', `Input and reconstruction; the mean ${name} of these is `],
      ['b', scoreText(mean, 'error')],
      ...all,
      ['', '.'],
    ];
  }
  const right = samples.filter(isText).filter(({ output, target }) => compare(output, target).right).length;
  return [
    ...instead,
    ['b', `${right} of ${samples.length}`],
    ['', ' whole answers right'],
    ...all,
    ['', '. A wrong token is underlined.'],
  ];
}

/** @param {Run} run @returns {Empty} */
function emptyState(run) {
  if (run.state === 'queued')
    return { title: 'Starts when training does', text: 'The first answers come with the first updates.' };
  if (over(run) && !run.borrowed && run.frames.length)
    return { title: 'No answers were kept', text: 'Of this run there are film and curves, its samples are gone.' };
  if (run.frames.length && !busy(run))
    return { title: 'The answers come in a moment', text: 'They are computed from the weights of each update.' };
  if (busy(run) || run.id)
    return {
      title: 'The first answers come in a moment',
      text: 'A few held-out inputs are answered again and again while the model learns.',
    };
  return { title: 'Not trained yet', text: 'Train a model and watch its answers to held-out inputs get right.' };
}
