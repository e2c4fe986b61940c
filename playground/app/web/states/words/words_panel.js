// Island: a table of words as two maps, before and after training, and the nearest of one word in each.
import { unpack } from '../../core/arrays.js';
import { h, onWidth } from '../../core/dom.js';
import { quoted, spelled } from '../../core/glyphs.js';
import { Signal } from '../../core/signal.js';
import * as state from '../../core/state.js';
import { createPanel } from '../../shell/panel.js';
import { fetching, fill, onRun } from '../answers.js';
import { tableChoice } from './table_choice.js';
import { drawMap } from './word_map.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { Answer } from '../answers.js' */
/** @import { WordMap, Words, WordTable } from '../types.d.ts' */

const FOLLOW = ''; // the word is the one of the step

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Signal<Answer<Words>>} */
  const answer = new Signal();
  /** @type {Words | null} */
  let words = null;
  /** @type {WordTable | null} */
  let table = null;
  let chosen = FOLLOW;
  let width = 0;
  const which = /** @type {ReturnType<typeof tableChoice<WordTable>>} */ (tableChoice('Which table', take));
  const word = h('select.place', { 'aria-label': 'Word' });
  word.addEventListener('change', () => choose(word.value));
  const panel = createPanel({
    title: 'Words',
    controls: [h('label.pick', {}, word), which.node],
    className: 'words-panel',
    table: () => tableOf(table, at()),
    data: () => words,
  });
  const title = panel.node.querySelector('h3');
  const ask = fetching(answer, 'words.json');
  onRun('words', () => ask({}));
  onWidth(panel.figure, (next) => {
    width = next;
    draw();
  });
  fill(
    root,
    panel,
    'words',
    answer,
    () => ask({}),
    (data) => {
      words = data;
      which.offer(data.tables);
    },
  );
  state.step.on(() => chosen === FOLLOW && draw());
  state.scene.on(() => chosen === FOLLOW && draw());

  /** @param {WordTable | null} next */
  function take(next) {
    table = next;
    if (!table) return;
    if (title) title.textContent = `Words of the ${table.title}`;
    if (!table.words.includes(chosen)) chosen = FOLLOW;
    word.replaceChildren(
      h('option', { value: FOLLOW }, 'of the step'),
      ...[...table.words].sort((a, b) => a.localeCompare(b)).map((one) => h('option', { value: one }, spelled(one))),
    );
    word.value = chosen;
    draw();
    panel.refresh();
  }

  /** @param {string} next */
  function choose(next) {
    chosen = next;
    word.value = next;
    draw();
    panel.refresh();
  }

  /** The row of the word: the chosen one, or the one that the step writes, or reads where it writes none of these. */
  function at() {
    if (!table) return 0;
    const { words } = table;
    const scene = state.scene.value;
    const step = state.step.value ?? 0;
    const sequence = scene?.kind === 'sequence' ? scene : null;
    const own = table.name === 'source' ? [sequence?.source[sequence.positions[step] ?? step]] : [];
    const wanted =
      chosen === FOLLOW ? [...own, sequence?.output[step], sequence?.output[step - 1], sequence?.source[0]] : [chosen];
    const found = wanted.map((one) => words.indexOf(one ?? '')).find((i) => i >= 0);
    return found ?? 0;
  }

  function draw() {
    if (!words || !table || !width) return;
    const now = at();
    const size = width > 520 ? (width - 16) / 2 : width;
    const parts = /** @type {[string, WordMap][]} */ ([
      ['before training', table.before],
      [`after ${words.trained}`, table.after],
    ]);
    const { hue, words: names } = table;
    panel.subtitle(`${quoted(names[now])} and its nearest by cosine`);
    panel.figure.replaceChildren(
      h(
        'div.wordmaps',
        {},
        parts.map(([text, map]) =>
          h(
            'div.wordmap',
            {},
            h('b', {}, text),
            drawMap({ names, map, now, hue, width: size, pick: (i) => choose(names[i]) }),
            h(
              'p.nearwords',
              {},
              map.near[now].map((i, k) => [
                k ? ' · ' : '',
                h(`span.m.${hue === 'enc' ? 'e' : 'd'}`, {}, spelled(names[i])),
                ' ',
                h('span.m.dim', {}, cosine(map.cosines[now][k])),
              ]),
            ),
          ),
        ),
      ),
    );
    panel.read(table.readings[now]);
  }
}

/** @param {number} value */
const cosine = (value) =>
  value
    .toFixed(2)
    .replace(/^(-?)0/, '$1')
    .replace('-', '−');

/** Who is next to every word. @param {WordTable | null} table @param {number} at @returns {Table} */
function tableOf(table, at) {
  if (!table) return { columns: [], rows: [] };
  const { words, before, after } = table;
  const order = [at, ...words.keys()].filter((i, k, all) => all.indexOf(i) === k);
  const near = (/** @type {WordMap} */ map, /** @type {number} */ i) =>
    map.near[i].map((j, k) => `${words[j]} ${cosine(map.cosines[i][k])}`).join(', ');
  const places = [before, after].map((map) => unpack(map.places));
  return {
    columns: ['word', 'nearest before', 'nearest after', 'x before', 'y before', 'x after', 'y after'],
    rows: order.map((i) => [
      words[i],
      near(before, i),
      near(after, i),
      ...places.flatMap((place) => Array.from(place.row(i), (v) => v.toFixed(3))),
    ]),
  };
}
