// Island: the most probable tokens or classes of the step, re-weighted by a temperature in the browser; a click forces
// a token.
import { h, percent, setText, unpack } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import { on, put } from '../core/store.js';
import { createPanel, segments } from '../shell/panel.js';

const SHOWN = 6;
const SURE = 0.99;
const DECADES = 5;
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

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let scene = null;
  let logits = null;
  let step = 0;
  let temperature = 1;
  let chosen = null;
  let ranked = [];
  const scale = segments(
    'Scale of the bars',
    [
      ['linear', 'linear'],
      ['log', 'log'],
    ],
    (value) => {
      chosen = value;
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
      put('temperature', temperature);
      show();
    },
  });
  const shown = h('output.m', { for: 'temperature', 'aria-live': 'off' }, '1.0');
  const panel = createPanel({
    title: 'Next token',
    present: true,
    className: 'next-token',
    controls: [scale.node],
    foot: h('div.temperature', {}, h('label', { for: 'temperature' }, 'temperature'), slider, shown),
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
    { role: 'group', 'aria-label': 'Most probable next tokens; a button forces its token' },
    rows.map((row) => row.parts),
    h('span'),
    ruler,
    h('span'),
  );
  panel.figure.append(figure);
  root.append(panel.node);

  const reads = () => Boolean(scene?.decoder?.ghost); // an answer is read off: there is nothing to force
  const heading = panel.node.querySelector('h3');

  const using = () => chosen ?? (ranked[0]?.probability > SURE ? 'log' : 'linear');
  const written = () => scene.output[step];

  function force(entry) {
    if (entry && !reads() && entry.token !== written())
      island.send('force', { step, token: entry.index, text: entry.token });
  }

  function show() {
    if (!logits) return;
    ranked = rank(logits.row(step), scene.vocabulary, temperature);
    const name = using();
    const { place, marks } = SCALES[name];
    scale.show(name);
    if (ruler.dataset.scale !== name) {
      ruler.dataset.scale = name;
      ruler.replaceChildren(...marks.map(([at, text]) => h('span', { style: { left: `${at * 100}%` } }, text)));
    }
    const list = visible(ranked, written());
    rows.forEach((row, i) => row.show(list[i], list[i]?.token === written(), place, reads()));
    setText(shown, temperature.toFixed(1));
    slider.setAttribute('aria-valuetext', temperature.toFixed(1));
    panel.subtitle(reads() && scene.output.length === 1 ? 'shares' : `step ${step + 1}`);
    panel.read(reading(ranked, temperature, reads()));
    panel.refresh();
  }

  on('scene', (next) => {
    scene = next;
    logits = scene.kind === 'sequence' ? unpack(scene.logits) : null;
    // As wide as the longest token that may come, so that no step moves the bars.
    const longest = Math.max(...(scene.vocabulary ?? []).map((token) => token?.length ?? 0), 1);
    figure.style.setProperty('--token', `calc(${Math.min(longest, 10)} * .62 * var(--fs-md) + 16px)`);
    setText(heading, reads() ? 'Answer' : 'Next token');
    figure.setAttribute(
      'aria-label',
      reads() ? 'Most probable answers' : 'Most probable next tokens; a button forces its token',
    );
    panel.subtitle(logits ? '' : 'empty');
    panel.empty(logits ? null : nothing(scene));
  });
  on('step', (next) => {
    if (!logits) return;
    step = Math.max(0, Math.min(next, scene.output.length - 1));
    show();
  });
}

function nothing(scene) {
  if (scene.kind === 'picture')
    return { title: 'No tokens here', text: 'This model writes pictures. Its panels are in the other tabs.' };
  return {
    title: 'No next token',
    text: 'This model answers with a number. It is one weighted sum, so there are no shares to compare.',
  };
}

/** Softmax at a temperature over the whole vocabulary; padding and begin count, as in the model, but are not listed. */
export function rank(row, vocabulary, temperature) {
  let most = -Infinity;
  for (const value of row) if (value > most) most = value;
  const heats = Array.from(row, (value) =>
    temperature > 0 ? Math.exp((value - most) / temperature) : value === most ? 1 : 0,
  );
  const total = heats.reduce((sum, value) => sum + value, 0);
  return vocabulary
    .map((token, index) => ({ token, index, probability: heats[index] / total, logit: row[index] }))
    .filter(({ token }) => token !== null && token !== undefined)
    .sort((a, b) => b.logit - a.logit);
}

/** The first six, and in any case the token that was written (a forced one may be improbable). */
function visible(ranked, written) {
  const list = ranked.slice(0, SHOWN);
  const own = ranked.find(({ token }) => token === written);
  if (own && !list.includes(own)) list[SHOWN - 1] = own;
  return list;
}

function bar(force) {
  const label = h('button.t', { type: 'button', onclick: () => force() });
  const fill = h('i');
  const track = h('div.bar', {}, fill);
  const number = h('span.p');
  return {
    parts: [label, track, number],
    show(entry, written, place, fixed) {
      for (const part of [label, track, number]) part.hidden = !entry;
      if (!entry) return;
      setText(label, spelled(entry.token));
      label.classList.toggle('on', written);
      label.disabled = fixed;
      label.setAttribute(
        'aria-label',
        fixed
          ? `${entry.token}, ${percent(entry.probability)}`
          : written
            ? `${entry.token}, written, ${percent(entry.probability)}`
            : `Force ${quoted(entry.token)} and go on from there, ${percent(entry.probability)}`,
      );
      label.title = fixed
        ? entry.token
        : written
          ? 'written at this step'
          : `force ${quoted(entry.token)} and go on from there`;
      track.classList.toggle('alt', !written);
      fill.style.width = `${(Math.min(1, place(entry.probability)) * 100).toFixed(2)}%`;
      setText(number, percent(entry.probability));
    },
  };
}

function reading([first, second], temperature, fixed) {
  const warm =
    temperature !== 1
      ? [
          ['', 'At temperature '],
          ['b', temperature.toFixed(1)],
          ['', ', '],
        ]
      : [];
  const runner = second
    ? [
        ['', '; the runner-up '],
        ['d', quoted(second.token)],
        ['', ' gets '],
        ['b', percent(second.probability)],
      ]
    : [];
  return [
    ...warm,
    ['d', quoted(first.token)],
    ['', ' gets '],
    ['b', percent(first.probability)],
    ...runner,
    ['', fixed ? '.' : '. Click one to force it and go on from there.'],
  ];
}
