// Island: the most probable tokens or classes of the step, re-weighted by a temperature; a click forces a token.

import { unpack } from '../core/arrays.js';
import { h, setText } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import { percent } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import { within } from './heads.js';

/** @import { Scene, SequenceScene } from '../core/scene.d.ts' */
/** @import { Empty, Island, Rich, Unpacked } from '../core/types.d.ts' */

/** @typedef {{token: string, index: number, probability: number, logit: number}} Ranked */
/** @typedef {{place: (probability: number) => number, marks: [at: number, text: string][]}} Scale */

const FIGURE = 'Most probable next tokens; a button forces its token';
const SHOWN = 6;
const SURE = 0.99;
const DECADES = 5;
/** @type {Record<'linear' | 'log', Scale>} */
const SCALES = {
  linear: {
    place: (p) => p,
    marks: [
      [0, '0'],
      [0.5, '50 %'],
      [1, '100 %'],
    ],
  },
  log: {
    place: (p) => Math.max(0, 1 + Math.log10(Math.max(p, 1e-12)) / DECADES),
    marks: [
      [0, '0.001 %'],
      [0.2, ''],
      [0.4, ''],
      [0.6, '1 %'],
      [0.8, ''],
      [1, '100 %'],
    ],
  },
};

/** @param {HTMLElement} root @param {Island<unknown, 'force'>} island */
export function mount(root, island) {
  /** @type {{scene: SequenceScene, logits: Unpacked, vocabulary: (string | null)[]} | null} */
  let shown = null;
  let step = 0;
  let temperature = 1;
  /** @type {keyof typeof SCALES | null} by the visitor */
  let chosen = null;
  /** @type {Ranked[]} */
  let ranked = [];
  const scale = segments(
    'Scale of the bars',
    [
      ['linear', 'linear'],
      ['log', 'log'],
    ],
    (value) => {
      chosen = value === 'log' ? 'log' : 'linear';
      show();
    },
  );
  const slider = h('input.sl', {
    type: 'range',
    min: 0,
    max: 2,
    step: 0.1,
    value: 1,
    id: 'temperature',
    'aria-label': 'Temperature',
    oninput: () => {
      temperature = Number(slider.value);
      state.temperature.value = temperature;
      show();
    },
  });
  const number = h('output.m', { for: 'temperature', 'aria-live': 'off' }, '1.0');
  const panel = createPanel({
    title: 'Next token',
    present: true,
    className: 'next-token',
    controls: [scale.node],
    foot: h('div.temperature', {}, h('label', { for: 'temperature' }, 'temperature'), slider, number),
    table: () => ({
      columns: ['token', 'probability', 'logit'],
      rows: ranked.map(({ token, probability, logit }) => [
        token,
        percent(probability),
        logit.toFixed(2).replace('-', '−'),
      ]),
    }),
    data: () => ({
      step: step + 1,
      temperature,
      tokens: ranked.map(({ token, probability, logit }) => ({ token, probability, logit })),
    }),
  });
  scale.node.title = 'By itself it turns to log when the model is more than 99 % sure';
  const rows = Array.from({ length: SHOWN }, (_, i) => bar(() => force(ranked[i])));
  const ruler = h('div.ruler', { 'aria-hidden': 'true' });
  const figure = h(
    'div.tk',
    { role: 'group', 'aria-label': FIGURE },
    rows.map((row) => row.parts),
    h('span'),
    ruler,
    h('span'),
  );
  panel.figure.append(figure);
  root.append(panel.node);

  const heading = panel.node.querySelector('h3');

  /** @param {Ranked | undefined} entry */
  function force(entry) {
    if (entry && shown && !shown.scene.decoder.ghost && entry.token !== shown.scene.output[step])
      island.send('force', { step, token: entry.index, text: entry.token });
  }

  function show() {
    if (!shown) return;
    const { scene, logits, vocabulary } = shown;
    const reads = scene.decoder.ghost; // an answer is read off: there is nothing to force
    const written = scene.output[step];
    ranked = rank(logits.row(step), vocabulary, temperature);
    const name = chosen ?? (ranked[0]?.probability > SURE ? 'log' : 'linear');
    const { place, marks } = SCALES[name];
    scale.show(name);
    if (ruler.dataset.scale !== name) {
      ruler.dataset.scale = name;
      ruler.replaceChildren(...marks.map(([at, text]) => h('span', { style: { left: `${at * 100}%` } }, text)));
    }
    const list = visible(ranked, written);
    rows.forEach((row, i) => row.show(list[i], list[i]?.token === written, place, reads));
    setText(number, temperature.toFixed(1));
    slider.setAttribute('aria-valuetext', temperature.toFixed(1));
    panel.subtitle(reads && scene.output.length === 1 ? 'shares' : `step ${step + 1}`);
    panel.read(reading(ranked, temperature, reads));
    panel.refresh();
  }

  state.scene.on((scene) => {
    const { logits, vocabulary } = scene.kind === 'sequence' ? scene : { logits: null, vocabulary: null };
    const reads = scene.kind === 'sequence' && scene.decoder.ghost;
    shown =
      scene.kind === 'sequence' && logits ? { scene, logits: unpack(logits), vocabulary: vocabulary ?? [] } : null;
    // As wide as the longest token that may come, so that no step moves the bars.
    const longest = Math.max(...(vocabulary ?? []).map((token) => token?.length ?? 0), 1);
    figure.style.setProperty('--token', `calc(${Math.min(longest, 10)} * .62 * var(--fs-md) + 16px)`);
    if (heading) setText(heading, reads ? 'Answer' : 'Next token');
    figure.setAttribute('aria-label', reads ? 'Most probable answers' : FIGURE);
    panel.subtitle(shown ? '' : 'empty');
    panel.empty(shown ? null : nothing(scene));
  });
  state.step.on((next) => {
    if (!shown) return;
    step = within(shown.scene, next);
    show();
  });
}

/** @param {Scene} scene @returns {Empty} */
function nothing(scene) {
  if (scene.kind === 'picture')
    return { title: 'No tokens here', text: 'This model writes pictures. Its panels are in the other tabs.' };
  return {
    title: 'No next token',
    text: 'This model answers with a number. It is one weighted sum, so there are no shares to compare.',
  };
}

/**
 * Softmax at a temperature over the whole vocabulary; padding and begin count, as in the model, but are not listed.
 * @param {Float32Array} row @param {(string | null)[]} vocabulary @param {number} temperature @returns {Ranked[]}
 */
export function rank(row, vocabulary, temperature) {
  let most = -Infinity;
  for (const value of row) if (value > most) most = value;
  const heats = Array.from(row, (value) =>
    temperature > 0 ? Math.exp((value - most) / temperature) : value === most ? 1 : 0,
  );
  const total = heats.reduce((sum, value) => sum + value, 0);
  return vocabulary
    .flatMap((token, index) =>
      token === null ? [] : [{ token, index, probability: heats[index] / total, logit: row[index] }],
    )
    .sort((a, b) => b.logit - a.logit);
}

/**
 * The first six, and in any case the token that was written (a forced one may be improbable).
 * @param {Ranked[]} ranked @param {string} written
 */
function visible(ranked, written) {
  const list = ranked.slice(0, SHOWN);
  const own = ranked.find(({ token }) => token === written);
  if (own && !list.includes(own)) list[SHOWN - 1] = own;
  return list;
}

/** @param {() => void} force */
function bar(force) {
  const label = h('button.t', { type: 'button', onclick: () => force() });
  const fill = h('i');
  const track = h('div.bar', {}, fill);
  const number = h('span.p');
  return {
    parts: [label, track, number],
    /**
     * @param {Ranked | undefined} entry @param {boolean} written @param {Scale['place']} place @param {boolean} fixed
     */
    show(entry, written, place, fixed) {
      for (const part of [label, track, number]) part.hidden = !entry;
      if (!entry) return;
      setText(label, spelled(entry.token));
      label.classList.toggle('on', written);
      label.disabled = fixed;
      const share = percent(entry.probability);
      const act = `orce ${quoted(entry.token)} and go on from there`;
      const name = fixed ? entry.token : written ? `${entry.token}, written` : `F${act}`;
      label.setAttribute('aria-label', `${name}, ${share}`);
      label.title = fixed ? entry.token : written ? 'written at this step' : `f${act}`;
      track.classList.toggle('alt', !written);
      fill.style.width = `${(Math.min(1, place(entry.probability)) * 100).toFixed(2)}%`;
      setText(number, share);
    },
  };
}

/** @param {Ranked[]} ranked @param {number} temperature @param {boolean} fixed @returns {Rich} */
function reading([first, second], temperature, fixed) {
  /** @type {Rich} */
  const parts = [];
  if (temperature !== 1) parts.push(['', 'At temperature '], ['b', temperature.toFixed(1)], ['', ', ']);
  parts.push(['d', quoted(first.token)], ['', ' gets '], ['b', percent(first.probability)]);
  if (second)
    parts.push(
      ['', '; the runner-up '],
      ['d', quoted(second.token)],
      ['', ' gets '],
      ['b', percent(second.probability)],
    );
  return [...parts, ['', fixed ? '.' : '. Click one to force it and go on from there.']];
}
