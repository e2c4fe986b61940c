// Island: the most probable tokens or classes of the step, weighted again by temperature, top-k and top-p; a click
// forces a token.

import { unpack } from '../core/arrays.js';
import { h, setText } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import { percent } from '../core/numbers.js';
import { PLAIN, rank } from '../core/sampling.js';
import * as state from '../core/state.js';
import { dial } from '../shell/dial.js';
import { createPanel, segments } from '../shell/panel.js';
import { within } from './heads.js';

/** @import { Ranked } from '../core/sampling.js' */
/** @import { Sampling, Scene, SequenceScene } from '../core/scene.d.ts' */
/** @import { Empty, Island, Rich, Unpacked } from '../core/types.d.ts' */

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
  let sampling = PLAIN;
  let count = 0; // of tokens that may be written
  let drawn = ''; // how the answer on the stage was drawn
  /** @type {keyof typeof SCALES | null} by the visitor */
  let chosen = null;
  /** @type {Ranked[]} */
  let ranked = [];
  /** @type {Ranked[]} those that have a bar */
  let listed = [];
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
  const dials = {
    temperature: dial({
      name: 'temperature',
      id: 'temperature',
      title: 'Below 1 the likely tokens gain, above 1 the unlikely ones',
      min: 0,
      max: 2,
      step: 0.1,
      value: 1,
      spell: (value) => value.toFixed(1),
      onmove: (temperature) => weigh({ temperature }),
    }),
    top_k: dial({
      name: 'top-k',
      id: 'top-k',
      title: 'Only so many of the likeliest tokens may be drawn',
      min: 1,
      max: 2,
      step: 1,
      value: 2,
      spell: (value, most) => (value >= most ? 'all' : String(value)),
      onmove: (value) => weigh({ top_k: value >= count ? 0 : value }),
    }),
    top_p: dial({
      name: 'top-p',
      id: 'top-p',
      title: 'Only the likeliest tokens that together have this share may be drawn: the nucleus',
      min: 0.05,
      max: 1,
      step: 0.05,
      value: 1,
      spell: (value) => value.toFixed(2),
      onmove: (top_p) => weigh({ top_p }),
    }),
  };
  const panel = createPanel({
    title: 'Next token',
    present: true,
    className: 'next-token',
    controls: [scale.node],
    foot: h(
      'div.dials',
      {},
      Object.values(dials).map(({ node }) => node),
    ),
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
      ...sampling,
      tokens: ranked.map(({ token, probability, logit }) => ({ token, probability, logit })),
    }),
  });
  scale.node.title = 'By itself it turns to log when the model is more than 99 % sure';
  const rows = Array.from({ length: SHOWN }, (_, i) => bar(() => force(listed[i])));
  const cut = h('div.cut', { 'aria-hidden': 'true' });
  const ruler = h('div.ruler', { 'aria-hidden': 'true' });
  const figure = h(
    'div.tk',
    { role: 'group', 'aria-label': FIGURE },
    rows.map((row) => row.parts),
    cut,
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

  /** @param {Partial<Sampling>} change */
  function weigh(change) {
    sampling = { ...sampling, ...change };
    state.sampling.value = sampling;
    show();
  }

  /** The sliders stand where the answer on the stage was drawn, once. @param {Scene} scene */
  function follow({ strategy, ...scene }) {
    count = scene.kind === 'sequence' ? (scene.vocabulary ?? []).filter((token) => token !== null).length : 0;
    const now = JSON.stringify(strategy);
    if (strategy?.name === 'sample' && now !== drawn) {
      const { temperature, top_k, top_p } = strategy;
      weigh({ temperature, top_k, top_p });
    }
    drawn = now;
    dials.temperature.set(sampling.temperature);
    dials.top_k.set(sampling.top_k || count, Math.max(count, 2));
    dials.top_p.set(sampling.top_p);
    const reads = scene.kind === 'sequence' && scene.decoder.ghost; // an answer that is read off is not drawn
    dials.top_k.node.hidden = reads;
    dials.top_p.node.hidden = reads;
  }

  function show() {
    if (!shown) return;
    const { scene, logits, vocabulary } = shown;
    const reads = scene.decoder.ghost; // an answer is read off: there is nothing to force
    const written = scene.output[step];
    ranked = rank(logits.row(step), vocabulary, sampling);
    const name = chosen ?? (ranked[0]?.probability > SURE ? 'log' : 'linear');
    const { place, marks } = SCALES[name];
    scale.show(name);
    if (ruler.dataset.scale !== name) {
      ruler.dataset.scale = name;
      ruler.replaceChildren(...marks.map(([at, text]) => h('span', { style: { left: `${at * 100}%` } }, text)));
    }
    listed = visible(ranked, written);
    rows.forEach((row, i) => row.show(listed[i], listed[i]?.token === written, place, reads));
    const first = listed.findIndex(({ probability, before }) => !probability && before);
    cut.hidden = first < 0;
    if (first >= 0) rows[first].parts[0].before(cut);
    panel.subtitle(reads && scene.output.length === 1 ? 'shares' : `step ${step + 1}`);
    panel.read(reading(ranked, sampling, reads));
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
    follow(scene);
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
      const out = !entry.probability && entry.before > 0;
      const share = out ? 'cut' : percent(entry.probability);
      const act = `orce ${quoted(entry.token)} and go on from there`;
      const name = fixed ? entry.token : written ? `${entry.token}, written` : `F${act}`;
      label.setAttribute('aria-label', `${name}, ${share}`);
      label.title = fixed ? entry.token : written ? 'written at this step' : `f${act}`;
      track.classList.toggle('alt', !written);
      track.classList.toggle('out', out);
      number.classList.toggle('out', out);
      fill.style.width = `${(Math.min(1, place(out ? entry.before : entry.probability)) * 100).toFixed(2)}%`;
      setText(number, share);
    },
  };
}

/** @param {Ranked[]} ranked @param {Sampling} sampling @param {boolean} fixed @returns {Rich} */
function reading(ranked, sampling, fixed) {
  const [first, second] = ranked;
  const left = ranked.filter(({ probability }) => probability).length;
  /** @type {Rich} */
  const parts = [];
  if (sampling.temperature !== 1)
    parts.push(['', 'At temperature '], ['b', sampling.temperature.toFixed(1)], ['', ', ']);
  parts.push(['d', quoted(first.token)], ['', ' gets '], ['b', percent(first.probability)]);
  if (second?.probability)
    parts.push(
      ['', '; the runner-up '],
      ['d', quoted(second.token)],
      ['', ' gets '],
      ['b', percent(second.probability)],
    );
  if (sampling.top_k || sampling.top_p < 1) {
    return [...parts, ['', '. Only '], ['b', String(left)], ['', ` of ${ranked.length} tokens may be drawn.`]];
  }
  return [...parts, ['', fixed ? '.' : '. Click one to force it and go on from there.']];
}
