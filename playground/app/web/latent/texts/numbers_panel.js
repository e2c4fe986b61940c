// What one number of the code does to the text: those that it needs most, one moved at a time by a slider.
import { h } from '../../core/dom.js';
import { percent, signed } from '../../core/numbers.js';
import { createPanel } from '../../shell/panel.js';
import { changed } from './words.js';

/** @import { Rich, Table } from '../../core/types.d.ts' */
/** @import { MovedNumber, MovedNumbers } from './types.d.ts' */

const STRIP = 2; // every second stop stands in the strip
const COLLAPSED = 0.05; // nats, as in the tab Loss

export function numbersPanel() {
  /** @type {MovedNumbers | null} */
  let found = null;
  let chosen = 0;
  let stop = 4;
  const list = h('div.number-list', { role: 'group', 'aria-label': 'Numbers of the code' });
  const slider = h('input.sl', { type: 'range', min: 0, max: 8, step: 1, 'aria-label': 'Value of the number' });
  slider.addEventListener('input', () => {
    stop = slider.valueAsNumber;
    show();
  });
  const value = h('output.m');
  const text = h('p.number-text');
  const strip = h('ol.number-strip', { 'aria-label': 'What is written at five values' });
  const panel = createPanel({ title: 'Numbers of the code', table, className: 'text-numbers-panel' });
  panel.figure.append(
    h('div.numbers-both', {}, list, h('div.number-moved', {}, h('div.walk-line', {}, slider, value), text, strip)),
  );

  const now = () => found?.numbers[chosen] ?? null;

  function show() {
    const one = now();
    if (!found || !one) return;
    const at = found.stops[stop];
    const told = `${signed(at, 1)} spreads`;
    slider.value = String(stop);
    value.textContent = `z${one.unit + 1} at ${told}`;
    slider.setAttribute('aria-valuetext', `${told}: ${one.texts[stop].text}`);
    const own = one.texts[nearestStop(found.stops, one.at)];
    text.replaceChildren(changed(one.texts[stop], own.tokens), h('span.dim', {}, ` ${percent(one.texts[stop].sure)}`));
    for (const [i, row] of [...strip.children].entries()) row.classList.toggle('cur', i * STRIP === stop);
    for (const [i, button] of [...list.children].entries()) button.setAttribute('aria-pressed', String(i === chosen));
  }

  /** @param {number} next */
  function choose(next) {
    if (!found) return;
    chosen = next;
    const one = found.numbers[next];
    const { stops } = found;
    stop = nearestStop(stops, one.at);
    const own = one.texts[stop];
    strip.replaceChildren(
      ...stops.flatMap((at, i) =>
        i % STRIP
          ? []
          : [h('li', { onclick: () => set(i) }, h('span.m.dim', {}, signed(at, 0)), changed(one.texts[i], own.tokens))],
      ),
    );
    panel.read(reading(one, found));
    show();
    panel.refresh();
  }

  /** @param {number} next */
  function set(next) {
    stop = next;
    show();
  }

  return {
    panel,
    node: panel.node,
    /** @param {MovedNumbers} next */
    show(next) {
      const before = now()?.unit;
      found = next;
      const { numbers, size } = next;
      const most = Math.max(...numbers.map(({ worth }) => worth), 1e-6);
      slider.max = String(next.stops.length - 1);
      panel.subtitle(`${numbers.length} of ${size}; by how many nats this text is less likely with one of them moved`);
      list.replaceChildren(
        ...numbers.map((one, i) =>
          h(
            'button.number',
            { type: 'button', 'aria-pressed': 'false', onclick: () => choose(i), title: nameOf(one) },
            h('span.m.c', {}, 'z', h('sub', {}, one.unit + 1)),
            h(
              'span.bar',
              { 'aria-hidden': 'true' },
              h('i', { style: { width: `${(100 * Math.max(0, one.worth)) / most}%` } }),
            ),
            h('span.m.dim', {}, one.worth.toFixed(1)),
          ),
        ),
      );
      choose(
        Math.max(
          0,
          numbers.findIndex(({ unit }) => unit === before),
        ),
      );
    },
  };

  /** @returns {Table} */
  function table() {
    const { numbers = [], stops = [] } = found ?? {};
    const shown = stops.flatMap((at, i) => (i % STRIP ? [] : [{ at, i }]));
    return {
      columns: ['number', 'stands at', 'nats less likely', 'KL, nats', ...shown.map(({ at }) => `at ${signed(at, 0)}`)],
      rows: numbers.map((one) => [
        `z${one.unit + 1}`,
        signed(one.at),
        one.worth.toFixed(2),
        one.kl === null ? '' : one.kl.toFixed(3),
        ...shown.map(({ i }) => one.texts[i].text),
      ]),
    };
  }
}

/** @param {MovedNumber} one */
const nameOf = ({ unit, worth }) =>
  `z${unit + 1}: moved to either end, the text is ${worth.toFixed(1)} nats less likely`;

/** @param {number[]} stops @param {number} at */
const nearestStop = (stops, at) =>
  stops.reduce((best, one, i) => (Math.abs(one - at) < Math.abs(stops[best] - at) ? i : best), 0);

/** @param {MovedNumber} one @param {MovedNumbers} found @returns {Rich} */
function reading({ unit, at, worth, kl, texts }, { stops }) {
  const different = new Set(texts.map(({ text }) => text)).size;
  const paid =
    kl === null ? '' : ` It costs ${kl.toFixed(2)} nats on average${kl < COLLAPSED ? ': it has collapsed' : ''}.`;
  return [
    ['c b', `z${unit + 1}`],
    ['', ` stands ${signed(at, 1)} spreads from the mean of the test texts. From ${signed(stops[0], 0)} to `],
    ['', `${signed(stops[stops.length - 1], 0)} it writes `],
    ['b', different === 1 ? 'the same text throughout' : `${different} different texts`],
    ['', `; at both ends this one is ${worth.toFixed(1)} nats less likely.${paid}`],
  ];
}
